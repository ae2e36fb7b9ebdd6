/* One question on one page: what it means, what the ledgers say, last year's
 * answer, and the answer of today. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/attach.h"
#include "page/handlers.h"
#include "page/round_parts.h"

/* More entries than this are chosen better by a note than by boxes. */
#define OFFERED_MAX 20

struct question {
	struct request *req;
	struct html *h;
	struct round_view view;
	const struct round_line *line;
	size_t index; /* of the line */
	struct faults faults;
	const char *message;
	bool posted; /* show what was typed rather than what is stored */
};

static int find_line(struct question *q, struct err *err)
{
	const char *item = req_param(q->req, "item"), *column = req_param(q->req, "column");

	for (q->index = 0; q->index < q->view.line_count; q->index++) {
		q->line = &q->view.line[q->index];
		if (strcmp(q->line->item->id, item) == 0 &&
		    strcmp(q->line->column ? q->line->column->id : NO_COLUMN, column) == 0)
			return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "その項目はありません。点検の一覧から選んでください");
}

static void write_strings(struct html *h, const char *title, const struct strings *s)
{
	size_t i;

	if (!s->count)
		return;
	html_el(h, EL_H2, title);
	html_open(h, EL_UL);
	for (i = 0; i < s->count; i++)
		html_el(h, EL_LI, s->item[i]);
	html_close(h, EL_UL);
}

