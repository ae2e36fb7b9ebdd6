/* The questions of one part, all on one page, and keeping what was written. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/reply.h"

/* --- one question -------------------------------------------------------------------------- */

/* By what is asked, not by its place: what was typed finds its question again when others come
 * and go. */
static char *field_name(struct reply_page *p, enum asked_field f, size_t line)
{
	const struct round_line *l = p->view.asked.line[line];

	return arena_printf(req_arena(p->req), "%s-%s%s%s", asked_field_name(f), l->item->id,
			    l->column ? "/" : "", l->column ? l->column->id : "");
}

static void choices_begin(struct reply_page *p, const char *label)
{
	html_open(p->h, EL_FIELDSET);
	html_attr(p->h, "class", "field");
	html_el(p->h, EL_LEGEND, label);
}

static void write_doer(struct reply_page *p, size_t line)
{
	const char *name = field_name(p, ASKED_DOER, line);
	int now = doer_parse(p->view.typed[line].text[ASKED_DOER]), d;

	choices_begin(p, "行う者");
	for (d = DOER_HOSPITAL; d < DOER_MAX; d++)
		form_choice(p->h, name, doer_name((enum doer)d), doer_label((enum doer)d),
			    d == now);
	html_close(p->h, EL_FIELDSET);
}

static void write_value(struct reply_page *p, size_t line)
{
	const struct asked *a = &p->view.asked;
	const char *name = field_name(p, ASKED_VALUE, line);
	int now = answer_parse(p->view.typed[line].text[ASKED_VALUE]);
	bool own = a->line[line]->item->ask != ASK_YESNO;

	choices_begin(p, asked_label(a, ASKED_VALUE));
	if (own) {
		form_choice(p->h, name, answer_name(ANSWER_GIVEN), "「答え」の欄に書く",
			    now == ANSWER_GIVEN);
	} else {
		form_choice(p->h, name, answer_name(ANSWER_YES), "はい", now == ANSWER_YES);
		form_choice(p->h, name, answer_name(ANSWER_NO), "いいえ", now == ANSWER_NO);
	}
	form_choice(p->h, name, answer_name(ANSWER_NA), "対象外", now == ANSWER_NA);
	html_close(p->h, EL_FIELDSET);
}

static void write_text(struct reply_page *p, size_t line, enum asked_field f, const char *hint,
		       bool multiline)
{
	const char *name = field_name(p, f, line), *text = p->view.typed[line].text[f];

	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "field");
	html_open(p->h, EL_LABEL);
	html_attrf(p->h, "for", "f-%s", name);
	html_textf(p->h, "%s%s", asked_label(&p->view.asked, f), hint);
	html_close(p->h, EL_LABEL);
	html_open(p->h, multiline ? EL_TEXTAREA : EL_INPUT);
	html_attrf(p->h, "id", "f-%s", name);
	html_attr(p->h, "name", name);
	if (multiline) {
		html_attr(p->h, "rows", "2");
		html_text(p->h, text);
		html_close(p->h, EL_TEXTAREA);
	} else {
		html_attr(p->h, "type", "text");
		html_attr(p->h, "autocomplete", "off");
		html_attr(p->h, "value", text);
	}
	html_close(p->h, EL_DIV);
}

/* Statements are marked one by one. */
static void write_statements(struct reply_page *p, size_t line)
{
	const struct item_def *item = p->view.asked.line[line]->item;
	const char *name = field_name(p, ASKED_STATEMENTS, line);
	const char *marked = p->view.typed[line].text[ASKED_STATEMENTS];
	size_t i;

	choices_begin(p, "満たしている文に印を付けます");
	for (i = 0; i < item->statement_count; i++) {
		const struct statement_def *s = &item->statement[i];
		char *at = arena_printf(req_arena(p->req), "\n%s\n", marked);

		html_open(p->h, EL_LABEL);
		html_attr(p->h, "class", "check");
		html_open(p->h, EL_INPUT);
		html_attr(p->h, "type", "checkbox");
		html_attr(p->h, "name", name);
		html_attr(p->h, "value", s->id);
		html_flag(p->h, "checked",
			  at && strstr(at, arena_printf(req_arena(p->req), "\n%s\n", s->id)));
		html_textf(p->h, "%s) %s", s->id, s->says);
		html_close(p->h, EL_LABEL);
	}
	html_close(p->h, EL_FIELDSET);
}

static void write_help(struct reply_page *p, const struct item_def *item)
{
	size_t i;

	html_el(p->h, EL_P, item->says);
	for (i = 0; i < item->options.count; i++) {
		if (i == 0)
			html_el_class(p->h, EL_P, "help",
				      item->ask == ASK_CHOICES
					      ? "次の言葉から選び、1行に1つ書きます。"
					      : "次の言葉から1つ選んで書きます。");
		html_el_class(p->h, EL_P, "example", item->options.item[i]);
	}
	if (!item->do_.count)
		return;
	html_open(p->h, EL_DETAILS);
	html_el(p->h, EL_SUMMARY, "すること");
	html_open(p->h, EL_UL);
	for (i = 0; i < item->do_.count; i++)
		html_el(p->h, EL_LI, item->do_.item[i]);
	html_close(p->h, EL_UL);
	html_close(p->h, EL_DETAILS);
}

