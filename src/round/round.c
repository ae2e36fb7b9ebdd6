#include "round/round.h"

#include <stdlib.h>
#include <string.h>

#include "catalogue/edition.h"
#include "round/about.h"
#include "round/building.h"
#include "round/fields.h"

const char *answer_name(enum answer_value v)
{
	static const char *const names[] = { "unconfirmed", "yes", "no", "na", "given" };

	return names[v];
}

const char *answer_label(enum answer_value v)
{
	static const char *const labels[] = { "未確認", "はい", "いいえ", "対象外", "回答済み" };

	return labels[v];
}

int answer_parse(const char *name)
{
	int v;

	for (v = 0; v < ANSWER_MAX; v++)
		if (strcmp(answer_name((enum answer_value)v), name) == 0)
			return v;
	return -1;
}

const char *system_value(const struct ledger_def *def, const char *const *value, const char *field)
{
	int index = ledger_field(def, field);

	return index < 0 || !value[index] ? "" : value[index];
}

int system_put(const struct ledger_def *def, const char **value, const char *field,
	       const char *stored, struct err *err)
{
	int index = ledger_field(def, field);

	if (index < 0)
		return err_set(err, ERR_BUG,
			       "台帳 %s に項目 %s がありません。contentを確かめてください",
			       def->name, field);
	value[index] = stored ? stored : "";
	return 0;
}

const char **system_values(const struct ledger_def *def, struct arena *arena)
{
	const char **value = arena_calloc(arena, def->field_count, sizeof *value);
	size_t i;

	for (i = 0; value && i < def->field_count; i++)
		value[i] = "";
	return value;
}

/* --- one row ------------------------------------------------------------------------ */

/* The edition it was opened with. One from before editions were kept may be gone; then the one in
 * force has to do, and pages say so. */
static int find_edition(struct ledgers *l, struct conn *c, const char *id, const char *digest,
			struct round *ret, struct err *err)
{
	const struct catalogue *now = define_catalogue(ledgers_defs(l), id);

	ret->catalogue =
		now && strcmp(now->digest, digest) == 0 ? now : edition_find(l, c, id, digest);
	ret->newer = ret->catalogue && ret->catalogue != now ? now : NULL;
	ret->catalogue_changed = !ret->catalogue;
	if (!ret->catalogue)
		ret->catalogue = now;
	return ret->catalogue
		       ? 0
		       : err_set(err, ERR_NOT_FOUND,
				 "点検に使った基準 %s がありません。元のファイルを content に戻"
				 "してください",
				 id);
}

static int fill_round(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		      const char *id, int64_t rev, const char *const *value, struct arena *arena,
		      struct round *ret, struct err *err)
{
	struct about about;
	int r;

	memset(ret, 0, sizeof *ret);
	memcpy(ret->id, id, strlen(id) + 1);
	ret->rev = rev;
	r = find_edition(l, c, system_value(def, value, "catalogue"),
			 system_value(def, value, "catalogue_digest"), ret, err);
	if (r < 0)
		return r;
	ret->year = (int)strtol(system_value(def, value, "year"), NULL, 10);
	ret->scope = arena_strdup(arena, system_value(def, value, "scope"));
	ret->title = arena_strdup(arena, system_value(def, value, "title"));
	ret->opened_on = arena_strdup(arena, system_value(def, value, "opened_on"));
	ret->status = arena_strdup(arena, system_value(def, value, "status"));
	if (!ret->scope || !ret->title || !ret->opened_on || !ret->status)
		return err_nomem(err);
	r = about_read(l, c, ret->scope, arena, &about, err);
	if (r < 0)
		return r;
	ret->about = about.kind;
	ret->scope_name = about.name;
	ret->vendor = about.vendor;
	ret->contract = about.contract;
	return 0;
}

/* --- list ------------------------------------------------------------------------ */

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct round *item;
	int64_t *seq;
	size_t count, alloc;
};

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	int r;

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "点検が多すぎます（%zu件まで）", g->alloc);
	r = fill_round(g->l, g->c, g->def, row->id, row->rev, row->value, g->arena,
		       &g->item[g->count], err);
	if (r == 0)
		g->count++;
	return r;
}

/* All rounds in the order of their ids, which is the order they were opened in. */
static int gather_rounds(struct gather *g, struct err *err)
{
	struct list_query q = { .sort = -1, .limit = INT64_MAX };
	int64_t total;
	int r = ledgers_find(g->l, "rounds", &g->def, err);

	q.def = g->def;
	if (r == 0)
		r = list_count(g->l, g->c, &q, 0, &total, err);
	if (r < 0)
		return r;
	g->alloc = (size_t)total;
	g->item = arena_calloc(g->arena, g->alloc + 1, sizeof *g->item);
	return g->item ? list_each(g->l, g->c, &q, gather_row, g, err) : err_nomem(err);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct round *)a)->id, ((const struct round *)b)->id);
}

int round_list(struct ledgers *l, struct conn *c, struct arena *arena, struct round **ret,
	       size_t *ret_count, struct err *err)
{
	struct gather g = { .l = l, .c = c, .arena = arena };
	struct round swap;
	size_t i;
	int r = gather_rounds(&g, err);

	if (r < 0)
		return r;
	qsort(g.item, g.count, sizeof *g.item, by_id);
	for (i = 0; i < g.count / 2; i++) {
		swap = g.item[i];
		g.item[i] = g.item[g.count - 1 - i];
		g.item[g.count - 1 - i] = swap;
	}
	*ret = g.item;
	*ret_count = g.count;
	return 0;
}

int round_pick(const struct round *rounds, size_t count, const char *id_or_number,
	       struct round *ret, struct err *err)
{
	char *end;
	unsigned long number = strtoul(id_or_number, &end, 10);
	size_t i;

	if (!count)
		return err_set(err, ERR_NOT_FOUND,
			       "点検がまだありません。先に点検を開いてください");
	for (i = 0; i < count; i++)
		if (strcmp(rounds[i].id, id_or_number) == 0 ||
		    (*id_or_number && !*end && number == count - i)) {
			*ret = rounds[i];
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "点検 %s はありません。1から%zuの番号で指定してください",
		       id_or_number, count);
}

int round_find(struct ledgers *l, struct conn *c, const char *id_or_number, struct arena *arena,
	       struct round *ret, struct err *err)
{
	struct round *rounds;
	size_t count;
	int r = round_list(l, c, arena, &rounds, &count, err);

	return r < 0 ? r : round_pick(rounds, count, id_or_number, ret, err);
}
