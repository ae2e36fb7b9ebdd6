/*
 * The ZIP container of a workbook, distrusted: its directory is checked for
 * bombs and overlapping parts before libzip opens it, and what comes out is
 * counted again. Parts are only ever read, never written anywhere, and only by
 * the names the caller asks for.
 */
#ifndef DAICHO_READER_PACKAGE_H
#define DAICHO_READER_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "reader/fault.h"
#include "reader/sheet.h"

struct package;

/* Checks the directory of the ZIP in data[0..len): number of parts, unpacked size,
 * ratio, overlaps, encryption and methods. `limits` must be filled. */
int package_check(const char *data, size_t len, const struct sheet_limits *limits, struct fault *f);

/* Opens it after package_check. `data` and `limits` must outlive *ret, which the
 * caller frees. */
int package_open(const char *data, size_t len, const struct sheet_limits *limits,
		 struct package **ret, struct fault *f);
void package_free(struct package *p); /* NULL-safe */

/* True if there is a part of exactly this name ("xl/workbook.xml"). */
bool package_has(const struct package *p, const char *name);

/* Takes some bytes of a part; negative stops the reading. */
typedef int package_take(void *arg, const char *bytes, size_t len, struct fault *f);
/* Unpacks a part piece by piece. FAULT_PART_MISSING if there is none. */
int package_read(struct package *p, const char *name, package_take *take, void *arg,
		 struct fault *f);

/* The whole of a part, appended to b; FAULT_ZIP_UNPACKED beyond `most` bytes. */
int package_slurp(struct package *p, const char *name, size_t most, struct buf *b, struct fault *f);
/* Number of parts, and the name of one. */
size_t package_count(const struct package *p);
const char *package_name(const struct package *p, size_t i);

/* A copy of the ZIP in data[0..len) in which some parts have other bytes. Parts without them keep
 * theirs as they lie in the file, packed. */
struct package_change {
	const char *name, *bytes;
	size_t len;
};
int package_rewrite(const char *data, size_t len, const struct package_change *change, size_t count,
		    struct buf *ret, struct fault *f);

#endif
