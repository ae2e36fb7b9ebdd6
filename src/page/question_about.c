/* What one item of a catalogue demands. */
#include <string.h>

#include "page/question.h"

static void write_headings(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

	html_open(q->h, EL_P);
	html_attr(q->h, "class", "help");
	html_textf(q->h, "%s　%s", item->section,
		   round_section(q->view.round.catalogue, item->section));
	for (i = 0; i < item->headings.count; i++)
		html_textf(q->h, " ＞ %s", item->headings.item[i]);
	html_close(q->h, EL_P);
}

/* One "label: a、b" of the line of marks; nothing when there is nothing to name. */
struct mark {
	struct question *q;
	const char *label;
	size_t count;
};

static void mark(struct mark *m, const char *text)
{
	html_text(m->q->h, m->count++ ? "、" : m->label);
	html_text(m->q->h, text);
}

static void end_mark(struct mark *m)
{
	if (m->count)
		html_text(m->q->h, "　");
}

static void write_level(struct question *q)
{
	const char *level = q->line->item->level;
	struct mark m = { q, "区分: ", 0 };

	if (strcmp(level, "C") == 0)
		level = "C（最低限）";
	else if (strcmp(level, "D") == 0)
		level = "D（推奨）";
	if (*level)
		mark(&m, level);
	end_mark(&m);
}

/* Level, whose it is, kind of control, classes, patterns. */
static void write_marks(struct question *q)
{
	const struct item_def *item = q->line->item;
	struct mark roles = { q, "受け持ち: ", 0 }, areas = { q, "守る所: ", 0 };
	struct mark control = { q, "働き: ", 0 }, patterns = { q, "パターン: ", 0 };
	size_t i;
	int n;

	html_open(q->h, EL_P);
	html_attr(q->h, "class", "help");
	write_level(q);
	for (i = 0; i < item->role.count; i++)
		if (role_parse(item->role.item[i]) >= 0)
			mark(&roles, role_label((enum role)role_parse(item->role.item[i])));
	end_mark(&roles);
	if (item->control != CONTROL_UNSAID)
		mark(&control, control_kind_label(item->control));
	end_mark(&control);
	for (n = 0; n < AREA_MAX; n++)
		if (item->areas & (1U << n))
			mark(&areas, area_label((enum area)n));
	end_mark(&areas);
	for (i = 0; i < item->patterns.count; i++)
		mark(&patterns, item->patterns.item[i]);
	html_close(q->h, EL_P);
}

static void write_attributes(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

	if (!item->attribute_count)
		return;
	html_open(q->h, EL_DL);
	html_attr(q->h, "class", "description-list");
	for (i = 0; i < item->attribute_count; i++) {
		html_el(q->h, EL_DT, item->attribute[i].name);
		html_el(q->h, EL_DD, item->attribute[i].value);
	}
	html_close(q->h, EL_DL);
}

/* The statements stand in the form as boxes for who answers. */
static void write_statements(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

	if (!item->statement_count || q->answers)
		return;
	html_el(q->h, EL_H2, "分けて確かめる文");
	html_open(q->h, EL_DL);
	html_attr(q->h, "class", "statements");
	for (i = 0; i < item->statement_count; i++) {
		html_el(q->h, EL_DT, item->statement[i].id);
		html_open(q->h, EL_DD);
		words_write(&q->words, item->statement[i].says);
		html_close(q->h, EL_DD);
	}
	html_close(q->h, EL_DL);
}

/* Which answers about the facility would leave the item out. */
static void write_needs(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t count, i;
	const struct fact_def *fact = define_facts(visit_of(q->req)->app->defs, &count);

	for (i = 0; i < count; i++)
		if (item->needs & (1U << i) && !q->excluded)
			page_notice(
				q->h, "info", NULL,
				arena_printf(req_arena(q->req),
					     "「%s」が「いいえ」なら、記入不要の項目です（施設のよ"
					     "うすに答えると、答えない項目に移ります）。",
					     fact[i].ask));
}

static void write_doubts(struct question *q)
{
	const struct item_def *item = q->line->item;

	if (item->unconfirmed)
		page_notice(q->h, "warning", "この項目は版の確認待ちです", item->unconfirmed_note);
	if (*item->slip)
		page_notice(q->h, "info", "もとの文書のおかしな所", item->slip);
	if (*item->precondition)
		page_notice(q->h, "info", NULL, item->precondition);
}

static void write_cites(struct question *q)
{
	const struct item_def *item = q->line->item;
	size_t i;

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

/* The same item among all guidelines: neighbours, history. */
static void write_shelf_link(struct question *q)
{
	if (!visit_may(q->req, PERM_CATALOGUE, NULL))
		return;
	html_open(q->h, EL_P);
	html_attr(q->h, "class", "no-print");
	html_link(q->h,
		  html_path(req_arena(q->req), "/catalogues/%s/%s", q->view.round.catalogue->id,
			    q->line->item->id),
		  "ほかの基準とのつながりと、これまでの答えを見る");
	html_close(q->h, EL_P);
}

static void write_number(struct question *q)
{
	const struct item_def *item = q->line->item;

	html_open(q->h, EL_P);
	html_attr(q->h, "class", "question-number");
	if (!q->excluded)
		html_textf(q->h, "%zu問目（全%zu問）　", q->index + 1, q->view.line_count);
	html_textf(q->h, "項番 %s%s%s", item->id, q->line->column ? "　欄: " : "",
		   q->line->column ? q->line->column->label : "");
	html_close(q->h, EL_P);
	if (round_filter_narrows(&q->filter))
		html_el_class(q->h, EL_P, "question-number",
			      arena_printf(req_arena(q->req), "絞り込み: %s",
					   round_filter_text(q->req, &q->view, &q->filter)));
}

void question_about(struct question *q)
{
	const struct item_def *item = q->line->item;

	write_number(q);
	write_headings(q);
	html_open(q->h, EL_P);
	html_attr(q->h, "class", "lead");
	words_write(&q->words, item->says);
	html_close(q->h, EL_P);
	write_marks(q);
	write_needs(q);
	write_doubts(q);
	write_statements(q);
	write_attributes(q);
	words_list(&q->words, "すること", &item->do_);
	words_list(&q->words, "検査のときに見せるもの", &item->show);
	words_end(&q->words);
	write_cites(q);
	write_shelf_link(q);
}
