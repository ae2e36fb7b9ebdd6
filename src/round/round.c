#include "round/round.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/receipt.h"
#include "round/fields.h"

const char *answer_name(enum answer_value v)
{
	static const char *const names[] = { "unconfirmed", "yes", "no", "na" };

	return names[v];
}

const char *answer_label(enum answer_value v)
{
	static const char *const labels[] = { "未確認", "はい", "いいえ", "対象外" };

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

/* --- names ---------------------------------------------------------------------- */

static int scope_name(struct ledgers *l, struct conn *c, const char *scope, struct arena *arena,
		      const char **ret, struct err *err)
{
	const struct ledger_def *vendors;
	int r;

	*ret = "";
	if (!*scope)
		return 0;
	if (strncmp(scope, "vendor:", 7) != 0)
		return err_set(err, ERR_INVALID, "点検の範囲が分かりません: %.60s", scope);
	r = ledgers_find(l, "vendors", &vendors, err);
	if (r < 0)
		return r;
	*ret = entry_name(l, c, vendors, scope + 7, arena);
	return 0;
}

static int fill_round(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		      const char *id, int64_t rev, const char *const *value, struct arena *arena,
		      struct round *ret, struct err *err)
{
	const char *catalogue = system_value(def, value, "catalogue");

	memset(ret, 0, sizeof *ret);
	memcpy(ret->id, id, strlen(id) + 1);
	ret->rev = rev;
	ret->catalogue = define_catalogue(ledgers_defs(l), catalogue);
	if (!ret->catalogue)
		return err_set(
			err, ERR_NOT_FOUND,
			"点検に使った基準 %s がcontentにありません。元のファイルを戻してください",
			catalogue);
	ret->year = (int)strtol(system_value(def, value, "year"), NULL, 10);
	ret->scope = arena_strdup(arena, system_value(def, value, "scope"));
	ret->title = arena_strdup(arena, system_value(def, value, "title"));
	ret->opened_on = arena_strdup(arena, system_value(def, value, "opened_on"));
	ret->status = arena_strdup(arena, system_value(def, value, "status"));
	ret->catalogue_changed =
		strcmp(system_value(def, value, "catalogue_digest"), ret->catalogue->digest) != 0;
	if (!ret->scope || !ret->title || !ret->opened_on || !ret->status)
		return err_nomem(err);
	return scope_name(l, c, ret->scope, arena, &ret->scope_name, err);
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

int round_find(struct ledgers *l, struct conn *c, const char *id_or_number, struct arena *arena,
	       struct round *ret, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	char *end;
	unsigned long number = strtoul(id_or_number, &end, 10);
	int r = round_list(l, c, arena, &rounds, &count, err);

	if (r < 0)
		return r;
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

/* --- open -------------------------------------------------------------------------- */

static int check_not_open(struct ledgers *l, struct conn *c, const char *catalogue, int year,
			  const char *scope, struct arena *arena, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	int r = round_list(l, c, arena, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (strcmp(rounds[i].catalogue->id, catalogue) == 0 && rounds[i].year == year &&
		    strcmp(rounds[i].scope, scope) == 0)
			return err_set(err, ERR_CONFLICT,
				       "「%s」はもう開いています（%zu番）。そちらを使ってください",
				       rounds[i].title, count - i);
	return r;
}

/* The vendor a round is opened for must be registered. */
static int check_scope(struct ledgers *l, struct conn *c, const char *scope, struct arena *arena,
		       struct err *err)
{
	const struct ledger_def *vendors;
	struct entry e;
	int r;

	if (!*scope)
		return 0;
	r = ledgers_find(l, "vendors", &vendors, err);
	if (r == 0)
		r = entry_get(l, c, vendors, scope + strlen("vendor:"), 0, arena, &e, err);
	if (r == 0 && e.state == STATE_VOIDED)
		r = err_set(err, ERR_INVALID,
			    "この事業者は取り消されています。事業者台帳で選び直してください");
	return r;
}

static char *make_title(const struct catalogue *catalogue, int year, const char *scope,
			struct arena *arena)
{
	char wareki[64];

	fiscal_year_wareki(year, wareki, sizeof wareki);
	return arena_printf(arena, "%sの点検: %s%s%s%s", wareki, catalogue->title,
			    *scope ? "（" : "", scope, *scope ? "）" : "");
}

static int fill_new(const struct ledger_def *def, const char **value,
		    const struct catalogue *catalogue, int year, const char *scope,
		    const char *title, struct arena *arena, struct err *err)
{
	char today[DATE_SIZE];
	char *year_text = arena_printf(arena, "%d", year);
	int r;

	date_today(today);
	if (!year_text || !title)
		return err_nomem(err);
	r = system_put(def, value, "catalogue", catalogue->id, err);
	if (r == 0)
		r = system_put(def, value, "catalogue_digest", catalogue->digest, err);
	if (r == 0)
		r = system_put(def, value, "year", year_text, err);
	if (r == 0)
		r = system_put(def, value, "scope", scope, err);
	if (r == 0)
		r = system_put(def, value, "slot",
			       arena_printf(arena, "%s/%d/%s", catalogue->id, year, scope), err);
	if (r == 0)
		r = system_put(def, value, "title", title, err);
	if (r == 0)
		r = system_put(def, value, "opened_on", arena_strdup(arena, today), err);
	if (r == 0)
		r = system_put(def, value, "status", "open", err);
	return r < 0 ? r : system_put(def, value, "precondition", "unconfirmed", err);
}

static int prepare_open(struct ledgers *l, const struct catalogue *catalogue, int year,
			const char *scope, struct arena *arena, char **ret_title, struct err *err)
{
	const char *name = "";
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	r = check_not_open(l, c, catalogue->id, year, scope, arena, err);
	if (r == 0)
		r = scope_name(l, c, scope, arena, &name, err);
	if (r == 0)
		r = check_scope(l, c, scope, arena, err);
	store_read_end(c);
	if (r < 0)
		return r;
	*ret_title = make_title(catalogue, year, name, arena);
	return *ret_title ? 0 : err_nomem(err);
}

static int write_open(struct ledgers *l, const struct actor *who, const struct catalogue *catalogue,
		      int year, const char *scope, const char *key, struct arena *arena,
		      char ret_id[ID_SIZE], struct receipt *ret, struct err *err)
{
	const struct ledger_def *def;
	struct faults faults = { .count = 0 };
	const char **value;
	char *title;
	int r = prepare_open(l, catalogue, year, scope, arena, &title, err);

	if (r == 0)
		r = ledgers_find(l, "rounds", &def, err);
	if (r < 0)
		return r;
	value = system_values(def, arena);
	r = value ? fill_new(def, value, catalogue, year, scope, title, arena, err)
		  : err_nomem(err);
	if (r == 0) {
		struct change change = { .def = def,
					 .op = OP_SAVE,
					 .confirm = true,
					 .value = value,
					 .reason = "",
					 .key = key };

		r = entry_change(l, who, &change, ret_id, ret, &faults, err);
	}
	/* Two opened at the same moment. */
	if (r == ERR_INVALID && faults.count && strcmp(faults.item[0].field, "slot") == 0)
		return err_set(err, ERR_CONFLICT,
			       "同じ点検が、いま開かれました。点検の一覧を開き直してください");
	return r;
}

int round_open(struct ledgers *l, const struct actor *who, const char *catalogue, int year,
	       const char *scope, const char *key, char ret_id[ID_SIZE], struct receipt *ret,
	       struct err *err)
{
	const struct catalogue *def = define_catalogue(ledgers_defs(l), catalogue);
	struct arena arena;
	int r = permit(who, PERM_ROUND_OPEN, NULL, err);

	if (r < 0)
		return r;
	if (!def)
		return err_set(err, ERR_NOT_FOUND,
			       "基準 %s はありません。daicho catalogue list で確かめてください",
			       catalogue);
	if (year < 2000 || year > 2100)
		return err_set(err, ERR_INVALID, "年度は2000から2100の西暦で指定してください: %d",
			       year);
	/* A form sent twice meets the round it has opened itself. */
	r = receipt_known(l, key, ret, ret_id, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = write_open(l, who, def, year, scope ? scope : "", key, &arena, ret_id, ret, err);
	arena_release(&arena);
	return r;
}
