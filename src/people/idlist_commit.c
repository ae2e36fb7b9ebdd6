/* A compared list of accounts written down: the batch, then the accounts; all or nothing. */
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "ledger/batch.h"
#include "ledger/import_maps.h"
#include "people/fields.h"
#include "people/idlist_work.h"

#define FILE_MAX ((size_t)220 * 1024 * 1024)

struct writing {
	struct idlist *list;
	struct batch *batch;
	struct arena *arena;
	const char *reason;
	char id[ID_SIZE]; /* of the entry in `imports`, "" for none */
	struct faults faults;
};

static int file_digest(const char *path, char ret[HASH_HEX_SIZE], struct err *err)
{
	CLEANUP(buf_release) struct buf all;
	uint8_t hash[HASH_SIZE];
	int r;

	buf_init(&all, 0);
	r = file_read(path, FILE_MAX, &all, err);
	if (r < 0)
		return r;
	hash_bytes(all.data ? all.data : "", all.len, hash);
	hex_encode(hash, sizeof hash, ret);
	return 0;
}

/* The system, then which column of the file became what. */
static const char *mapping_text(const struct writing *w, const struct import_map *map)
{
	const char *all = arena_printf(w->arena, "system: %s\n", w->list->system);
	size_t i;

	for (i = 0; all && i < map->column_count; i++)
		if (map->field[i] >= 0)
			all = arena_printf(w->arena, "%s%s = %s\n", all, map->header[i],
					   w->list->def->field[map->field[i]].name);
	return all;
}

/* import_undo counts on as many revisions following this entry as it names. */
static int add_batch_entry(struct ledgers *l, struct writing *w, const char *path,
			   const char *filename, const struct import_map *map, struct err *err)
{
	const struct idlist *list = w->list;
	const struct ledger_def *imports = NULL;
	const char **value = NULL;
	char digest[HASH_HEX_SIZE];
	const struct {
		const char *field;
		int64_t n;
	} counts[] = {
		{ "rows_new", list->total[IDLIST_NEW] },
		{ "rows_changed", list->writes - list->total[IDLIST_NEW] },
		{ "rows_unchanged", list->total[IDLIST_UNCHANGED] },
		{ "rows_error", list->total[IDLIST_ERROR] },
	};
	size_t i;
	int r = ledgers_find(l, "imports", &imports, err);

	if (r == 0)
		r = file_digest(path, digest, err);
	if (r == 0)
		value = fields_new(imports, w->arena);
	if (r == 0 && !value)
		r = err_nomem(err);
	if (r == 0)
		r = field_set(imports, value, "ledger", list->def->name, err);
	if (r == 0)
		r = field_set(imports, value, "file_name", filename, err);
	if (r == 0)
		r = field_set(imports, value, "sha256", arena_strdup(w->arena, digest), err);
	if (r == 0)
		r = field_set(imports, value, "mapping", mapping_text(w, map), err);
	for (i = 0; r == 0 && i < sizeof counts / sizeof counts[0]; i++)
		r = field_set(imports, value, counts[i].field,
			      arena_printf(w->arena, "%lld", (long long)counts[i].n), err);
	if (r < 0)
		return r;
	return batch_add(w->batch,
			 &(struct change){ .def = imports,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 w->id, &w->faults, err);
}

static int add_account(struct writing *w, struct idlist_line *line, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	struct err why;
	int r = 0;

	if (*w->id)
		r = field_set(def, line->value, "batch", w->id, err);
	if (r == 0)
		r = batch_add(w->batch,
			      &(struct change){ .def = def,
						.entry = *line->entry ? line->entry : NULL,
						.base_rev = line->rev,
						.op = OP_SAVE,
						.confirm = true,
						.value = line->value,
						.reason = w->reason,
						.batch = *w->id ? w->id : NULL },
			      line->entry, &w->faults, err);
	if (r == 0 || !err)
		return r;
	why = *err;
	return err_set(err, why.code, "ID「%s」: %s%s", line->account, why.text,
		       w->faults.count ? w->faults.item[0].text : "");
}

static int write_all(struct writing *w, struct receipt *ret, struct err *err)
{
	size_t i, bad;
	int r = 0;

	for (i = 0; r == 0 && i < w->list->count; i++)
		if (w->list->line[i].value)
			r = add_account(w, &w->list->line[i], err);
	return r < 0 ? r : batch_commit(w->batch, ret, &bad, &w->faults, err);
}

static int check(const struct actor *who, const struct idlist *list, struct err *err)
{
	int r = permit(who, PERM_LEDGER_IMPORT, list->def, err);

	if (r == 0 && list->total[IDLIST_ERROR])
		r = err_set(err, ERR_INVALID,
			    "読めない行が%"
			    "lld行あります。何も取り込んでいません。一覧を直してやり直してください",
			    (long long)list->total[IDLIST_ERROR]);
	return r;
}

static int commit(struct ledgers *l, const struct actor *who, struct idlist *list, const char *path,
		  const char *filename, const struct import_map *map, const char *key,
		  struct arena *arena, struct receipt *ret, char ret_batch[ID_SIZE],
		  struct err *err)
{
	struct writing w = { .list = list, .arena = arena };
	int r = check(who, list, err);

	*ret = (struct receipt){ .seq = -1 };
	if (r < 0 || !list->writes)
		return r;
	w.reason = arena_printf(arena, "IDの一覧: %s", filename);
	r = w.reason ? batch_new(l, who, key, &w.batch, err) : err_nomem(err);
	if (r == 0 && path)
		r = add_batch_entry(l, &w, path, filename, map, err);
	if (r == 0)
		r = write_all(&w, ret, err);
	batch_free(w.batch);
	if (r == 0 && ret_batch)
		memcpy(ret_batch, w.id, sizeof w.id);
	return r;
}

int idlist_commit(struct ledgers *l, const struct actor *who, struct idlist *list, const char *path,
		  const char *filename, const struct import_map *map, const char *key,
		  struct arena *arena, struct receipt *ret, char ret_batch[ID_SIZE],
		  struct err *err)
{
	int r = commit(l, who, list, path, filename, map, key, arena, ret, ret_batch, err);

	return r < 0 ? r : import_map_remember(l, list->def, map, err);
}

int idlist_write_own(struct ledgers *l, const struct actor *who, struct idlist *list,
		     struct arena *arena, struct receipt *ret, struct err *err)
{
	return commit(l, who, list, NULL, "daichoの利用者", NULL, NULL, arena, ret, NULL, err);
}
