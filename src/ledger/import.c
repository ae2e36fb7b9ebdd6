#include "ledger/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "ledger/batch.h"
#include "ledger/import_maps.h"
#include "ledger/import_run.h"
#include "ledger/read.h"
#include "ledger/receipt.h"
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

static int check_map(const struct ledger_def *def, const struct import_map *map, struct err *err)
{
	size_t i, n, mapped = 0;

	for (i = 0; i < map->column_count; i++) {
		mapped += map->field[i] >= 0;
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
		r = check_map(def, map, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	r = import_run_init(&run, l, c, who, def, map, err);
	if (r == 0) {
		run.totals = ret;
		run.done = plan_done;
		run.arg = &p;
		r = import_run_file(&run, path, err);
		import_run_release(&run);
	}
	store_read_end(c);
	return r;
}

/* --- commit ------------------------------------------------------------------------------ */

struct committing {
	struct batch *batch;
	const char *reason;
	char id[ID_SIZE]; /* of the batch entry */
	bool confirm;
	struct faults faults;
};

static int commit_done(struct import_run *run, struct err *err)
{
	struct committing *k = run->arg;
	const struct import_work *w = &run->work;
	struct change change = { .def = run->def,
				 .entry = w->before.id[0] ? w->before.id : NULL,
				 .base_rev = w->before.id[0] ? w->before.rev : 0,
				 .op = OP_SAVE,
				 .confirm = k->confirm,
				 .value = w->value,
				 .reason = k->reason,
				 .batch = k->id };
	struct err why;
	int r;

	if (w->row.status != IMPORT_NEW && w->row.status != IMPORT_CHANGED)
		return 0;
	r = batch_add(k->batch, &change, NULL, &k->faults, err);
	if (r == 0)
		return 0;
	why = *err;
	return err_set(err, why.code, "%lld行目: %s", (long long)w->row.row, why.text);
}

static int file_digest(const char *path, char ret[HASH_HEX_SIZE], struct err *err)
{
	uint8_t hash[HASH_SIZE];
	struct buf all;
	int r;

	buf_init(&all, 0);
	r = file_read(path, (size_t)220 * 1024 * 1024, &all, err);
	if (r == 0) {
		hash_bytes(all.data ? all.data : "", all.len, hash);
		hex_encode(hash, sizeof hash, ret);
	}
	buf_release(&all);
	return r;
}

static void set(const struct ledger_def *def, const char **value, const char *field,
		const char *stored)
{
	int i = ledger_field(def, field);

	if (i >= 0 && stored)
		value[i] = stored;
}

static char *mapping_text(const struct ledger_def *def, const struct import_map *map,
			  struct arena *arena)
{
	char *all = arena_strdup(arena, "");
	size_t i;

	for (i = 0; all && i < map->column_count; i++)
		if (map->field[i] >= 0)
			all = arena_printf(arena, "%s%s = %s\n", all, map->header[i],
					   def->field[map->field[i]].name);
	return all;
}

/* Fields of `imports`, in the order of enum import_status. */
static const char *const count_fields[IMPORT_STATUS_MAX] = { "rows_new", "rows_changed",
							     "rows_unchanged", "rows_error" };

/* The entry in `imports` that the rows point to. */
static int add_batch_entry(struct ledgers *l, struct committing *k, const struct ledger_def *def,
			   const char *path, const char *filename, const struct import_map *map,
			   const struct import_totals *t, struct arena *arena, struct err *err)
{
	const struct ledger_def *imports;
	char digest[HASH_HEX_SIZE];
	const char **value;
	size_t i;
	int r = ledgers_find(l, "imports", &imports, err);

	if (r == 0)
		r = file_digest(path, digest, err);
	if (r < 0)
		return r;
	value = arena_calloc(arena, imports->field_count, sizeof *value);
	for (i = 0; value && i < imports->field_count; i++)
		value[i] = "";
	if (!value)
		return err_nomem(err);
	set(imports, value, "ledger", def->name);
	set(imports, value, "file_name", filename);
	set(imports, value, "sha256", digest);
	for (i = 0; i < IMPORT_STATUS_MAX; i++)
		set(imports, value, count_fields[i],
		    arena_printf(arena, "%lld", (long long)t->row[i]));
	set(imports, value, "mapping", mapping_text(def, map, arena));
	set(imports, value, "undone", "0");
	return batch_add(k->batch,
			 &(struct change){ .def = imports,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 k->id, &k->faults, err);
}

static bool may_confirm(const struct actor *who, const struct ledger_def *def)
{
	const struct transition_def *t = &def->workflow.confirm;

	if (strcmp(who->account, actor_system.account) == 0)
		return true;
	return t->present && !t->four_eyes && (t->roles & (1u << who->role));
}

static int add_rows(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		    const char *path, const struct import_map *map, struct committing *k,
		    struct import_totals *totals, struct err *err)
{
	struct import_run run;
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	r = import_run_init(&run, l, c, who, def, map, err);
	if (r == 0) {
		run.totals = totals;
		run.done = commit_done;
		run.arg = k;
		r = import_run_file(&run, path, err);
		import_run_release(&run);
	}
	store_read_end(c);
	return r;
}

static int write_batch(struct ledgers *l, struct committing *k, struct import_result *ret,
		       struct err *err)
{
	size_t bad;
	int r = batch_commit(k->batch, &ret->receipt, &bad, &k->faults, err);

	if (r < 0)
		return r;
	if (ret->receipt.repeated)
		return receipt_entry(l, &ret->receipt, ret->batch, err);
	memcpy(ret->batch, k->id, sizeof ret->batch);
	return 0;
}

static int check_totals(const struct import_totals *t, bool good_rows_only, struct err *err)
{
	if (t->row[IMPORT_ERROR] && !good_rows_only)
		return err_set(err, ERR_INVALID,
			       "誤りのある行が%"
			       "lld行あります。何も取り込んでいません。直してやり直すか、誤りの行を"
			       "飛ばすことを選んでください",
			       (long long)t->row[IMPORT_ERROR]);
	return 0;
}

static int commit(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		  const char *path, const char *filename, const struct import_map *map,
		  const char *key, struct arena *arena, struct import_result *ret, struct err *err)
{
	struct committing k = { .confirm = may_confirm(who, def) };
	struct import_totals again;
	int r = batch_new(l, who, key, &k.batch, err);

	if (r < 0)
		return r;
	k.reason = arena_printf(arena, "取り込み: %s", filename);
	r = k.reason ? add_batch_entry(l, &k, def, path, filename, map, &ret->totals, arena, err)
		     : err_nomem(err);
	if (r == 0)
		r = add_rows(l, who, def, path, map, &k, &again, err);
	/* The batch says how many rows follow it, so they must be those of the plan. */
	if (r == 0 && memcmp(again.row, ret->totals.row, sizeof again.row) != 0)
		r = err_set(err, ERR_CONFLICT,
			    "確かめている間に台帳が変わりました。何も取り込んでいません。もう一度や"
			    "り直してください");
	if (r == 0)
		r = write_batch(l, &k, ret, err);
	batch_free(k.batch);
	return r;
}

/* What the batch says about itself, for the page that shows the first result again. */
static int first_totals(struct ledgers *l, struct import_result *ret, struct err *err)
{
	const struct ledger_def *imports;
	struct arena arena;
	struct entry e;
	struct conn *c;
	size_t i;
	int r = ledgers_find(l, "imports", &imports, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = entry_get(l, c, imports, ret->batch, 1, &arena, &e, err);
	store_read_end(c);
	for (i = 0; r == 0 && i < IMPORT_STATUS_MAX; i++) {
		int field = ledger_field(imports, count_fields[i]);

		ret->totals.row[i] = field < 0 ? 0 : strtoll(e.value[field], NULL, 10);
	}
	arena_release(&arena);
	return r;
}

int import_commit(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		  const char *path, const char *filename, const struct import_map *map,
		  bool good_rows_only, const char *key, struct import_result *ret, struct err *err)
{
	struct arena arena;
	int r;

	memset(ret, 0, sizeof *ret);
	r = permit(who, PERM_LEDGER_IMPORT, def, err);
	if (r == 0)
		r = receipt_known(l, key, &ret->receipt, ret->batch, err);
	if (r < 0)
		return r;
	if (r == 1)
		return first_totals(l, ret, err);
	r = import_plan(l, who, def, path, map, NULL, NULL, &ret->totals, err);
	if (r == 0)
		r = check_totals(&ret->totals, good_rows_only, err);
	if (r < 0)
		return r;
	if (!ret->totals.row[IMPORT_NEW] && !ret->totals.row[IMPORT_CHANGED]) {
		ret->nothing_to_do = true;
		ret->receipt.seq = -1;
		return 0;
	}
	arena_init(&arena, 0);
	r = commit(l, who, def, path, filename, map, key, &arena, ret, err);
	arena_release(&arena);
	return r < 0 ? r : import_map_remember(l, def, map, err);
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
