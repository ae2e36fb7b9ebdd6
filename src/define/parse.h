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
struct catalogue *parse_catalogue(struct reading *rd, const struct node *root);

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
void check_catalogue(struct reading *rd, const struct catalogue *c, const char *const *measures,
		     size_t measure_count);

#endif
