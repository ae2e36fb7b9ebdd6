/* A comparison written down: the batch, the people, the proposals; all or nothing. */
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "ledger/batch.h"
#include "ledger/import_maps.h"
#include "ledger/receipt.h"
#include "people/fields.h"
#include "people/hr.h"

#define FILE_MAX ((size_t)220 * 1024 * 1024)

struct writing {
	struct ledgers *l;
	const struct ledger_def *imports, *staff, *proposals;
	struct batch *batch;
	struct arena *arena;
	const char *reason;
	char id[ID_SIZE]; /* of the entry in `imports` */
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

static const char *mapping_text(const struct ledger_def *def, const struct import_map *map,
				struct arena *arena)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < map->column_count; i++)
		if (map->field[i] >= 0)
			all = arena_printf(arena, "%s%s = %s\n", all, map->header[i],
					   def->field[map->field[i]].name);
	return all;
}

static int64_t new_count(const struct roster *found)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < found->count; i++)
		n += found->line[i].value && !*found->line[i].entry;
	return n;
}

/* import_undo counts on as many revisions following this entry as it names. */
static int add_batch_entry(struct writing *w, const char *path, const char *filename,
			   const struct import_map *map, const struct roster *found,
			   struct err *err)
{
	const char **value = fields_new(w->imports, w->arena);
	char digest[HASH_HEX_SIZE];
	int64_t fresh = new_count(found);
	const struct {
		const char *field;
		int64_t n;
	} counts[] = {
		{ "rows_new", fresh },
		{ "rows_changed", found->writes - fresh },
		{ "rows_unchanged",
		  (int64_t)found->count - found->writes - found->total[ROSTER_ERROR] },
		{ "rows_error", found->total[ROSTER_ERROR] },
	};
	size_t i;
	int r = value ? file_digest(path, digest, err) : err_nomem(err);

	if (r == 0)
		r = field_set(w->imports, value, "ledger", w->staff->name, err);
	if (r == 0)
		r = field_set(w->imports, value, "file_name", filename, err);
	if (r == 0)
		r = field_set(w->imports, value, "sha256", arena_strdup(w->arena, digest), err);
	if (r == 0)
		r = field_set(w->imports, value, "mapping", mapping_text(w->staff, map, w->arena),
			      err);
	for (i = 0; r == 0 && i < sizeof counts / sizeof counts[0]; i++)
		r = field_set(w->imports, value, counts[i].field,
			      arena_printf(w->arena, "%lld", (long long)counts[i].n), err);
	if (r < 0)
		return r;
	return batch_add(w->batch,
			 &(struct change){ .def = w->imports,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 w->id, &w->faults, err);
}

static int add_person(struct writing *w, struct roster_line *line, struct err *err)
{
	struct change change = { .def = w->staff,
				 .entry = *line->entry ? line->entry : NULL,
				 .base_rev = line->rev,
				 .op = OP_SAVE,
				 .confirm = true,
				 .value = line->value,
				 .reason = w->reason,
				 .batch = w->id };
	char id[ID_SIZE];
	struct err why;
	int r = batch_add(w->batch, &change, id, &w->faults, err);

	if (r == 0) {
		memcpy(line->entry, id, sizeof line->entry);
		return 0;
	}
	why = *err;
	return err_set(err, why.code, "職員「%s」: %s", line->name, why.text);
}

static int add_proposal(struct writing *w, struct roster_line *line, struct err *err)
{
	const char **value;
	int r;

	line->proposal.staff = line->entry;
	r = proposal_values(w->proposals, &line->proposal, w->id, w->arena, &value, err);
	if (r < 0)
		return r;
	return batch_add(w->batch,
			 &(struct change){ .def = w->proposals,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = w->reason,
					   .batch = w->id },
			 NULL, &w->faults, err);
}

static int add_lines(struct writing *w, const struct roster *found, struct err *err)
{
	struct roster_line *line;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < found->count; i++) {
		line = &found->line[i];
		if (line->value)
			r = add_person(w, line, err);
	}
	for (i = 0; r == 0 && i < found->count; i++) {
		line = &found->line[i];
		if (line->proposes)
			r = add_proposal(w, line, err);
	}
	return r;
}

static int may_commit(const struct roster_options *o, const struct roster *found, struct err *err)
{
	if (found->total[ROSTER_ERROR] && !o->good_rows_only)
		return err_set(
			err, ERR_INVALID,
			"誤りのある行が%lld行あります。何も取り込んでいません。直してやり直す"
			"か、誤りの行を飛ばすことを選んでください",
			(long long)found->total[ROSTER_ERROR]);
	if (found->suspicious && !o->sure)
		return err_set(
			err, ERR_INVALID,
			"名簿にいない人が%lld人もいます。一部の人だけの名簿なら「一部の名簿」"
			"を、本当に全員の名簿なら「全員の名簿」を選んでやり直してください",
			(long long)found->total[ROSTER_MISSING]);
	return 0;
}

static int find_ledgers(struct writing *w, struct err *err)
{
	int r = ledgers_find(w->l, "imports", &w->imports, err);

	if (r == 0)
		r = ledgers_find(w->l, "staff", &w->staff, err);
	return r < 0 ? r : ledgers_find(w->l, "account_proposals", &w->proposals, err);
}

static int write_all(struct writing *w, const struct actor *who, const char *path,
		     const char *filename, const struct import_map *map, const struct roster *found,
		     const char *key, struct roster_result *ret, struct err *err)
{
	int r = batch_new(w->l, who, key, &w->batch, err);

	if (r < 0)
		return r;
	w->reason = arena_printf(w->arena, "名簿との照合: %s", filename);
	r = w->reason ? add_batch_entry(w, path, filename, map, found, err) : err_nomem(err);
	if (r == 0)
		r = add_lines(w, found, err);
	if (r == 0)
		r = batch_commit(w->batch, &ret->receipt, NULL, &w->faults, err);
	batch_free(w->batch);
	if (r == 0)
		memcpy(ret->batch, w->id, sizeof ret->batch);
	return r;
}

int roster_commit(struct ledgers *l, const struct actor *who, const char *path,
		  const char *filename, const struct import_map *map,
		  const struct roster_options *o, const struct roster *found, const char *key,
		  struct roster_result *ret, struct err *err)
{
	struct writing w = { .l = l };
	struct arena arena;
	int r;

	memset(ret, 0, sizeof *ret);
	r = find_ledgers(&w, err);
	if (r == 0)
		r = permit(who, PERM_LEDGER_IMPORT, w.staff, err);
	if (r == 0)
		r = receipt_known(l, key, &ret->receipt, ret->batch, err);
	if (r)
		return r < 0 ? r : 0;
	r = may_commit(o, found, err);
	if (r < 0)
		return r;
	if (!found->writes && !found->proposals) {
		ret->nothing_to_do = true;
		ret->receipt.seq = -1;
		return 0;
	}
	arena_init(&arena, 0);
	w.arena = &arena;
	r = write_all(&w, who, path, filename, map, found, key, ret, err);
	arena_release(&arena);
	return r < 0 ? r : import_map_remember(l, w.staff, map, err);
}
