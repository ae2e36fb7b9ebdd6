/* Taking an import back, as one correction: nothing is deleted. */
#include <stdlib.h>
#include <string.h>

#include "ledger/batch.h"
#include "ledger/import.h"
#include "ledger/read.h"
#include "ledger/receipt.h"
#include "log/leaf.h"

struct undoing {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	const struct ledger_def *imports, *def;
	struct entry entry, first; /* the batch: as it stands, and as the import wrote it */
	struct arena arena;
	struct arena row; /* of the entry in hand; the batch copies what it keeps */
	struct batch *batch;
	const char *reason;
	struct faults faults;
	int64_t undone, left;
	/* What the first call with this key wrote, if there was one; asked before reading
	 * begins, so that the reading sees it. */
	struct receipt known;
	char known_entry[ID_SIZE];
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
	if (r == 0)
		r = entry_get(u->l, u->c, u->imports, batch, 1, &u->arena, &u->first, err);
	if (r == 0)
		r = ledgers_find(u->l, text(u, "ledger"), &u->def, err);
	return r < 0 ? r : permit(u->who, PERM_LEDGER_IMPORT, u->def, err);
}

/* Why new entries are not taken back by this person, and who can. */
static int deny(struct undoing *u, struct err *err)
{
	char roles[256];

	return err_set(
		err, ERR_DENIED,
		"この取り込みで追加した件を取り消せるのは、取り込んだ%sさん本人か、「%s」の人です。"
		"どちらかに頼んでください。何も変えていません。",
		account_name(u->c, u->first.actor, &u->arena),
		roles_text(u->def->workflow.void_.roles, roles, sizeof roles));
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
	return r == ERR_DENIED && change.op == OP_VOID ? deny(u, err) : r;
}

/* The leaves of an import follow the leaf of its batch without a gap, since one
 * transaction wrote them. The first revision of the batch entry marks the place. */
static int undo_entries(struct undoing *u, struct err *err)
{
	long long count = number(u, "rows_new") + number(u, "rows_changed"), i;
	int r = 0;

	for (i = 1; r == 0 && i <= count; i++) {
		char id[ID_SIZE];

		r = leaf_entry(u->c, u->first.seq + i, id, err);
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

/* What the first call with this key did: the leaves after its receipt, up to the next act. */
static int count_again(struct undoing *u, const struct receipt *receipt, struct err *err)
{
	long long count = number(u, "rows_new") + number(u, "rows_changed"), i;
	struct leaf_view leaf;
	struct buf b;
	int r = 0;

	buf_init(&b, 0);
	for (i = 1; i <= count; i++) {
		buf_clear(&b);
		r = store_leaf(u->c, receipt->seq + i, &b, err);
		if (r == 0)
			r = leaf_scan(b.data, b.len, &leaf, err);
		if (r < 0 || leaf.at_us != receipt->at_us || leaf.op.len != 4 ||
		    memcmp(leaf.op.data, "undo", 4) != 0)
			break;
		u->undone++;
	}
	buf_release(&b);
	u->left = count - u->undone;
	if (r == ERR_NOT_FOUND) {
		err_clear(err);
		r = 0;
	}
	return r;
}

static int undo(struct undoing *u, const char *key, struct receipt *ret, struct err *err)
{
	int r = 0;

	*ret = u->known;
	if (u->known.repeated)
		return strcmp(u->known_entry, u->entry.id) == 0
			       ? count_again(u, &u->known, err)
			       : err_set(err, ERR_CONFLICT,
					 "この画面は別の操作で使われました。取り込みの結果を開き直"
					 "してくだ"
					 "さい");
	if (strcmp(text(u, "undone"), "1") == 0)
		r = err_set(err, ERR_CONFLICT, "この取り込みは、もう取り消されています");
	if (r == 0)
		r = batch_new(u->l, u->who, key, &u->batch, err);
	if (r == 0)
		r = mark_undone(u, err);
	if (r == 0)
		r = undo_entries(u, err);
	return r < 0 ? r : batch_commit(u->batch, ret, NULL, &u->faults, err);
}

int import_undo(struct ledgers *l, const struct actor *who, const char *batch, const char *reason,
		const char *key, int64_t *ret_undone, int64_t *ret_left, struct receipt *ret,
		struct err *err)
{
	struct undoing u = { .l = l, .who = who, .reason = reason, .known = { .seq = -1 } };
	struct receipt receipt = { .seq = -1 };
	int r = receipt_known(l, key, &u.known, u.known_entry, err);

	if (r >= 0)
		r = store_read_begin(ledgers_store(l), &u.c, err);
	if (r < 0)
		return r;
	arena_init(&u.arena, 0);
	arena_init(&u.row, 0);
	r = load(&u, batch, err);
	if (r == 0)
		r = undo(&u, key, &receipt, err);
	store_read_end(u.c);
	*ret_undone = u.undone;
	*ret_left = u.left;
	if (ret)
		*ret = receipt;
	batch_free(u.batch);
	arena_release(&u.row);
	arena_release(&u.arena);
	return r;
}
