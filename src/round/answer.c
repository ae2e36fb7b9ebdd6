/* Confirming an answer. */
#include <string.h>

#include "ledger/batch.h"
#include "round/answering.h"
#include "round/fields.h"
#include "round/queue.h"
#include "round/sharing.h"

static const char *proposal_text(const struct answering *a)
{
	const char *text = a->line->proposal.reason ? a->line->proposal.reason : "";
	size_t i;

	for (i = 0; text && i < a->line->inherited_count; i++)
		text = arena_printf(a->arena, "%s%s%s", text, *text ? "\n" : "",
				    a->line->inherited[i].chain);
	return text ? text : "";
}

static int fill(struct answering *a, struct err *err)
{
	const struct answer_change *ch = a->change;
	const struct round *round = &a->view->round;
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "round", round->id },
		{ "item", ch->item },
		{ "column", ch->column },
		{ "slot", arena_printf(a->arena, "%s/%s/%s", round->id, ch->item, ch->column) },
		{ "vendor", round->vendor },
		{ "value", answer_name(ch->value) },
		{ "confirmed_on", a->confirmed },
		{ "target_on", a->target },
		{ "completed_on", a->completed },
		{ "given", a->given },
		{ "statements", a->statements },
		{ "responsible", a->responsible },
		{ "responsible_name", a->responsible_name },
		{ "evidence_refs", ch->evidence_refs },
		{ "evidence_files", ch->evidence_files },
		{ "doer", doer_name(a->doer) },
		{ "open_points", a->open_points },
		{ "answered_by", a->answered_by },
		{ "note", a->note },
		/* What the ledgers and other answers said when the person decided. */
		{ "proposal", proposal_text(a) },
	};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(a->def, a->value, pairs[i].field, pairs[i].stored, err);
	return r;
}

/* A vendor knows nothing of the evidence and proposals of the hospital: they stay. */
static int keep_unseen(struct answering *a, struct err *err)
{
	static const char *const fields[] = { "evidence_refs", "evidence_files", "proposal" };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof fields / sizeof fields[0]; i++)
		r = system_put(a->def, a->value, fields[i],
			       a->before ? system_value(a->def, a->before, fields[i]) : "", err);
	return r;
}

/* The entry as it is to be, and as it is. */
static int make_values(struct answering *a, struct conn *c, struct err *err)
{
	struct entry e;
	int r = 0;

	a->before = NULL;
	if (a->line->now.id[0]) {
		r = entry_get(a->l, c, a->def, a->line->now.id, 0, a->arena, &e, err);
		a->before = r == 0 ? e.value : NULL;
	}
	a->value = system_values(a->def, a->arena);
	if (r == 0)
		r = a->value ? fill(a, err) : err_nomem(err);
	return r == 0 && a->change->reply ? keep_unseen(a, err) : r;
}

static struct change change_of(const struct answering *a)
{
	return (struct change){ .def = a->def,
				.entry = a->line->now.id[0] ? a->line->now.id : NULL,
				.base_rev = a->change->base_rev,
				.op = OP_SAVE,
				.confirm = true,
				.value = a->value,
				.reason = "",
				.key = a->change->key };
}

static int write_answer(struct answering *a, const struct actor *who, struct receipt *ret,
			struct faults *faults, struct err *err)
{
	/* An answer given meanwhile makes base_rev 0 a conflict there, unless the key is
	 * that of this very form sent twice. */
	struct change change = change_of(a);
	char id[ID_SIZE];
	int r = entry_change(a->l, who, &change, id, ret, faults, err);

	/* Two first answers at the same moment: the slot is the second one's only fault. */
	if (r == ERR_INVALID && faults->count == 1 && strcmp(faults->item[0].field, "slot") == 0)
		return err_set(
			err, ERR_CONFLICT,
			"この項目は、ほかの人が先に答えています。画面を開き直して確かめてください");
	return r;
}

/* --- who may ----------------------------------------------------------------------------- */

