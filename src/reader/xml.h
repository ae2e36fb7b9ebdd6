/*
 * XML of a workbook part, through expat with everything dangerous refused: a
 * DOCTYPE before expat sees it, deep nesting, any encoding but UTF-8. Names come
 * without their namespace prefix ("x:row" is "row").
 */
#ifndef DAICHO_READER_XML_H
#define DAICHO_READER_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "reader/fault.h"
#include "reader/package.h"

/* Each returns 0, or negative with the fault set. Any of them may be NULL.
 * `attrs` is expat's list: name, value, ..., NULL. */
struct xml_handler {
	int (*start)(void *arg, const char *name, const char **attrs, struct fault *f);
	int (*end)(void *arg, const char *name, struct fault *f);
	int (*text)(void *arg, const char *s, size_t len, struct fault *f);
	void *arg;
};

struct xml;

/* `part` is named in faults and must outlive the parser. NULL when memory ran out. */
struct xml *xml_new(const struct xml_handler *handler, const char *part);
void xml_free(struct xml *x); /* NULL-safe */
/* Feeds the next bytes; `last` ends the document. */
int xml_feed(struct xml *x, const char *bytes, size_t len, bool last, struct fault *f);

/* Within a handler: where the tag stands in the bytes fed so far, and how long it is. At the end of
 * an empty tag it is of no length, behind it. */
void xml_position(const struct xml *x, size_t *ret_from, size_t *ret_len);

/* Value of an attribute by its name without prefix, or NULL. */
const char *xml_attr(const char **attrs, const char *name);
/* True for "1", "true", "on". */
bool xml_true(const char *value);

/* Parses one part of a package from beginning to end. */
int xml_read(struct package *p, const char *part, const struct xml_handler *handler,
	     struct fault *f);

#endif
