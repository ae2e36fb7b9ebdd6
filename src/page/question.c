/* One question on one page: what it means, what the ledgers say, last year's
 * answer, and the answer of today. */
#include "page/question.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/attach.h"
#include "page/handlers.h"
#include "page/round_person.h"
#include "page/xray_parts.h"
#include "round/sharing.h"

char *question_here(struct question *q, const struct round_line *line)
{
	return round_filter_path(q->req, question_path(q->req, &q->view, line), &q->filter);
}

static bool is_here(struct request *req, const struct round_line *l)
{
	return strcmp(l->item->id, req_param(req, "item")) == 0 &&
	       strcmp(l->column ? l->column->id : NO_COLUMN, req_param(req, "column")) == 0;
}

static int find_line(struct question *q, struct err *err)
{
	const struct round_view *v = &q->view;
	size_t i, n;

	for (q->index = 0; q->index < v->line_count; q->index++) {
		q->line = &v->line[q->index];
		if (is_here(q->req, q->line))
			return 0;
	}
	for (i = 0; i < v->excluded_count; i++)
		for (n = 0; n < v->excluded[i].line_count; n++) {
			q->line = &v->excluded[i].line[n];
			q->excluded = v->excluded[i].reason;
			if (is_here(q->req, q->line))
				return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "その項目はありません。点検の一覧から選んでください");
}

/* The next line (step 1) or the one before (-1) that the filter lets through. */
static const struct round_line *neighbour(const struct question *q, int step)
{
	const struct round_view *v = &q->view;
	size_t i = q->index;

	if (q->excluded)
		return NULL;
	while (step > 0 ? ++i < v->line_count : i-- > 0)
		if (round_filter_has(&q->filter, &v->line[i]))
			return &v->line[i];
	return NULL;
}

/* The word, and what was given. */
static void write_answer(struct question *q, const struct answer *a)
{
	write_answer_chip(q->h, a);
	if (a->value == ANSWER_GIVEN) {
		html_text(q->h, " ");
		html_lines(q->h, a->shown);
	}
}

static void write_before(struct question *q)
{
	const struct answer *b = &q->line->before;

	html_open(q->h, EL_SECTION);
	html_attr(q->h, "class", "last-year");
	html_attr(q->h, "aria-label", "前回の回答");
	if (!b->id[0]) {
		html_el(q->h, EL_P,
			q->line->is_new ? "前回の点検にはなかった項目です。"
			: q->view.previous.id[0] ? "前回は答えていません。"
						 : "前回の点検はありません。");
	} else {
		html_open(q->h, EL_P);
		html_textf(q->h, "前回（%d年度）の回答: ", q->view.previous.year);
		write_answer(q, b);
		html_textf(q->h, "　%s　%s", b->confirmed_on, b->by);
		if (*b->target_on)
			html_textf(q->h, "　目標日 %s", b->target_on);
		html_close(q->h, EL_P);
		if (*b->note)
			html_el(q->h, EL_P, b->note);
		write_evidence(q->h, q->req, &q->view, b);
	}
	html_close(q->h, EL_SECTION);
}

/* The answer somebody else gave while this page was open. */
static void write_now(struct question *q)
{
	const struct answer *a = &q->line->now;

	html_open(q->h, EL_SECTION);
	html_attr(q->h, "class", "last-year");
	html_attr(q->h, "aria-label", "今の回答");
	html_open(q->h, EL_P);
	html_text(q->h, "今の回答: ");
	write_answer(q, a);
	html_textf(q->h, "　%s　%s", a->confirmed_on, a->by);
	if (*a->target_on)
		html_textf(q->h, "　目標日 %s", a->target_on);
	html_close(q->h, EL_P);
	if (*a->note)
		html_el(q->h, EL_P, a->note);
	html_el(q->h, EL_P,
		"下にはあなたの入力が残っています。見比べて、よければもう一度「この答えで確認する」"
		"を押してください。");
	html_close(q->h, EL_SECTION);
}

/* What stands there, for who does not answer. */
static void write_kept(struct question *q)
{
	const struct answer *a = &q->line->now;
	size_t i;

	html_open(q->h, EL_SECTION);
	html_attr(q->h, "class", "last-year");
	html_attr(q->h, "aria-label", "回答");
	html_open(q->h, EL_P);
	html_text(q->h, "回答: ");
	write_answer(q, a);
	html_textf(q->h, "　%s　%s", a->confirmed_on, a->by);
	html_close(q->h, EL_P);
	for (i = 0; i < q->line->item->statement_count; i++)
		if (answer_meets(a, &q->line->item->statement[i]))
			html_el(q->h, EL_P,
				arena_printf(req_arena(q->req), "満たしている文: %s",
					     q->line->item->statement[i].says));
	if (*a->target_on)
		html_el(q->h, EL_P, arena_printf(req_arena(q->req), "目標日 %s", a->target_on));
	if (*a->completed_on)
		html_el(q->h, EL_P, arena_printf(req_arena(q->req), "完了日 %s", a->completed_on));
	if (*a->responsible_name)
		html_el(q->h, EL_P,
			arena_printf(req_arena(q->req), "受け持つ人 %s", a->responsible_name));
	if (*a->note)
		html_el(q->h, EL_P, a->note);
	write_evidence(q->h, q->req, &q->view, a);
	html_close(q->h, EL_SECTION);
}