static void write_more(struct reply_page *p, size_t line)
{
	const struct asked *a = &p->view.asked;
	const struct round_line *l = a->line[line];

	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "filter-grid");
	write_text(p, line, ASKED_CONFIRMED, "（空なら提出した日）", false);
	write_text(p, line, ASKED_TARGET, "（「いいえ」のとき）", false);
	write_text(p, line, ASKED_COMPLETED, "（済んだ日）", false);
	write_text(p, line, ASKED_RESPONSIBLE, "（貴社で受け持つ人）", false);
	html_close(p->h, EL_DIV);
	write_text(p, line, ASKED_NOTE, "（「対象外」のときは理由）", true);
	if (asked_has(a, l, ASKED_POINTS))
		write_text(p, line, ASKED_POINTS, "（まだ決まっていないこと）", true);
}

static void write_question(struct reply_page *p, size_t line)
{
	const struct asked *a = &p->view.asked;
	const struct round_line *l = a->line[line];

	html_open(p->h, EL_FIELDSET);
	html_attr(p->h, "class", "form-section");
	html_attrf(p->h, "id", "q-%zu", line);
	html_open(p->h, EL_LEGEND);
	html_textf(p->h, "%s %s", asked_name(l, req_arena(p->req)), l->item->topic);
	html_close(p->h, EL_LEGEND);
	write_help(p, l->item);
	if (asked_has(a, l, ASKED_DOER))
		write_doer(p, line);
	if (asked_has(a, l, ASKED_GIVEN))
		write_text(p, line, ASKED_GIVEN, "", true);
	write_value(p, line);
	if (asked_has(a, l, ASKED_STATEMENTS))
		write_statements(p, line);
	write_more(p, line);
	html_close(p->h, EL_FIELDSET);
}

/* --- the page -------------------------------------------------------------------------------- */

static void button(struct reply_page *p, const char *kind, const char *go, const char *text)
{
	html_open(p->h, EL_BUTTON);
	html_attr(p->h, "type", "submit");
	html_attrf(p->h, "class", "button button-%s", kind);
	html_attr(p->h, "name", "go");
	html_attr(p->h, "value", go);
	html_text(p->h, text);
	html_close(p->h, EL_BUTTON);
}

static int show(struct reply_page *p, size_t part, int status, struct err *err)
{
	const struct reply_part *now = &p->part[part];
	struct arena *a = req_arena(p->req);
	HTML_CLEANUP h;
	size_t i;
	int r;

	html_init(&h, 0);
	p->h = &h;
	reply_begin(p, arena_printf(a, "%zu / %zu　%s", part + 1, p->part_count, now->title),
		    "分かるところから書いてください。答えは、提出するまで医療機関の点検には入りませ"
		    "ん。");
	r = reply_form_begin(p, reply_part_path(p, part), false, err);
	if (r < 0)
		return r;
	html_hidden(&h, "rev", arena_printf(a, "%lld", (long long)p->view.reply.rev));
	html_hidden(&h, "asked", reply_fingerprint(p, part));
	for (i = 0; i < now->count; i++)
		write_question(p, now->first + i);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "buttons");
	if (part + 1 < p->part_count)
		button(p, "primary", "next", "保存して次へ");
	else
		button(p, "primary", "check", "保存して、提出の前に確かめる");
	button(p, "secondary", "first", "保存して最初のページへ");
	html_close(&h, EL_DIV);
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, reply_path(p, NULL), "保存しないで最初のページへ戻る");
	html_close(&h, EL_P);
	return page_end(&h, p->req, p->res, status, err);
}

/* The part of the address; what was sent in can be read on the first page. A form of a part that
 * is not there any more belongs to the last one. */
static int find_part(struct reply_page *p, bool form, size_t *ret, struct err *err)
{
	const char *text = req_param(p->req, "part");
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (form && !*end && n > p->part_count)
		n = p->part_count;
	if (*end || n < 1 || n > p->part_count)
		return err_set(err, ERR_NOT_FOUND,
			       "そのページはありません。最初のページから選んでください");
	*ret = n - 1;
	return 0;
}

int page_reply_part(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	size_t part = 0;
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	if (r == 0)
		r = find_part(p, false, &part, err);
	if (r < 0)
		return r;
	return p->view.locked ? resp_redirect(res, reply_path(p, NULL), err)
			      : show(p, part, 200, err);
}

/* --- saving --------------------------------------------------------------------------------------
 */

/* All values of a checkbox, one per line. */
static const char *lines_of(struct request *req, const char *name)
{
	const char *all = "", *value;
	size_t i;

	for (i = 0; all && (value = req_form_nth(req, name, i)); i++)
		all = arena_printf(req_arena(req), "%s%s%s", all, *all ? "\n" : "", value);
	return all;
}

