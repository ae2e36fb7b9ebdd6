#include "measure/uses.h"

struct indexing {
	struct measure_uses *uses;
	struct measure_use *room; /* of all measures, one after the other; NULL: only counting */
};

static void add_item(struct indexing *x, const struct catalogue *c, const struct item_def *item)
{
	size_t count, i;
	const struct measure_def *all = measure_defs(&count), *m;
	struct measure_uses *u;

	for (i = 0; i < item->measure.count; i++) {
		/* A kept edition may name measures that are no more. */
		m = measure_find(item->measure.item[i]);
		if (!m)
			continue;
		u = &x->uses[m - all];
		if (x->room)
			x->room[(size_t)(u->use - x->room) + u->count] =
				(struct measure_use){ c, item };
		u->count++;
	}
}

static void add_all(struct indexing *x, const struct definitions *d)
{
	size_t catalogues, i, k;
	const struct catalogue *const *all = define_catalogues(d, &catalogues);

	for (i = 0; i < catalogues; i++)
		for (k = 0; k < all[i]->item_count; k++)
			add_item(x, all[i], &all[i]->item[k]);
}

int measure_uses_index(const struct definitions *d, struct arena *arena,
		       const struct measure_uses **ret, struct err *err)
{
	struct indexing x = { NULL, NULL };
	size_t count, i, total = 0;

	(void)measure_defs(&count);
	x.uses = arena_calloc(arena, count, sizeof *x.uses);
	if (!x.uses)
		return err_nomem(err);
	add_all(&x, d);
	for (i = 0; i < count; i++)
		total += x.uses[i].count;
	x.room = arena_calloc(arena, total + 1, sizeof *x.room);
	if (!x.room)
		return err_nomem(err);
	for (i = 0, total = 0; i < count; i++) {
		x.uses[i].use = x.room + total;
		total += x.uses[i].count;
		x.uses[i].count = 0;
	}
	add_all(&x, d);
	*ret = x.uses;
	return 0;
}
