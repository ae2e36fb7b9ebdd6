/* Taking an import back, as one correction: nothing is deleted. */
#include <stdlib.h>
#include <string.h>

#include "ledger/batch.h"
#include "ledger/import.h"
#include "ledger/read.h"

struct undoing {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	const struct ledger_def *imports, *def;
	struct entry entry; /* the batch */
	struct arena arena;
	struct arena row; /* of the entry in hand; the batch copies what it keeps */
	struct batch *batch;
	const char *reason;
	struct faults faults;
	int64_t undone, left;
};

static long long number(const struct undoing *u, const char *field)
{
	int i = ledger_field(u->imports, field);

	return i < 0 ? 0 : strtoll(u->entry.value[i], NULL, 10);
}

static const char *text(const struct undoing *u, const char *field)
{
	int i = ledger_field(u->imports, field);

	return i < 0 ? "" : u->entry.value[i];
}

static int load(struct undoing *u, const char *batch, struct err *err)
{
	int r = ledgers_find(u->l, "imports", &u->imports, err);

	if (r == 0)
		r = entry_get(u->l, u->c, u->imports, batch, 0, &u->arena, &u->entry, err);
	if (r == 0 && strcmp(text(u, "undone"), "1") == 0)
		r = err_set(err, ERR_CONFLICT, "この取り込みは、もう取り消されています");
	if (r == 0)
		r = ledgers_find(u->l, text(u, "ledger"), &u->def, err);
	return r < 0 ? r : permit(u->who, PERM_LEDGER_IMPORT, u->def, err);
}

/* Undoes one entry if the import's revision is still the newest one. */
static int undo_entry(struct undoing *u, const char *id, struct err *err)
{
	struct entry now, former;
	struct change change = { .def = u->def, .entry = id, .reason = u->reason, .undo = true };
	int r;

	arena_release(&u->row);
	r = entry_get(u->l, u->c, u->def, id, 0, &u->row, &now, err);
	if (r < 0)
		return r;
	if (strcmp(now.batch, u->entry.id) != 0) {
		u->left++;
		return 0;
	}
	change.base_rev = now.rev;
	if (now.rev == 1) {
		change.op = OP_VOID;
	} else {
		r = entry_get(u->l, u->c, u->def, id, now.rev - 1, &u->row, &former, err);
		if (r < 0)
			return r;
		change.op = OP_SAVE;
		change.confirm = former.state == STATE_CONFIRMED || former.state == STATE_APPROVED;
		change.value = former.value;
	}
	r = batch_add(u->batch, &change, NULL, &u->faults, err);
	u->undone += r == 0;
	return r;
}

/* The leaves of an import follow the leaf of its batch without a gap, since one
 * transaction wrote them. The first revision of the batch entry marks the place. */
static int undo_entries(struct undoing *u, struct err *err)
{
	long long count = number(u, "rows_new") + number(u, "rows_changed"), i;
	struct entry first;
	int r = entry_get(u->l, u->c, u->imports, u->entry.id, 1, &u->arena, &first, err);

	for (i = 1; r == 0 && i <= count; i++) {
		char id[ID_SIZE];

		r = leaf_entry(u->c, first.seq + i, id, err);
		if (r == 0)
			r = undo_entry(u, id, err);
	}
	return r;
}

static int mark_undone(struct undoing *u, struct err *err)
{
	const char **value = arena_memdup(&u->arena, (const void *)u->entry.value,
					  u->imports->field_count * sizeof *value);
	int i = ledger_field(u->imports, "undone");

	if (!value)
		return err_nomem(err);
	if (i >= 0)
		value[i] = "1";
	return batch_add(u->batch,
			 &(struct change){ .def = u->imports,
					   .entry = u->entry.id,
					   .base_rev = u->entry.rev,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = u->reason },
			 NULL, &u->faults, err);
}

int import_undo(struct ledgers *l, const struct actor *who, const char *batch, const char *reason,
		const char *key, int64_t *ret_undone, int64_t *ret_left, struct receipt *ret,
		struct err *err)
{
	struct undoing u = { .l = l, .who = who, .reason = reason };
	int r = store_read_begin(ledgers_store(l), &u.c, err);

	if (r < 0)
		return r;
	arena_init(&u.arena, 0);
	arena_init(&u.row, 0);
	r = load(&u, batch, err);
	if (r == 0)
		r = batch_new(l, who, key, &u.batch, err);
	if (r == 0)
		r = mark_undone(&u, err);
	if (r == 0)
		r = undo_entries(&u, err);
	store_read_end(u.c);
	if (r == 0)
		r = batch_commit(u.batch, ret, NULL, &u.faults, err);
	*ret_undone = u.undone;
	*ret_left = u.left;
	batch_free(u.batch);
	arena_release(&u.row);
	arena_release(&u.arena);
	return r;
}
