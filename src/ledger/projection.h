/*
 * The shape in which a ledger stands in its typed table, and the rows; inside
 * src/ledger only.
 *
 * Patient and secret fields stand there as keyed tags; decimals as integers
 * scaled by their digits after the point, so that they sort as numbers.
 */
#ifndef DAICHO_LEDGER_PROJECTION_H
#define DAICHO_LEDGER_PROJECTION_H

#include "ledger/entry.h"

struct projection {
	const struct ledger_def *def;
	struct table table;
	struct table_column *column;
	struct table_index *index;
	const char **named; /* ledgers whose names stand in the search text */
	struct table_sets *sets;
	char (*key)[12];	    /* field ids as text: the keys of the parts */
	int *by_key;		    /* field indexes in the byte order of their ids as text */
	char digest[HASH_HEX_SIZE]; /* of everything the rows depend on */
	bool stale;		    /* read-only store whose rows have another shape */
};

struct ledgers {
	struct store *store;
	const struct definitions *defs;
	struct projection *item;
	size_t count;
};

/* Fills *p for def; projection_release frees. */
int projection_init(struct projection *p, const struct ledger_def *def, struct err *err);
void projection_release(struct projection *p);
/* That of `def`. Never NULL for a definition of these ledgers. */
const struct projection *projection_of(const struct ledgers *l, const struct ledger_def *def);

static inline bool field_sealed(const struct field_def *f)
{
	return f->class == CLASS_PATIENT || f->class == CLASS_SECRET;
}

/* A stored value as it stands in the table: tag, scaled decimal or itself. NULL when
 * memory ran out. */
const char *projection_value(const struct ledgers *l, const struct ledger_def *def, int field,
			     const char *stored, struct arena *arena);
/* The way back, for what can be got back ("" for tags and empty columns). */
const char *projection_stored(const struct field_def *f, const char *column, struct arena *arena);

/* Appends the search form of what people read in `value` and what needs no other
 * entry to know. */
void projection_search_own(const struct ledger_def *def, const char *const *value,
			   struct arena *arena, struct buf *b);
/* Appends that of names of referenced entries and files, as of this snapshot. */
int projection_search_names(struct ledgers *l, struct conn *c, const struct ledger_def *def,
			    const char *const *value, struct arena *arena, struct buf *b,
			    struct err *err);

/* Writes the row of *e with this search text. Inside store_write. */
int projection_put(struct ledgers *l, struct tx *tx, const struct entry *e, const char *search,
		   struct arena *arena, struct err *err);
/* Brings the search text of entries up to date that name *e, whose name has
 * changed. Inside store_write. */
int projection_renamed(struct ledgers *l, struct tx *tx, const struct entry *e, struct err *err);

/* Fixed columns and values of one row; strings live in the arena. */
struct projected_row {
	char entry[ID_SIZE];
	int64_t rev, seq, at_us;
	enum entry_state state;
	const char *actor, *behalf, *search;
	const char *const *column; /* as in the table, "" for empty */
};
/* 1 and the row of an entry, 0 if there is none. */
int projection_find(const struct ledgers *l, struct conn *c, const struct ledger_def *def,
		    const char *entry, struct arena *arena, struct projected_row *ret,
		    struct err *err);
/* Copies a row of a running query. */
int projection_copy(const struct projection *p, const struct table_row *r, struct arena *arena,
		    struct projected_row *ret, struct err *err);

#endif
