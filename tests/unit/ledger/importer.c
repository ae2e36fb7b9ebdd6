#include "importer.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/fold.h"

static int note_row(void *arg, const struct import_row *r, struct err *err)
{
	struct plan *p = arg;
	struct arena *a = &p->h->arena;
	struct planned *to;
	size_t i;

	(void)err;
	if (p->count == sizeof p->row / sizeof p->row[0])
		return 0;
	to = &p->row[p->count++];
	*to = (struct planned){ r->row, r->status, arena_strdup(a, r->name), "", "" };
	for (i = 0; i < r->fault_count; i++)
		to->faults = arena_printf(a, "%s%s: %s\n", to->faults, r->fault[i].column,
					  r->fault[i].text);
	for (i = 0; i < r->change_count; i++)
		to->changes =
			arena_printf(a, "%s%s: %s > %s\n", to->changes, r->change[i].field->name,
				     r->change[i].before, r->change[i].after);
	return 0;
}

void plan_file(struct hospital *h, const char *ledger, const char *path, struct plan *ret)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);

	memset(ret, 0, sizeof *ret);
	ret->h = h;
	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &ret->look, &h->err));
	assert_done(h, import_plan(h->l, &h->planner, def, path, &ret->look.map, note_row, ret,
				   &ret->totals, &h->err));
}

const struct planned *planned_row(const struct plan *p, int64_t number)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->row[i].row == number)
			return &p->row[i];
	fail_msg("no row %lld", (long long)number);
	return NULL;
}

int commit_file(struct hospital *h, const char *ledger, const char *path, bool good_rows_only,
		const char *key, struct import_result *ret)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);
	struct import_look look;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	err_clear(&h->err);
	return import_commit(h->l, &h->planner, def, path, "list.csv", &look.map, good_rows_only,
			     key, ret, &h->err);
}

const char *cp932_file(struct hospital *h, const char *name, const char *text)
{
	const char *path = hospital_path(h, name);
	struct buf b;

	buf_init(&b, 0);
	assert_true(cp932_encode(text, strlen(text), &b, NULL));
	assert_done(h, file_write(path, b.data, b.len, 0600, &h->err));
	buf_release(&b);
	return path;
}
