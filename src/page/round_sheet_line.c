/* One line of a sheet: what it asks, and the few fields to answer it with. */
#include <string.h>

#include "page/round_sheet.h"
#include "round/given.h"

struct line {
	struct sheet *s;
	const struct round_line *of;
	const struct item_def *item;
	size_t n;
};

char *sheet_field(struct sheet *s, const char *name, size_t n)
{
	return arena_printf(req_arena(s->req), "%s-%zu", name, n);
}

static char *name_of(struct line *l, const char *name)
{
	return sheet_field(l->s, name, l->n);
}

static const char *fault_of(struct line *l, const char *name)
{
	const char *field = name_of(l, name);
	size_t i;

	for (i = 0; field && i < l->s->faults.count; i++)
		if (strcmp(l->s->faults.item[i].field, field) == 0)
			return l->s->faults.item[i].text;
	return NULL;
}

static void write_fault(struct line *l, const char *name)
{
	if (fault_of(l, name))
		html_el_class(l->s->h, EL_P, "field-error", fault_of(l, name));
}

static const char *typed(struct line *l, const char *name, const char *stored)
{
	const char *v = l->s->posted ? req_form(l->s->req, name_of(l, name)) : NULL;

	return v ? v : l->s->posted ? "" : stored;
}

static bool was_posted(struct line *l, const char *name, const char *value)
{
	const char *v, *field = name_of(l, name);
	size_t i;

	for (i = 0; field && (v = req_form_nth(l->s->req, field, i)); i++)
		if (strcmp(v, value) == 0)
			return true;
	return false;
}

/* --- fields ------------------------------------------------------------------------------- */

static void box(struct line *l, const char *type, const char *name, const char *value,
		const char *text, bool checked)
{
	struct html *h = l->s->h;

	html_open(h, EL_LABEL);
	html_attr(h, "class", strcmp(type, "radio") == 0 ? "choice choice-inline" : "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", type);
	html_attr(h, "name", name_of(l, name));
	html_attr(h, "value", value);
	html_flag(h, "checked", checked);
	html_text(h, text);
	html_close(h, EL_LABEL);
}

static void group_begin(struct line *l, const char *name, const char *legend)
{
	html_open(l->s->h, EL_FIELDSET);
	html_attr(l->s->h, "id", arena_printf(req_arena(l->s->req), "f-%s", name_of(l, name)));
	html_open(l->s->h, EL_LEGEND);
	html_text(l->s->h, legend);
	html_close(l->s->h, EL_LEGEND);
	write_fault(l, name);
}

static void text_field(struct line *l, const char *name, const char *label, const char *stored,
		       const char *class)
{
	struct html *h = l->s->h;

	html_open(h, EL_DIV);
	html_attrf(h, "class", "field field-inline%s", fault_of(l, name) ? " field-invalid" : "");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name_of(l, name));
	html_text(h, label);
	html_close(h, EL_LABEL);
	write_fault(l, name);
	html_open(h, EL_INPUT);
	html_attrf(h, "id", "f-%s", name_of(l, name));
	html_attr(h, "name", name_of(l, name));
	if (class)
		html_attr(h, "class", class);
	html_attr(h, "value", typed(l, name, stored));
	if (fault_of(l, name))
		html_attr(h, "aria-invalid", "true");
	html_close(h, EL_DIV);
}

static void write_statements(struct line *l)
{
	size_t i;

	if (!l->item->statement_count)
		return;
	group_begin(l, "statements", "満たしている文");
	for (i = 0; i < l->item->statement_count; i++) {
		const struct statement_def *s = &l->item->statement[i];

		box(l, "checkbox", "statement", s->id,
		    arena_printf(req_arena(l->s->req), "%s　%s", s->id, s->says),
		    l->s->posted ? was_posted(l, "statement", s->id)
				 : answer_meets(&l->of->now, s));
	}
	html_close(l->s->h, EL_FIELDSET);
}

static void write_options(struct line *l)
{
	bool one = l->item->ask == ASK_CHOICE;
	size_t i;

	group_begin(l, "given", one ? "答え（1つ）" : "答え（当てはまるものすべて）");
	for (i = 0; i < l->item->options.count; i++)
		box(l, one ? "radio" : "checkbox", "given", l->item->options.item[i],
		    l->item->options.item[i],
		    l->s->posted ? was_posted(l, "given", l->item->options.item[i])
				 : lines_have(l->of->now.given, l->item->options.item[i]));
	html_close(l->s->h, EL_FIELDSET);
}

static void write_longtext(struct line *l)
{
	struct html *h = l->s->h;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name_of(l, "given"));
	html_text(h, "答え");
	html_close(h, EL_LABEL);
	write_fault(l, "given");
	html_open(h, EL_TEXTAREA);
	html_attrf(h, "id", "f-%s", name_of(l, "given"));
	html_attr(h, "name", name_of(l, "given"));
	html_attr(h, "rows", "2");
	html_text(h, typed(l, "given", l->of->now.given));
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
}

