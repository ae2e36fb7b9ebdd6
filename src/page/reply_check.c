/* The last look before a reply is sent in, and sending it. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/reply.h"
#include "page/table_frame.h"

static char *line_path(struct reply_page *p, size_t line)
{
	return arena_printf(req_arena(p->req), "%s#q-%zu",
			    reply_part_path(p, reply_part_of(p, line)), line);
}

/* --- what is to be mended ------------------------------------------------------------------ */

static void write_faults(struct reply_page *p, const struct reply_check *check)
{
	const struct asked *a = &p->view.asked;
	size_t i;

	if (!check->count && !check->nameless)
		return;
	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "error-summary");
	html_attr(p->h, "role", "alert");
	html_open(p->h, EL_H2);
	html_textf(p->h, "提出する前に直すところが%zu件あります", check->count + check->nameless);
	html_close(p->h, EL_H2);
	html_open(p->h, EL_UL);
	if (check->nameless) {
		html_open(p->h, EL_LI);
		html_link(p->h, reply_path(p, NULL),
			  "回答する人の氏名と、所属・役職を書いてください");
		html_close(p->h, EL_LI);
	}
	for (i = 0; i < check->count; i++) {
		size_t line = check->item[i].line;

		html_open(p->h, EL_LI);
		html_link(p->h, line_path(p, line),
			  arena_printf(req_arena(p->req), "%s %s",
				       asked_name(a->line[line], req_arena(p->req)),
				       a->line[line]->item->topic));
		html_textf(p->h, "　%s", check->item[i].err.text);
		html_close(p->h, EL_LI);
	}
	html_close(p->h, EL_UL);
	html_close(p->h, EL_DIV);
}

static void write_row(struct reply_page *p, size_t line)
{
	const struct round_line *l = p->view.asked.line[line];

	html_open(p->h, EL_TR);
	html_open(p->h, EL_TH);
	html_attr(p->h, "scope", "row");
	html_link(p->h, line_path(p, line),
		  arena_printf(req_arena(p->req), "%s %s", asked_name(l, req_arena(p->req)),
			       l->item->topic));
	html_close(p->h, EL_TH);
	html_open(p->h, EL_TD);
	reply_write_answer(p, line);
	html_close(p->h, EL_TD);
	html_close(p->h, EL_TR);
}

static void write_answers(struct reply_page *p)
{
	static const char *const heads[] = { "項目", "答え" };
	size_t i;

	html_el(p->h, EL_H2, "書いた答え");
	table_frame_begin(p->h, "書いた答えの一覧", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < p->view.asked.count; i++)
		write_row(p, i);
	table_frame_end(p->h);
}

/* --- sending --------------------------------------------------------------------------------- */

static int write_send(struct reply_page *p, const struct reply_check *check, struct err *err)
{
	struct arena *a = req_arena(p->req);
	int r;

	if (check->count || check->nameless)
		return 0;
	html_el(p->h, EL_H2, "提出する");
	r = reply_form_begin(p, reply_path(p, "check"), false, err);
	if (r < 0)
		return r;
	html_hidden(p->h, "rev", arena_printf(a, "%lld", (long long)p->view.reply.rev));
	html_open(p->h, EL_P);
	html_textf(p->h, "%s さんの答えとして提出します。",
		   reply_person(p->view.reply.name, p->view.reply.post, a));
	if (p->through == REPLY_LINK)
		html_text(p->h, "提出した後は、このページでは直せません。");
	html_close(p->h, EL_P);
	if (check->missing) {
		html_open(p->h, EL_LABEL);
		html_attr(p->h, "class", "check");
		html_open(p->h, EL_INPUT);
		html_attr(p->h, "type", "checkbox");
		html_attr(p->h, "name", "partial");
		html_attr(p->h, "value", "1");
		html_textf(p->h, "答えていない%zu件を残したまま提出する", check->missing);
		html_close(p->h, EL_LABEL);
	}
	form_submit(p->h, "primary", "提出する");
	form_end(p->h);
	return 0;
}

static int check_all(struct reply_page *p, struct reply_check *ret, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	CONN_CLEANUP *c = NULL;
	int r = visit_read(p->req, &c, err);

	return r < 0 ? r
		     : reply_check(v->app->ledgers, c, p->who, &p->view, req_arena(p->req), ret,
				   err);
}

static int show(struct reply_page *p, int status, struct err *err)
{
	struct reply_check check;
	HTML_CLEANUP h;
	int r = check_all(p, &check, err);

	html_init(&h, 0);
	p->h = &h;
	if (r < 0)
		return r;
	reply_begin(p, "提出の前に確かめる", p->view.asked.view.round.title);
	write_faults(p, &check);
	r = write_send(p, &check, err);
	write_answers(p);
	html_open(&h, EL_P);
	html_link(&h, reply_path(p, NULL), "最初のページへ戻る");
	html_close(&h, EL_P);
	return r < 0 ? r : page_end(&h, p->req, p->res, status, err);
}

int page_reply_check(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	if (r < 0)
		return r;
	return p->view.locked ? resp_redirect(res, reply_path(p, NULL), err) : show(p, 200, err);
}

int page_reply_check_post(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	const struct visit *v = visit_of(req);
	const char *rev = req_form(req, "rev");
	struct receipt receipt;
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	if (r < 0)
		return r;
	r = reply_send(v->app->ledgers, p->who, p->round, p->through,
		       rev ? strtoll(rev, NULL, 10) : 0, req_form_checked(req, "partial"),
		       req_form(req, "key"), &receipt, err);
	if (r == 0)
		return resp_redirect(res, page_done(req_arena(req), reply_path(p, NULL), &receipt),
				     err);
	if (r != ERR_INVALID && r != ERR_CONFLICT)
		return r;
	if (p->view.locked)
		return resp_redirect(res, reply_path(p, NULL), err);
	p->message = arena_strdup(req_arena(req), err->text);
	return show(p, r == ERR_CONFLICT ? 409 : 422, err);
}
