#include "measure/kept.h"

#include <stdlib.h>
#include <string.h>

/* Of long texts, enough to tell whether something stands there. */
#define LONG_TEXT_BYTES 60

/* --- field names ------------------------------------------------------------------- */

static size_t name_slot(const struct kept *k, const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619U;
	return h & (k->slot_count - 1);
}

static int index_fields(struct kept *k, struct arena *arena, struct err *err)
{
	size_t i, at;

	k->slot_count = 4;
	while (k->slot_count < 2 * k->def->field_count)
		k->slot_count *= 2;
	k->slot = arena_calloc(arena, k->slot_count, sizeof *k->slot);
	if (!k->slot)
		return err_nomem(err);
	for (i = 0; i < k->slot_count; i++)
		k->slot[i] = -1;
	for (i = 0; i < k->def->field_count; i++) {
		at = name_slot(k, k->def->field[i].name);
		while (k->slot[at] >= 0)
			at = (at + 1) & (k->slot_count - 1);
		k->slot[at] = (int)i;
	}
	return 0;
}

static int find_field(const struct kept *k, const char *name)
{
	size_t at = name_slot(k, name);

	for (; k->slot[at] >= 0; at = (at + 1) & (k->slot_count - 1))
		if (strcmp(k->def->field[k->slot[at]].name, name) == 0)
			return k->slot[at];
	return -1;
}

/* A walk asks for the same few names again and again. */
int kept_field(struct kept *k, const char *name)
{
	size_t at = ((uintptr_t)name >> 2) & (KEPT_LAST - 1);

	if (k->last[at].name != name) {
		k->last[at].name = name;
		k->last[at].field = find_field(k, name);
	}
	return k->last[at].field;
}

/* --- rows ---------------------------------------------------------------------------- */

struct reading {
	struct kept *kept;
	struct kept_row *last;
	struct arena *arena;
};

/* Bytes of a value that are kept. */
static size_t kept_length(const struct field_def *f, const char *value)
{
	if (!value || !*value)
		return 0;
	return f->type == FIELD_LONGTEXT ? strnlen(value, LONG_TEXT_BYTES) : strlen(value);
}

/* All values of a row in one piece of memory; empty ones share one. */
static int keep_values(struct reading *r, const struct list_row *row, struct kept_row *k)
{
	const struct ledger_def *def = r->kept->def;
	size_t i, n, len[TABLE_COLUMNS_MAX], room = 0;
	char *to;

	for (i = 0; i < def->field_count; i++) {
		len[i] = kept_length(&def->field[i], row->value[i]);
		room += len[i] ? len[i] + 1 : 0;
	}
	to = room ? arena_alloc(r->arena, room) : NULL;
	if (room && !to)
		return -1;
	for (i = 0; i < def->field_count; i++) {
		n = len[i];
		k->value[i] = n ? to : "";
		if (!n)
			continue;
		memcpy(to, row->value[i], n);
		to += n + 1;
	}
	return 0;
}

static int keep_row(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	size_t n = r->kept->def->field_count;
	struct kept_row *k = arena_alloc(r->arena, sizeof *k + n * sizeof k->value[0]);

	if (!k || keep_values(r, row, k) < 0)
		return err_nomem(err);
	k->row = *row;
	k->row.value = k->value;
	k->row.id = arena_strdup(r->arena, row->id);
	k->row.actor = arena_strdup(r->arena, row->actor);
	k->row.behalf = *row->behalf ? arena_strdup(r->arena, row->behalf) : "";
	if (r->last)
		r->last->next = k;
	else
		r->kept->first = k;
	r->last = k;
	r->kept->count++;
	return arena_failed(r->arena) ? err_nomem(err) : 0;
}

int kept_read(struct ledgers *l, struct conn *c, const char *ledger, struct arena *arena,
	      struct kept **ret, struct err *err)
{
	/* No limit: all rows are wanted, so nothing is gained by looking for a page. */
	struct list_query q = { .sort = -1 };
	struct reading r = { .arena = arena };
	int rc = ledgers_find(l, ledger, &q.def, err);

	if (rc < 0)
		return rc;
	r.kept = arena_calloc(arena, 1, sizeof *r.kept);
	if (!r.kept)
		return err_nomem(err);
	r.kept->def = q.def;
	rc = index_fields(r.kept, arena, err);
	if (rc == 0)
		rc = list_each(l, c, &q, keep_row, &r, err);
	*ret = r.kept;
	return rc;
}

/* --- by id ----------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	const struct kept_row *const *x = a, *const *y = b;

	return strcmp((*x)->row.id, (*y)->row.id);
}

static int compare_key(const void *key, const void *element)
{
	const struct kept_row *const *row = element;

	return strcmp(key, (*row)->row.id);
}

const struct list_row *kept_find(struct kept *k, const char *id, struct arena *arena)
{
	const struct kept_row *row, **found;
	size_t n = 0;

	if (!*id || !k->count)
		return NULL;
	if (!k->by_id) {
		k->by_id = arena_calloc(arena, k->count, sizeof *k->by_id);
		if (!k->by_id)
			return NULL;
		for (row = k->first; row; row = row->next)
			k->by_id[n++] = row;
		qsort(k->by_id, n, sizeof *k->by_id, compare_ids);
	}
	found = bsearch(id, k->by_id, k->count, sizeof *k->by_id, compare_key);
	return found ? &(*found)->row : NULL;
}
