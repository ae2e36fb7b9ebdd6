/*
 * The body of a request as it arrives: a form in memory, files straight to
 * disk, or JSON text. Used by the server only.
 */
#ifndef DAICHO_WEB_BODY_H
#define DAICHO_WEB_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "web/fields.h"
#include "web/multipart.h"
#include "web/request.h"

enum body_kind { BODY_NONE, BODY_URLENCODED, BODY_MULTIPART, BODY_JSON, BODY_TEXT };

struct body_upload {
	struct upload shown;
	struct body_upload *next;
};

struct body {
	enum body_kind kind;
	struct arena *arena;
	struct fields form;
	struct buf text; /* form or JSON text, or the multipart field being read */
	struct multipart parts;
	const char *upload_dir;
	const char *field;	    /* of the part being read */
	struct body_upload *upload; /* file being read, NULL for a field */
	struct body_upload *uploads, *last;
	int fd; /* of that file, -1 for none */
	size_t files;
	size_t received, limit;
	struct err err; /* first failure: the rest of the body is dropped */
};

/* Makes *b a body of nothing. */
void body_init(struct body *b, struct arena *arena, size_t count_max, size_t value_max);
/* Prepares for a body of that Content-Type; `text` allows text/plain, or no type at all.
 * ERR_INVALID for types no form has; ERR_DENIED for files where upload_dir is NULL comes later, with the file. */
int body_begin(struct body *b, const char *content_type, bool text, size_t limit,
	       const char *upload_dir, struct err *err);
/* Takes the next bytes. Failures are kept and returned by body_end. */
void body_add(struct body *b, const char *p, size_t n);
/* The body is complete. */
int body_end(struct body *b, struct err *err);
/* Removes the temporary files. */
void body_release(struct body *b);
/* Removes temporary files that a killed server left in `dir`. Files of other
 * names are not touched; what cannot be removed stays. */
void body_sweep(const char *dir);

#endif
