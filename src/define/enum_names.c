/* The spellings people use for the values of an enum, folded once for all cells. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "define/parse.h"
#include "define/value_types.h"

struct spelling {
	char *folded;
	const char *written;
	size_t value; /* index */
	bool claimed; /* label or alias: may stand for this value only */
};

static void add(struct reading *rd, struct spelling *all, size_t *count, size_t value,
		const char *written, bool claimed)
{
	char folded[512];

	if (!written || fold_key(written, folded, sizeof folded) <= 0)
		return;
	all[*count] = (struct spelling){ arena_strdup(rd->arena, folded), written, value, claimed };
	*count += all[*count].folded != NULL;
}

static size_t collect(struct reading *rd, const struct enum_def *e, struct spelling *all)
{
	size_t count = 0, i, n;

	for (i = 0; i < e->count; i++) {
		const struct enum_value *v = &e->value[i];

		add(rd, all, &count, i, v->label.ja, true);
		for (n = 0; n < v->aliases.count; n++)
			add(rd, all, &count, i, v->aliases.item[n], true);
		add(rd, all, &count, i, v->label.en, false);
		add(rd, all, &count, i, v->value, false);
	}
	return count;
}

static int compare(const void *a, const void *b)
{
	const struct spelling *x = a, *y = b;
	int order = strcmp(x->folded, y->folded);

	if (order == 0)
		order = (x->value > y->value) - (x->value < y->value);
	return order ? order : y->claimed - x->claimed;
}

/* What people write must mean one value only. */
static void check_claims(struct reading *rd, const struct enum_def *e, const struct spelling *all,
			 size_t count)
{
	const struct spelling *owner = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (owner && strcmp(owner->folded, all[i].folded) != 0)
			owner = NULL;
		if (!all[i].claimed)
			continue;
		if (owner && owner->value != all[i].value)
			complain_at(rd, &e->value[all[i].value].pos,
				    "「%s」は値 %s のものです。別の書き方にしてください",
				    all[i].written, e->value[owner->value].value);
		else
			owner = &all[i];
	}
}

void enum_names_build(struct reading *rd, struct enum_def *e)
{
	struct enum_name *names;
	struct spelling *all;
	size_t room = 0, count, i;

	for (i = 0; i < e->count; i++)
		room += e->value[i].aliases.count + 3;
	all = arena_calloc(rd->arena, room + 1, sizeof *all);
	names = arena_calloc(rd->arena, room + 1, sizeof *names);
	if (!all || !names)
		return;
	count = collect(rd, e, all);
	qsort(all, count, sizeof *all, compare);
	check_claims(rd, e, all, count);
	e->names = names;
	for (i = 0; i < count; i++)
		if (!e->name_count || strcmp(names[e->name_count - 1].folded, all[i].folded) != 0)
			names[e->name_count++] =
				(struct enum_name){ all[i].folded, &e->value[all[i].value] };
}

static int compare_name(const void *folded, const void *name)
{
	return strcmp(folded, ((const struct enum_name *)name)->folded);
}

const struct enum_value *enum_called(const struct enum_def *e, const char *folded)
{
	const struct enum_name *n = e->name_count ? bsearch(folded, e->names, e->name_count,
							    sizeof *e->names, compare_name)
						  : NULL;

	return n ? n->value : NULL;
}
