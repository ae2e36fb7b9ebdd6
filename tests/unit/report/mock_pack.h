/* A made-up hospital's inspection pack, as src/pack will build one: proves that
 * the interface carries it, and is what the tests read back. */
#ifndef DAICHO_TESTS_REPORT_MOCK_PACK_H
#define DAICHO_TESTS_REPORT_MOCK_PACK_H

#include "base/buf.h"
#include "report/pdf.h"

#define MOCK_CREATED_US INT64_C(1795151100000000) /* 2026-11-20 14:05 in Japan */

extern const char mock_checkpoint[];
extern const char mock_checkpoint_line[];

struct pdf_info mock_info(void);
/* Builds the whole pack with `devices` rows in the ledger; asserts success. */
void mock_pack(size_t devices, struct buf *out, int *ret_pages);
/* A tree of a hospital's contacts with `branches` branches of `leaves` each. */
struct tree *mock_tree(int branches, int leaves);

#endif
