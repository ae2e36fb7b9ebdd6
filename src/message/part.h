/*
 * What a message says, as a tree, before anybody asks what it means: made of XML (markup.h) or
 * JSON (json.h), written as canonical JSON. Everything lives in an arena.
 */
#ifndef DAICHO_MESSAGE_PART_H
#define DAICHO_MESSAGE_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

enum part_kind {
	PART_OBJECT,
	PART_LIST,
	PART_TEXT,
	PART_NUMBER, /* text as received */
	PART_TRUE,
	PART_FALSE,
	PART_NULL,
	PART_ELEMENT /* of XML: attributes are members "@name", text is the member "$" */
};

struct part {
	enum part_kind kind;
	const char *key; /* of a member, NUL-terminated; NULL in a list */
	size_t key_len;
	const char *text; /* followed by a NUL that is not counted */
	size_t len;
	size_t from, to; /* place in the bytes given */
	size_t count;
	struct part *first, *last, *next;
};

#define PART_DEPTH_MAX 60 /* canonical JSON holds 64 */

/* Adds an empty part at the end of `parent` (may be NULL). NULL when memory ran out. */
struct part *part_add(struct arena *a, struct part *parent, enum part_kind kind, const char *key,
		      size_t key_len);
struct part *part_text(struct arena *a, struct part *parent, const char *key, const char *text,
		       size_t len);
struct part *part_number(struct arena *a, struct part *parent, const char *key, long long value);

/* First member of that name; of XML without regard to a namespace prefix. NULL in gives NULL. */
const struct part *part_get(const struct part *p, const char *key);
/* The next one of the same name. */
const struct part *part_again(const struct part *p);
/* Text of a member that is a text or number, of an element that of its "$"; "" if none. */
const char *part_str(const struct part *p, const char *key);
/* Text of the part itself. */
const char *part_own(const struct part *p);

/* Appends canonical JSON: keys sorted, elements of one name as a list. A number that is no 64-bit
 * integer becomes {"$number":"1.10"}, a null {"$null":true}; a byte of a key that is not ASCII,
 * and %, becomes %XX. False when a name stands twice in an object or memory ran out. */
bool part_write(const struct part *p, struct buf *b);

#endif
