#include "page/round_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "page/mend.h"

/* What the ledgers say is not for those who see only parts of them. */
static bool is_insider(const struct visit *v)
{
	return v->actor.role != ROLE_VENDOR && v->actor.role != ROLE_INSPECTOR;
}

static int check_sight(const struct visit *v, int r, const struct round_view *view, struct err *err)
{
	if (r == ERR_NOT_FOUND ||
	    (r == 0 && !sight_round(&v->actor, view->round.id, view->round.scope)))
		return err_set(err, ERR_NOT_FOUND,
			       "その点検はありません。「年度の点検」の一覧から選んでください");
	return r;
}

unsigned round_detail(const struct request *req, unsigned detail)
{
	const struct visit *v = visit_of(req);

	if (!is_insider(v))
		detail &= ~(unsigned)ROUND_PROPOSALS;
	/* What the hospital thinks before it has agreed is its own. */
	return v->actor.role == ROLE_VENDOR ? detail | ROUND_AGREED : detail;
}

int read_round(struct request *req, struct conn *c, unsigned detail, struct round_view *ret,
	       struct err *err)
{
	const struct visit *v = visit_of(req);

	return check_sight(v,
			   round_view(v->app->ledgers, c, req_param(req, "round"),
				      round_detail(req, detail), req_arena(req), ret, err),
			   ret, err);
}

int read_round_item(struct request *req, struct conn *c, const char *item, struct round_view *ret,
		    struct err *err)
{
	const struct visit *v = visit_of(req);

	if (!is_insider(v))
		return read_round(req, c, 0, ret, err);
	return check_sight(v,
			   round_view_item(v->app->ledgers, c, req_param(req, "round"), item,
					   req_arena(req), ret, err),
			   ret, err);
}

int read_rounds(struct request *req, struct conn *c, struct round **ret, size_t *ret_count,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	size_t i, n, kept = 0;
	int r = round_list(v->app->ledgers, c, req_arena(req), ret, &n, err);

	for (i = 0; r == 0 && i < n; i++)
		if (sight_round(&v->actor, (*ret)[i].id, (*ret)[i].scope))
			(*ret)[kept++] = (*ret)[i];
	*ret_count = kept;
	return r;
}

char *round_path(struct request *req, const struct round *r, const char *rest)
{
	char *path = html_path(req_arena(req), "/round/%s", r->id);

	/* `rest` is a constant that may hold several parts. */
	return path && rest ? arena_printf(req_arena(req), "%s/%s", path, rest) : path;
}

char *question_path(struct request *req, const struct round_view *v, const struct round_line *line)
{
	return html_path(req_arena(req), "/round/%s/item/%s/%s", v->round.id, line->item->id,
			 line->column ? line->column->id : NO_COLUMN);
}

void write_answer_chip(struct html *h, const struct answer *a)
{
	static const char *const classes[] = { "unanswered", "yes", "no", "na", "done" };

	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", classes[a->value]);
	html_text(h, answer_label(a->value));
	html_close(h, EL_SPAN);
}

