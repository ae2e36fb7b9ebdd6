/* Answering one question. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/attach.h"
#include "page/question.h"
#include "page/round_person.h"
#include "round/given.h"
#include "round/kind.h"

/* More entries than this are chosen better by a note than by boxes. */
#define OFFERED_MAX 20

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

static void write_fault(struct question *q, const char *field)
{
	if (fault_of(q, field))
		html_el_class(q->h, EL_P, "field-error", fault_of(q, field));
}

static bool was_posted(struct request *req, const char *name, const char *value)
{
	const char *v;
	size_t i;

	for (i = 0; (v = req_form_nth(req, name, i)); i++)
		if (strcmp(v, value) == 0)
			return true;
	return false;
}

/* `label`: NULL for the word of the answer. */
static void write_choice(struct question *q, enum answer_value value, const char *label,
			 const char *chosen)
{
	html_open(q->h, EL_LABEL);
	html_attr(q->h, "class", "choice");
	html_open(q->h, EL_INPUT);
	html_attr(q->h, "type", "radio");
	html_attr(q->h, "name", "value");
	html_attr(q->h, "value", answer_name(value));
	html_flag(q->h, "checked", strcmp(chosen, answer_name(value)) == 0);
	html_text(q->h, label ? label : answer_label(value));
	html_close(q->h, EL_LABEL);
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

/* Nothing is preselected while unconfirmed: a person must decide. */
static const char *chosen_value(const struct question *q)
{
	enum answer_value now = q->line->now.value;

	return typed(q, "value", now == ANSWER_UNCONFIRMED ? "" : answer_name(now));
}

static void write_choices(struct question *q)
{
	const char *chosen = chosen_value(q);
	bool own = q->line->item->ask != ASK_YESNO;

	html_open(q->h, EL_FIELDSET);
	html_attr(q->h, "id", "f-value");
	html_open(q->h, EL_LEGEND);
	html_text(q->h, own ? "この欄の扱い" : "回答");
	html_close(q->h, EL_LEGEND);
	write_fault(q, "value");
	if (own) {
		/* Most are answered, so that is what a form without a click means. */
		write_choice(q, ANSWER_GIVEN, "上の欄に書いたとおり答える",
			     *chosen ? chosen : answer_name(ANSWER_GIVEN));
	} else {
		write_choice(q, ANSWER_YES, NULL, chosen);
		write_choice(q, ANSWER_NO, NULL, chosen);
	}
	write_choice(q, ANSWER_NA, NULL, chosen);
	if (q->line->now.id[0])
		write_choice(q, ANSWER_UNCONFIRMED, NULL, chosen);
	html_close(q->h, EL_FIELDSET);
}

/* --- the sheet's own answer ------------------------------------------------------------------- */

/* Choices as typed: one value per line. */
static bool was_given(const struct question *q, const char *option)
{
	if (!q->posted)
		return lines_have(q->line->now.given, option);
	return was_posted(q->req, "given", option);
}

static void write_options(struct question *q)
{
	const struct item_def *item = q->line->item;
	bool one = item->ask == ASK_CHOICE;
	size_t i;

	html_open(q->h, EL_FIELDSET);
	html_attr(q->h, "id", "f-given");
	html_open(q->h, EL_LEGEND);
	html_text(q->h, one ? "答え（1つ選びます）" : "答え（当てはまるものすべて）");
	html_close(q->h, EL_LEGEND);
	write_fault(q, "given");
	for (i = 0; i < item->options.count; i++) {
		html_open(q->h, EL_LABEL);
		html_attr(q->h, "class", one ? "choice" : "check");
		html_open(q->h, EL_INPUT);
		html_attr(q->h, "type", one ? "radio" : "checkbox");
		html_attr(q->h, "name", "given");
		html_attr(q->h, "value", item->options.item[i]);
		html_flag(q->h, "checked", was_given(q, item->options.item[i]));
		html_text(q->h, item->options.item[i]);
		html_close(q->h, EL_LABEL);
	}
	html_el_class(q->h, EL_P, "help", "「その他」を選んだときは、内容を備考に書きます。");
	html_close(q->h, EL_FIELDSET);
}

static void write_given(struct question *q)
{
	const char *now = q->line->now.given;

	switch (q->line->item->ask) {
	case ASK_YESNO: return;
	case ASK_CHOICE:
	case ASK_CHOICES: write_options(q); return;
	case ASK_NUMBER:
		write_input(q, "given", "答え（数）", "数字だけを書きます。", now, false);
		return;
	case ASK_DATE:
		write_input(q, "given", "答え（日付）",
			    "2026-11-20 や 令和8年11月20日 のように書きます。", now, false);
		return;
	default:
		write_input(q, "given", "答え",
			    "短くて構いません。分からないことは、分からないと書きま"
			    "す。",
			    now, true);
	}
}

/* One box per statement of a long item. */
static void write_statements(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

	if (!item->statement_count)
		return;
	html_hidden(q->h, "statements", "");
	html_open(q->h, EL_FIELDSET);
	html_attr(q->h, "id", "f-statements");
	html_open(q->h, EL_LEGEND);
	html_text(q->h, "満たしている文に印を付けます");
	html_close(q->h, EL_LEGEND);
	write_fault(q, "statements");
	for (i = 0; i < item->statement_count; i++) {
		const struct statement_def *s = &item->statement[i];

		html_open(q->h, EL_LABEL);
		html_attr(q->h, "class", "check");
		html_open(q->h, EL_INPUT);
		html_attr(q->h, "type", "checkbox");
		html_attr(q->h, "name", "statement");
		html_attr(q->h, "value", s->id);
		html_flag(q->h, "checked",
			  q->posted ? was_posted(q->req, "statement", s->id)
				    : answer_meets(&q->line->now, s));
		html_textf(q->h, "%s　%s", s->id, s->says);
		html_close(q->h, EL_LABEL);
	}
	html_close(q->h, EL_FIELDSET);
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

		if (l->fault || !*l->entry || already_evidence(&q->line->now, l))
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

static void write_dates(struct question *q)
{
	const struct answer *a = &q->line->now;
	char first[DATE_SIZE], last[DATE_SIZE];

	fiscal_year_range(q->view.round.year, first, last);
	write_input(q, "confirmed_on", "確認日", "空なら今日の日付になります。", a->confirmed_on,
		    false);
	if (q->line->item->ask == ASK_YESNO)
		write_input(
			q, "target_on", "目標日（「いいえ」のとき）",
			arena_printf(req_arena(q->req),
				     round_kind_of(q->view.round.catalogue)->plans
					     ? "%s から %s "
					       "までの日付で、「はい」にする予定の日を書きます。"
					     : "直す予定があれば、%s から %s "
					       "までの日付で書きます。なければ空で構いません。",
				     first, last),
			a->target_on, false);
}

static int write_person(struct question *q, struct err *err)
{
	const struct answer *a = &q->line->now;
	const char *name = *a->responsible ? "" : a->responsible_name;

	write_fault(q, "responsible");
	return write_person_fields(q->h, q->req, q->c, typed(q, "responsible", a->responsible),
				   typed(q, "responsible_name", name), err);
}

/* What is seldom needed is folded away until it says something. */
static int write_more(struct question *q, struct err *err)
{
	const struct answer *a = &q->line->now;
	int r;

	html_open(q->h, EL_DETAILS);
	html_flag(q->h, "open",
		  *a->completed_on || *a->responsible_name || fault_of(q, "completed_on") ||
			  fault_of(q, "responsible") || q->posted);
	html_el(q->h, EL_SUMMARY, "完了日と、受け持つ人");
	write_input(
		q, "completed_on", "完了日",
		"「いいえ」だったことが済んだ日など、やり終えた日です。なければ空で構いません。",
		a->completed_on, false);
	r = write_person(q, err);
	html_close(q->h, EL_DETAILS);
	return r;
}

int question_form(struct question *q, struct err *err)
{
	const struct answer *a = &q->line->now;
	int r;

	form_begin(q->h, q->req, question_here(q, q->line), true, true);
	html_hidden(q->h, "rev", arena_printf(req_arena(q->req), "%lld", (long long)a->rev));
	write_statements(q);
	write_given(q);
	write_choices(q);
	write_dates(q);
	write_input(q, "note", "備考", "「対象外」のときは理由を必ず書いてください。", a->note,
		    true);
	write_evidence_form(q);
	r = write_more(q, err);
	html_open(q->h, EL_DIV);
	html_attr(q->h, "class", "buttons");
	form_submit(q->h, "primary", "この答えで確認する");
	html_close(q->h, EL_DIV);
	form_end(q->h);
	return r;
}