static void neighbour_link(struct question *q, int step, const char *rel, const char *text)
{
	const struct round_line *l = neighbour(q, step);

	if (!l)
		return;
	html_open(q->h, EL_A);
	html_url(q->h, "href", question_here(q, l));
	html_attr(q->h, "rel", rel);
	html_text(q->h, text);
	html_close(q->h, EL_A);
}

static void write_neighbours(struct question *q)
{
	html_open(q->h, EL_NAV);
	html_attr(q->h, "class", "question-nav");
	html_attr(q->h, "aria-label", "前後の項目");
	neighbour_link(q, -1, "prev", "前の項目");
	html_link(q->h,
		  round_filter_path(q->req, round_path(q->req, &q->view.round, NULL), &q->filter),
		  "一覧に戻る");
	neighbour_link(q, 1, "next", "次の項目");
	html_close(q->h, EL_NAV);
}

static int load(struct question *q, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(q->req, &c, err);

	if (r == 0)
		r = read_round_item(q->req, c, req_param(q->req, "item"), &q->view, err);
	if (r == 0)
		r = round_filter_read(q->req, &q->view, &q->filter, err);
	return r < 0 ? r : find_line(q, err);
}

static int write_side(struct question *q, int status, struct err *err)
{
	int r = 0;

	if (q->excluded)
		page_notice(q->h, "info", "今は答えない項目です",
			    arena_printf(req_arena(q->req),
					 "%s施設のようすが変われば、前の答えと一緒に戻ります。",
					 q->excluded));
	else if (q->line->item->ask == ASK_YESNO) {
		write_proposal(q->h, q->req, NULL, &q->line->proposal);
		write_xray_links(q->h, q->req, q->line->item);
		write_inherited(q->h, q->req, q->line);
	}
	write_before(q);
	if (status == 409)
		write_now(q);
	if (q->answers)
		r = question_form(q, err);
	else
		write_kept(q);
	return r;
}

static int show(struct question *q, struct response *res, int status, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	SHELF_CLEANUP shelf = { 0 };
	HTML_CLEANUP h;
	int r = visit_read(q->req, &c, err);

	html_init(&h, 0);
	if (r == 0)
		r = read_shelf(q->req, &shelf, err);
	if (r == 0)
		r = words_begin(&q->words, &h, q->req, shelf.shelf, err);
	if (r < 0)
		return r;
	q->h = &h;
	q->c = c;
	q->answers = !q->excluded && line_answerable(q->line, &visit_of(q->req)->actor);
	page_begin(
		&h, q->req, NAV_ROUNDS,
		arena_printf(req_arena(q->req), "%s %s", q->line->item->id, q->line->item->topic),
		q->view.round.title);
	if (q->message)
		page_notice(&h, "error", NULL, q->message);
	page_faults(&h, &q->faults);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question");
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question-about");
	question_about(q);
	html_close(&h, EL_DIV);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question-answer");
	r = write_side(q, status, err);
	html_close(&h, EL_DIV);
	html_close(&h, EL_DIV);
	write_neighbours(q);
	return r < 0 ? r : page_end(&h, q->req, res, status, err);
}

int page_question(struct request *req, struct response *res, struct err *err)
{
	struct question q = { .req = req };
	int r = load(&q, err);

	if (r < 0)
		return r;
	/* What two parties share is answered side by side. */
	if (catalogue_shares(q.view.round.catalogue))
		return resp_redirect(res,
				     html_path(req_arena(req), "/round/%s/sharing/%s",
					       q.view.round.id, q.line->item->id),
				     err);
	return show(&q, res, 200, err);
}

/* --- posting -------------------------------------------------------------------------------- */

static const char *join(struct request *req, const char *name)
{
	char *all = arena_strdup(req_arena(req), "");
	const char *v;
	size_t i;

	for (i = 0; all && (v = req_form_nth(req, name, i)); i++)
		all = arena_printf(req_arena(req), "%s%s%s", all, *all ? "\n" : "", v);
	return all;
}

