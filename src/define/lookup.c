/* Finding what is frozen. */
#include <string.h>

#include "define/frozen.h"

const struct ledger_def *define_ledger(const struct definitions *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->ledger_count; i++)
		if (strcmp(d->ledger[i]->name, name) == 0)
			return d->ledger[i];
	return NULL;
}

const struct catalogue *define_catalogue(const struct definitions *d, const char *id)
{
	const struct in_force *f = in_force(d);
	size_t i;

	for (i = 0; i < f->catalogue_count; i++)
		if (strcmp(f->catalogue[i]->id, id) == 0)
			return f->catalogue[i];
	return NULL;
}

const struct ledger_def *const *define_ledgers(const struct definitions *d, size_t *ret_count)
{
	*ret_count = d->ledger_count;
	return d->ledger;
}

const struct catalogue *const *define_catalogues(const struct definitions *d, size_t *ret_count)
{
	const struct in_force *f = in_force(d);

	*ret_count = f->catalogue_count;
	return f->catalogue;
}

int ledger_field(const struct ledger_def *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->field_count; i++)
		if (strcmp(l->field[i].name, name) == 0)
			return (int)i;
	return -1;
}

int catalogue_item(const struct catalogue *c, const char *id)
{
	size_t low = 0, high = c->item_count;

	while (c->by_id && low < high) {
		size_t mid = (low + high) / 2;
		int r = strcmp(c->item[c->by_id[mid]].id, id);

		if (r == 0)
			return c->by_id[mid];
		if (r < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

const struct crosswalk *const *define_crosswalks(const struct definitions *d, size_t *ret_count)
{
	const struct in_force *f = in_force(d);

	*ret_count = f->crosswalk_count;
	return f->crosswalk;
}

const struct crosswalk *define_crosswalk(const struct definitions *d, const char *from,
					 const char *to)
{
	const struct in_force *f = in_force(d);
	size_t i;

	for (i = 0; i < f->crosswalk_count; i++)
		if (strcmp(f->crosswalk[i]->from_id, from) == 0 &&
		    strcmp(f->crosswalk[i]->to_id, to) == 0)
			return f->crosswalk[i];
	return NULL;
}

const struct term_def *define_terms(const struct definitions *d, size_t *ret_count)
{
	*ret_count = d->term_count;
	return d->term;
}

const struct fact_def *define_facts(const struct definitions *d, size_t *ret_count)
{
	*ret_count = d->facts.count;
	return d->facts.item;
}

int define_fact(const struct definitions *d, const char *id)
{
	size_t i;

	for (i = 0; i < d->facts.count; i++)
		if (strcmp(d->facts.item[i].id, id) == 0)
			return (int)i;
	return -1;
}

const struct enum_value *enum_find(const struct enum_def *e, const char *value)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->value[i].value, value) == 0)
			return &e->value[i];
	return NULL;
}
