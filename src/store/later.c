#include "store/later.h"

#include <stdlib.h>
#include <string.h>

#define LATER_BYTES_MAX ((size_t)8 * 1024 * 1024)

struct later_item {
	char *table, *old, *fresh; /* one block, owned by `table` */
	int64_t id;
	size_t size;
};

static char *copy_to(char **at, const char *text)
{
	size_t len = strlen(text) + 1;
	char *start = *at;

	memcpy(start, text, len);
	*at += len;
	return start;
}

static bool item_fill(struct later_item *it, const char *table, int64_t id, const char *old,
		      const char *fresh)
{
	char *at;

	it->size =
		strlen(table) + 1 + (old ? strlen(old) + 1 : 0) + (fresh ? strlen(fresh) + 1 : 0);
	at = malloc(it->size);
	if (!at)
		return false;
	it->id = id;
	it->table = copy_to(&at, table);
	it->old = old ? copy_to(&at, old) : NULL;
	it->fresh = fresh ? copy_to(&at, fresh) : NULL;
	return true;
}

/* Frees the items from `count` on. */
static void later_cut(struct later *l, size_t count)
{
	while (l->count > count)
		free(l->item[--l->count].table);
}

int later_run(struct tx *tx, struct err *err)
{
	struct later *l = &tx->later;
	int rc = 0;

	for (; rc == 0 && l->done < l->count; l->done++) {
		const struct later_item *it = &l->item[l->done];

		rc = table_index_row(tx->c, it->table, it->id, it->old, it->fresh, err);
	}
	return rc;
}

int later_add(struct tx *tx, const char *table, int64_t id, const char *old, const char *fresh,
	      struct err *err)
{
	struct later *l = &tx->later;
	int rc = 0;

	if (l->count == l->alloc) {
		size_t alloc = l->alloc ? 2 * l->alloc : 64;
		struct later_item *grown = reallocarray(l->item, alloc, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		l->item = grown;
		l->alloc = alloc;
	}
	if (!item_fill(&l->item[l->count], table, id, old, fresh))
		return err_nomem(err);
	l->bytes += l->item[l->count++].size;
	if (l->bytes > LATER_BYTES_MAX) {
		rc = later_run(tx, err);
		later_cut(l, l->first);
		l->done = l->first;
		l->bytes = 0;
	}
	return rc;
}

void later_change_begin(struct later *l)
{
	l->first = l->count;
	l->done_before = l->done;
	l->bytes = 0;
}

void later_change_undo(struct later *l)
{
	later_cut(l, l->first);
	l->done = l->done_before;
}

void later_release(struct later *l)
{
	later_cut(l, 0);
	free(l->item);
	memset(l, 0, sizeof *l);
}