/* The files that were shown with the question and are still ticked. */
static int kept_files(struct question *q, const struct ledger_def *answers, const char **ret,
		      struct err *err)
{
	const struct visit *v = visit_of(q->req);
	const char *entry = *q->line->now.id ? q->line->now.id : NULL, *posted, *all = "";
	CONN_CLEANUP *c = NULL;
	size_t i;
	int r = req_form_nth(q->req, "file", 0) ? visit_read(q->req, &c, err) : 0;

	for (i = 0; r == 0 && all && (posted = req_form_nth(q->req, "file", i)); i++) {
		char hash[HASH_HEX_SIZE];

		r = attach_accept(v->app->ledgers, c, &v->actor, answers, entry, posted, hash, err);
		if (r == 0)
			all = arena_printf(req_arena(q->req), "%s%s%s", all, *all ? "\n" : "",
					   hash);
	}
	*ret = all;
	return r;
}

/* Kept files plus uploads; a refused upload becomes a fault. */
static int collect_files(struct question *q, const char **ret, struct err *err)
{
	const struct visit *v = visit_of(q->req);
	const struct ledger_def *answers = define_ledger(v->app->defs, "answers");
	const char *all = NULL;
	const struct upload *up;
	size_t i;
	int kept = kept_files(q, answers, &all, err);

	if (kept < 0)
		return kept;
	for (i = 0; all && (up = req_file_nth(q->req, "upload", i)); i++) {
		struct file_info info;
		int r = attach_put(v->app->ledgers, &v->actor, answers, up->path, up->name, 0,
				   &info, err);

		if (r < 0)
			return r;
		all = arena_printf(req_arena(q->req), "%s%s%s", all, *all ? "\n" : "", info.hash);
	}
	*ret = all;
	return all ? 0 : err_nomem(err);
}

/* Marked statements, or NULL when the form has none. */
static const char *marks(struct question *q)
{
	return req_form(q->req, "statements") ? join(q->req, "statement") : NULL;
}

static int send(struct question *q, enum answer_value value, const char *files,
		const char *responsible, struct receipt *receipt, struct err *err)
{
	const struct visit *v = visit_of(q->req);
	const char *rev = req_form(q->req, "rev");

	return round_answer(
		v->app->ledgers, &v->actor,
		&(struct answer_change){ .round = q->view.round.id,
					 .item = q->line->item->id,
					 .column = q->line->column ? q->line->column->id : "",
					 .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
					 .value = value,
					 .confirmed_on = req_form(q->req, "confirmed_on"),
					 .target_on = req_form(q->req, "target_on"),
					 .completed_on = req_form(q->req, "completed_on"),
					 .note = req_form(q->req, "note"),
					 .responsible = responsible,
					 .given = join(q->req, "given"),
					 .statements = marks(q),
					 .evidence_refs = join(q->req, "ref"),
					 .evidence_files = files,
					 .key = req_form(q->req, "key") },
		receipt, &q->faults, err);
}

static int answer(struct question *q, struct receipt *receipt, struct err *err)
{
	const char *value = req_form(q->req, "value"), *files, *responsible = NULL;
	int parsed = answer_parse(value ? value : ""), r;

	if (parsed < 0)
		(void)err_field(&q->faults.item[q->faults.count++], ERR_INVALID, "value",
				"「はい」「いいえ」「対象外」のどれかを選んでください");
	if (person_posted(q->req, &responsible, err) < 0)
		q->faults.item[q->faults.count++] = *err;
	if (q->faults.count)
		return err_set(err, ERR_INVALID, "%s", q->faults.item[0].text);
	r = collect_files(q, &files, err);
	return r < 0 ? r : send(q, (enum answer_value)parsed, files, responsible, receipt, err);
}

int page_question_post(struct request *req, struct response *res, struct err *err)
{
	struct question q = { .req = req };
	struct receipt receipt;
	const struct round_line *next;
	int r = load(&q, err);

	if (r == 0 && q.excluded)
		r = err_set(err, ERR_INVALID, "この項目は今は答えません（%s）", q.excluded);
	if (r < 0)
		return r;
	q.posted = true;
	r = answer(&q, &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT || r == ERR_LIMIT) {
		q.message = q.faults.count ? NULL : arena_strdup(req_arena(req), err->text);
		return show(&q, res, r == ERR_CONFLICT ? 409 : 422, err);
	}
	if (r < 0)
		return r;
	next = neighbour(&q, 1);
	return resp_redirect(
		res,
		page_done(req_arena(req),
			  next ? question_here(&q, next)
			       : round_filter_path(req, round_path(req, &q.view.round, NULL),
						   &q.filter),
			  &receipt),
		err);
}
