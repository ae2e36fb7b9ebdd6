/* Which pairs each item is an end of. */
#include <string.h>

#include "define/frozen.h"

struct indexing {
	const struct in_force *f;
	size_t **count;	     /* per catalogue and item; then the place of the next pair */
	struct pair_at **at; /* per catalogue */
};

static size_t place_of(const struct in_force *f, const struct catalogue *c)
{
	size_t i;

	for (i = 0; i < f->catalogue_count && f->catalogue[i] != c; i++)
		;
	return i;
}

/* Calls `each` for every item at every end of every pair. */
static void walk(struct indexing *x,
		 void (*each)(struct indexing *x, size_t catalogue, int item, struct pair_at at))
{
	size_t i, p, n;

	for (i = 0; i < x->f->crosswalk_count; i++) {
		const struct crosswalk *w = x->f->crosswalk[i];
		size_t from = place_of(x->f, w->from), to = place_of(x->f, w->to);

		for (p = 0; p < w->pair_count; p++) {
			const struct pair_def *pair = &w->pair[p];

			for (n = 0; n < pair->from.item_count; n++)
				each(x, from, pair->from.item[n],
				     (struct pair_at){ w, pair, false });
			for (n = 0; n < pair->to.item_count; n++)
				each(x, to, pair->to.item[n], (struct pair_at){ w, pair, true });
		}
	}
}

static void count_one(struct indexing *x, size_t catalogue, int item, struct pair_at at)
{
	(void)at;
	x->count[catalogue][item + 1]++;
}

static void place_one(struct indexing *x, size_t catalogue, int item, struct pair_at at)
{
	x->at[catalogue][x->count[catalogue][item]++] = at;
}

const struct pair_index *index_pairs(const struct in_force *f, struct arena *arena)
{
	struct indexing x = { f, arena_calloc(arena, f->catalogue_count + 1, sizeof *x.count),
			      arena_calloc(arena, f->catalogue_count + 1, sizeof *x.at) };
	struct pair_index *ret = arena_calloc(arena, f->catalogue_count + 1, sizeof *ret);
	size_t i, n;

	for (i = 0; !arena_failed(arena) && i < f->catalogue_count; i++)
		x.count[i] = arena_calloc(arena, f->catalogue[i]->item_count + 2, sizeof **x.count);
	if (arena_failed(arena))
		return NULL;
	walk(&x, count_one);
	for (i = 0; i < f->catalogue_count; i++) {
		size_t items = f->catalogue[i]->item_count;

		for (n = 1; n <= items; n++)
			x.count[i][n] += x.count[i][n - 1];
		ret[i].start = arena_memdup(arena, x.count[i], (items + 1) * sizeof **x.count);
		ret[i].at = x.at[i] = arena_calloc(arena, x.count[i][items] + 1, sizeof **x.at);
	}
	if (arena_failed(arena))
		return NULL;
	walk(&x, place_one);
	return ret;
}

const struct pair_at *define_pairs(const struct definitions *d, const struct catalogue *c, int item,
				   size_t *ret_count)
{
	const struct in_force *f = in_force(d);
	size_t place = place_of(f, c);
	const struct pair_index *x = &f->pairs[place];

	*ret_count = 0;
	if (place == f->catalogue_count)
		return NULL;
	*ret_count = x->start[item + 1] - x->start[item];
	return &x->at[x->start[item]];
}
