/* What the fault tests share: folders, writes, and the final examination. */
#ifndef DAICHO_TEST_FAULT_FOLDER_H
#define DAICHO_TEST_FAULT_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "store/store.h"

/* Prints the message and ends with status 1: these programs have no framework,
 * since they fork and kill. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A new temporary folder; removed by folder_remove. */
void folder_temporary(char ret[PATH_MAX]);
void folder_remove(const char *path);
void folder_copy(const char *from, const char *to);
/* Makes a data folder with one leaf. */
void data_create(const char *path);
/* Opens it; dies if that fails. */
struct store *data_open(const char *path);
/* Examines everything; dies naming the first finding. */
void data_audit(struct store *s, const char *when);

/* One entry revision through store_write. */
int entry_write(struct store *s, const char *key, const char *entry, int64_t rev,
		struct receipt *ret, struct err *err);
/* True if leaf `seq` is revision `rev` of the entry. */
bool entry_is(struct conn *c, int64_t seq, const char *entry, int64_t rev);

#endif
