#include "catalogue/compare.h"

#include <string.h>

struct comparing {
	const struct definitions *d;
	const struct catalogue *const *before;
	size_t before_count;
	const struct catalogue *after;
	struct arena *arena;
	bool **taken;	/* per older edition and item: something takes it over */
	bool *succeeds; /* per older edition: the newer one takes its place */
	struct item_change *list;
	struct former *untouched;
	struct comparison *ret;
};

const char *change_kind_name(enum change_kind k)
{
	static const char *const names[CHANGE_KIND_MAX] = { "unchanged", "unknown", "reworded",
							    "new", "retired" };

	return names[k];
}

const char *change_kind_label(enum change_kind k)
{
	static const char *const labels[CHANGE_KIND_MAX] = { "変わらない項目",
							     "変わったか未確認の項目",
							     "改められた項目", "新しい項目",
							     "なくなった項目" };

	return labels[k];
}

/* --- texts ------------------------------------------------------------------------------- */

static bool same_strings(const struct strings *a, const struct strings *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return false;
	return true;
}

static bool same_statements(const struct item_def *a, const struct item_def *b)
{
	size_t i;

	if (a->statement_count != b->statement_count)
		return false;
	for (i = 0; i < a->statement_count; i++)
		if (strcmp(a->statement[i].id, b->statement[i].id) != 0 ||
		    strcmp(a->statement[i].says, b->statement[i].says) != 0)
			return false;
	return true;
}

bool same_demand(const struct item_def *a, const struct item_def *b)
{
	return a == b || (strcmp(a->says, b->says) == 0 && same_statements(a, b));
}

static bool same_place(const struct item_def *a, const struct item_def *b)
{
	return strcmp(a->section, b->section) == 0 && strcmp(a->group, b->group) == 0 &&
	       strcmp(a->number, b->number) == 0;
}

static bool same_columns(const struct comparing *c, const struct former *f,
			 const struct item_def *item)
{
	const struct item_def *old = &f->catalogue->item[f->item];
	size_t i;

	if (old->column_count != item->column_count)
		return false;
	for (i = 0; i < item->column_count; i++)
		if (strcmp(f->catalogue->column[old->column[i]].id,
			   c->after->column[item->column[i]].id) != 0)
			return false;
	return true;
}

/* What differs between an item and the one it took over from; "" when nothing. */
static const char *differences(const struct comparing *c, const struct former *f,
			       const struct item_def *item, bool *ret_demand)
{
	const struct item_def *old = &f->catalogue->item[f->item];
	const struct {
		const char *label;
		bool same, demand;
	} parts[] = {
		{ "求めること", strcmp(old->says, item->says) == 0, true },
		{ "文", same_statements(old, item), true },
		{ "区分", strcmp(old->level, item->level) == 0, true },
		{ "答える欄", same_columns(c, f, item), true },
		{ "答え方", old->ask == item->ask && same_strings(&old->options, &item->options),
		  true },
		{ "番号", same_place(old, item), false },
		{ "見出し", strcmp(old->topic, item->topic) == 0, false },
		{ "当てはまる施設", old->applies == item->applies && old->needs == item->needs,
		  false },
		{ "受け持つ役割", same_strings(&old->role, &item->role), false },
		{ "すること", same_strings(&old->do_, &item->do_), false },
		{ "見せるもの", same_strings(&old->show, &item->show), false },
	};
	const char *text = "";
	size_t i;

	*ret_demand = false;
	for (i = 0; text && i < sizeof parts / sizeof *parts; i++) {
		if (parts[i].same)
			continue;
		*ret_demand |= parts[i].demand;
		text = arena_printf(c->arena, "%s%s%s", text, *text ? "、" : "", parts[i].label);
	}
	return text;
}

/* --- one item -------------------------------------------------------------------------------- */

static int place_of(const struct comparing *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->before_count; i++)
		if (strcmp(c->before[i]->id, id) == 0)
			return (int)i;
	return -1;
}

/* Notes that item `item` of older edition `edition` is taken over. */
static void take(struct comparing *c, struct item_change *ch, int edition, int item)
{
	struct former *list = arena_calloc(c->arena, ch->former_count + 1, sizeof *list);

	if (!list)
		return;
	if (ch->former_count)
		memcpy(list, ch->former, ch->former_count * sizeof *list);
	list[ch->former_count] = (struct former){ c->before[edition], item };
	ch->former = list;
	ch->former_count++;
	c->taken[edition][item] = true;
}

/* The same catalogue: the id tells. */
static bool by_id(struct comparing *c, struct item_change *ch)
{
	int edition = place_of(c, c->after->id);
	int item = edition < 0 ? -1 : catalogue_item(c->before[edition], ch->item->id);
	bool demand;

	if (item < 0)
		return false;
	take(c, ch, edition, item);
	c->succeeds[edition] = true;
	if (!ch->former_count)
		return true;
	ch->what = differences(c, &ch->former[0], ch->item, &demand);
	ch->kind = demand ? CHANGE_REWORDED : CHANGE_SAME;
	ch->advice = !demand && ch->what && *ch->what;
	return true;
}

