#include "catalogue/installed.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "catalogue/edition.h"

#define LEDGER "catalogue_files"
#define TRIES 5

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct installed *item;
	size_t count, alloc;
};

/* --- reading -------------------------------------------------------------------------- */

static const char *value(const struct gather *g, const struct list_row *row, const char *field)
{
	int i = ledger_field(g->def, field);
	const char *v = i < 0 ? "" : row->value[i];

	return v && *v ? arena_strdup(g->arena, v) : "";
}

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct installed *in;

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "取り込んだ基準が多すぎます（%zu件まで）", g->alloc);
	in = &g->item[g->count++];
	memcpy(in->id, row->id, strlen(row->id) + 1);
	in->rev = row->rev;
	in->at_us = row->at_us;
	in->crosswalk = strcmp(value(g, row, "kind"), "crosswalk") == 0;
	in->taken_back = row->state == STATE_VOIDED || row->state == STATE_RETURNED;
	in->trial = row->state == STATE_DRAFT;
	in->title = value(g, row, "title");
	in->definition = value(g, row, "definition");
	in->edition = value(g, row, "edition");
	in->digest = value(g, row, "digest");
	in->source_name = value(g, row, "source_name");
	in->instead_of = value(g, row, "instead_of");
	in->changes = value(g, row, "changes");
	in->applied_on = value(g, row, "applied_on");
	in->by = account_name(g->c, row->actor, g->arena);
	return arena_failed(g->arena) ? err_nomem(err) : 0;
}

/* Ids tell the order; the newest comes first. */
static int by_id(const void *a, const void *b)
{
	return -strcmp(((const struct installed *)a)->id, ((const struct installed *)b)->id);
}

static bool same_definition(const struct installed *a, const struct installed *b)
{
	return a->crosswalk == b->crosswalk && strcmp(a->definition, b->definition) == 0;
}

static void mark_in_force(struct installed *list, size_t count)
{
	size_t i, n;

	for (i = 0; i < count; i++) {
		list[i].in_force = !list[i].taken_back;
		for (n = 0; n < i; n++)
			if (list[n].in_force && same_definition(&list[n], &list[i]))
				list[i].in_force = false;
	}
}

int installed_list(struct ledgers *l, struct conn *c, struct arena *arena, struct installed **ret,
		   size_t *ret_count, struct err *err)
{
	struct gather g = { .l = l, .c = c, .arena = arena };
	struct list_query q = { .sort = -1, .with_voided = true, .limit = INT64_MAX };
	int64_t total = 0;
	int r = ledgers_find(l, LEDGER, &g.def, err);

	*ret = NULL;
	*ret_count = 0;
	/* A folder of an older program that is only read: nothing was installed there. */
	if (r == 0 && !ledgers_current(l, g.def))
		return 0;
	q.def = g.def;
	if (r == 0)
		r = list_count(l, c, &q, 0, &total, err);
	if (r < 0)
		return r;
	g.alloc = (size_t)total;
	g.item = arena_calloc(arena, g.alloc + 1, sizeof *g.item);
	r = g.item ? list_each(l, c, &q, gather_row, &g, err) : err_nomem(err);
	if (r < 0)
		return r;
	if (g.count)
		qsort(g.item, g.count, sizeof *g.item, by_id);
	mark_in_force(g.item, g.count);
	*ret = g.item;
	*ret_count = g.count;
	return 0;
}

