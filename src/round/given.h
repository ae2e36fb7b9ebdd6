/* A sheet's own answer: from what people type to the one stored form, and back. */
#ifndef DAICHO_ROUND_GIVEN_H
#define DAICHO_ROUND_GIVEN_H

#include "base/arena.h"
#include "define/define.h"

/* Stored form of `typed` for an item that is not answered by はい or いいえ: text trimmed, a
 * number as plain digits, a date YYYY-MM-DD, a choice as printed, choices one per line in
 * printed order. ERR_INVALID, field "given", says what is accepted. */
int given_parse(const struct item_def *item, const char *typed, struct arena *arena,
		const char **ret, struct err *err);
/* As people read it: choices in one line. NULL when memory runs out. */
const char *given_show(const struct item_def *item, const char *stored, struct arena *arena);
/* Stored form of the marked statements: one per line, in the order of the item.
 * ERR_INVALID, field "statements", for an id the item does not have. */
int statements_parse(const struct item_def *item, const char *typed, struct arena *arena,
		     const char **ret, struct err *err);
/* True if the lines of `text` hold `line`. */
bool lines_have(const char *text, const char *line);
/* Lines that are not empty. */
size_t lines_count(const char *text);

#endif
