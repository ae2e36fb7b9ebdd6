/* Doing what a file says: one pass over its rows, one durable write. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ledger/batch.h"
#include "ledger/import_maps.h"
#include "ledger/import_run.h"
#include "ledger/read.h"
#include "ledger/receipt.h"

struct committing {
	struct batch *batch;
	const struct import_watch *watch;
	const char *reason;
	char id[ID_SIZE]; /* of the batch entry */
	bool confirm;
	bool good_rows_only;
	struct faults faults;
};

static int add_row(struct committing *k, const struct import_run *run, struct err *err)
{
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
	int r = batch_add(k->batch, &change, NULL, &k->faults, err);

	if (r == 0)
		return 0;
	why = *err;
	return err_set(err, why.code, "%lld行目: %s", (long long)w->row.row, why.text);
}

static int commit_done(struct import_run *run, struct err *err)
{
	struct committing *k = run->arg;
	const struct import_work *w = &run->work;
	int r = k->watch ? k->watch->row(k->watch->arg, &w->row, err) : 0;

	if (r < 0 || (w->row.status != IMPORT_NEW && w->row.status != IMPORT_CHANGED))
		return r;
	/* Nothing will be written any more: the rest is only counted. */
	if (run->totals->row[IMPORT_ERROR] && !k->good_rows_only)
		return 0;
	return add_row(k, run, err);
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
static int fill_batch_entry(struct ledgers *l, struct committing *k, const struct ledger_def *def,
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
	return batch_fill(k->batch,
			  &(struct change){ .def = imports,
					    .op = OP_SAVE,
					    .confirm = true,
					    .value = value,
					    .reason = "" },
			  &k->faults, err);
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
		run.shown = k->watch != NULL;
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

static int refuse_rows(const struct import_totals *t, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "誤りのある行が%"
		       "lld行あります。何も取り込んでいません。直してやり直すか、誤りの行を"
		       "飛ばすことを選んでください",
		       (long long)t->row[IMPORT_ERROR]);
}

/* One pass over the file: what happens to each row is worked out and done at once. What
 * others change meanwhile, the committer finds. */
static int commit(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		  const char *path, const char *filename, const struct import_map *map,
		  struct committing *k, struct arena *arena, struct import_result *ret,
		  struct err *err)
{
	struct import_totals *t = &ret->totals;
	int r;

	k->confirm = may_confirm(who, def);
	k->reason = arena_printf(arena, "取り込み: %s", filename);
	r = k->reason ? batch_reserve(k->batch, k->id, err) : err_nomem(err);
	if (r == 0)
		r = add_rows(l, who, def, path, map, k, t, err);
	if (r < 0)
		return r;
	if (t->row[IMPORT_ERROR] && !k->good_rows_only) {
		ret->refused = true;
		return refuse_rows(t, err);
	}
	if (!t->row[IMPORT_NEW] && !t->row[IMPORT_CHANGED]) {
		ret->nothing_to_do = true;
		ret->receipt.seq = -1;
		return 0;
	}
	r = fill_batch_entry(l, k, def, path, filename, map, t, arena, err);
	return r < 0 ? r : write_batch(l, k, ret, err);
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

int import_commit_watched(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
			  const char *path, const char *filename, const struct import_map *map,
			  bool good_rows_only, const char *key, const struct import_watch *watch,
			  struct import_result *ret, struct err *err)
{
	struct committing k = { .watch = watch, .good_rows_only = good_rows_only };
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
	r = import_check_map(def, map, err);
	if (r == 0)
		r = batch_new(l, who, key, &k.batch, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = commit(l, who, def, path, filename, map, &k, &arena, ret, err);
	arena_release(&arena);
	batch_free(k.batch);
	return r < 0 || ret->nothing_to_do ? r : import_map_remember(l, def, map, err);
}

int import_commit(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		  const char *path, const char *filename, const struct import_map *map,
		  bool good_rows_only, const char *key, struct import_result *ret, struct err *err)
{
	return import_commit_watched(l, who, def, path, filename, map, good_rows_only, key, NULL,
				     ret, err);
}