/* What a form of this part may bring: the fields of its own questions, no others. */
static int check_names(struct reply_page *p, size_t part, struct err *err)
{
	static const char *const fixed[] = { "rev", "asked", "key", "go" };
	const size_t count = p->part[part].count, first = p->part[part].first;
	const char **names = arena_calloc(req_arena(p->req), 4 + count * ASKED_MAX, sizeof *names);
	size_t n, i;
	int f;

	if (!names)
		return err_nomem(err);
	for (n = 0; n < 4; n++)
		names[n] = fixed[n];
	for (i = first; i < first + count; i++)
		for (f = 0; f < ASKED_MAX; f++)
			if (asked_has(&p->view.asked, p->view.asked.line[i], (enum asked_field)f) &&
			    (names[n] = field_name(p, (enum asked_field)f, i)))
				n++;
	return req_form_only(p->req, names, n, err);
}

/* The fields of one question; what is shown again when it cannot be saved. */
static void take_line(struct reply_page *p, size_t line)
{
	struct typed_answer *to = &p->view.typed[line];
	int f;

	typed_clear(to);
	for (f = 0; f < ASKED_MAX; f++) {
		const char *name = field_name(p, (enum asked_field)f, line), *text;

		if (!name ||
		    !asked_has(&p->view.asked, p->view.asked.line[line], (enum asked_field)f))
			continue;
		text = f == ASKED_STATEMENTS ? lines_of(p->req, name) : req_form(p->req, name);
		to->text[f] = text ? text : "";
	}
}

/* Only the fields of the questions of this part are looked at. */
static int take_typed(struct reply_page *p, size_t part, size_t *lines, struct typed_answer *typed,
		      struct err *err)
{
	size_t i;

	for (i = 0; i < p->part[part].count; i++) {
		lines[i] = p->part[part].first + i;
		take_line(p, lines[i]);
		typed[i] = p->view.typed[lines[i]];
	}
	return arena_failed(req_arena(p->req)) ? err_nomem(err) : 0;
}

/* A form of other questions than are asked now: refused, with what it brings to those that are
 * still asked standing in the page. *part: where the first of them is asked now. */
static int refuse_changed(struct reply_page *p, size_t *part, struct err *err)
{
	bool found = false;
	size_t i;

	for (i = 0; i < p->view.asked.count; i++) {
		const char *always = field_name(p, ASKED_NOTE, i);

		if (!always || !req_form(p->req, always))
			continue;
		if (!found)
			*part = reply_part_of(p, i);
		found = true;
		take_line(p, i);
	}
	if (arena_failed(req_arena(p->req)))
		return err_nomem(err);
	return err_set(
		err, ERR_CONFLICT,
		"見ていた間に、この確認表の項目が変わりました。書いた答えのうち、今もある項目"
		"の分はこの画面に残っています。確かめて、もう一度保存してください");
}

/* *at: the part the form is of; set to where it belongs when questions have changed. */
static int save(struct reply_page *p, size_t *at, struct receipt *receipt, struct err *err)
{
	size_t part = *at;
	const struct visit *v = visit_of(p->req);
	const char *rev = req_form(p->req, "rev"), *asked = req_form(p->req, "asked");
	size_t count = p->part[part].count;
	struct arena *a = req_arena(p->req);
	size_t *lines = arena_calloc(a, count, sizeof *lines);
	struct typed_answer *typed = arena_calloc(a, count, sizeof *typed);
	const char *want = reply_fingerprint(p, part);
	int r;

	if (!lines || !typed || !want)
		return err_nomem(err);
	if (p->view.locked)
		return err_set(err, ERR_CONFLICT, "もう提出されています");
	if (!asked || strcmp(asked, want) != 0)
		return refuse_changed(p, at, err);
	r = check_names(p, part, err);
	if (r == 0)
		r = take_typed(p, part, lines, typed, err);
	return r < 0 ? r
		     : reply_save(
			       v->app->ledgers, p->who,
			       &(struct reply_edit){ .round = p->round,
						     .through = p->through,
						     .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
						     .line = lines,
						     .typed = typed,
						     .count = count,
						     .key = req_form(p->req, "key") },
			       receipt, &p->faults, err);
}

static char *next_path(struct reply_page *p, size_t part)
{
	const char *go = req_form(p->req, "go");

	if (go && strcmp(go, "next") == 0 && part + 1 < p->part_count)
		return reply_part_path(p, part + 1);
	return reply_path(p, go && strcmp(go, "check") == 0 ? "check" : NULL);
}

int page_reply_part_post(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	struct receipt receipt;
	size_t part = 0;
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	if (r == 0)
		r = find_part(p, true, &part, err);
	if (r < 0)
		return r;
	r = save(p, &part, &receipt, err);
	if (r == 0)
		return resp_redirect(res, page_done(req_arena(req), next_path(p, part), &receipt),
				     err);
	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_LIMIT)
		return r;
	if (p->view.locked)
		return resp_redirect(res, reply_path(p, NULL), err);
	p->message = arena_strdup(req_arena(req), err->text);
	p->faults.count = 0;
	return show(p, part, r == ERR_CONFLICT ? 409 : 422, err);
}