static void write_given(struct line *l)
{
	switch (l->item->ask) {
	case ASK_YESNO: return;
	case ASK_CHOICE:
	case ASK_CHOICES: write_options(l); return;
	case ASK_NUMBER: text_field(l, "given", "答え（数）", l->of->now.given, "short"); return;
	case ASK_DATE: text_field(l, "given", "答え（日付）", l->of->now.given, "short"); return;
	default: write_longtext(l);
	}
}

/* Nothing is chosen for a person; a sheet's own answer needs no choice but 対象外. */
static void write_value(struct line *l)
{
	enum answer_value now = l->of->now.value;
	const char *chosen = typed(l, "value", now == ANSWER_UNCONFIRMED ? "" : answer_name(now));
	static const enum answer_value words[] = { ANSWER_YES, ANSWER_NO, ANSWER_NA,
						   ANSWER_UNCONFIRMED };
	size_t i;

	if (l->item->ask != ASK_YESNO) {
		box(l, "checkbox", "value", answer_name(ANSWER_NA), "対象外（理由を備考に）",
		    strcmp(chosen, answer_name(ANSWER_NA)) == 0);
		write_fault(l, "value");
		return;
	}
	group_begin(l, "value", "回答");
	for (i = 0; i < 4; i++)
		if (words[i] != ANSWER_UNCONFIRMED || l->of->now.id[0])
			box(l, "radio", "value", answer_name(words[i]), answer_label(words[i]),
			    strcmp(chosen, answer_name(words[i])) == 0);
	html_close(l->s->h, EL_FIELDSET);
}

/* --- the line ------------------------------------------------------------------------------- */

static void write_hidden(struct line *l)
{
	struct arena *a = req_arena(l->s->req);

	html_hidden(l->s->h, name_of(l, "item"), l->item->id);
	html_hidden(l->s->h, name_of(l, "column"), l->of->column ? l->of->column->id : "");
	html_hidden(l->s->h, name_of(l, "rev"), arena_printf(a, "%lld", (long long)l->of->now.rev));
}

/* Somebody has answered since this page was opened. */
static void write_meanwhile(struct line *l)
{
	const char *rev = l->s->posted ? req_form(l->s->req, name_of(l, "rev")) : NULL;
	const struct answer *now = &l->of->now;

	if (!rev ||
	    strcmp(rev, arena_printf(req_arena(l->s->req), "%lld", (long long)now->rev)) == 0)
		return;
	page_notice(l->s->h, "warning", NULL,
		    arena_printf(req_arena(l->s->req),
				 "この間に%sさんが「%s」と答えています。下はあなたの入力です。",
				 now->by, now->shown));
}

static void write_fields(struct line *l)
{
	write_hidden(l);
	write_meanwhile(l);
	write_statements(l);
	write_given(l);
	write_value(l);
	html_open(l->s->h, EL_DIV);
	html_attr(l->s->h, "class", "sheet-fields");
	if (l->item->ask == ASK_YESNO)
		text_field(l, "target_on", "目標日（いいえ のとき）", l->of->now.target_on,
			   "short");
	text_field(l, "note", "備考", l->of->now.note, NULL);
	html_close(l->s->h, EL_DIV);
}

/* What follows from the ledgers and from other answers, in one line. */
static void write_hint(struct line *l)
{
	const struct round_line *of = l->of;

	if (of->proposal.value != PROPOSE_NONE)
		html_el_class(l->s->h, EL_P, "help",
			      arena_printf(req_arena(l->s->req), "台帳からの提案: %s。%s",
					   proposal_label(of->proposal.value),
					   of->proposal.reason));
	else if (of->inherited_count && of->inherited[0].value != INHERITED_HINT)
		html_el_class(l->s->h, EL_P, "help", of->inherited[0].chain);
}

void sheet_line(struct sheet *s, size_t n)
{
	const struct round_line *of = s->line[n];
	struct line l = { s, of, of->item, n };

	html_open(s->h, EL_SECTION);
	html_attr(s->h, "class", "sheet-line");
	html_attrf(s->h, "aria-label", "%s %s", of->item->id, of->column ? of->column->label : "");
	html_open(s->h, EL_H3);
	html_link(s->h, question_path(s->req, &s->view, of),
		  arena_printf(req_arena(s->req), "%s %s%s%s", of->item->id, of->item->topic,
			       of->column ? " / " : "", of->column ? of->column->label : ""));
	html_close(s->h, EL_H3);
	html_el(s->h, EL_P, of->item->says);
	write_hint(&l);
	if (of->before.id[0])
		html_el_class(s->h, EL_P, "help",
			      arena_printf(req_arena(s->req), "前回: %s", of->before.shown));
	if (line_answerable(of, s->filter.who))
		write_fields(&l);
	else
		write_answer_chip(s->h, &of->now);
	html_close(s->h, EL_SECTION);
}
