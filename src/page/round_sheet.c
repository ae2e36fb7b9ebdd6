/* Answering many questions on one page. */
#include "page/round_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "page/handlers.h"

/* --- the page ------------------------------------------------------------------------------- */

static void choose_lines(struct sheet *s)
{
	size_t first = (size_t)(s->filter.page - 1) * SHEET_SIZE, i;

	for (i = 0; i < s->view.line_count; i++) {
		if (!round_filter_has(&s->filter, &s->view.line[i]))
			continue;
		if (s->total >= first && s->count < SHEET_SIZE)
			s->line[s->count++] = &s->view.line[i];
		s->total++;
	}
}

static char *here(struct sheet *s)
{
	char *path =
		round_filter_path(s->req, round_path(s->req, &s->view.round, "sheet"), &s->filter);

	return s->filter.page == 1
		       ? path
		       : html_path_add(req_arena(s->req), path, "page",
				       arena_printf(req_arena(s->req), "%lld", s->filter.page));
}

static void write_lines(struct sheet *s)
{
	const char *section = NULL;
	size_t n;

	form_begin(s->h, s->req, here(s), true, false);
	for (n = 0; n < s->count; n++) {
		const char *of = s->line[n]->item->section;

		if (!section || strcmp(section, of) != 0) {
			html_open(s->h, EL_H2);
			html_textf(s->h, "%s　%s", of, round_section(s->view.round.catalogue, of));
			html_close(s->h, EL_H2);
		}
		section = of;
		sheet_line(s, n);
	}
	html_open(s->h, EL_DIV);
	html_attr(s->h, "class", "buttons");
	form_submit(s->h, "primary", "この面の答えを確認する");
	html_close(s->h, EL_DIV);
	form_end(s->h);
}

static int show(struct sheet *s, struct response *res, int status, struct err *err)
{
	const char *path = round_path(s->req, &s->view.round, "sheet");
	HTML_CLEANUP h;

	html_init(&h, 0);
	s->h = &h;
	page_begin(&h, s->req, NAV_ROUNDS, s->view.round.title,
		   "答えるものだけに書き込みます。選ばなかった項目は未確認のまま残ります。");
	if (s->message)
		page_notice(&h, "error", NULL, s->message);
	page_faults(&h, &s->faults);
	write_round_filter(&h, s->req, &s->view, &s->filter, path);
	html_open(&h, EL_P);
	html_link(&h,
		  round_filter_path(s->req, round_path(s->req, &s->view.round, NULL), &s->filter),
		  "表に戻る");
	html_close(&h, EL_P);
	if (s->count)
		write_lines(s);
	else
		html_el(&h, EL_P, "当てはまる項目はありません。");
	write_round_pages(&h, s->req, &s->filter, path, s->total, SHEET_SIZE);
	return page_end(&h, s->req, res, status, err);
}

static int load(struct sheet *s, struct conn *c, struct err *err)
{
	int r = read_round(s->req, c, ROUND_PROPOSALS | ROUND_UNNAMED, &s->view, err);

	if (r == 0)
		r = round_filter_read(s->req, &s->view, &s->filter, err);
	if (r == 0 && strcmp(s->view.round.catalogue->target, "contract") == 0)
		r = err_set(err, ERR_NOT_FOUND, "この点検に、まとめて答える画面はありません");
	return r;
}

int page_round_sheet(struct request *req, struct response *res, struct err *err)
{
	struct sheet s = { .req = req };
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = load(&s, c, err);
	if (r < 0)
		return r;
	choose_lines(&s);
	return show(&s, res, 200, err);
}

/* --- posting -------------------------------------------------------------------------------- */

static const char *posted(struct sheet *s, const char *name, size_t n)
{
	const char *field = sheet_field(s, name, n);
	const char *v = field ? req_form(s->req, field) : NULL;

	return v ? v : "";
}

static const char *posted_lines(struct sheet *s, const char *name, size_t n)
{
	char *all = arena_strdup(req_arena(s->req), "");
	const char *v, *field = sheet_field(s, name, n);
	size_t i;

	for (i = 0; all && field && (v = req_form_nth(s->req, field, i)); i++)
		all = arena_printf(req_arena(s->req), "%s%s%s", all, *all ? "\n" : "", v);
	return all ? all : "";
}

/* The evidence as it stands: a sheet does not ask about it. */
static const char *evidence_lines(struct sheet *s, const struct answer *a, bool files)
{
	struct arena *arena = req_arena(s->req);
	const char *all = "";
	size_t i;

	for (i = 0; all && i < a->evidence_count; i++) {
		const struct evidence *e = &a->evidence[i];

		if ((e->file != NULL) != files)
			continue;
		all = files ? arena_printf(arena, "%s%s%s", all, *all ? "\n" : "", e->file)
			    : arena_printf(arena, "%s%s%s/%s", all, *all ? "\n" : "", e->ledger,
					   e->entry);
	}
	return all ? all : "";
}

static void fault(struct sheet *s, const char *name, size_t n, const char *text)
{
	if (s->faults.count < sizeof s->faults.item / sizeof s->faults.item[0])
		(void)err_field(&s->faults.item[s->faults.count++], ERR_INVALID,
				sheet_field(s, name, n), "%s: %s", s->line[n]->item->id, text);
}

/* What was chosen for the line; -1 when nothing was, and nothing was written either. */
static int value_of(struct sheet *s, size_t n)
{
	const char *value = posted(s, "value", n);
	bool own = s->line[n]->item->ask != ASK_YESNO;

	if (*value)
		return answer_parse(value);
	if (own && *posted_lines(s, "given", n))
		return ANSWER_GIVEN;
	if (*posted(s, "note", n) || *posted(s, "target_on", n) || *posted_lines(s, "statement", n))
		fault(s, own ? "given" : "value", n,
		      own ? "答えを書くか、「対象外」を選んでください"
			  : "「はい」「いいえ」「対象外」のどれかを選んでください");
	else if (own && s->line[n]->now.value == ANSWER_GIVEN)
		return ANSWER_UNCONFIRMED;
	return -1;
}

