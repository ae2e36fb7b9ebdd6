/* Opening rounds, one or several in one durable write. */
#include <string.h>

#include "base/clock.h"
#include "catalogue/edition.h"
#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "round/about.h"
#include "round/fields.h"
#include "round/kind.h"

struct opening {
	struct ledgers *l;
	const struct round_wish *wish;
	const char *scope;
	const struct catalogue **catalogue; /* one per wish */
	struct about about;
	struct arena *arena;
};

static int check_not_open(const struct opening *o, struct conn *c, struct err *err)
{
	struct round *rounds;
	size_t count, i, n;
	int r = round_list(o->l, c, o->arena, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		for (n = 0; n < o->wish->count; n++)
			if (strcmp(rounds[i].catalogue->id, o->catalogue[n]->id) == 0 &&
			    rounds[i].year == o->wish->year &&
			    strcmp(rounds[i].scope, o->scope) == 0)
				return err_set(err, ERR_CONFLICT,
					       "「%s」はもう開いています（%zu番）。そちらを使ってく"
					       "ださい",
					       rounds[i].title, count - i);
	return r;
}

static int look_up(struct opening *o, struct err *err)
{
	size_t i, n;

	o->catalogue = arena_calloc(o->arena, o->wish->count + 1, sizeof(*o->catalogue));
	if (!o->catalogue)
		return err_nomem(err);
	for (i = 0; i < o->wish->count; i++) {
		o->catalogue[i] = define_catalogue(ledgers_defs(o->l), o->wish->catalogue[i]);
		if (!o->catalogue[i])
			return err_set(err, ERR_NOT_FOUND,
				       "基準 %.80s はありません。daicho catalogue list で確かめてく"
				       "ださい",
				       o->wish->catalogue[i]);
		for (n = 0; n < i; n++)
			if (o->catalogue[n] == o->catalogue[i])
				return err_set(err, ERR_INVALID, "「%s」が2回選ばれています",
					       o->catalogue[i]->title);
	}
	return 0;
}

static int prepare(struct opening *o, struct err *err)
{
	struct conn *c;
	size_t i;
	int r = look_up(o, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(o->l), &c, err);
	if (r < 0)
		return r;
	r = check_not_open(o, c, err);
	for (i = 0; r == 0 && i < o->wish->count; i++)
		r = about_check(o->l, c, o->catalogue[i], o->scope, o->arena, err);
	if (r == 0)
		r = about_read(o->l, c, o->scope, o->arena, &o->about, err);
	store_read_end(c);
	return r;
}

/* --- the entries -------------------------------------------------------------------- */

static char *today_text(struct arena *arena)
{
	char today[DATE_SIZE];

	date_today(today);
	return arena_strdup(arena, today);
}

static char *make_title(const struct opening *o, const struct catalogue *catalogue)
{
	char wareki[64];

	fiscal_year_wareki(o->wish->year, wareki, sizeof wareki);
	/* There is one sheet for all contracts: which contract it is says more. */
	if (o->about.kind == ABOUT_CONTRACT)
		return arena_printf(o->arena, "%sの%s: %s", wareki, round_kind_of(catalogue)->word,
				    o->about.name);
	return arena_printf(o->arena, "%sの%s: %s%s%s%s", wareki, round_kind_of(catalogue)->word,
			    catalogue->title, *o->about.name ? "（" : "", o->about.name,
			    *o->about.name ? "）" : "");
}

static int fill(const struct opening *o, const struct ledger_def *def,
		const struct catalogue *catalogue, const char **value, struct err *err)
{
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "catalogue", catalogue->id },
		{ "catalogue_digest", catalogue->digest },
		{ "year", arena_printf(o->arena, "%d", o->wish->year) },
		{ "scope", o->scope },
		{ "vendor", o->about.vendor },
		{ "contract", o->about.contract },
		{ "slot",
		  arena_printf(o->arena, "%s/%d/%s", catalogue->id, o->wish->year, o->scope) },
		{ "title", make_title(o, catalogue) },
		{ "opened_on", today_text(o->arena) },
		{ "status", "open" },
		{ "precondition", "unconfirmed" },
	};
	size_t i;
	int r = arena_failed(o->arena) ? err_nomem(err) : 0;

	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(def, value, pairs[i].field, pairs[i].stored, err);
	return r;
}

static int add(const struct opening *o, struct batch *b, const struct ledger_def *def, size_t n,
	       char ret_id[ID_SIZE], struct faults *faults, struct err *err)
{
	const char **value = system_values(def, o->arena);
	int r = value ? fill(o, def, o->catalogue[n], value, err) : err_nomem(err);

	return r < 0 ? r
		     : batch_add(b,
				 &(struct change){ .def = def,
						   .op = OP_SAVE,
						   .confirm = true,
						   .value = value,
						   .reason = "" },
				 ret_id, faults, err);
}

