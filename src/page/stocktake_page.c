/* A stock-take as a whole: progress per department, what is to be done, approval. */
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/stocktake_parts.h"

#define TODO_SHOWN 200

static void write_totals(struct html *h, const struct stocktake_view *v)
{
	static const char *const heads[] = { "見つかったこと", "今回", "前回", "意味" };
	bool before = *v->before.id != '\0';
	int f;

	table_frame_begin(h, "見つかったこと", heads, sizeof heads / sizeof heads[0]);
	for (f = 0; f < FINDING_MAX; f++) {
		if (!v->totals.finding[f] && !v->before_totals.finding[f])
			continue;
		html_open(h, EL_TR);
		html_open(h, EL_TH);
		html_attr(h, "scope", "row");
		html_text(h, finding_label((enum finding)f));
		html_close(h, EL_TH);
		html_open(h, EL_TD);
		html_textf(h, "%lld件", (long long)v->totals.finding[f]);
		html_close(h, EL_TD);
		html_open(h, EL_TD);
		if (before)
			html_textf(h, "%lld件", (long long)v->before_totals.finding[f]);
		html_close(h, EL_TD);
		html_el(h, EL_TD, finding_text((enum finding)f));
		html_close(h, EL_TR);
	}
	table_frame_end(h);
}

/* --- departments ------------------------------------------------------------------------ */

static void write_head_form(struct html *h, struct request *req, const struct stocktake_part *part,
			    size_t index, const struct account *accounts, size_t count)
{
	const char *id = arena_printf(req_arena(req), "f-head-%zu", index);
	size_t i;

	form_begin(h, req, stocktake_path(req, "head"), true, false);
	html_hidden(h, "department", part->department);
	html_open(h, EL_LABEL);
	html_attr(h, "for", id);
	html_textf(h, "%sの決める人", department_text(part->department));
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", id);
	html_attr(h, "name", "head");
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "企画管理者");
	html_close(h, EL_OPTION);
	for (i = 0; i < count; i++) {
		const struct account *a = &accounts[i];

		if (a->disabled || a->kind != ACCOUNT_PERSON || a->role == ROLE_VENDOR ||
		    a->role == ROLE_INSPECTOR)
			continue;
		html_open(h, EL_OPTION);
		html_attr(h, "value", a->login);
		html_flag(h, "selected", strcmp(a->id, part->head) == 0);
		html_textf(h, "%s（%s）", a->name, a->login);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	form_submit(h, "secondary", "決める");
	form_end(h);
}

static void write_part(struct html *h, struct request *req, const struct stocktake_view *v,
		       size_t index, const struct account *accounts, size_t count)
{
	const struct stocktake_part *part = &v->part[index];

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, stocktake_department_path(req, "sheet", part->department),
		  department_text(part->department));
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	html_textf(h, "%lld件中%lld件", (long long)part->lines, (long long)part->decided);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	if (!v->take.closed && visit_may(req, PERM_STOCKTAKE, NULL))
		write_head_form(h, req, part, index, accounts, count);
	else
		html_text(h, *part->head_name ? part->head_name : "企画管理者");
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	html_open(h, EL_A);
	html_url(h, "href", stocktake_department_path(req, "pdf", part->department));
	html_attrf(h, "aria-label", "%sの棚卸し票のPDF", department_text(part->department));
	html_text(h, "PDF");
	html_close(h, EL_A);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static int write_parts(struct html *h, struct request *req, struct conn *c,
		       const struct stocktake_view *v, struct err *err)
{
	static const char *const heads[] = { "部署", "決定", "決める人", "押印用" };
	struct account *accounts = NULL;
	size_t count = 0, i;
	int r = 0;

	if (visit_may(req, PERM_STOCKTAKE, NULL))
		r = account_list(c, req_arena(req), &accounts, &count, err);
	if (r < 0)
		return r;
	html_el(h, EL_H2, "部署ごとの進み具合");
	table_frame_begin(h, "部署ごとの進み具合", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < v->part_count; i++)
		write_part(h, req, v, i, accounts, count);
	table_frame_end(h);
	return 0;
}

/* --- to be done --------------------------------------------------------------------------- */

static void write_todo(struct html *h, struct request *req, const struct stocktake_line *n)
{
	html_open(h, EL_LI);
	html_open(h, EL_P);
	parts_chip(h, "due", decision_label(n->decision));
	html_textf(h, " %s　%s　%s　%s", n->system, n->account_name, n->person_name, n->comment);
	html_close(h, EL_P);
	if (visit_may(req, PERM_STOCKTAKE, NULL)) {
		form_begin(h, req, stocktake_path(req, "done"), true, false);
		html_hidden(h, "line", n->id);
		html_open(h, EL_LABEL);
		html_attrf(h, "for", "e-%s", n->id);
		html_text(h, "処置の証拠（作業の受付番号、確かめた人など）");
		html_close(h, EL_LABEL);
		html_open(h, EL_INPUT);
		html_attr(h, "type", "text");
		html_attrf(h, "id", "e-%s", n->id);
		html_attr(h, "name", "evidence");
		html_attr(h, "autocomplete", "off");
		html_open(h, EL_LABEL);
		html_attrf(h, "for", "t-%s", n->id);
		html_text(h, "処置した日（空なら今日）");
		html_close(h, EL_LABEL);
		html_open(h, EL_INPUT);
		html_attr(h, "type", "text");
		html_attrf(h, "id", "t-%s", n->id);
		html_attr(h, "name", "date");
		html_attr(h, "autocomplete", "off");
		form_submit(h, "secondary", "処置した");
		form_end(h);
	}
	html_close(h, EL_LI);
}