static void write_links(struct html *h, struct request *req, const struct proposal *p)
{
	size_t i;

	if (!p->link_count)
		return;
	html_open(h, EL_DETAILS);
	html_open(h, EL_SUMMARY);
	html_textf(h, "数えた件を見る（%lld件、うち足りないもの%lld件）", (long long)p->counted,
		   (long long)p->faults);
	html_close(h, EL_SUMMARY);
	html_open(h, EL_UL);
	for (i = 0; i < p->link_count; i++) {
		const char *path = mend_entry(req, &p->link[i]);

		html_open(h, EL_LI);
		if (p->link[i].fault)
			html_el_class(h, EL_SPAN, "chip chip-warning", "要確認");
		if (path)
			html_link(h, path, p->link[i].text);
		else
			html_text(h, p->link[i].text);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
}

void write_proposal(struct html *h, struct request *req, const char *about,
		    const struct proposal *p)
{
	html_open(h, EL_SECTION);
	html_attr(h, "class", "proposal");
	html_attrf(h, "aria-label", "台帳からの提案%s%s", about ? ": " : "", about ? about : "");
	html_open(h, EL_P);
	html_open(h, EL_STRONG);
	html_textf(h, "台帳からの提案: %s", proposal_label(p->value));
	html_close(h, EL_STRONG);
	html_close(h, EL_P);
	html_el(h, EL_P, p->reason);
	if (p->next_step && *p->next_step)
		html_el(h, EL_P, p->next_step);
	write_links(h, req, p);
	html_close(h, EL_SECTION);
}

static void total(struct html *h, const char *label, int64_t n)
{
	html_open(h, EL_LI);
	html_textf(h, "%s ", label);
	html_open(h, EL_STRONG);
	html_textf(h, "%lld", (long long)n);
	html_close(h, EL_STRONG);
	html_close(h, EL_LI);
}

/* Which kinds of answers the sheet asks for. */
static void kinds_of(const struct round_view *v, bool *ret_yesno, bool *ret_own, bool *ret_marks)
{
	size_t i;

	*ret_yesno = *ret_own = *ret_marks = false;
	for (i = 0; i < v->line_count; i++) {
		const struct item_def *item = v->line[i].item;

		*(item->ask == ASK_YESNO ? ret_yesno : ret_own) = true;
		*ret_marks = *ret_marks || item->statement_count;
	}
}

void write_round_totals(struct html *h, const struct round_view *v)
{
	bool yesno, own, marks;

	kinds_of(v, &yesno, &own, &marks);
	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	if (yesno) {
		total(h, "はい", v->yes);
		total(h, "いいえ", v->no);
	}
	if (own)
		total(h, "回答済み", v->given);
	total(h, "対象外", v->na);
	total(h, "未確認", v->unconfirmed);
	if (marks) {
		html_open(h, EL_LI);
		html_text(h, "満たしている確認 ");
		html_open(h, EL_STRONG);
		html_textf(h, "%lld/%lld", (long long)v->checks_met, (long long)v->checks);
		html_close(h, EL_STRONG);
		html_close(h, EL_LI);
	}
	if (v->previous.id[0])
		total(h, "前回から新しい項目", v->new_since_last);
	if (v->overdue)
		total(h, "目標日を過ぎた「いいえ」", v->overdue);
	if (v->soon)
		total(h, "目標日が近い「いいえ」", v->soon);
	if (v->excluded_count)
		total(h, "今は答えない項目", (int64_t)v->excluded_count);
	html_close(h, EL_UL);
}

void write_approval_state(struct html *h, const struct round_view *v)
{
	char when[40], text[512];

	if (v->approval.state == APPROVAL_NONE) {
		page_notice(h, "info", NULL, "まだ承認されていません。");
		return;
	}
	time_text(v->approval.at_us, false, when, sizeof when);
	snprintf(text, sizeof text, "%s %s（%s）が承認しました。%s", when, v->approval.by,
		 v->approval.role,
		 v->approval.state == APPROVAL_OUTDATED
			 ? "その後に回答が変わったため、この承認は今の内容のものではありません。も"
			   "う一度承認を受けてください。"
			 : "承認された内容のままです。");
	page_notice(h, v->approval.state == APPROVAL_OUTDATED ? "warning" : "success",
		    v->approval.state == APPROVAL_OUTDATED ? "承認が古くなっています" : "承認済み",
		    text);
}

void write_evidence(struct html *h, struct request *req, const struct round_view *v,
		    const struct answer *a)
{
	const struct visit *visit = visit_of(req);
	size_t i;

	if (!a->evidence_count)
		return;
	html_open(h, EL_UL);
	for (i = 0; i < a->evidence_count; i++) {
		const struct evidence *e = &a->evidence[i];
		const struct ledger_def *def =
			e->entry ? define_ledger(visit->app->defs, e->ledger) : NULL;

		html_open(h, EL_LI);
		if (e->file)
			html_link(h,
				  html_path(req_arena(req), "/round/%s/file/%s", v->round.id,
					    e->file),
				  e->name);
		else if (def && visit_may(req, PERM_LEDGER_READ, def))
			html_link(h,
				  html_path(req_arena(req), "/ledger/%s/entry/%s", e->ledger,
					    e->entry),
				  e->name);
		else
			html_text(h, e->name);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

int write_round_list(struct html *h, struct request *req, struct conn *c,
		     void (*item)(struct html *h, struct request *req, const struct round *r),
		     const char *none, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	int r = read_rounds(req, c, &rounds, &count, err);

	if (r < 0)
		return r;
	if (!count) {
		html_el(h, EL_P, none);
		return 0;
	}
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++)
		item(h, req, &rounds[i]);
	html_close(h, EL_UL);
	return 0;
}
