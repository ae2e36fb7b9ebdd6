/*
 * OSCAL (JSON, model version 1.2.1): what the documents we write have in common; private to
 * interop.
 *
 * Names are stable: the same thing has the same token and the same UUID in every export. What
 * OSCAL has no place for stands in properties and parts of our own namespace, so that a catalogue
 * read back is the one written.
 */
#ifndef DAICHO_INTEROP_OSCAL_H
#define DAICHO_INTEROP_OSCAL_H

#include <jansson.h>

#include "base/buf.h"
#include "define/define.h"

#define OSCAL_VERSION "1.2.1"
#define OSCAL_NS "urn:daicho:oscal"
#define UUID_SIZE 37

/* RFC 9562 version 5 of a name in daicho's own namespace. */
void uuid_v5(const char *name, char ret[UUID_SIZE]);
/* The same as a new JSON string. */
json_t *oscal_uuid(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Appends text to a token: letters, digits, "." and "-" as they are, everything else as
 * "_HEX_", so that two texts never give one token. */
void oscal_token_add(struct buf *b, const char *text);
/* The token of a catalogue's item, of a statement of it ("" for the item's own sentence), and
 * of a section or a group within one ("" for the section). New JSON strings. */
json_t *oscal_control_id(const struct catalogue *c, const struct item_def *item);
json_t *oscal_statement_id(const struct catalogue *c, const struct item_def *item, const char *id);
json_t *oscal_group_id(const struct catalogue *c, const char *section, const char *group);

/* A new string as OSCAL wants it: on one line, no blanks at its ends; "-" for an empty one. */
json_t *oscal_line(const char *text);
/* A new string of markup: what Markdown would take for its own is escaped. */
json_t *oscal_prose(const char *text);
/* The other way round; appended to b. */
void oscal_unescape(const char *prose, struct buf *b);

/* Adds {name, value} to an array; empty values are left out. `own`: of our namespace. */
void oscal_prop(json_t *props, bool own, const char *name, const char *value);
/* Adds a part of our namespace with title (NULL: none) and prose; an empty one is left out. */
void oscal_part(json_t *parts, const char *name, const char *title, const char *prose);
/* Sets an array unless it is empty; takes it over. */
void oscal_set_list(json_t *object, const char *key, json_t *list);

/* metadata with what is required; `published` is a date or "". */
json_t *oscal_metadata(const char *title, const char *version, const char *published);
/* Adds a party of `type` ("organization", "person") and makes it responsible as `role`;
 * `role_title` is what the role is called. `name` "" adds nothing. */
void oscal_party(json_t *metadata, const char *type, const char *role, const char *role_title,
		 const char *name);
/* "2026-05-07T00:00:00+09:00" of a date, and UTC of microseconds. */
json_t *oscal_date(const char *date);
json_t *oscal_time(int64_t us);
/* Adds a resource to the back matter of a document, once for a key, and gives "#uuid" for links to
 * it. `link` (an object with href, taken over) says where it lies; NULL: nowhere. */
json_t *oscal_resource(json_t *document, const char *key, const char *title,
		       const char *description, json_t *link);

/* A document under its name, ready to be printed; takes it over. ERR_NOMEM if it is NULL. */
int oscal_finish(json_t *document, const char *name, json_t **ret, struct err *err);

#endif
