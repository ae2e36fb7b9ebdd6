#include "round/implied.h"

#include <string.h>

static int ask_item(struct implying *x, int catalogue, int item, int steps, struct implied *ret,
		    struct err *err);

/* --- what bears on an item ------------------------------------------------------------------ */

/* A pair as seen from one of its ends. */
static bool bear(const struct known *k, const struct pair_at *at, struct bearing *ret)
{
	const struct pair_def *p = at->pair;
	enum pair_relation r = p->relation;
	/* Of what the other end demands to what the own end demands. */
	enum pair_relation other = at->inverse ? r : pair_relation_inverse(r);
	const struct catalogue *own = at->inverse ? at->crosswalk->to : at->crosswalk->from;
	const struct catalogue *from = at->inverse ? at->crosswalk->from : at->crosswalk->to;

	*ret = (struct bearing){
		.own = { known_catalogue(k, own), at->inverse ? &p->to : &p->from },
		.other = { known_catalogue(k, from), at->inverse ? &p->from : &p->to },
		.pair = p,
		.confidence = p->confidence,
		.implies = other == PAIR_EQUAL || other == PAIR_SUPERSET,
		.implied = other == PAIR_EQUAL || other == PAIR_SUBSET,
		.reason = p->reason,
		.remains = at->inverse ? p->remains : p->remains_back,
	};
	return ret->own.catalogue >= 0 && ret->other.catalogue >= 0 &&
	       p->confidence != CONFIDENCE_LOW;
}

static struct pair_end *whole_item(struct arena *a, const char *id, int item)
{
	struct pair_end *end = arena_calloc(a, 1, sizeof *end);
	int *one = arena_calloc(a, 1, sizeof *one);

	if (!end || !one)
		return NULL;
	*one = item;
	*end = (struct pair_end){ id, one, 1, -1 };
	return end;
}

/* What it takes over from an older edition: the same demand where the newer one says so. */
static bool bear_former(const struct known *k, int catalogue, int item, struct bearing *ret)
{
	const struct item_def *def = &k->catalogue[catalogue]->item[item];
	const struct catalogue *old =
		def->replaces_catalogue ? define_catalogue(k->defs, def->replaces_catalogue) : NULL;
	int at = old ? known_catalogue(k, old) : -1;
	int was = at >= 0 ? catalogue_item(old, def->replaces_id) : -1;
	bool same = strcmp(def->change, "同じ") == 0;

	if (was < 0 || at == catalogue)
		return false;
	*ret = (struct bearing){
		.own = { catalogue, whole_item(k->arena, def->id, item) },
		.other = { at, whole_item(k->arena, def->replaces_id, was) },
		.confidence = def->unconfirmed ? CONFIDENCE_MEDIUM : CONFIDENCE_HIGH,
		.implies = same,
		.implied = same,
		.reason = same ? "前の版と同じ項目です。" : "前の版から引き継いだ項目です。",
		.remains = same ? "" : "前の版から変わったところを確かめること。",
	};
	return ret->own.end && ret->other.end;
}

int implied_bearings(const struct known *k, int catalogue, int item, struct bearing **ret,
		     size_t *ret_count, struct err *err)
{
	size_t count, i, n = 0;
	const struct pair_at *at = define_pairs(k->defs, k->catalogue[catalogue], item, &count);
	struct bearing *list = arena_calloc(k->arena, count + 1, sizeof *list);

	if (!list)
		return err_nomem(err);
	for (i = 0; i < count; i++)
		n += bear(k, &at[i], &list[n]);
	n += bear_former(k, catalogue, item, &list[n]);
	*ret = list;
	*ret_count = n;
	return arena_failed(k->arena) ? err_nomem(err) : 0;
}

/* --- following ---------------------------------------------------------------------------- */

static bool is_asked(const struct implying *x, int catalogue, int item)
{
	int i;

	for (i = 0; i < x->depth; i++)
		if (x->stack[i].catalogue == catalogue && x->stack[i].item == item)
			return true;
	return false;
}

