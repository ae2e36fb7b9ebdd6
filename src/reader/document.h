/*
 * Documents from outside: a JSON or YAML file in, a tree of nodes out.
 *
 * As with sheets (sheet.h), the bytes are parsed in a sandboxed child, and the parent checks
 * every frame of what it is told. Every program that calls this must begin main() with
 * reader_child_main() of reader/child.h.
 */
#ifndef DAICHO_READER_DOCUMENT_H
#define DAICHO_READER_DOCUMENT_H

#include "base/node.h"
#include "reader/sheet.h"

enum document_format { DOCUMENT_JSON = 1, DOCUMENT_YAML };

#define DOCUMENT_BYTES_MAX ((size_t)24 << 20) /* of the file */
#define DOCUMENT_NODES_MAX 1000000u	      /* with those that YAML aliases repeat */
#define DOCUMENT_DEPTH_MAX 64
/* What an arena needs to hold the largest tree. */
#define DOCUMENT_ARENA ((size_t)512 << 20)

/*
 * Reads the `len` bytes at `bytes` (UTF-8, a mark in front is fine). YAML: one document,
 * aliases are followed, tags other than the common ones refused. Nodes carry line and column
 * in YAML only. Null is a plain scalar "null". *ret lives in `arena`.
 * ERR_INVALID for a faulty file (err.line, err.column), ERR_LIMIT for one that is too large,
 * ERR_IO when the child could not be run or died. Thread-safe; blocks.
 */
int document_read(const void *bytes, size_t len, enum document_format format, struct arena *arena,
		  struct node **ret, struct err *err);

#endif
