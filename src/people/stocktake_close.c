/* Ending a stock-take, carrying out what was decided, and management's approval. */
#include <string.h>

#include "base/clock.h"
#include "ledger/receipt.h"
#include "people/fields.h"
#include "people/idlist.h"
#include "people/stocktake_write.h"

/* --- carrying out ----------------------------------------------------------------------- */

/* Stops an account of daicho itself; its sessions end in the same transaction. */
static int stop_own(struct stocktake_work *w, const struct stocktake_line *n, struct err *err)
{
	const struct account_change change = { .disabled = 1, .role = -1, .must_change = -1 };
	struct account a;
	int r = account_by_login(w->c, n->account_name, &w->arena, &a, err);

	if (r == 0 && strcmp(a.id, w->who->account) == 0)
		return err_set(
			err, ERR_INVALID,
			"自分のIDは自分では止められません。ほかの企画管理者に頼んでください");
	if (r < 0 || a.disabled)
		return r;
	return account_put(ledgers_store(w->l), w->who, false, n->account_name, &change, &a,
			   &w->arena, err);
}

static bool is_own_stop(const struct stocktake_line *n)
{
	return n->decision == DECISION_STOP && strcmp(n->system, IDLIST_OWN) == 0;
}

static int note_done(struct stocktake_work *w, const struct stocktake_line *n, const char *date,
		     const char *evidence, struct err *err)
{
	const struct line_pair pairs[] = {
		{ "done_on", date },
		{ "done_by", strcmp(w->who->account, "system") == 0 ? "" : w->who->account },
		{ "done_evidence", evidence },
	};

	return stocktake_work_line(w, n->id, pairs, sizeof pairs / sizeof pairs[0], "処置の記録",
				   err);
}

static const struct stocktake_line *line_of(const struct stocktake_view *v, const char *id)
{
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (strcmp(v->line[i].id, id) == 0)
			return &v->line[i];
	return NULL;
}

static int check_done(const struct stocktake_work *w, const struct stocktake_line *n,
		      const char *date, const char *evidence, struct err *err)
{
	if (!n)
		return err_set(err, ERR_NOT_FOUND,
			       "この棚卸しに、その行はありません。開き直してください");
	if (!w->view.take.closed)
		return err_set(err, ERR_INVALID, "棚卸しを終えてから、処置を記録してください");
	if (!decision_to_do(n->decision))
		return err_set(err, ERR_INVALID, "ID「%s」は継続なので、処置はいりません",
			       n->account_name);
	if (*n->done_on)
		return err_set(err, ERR_CONFLICT, "ID「%s」の処置は、もう記録されています",
			       n->account_name);
	if (!date_valid(date) || strcmp(date, w->today) > 0)
		return err_field(err, ERR_INVALID, "date",
				 "処置した日を、今日までの日付で書いてください");
	if (!*evidence)
		return err_field(err, ERR_INVALID, "evidence",
				 "処置の証拠（作業の受付番号、確かめた人など）を書いてください");
	return 0;
}

int stocktake_done(struct ledgers *l, const struct actor *who, const char *which, const char *line,
		   const char *date, const char *evidence, const char *key, struct receipt *ret,
		   struct err *err)
{
	struct stocktake_work w;
	const struct stocktake_line *n = NULL;
	int r = permit(who, PERM_STOCKTAKE, NULL, err);

	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = stocktake_work_begin(&w, l, who, which, key, err);
	if (r == 0) {
		n = line_of(&w.view, line);
		date = date && *date ? date : w.today;
		evidence = evidence ? evidence : "";
		if (n && is_own_stop(n) && !*evidence)
			evidence = "このプログラムで止めました";
		r = check_done(&w, n, date, evidence, err);
	}
	if (r == 0 && is_own_stop(n))
		r = stop_own(&w, n, err);
	if (r == 0)
		r = note_done(&w, n, date, evidence, err);
	if (r == 0)
		r = stocktake_work_commit(&w, ret, err);
	stocktake_work_end(&w);
	return r;
}

/* --- closing ------------------------------------------------------------------------------ */

