#include "rounds.h"

#include <string.h>

const char *try_open(struct hospital *h, const char *catalogue, int year, const char *scope,
		     const char *key, int *ret)
{
	char *id = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;

	err_clear(&h->err);
	*ret = round_open(h->l, &h->planner, catalogue, year, scope, key, id, &receipt, &h->err);
	return id;
}

const char *open_round(struct hospital *h, const char *catalogue, int year)
{
	int r;
	const char *id = try_open(h, catalogue, year, "", NULL, &r);

	assert_done(h, r);
	return id;
}

struct round_view view_of(struct hospital *h, const char *round)
{
	struct round_view v;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(h->l, c, round, true, &h->arena, &v, &h->err));
	store_read_end(c);
	return v;
}

int answer_as(struct hospital *h, const struct actor *who, struct answer_change a)
{
	struct receipt receipt;

	err_clear(&h->err);
	return round_answer(h->l, who, &a, &receipt, &h->faults, &h->err);
}

struct answer_change to_line(const char *round, const struct round_line *l, enum answer_value value)
{
	return (struct answer_change){ .round = round,
				       .item = l->item->id,
				       .column = l->column ? l->column->id : "",
				       .base_rev = l->now.rev,
				       .value = value };
}

void answer_all(struct hospital *h, const char *round)
{
	struct round_view v = view_of(h, round);
	size_t i;

	for (i = 0; i < v.line_count; i++)
		assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[i], ANSWER_YES)));
}

int approve_as(struct hospital *h, const struct actor *who, const char *round, const char *digest,
	       bool partial)
{
	struct receipt receipt;

	err_clear(&h->err);
	return round_approve(h->l, who, round, digest, "確認しました", partial, NULL, &receipt,
			     &h->err);
}

int this_year(void)
{
	char today[DATE_SIZE];

	date_today(today);
	return date_fiscal_year(today);
}

const char *last_day(struct hospital *h)
{
	char first[DATE_SIZE], last[DATE_SIZE];

	fiscal_year_range(this_year(), first, last);
	return arena_strdup(&h->arena, last);
}

const struct round_line *asked(const struct round_view *v, const char *item)
{
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (strcmp(v->line[i].item->id, item) == 0)
			return &v->line[i];
	return NULL;
}
