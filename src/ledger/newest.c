#include "ledger/newest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int grow(struct newest_list *list, struct err *err)
{
	size_t n = list->alloc ? list->alloc * 2 : 1024;
	struct newest *more;

	if (list->count < list->alloc)
		return 0;
	more = realloc(list->item, n * sizeof *more);
	if (!more)
		return err_nomem(err);
	list->item = more;
	list->alloc = n;
	return 0;
}

int newest_collect(struct conn *c, const struct ledger_def *def, struct newest_list *ret,
		   struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int more, r = stmt_begin(c, STMT_LEDGER_REVISIONS, &st, err);

	if (r < 0)
		return r;
	ret->count = 0;
	stmt_text(st, 1, def->name);
	while ((more = stmt_step(st, err)) > 0) {
		const char *entry = col_text(st, 0);

		if (ret->count == 0 || strcmp(ret->item[ret->count - 1].entry, entry) != 0) {
			r = grow(ret, err);
			if (r < 0)
				return r;
			snprintf(ret->item[ret->count++].entry, ID_SIZE, "%s", entry);
		}
		ret->item[ret->count - 1].seq = col_int(st, 2);
	}
	return more;
}

void newest_release(struct newest_list *list)
{
	free(list->item);
	memset(list, 0, sizeof *list);
}