static void write_todos(struct html *h, struct request *req, const struct stocktake_view *v)
{
	size_t i, shown = 0;

	html_el(h, EL_H2, "まだ処置していないもの");
	if (!v->totals.todo) {
		html_el(h, EL_P, "ありません。");
		return;
	}
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < v->line_count && shown < TODO_SHOWN; i++)
		if (v->line[i].decision > DECISION_CONTINUE && !*v->line[i].done_on) {
			write_todo(h, req, &v->line[i]);
			shown++;
		}
	html_close(h, EL_UL);
}

/* --- ending and approving ------------------------------------------------------------------ */

static void write_close(struct html *h, struct request *req, const struct stocktake_view *v)
{
	if (v->take.closed || !visit_may(req, PERM_STOCKTAKE, NULL))
		return;
	html_el(h, EL_H2, "棚卸しを終える");
	if (v->totals.undecided) {
		html_open(h, EL_P);
		html_textf(h, "あと%lld件が決まると終えられます。", (long long)v->totals.undecided);
		html_close(h, EL_P);
		return;
	}
	form_begin(h, req, stocktake_path(req, "close"), true, false);
	form_submit(h, "primary", "棚卸しを終えて、結果を経営層に報告する");
	form_end(h);
}

static void write_approval(struct html *h, struct request *req, const struct stocktake_view *v)
{
	char when[40];

	if (!v->take.closed)
		return;
	html_el(h, EL_H2, "経営層の確認");
	if (*v->take.approved_by) {
		time_text(v->take.approved_us, false, when, sizeof when);
		html_open(h, EL_P);
		html_textf(h, "%s さんが %s に承認しました。", v->take.approved_by, when);
		html_close(h, EL_P);
		return;
	}
	if (!visit_may(req, PERM_ROUND_APPROVE, NULL)) {
		html_el(h, EL_P, "経営層の承認を待っています。");
		return;
	}
	form_begin(h, req, stocktake_path(req, "approve"), true, false);
	form_input(h, &(struct form_input){ .name = "comment",
					    .label = "意見・指示（なければ空で構いません）" });
	form_input(h, &(struct form_input){
			      .name = "password",
			      .label = "ご本人の確認のため、パスワードをもう一度入れてください",
			      .type = "password",
			      .autocomplete = "current-password",
			      .required = true });
	form_submit(h, "primary", "結果を承認する");
	form_end(h);
}

static void write_summary(struct html *h, struct request *req, const struct stocktake_view *v)
{
	html_open(h, EL_P);
	html_textf(h, "%s の状態です。ID %lld件、まだ決まっていないもの %lld件。",
		   v->take.opened_on, (long long)v->totals.lines, (long long)v->totals.undecided);
	if (*v->take.due_on)
		html_textf(h, "期限は %s です。", v->take.due_on);
	html_close(h, EL_P);
	if (stocktake_sees_all(&visit_of(req)->actor))
		parts_link(h, stocktake_path(req, "pdf"), "経営層への結果報告（PDF）");
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct stocktake_view v;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = stocktake_read(req, &c, &v, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, v.take.title,
		   "部署ごとに確かめてもらい、すべて決まったら終えて、結果を経営層が確かめます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	write_summary(&h, req, &v);
	write_totals(&h, &v);
	r = write_parts(&h, req, c, &v, err);
	if (r < 0)
		return r;
	if (v.take.closed)
		write_todos(&h, req, &v);
	write_close(&h, req, &v);
	write_approval(&h, req, &v);
	parts_link(&h, "/stocktakes", "棚卸しの一覧へ戻る");
	return page_end(&h, req, res, status, err);
}

int page_stocktake(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* Goes back to the page, with the receipt or with what went wrong. */
static int went(struct request *req, struct response *res, int r, const struct receipt *receipt,
		struct err *err)
{
	struct err why;

	if (r == 0)
		return stocktake_went(req, res, stocktake_path(req, NULL), receipt, err);
	if (!stocktake_mendable(r))
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

int page_stocktake_head(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *head = req_form(req, "head");
	struct receipt receipt;
	int r = stocktake_assign(v->app->ledgers, &v->actor, req_param(req, "stocktake"),
				 stocktake_department(req), head ? head : "", req_form(req, "key"),
				 &receipt, err);

	return went(req, res, r, &receipt, err);
}

int page_stocktake_close(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = stocktake_close(v->app->ledgers, &v->actor, req_param(req, "stocktake"),
				req_form(req, "key"), &receipt, err);

	return went(req, res, r, &receipt, err);
}

int page_stocktake_done(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *line = req_form(req, "line"), *typed = req_form(req, "date");
	char date[DATE_SIZE] = "";
	struct receipt receipt;
	int r = 0;

	if (typed && *typed && !date_parse(typed, date))
		r = err_set(err, ERR_INVALID, "処置した日は 2026-11-20 のように書いてください");
	if (r == 0)
		r = stocktake_done(v->app->ledgers, &v->actor, req_param(req, "stocktake"),
				   line ? line : "", date, req_form(req, "evidence"),
				   req_form(req, "key"), &receipt, err);
	return went(req, res, r, &receipt, err);
}

int page_stocktake_approve(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *password = req_form(req, "password");
	struct receipt receipt;
	int r = visit_reauth(req, password, err);

	if (r == 0)
		r = stocktake_approve(v->app->ledgers, &v->actor, req_param(req, "stocktake"),
				      req_form(req, "comment"), req_form(req, "key"), &receipt,
				      err);
	return went(req, res, r, &receipt, err);
}