int installed_find(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
		   struct installed *ret, struct err *err)
{
	struct installed *list;
	size_t count, i;
	int r = installed_list(l, c, arena, &list, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (strcmp(list[i].id, id) == 0) {
			*ret = list[i];
			return 0;
		}
	return r < 0 ? r
		     : err_set(err, ERR_NOT_FOUND,
			       "その基準は取り込まれていません。基準の更新の一覧から選んでくださ"
			       "い");
}

/* --- putting in force -------------------------------------------------------------------- */

struct loading {
	struct ledgers *l;
	const struct catalogue **catalogue;
	const struct crosswalk **walk;
	size_t catalogue_count, walk_count;
};

/* Reads one file into the definitions. */
static int load_one(struct loading *k, const struct installed *in, struct err *err)
{
	const struct definitions *d = ledgers_defs(k->l);
	const struct catalogue *known =
		in->crosswalk ? NULL : define_edition(d, in->definition, in->digest);
	CLEANUP(buf_release) struct buf b;
	int r = 0;

	buf_init(&b, 0);
	if (!known)
		r = edition_bytes(k->l, in->digest, &b, err);
	if (r == 0 && in->crosswalk)
		r = define_keep_crosswalk(d, in->definition, b.data ? b.data : "", b.len,
					  &k->walk[k->walk_count], err);
	else if (r == 0 && !known)
		r = define_keep_catalogue(d, in->definition, b.data ? b.data : "", b.len, &known,
					  err);
	if (r < 0)
		return r;
	if (in->crosswalk)
		k->walk_count++;
	else
		k->catalogue[k->catalogue_count++] = known;
	return 0;
}

static bool is_loaded(const struct installed *list, size_t at, const bool *loaded)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (loaded[i] && same_definition(&list[i], &list[at]))
			return true;
	return false;
}

/* The newest readable one of each. */
static int load_all(struct loading *k, const struct installed *list, size_t count,
		    struct arena *arena, struct err *err)
{
	bool *loaded = arena_calloc(arena, count + 1, sizeof *loaded);
	size_t i;

	k->catalogue = arena_calloc(arena, count + 1, sizeof *k->catalogue);
	k->walk = arena_calloc(arena, count + 1, sizeof *k->walk);
	if (arena_failed(arena))
		return err_nomem(err);
	for (i = 0; i < count; i++) {
		if (list[i].taken_back || is_loaded(list, i, loaded))
			continue;
		loaded[i] = load_one(k, &list[i], err) == 0;
	}
	return 0;
}

static int load(struct ledgers *l, struct err *err)
{
	const struct definitions *d = ledgers_defs(l);
	uint64_t before = define_generation(d);
	struct loading k = { .l = l };
	struct installed *list = NULL;
	struct arena arena;
	struct conn *c = NULL;
	size_t count = 0;
	int r = store_read_begin(ledgers_store(l), &c, err);

	arena_init(&arena, 0);
	if (r == 0)
		r = installed_list(l, c, &arena, &list, &count, err);
	store_read_end(c);
	if (r == 0)
		r = load_all(&k, list, count, &arena, err);
	/* Nothing installed, and nothing to take back. */
	if (r == 0 && (k.catalogue_count || k.walk_count || before > 1))
		r = define_overlay(d,
				   &(struct overlay){ .catalogue = k.catalogue,
						      .catalogue_count = k.catalogue_count,
						      .crosswalk = k.walk,
						      .crosswalk_count = k.walk_count,
						      .based_on = before },
				   err);
	arena_release(&arena);
	return r;
}

int installed_load(struct ledgers *l, struct err *err)
{
	int r = ERR_CONFLICT, i;

	/* Somebody else's change that came between is read with the next try. */
	for (i = 0; r == ERR_CONFLICT && i < TRIES; i++)
		r = load(l, err);
	return r;
}

/* --- verification ------------------------------------------------------------------------- */

static int check_one(struct ledgers *l, struct conn *c, const struct installed *in, struct err *err)
{
	const struct crosswalk *walk;
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 0);
	if (!in->crosswalk)
		return edition_check(l, c, in->definition, in->digest, err);
	r = edition_bytes(l, in->digest, &b, err);
	return r < 0 ? r
		     : define_keep_crosswalk(ledgers_defs(l), in->definition, b.data, b.len, &walk,
					     err);
}

int installed_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		    void *arg, struct err *err)
{
	struct installed *list = NULL;
	struct arena arena;
	size_t count = 0, i;
	int r;

	arena_init(&arena, 0);
	r = installed_list(l, c, &arena, &list, &count, err);
	for (i = 0; r == 0 && i < count; i++) {
		struct err why;
		const char *text;

		if (check_one(l, c, &list[i], &why) == 0)
			continue;
		text = arena_printf(&arena, "取り込んだ基準 %s（%s）のファイルを読めません: %s",
				    list[i].definition, list[i].edition, why.text);
		found(arg, text ? text : why.text);
	}
	arena_release(&arena);
	return r;
}