/* The answer that decides: the one that is いいえ, else the oldest. */
static const struct known_answer *deciding(const struct known_answer *a, enum answer_value value)
{
	const struct known_answer *found = NULL;

	for (; a; a = a->next)
		if (a->value == value &&
		    (!found || strcmp(a->confirmed_on, found->confirmed_on) < 0))
			found = a;
	return found;
}

static int answered(struct implying *x, int catalogue, int item, int statement,
		    enum implied_outcome outcome, struct implied *ret, struct err *err)
{
	struct implied_source *s = arena_calloc(x->known->arena, 1, sizeof *s);
	const struct known_answer *a = known_of(x->known, catalogue, item);

	if (!s)
		return err_nomem(err);
	s->catalogue = catalogue;
	s->item = item;
	s->statement = statement;
	s->answer = deciding(a, outcome == IMPLIED_UNMET ? ANSWER_NO : ANSWER_YES);
	if (!s->answer)
		s->answer = a;
	*ret = (struct implied){ .outcome = outcome, .source = s };
	return 0;
}

int implied_step(const struct known *k, struct implied *from, const struct bearing *by,
		 struct err *err)
{
	struct implied_source *s;

	for (s = from->source; s; s = s->next) {
		struct implied_step *step = arena_calloc(k->arena, 1, sizeof *step);

		if (!step)
			return err_nomem(err);
		step->by = *by;
		step->before = s->steps;
		s->steps = step;
	}
	if (by->confidence > from->confidence)
		from->confidence = by->confidence;
	return 0;
}

void implied_join(struct implied *into, const struct implied *part)
{
	struct implied_source **end = &into->source;

	while (*end)
		end = &(*end)->next;
	*end = part->source;
	if (part->confidence > into->confidence)
		into->confidence = part->confidence;
}

/* Whether one statement of an item is met by something else. */
static int ask_statement_elsewhere(struct implying *x, const struct bearing *list, size_t count,
				   int statement, int steps, struct implied *ret, struct err *err)
{
	size_t i;
	int r = 0;

	ret->outcome = IMPLIED_OPEN;
	for (i = 0; r == 0 && i < count && ret->outcome != IMPLIED_MET; i++) {
		if (!list[i].implies || list[i].own.end->statement != statement)
			continue;
		r = implied_end(x, &list[i].other, steps, ret, err);
		if (r == 0 && ret->outcome == IMPLIED_MET)
			r = implied_step(x->known, ret, &list[i], err);
	}
	return r;
}

/* An item is met statement by statement if every one of them is. */
static int ask_statements(struct implying *x, const struct item_def *item,
			  const struct bearing *list, size_t count, int steps, struct implied *ret,
			  struct err *err)
{
	size_t i;
	int r = 0;

	*ret = (struct implied){ .outcome = IMPLIED_OPEN };
	for (i = 0; r == 0 && i < item->statement_count; i++) {
		struct implied one = { 0 };

		r = ask_statement_elsewhere(x, list, count, (int)i, steps, &one, err);
		if (r < 0 || one.outcome != IMPLIED_MET)
			return r;
		implied_join(ret, &one);
	}
	if (item->statement_count)
		ret->outcome = IMPLIED_MET;
	return r;
}

/* By one pair that bears on the whole item. */
static int ask_pair(struct implying *x, const struct bearing *b, int steps, struct implied *ret,
		    struct err *err)
{
	struct implied other = { 0 };
	int r;

	if (b->own.end->statement >= 0 || (!b->implies && !b->implied))
		return 0;
	r = implied_end(x, &b->other, steps, &other, err);
	if (r < 0)
		return r;
	if (other.outcome == IMPLIED_UNMET && b->implied && b->own.end->item_count == 1 &&
	    b->other.end->item_count == 1 && b->other.end->statement < 0) {
		*ret = other;
		return implied_step(x->known, ret, b, err);
	}
	if (other.outcome != IMPLIED_MET || !b->implies || ret->outcome != IMPLIED_OPEN)
		return 0;
	*ret = other;
	return implied_step(x->known, ret, b, err);
}