static struct answer_change change_of(struct sheet *s, size_t n, enum answer_value value)
{
	const struct round_line *l = s->line[n];
	const char *target = posted(s, "target_on", n);
	bool same = value == l->now.value;

	/* A target that only stood there goes with the いいえ it belonged to. */
	if (value != ANSWER_NO && strcmp(target, l->now.target_on) == 0)
		target = "";
	return (struct answer_change){
		.round = s->view.round.id,
		.item = l->item->id,
		.column = l->column ? l->column->id : "",
		.base_rev = strtoll(posted(s, "rev", n), NULL, 10),
		.value = value,
		.confirmed_on = same ? l->now.confirmed_on : "",
		.target_on = target,
		.completed_on = value == ANSWER_NO || value == ANSWER_UNCONFIRMED
					? ""
					: l->now.completed_on,
		.note = posted(s, "note", n),
		.given = posted_lines(s, "given", n),
		.statements = l->item->statement_count ? posted_lines(s, "statement", n) : NULL,
		.evidence_refs = evidence_lines(s, &l->now, false),
		.evidence_files = evidence_lines(s, &l->now, true),
	};
}

/* Finds the line the n-th fields are about; they stand in the order of the page. */
static int find_posted(struct sheet *s, size_t n, struct err *err)
{
	int r = round_line_find(&s->view, posted(s, "item", n), posted(s, "column", n), &s->line[n],
				err);

	if (r == 0)
		s->count = n + 1;
	return r;
}

static int add_line(struct sheet *s, struct conn *c, size_t n, struct batch *batch, struct err *err)
{
	const struct visit *v = visit_of(s->req);
	struct faults faults = { .count = 0 };
	struct answer_change change;
	size_t before = s->faults.count, i;
	int value = value_of(s, n), r;

	if (value < 0 || s->faults.count > before)
		return 0;
	change = change_of(s, n, (enum answer_value)value);
	r = round_answer_add(v->app->ledgers, c, &v->actor, &s->view, &change, batch,
			     req_arena(s->req), &faults, err);
	if (r == ERR_INVALID && faults.count) {
		for (i = 0; i < faults.count; i++)
			fault(s, faults.item[i].field, n, faults.item[i].text);
		return 0;
	}
	return r < 0 ? r : 0;
}

static int add_lines(struct sheet *s, struct batch *batch, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	size_t n;
	int r = visit_read(s->req, &c, err);

	if (r == 0)
		r = load(s, c, err);
	for (n = 0; r == 0 && n < SHEET_SIZE && *posted(s, "item", n); n++)
		r = find_posted(s, n, err);
	for (n = 0; r == 0 && n < s->count; n++)
		r = add_line(s, c, n, batch, err);
	if (r == 0 && s->faults.count)
		r = err_set(err, ERR_INVALID, "%s", s->faults.item[0].text);
	if (r == 0 && !batch_count(batch))
		r = err_set(err, ERR_INVALID,
			    "変わった答えはありません。答えを選んでから押してください");
	return r;
}

static const char *const names[] = { "key",	"item-*",      "column-*",    "rev-*", "value-*",
				     "given-*", "statement-*", "target_on-*", "note-*" };

/* Where to go on: the same filter, whose first page now begins further on when it holds only
 * what is open. */
static char *next(struct sheet *s)
{
	char *path = round_path(s->req, &s->view.round, "sheet");

	if (s->filter.show != QUEUE_OPEN)
		s->filter.page++;
	if ((size_t)(s->filter.page - 1) * SHEET_SIZE >= s->total)
		return round_filter_path(s->req, round_path(s->req, &s->view.round, NULL),
					 &s->filter);
	path = round_filter_path(s->req, path, &s->filter);
	return html_path_add(req_arena(s->req), path, "page",
			     arena_printf(req_arena(s->req), "%lld", s->filter.page));
}

/* How many lines pass the filter before they were answered: to know whether more follow. */
static void count_rest(struct sheet *s)
{
	size_t i;

	s->total = 0;
	for (i = 0; i < s->view.line_count; i++)
		s->total += round_filter_has(&s->filter, &s->view.line[i]);
	if (s->filter.show == QUEUE_OPEN)
		s->total -= s->count < s->total ? s->count : s->total;
}

int page_round_sheet_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct sheet s = { .req = req, .posted = true };
	struct receipt receipt;
	struct batch *batch;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	/* Sent twice: what it has done itself is no longer a change. */
	if (r == 0)
		r = receipt_known(v->app->ledgers, req_form(req, "key"), &receipt, NULL, err);
	if (r > 0)
		return resp_redirect(
			res,
			page_done(req_arena(req),
				  html_path(req_arena(req), "/round/%s", req_param(req, "round")),
				  &receipt),
			err);
	if (r == 0)
		r = batch_new(v->app->ledgers, &v->actor, req_form(req, "key"), &batch, err);
	if (r < 0)
		return r;
	r = add_lines(&s, batch, err);
	if (r == 0)
		r = batch_commit(batch, &receipt, NULL, &s.faults, err);
	batch_free(batch);
	if ((r == ERR_INVALID || r == ERR_CONFLICT) && s.count) {
		s.message = s.faults.count ? NULL : arena_strdup(req_arena(req), err->text);
		return show(&s, res, r == ERR_CONFLICT ? 409 : 422, err);
	}
	if (r < 0)
		return r;
	count_rest(&s);
	return resp_redirect(res, page_done(req_arena(req), next(&s), &receipt), err);
}