/* The result in a few lines of text, kept with the stock-take. */
static const char *result_text(struct stocktake_work *w)
{
	const struct stocktake_totals *t = &w->view.totals;
	const char *all = arena_printf(&w->arena, "ID %lld件\n", (long long)t->lines);
	int i;

	for (i = DECISION_CONTINUE; all && i < DECISION_MAX; i++)
		all = arena_printf(&w->arena, "%s%s %lld件\n", all,
				   decision_label((enum decision)i), (long long)t->decision[i]);
	for (i = 0; all && i < FINDING_MAX; i++)
		if (t->finding[i])
			all = arena_printf(&w->arena, "%s%s %lld件\n", all,
					   finding_label((enum finding)i),
					   (long long)t->finding[i]);
	return all;
}

static int change_take(struct stocktake_work *w, struct err *err)
{
	const struct line_pair pairs[] = {
		{ "status", "closed" },
		{ "closed_on", w->today },
		{ "closed_by", strcmp(w->who->account, "system") == 0 ? "" : w->who->account },
		{ "report", result_text(w) },
	};
	const char **value;
	struct entry e;
	size_t i;
	int r = entry_get(w->l, w->c, w->takes, w->view.take.id, 0, &w->arena, &e, err);

	if (r < 0)
		return r;
	value = fields_copy(w->takes, e.value, &w->arena);
	r = value ? 0 : err_nomem(err);
	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = field_set(w->takes, value, pairs[i].field, pairs[i].stored, err);
	if (r < 0)
		return r;
	return batch_add(w->batch,
			 &(struct change){ .def = w->takes,
					   .entry = e.id,
					   .base_rev = e.rev,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "棚卸しを終える" },
			 NULL, &w->faults, err);
}

/* daicho's own accounts that can be stopped are; what fails stays to be done. */
static int carry_out_own(struct stocktake_work *w, struct err *err)
{
	size_t i;
	int r = 0;

	if (permit(w->who, PERM_ACCOUNTS, NULL, NULL) < 0)
		return 0;
	for (i = 0; r == 0 && i < w->view.line_count; i++) {
		const struct stocktake_line *n = &w->view.line[i];
		struct err why;

		if (is_own_stop(n) && !*n->done_on && stop_own(w, n, &why) == 0)
			r = note_done(w, n, w->today, "このプログラムで止めました", err);
	}
	return r;
}

int stocktake_close(struct ledgers *l, const struct actor *who, const char *which, const char *key,
		    struct receipt *ret, struct err *err)
{
	struct stocktake_work w;
	int r = permit(who, PERM_STOCKTAKE, NULL, err);

	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = stocktake_work_begin(&w, l, who, which, key, err);
	if (r == 0)
		r = stocktake_must_be_open(&w.view.take, err);
	if (r == 0 && w.view.totals.undecided)
		r = err_set(err, ERR_INVALID,
			    "まだ決まっていないIDが%lld件あります。すべて決めてから終えてください",
			    (long long)w.view.totals.undecided);
	if (r == 0)
		r = change_take(&w, err);
	if (r == 0)
		r = carry_out_own(&w, err);
	if (r == 0)
		r = stocktake_work_commit(&w, ret, err);
	stocktake_work_end(&w);
	return r;
}

int stocktake_approve(struct ledgers *l, const struct actor *who, const char *which,
		      const char *comment, const char *key, struct receipt *ret, struct err *err)
{
	struct stocktake_work w;
	struct faults faults = { .count = 0 };
	int r = stocktake_work_begin(&w, l, who, which, NULL, err);

	if (r == 0 && !w.view.take.closed)
		r = err_set(err, ERR_INVALID, "この棚卸しはまだ終わっていません");
	if (r == 0)
		r = entry_change(l, who,
				 &(struct change){ .def = w.takes,
						   .entry = w.view.take.id,
						   .base_rev = w.view.take.rev,
						   .op = OP_APPROVE,
						   .reason = comment ? comment : "",
						   .key = key },
				 NULL, ret, &faults, err);
	stocktake_work_end(&w);
	return r;
}
