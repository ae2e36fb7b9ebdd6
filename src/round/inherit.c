#include "round/inherit.h"

#include <stdlib.h>
#include <string.h>

#include "round/words.h"

/* What one item inherits, while it is gathered. */
struct gathering {
	struct words words;
	struct implying implying;
	int catalogue, item;
	const struct item_def *def;
	struct bearing *bearing;
	size_t bearing_count;
	struct inherited *list;
	size_t count;
};

const char *inherited_name(enum inherited_value v)
{
	static const char *const names[INHERITED_MAX] = { "no", "yes", "partly", "hint" };

	return names[v];
}

const char *inherited_label(enum inherited_value v)
{
	static const char *const labels[INHERITED_MAX] = { "いいえ（見込み）", "はい（見込み）",
							   "一部は済み", "関係あり" };

	return labels[v];
}

/* The shortest chain, asking one step further at a time. */
static int ask(struct gathering *g, const struct implied_end *end, int steps, struct implied *ret,
	       struct err *err)
{
	int r = 0, s;

	*ret = (struct implied){ .outcome = IMPLIED_OPEN };
	for (s = 0; r == 0 && s <= steps && ret->outcome == IMPLIED_OPEN; s++)
		r = implied_end(&g->implying, end, s, ret, err);
	return r;
}

static int add(struct gathering *g, enum inherited_value value, const struct bearing *by,
	       const struct implied *from, const char *remains, struct err *err)
{
	struct inherited *in = &g->list[g->count];
	int r;

	in->value = value;
	in->remains = remains;
	r = words_sources(&g->words, from, in, err);
	if (r == 0)
		in->chain = words_chain(&g->words, value, by, from, remains);
	if (r == 0 && !in->chain)
		r = err_nomem(err);
	g->count += r == 0;
	return r;
}

/* --- pairs with the whole item --------------------------------------------------------------- */

/* A demand that is only a part of this one, or overlaps it: what is answered there itself. */
static int add_hint(struct gathering *g, const struct bearing *b, struct err *err)
{
	struct implied from = { .outcome = IMPLIED_OPEN };
	bool certain = b->implied;
	int r = ask(g, &b->other, 0, &from, err);

	if (r < 0 || from.outcome == IMPLIED_OPEN)
		return r;
	if (from.outcome == IMPLIED_UNMET)
		return certain && b->own.end->item_count == 1
			       ? add(g, INHERITED_NO, b, &from, "", err)
			       : 0;
	return add(g, certain ? INHERITED_PARTLY : INHERITED_HINT, b, &from, b->remains, err);
}

/* Some items of a group are met, not all of them. */
static int add_group_part(struct gathering *g, const struct bearing *b, const struct implied *from,
			  struct err *err)
{
	const char *remains = words_missing_items(&g->words, &b->other, from);

	return remains ? add(g, INHERITED_PARTLY, b, from, remains, err) : err_nomem(err);
}

static int add_pair(struct gathering *g, const struct bearing *b, struct err *err)
{
	struct implied from;
	int r;

	if (b->own.end->statement >= 0)
		return 0;
	if (!b->implies)
		return add_hint(g, b, err);
	r = ask(g, &b->other, IMPLIED_STEPS - 1, &from, err);
	if (r < 0)
		return r;
	if (from.outcome == IMPLIED_MET)
		return add(g, *b->remains ? INHERITED_PARTLY : INHERITED_YES, b, &from, b->remains,
			   err);
	if (from.outcome == IMPLIED_UNMET && b->implied && b->own.end->item_count == 1)
		return add(g, INHERITED_NO, b, &from, "", err);
	if (from.outcome == IMPLIED_OPEN && from.met)
		return add_group_part(g, b, &from, err);
	return 0;
}

/* --- pairs with its statements --------------------------------------------------------------- */

/* The first pair that covers a statement. */
static int cover(struct gathering *g, int statement, struct implied *ret, struct err *err)
{
	size_t i;
	int r = 0;

	ret->outcome = IMPLIED_OPEN;
	for (i = 0; r == 0 && i < g->bearing_count && ret->outcome != IMPLIED_MET; i++) {
		const struct bearing *b = &g->bearing[i];

		if (!b->implies || *b->remains || b->own.end->statement != statement)
			continue;
		r = ask(g, &b->other, IMPLIED_STEPS - 1, ret, err);
		if (r == 0 && ret->outcome == IMPLIED_MET)
			r = implied_step(g->words.known, ret, b, err);
	}
	return r;
}