static int may_reply(const struct answering *a, const struct actor *who, struct err *err)
{
	const struct round *round = &a->view->round;
	const struct column_def *column = a->line->column;
	int r = permit(who, PERM_ROUND_REPLY, NULL, err);

	if (r < 0)
		return r;
	if (!sight_round(who, round->id, round->scope))
		return err_set(err, ERR_NOT_FOUND, "その点検はありません。一覧から選んでください");
	return a->change->reply && round_asks_vendor(round, column ? column->id : NULL)
		       ? 0
		       : err_set(err, ERR_DENIED, "この項目に答えるのは医療機関です");
}

/* A vendor answers what is asked of it, everybody else as the item says. */
static int may_answer(const struct answering *a, const struct actor *who, struct err *err)
{
	int r;

	if (who->role == ROLE_VENDOR)
		return may_reply(a, who, err);
	r = permit(who, PERM_ROUND_ANSWER, NULL, err);
	if (r < 0 || line_answerable(a->line, who))
		return r;
	return err_set(
		err, ERR_DENIED,
		"この項目に答えるのは、企画管理者か運用担当者です。経営層は、経営層が受け持つ"
		"項目に答えられます");
}

/* Finds the line in a->view, looks at everything the change says and makes the entry of it. */
static int check(struct answering *a, struct conn *c, const struct actor *who,
		 struct faults *faults, struct err *err)
{
	int r = round_line_find(a->view, a->change->item, a->change->column, &a->line, err);

	a->shares = catalogue_shares(a->view->round.catalogue);
	if (r == 0)
		r = ledgers_find(a->l, "answers", &a->def, err);
	if (r == 0)
		r = may_answer(a, who, err);
	if (r == 0)
		r = answer_check(a, c, faults, err);
	return r == 0 && !faults->count ? make_values(a, c, err) : r;
}

/* --- one answer -------------------------------------------------------------------------- */

static int load(struct answering *a, struct round_view *view, const struct actor *who,
		struct faults *faults, struct err *err)
{
	struct conn *c;
	int r = store_read_begin(ledgers_store(a->l), &c, err);

	if (r < 0)
		return r;
	a->view = view;
	/* What the ledgers say about it now is kept with the answer. */
	r = round_view_item(a->l, c, a->change->round, a->change->item, a->arena, view, err);
	if (r == 0)
		r = check(a, c, who, faults, err);
	store_read_end(c);
	return r;
}

int round_answer(struct ledgers *l, const struct actor *who, const struct answer_change *c,
		 struct receipt *ret, struct faults *faults, struct err *err)
{
	struct answering a = { .l = l, .change = c };
	struct round_view view;
	struct arena arena;
	int r = permit(who, who->role == ROLE_VENDOR ? PERM_ROUND_REPLY : PERM_ROUND_ANSWER, NULL,
		       err);

	faults->count = 0;
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	a.arena = &arena;
	r = load(&a, &view, who, faults, err);
	if (r == 0 && faults->count)
		r = err_set(err, ERR_INVALID, "%s", faults->item[0].text);
	if (r == 0)
		r = write_answer(&a, who, ret, faults, err);
	arena_release(&arena);
	return r;
}

/* --- many -------------------------------------------------------------------------------- */

/* Whether the entry holds all of this already; what the ledgers proposed is no answer. */
static bool is_same(const struct answering *a)
{
	int proposal = ledger_field(a->def, "proposal");
	size_t i;

	for (i = 0; a->before && i < a->def->field_count; i++)
		if ((int)i != proposal && strcmp(a->before[i], a->value[i]) != 0)
			return false;
	return a->before != NULL;
}

int round_answer_add(struct ledgers *l, struct conn *c, const struct actor *who,
		     const struct round_view *view, const struct answer_change *change,
		     struct batch *batch, struct arena *arena, struct faults *faults,
		     struct err *err)
{
	struct answering a = { .l = l, .change = change, .arena = arena, .view = view };
	struct change entry;
	int r;

	faults->count = 0;
	r = check(&a, c, who, faults, err);
	if (r == 0 && faults->count)
		r = err_set(err, ERR_INVALID, "%s", faults->item[0].text);
	if (r < 0 || is_same(&a))
		return r;
	entry = change_of(&a);
	entry.key = NULL;
	r = batch ? batch_add(batch, &entry, NULL, faults, err) : 0;
	return r < 0 ? r : 1;
}