static void write_about(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

	html_open(q->h, EL_P);
	html_attr(q->h, "class", "question-number");
	html_textf(q->h, "%zu問目（全%zu問）　項番 %s%s%s", q->index + 1, q->view.line_count,
		   item->id, q->line->column ? "　欄: " : "",
		   q->line->column ? q->line->column->label : "");
	html_close(q->h, EL_P);
	html_el_class(q->h, EL_P, "lead", item->says);
	if (item->needs_vendor)
		page_notice(q->h, "info", NULL,
			    "事業者と契約していない場合は記入不要です（「対象外」を選び、理由を書き"
			    "ます）。");
	if (item->unconfirmed)
		page_notice(q->h, "warning", "この項目は版の確認待ちです", item->unconfirmed_note);
	write_strings(q->h, "すること", &item->do_);
	write_strings(q->h, "検査のときに見せるもの", &item->show);
	if (!item->cite_count)
		return;
	html_open(q->h, EL_DETAILS);
	html_el(q->h, EL_SUMMARY, "もとになった文書");
	html_open(q->h, EL_UL);
	for (i = 0; i < item->cite_count; i++) {
		html_open(q->h, EL_LI);
		html_textf(q->h, "%s　%s", item->cites[i].document, item->cites[i].place);
		html_close(q->h, EL_LI);
	}
	html_close(q->h, EL_UL);
	html_close(q->h, EL_DETAILS);
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
		write_answer_chip(q->h, b);
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
	write_answer_chip(q->h, a);
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

/* --- the form --------------------------------------------------------------------------- */

static const char *typed(const struct question *q, const char *name, const char *stored)
{
	const char *v = q->posted ? req_form(q->req, name) : NULL;

	return v ? v : stored ? stored : "";
}

static const char *fault_of(const struct question *q, const char *field)
{
	size_t i;

	for (i = 0; i < q->faults.count; i++)
		if (strcmp(q->faults.item[i].field, field) == 0)
			return q->faults.item[i].text;
	return NULL;
}

static void write_choice(struct question *q, enum answer_value value, const char *chosen)
{
	html_open(q->h, EL_LABEL);
	html_attr(q->h, "class", "choice");
	html_open(q->h, EL_INPUT);
	html_attr(q->h, "type", "radio");
	html_attr(q->h, "name", "value");
	html_attr(q->h, "value", answer_name(value));
	html_flag(q->h, "checked", strcmp(chosen, answer_name(value)) == 0);
	html_text(q->h, answer_label(value));
	html_close(q->h, EL_LABEL);
}

static void write_choices(struct question *q)
{
	/* Nothing is preselected while unconfirmed: a person must decide. */
	const char *stored =
		q->line->now.value == ANSWER_UNCONFIRMED ? "" : answer_name(q->line->now.value);
	const char *chosen = typed(q, "value", stored);

	html_open(q->h, EL_FIELDSET);
	html_attr(q->h, "id", "f-value");
	html_open(q->h, EL_LEGEND);
	html_text(q->h, "回答");
	html_close(q->h, EL_LEGEND);
	if (fault_of(q, "value"))
		html_el_class(q->h, EL_P, "field-error", fault_of(q, "value"));
	write_choice(q, ANSWER_YES, chosen);
	write_choice(q, ANSWER_NO, chosen);
	write_choice(q, ANSWER_NA, chosen);
	if (q->line->now.id[0])
		write_choice(q, ANSWER_UNCONFIRMED, chosen);
	html_close(q->h, EL_FIELDSET);
}

static void write_input(struct question *q, const char *name, const char *label, const char *help,
			const char *stored, bool multiline)
{
	const char *fault = fault_of(q, name);

	html_open(q->h, EL_DIV);
	html_attrf(q->h, "class", "field%s", fault ? " field-invalid" : "");
	html_open(q->h, EL_LABEL);
	html_attrf(q->h, "for", "f-%s", name);
	html_text(q->h, label);
	html_close(q->h, EL_LABEL);
	html_open(q->h, EL_P);
	html_attr(q->h, "class", "help");
	html_attrf(q->h, "id", "h-%s", name);
	html_text(q->h, help);
	html_close(q->h, EL_P);
	if (fault)
		html_el_class(q->h, EL_P, "field-error", fault);
	html_open(q->h, multiline ? EL_TEXTAREA : EL_INPUT);
	html_attrf(q->h, "id", "f-%s", name);
	html_attr(q->h, "name", name);
	html_attrf(q->h, "aria-describedby", "h-%s", name);
	if (fault)
		html_attr(q->h, "aria-invalid", "true");
	if (multiline) {
		html_attr(q->h, "rows", "3");
		html_text(q->h, typed(q, name, stored));
		html_close(q->h, EL_TEXTAREA);
	} else {
		html_attr(q->h, "class", "short");
		html_attr(q->h, "value", typed(q, name, stored));
	}
	html_close(q->h, EL_DIV);
}

static void evidence_box(struct question *q, const char *name, const char *value, const char *text,
			 bool checked)
{
	html_open(q->h, EL_LABEL);
	html_attr(q->h, "class", "check");
	html_open(q->h, EL_INPUT);
	html_attr(q->h, "type", "checkbox");
	html_attr(q->h, "name", name);
	html_attr(q->h, "value", value);
	html_flag(q->h, "checked", checked);
	html_text(q->h, text);
	html_close(q->h, EL_LABEL);
}

static bool already_evidence(const struct answer *a, const struct proposal_link *l)
{
	size_t i;

	for (i = 0; i < a->evidence_count; i++)
		if (a->evidence[i].entry && strcmp(a->evidence[i].entry, l->entry) == 0)
			return true;
	return false;
}

static void write_attached(struct question *q)
{
	const struct answer *a = &q->line->now;
	size_t i;

	for (i = 0; i < a->evidence_count; i++) {
		const struct evidence *e = &a->evidence[i];

		if (e->file)
			evidence_box(q, "file",
				     attach_offer(visit_of(q->req)->app->ledgers,
						  &visit_of(q->req)->actor, e->file,
						  req_arena(q->req)),
				     e->name, true);
		else
			evidence_box(q, "ref",
				     arena_printf(req_arena(q->req), "%s/%s", e->ledger, e->entry),
				     e->name, true);
	}
}

/* Entries the proposal counted, folded away because there may be many. */
static void write_offered(struct question *q)
{
	const struct proposal *p = &q->line->proposal;
	size_t i, offered = 0;

	for (i = 0; i < p->link_count && offered < OFFERED_MAX; i++) {
		const struct proposal_link *l = &p->link[i];

		if (l->fault || already_evidence(&q->line->now, l))
			continue;
		if (!offered++) {
			html_open(q->h, EL_DETAILS);
			html_el(q->h, EL_SUMMARY, "台帳の記録から選ぶ");
		}
		evidence_box(q, "ref",
			     arena_printf(req_arena(q->req), "%s/%s", l->ledger, l->entry), l->text,
			     false);
	}
	if (offered)
		html_close(q->h, EL_DETAILS);
}

/* What is attached already, what the proposal counted, and new files. */
static void write_evidence_form(struct question *q)
{
	html_open(q->h, EL_FIELDSET);
	html_attr(q->h, "id", "f-evidence_refs");
	html_open(q->h, EL_LEGEND);
	html_text(q->h, "証拠（検査のときに見せるもの）");
	html_close(q->h, EL_LEGEND);
	if (fault_of(q, "evidence_refs"))
		html_el_class(q->h, EL_P, "field-error", fault_of(q, "evidence_refs"));
	write_attached(q);
	write_offered(q);
	html_open(q->h, EL_LABEL);
	html_attr(q->h, "for", "f-upload");
	html_text(q->h, "ファイルを付ける（議事録、写真、事業者の回答など）");
	html_close(q->h, EL_LABEL);
	html_open(q->h, EL_INPUT);
	html_attr(q->h, "type", "file");
	html_attr(q->h, "id", "f-upload");
	html_attr(q->h, "name", "upload");
	html_flag(q->h, "multiple", true);
	html_close(q->h, EL_FIELDSET);
}

static void write_form(struct question *q)
{
	const struct answer *a = &q->line->now;
	char first[DATE_SIZE], last[DATE_SIZE];
	struct arena *arena = req_arena(q->req);

	fiscal_year_range(q->view.round.year, first, last);
	form_begin(q->h, q->req, question_path(q->req, &q->view, q->line), true, true);
	html_hidden(q->h, "rev", arena_printf(arena, "%lld", (long long)a->rev));
	write_choices(q);
	write_input(q, "confirmed_on", "確認日", "空なら今日の日付になります。", a->confirmed_on,
		    false);
	write_input(q, "target_on", "目標日（「いいえ」のとき）",
		    arena_printf(arena,
				 "%s から %s までの日付で、「はい」にする予定の日を書きます。",
				 first, last),
		    a->target_on, false);
	write_input(q, "note", "備考", "「対象外」のときは理由を必ず書いてください。", a->note,
		    true);
	write_evidence_form(q);
	html_open(q->h, EL_DIV);
	html_attr(q->h, "class", "buttons");
	form_submit(q->h, "primary", "この答えで確認する");
	html_close(q->h, EL_DIV);
	form_end(q->h);
}

static void write_neighbours(struct question *q)
{
	html_open(q->h, EL_NAV);
	html_attr(q->h, "class", "question-nav");
	html_attr(q->h, "aria-label", "前後の項目");
	if (q->index > 0)
		html_link(q->h, question_path(q->req, &q->view, &q->view.line[q->index - 1]),
			  "前の項目");
	html_link(q->h, round_path(q->req, &q->view.round, NULL), "一覧に戻る");
	if (q->index + 1 < q->view.line_count)
		html_link(q->h, question_path(q->req, &q->view, &q->view.line[q->index + 1]),
			  "次の項目");
	html_close(q->h, EL_NAV);
}

static int load(struct question *q, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(q->req, &c, err);

	if (r == 0)
		r = read_round(q->req, c, true, &q->view, err);
	return r < 0 ? r : find_line(q, err);
}

static int show(struct question *q, struct response *res, int status, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	q->h = &h;
	page_begin(
		&h, q->req, NAV_ROUNDS,
		arena_printf(req_arena(q->req), "%s %s", q->line->item->id, q->line->item->topic),
		NULL);
	if (q->message)
		page_notice(&h, "error", NULL, q->message);
	page_faults(&h, &q->faults);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question");
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question-about");
	write_about(q);
	html_close(&h, EL_DIV);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "question-answer");
	write_proposal(&h, q->req, &q->line->proposal);
	write_before(q);
	if (status == 409)
		write_now(q);
	if (visit_may(q->req, PERM_ROUND_ANSWER, NULL))
		write_form(q);
	else
		write_answer_chip(&h, &q->line->now);
	html_close(&h, EL_DIV);
	html_close(&h, EL_DIV);
	write_neighbours(q);
	return page_end(&h, q->req, res, status, err);
}

