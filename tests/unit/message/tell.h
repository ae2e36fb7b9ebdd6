/* Reads one input without a child and shows each message as one line of words. */
#ifndef TESTS_MESSAGE_TELL_H
#define TESTS_MESSAGE_TELL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "message/message.h"

#define TELL_NOW (INT64_C(1795000000) * 1000000) /* 2026-11-18T11:06:40Z */

struct told {
	struct arena arena;
	struct message *m;
	size_t count;
};

struct told tell(enum message_format format, const char *bytes, size_t len);
struct told tell_text(enum message_format format, const char *text);
/* A file below the given folder; count 0 where it is absent. */
struct told tell_file(enum message_format format, const char *path);
void told_release(struct told *t);

/* "action outcome user@terminal patient object" of one message, '-' for nothing. */
const char *told_line(const struct told *t, size_t i, char *ret, size_t size);
void expect(const struct told *t, size_t i, const char *line);
/* Reads the text and expects one message; released. */
void expect_text(enum message_format format, const char *text, const char *line);
/* As one that cannot be read, with a reason that holds `says`. */
void expect_fault(enum message_format format, const char *bytes, size_t len, const char *says);

#endif
