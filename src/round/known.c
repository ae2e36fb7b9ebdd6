#include "round/known.h"

#include <string.h>

#include "base/clock.h"
#include "catalogue/scope.h"
#include "round/building.h"
#include "round/fields.h"
#include "round/kind.h"
#include "round/sharing.h"

/* An answer older than this has to be given anew. */
#define FRESH_DAYS 366

struct reading {
	struct known *known;
	const struct ledger_def *def;
	const struct round *round;
	int catalogue; /* index of the round's in force */
	bool agreed;   /* only what both parties of a contract agreed on */
	const struct known_ready *ready;
	size_t ready_count;
};

int known_catalogue(const struct known *k, const struct catalogue *c)
{
	size_t i;

	for (i = 0; i < k->catalogue_count; i++)
		if (k->catalogue[i] == c)
			return (int)i;
	return -1;
}

const struct known_answer *known_of(const struct known *k, int catalogue, int item)
{
	return k->answer[catalogue] ? k->answer[catalogue][item] : NULL;
}

const char *known_excludes(const struct known *k, int catalogue, int item)
{
	const struct catalogue *c = k->catalogue[catalogue];

	return round_excludes(k->defs, k->scope, c, &c->item[item]);
}

/* --- reading ---------------------------------------------------------------------------- */

const char *staleness_label(enum staleness s)
{
	static const char *const labels[STALE_MAX] = { "", "確かめが済んでいません。",
						       "答えた後に、項目の文が改められました。",
						       "確かめてから1年を過ぎています。",
						       "今は対象外の項目です。",
						       "合意に、残っている点があります。" };

	return labels[s];
}

static enum staleness staleness_of(const struct reading *r, bool confirmed,
				   const struct known_answer *a, int item)
{
	const struct catalogue *asked = r->round->catalogue;
	const struct item_def *now = &r->known->catalogue[r->catalogue]->item[item];
	bool same = asked == r->known->catalogue[r->catalogue];
	int then = same ? item : catalogue_item(asked, now->id);

	if (a->value == ANSWER_UNCONFIRMED || !confirmed)
		return STALE_UNCONFIRMED;
	if (then < 0 || (!same && !same_demand(&asked->item[then], now)))
		return STALE_REWORDED;
	if (*a->confirmed_on && date_days_between(a->confirmed_on, r->known->today) > FRESH_DAYS)
		return STALE_OLD;
	return STALE_NOT;
}

/* Whether *a is newer than the one kept: of a later year, or later in the same. */
static bool newer(const struct known_answer *a, const struct known_answer *kept)
{
	if (a->round->year != kept->round->year)
		return a->round->year > kept->round->year;
	return a->at_us > kept->at_us;
}

static void keep_newest(struct known_answer **list, struct known_answer *a)
{
	struct known_answer **at = list;

	while (*at && (strcmp((*at)->column, a->column) != 0 ||
		       strcmp((*at)->round->scope, a->round->scope) != 0))
		at = &(*at)->next;
	if (*at && !newer(a, *at))
		return;
	a->next = *at ? (*at)->next : NULL;
	*at = a;
}

/* Of a contract, what one party thinks alone says nothing about the facility. */
static bool counts(const struct reading *r, const char *column)
{
	return !r->agreed || strcmp(column, COLUMN_AGREED) == 0;
}

/* Both agreed that something is left to be done. */
static bool left_open(const struct reading *r, const char *points, const char *completed_on)
{
	return r->agreed && *points && !*completed_on;
}

static const char *value(const struct reading *r, const struct list_row *row, const char *field)
{
	const char *v = system_value(r->def, row->value, field);

	return *v ? arena_strdup(r->known->arena, v) : "";
}

