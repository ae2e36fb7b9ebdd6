/* Deciding lines, naming who decides. */
#include <string.h>

#include "base/clock.h"
#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "people/fields.h"
#include "people/stocktake_write.h"

int stocktake_work_begin(struct stocktake_work *w, struct ledgers *l, const struct actor *who,
			 const char *which, const char *key, struct err *err)
{
	int r;

	memset(w, 0, sizeof *w);
	w->l = l;
	w->who = who;
	arena_init(&w->arena, (size_t)256 * 1024 * 1024);
	date_today(w->today);
	r = ledgers_find(l, "stocktakes", &w->takes, err);
	if (r == 0)
		r = ledgers_find(l, "stocktake_lines", &w->lines, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &w->c, err);
	if (r == 0 && which)
		r = stocktake_view(l, w->c, who, which, &w->arena, &w->view, err);
	return r < 0 ? r : batch_new(l, who, key, &w->batch, err);
}

void stocktake_work_end(struct stocktake_work *w)
{
	batch_free(w->batch);
	store_read_end(w->c);
	arena_release(&w->arena);
}

int stocktake_work_line(struct stocktake_work *w, const char *line, const struct line_pair *pairs,
			size_t count, const char *reason, struct err *err)
{
	const char **value;
	struct entry e;
	size_t i;
	int r = entry_get(w->l, w->c, w->lines, line, 0, &w->arena, &e, err);

	if (r < 0)
		return r;
	value = fields_copy(w->lines, e.value, &w->arena);
	r = value ? 0 : err_nomem(err);
	for (i = 0; r == 0 && i < count; i++)
		r = field_set(w->lines, value, pairs[i].field, pairs[i].stored, err);
	if (r < 0)
		return r;
	r = batch_add(w->batch,
		      &(struct change){ .def = w->lines,
					.entry = e.id,
					.base_rev = e.rev,
					.op = OP_SAVE,
					.confirm = true,
					.value = value,
					.reason = reason },
		      NULL, &w->faults, err);
	if (r < 0 && w->faults.count && err)
		return err_set(err, r, "%s", w->faults.item[0].text);
	return r;
}

int stocktake_work_commit(struct stocktake_work *w, struct receipt *ret, struct err *err)
{
	size_t bad;

	*ret = (struct receipt){ .seq = -1 };
	if (!batch_count(w->batch))
		return 0;
	return batch_commit(w->batch, ret, &bad, &w->faults, err);
}

/* --- deciding -------------------------------------------------------------------------- */

static const struct stocktake_line *line_of(const struct stocktake_work *w, const char *id)
{
	size_t i;

	for (i = 0; i < w->view.line_count; i++)
		if (strcmp(w->view.line[i].id, id) == 0)
			return &w->view.line[i];
	return NULL;
}

static bool runs_it(const struct actor *who)
{
	return permit(who, PERM_STOCKTAKE, NULL, NULL) == 0;
}

/* The named head decides; without one the planner. What was stamped on paper is
 * entered by planner or operator. */
static int may_decide(const struct stocktake_work *w, const struct stocktake_line *n,
		      const char *paper, struct err *err)
{
	if (*paper)
		return runs_it(w->who) ? 0
				       : err_set(err, ERR_DENIED,
						 "紙の判断を入力できるのは、企画管理者とシステム運"
						 "用担当者です");
	if (strcmp(n->head, w->who->account) == 0 ||
	    (!*n->head && permit(w->who, PERM_ACCOUNTS, NULL, NULL) == 0))
		return 0;
	if (runs_it(w->who))
		return err_set(err, ERR_DENIED,
			       "この行を決めるのは、部署の責任者か企画管理者です。紙で受け取った判"
			       "断なら、押印し"
			       "た人の氏名を書いてください");
	return err_set(err, ERR_DENIED, "この行を決めるのは、ほかの人です");
}

static int decide_line(struct stocktake_work *w, const struct stocktake_choice *choice,
		       const char *paper, struct err *err)
{
	const struct stocktake_line *n = line_of(w, choice->line);
	const char *comment = choice->comment ? choice->comment : "";
	int r;

	if (!n)
		return err_set(err, ERR_NOT_FOUND, "この棚卸しに、その行はありません");
	if (choice->decision == DECISION_NONE || choice->decision >= DECISION_MAX)
		return err_set(err, ERR_INVALID,
			       "継続・停止・権限変更・所有者確認のどれかを選んでください");
	if (n->decision == choice->decision && strcmp(n->comment, comment) == 0)
		return 0;
	r = may_decide(w, n, paper, err);
	if (r < 0)
		return r;
	if (choice->decision == DECISION_CHANGE && !*comment)
		return err_set(err, ERR_INVALID,
			       "ID「%s」: 権限変更のときは、どう変えるかを意見の欄に書いてください",
			       n->account_name);
	const struct line_pair pairs[] = {
		{ "decision", decision_name(choice->decision) },
		{ "decided_by", strcmp(w->who->account, "system") == 0 ? "" : w->who->account },
		{ "decided_on", w->today },
		{ "on_paper", *paper ? "1" : "0" },
		{ "decided_name", paper },
		{ "comment", comment },
	};

	return stocktake_work_line(w, n->id, pairs, sizeof pairs / sizeof pairs[0],
				   *paper ? "紙の判断を入力" : "", err);
}

