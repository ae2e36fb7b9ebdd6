#include "catalogue/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "define/editions.h"

/* As many editions as a chain is followed: a wrong circle must end too. */
#define CHAIN_MAX 32

void neighbour_of_pair(const struct crosswalk *w, const struct pair_def *pair, bool inverse,
		       struct neighbour *ret)
{
	*ret = (struct neighbour){
		.crosswalk = w,
		.pair = pair,
		.inverse = inverse,
		.catalogue = inverse ? w->from : w->to,
		.own = inverse ? &pair->to : &pair->from,
		.other = inverse ? &pair->from : &pair->to,
		.relation = inverse ? pair_relation_inverse(pair->relation) : pair->relation,
		.remains = inverse ? pair->remains_back : pair->remains,
		.remains_back = inverse ? pair->remains : pair->remains_back,
	};
}

int neighbours_find(const struct definitions *d, const struct item_ref *at, struct arena *arena,
		    struct neighbour **ret, size_t *ret_count, struct err *err)
{
	size_t count, i, n = 0;
	const struct pair_at *pair = define_pairs(d, at->catalogue, at->item, &count);
	int inverse;

	*ret_count = count;
	*ret = arena_calloc(arena, count + 1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	for (inverse = 0; inverse <= 1; inverse++)
		for (i = 0; i < count; i++)
			if (pair[i].inverse == (inverse == 1))
				neighbour_of_pair(pair[i].crosswalk, pair[i].pair, pair[i].inverse,
						  &(*ret)[n++]);
	return 0;
}

/* --- editions ------------------------------------------------------------------------ */

static bool same(const struct item_ref *a, const struct item_ref *b)
{
	return a->catalogue == b->catalogue && a->item == b->item;
}

static bool listed(const struct item_ref *list, size_t count, const struct item_ref *r)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (same(&list[i], r))
			return true;
	return false;
}

/* The item another one replaces; false where that edition is not in force. */
static bool find_older(const struct definitions *d, const struct item_def *item,
		       struct item_ref *ret)
{
	ret->catalogue =
		item->replaces_catalogue ? define_catalogue(d, item->replaces_catalogue) : NULL;
	ret->item = ret->catalogue && item->replaces_id
			    ? catalogue_item(ret->catalogue, item->replaces_id)
			    : -1;
	return ret->item >= 0;
}

static bool replaces(const struct item_def *item, const struct item_ref *older)
{
	return item->replaces_catalogue && item->replaces_id &&
	       strcmp(item->replaces_id, item_of(older)->id) == 0 &&
	       strcmp(item->replaces_catalogue, older->catalogue->id) == 0;
}

/* Adds everything that took over from *of and is not listed yet. */
static size_t add_newer(const struct definitions *d, const struct item_ref *of,
			struct item_ref *list, size_t count)
{
	size_t catalogues, i, k;
	const struct catalogue *const *all = define_catalogues(d, &catalogues);

	for (i = 0; i < catalogues; i++)
		for (k = 0; k < all[i]->item_count && count < CHAIN_MAX; k++) {
			const struct item_ref r = { all[i], (int)k };

			if (replaces(item_of(&r), of) && !listed(list, count, &r))
				list[count++] = r;
		}
	return count;
}

static void turn_round(struct item_ref *list, size_t count)
{
	size_t i;

	for (i = 0; i < count / 2; i++) {
		struct item_ref swap = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = swap;
	}
}

int neighbours_editions(const struct definitions *d, const struct item_ref *at, struct arena *arena,
			struct editions *ret, struct err *err)
{
	struct item_ref *older = arena_calloc(arena, CHAIN_MAX, sizeof *older);
	struct item_ref *newer = arena_calloc(arena, CHAIN_MAX, sizeof *newer);
	struct item_ref here = *at;
	size_t i;

	*ret = (struct editions){ older, newer, 0, 0 };
	if (!older || !newer)
		return err_nomem(err);
	while (ret->older_count < CHAIN_MAX && find_older(d, item_of(&here), &here) &&
	       !same(&here, at) && !listed(older, ret->older_count, &here))
		older[ret->older_count++] = here;
	turn_round(older, ret->older_count);
	ret->newer_count = add_newer(d, at, newer, 0);
	for (i = 0; i < ret->newer_count; i++)
		ret->newer_count = add_newer(d, &newer[i], newer, ret->newer_count);
	return 0;
}