static int read_row(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	struct known *k = r->known;
	int parsed = answer_parse(system_value(r->def, row->value, "value"));
	int item = catalogue_item(k->catalogue[r->catalogue],
				  system_value(r->def, row->value, "item"));
	struct known_answer *a;

	/* What is no longer in force says nothing. */
	if (item < 0 || parsed < 0 || !counts(r, system_value(r->def, row->value, "column")))
		return 0;
	a = arena_calloc(k->arena, 1, sizeof *a);
	if (!a)
		return err_nomem(err);
	a->round = r->round;
	a->value = (enum answer_value)parsed;
	a->at_us = row->at_us;
	a->column = value(r, row, "column");
	a->confirmed_on = value(r, row, "confirmed_on");
	a->target_on = value(r, row, "target_on");
	a->note = value(r, row, "note");
	a->statements = value(r, row, "statements");
	a->evidence_refs = value(r, row, "evidence_refs");
	a->evidence_files = value(r, row, "evidence_files");
	if (arena_failed(k->arena))
		return err_nomem(err);
	a->stale = staleness_of(r, row->state == STATE_CONFIRMED || row->state == STATE_APPROVED, a,
				item);
	if (left_open(r, system_value(r->def, row->value, "open_points"),
		      system_value(r->def, row->value, "completed_on")))
		a->stale = STALE_OPEN;
	keep_newest(&k->answer[r->catalogue][item], a);
	return 0;
}

static int take_ready(struct reading *r, const struct stored_answers *from, struct err *err)
{
	struct known *k = r->known;
	struct known_answer *a = arena_calloc(k->arena, from->count + 1, sizeof *a);
	size_t i;

	if (!a)
		return err_nomem(err);
	for (i = 0; i < from->count; i++, a++) {
		const struct stored_answer *s = &from->item[i];
		int item = catalogue_item(k->catalogue[r->catalogue], s->item);

		if (item < 0 || !counts(r, s->column))
			continue;
		*a = (struct known_answer){ .round = r->round,
					    .column = s->column,
					    .confirmed_on = s->answer.confirmed_on,
					    .target_on = s->answer.target_on,
					    .note = s->answer.note,
					    .statements = s->answer.statements,
					    .evidence_refs = s->evidence_refs,
					    .evidence_files = s->evidence_files,
					    .value = s->answer.value,
					    .at_us = s->answer.at_us };
		a->stale = staleness_of(r, s->confirmed, a, item);
		if (left_open(r, s->answer.open_points, s->answer.completed_on))
			a->stale = STALE_OPEN;
		keep_newest(&k->answer[r->catalogue][item], a);
	}
	return 0;
}

static const struct stored_answers *ready_of(const struct reading *r)
{
	size_t i;

	for (i = 0; i < r->ready_count; i++)
		if (strcmp(r->ready[i].round, r->round->id) == 0)
			return r->ready[i].answers;
	return NULL;
}

static int read_round(struct ledgers *l, struct conn *c, struct reading *r, struct err *err)
{
	const struct stored_answers *ready = ready_of(r);
	struct list_filter filter = { ledger_field(r->def, "round"), TABLE_EQ, r->round->id };
	struct list_query q = {
		.def = r->def, .filter = &filter, .filter_count = 1, .sort = -1, .limit = INT64_MAX
	};
	struct known *k = r->known;
	size_t items = k->catalogue[r->catalogue]->item_count;

	if (!k->answer[r->catalogue])
		k->answer[r->catalogue] = arena_calloc(k->arena, items + 1, sizeof **k->answer);
	if (!k->answer[r->catalogue])
		return err_nomem(err);
	return ready ? take_ready(r, ready, err) : list_each(l, c, &q, read_row, r, err);
}

/* What does not apply does not count, whatever was answered when it did. */
static void drop_excluded(struct known *k)
{
	struct known_answer *a;
	size_t i, n;

	for (i = 0; i < k->catalogue_count; i++)
		for (n = 0; k->answer[i] && n < k->catalogue[i]->item_count; n++)
			if (k->answer[i][n] && known_excludes(k, (int)i, (int)n))
				for (a = k->answer[i][n]; a; a = a->next)
					a->stale = STALE_EXCLUDED;
}

/* Counts the contract of rounds[i] once; rounds of other years are about the same. */
static void count_contract(struct known *k, int catalogue, const struct round *rounds, size_t i,
			   int since)
{
	size_t n;

	for (n = 0; n < i; n++)
		if (rounds[n].year >= since && strcmp(rounds[n].scope, rounds[i].scope) == 0 &&
		    strcmp(rounds[n].catalogue->id, rounds[i].catalogue->id) == 0)
			return;
	k->contracts[catalogue]++;
}