/* An older catalogue: the newer item says what it takes over, and how. */
static bool by_replaces(struct comparing *c, struct item_change *ch)
{
	const char *id = ch->item->replaces_catalogue;
	int edition = id ? place_of(c, id) : -1;
	int item = edition < 0 ? -1 : catalogue_item(c->before[edition], ch->item->replaces_id);
	bool demand;

	if (item < 0)
		return false;
	take(c, ch, edition, item);
	c->succeeds[edition] = true;
	if (!ch->former_count)
		return true;
	ch->what = differences(c, &ch->former[0], ch->item, &demand);
	if (strcmp(ch->item->change, "同じ") == 0)
		ch->kind = CHANGE_SAME;
	else if (*ch->item->change)
		ch->kind = strcmp(ch->item->change, "新設") == 0 ? CHANGE_NEW : CHANGE_REWORDED;
	else
		ch->kind = !demand		   ? CHANGE_SAME
			   : ch->item->unconfirmed ? CHANGE_UNKNOWN
						   : CHANGE_REWORDED;
	/* That our own words differ tells nothing about a text nobody has seen. */
	if (ch->kind == CHANGE_UNKNOWN)
		ch->what = ch->item->unconfirmed_note;
	if (ch->kind == CHANGE_SAME)
		ch->what = "";
	else if (*ch->item->change)
		ch->what = ch->item->change;
	return true;
}

/* Another guideline, or notes about one: the crosswalk tells what stands beside it. */
static void by_crosswalk(struct comparing *c, struct item_change *ch)
{
	size_t count, i, n;
	const struct pair_at *at =
		define_pairs(c->d, c->after, (int)(ch->item - c->after->item), &count);

	for (i = 0; i < count; i++) {
		const struct crosswalk *w = at[i].crosswalk;
		const struct pair_def *p = at[i].pair;
		const struct pair_end *other = at[i].inverse ? &p->from : &p->to;
		int edition = place_of(c, at[i].inverse ? w->from_id : w->to_id);
		const char *remains = at[i].inverse ? p->remains : p->remains_back;

		if (edition < 0 || (at[i].inverse ? w->from : w->to) != c->before[edition])
			continue;
		for (n = 0; n < other->item_count; n++)
			take(c, ch, edition, other->item[n]);
		if (p->relation == PAIR_EQUAL) {
			ch->kind = CHANGE_SAME;
			ch->what = ch->remains = "";
			continue;
		}
		if (ch->kind == CHANGE_SAME)
			continue;
		ch->kind = CHANGE_REWORDED;
		ch->what = *ch->what ? arena_printf(c->arena, "%s／%s", ch->what, p->reason)
				     : p->reason;
		ch->remains = *ch->remains && *remains
				      ? arena_printf(c->arena, "%s／%s", ch->remains, remains)
			      : *remains ? remains
					 : ch->remains;
	}
}

static void compare_item(struct comparing *c, const struct item_def *item)
{
	struct item_change *ch = &c->list[c->ret->count++];

	*ch = (struct item_change){ .kind = CHANGE_NEW, .item = item, .what = "", .remains = "" };
	if (!by_id(c, ch) && !by_replaces(c, ch))
		by_crosswalk(c, ch);
	c->ret->of_kind[ch->kind]++;
}

/* --- all of them ---------------------------------------------------------------------------------
 */

/* What nobody takes over is retired, where the newer edition stands in for the whole. */
static void add_retired(struct comparing *c)
{
	bool notes = strcmp(c->after->kind, "notes") == 0;
	size_t i, n;

	for (i = 0; i < c->before_count; i++)
		for (n = 0; n < c->before[i]->item_count; n++) {
			struct item_change *ch = &c->list[c->ret->count];
			struct former *f;

			if (c->taken[i][n])
				continue;
			if (notes || !c->succeeds[i]) {
				c->untouched[c->ret->untouched_count++] =
					(struct former){ c->before[i], (int)n };
				continue;
			}
			f = arena_calloc(c->arena, 1, sizeof *f);
			if (!f)
				return;
			*f = (struct former){ c->before[i], (int)n };
			*ch = (struct item_change){ .kind = CHANGE_RETIRED,
						    .item = &c->before[i]->item[n],
						    .former = f,
						    .former_count = 1,
						    .what = "",
						    .remains = "" };
			c->ret->count++;
			c->ret->of_kind[CHANGE_RETIRED]++;
		}
}

int compare_editions(const struct definitions *d, const struct catalogue *const *before,
		     size_t before_count, const struct catalogue *after, struct arena *arena,
		     struct comparison *ret, struct err *err)
{
	struct comparing c = { .d = d,
			       .before = before,
			       .before_count = before_count,
			       .after = after,
			       .arena = arena,
			       .ret = ret };
	size_t i, total = after->item_count;

	memset(ret, 0, sizeof *ret);
	c.taken = arena_calloc(arena, before_count + 1, sizeof *c.taken);
	c.succeeds = arena_calloc(arena, before_count + 1, sizeof *c.succeeds);
	for (i = 0; c.taken && i < before_count; i++) {
		total += before[i]->item_count;
		c.taken[i] = arena_calloc(arena, before[i]->item_count + 1, sizeof **c.taken);
	}
	c.list = arena_calloc(arena, total + 1, sizeof *c.list);
	c.untouched = arena_calloc(arena, total + 1, sizeof *c.untouched);
	if (arena_failed(arena))
		return err_nomem(err);
	ret->item = c.list;
	ret->untouched = c.untouched;
	for (i = 0; i < after->item_count; i++)
		compare_item(&c, &after->item[i]);
	add_retired(&c);
	return arena_failed(arena) ? err_nomem(err) : 0;
}