/* What the pairs say about an item that is not answered itself. いいえ somewhere decides. */
static int ask_pairs(struct implying *x, int catalogue, int item, int steps, struct implied *ret,
		     struct err *err)
{
	struct bearing *list;
	size_t count, i;
	int r = implied_bearings(x->known, catalogue, item, &list, &count, err);

	for (i = 0; r == 0 && i < count && ret->outcome != IMPLIED_UNMET; i++)
		r = ask_pair(x, &list[i], steps - 1, ret, err);
	if (r == 0 && ret->outcome == IMPLIED_OPEN)
		r = ask_statements(x, &x->known->catalogue[catalogue]->item[item], list, count,
				   steps - 1, ret, err);
	return r;
}

static int ask_item(struct implying *x, int catalogue, int item, int steps, struct implied *ret,
		    struct err *err)
{
	enum standing own = known_standing(x->known, catalogue, item, x->column);
	int r;

	*ret = (struct implied){ .outcome = IMPLIED_OPEN };
	if (is_asked(x, catalogue, item))
		return 0;
	if (own == STANDING_MET || own == STANDING_UNMET)
		return answered(x, catalogue, item, -1,
				own == STANDING_MET ? IMPLIED_MET : IMPLIED_UNMET, ret, err);
	/* 対象外 is not carried, and nothing is carried over it. */
	if (own == STANDING_NA || steps <= 0 || known_excludes(x->known, catalogue, item))
		return 0;
	x->stack[x->depth].catalogue = catalogue;
	x->stack[x->depth++].item = item;
	r = ask_pairs(x, catalogue, item, steps, ret, err);
	x->depth--;
	return r;
}

static int ask_statement(struct implying *x, int catalogue, int item, int statement, int steps,
			 struct implied *ret, struct err *err)
{
	const struct item_def *def = &x->known->catalogue[catalogue]->item[item];
	enum standing own = known_standing(x->known, catalogue, item, x->column);
	struct bearing *list;
	size_t count;
	int r;

	*ret = (struct implied){ .outcome = IMPLIED_OPEN };
	if (is_asked(x, catalogue, item))
		return 0;
	if (own == STANDING_MET)
		return known_meets(x->known, catalogue, item, &def->statement[statement])
			       ? answered(x, catalogue, item, statement, IMPLIED_MET, ret, err)
			       : 0;
	if (own != STANDING_OPEN || steps <= 0 || known_excludes(x->known, catalogue, item))
		return 0;
	x->stack[x->depth].catalogue = catalogue;
	x->stack[x->depth++].item = item;
	r = implied_bearings(x->known, catalogue, item, &list, &count, err);
	if (r == 0)
		r = ask_statement_elsewhere(x, list, count, statement, steps - 1, ret, err);
	if (r == 0 && ret->outcome == IMPLIED_OPEN)
		r = ask_pairs(x, catalogue, item, steps, ret, err);
	x->depth--;
	/* That the item is not met as a whole says nothing about this statement. */
	if (ret->outcome == IMPLIED_UNMET)
		*ret = (struct implied){ .outcome = IMPLIED_OPEN };
	return r;
}

int implied_end(struct implying *x, const struct implied_end *end, int steps, struct implied *ret,
		struct err *err)
{
	const struct pair_end *e = end->end;
	struct implied all = { .outcome = IMPLIED_OPEN, .needed = e->item_count };
	size_t i;
	int r = 0;

	if (e->statement >= 0)
		return ask_statement(x, end->catalogue, e->item[0], e->statement, steps, ret, err);
	if (e->item_count == 1)
		return ask_item(x, end->catalogue, e->item[0], steps, ret, err);
	for (i = 0; r == 0 && i < e->item_count; i++) {
		struct implied one;

		r = ask_item(x, end->catalogue, e->item[i], steps, &one, err);
		if (r == 0 && one.outcome == IMPLIED_MET) {
			all.met++;
			implied_join(&all, &one);
		}
	}
	if (all.met == all.needed)
		all.outcome = IMPLIED_MET;
	*ret = all;
	return r;
}