/* An item is covered statement by statement only if all of them are. */
static int add_statements(struct gathering *g, struct err *err)
{
	struct implied all = { .outcome = IMPLIED_MET };
	bool *covered = arena_calloc(g->words.known->arena, g->def->statement_count + 1, 1);
	size_t i, count = 0;
	const char *remains;
	int r = covered ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < g->def->statement_count; i++) {
		struct implied one;

		r = cover(g, (int)i, &one, err);
		if (r < 0 || one.outcome != IMPLIED_MET)
			continue;
		covered[i] = true;
		count++;
		implied_join(&all, &one);
	}
	if (r < 0 || !count)
		return r;
	remains = words_missing_statements(&g->words, g->def, covered);
	if (!remains)
		return err_nomem(err);
	return add(g, count == g->def->statement_count ? INHERITED_YES : INHERITED_PARTLY, NULL,
		   &all, remains, err);
}

/* --- one item -----------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
	const struct inherited *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return strcmp(x->from, y->from);
}

static bool same_sources(const struct inherited *a, const struct inherited *b)
{
	return strcmp(a->from, b->from) == 0;
}

/* A weaker word about the same answer says nothing more. */
static void drop_weaker(struct gathering *g)
{
	size_t i, n, kept = 0;

	for (i = 0; i < g->count; i++) {
		for (n = 0; n < kept && !same_sources(&g->list[n], &g->list[i]); n++)
			;
		if (n == kept)
			g->list[kept++] = g->list[i];
	}
	g->count = kept < INHERITED_SHOWN ? kept : INHERITED_SHOWN;
}

int inherit_item(struct ledgers *l, struct conn *c, const struct known *k, int catalogue, int item,
		 const char *column, bool names, const struct inherited **ret, size_t *ret_count,
		 struct err *err)
{
	struct gathering g = { .words = { l, c, k, names },
			       .implying = { .known = k, .column = column },
			       .catalogue = catalogue,
			       .item = item,
			       .def = &k->catalogue[catalogue]->item[item] };
	size_t i;
	int r = implied_bearings(k, catalogue, item, &g.bearing, &g.bearing_count, err);

	*ret_count = 0;
	if (r < 0 || !g.bearing_count)
		return r;
	g.list = arena_calloc(k->arena, g.bearing_count + 1, sizeof *g.list);
	if (!g.list)
		return err_nomem(err);
	g.implying.stack[0].catalogue = catalogue;
	g.implying.stack[0].item = item;
	g.implying.depth = 1;
	for (i = 0; r == 0 && i < g.bearing_count; i++)
		r = add_pair(&g, &g.bearing[i], err);
	if (r == 0)
		r = add_statements(&g, err);
	if (r < 0)
		return r;
	if (g.count)
		qsort(g.list, g.count, sizeof *g.list, by_value);
	drop_weaker(&g);
	*ret = g.list;
	*ret_count = g.count;
	return 0;
}

/* --- a round ---------------------------------------------------------------------------- */

/* The item in force that asks the same as an item of the round's edition, or -1. */
static int in_force_item(const struct catalogue *now, const struct item_def *item)
{
	int i = catalogue_item(now, item->id);

	return i >= 0 && same_demand(&now->item[i], item) ? i : -1;
}

int inherit_lines(struct building *b, struct err *err)
{
	const struct round_view *v = b->view;
	const struct catalogue *now = define_catalogue(ledgers_defs(b->l), v->round.catalogue->id);
	const struct known_ready ready[] = { { v->round.id, &b->now },
					     { v->previous.id, &b->before } };
	struct known known;
	size_t i;
	int r, catalogue;

	if (!now)
		return 0;
	/* What counts is at most a year old. */
	r = known_read(b->l, b->c, v->round.scope, b->rounds, b->round_count,
		       date_fiscal_year(b->today) - 2, b->today, ready, 2, b->arena, &known, err);
	catalogue = r == 0 ? known_catalogue(&known, now) : -1;
	for (i = 0; r == 0 && catalogue >= 0 && i < v->line_count; i++) {
		struct round_line *line = &b->line[i];
		int item = in_force_item(now, line->item);

		if (item < 0 || (b->only && strcmp(b->only, line->item->id) != 0))
			continue;
		r = inherit_item(b->l, b->c, &known, catalogue, item,
				 line->column ? line->column->id : "",
				 b->only || !(b->detail & ROUND_UNNAMED), &line->inherited,
				 &line->inherited_count, err);
	}
	return r;
}