static int write(const struct opening *o, const struct actor *who, const char *key,
		 char (*ret_ids)[ID_SIZE], struct receipt *ret, struct err *err)
{
	struct faults faults = { .count = 0 };
	const struct ledger_def *def;
	struct batch *b;
	size_t i;
	int r = ledgers_find(o->l, "rounds", &def, err);

	/* Before the rounds, so that none is ever without its edition. */
	for (i = 0; r == 0 && i < o->wish->count; i++)
		r = edition_keep(o->l, o->catalogue[i], err);
	if (r == 0)
		r = batch_new(o->l, who, key, &b, err);
	if (r < 0)
		return r;
	for (i = 0; r == 0 && i < o->wish->count; i++)
		r = add(o, b, def, i, ret_ids[i], &faults, err);
	if (r == 0)
		r = batch_commit(b, ret, NULL, &faults, err);
	batch_free(b);
	/* Two opened at the same moment. */
	if (r == ERR_INVALID && faults.count && strcmp(faults.item[0].field, "slot") == 0)
		return err_set(err, ERR_CONFLICT,
			       "同じ点検が、いま開かれました。点検の一覧を開き直してください");
	return r;
}

int round_open_some(struct ledgers *l, const struct actor *who, const struct round_wish *wish,
		    const char *key, char (*ret_ids)[ID_SIZE], struct receipt *ret, struct err *err)
{
	struct arena arena;
	struct opening o = {
		.l = l, .wish = wish, .scope = wish->scope ? wish->scope : "", .arena = &arena
	};
	int r = permit(who, PERM_ROUND_OPEN, NULL, err);

	if (r < 0)
		return r;
	if (!wish->count)
		return err_set(err, ERR_INVALID, "どの基準で始めるかを選んでください");
	if (wish->year < 2000 || wish->year > 2100)
		return err_set(err, ERR_INVALID, "年度は2000から2100の西暦で指定してください: %d",
			       wish->year);
	/* A form sent twice meets the rounds it has opened itself. */
	r = receipt_known(l, key, ret, ret_ids[0], err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = prepare(&o, err);
	if (r == 0)
		r = write(&o, who, key, ret_ids, ret, err);
	arena_release(&arena);
	return r;
}

int round_open(struct ledgers *l, const struct actor *who, const char *catalogue, int year,
	       const char *scope, const char *key, char ret_id[ID_SIZE], struct receipt *ret,
	       struct err *err)
{
	const struct round_wish wish = { &catalogue, 1, year, scope };
	char ids[1][ID_SIZE] = { "" };
	int r = round_open_some(l, who, &wish, key, ids, ret, err);

	memcpy(ret_id, ids[0], ID_SIZE);
	return r;
}

/* --- all that suit ------------------------------------------------------------------- */

static bool is_open(const struct round *rounds, size_t count, const struct catalogue *c,
		    const struct round_wish *wish)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(rounds[i].catalogue->id, c->id) == 0 && rounds[i].year == wish->year &&
		    strcmp(rounds[i].scope, wish->scope ? wish->scope : "") == 0)
			return true;
	return false;
}

/* Sheets for vendors ask a vendor, and a contract has pages of its own. */
static bool suits(const struct definitions *d, const struct scope *s, const struct catalogue *c)
{
	bool vendor = strcmp(c->target, "vendor") == 0;

	if (strcmp(c->target, "contract") == 0 || round_successor(d, c))
		return false;
	if (vendor != (s->kind_known && s->kind == ORG_VENDOR))
		return false;
	return round_applies(d, s, c) > 0;
}

int round_suiting(struct ledgers *l, struct conn *c, struct arena *arena, struct round_wish *wish,
		  struct err *err)
{
	const struct definitions *d = ledgers_defs(l);
	struct round *rounds;
	struct scope scope;
	size_t open, count, i;
	const struct catalogue *const *all = define_catalogues(d, &count);
	const char **list = arena_calloc(arena, count + 1, sizeof *list);
	int r = list ? scope_read(l, c, arena, &scope, err) : err_nomem(err);

	if (r == 0)
		r = round_list(l, c, arena, &rounds, &open, err);
	if (r < 0)
		return r;
	wish->count = 0;
	for (i = 0; i < count; i++)
		if (suits(d, &scope, all[i]) && !is_open(rounds, open, all[i], wish))
			list[wish->count++] = all[i]->id;
	wish->catalogue = list;
	return 0;
}
