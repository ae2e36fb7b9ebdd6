#include "ledger/import_run.h"

#include <stdlib.h>
#include <string.h>

int import_run_init(struct import_run *run, struct ledgers *l, struct conn *c,
		    const struct actor *who, const struct ledger_def *def,
		    const struct import_map *map, struct err *err)
{
	size_t i;
	int r = 0;

	memset(run, 0, sizeof *run);
	run->l = l;
	run->c = c;
	run->who = who;
	run->def = def;
	run->map = map;
	arena_init(&run->arena, 0);
	run->seen = json_object();
	run->names = calloc(def->field_count, sizeof *run->names);
	if (!run->seen || !run->names)
		r = err_nomem(err);
	for (i = 0; r == 0 && i < def->field_count; i++)
		if (def->field[i].ref || def->field[i].type == FIELD_ACCOUNT)
			r = import_names_load(l, c, def->field[i].ref, &run->names[i], err);
	if (r < 0)
		import_run_release(run);
	return r;
}

void import_run_release(struct import_run *run)
{
	size_t i;

	for (i = 0; run->names && i < run->def->field_count; i++)
		import_names_release(&run->names[i]);
	free(run->names);
	run->names = NULL;
	json_decref(run->seen);
	run->seen = NULL;
	arena_release(&run->arena);
}

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	struct import_run *run = arg;

	(void)err;
	/* Sheets hold cells as they are: only a CSV guards them against formulas. */
	run->protected_cells = meta->format == SHEET_CSV;
	return 0;
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct import_run *run = arg;
	int r;

	if (row->header)
		return 0;
	r = import_work_row(run, row, err);
	if (r < 0)
		return r;
	run->totals->row[run->work.row.status]++;
	return run->done ? run->done(run, err) : 0;
}

static int on_end(void *arg, const struct sheet_totals *totals, struct err *err)
{
	struct import_run *run = arg;

	(void)err;
	run->totals->blank = totals->blank_rows;
	return 0;
}

int import_run_file(struct import_run *run, const char *path, struct err *err)
{
	const struct sheet_sink sink = { on_meta, NULL, on_row, on_end, run };
	struct sheet_options options = run->map->sheet;

	/* The header found at the first look stays the header. */
	options.header_row = (uint32_t)run->map->header_row;
	memset(run->totals, 0, sizeof *run->totals);
	return sheet_read_path(path, &options, &sink, err);
}
