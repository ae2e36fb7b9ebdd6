/*
 * Forms that are kept with their maps, so that they need not be chosen again: entries of the
 * system ledger `forms`, both files as attachments.
 */
#ifndef DAICHO_INTEROP_FORM_SHELF_H
#define DAICHO_INTEROP_FORM_SHELF_H

#include "interop/form.h"
#include "ledger/entry.h"

struct form_kept {
	char id[ID_SIZE];
	int64_t rev;
	const char *title, *catalogue, *registered_on;
	const char *form, *map;		  /* hashes of the files */
	const char *form_name, *map_name; /* what people call them */
};

/* Those for a catalogue, newest first; none where the data folder is older than the ledger. */
int form_shelf_list(struct ledgers *l, struct conn *c, const char *catalogue, struct arena *arena,
		    struct form_kept **ret, size_t *ret_count, struct err *err);
int form_shelf_find(struct ledgers *l, struct conn *c, const char *catalogue, const char *id,
		    struct arena *arena, struct form_kept *ret, struct err *err);
/* The bytes of one of its files, appended to b. ERR_NOT_FOUND, ERR_CORRUPT. */
int form_shelf_bytes(struct ledgers *l, const char *hash, struct buf *b, struct err *err);

/* Two files as they lie on disk, with what people call them. */
struct form_wish {
	const char *title; /* "": what the map says */
	const char *form_path, *form_name, *map_path, *map_name;
};
/* Keeps a pair for the catalogue of `v`; it must be able to fill it in. ERR_INVALID, ERR_DENIED. */
int form_shelf_keep(struct ledgers *l, const struct actor *who, const struct form_wish *wish,
		    const struct round_view *v, const char *key, struct receipt *ret,
		    struct err *err);
/* It is no longer offered; its history stays. */
int form_shelf_drop(struct ledgers *l, const struct actor *who, const struct form_kept *kept,
		    const char *key, struct receipt *ret, struct err *err);

/* Fills a kept form in. form_shelf_look works out what would be written, without the form. */
int form_shelf_fill(struct ledgers *l, const struct form_kept *kept, const struct round_view *v,
		    const char *org, struct arena *arena, struct buf *ret,
		    struct form_filled *filled, struct err *err);
int form_shelf_look(struct ledgers *l, const struct form_kept *kept, const struct round_view *v,
		    struct arena *arena, struct form_filled *filled, struct err *err);

/* Reads both files from disk and fills the form in. */
int form_fill_files(const struct form_wish *wish, const struct round_view *v, const char *org,
		    struct arena *arena, struct buf *ret, struct form_filled *filled,
		    struct err *err);

#endif
