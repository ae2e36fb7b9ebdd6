/* The ledgers of a running program: definitions, their tables, rebuilding them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ledger/content.h"
#include "ledger/newest.h"

struct store *ledgers_store(struct ledgers *l)
{
	return l->store;
}

const struct definitions *ledgers_defs(const struct ledgers *l)
{
	return l->defs;
}

int ledgers_find(const struct ledgers *l, const char *name, const struct ledger_def **ret,
		 struct err *err)
{
	char names[480] = "";
	size_t i, n = 0;

	for (i = 0; i < l->count; i++) {
		const struct ledger_def *def = l->item[i].def;

		if (strcmp(def->name, name) == 0) {
			*ret = def;
			return 0;
		}
		if (!def->system && n < sizeof names)
			n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? "、" : "",
					      def->name);
	}
	return err_set(err, ERR_NOT_FOUND, "台帳「%s」はありません。ある台帳: %s", name, names);
}

bool ledgers_current(const struct ledgers *l, const struct ledger_def *def)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->item[i].def == def)
			return !l->item[i].stale;
	return false;
}

/* --- rebuilding ----------------------------------------------------------------- */

struct rebuild {
	struct ledgers *l;
	bool *wanted; /* per ledger */
};

static int rebuild_entry(struct ledgers *l, struct tx *tx, const struct projection *p, int64_t seq,
			 struct err *err)
{
	CLEANUP(buf_release) struct buf search;
	struct arena arena;
	struct entry e;
	int r;

	buf_init(&search, 0);
	arena_init(&arena, 0);
	r = content_read(tx_conn(tx), p->def, seq, &arena, &e, err);
	if (r >= 0) {
		projection_search_own(p->def, e.value, &arena, &search);
		r = projection_search_names(l, tx_conn(tx), p->def, e.value, &arena, &search, err);
	}
	if (r >= 0)
		r = projection_put(l, tx, &e, search.data ? search.data : "", &arena, err);
	arena_release(&arena);
	return r;
}

/* Writes the row of the newest revision of each entry. */
static int rebuild_rows(struct ledgers *l, struct tx *tx, const struct projection *p,
			struct err *err)
{
	struct newest_list list = { NULL, 0, 0 };
	size_t i;
	int r = newest_collect(tx_conn(tx), p->def, &list, err);

	for (i = 0; i < list.count && r >= 0; i++)
		r = rebuild_entry(l, tx, p, list.item[i].seq, err);
	newest_release(&list);
	return r;
}

static bool has_refs(const struct ledger_def *def)
{
	size_t i;

	for (i = 0; i < def->field_count; i++)
		if (def->field[i].type == FIELD_REF && !field_sealed(&def->field[i]))
			return true;
	return false;
}

static int put_digest(struct tx *tx, const struct projection *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_PROJECTION_PUT, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, p->def->name);
	stmt_text(st, 2, p->digest);
	return stmt_step(st, err);
}

/* All rows first, then once more those whose search text holds names that may
 * have been written after them. */
static int rebuild_write(struct tx *tx, void *arg, struct err *err)
{
	struct rebuild *b = arg;
	struct ledgers *l = b->l;
	size_t i;
	int r = 0;

	for (i = 0; i < l->count && r >= 0; i++)
		if (b->wanted[i])
			r = table_ensure(tx, &l->item[i].table, err);
	for (i = 0; i < l->count && r >= 0; i++) {
		if (!b->wanted[i])
			continue;
		r = table_clear(tx, &l->item[i].table, err);
		table_sets_clear(l->item[i].sets);
		if (r >= 0)
			r = rebuild_rows(l, tx, &l->item[i], err);
	}
	for (i = 0; i < l->count && r >= 0; i++) {
		if (!b->wanted[i])
			continue;
		if (has_refs(l->item[i].def))
			r = rebuild_rows(l, tx, &l->item[i], err);
		if (r >= 0)
			r = put_digest(tx, &l->item[i], err);
	}
	return r;
}

int ledgers_rebuild(struct ledgers *l, struct err *err)
{
	struct rebuild b = { l, calloc(l->count ? l->count : 1, sizeof *b.wanted) };
	size_t i;
	int r;

	if (!b.wanted)
		return err_nomem(err);
	for (i = 0; i < l->count; i++)
		b.wanted[i] = true;
	r = store_write(l->store, NULL, rebuild_write, &b, NULL, err);
	free(b.wanted);
	return r < 0 ? r : 0;
}

/* --- opening ---------------------------------------------------------------------- */

/* Whether the table of *p was built with another shape, or never. */
static int is_outdated(struct conn *c, const struct projection *p, bool *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_PROJECTION_DIGEST, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, p->def->name);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	*ret = r == 0 || strcmp(col_text(st, 0), p->digest) != 0;
	return 0;
}

static int find_outdated(struct ledgers *l, bool *wanted, bool *ret_any, struct err *err)
{
	struct conn *c = NULL;
	size_t i;
	int r = store_read_begin(l->store, &c, err);

	if (r < 0)
		return r;
	for (i = 0; i < l->count && r >= 0; i++) {
		r = is_outdated(c, &l->item[i], &wanted[i], err);
		*ret_any |= wanted[i];
	}
	store_read_end(c);
	return r;
}

static int bring_up_to_date(struct ledgers *l, struct err *err)
{
	struct rebuild b = { l, calloc(l->count ? l->count : 1, sizeof *b.wanted) };
	bool any = false, writable;
	struct err why;
	size_t i;
	int r;

	if (!b.wanted)
		return err_nomem(err);
	r = find_outdated(l, b.wanted, &any, err);
	writable = store_writable(l->store, &why);
	for (i = 0; i < l->count; i++)
		l->item[i].stale = b.wanted[i] && !writable;
	if (r >= 0 && any && writable)
		r = store_write(l->store, NULL, rebuild_write, &b, NULL, err);
	free(b.wanted);
	return r < 0 ? r : 0;
}

int ledgers_open(struct store *store, const struct definitions *defs, struct ledgers **ret,
		 struct err *err)
{
	const struct ledger_def *const *def;
	struct ledgers *l = calloc(1, sizeof *l);
	size_t i, n;
	int r = 0;

	if (!l)
		return err_nomem(err);
	l->store = store;
	l->defs = defs;
	def = define_ledgers(defs, &n);
	l->item = calloc(n ? n : 1, sizeof *l->item);
	if (!l->item)
		r = err_nomem(err);
	for (i = 0; i < n && r >= 0; i++) {
		l->count = i + 1;
		r = projection_init(&l->item[i], def[i], err);
	}
	if (r >= 0)
		r = bring_up_to_date(l, err);
	if (r < 0) {
		ledgers_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void ledgers_free(struct ledgers *l)
{
	size_t i;

	if (!l)
		return;
	for (i = 0; i < l->count; i++)
		projection_release(&l->item[i]);
	free(l->item);
	free(l);
}