/* Whether a round says something about `scope`; sets reading->agreed. */
static bool bears_on(struct reading *reading, const char *scope)
{
	const struct round *round = reading->round;

	reading->agreed = !*scope && round->about == ABOUT_CONTRACT &&
			  catalogue_shares(round->catalogue);
	return reading->agreed || strcmp(round->scope, scope) == 0;
}

int known_read(struct ledgers *l, struct conn *c, const char *scope, const struct round *rounds,
	       size_t round_count, int since, const char *today, const struct known_ready *ready,
	       size_t ready_count, struct arena *arena, struct known *ret, struct err *err)
{
	struct reading reading = { .known = ret, .ready = ready, .ready_count = ready_count };
	size_t i;
	int r = ledgers_find(l, "answers", &reading.def, err);

	memset(ret, 0, sizeof *ret);
	ret->defs = ledgers_defs(l);
	ret->arena = arena;
	ret->today = today;
	ret->catalogue = define_catalogues(ret->defs, &ret->catalogue_count);
	ret->answer = arena_calloc(arena, ret->catalogue_count + 1, sizeof *ret->answer);
	ret->contracts = arena_calloc(arena, ret->catalogue_count + 1, sizeof *ret->contracts);
	ret->scope = arena_calloc(arena, 1, sizeof *ret->scope);
	if (!ret->answer || !ret->contracts || !ret->scope)
		return err_nomem(err);
	if (r == 0)
		r = scope_read(l, c, arena, ret->scope, err);
	for (i = 0; r == 0 && i < round_count; i++) {
		reading.round = &rounds[i];
		if (rounds[i].year < since || !bears_on(&reading, scope))
			continue;
		reading.catalogue =
			known_catalogue(ret, define_catalogue(ret->defs, rounds[i].catalogue->id));
		if (reading.catalogue < 0)
			continue;
		if (reading.agreed)
			count_contract(ret, reading.catalogue, rounds, i, since);
		r = read_round(l, c, &reading, err);
	}
	if (r == 0)
		drop_excluded(ret);
	return r;
}

/* --- standing ------------------------------------------------------------------------------- */

/* The answer in that very column, if the item has it. */
static const struct known_answer *in_column(const struct known_answer *a, const char *column)
{
	for (; a; a = a->next)
		if (*column && strcmp(a->column, column) == 0)
			return a;
	return NULL;
}

static enum standing standing_of(const struct known_answer *a)
{
	/* いいえ stands until somebody says otherwise, however old it is. */
	if (a->value == ANSWER_NO && (a->stale == STALE_NOT || a->stale == STALE_OLD))
		return STANDING_UNMET;
	if (a->stale != STALE_NOT)
		return STANDING_OPEN;
	return a->value == ANSWER_YES  ? STANDING_MET
	       : a->value == ANSWER_NA ? STANDING_NA
				       : STANDING_OPEN;
}

enum standing known_standing(const struct known *k, int catalogue, int item, const char *column)
{
	const struct item_def *def = &k->catalogue[catalogue]->item[item];
	const struct known_answer *a = known_of(k, catalogue, item), *one = in_column(a, column);
	size_t columns = k->contracts[catalogue] ? k->contracts[catalogue]
			 : def->column_count	 ? def->column_count
						 : 1;
	size_t seen = 0, met = 0, na = 0;

	if (one)
		return standing_of(one);
	for (; a; a = a->next, seen++) {
		enum standing s = standing_of(a);

		if (s == STANDING_UNMET)
			return s;
		met += s == STANDING_MET;
		na += s == STANDING_NA;
	}
	if (seen < columns || met + na < seen)
		return STANDING_OPEN;
	return met ? STANDING_MET : STANDING_NA;
}

bool known_meets(const struct known *k, int catalogue, int item,
		 const struct statement_def *statement)
{
	const struct known_answer *a = known_of(k, catalogue, item);
	bool any = false;

	for (; a; a = a->next) {
		struct answer as = { .value = a->value, .statements = a->statements };

		if (a->stale != STALE_NOT || !answer_meets(&as, statement))
			return false;
		any = true;
	}
	return any;
}
