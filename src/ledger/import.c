#include "ledger/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/import_run.h"
#include "report/csv.h"

const char *import_status_name(enum import_status s)
{
	static const char *const names[] = { "new", "changed", "unchanged", "error" };

	return names[s];
}

const char *import_status_label(enum import_status s)
{
	static const char *const labels[] = { "追加", "変更", "変更なし", "誤り" };

	return labels[s];
}

int import_check_map(const struct ledger_def *def, const struct import_map *map, struct err *err)
{
	size_t i, n, mapped = 0;

	for (i = 0; i < map->column_count; i++) {
		mapped += map->field[i] >= 0;
		/* Whoever knows its hash could otherwise read a file of others. */
		if (map->field[i] >= 0 && def->field[map->field[i]].type == FIELD_FILES)
			return err_set(err, ERR_INVALID,
				       "列「%s」の「%"
				       "s」はファイルの項目で、取り込めません。「取り込まない」に"
				       "して、ファイルは登録の画面から付けてください",
				       map->header[i], def->field[map->field[i]].label.ja);
		for (n = 0; n < i; n++)
			if (map->field[i] >= 0 && map->field[i] == map->field[n])
				return err_set(
					err, ERR_INVALID,
					"列「%s」と列「%s」が同じ項目「%"
					"s」に向いています。片方を「取り込まない」にしてください",
					map->header[n], map->header[i],
					def->field[map->field[i]].label.ja);
	}
	if (!mapped)
		return err_set(err, ERR_INVALID,
			       "ファイルのどの列も台帳の項目に合っていません。列の合わせ方を選んで"
			       "ください");
	return 0;
}

/* --- plan ------------------------------------------------------------------------------ */

struct planning {
	int (*row)(void *arg, const struct import_row *r, struct err *err);
	void *arg;
};

static int plan_done(struct import_run *run, struct err *err)
{
	struct planning *p = run->arg;

	return p->row ? p->row(p->arg, &run->work.row, err) : 0;
}

int import_plan(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		const char *path, const struct import_map *map,
		int (*row)(void *arg, const struct import_row *r, struct err *err), void *arg,
		struct import_totals *ret, struct err *err)
{
	struct planning p = { row, arg };
	struct import_run run;
	struct conn *c;
	int r = permit(who, PERM_LEDGER_IMPORT, def, err);

	if (r == 0)
		r = import_check_map(def, map, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	r = import_run_init(&run, l, c, who, def, map, err);
	if (r == 0) {
		run.totals = ret;
		run.shown = row != NULL;
		run.done = plan_done;
		run.arg = &p;
		r = import_run_file(&run, path, err);
		import_run_release(&run);
	}
	store_read_end(c);
	return r;
}

/* --- rows in error ------------------------------------------------------------------------ */

struct error_rows {
	struct csv csv;
	const struct import_map *map;
	struct arena arena;
};

static int write_error_row(void *arg, const struct import_row *r, struct err *err)
{
	struct error_rows *e = arg;
	const char **cells, *why = "";
	size_t i, columns = e->map->column_count;

	if (r->status != IMPORT_ERROR)
		return 0;
	arena_release(&e->arena);
	cells = arena_calloc(&e->arena, columns + 2, sizeof *cells);
	for (i = 0; why && i < r->fault_count; i++)
		why = arena_printf(&e->arena, "%s%s列「%s」: %s", why, i ? " / " : "",
				   r->fault[i].column, r->fault[i].text);
	if (!cells || !why)
		return err_nomem(err);
	for (i = 0; i < columns; i++)
		cells[i] = r->cell[i];
	cells[columns] = arena_printf(&e->arena, "%lld", (long long)r->row);
	cells[columns + 1] = why;
	return csv_row(&e->csv, cells, columns + 2, err);
}

static int write_fd(void *ctx, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(*(const int *)ctx, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(
				err, ERR_IO,
				"誤りの行を書き出せません。ディスクの空きを確かめてください");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_error_header(struct error_rows *e, struct err *err)
{
	size_t columns = e->map->column_count, i;
	const char **cells = arena_calloc(&e->arena, columns + 2, sizeof *cells);

	if (!cells)
		return err_nomem(err);
	for (i = 0; i < columns; i++)
		cells[i] = e->map->header[i];
	cells[columns] = "元の行";
	cells[columns + 1] = "誤りの理由";
	return csv_row(&e->csv, cells, columns + 2, err);
}

int import_write_errors(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
			const char *path, const struct import_map *map, int fd, struct err *err)
{
	const struct csv_options options = { .encoding = CSV_UTF8, .write = write_fd, .ctx = &fd };
	struct error_rows e = { .map = map };
	struct import_totals totals;
	int r;

	csv_init(&e.csv, &options);
	arena_init(&e.arena, 0);
	r = write_error_header(&e, err);
	if (r == 0)
		r = import_plan(l, who, def, path, map, write_error_row, &e, &totals, err);
	if (r == 0)
		r = csv_end(&e.csv, err);
	arena_release(&e.arena);
	csv_release(&e.csv);
	return r;
}