int page_question(struct request *req, struct response *res, struct err *err)
{
	struct question q = { .req = req };
	int r = load(&q, err);

	return r < 0 ? r : show(&q, res, 200, err);
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

static int answer(struct question *q, struct receipt *receipt, struct err *err)
{
	const struct visit *v = visit_of(q->req);
	const char *rev = req_form(q->req, "rev"), *value = req_form(q->req, "value"), *files;
	int parsed = answer_parse(value ? value : ""), r;

	if (parsed < 0) {
		(void)err_field(&q->faults.item[q->faults.count++], ERR_INVALID, "value",
				"「はい」「いいえ」「対象外」のどれかを選んでください");
		return err_set(err, ERR_INVALID, "%s", q->faults.item[0].text);
	}
	r = collect_files(q, &files, err);
	if (r < 0)
		return r;
	return round_answer(
		v->app->ledgers, &v->actor,
		&(struct answer_change){ .round = q->view.round.id,
					 .item = q->line->item->id,
					 .column = q->line->column ? q->line->column->id : "",
					 .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
					 .value = (enum answer_value)parsed,
					 .confirmed_on = req_form(q->req, "confirmed_on"),
					 .target_on = req_form(q->req, "target_on"),
					 .note = req_form(q->req, "note"),
					 .evidence_refs = join(q->req, "ref"),
					 .evidence_files = files,
					 .key = req_form(q->req, "key") },
		receipt, &q->faults, err);
}

int page_question_post(struct request *req, struct response *res, struct err *err)
{
	struct question q = { .req = req };
	struct receipt receipt;
	const struct round_line *next;
	int r = load(&q, err);

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
	next = q.index + 1 < q.view.line_count ? &q.view.line[q.index + 1] : NULL;
	return resp_redirect(res,
			     page_done(req_arena(req),
				       next ? question_path(req, &q.view, next)
					    : round_path(req, &q.view.round, NULL),
				       &receipt),
			     err);
}
