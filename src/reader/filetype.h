/*
 * What a file is, by its first bytes and not by what its name claims.
 *
 * Looks at no more than FILETYPE_HEAD bytes and parses nothing, so it is safe
 * outside the sandbox.
 */
#ifndef DAICHO_READER_FILETYPE_H
#define DAICHO_READER_FILETYPE_H

#include <stdbool.h>
#include <stddef.h>

#define FILETYPE_HEAD 4096

struct filetype {
	const char *mime;  /* canonical, "application/octet-stream" when unknown; static */
	const char *label; /* Japanese: "PDF", "Excelブック（xlsx）"; static */
	bool lies;	   /* the extension promises another kind of file */
	bool active;	   /* can carry script: HTML, SVG, XML, programs, macro documents */
};

/* `head` holds the first `n` bytes of the file (at least FILETYPE_HEAD of them,
 * or all there are; more is ignored). `filename` may be NULL. A name without an
 * extension, or with one we do not know, promises nothing. */
struct filetype filetype_detect(const void *head, size_t n, const char *filename);

#endif
