/*
 * multipart/form-data (RFC 7578), parsed as it arrives, in constant memory.
 *
 * Strict: no text before the first or after the last boundary, CRLF line ends,
 * exactly one Content-Disposition of type form-data per part, no transfer
 * encodings, no nesting.
 */
#ifndef DAICHO_WEB_MULTIPART_H
#define DAICHO_WEB_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define MULTIPART_BOUNDARY_MAX 70 /* RFC 2046 section 5.1.1 */
#define MULTIPART_HEAD_MAX 4096	  /* bytes of the headers of one part */
#define MULTIPART_PARTS_MAX 5000

/* Head of one part; texts are UTF-8 and valid during the call only. */
struct part_head {
	const char *name;
	const char *filename; /* as sent; NULL for a plain field */
	const char *type;     /* declared type, "" when absent */
};

/* Each returns 0 or a negative enum err_code, which stops the parser. */
struct multipart_events {
	int (*begin)(void *ctx, const struct part_head *head, struct err *err);
	int (*data)(void *ctx, const char *p, size_t n, struct err *err);
	int (*end)(void *ctx, struct err *err);
};

enum multipart_state {
	MULTIPART_START, /* before the first boundary */
	MULTIPART_HEAD,
	MULTIPART_DATA,
	MULTIPART_AFTER, /* behind a boundary: CRLF or "--" follows */
	MULTIPART_DONE
};

struct multipart {
	const struct multipart_events *events;
	void *ctx;
	char delimiter[MULTIPART_BOUNDARY_MAX + 5]; /* CRLF, "--", boundary */
	size_t delimiter_len;
	enum multipart_state state;
	size_t parts;
	size_t skip;	 /* bytes at the start of hold that belong to the head */
	struct buf hold; /* bytes not yet understood */
};

/* Takes the boundary from a Content-Type value. ERR_INVALID when it is missing
 * or malformed. `events` must outlive *m. */
int multipart_init(struct multipart *m, const char *content_type,
		   const struct multipart_events *events, void *ctx, struct err *err);
void multipart_release(struct multipart *m);
/* Feeds the next bytes of the body. */
int multipart_feed(struct multipart *m, const char *p, size_t n, struct err *err);
/* Call at the end of the body: ERR_INVALID if the last boundary is missing. */
int multipart_finish(struct multipart *m, struct err *err);

/* Makes a name for showing from what a client sent: last component only, no
 * control or direction characters, at most 200 bytes with its extension kept,
 * never "" or dots alone. ret holds 201 bytes. */
void upload_name(const char *filename, char ret[201]);

#endif
