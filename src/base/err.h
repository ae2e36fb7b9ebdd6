/*
 * Errors: a negative code plus a complete message a user can act on.
 *
 * Every fallible function returns 0 (or a count) on success and a negative
 * enum err_code on failure, and fills its last parameter `struct err *`, which
 * may be NULL when the caller does not want the text. Library folders neither
 * print nor exit; the edges (page, cli) do, once.
 *
 * The text is Japanese, names the place and the next step, and holds no
 * personal data and no secret.
 */
#ifndef DAICHO_BASE_ERR_H
#define DAICHO_BASE_ERR_H

#include <stddef.h>

enum err_code {
	ERR_INVALID = -1,   /* input breaks a rule; err.field names it if known */
	ERR_DENIED = -2,    /* not permitted */
	ERR_NOT_FOUND = -3, /* no such thing (or not visible to the caller) */
	ERR_CONFLICT = -4,  /* somebody else changed it meanwhile */
	ERR_BUSY = -5,      /* try again later */
	ERR_LIMIT = -6,     /* larger than we accept */
	ERR_IO = -7,        /* disk, network or operating system refused */
	ERR_NOMEM = -8,     /* memory ran out */
	ERR_CORRUPT = -9,   /* stored data contradicts itself */
	ERR_USAGE = -10,    /* command line or configuration is wrong */
	ERR_BUG = -11       /* our own mistake */
};

struct err {
	int code;
	int sys;	  /* errno behind ERR_IO, 0 when unknown */
	int line, column; /* 1-based position in `file`, 0 when unknown */
	char file[256];   /* definition or input file, "" when none */
	char field[64];   /* name of the offending field, "" when none */
	char text[768];   /* the complete message */
};

/* Fills *e (may be NULL) and returns `code`, so that callers can write
 * `return err_set(err, ERR_INVALID, "...")`. Overlong text is cut. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set, naming the field the message is about. */
int err_field(struct err *e, int code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* As err_set, naming file, line and column (1-based). */
int err_at(struct err *e, int code, const char *file, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* As err_set for a failed system call: appends the Japanese cause of `errnum`
 * (disk full, no permission, missing ...) and what to do about it. */
int err_errno(struct err *e, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The standard message for memory that ran out. Returns ERR_NOMEM. */
int err_nomem(struct err *e);

/* Empties *e. */
void err_clear(struct err *e);

#endif
