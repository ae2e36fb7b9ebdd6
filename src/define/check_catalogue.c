/* Rules that need the whole catalogue. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "define/parse.h"

/* Longer sentences are not read. In characters. */
#define SAYS_MAX 120
#define STATEMENT_MAX 120
#define DO_MAX 100
#define SHOW_MAX 80

static bool known(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

void check_length(struct reading *rd, const struct pos *at, const char *key, const char *text,
		  size_t max)
{
	size_t n = utf8_length(text);

	if (n > max)
		complain_at(rd, at, "%s が%zu文字あります。%zu文字までに短くしてください", key, n,
			    max);
}

static void check_sentences(struct reading *rd, const struct item_def *item, bool verbatim)
{
	const size_t says = verbatim ? VERBATIM_MAX : SAYS_MAX;
	const size_t statement = verbatim ? VERBATIM_MAX : STATEMENT_MAX;
	const size_t acts = verbatim ? VERBATIM_MAX : DO_MAX;
	const size_t shows = verbatim ? VERBATIM_MAX : SHOW_MAX;
	size_t i;

	check_length(rd, &item->pos, "says", item->says, says);
	for (i = 0; i < item->statement_count; i++)
		check_length(rd, &item->statement[i].pos, "says", item->statement[i].says,
			     statement);
	for (i = 0; i < item->do_.count; i++)
		check_length(rd, &item->pos, "do の行", item->do_.item[i], acts);
	for (i = 0; i < item->show.count; i++)
		check_length(rd, &item->pos, "show の行", item->show.item[i], shows);
}

static void check_item(struct reading *rd, const struct catalogue *c, const struct item_def *item,
		       const char *const *measures, size_t measure_count)
{
	size_t k;

	for (k = 0; k < c->section_count && strcmp(c->section[k].id, item->section) != 0; k++)
		;
	if (k == c->section_count)
		complain_at(rd, &item->pos, "区分「%s」が sections にありません", item->section);
	for (k = 0; measures && k < item->measure.count; k++)
		if (!known(measures, measure_count, item->measure.item[k]))
			complain_at(rd, &item->pos, "測り方「%s」はこのプログラムにありません",
				    item->measure.item[k]);
	check_sentences(rd, item, c->verbatim);
}

static void check_sections(struct reading *rd, const struct catalogue *c)
{
	size_t i, k;

	for (i = 0; i < c->section_count; i++)
		for (k = 0; k < i; k++)
			if (strcmp(c->section[k].id, c->section[i].id) == 0)
				complain_at(rd, &c->section[i].pos, "区分「%s」が2回あります",
					    c->section[i].id);
	for (i = 0; i < c->column_count; i++)
		for (k = 0; k < i; k++)
			if (strcmp(c->column[k].id, c->column[i].id) == 0)
				complain_at(rd, &c->column[i].pos, "欄「%s」が2回あります",
					    c->column[i].id);
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct item_def *item = arg;
	int x = *(const int *)a, y = *(const int *)b;
	int r = strcmp(item[x].id, item[y].id);

	return r ? r : (x > y) - (x < y);
}

/* What is printed once is there once. */
static int by_printed(const void *a, const void *b, void *arg)
{
	const struct item_def *item = arg;
	const struct item_def *x = &item[*(const int *)a], *y = &item[*(const int *)b];
	int r = strcmp(x->section, y->section);

	r = r ? r : strcmp(x->group, y->group);
	r = r ? r : strcmp(x->number, y->number);
	return r ? r : *(const int *)a - *(const int *)b;
}

static bool same_place(const struct item_def *x, const struct item_def *y)
{
	size_t i;

	if (!*x->number || strcmp(x->section, y->section) || strcmp(x->group, y->group) ||
	    strcmp(x->number, y->number) || x->headings.count != y->headings.count)
		return false;
	for (i = 0; i < x->headings.count; i++)
		if (strcmp(x->headings.item[i], y->headings.item[i]) != 0)
			return false;
	return true;
}

static void check_once(struct reading *rd, struct catalogue *c)
{
	int *order = arena_calloc(rd->arena, c->item_count + 1, sizeof *order);
	int *printed = arena_calloc(rd->arena, c->item_count + 1, sizeof *printed);
	size_t i;

	if (!order || !printed)
		return;
	for (i = 0; i < c->item_count; i++)
		order[i] = printed[i] = (int)i;
	qsort_r(order, c->item_count, sizeof *order, by_id, (void *)(uintptr_t)c->item);
	qsort_r(printed, c->item_count, sizeof *printed, by_printed, (void *)(uintptr_t)c->item);
	for (i = 1; i < c->item_count; i++) {
		const struct item_def *x = &c->item[order[i - 1]], *y = &c->item[order[i]];

		if (strcmp(x->id, y->id) == 0)
			complain_at(rd, &y->pos, "項目の id「%s」が2回あります", y->id);
		x = &c->item[printed[i - 1]];
		y = &c->item[printed[i]];
		if (same_place(x, y) && strcmp(x->id, y->id) != 0)
			complain_at(rd, &y->pos,
				    "印刷された番号「%s %s %s」が2回あります（%s と %s）",
				    y->section, y->group, y->number, x->id, y->id);
	}
	c->by_id = order;
}

void check_catalogue(struct reading *rd, struct catalogue *c, const char *const *measures,
		     size_t measure_count)
{
	size_t i;

	check_sections(rd, c);
	check_once(rd, c);
	for (i = 0; i < c->item_count; i++)
		check_item(rd, c, &c->item[i], measures, measure_count);
}
