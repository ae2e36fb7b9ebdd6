/* The stages of the pipeline; private to define. */
#ifndef DAICHO_DEFINE_PARSE_H
#define DAICHO_DEFINE_PARSE_H

#include "define/reading.h"

/* A reference to another ledger, resolved once all files are read. */
struct pending_ref {
	struct field_def *field;
	const char *name;
	struct pos pos;
	struct pending_ref *next;
};

/* Parses one file's tree. NULL when nothing usable came out; complaints tell. */
struct ledger_def *parse_ledger(struct reading *rd, const struct node *root,
				struct pending_ref **pending);
/* What items may name as needed. */
struct facts {
	const struct fact_def *item;
	size_t count;
};
struct facts parse_facts(struct reading *rd, const struct node *root);
struct catalogue *parse_catalogue(struct reading *rd, const struct node *root,
				  const struct facts *facts);
void parse_item(struct reading *rd, const struct node *n, const struct catalogue *c,
		const struct facts *facts, struct item_def *item);
/* True for `wording: source`: sentences are not ours, so our rules for them do not hold. */
bool read_wording(struct reading *rd, const struct node *root);
/* Ends stay words until link_crosswalk. */
struct crosswalk *parse_crosswalk(struct reading *rd, const struct node *root);
struct term_def *parse_glossary(struct reading *rd, const struct node *root, size_t *ret_count);

/* Parts of parse_ledger, one file each. */
void parse_fields(struct reading *rd, const struct node *root, struct ledger_def *l,
		  struct pending_ref **pending);
void parse_enums(struct reading *rd, const struct node *root, struct ledger_def *l);
/* Sorts the spellings of the values of *e for enum_called; one that two values claim is a
 * complaint. */
void enum_names_build(struct reading *rd, struct enum_def *e);
void parse_rules(struct reading *rd, const struct node *root, struct ledger_def *l);
void parse_views(struct reading *rd, const struct node *root, struct ledger_def *l);
/* After parse_rules: defaults come from the permissions. */
void parse_access(struct reading *rd, const struct node *root, struct ledger_def *l);
/* Indexes of the named fields of a list; unknown ones are complaints. */
int *parse_field_list(struct reading *rd, const struct node *map, const char *key,
		      const struct ledger_def *l, bool required, size_t *ret_count);

/* Rules that need the whole ledger. */
void check_access(struct reading *rd, const struct ledger_def *l);
/* Once references are linked. */
void check_access_refs(struct reading *rd, const struct ledger_def *l);
void check_ledger(struct reading *rd, const struct ledger_def *l);
/* Complains about a text of more than `max` characters. Texts of others may have this many. */
#define VERBATIM_MAX 8000
void check_length(struct reading *rd, const struct pos *at, const char *key, const char *text,
		  size_t max);
/* Sorts the ids as well, since it asks for each whether it stands twice. */
void check_catalogue(struct reading *rd, struct catalogue *c, const char *const *measures,
		     size_t measure_count);
/* What it replaces must be there, in force or kept. */
void link_replaces(struct reading *rd, const struct definitions *d, const struct catalogue *c);
/* One direction is stored; the other is derived, and two could contradict each other. */
void check_opposite(struct reading *rd, const struct definitions *d, const struct crosswalk *w);
/* Sets its digest and keeps its bytes; ERR_NOMEM. */
int finish_catalogue(struct reading *rd, struct catalogue *c, const char *bytes, size_t len);
/* Finds both ends of every pair; dead ones, doubles and what is missing are complaints. */
void link_crosswalk(struct reading *rd, struct crosswalk *w, const struct catalogue *from,
		    const struct catalogue *to);

#endif
