/*
 * The directory of a ZIP (APPNOTE 4.3.12, 4.3.16), read before anything is
 * unpacked. libzip reads it again; this pass only looks for what it lets
 * through: too many parts, bombs, and parts that share their bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reader/package.h"

#define END_SIZE 22
#define ENTRY_SIZE 46
#define LOCAL_SIZE 30

struct extent {
	uint64_t from, to; /* bytes of one part in the file, header included */
};

static uint32_t le16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)(u[0] | u[1] << 8);
}

static uint32_t le32(const char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/* Offset of the end record, which stands last but for a comment; len if none. */
static size_t find_end(const char *data, size_t len)
{
	size_t lowest = len > END_SIZE + 65535 ? len - END_SIZE - 65535 : 0;

	for (size_t at = len >= END_SIZE ? len - END_SIZE + 1 : 0; at-- > lowest;)
		if (memcmp(data + at, "PK\5\6", 4) == 0 &&
		    at + END_SIZE + le16(data + at + 20) == len)
			return at;
	return len;
}

static int check_entry(const char *entry, const struct sheet_limits *l, uint64_t *total,
		       struct fault *f)
{
	uint64_t packed = le32(entry + 20), unpacked = le32(entry + 24);
	uint32_t method = le16(entry + 10);

	if (le16(entry + 8) & 1)
		return fault_set(f, FAULT_ENCRYPTED, 0, 0);
	if (method != 0 && method != 8)
		return fault_text(f, FAULT_ZIP_KIND, "deflate以外");
	if (packed == UINT32_MAX || unpacked == UINT32_MAX || le32(entry + 42) == UINT32_MAX)
		return fault_text(f, FAULT_ZIP_KIND, "ZIP64");
	*total += unpacked;
	if (*total > l->unpacked_bytes)
		return fault_number(f, FAULT_ZIP_UNPACKED, 0, 0, l->unpacked_bytes, 0);
	if (unpacked > (1 << 20) && unpacked / l->ratio > packed)
		return fault_number(f, FAULT_ZIP_RATIO, 0, 0, l->ratio, 0);
	return 0;
}

/* Where the part of a directory entry lies. */
static int find_extent(const char *data, size_t directory, const char *entry, struct extent *ret,
		       struct fault *f)
{
	uint64_t at = le32(entry + 42);

	if (at + LOCAL_SIZE > directory || memcmp(data + at, "PK\3\4", 4) != 0)
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	ret->from = at;
	ret->to = at + LOCAL_SIZE + le16(data + at + 26) + le16(data + at + 28) + le32(entry + 20);
	if (ret->to > directory)
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static int check_overlap(struct extent *parts, size_t count, struct fault *f)
{
	qsort(parts, count, sizeof *parts, by_start);
	for (size_t i = 1; i < count; i++)
		if (parts[i].from < parts[i - 1].to)
			return fault_set(f, FAULT_ZIP_OVERLAP, 0, 0);
	return 0;
}

int package_check(const char *data, size_t len, const struct sheet_limits *limits, struct fault *f)
{
	CLEANUP(free_ptr) struct extent *parts = NULL;
	size_t end = find_end(data, len), at, directory;
	uint64_t total = 0;
	uint32_t count;

	if (end == len)
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	count = le16(data + end + 10);
	if (count > limits->entries)
		return fault_number(f, FAULT_ZIP_ENTRIES, 0, 0, count, limits->entries);
	directory = at = le32(data + end + 16);
	if (directory > end || le32(data + end + 12) > end - directory)
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	parts = calloc((size_t)count + 1, sizeof *parts);
	if (!parts)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	for (uint32_t i = 0; i < count; i++) {
		if (end - at < ENTRY_SIZE || memcmp(data + at, "PK\1\2", 4) != 0)
			return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
		if (check_entry(data + at, limits, &total, f) < 0 ||
		    find_extent(data, directory, data + at, &parts[i], f) < 0)
			return ERR_INVALID;
		at += ENTRY_SIZE + le16(data + at + 28) + le16(data + at + 30) +
		      le16(data + at + 32);
		if (at > end)
			return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	}
	return check_overlap(parts, count, f);
}