int stocktake_decide(struct ledgers *l, const struct actor *who, const char *which,
		     const struct stocktake_choice *choice, size_t count, const char *paper,
		     const char *key, struct receipt *ret, struct err *err)
{
	struct stocktake_work w;
	size_t i;
	int r = receipt_known(l, key, ret, NULL, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = stocktake_work_begin(&w, l, who, which, key, err);
	if (r == 0 && !count)
		r = err_set(err, ERR_INVALID, "判断を1つ以上選んでください");
	if (r == 0)
		r = stocktake_must_be_open(&w.view.take, err);
	for (i = 0; r == 0 && i < count; i++)
		r = decide_line(&w, &choice[i], paper ? paper : "", err);
	if (r == 0)
		r = stocktake_work_commit(&w, ret, err);
	stocktake_work_end(&w);
	return r;
}

static bool is_plain(const struct stocktake_line *n, const char *department)
{
	return n->decision == DECISION_NONE && !n->findings &&
	       strcmp(n->department, department) == 0;
}

static int64_t count_plain(const struct stocktake_view *v, const char *department)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < v->line_count; i++)
		n += is_plain(&v->line[i], department);
	return n;
}

int stocktake_continue_plain(struct ledgers *l, const struct actor *who, const char *which,
			     const char *department, int64_t count, const char *paper,
			     const char *key, struct receipt *ret, struct err *err)
{
	struct stocktake_work w;
	size_t i;
	int r = receipt_known(l, key, ret, NULL, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = stocktake_work_begin(&w, l, who, which, key, err);
	if (r == 0)
		r = stocktake_must_be_open(&w.view.take, err);
	if (r == 0 && count_plain(&w.view, department) != count)
		r = err_set(err, ERR_CONFLICT,
			    "見ている間に件数が変わりました。開き直して確かめてください");
	for (i = 0; r == 0 && i < w.view.line_count; i++)
		if (is_plain(&w.view.line[i], department))
			r = decide_line(&w,
					&(struct stocktake_choice){ .line = w.view.line[i].id,
								    .decision = DECISION_CONTINUE,
								    .comment = "まとめて継続" },
					paper ? paper : "", err);
	if (r == 0)
		r = stocktake_work_commit(&w, ret, err);
	stocktake_work_end(&w);
	return r;
}

/* --- who decides -------------------------------------------------------------------------- */

static int find_head(struct stocktake_work *w, const char *login, const char **ret, struct err *err)
{
	struct account a;
	int r;

	*ret = "";
	if (!*login)
		return 0;
	r = account_by_login(w->c, login, &w->arena, &a, err);
	if (r < 0)
		return r;
	if (!account_usable(&a, w->today) || a.role == ROLE_VENDOR || a.role == ROLE_INSPECTOR)
		return err_set(err, ERR_INVALID,
			       "%s さんには頼めません（使えないIDか、院外の人です）", a.name);
	*ret = arena_strdup(&w->arena, a.id);
	return *ret ? 0 : err_nomem(err);
}

int stocktake_assign(struct ledgers *l, const struct actor *who, const char *which,
		     const char *department, const char *login, const char *key,
		     struct receipt *ret, struct err *err)
{
	struct stocktake_work w;
	const char *head = "";
	size_t i;
	int r = permit(who, PERM_STOCKTAKE, NULL, err);

	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = stocktake_work_begin(&w, l, who, which, key, err);
	if (r == 0)
		r = stocktake_must_be_open(&w.view.take, err);
	if (r == 0)
		r = find_head(&w, login, &head, err);
	for (i = 0; r == 0 && i < w.view.line_count; i++) {
		const struct stocktake_line *n = &w.view.line[i];
		const struct line_pair pair = { "head", head };

		if (n->decision == DECISION_NONE && strcmp(n->department, department) == 0 &&
		    strcmp(n->head, head) != 0)
			r = stocktake_work_line(&w, n->id, &pair, 1, "", err);
	}
	if (r == 0)
		r = stocktake_work_commit(&w, ret, err);
	stocktake_work_end(&w);
	return r;
}
