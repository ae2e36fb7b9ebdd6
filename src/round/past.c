#include "round/past.h"

#include <stdlib.h>
#include <string.h>

#include "round/fields.h"

/* Answers of one item in one round: one per printed column. */
#define ENTRIES_MAX 16
#define REVISIONS_MAX 50

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct past_answer *ret;
	size_t count, limit;
	bool (*sees)(void *arg, const struct round *round, const char *column);
	void *arg;
	/* of the round and item at hand */
	const struct round *round;
	const struct past_item *item;
	char entry[ENTRIES_MAX][ID_SIZE];
	const char *column[ENTRIES_MAX];
	size_t entries;
};

static const char *column_label(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->column_count; i++)
		if (strcmp(c->column[i].id, id) == 0)
			return c->column[i].label;
	return "";
}

static int keep_entry(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	const char *column = system_value(g->def, row->value, "column");

	(void)err;
	if (g->entries == ENTRIES_MAX || !g->sees(g->arg, g->round, column))
		return 0;
	memcpy(g->entry[g->entries], row->id, strlen(row->id) + 1);
	g->column[g->entries++] = column_label(g->round->catalogue, column);
	return 0;
}

/* What a revision changed a field to; the former text where it did not. */
static const char *changed(const struct revision *r, const char *field, const char *former)
{
	size_t i;

	for (i = 0; i < r->difference_count; i++)
		if (strcmp(r->difference[i].field->name, field) == 0)
			return r->difference[i].after ? r->difference[i].after : "";
	return former;
}

static void add(struct gather *g, size_t entry, const struct revision *r, const char *value,
		const char *target, bool current)
{
	struct past_answer *p;

	if (g->count == g->limit)
		return;
	p = &g->ret[g->count++];
	*p = (struct past_answer){
		.round = arena_strdup(g->arena, g->round->id),
		.round_title = g->round->title,
		.scope_name = g->round->scope_name ? g->round->scope_name : "",
		.item = g->item->item->id,
		.column = g->column[entry],
		.value = value,
		.target_on = target,
		.by = r->behalf_name && *r->behalf_name ? r->behalf_name : r->actor_name,
		.at_us = r->at_us,
		.current = current,
	};
}

/* The answer as it is read: what was given on a sheet of its own kind, else its value. */
static const char *shown(const char *value, const char *given)
{
	return *given ? given : value;
}

/* One row for each time the answer or the target date became another one. */
static int add_entry(struct gather *g, size_t entry, struct err *err)
{
	const char *value = "", *target = "", *given = "";
	struct revision *rev;
	size_t n, i, last = SIZE_MAX;
	int r = entry_history(g->l, g->c, g->def, NULL, g->entry[entry], 0, REVISIONS_MAX, g->arena,
			      &rev, &n, err);

	/* They come newest first. */
	for (i = n; r == 0 && i-- > 0;) {
		const char *v = changed(&rev[i], "value", value);
		const char *t = changed(&rev[i], "target_on", target);
		const char *own = changed(&rev[i], "given", given);

		if (last != SIZE_MAX && strcmp(v, value) == 0 && strcmp(t, target) == 0 &&
		    strcmp(own, given) == 0)
			continue;
		if (last != SIZE_MAX)
			g->ret[last].current = false;
		value = v;
		target = t;
		given = own;
		last = g->count < g->limit ? g->count : SIZE_MAX;
		add(g, entry, &rev[i], shown(value, given), target, rev[i].state != STATE_VOIDED);
	}
	return r;
}

static int add_item(struct gather *g, struct err *err)
{
	struct list_filter filter[2] = { { ledger_field(g->def, "round"), TABLE_EQ, g->round->id },
					 { ledger_field(g->def, "item"), TABLE_EQ,
					   g->item->item->id } };
	struct list_query q = {
		.def = g->def, .sort = -1, .filter = filter, .filter_count = 2, .limit = ENTRIES_MAX
	};
	size_t i;
	int r;

	if (filter[0].field < 0 || filter[1].field < 0)
		return err_set(err, ERR_BUG,
			       "台帳 answers に round と item がありません。contentを確かめてくださ"
			       "い");
	g->entries = 0;
	r = list_each(g->l, g->c, &q, keep_entry, g, err);
	for (i = 0; r == 0 && i < g->entries; i++)
		r = add_entry(g, i, err);
	return r;
}

static int newest_first(const void *a, const void *b)
{
	const struct past_answer *x = a, *y = b;

	return (x->at_us < y->at_us) - (x->at_us > y->at_us);
}

int past_answers(struct ledgers *l, struct conn *c, const struct past_item *item, size_t count,
		 bool (*sees)(void *arg, const struct round *round, const char *column), void *arg,
		 size_t limit, struct arena *arena, struct past_answer **ret, size_t *ret_count,
		 struct err *err)
{
	struct gather g = {
		.l = l, .c = c, .arena = arena, .limit = limit, .sees = sees, .arg = arg
	};
	struct round *rounds;
	size_t n = 0, i, k;
	int r = ledgers_find(l, "answers", &g.def, err);

	if (r == 0)
		r = round_list(l, c, arena, &rounds, &n, err);
	g.ret = arena_calloc(arena, limit + 1, sizeof *g.ret);
	if (r == 0 && !g.ret)
		r = err_nomem(err);
	for (i = 0; r == 0 && i < n; i++)
		for (k = 0; r == 0 && k < count; k++) {
			g.round = &rounds[i];
			g.item = &item[k];
			if (strcmp(rounds[i].catalogue->id, item[k].catalogue->id) == 0)
				r = add_item(&g, err);
		}
	if (r < 0)
		return r;
	qsort(g.ret, g.count, sizeof *g.ret, newest_first);
	*ret = g.ret;
	*ret_count = g.count;
	return 0;
}
