/* One page for the person who approves: yes, no, new; the password again; done. Of a sheet of
 * a contract only what is agreed stands here, for that is what is approved. */
#include <string.h>

#include "page/handlers.h"
#include "page/round_parts.h"

static void write_item(struct html *h, struct request *req, const struct round_view *v,
		       const struct round_line *l)
{
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_link(h, question_path(req, v, l),
		  arena_printf(req_arena(req), "%s %s%s%s", l->item->id, l->item->topic,
			       l->column ? " / " : "", l->column ? l->column->label : ""));
	html_text(h, "　");
	write_answer_chip(h, &l->now);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	if (*l->now.target_on)
		html_textf(h, "目標日 %s　", l->now.target_on);
	html_text(h, l->now.note);
	html_close(h, EL_SPAN);
	html_close(h, EL_LI);
}

static bool is_new_or_changed(const struct round_line *l)
{
	return l->is_new || (l->before.id[0] && l->before.value != l->now.value);
}

static bool is_value(const struct round_line *l, enum answer_value value)
{
	return l->now.value == value;
}

static void write_group(struct html *h, struct request *req, const struct round_view *v,
			const char *title, int value)
{
	size_t i, n = 0;

	html_el(h, EL_H2, title);
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		if (value == ANSWER_MAX ? !is_new_or_changed(l)
					: !is_value(l, (enum answer_value)value))
			continue;
		write_item(h, req, v, l);
		n++;
	}
	html_close(h, EL_UL);
	if (!n)
		html_el(h, EL_P, "ありません。");
}

static void write_form(struct html *h, struct request *req, const struct round_view *v)
{
	if (v->approval.state == APPROVAL_CURRENT)
		return;
	html_el(h, EL_H2, "承認する");
	form_begin(h, req, round_path(req, &v->round, "approve"), true, false);
	html_hidden(h, "digest", v->digest);
	html_open(h, EL_P);
	html_text(h, "承認されるのは、この画面の回答そのものです。控えの番号: ");
	html_el_class(h, EL_CODE, "hash", v->digest);
	html_close(h, EL_P);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-comment");
	html_text(h, "意見・指示（なければ空で構いません）");
	html_close(h, EL_LABEL);
	html_open(h, EL_TEXTAREA);
	html_attr(h, "id", "f-comment");
	html_attr(h, "name", "comment");
	html_attr(h, "rows", "3");
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
	if (v->unconfirmed && !v->precondition_no) {
		html_open(h, EL_LABEL);
		html_attr(h, "class", "check");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "checkbox");
		html_attr(h, "name", "partial");
		html_attr(h, "value", "1");
		html_textf(h, "未確認の%lld件を残したまま承認する", (long long)v->unconfirmed);
		html_close(h, EL_LABEL);
	}
	form_input(h, &(struct form_input){
			      .name = "password",
			      .label = "ご本人の確認のため、パスワードをもう一度入れてください",
			      .type = "password",
			      .autocomplete = "current-password" });
	form_submit(h, "primary", "承認する");
	form_end(h);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct round_view v;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_round(req, c, ROUND_UNNAMED | ROUND_AGREED, &v, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_ROUNDS, "承認", v.round.title);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_approval_state(&h, &v);
	write_round_totals(&h, &v);
	write_group(&h, req, &v, "「いいえ」の項目", ANSWER_NO);
	write_group(&h, req, &v, "未確認の項目", ANSWER_UNCONFIRMED);
	if (v.previous.id[0])
		write_group(&h, req, &v, "前回から新しくなった・変わった項目", ANSWER_MAX);
	write_group(&h, req, &v, "対象外とした項目", ANSWER_NA);
	write_group(&h, req, &v, "「はい」の項目", ANSWER_YES);
	if (visit_may(req, PERM_ROUND_APPROVE, NULL))
		write_form(&h, req, &v);
	return page_end(&h, req, res, status, err);
}

int page_approve(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_approve_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *password = req_form(req, "password"), *digest = req_form(req, "digest");
	struct receipt receipt;
	struct err why;
	int r = visit_reauth(req, password, err);

	if (r == 0)
		r = round_approve(v->app->ledgers, &v->actor, req_param(req, "round"),
				  digest ? digest : "", req_form(req, "comment"),
				  req_form_checked(req, "partial"), req_form(req, "key"), &receipt,
				  err);
	if (r == 0)
		return resp_redirect(
			res,
			page_done(req_arena(req),
				  html_path(req_arena(req), "/round/%s", req_param(req, "round")),
				  &receipt),
			err);
	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_DENIED && r != ERR_BUSY)
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}
