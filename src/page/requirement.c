/* One item: what it demands, what stands beside it, what was answered to it. */
#include <string.h>

#include "base/clock.h"
#include "page/catalogue_parts.h"
#include "page/handlers.h"
#include "page/requirement_parts.h"
#include "page/table_frame.h"

struct requirement {
	struct html *h;
	struct request *req;
	struct conn *c;
	const struct definitions *defs;
	struct words words;
	struct item_ref at;
	const struct item_def *item;
	struct scope scope;
};

static void pair(struct html *h, const char *term, const char *text)
{
	if (!text || !*text)
		return;
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text);
}

/* --- what it demands ---------------------------------------------------------------------- */

static void write_statements(struct requirement *q)
{
	size_t i;

	if (!q->item->statement_count)
		return;
	html_el(q->h, EL_H2, "内訳");
	html_open(q->h, EL_DL);
	html_attr(q->h, "class", "statements");
	for (i = 0; i < q->item->statement_count; i++) {
		const struct statement_def *s = &q->item->statement[i];

		html_el(q->h, EL_DT, s->id);
		html_open(q->h, EL_DD);
		words_write(&q->words, s->says);
		html_close(q->h, EL_DD);
	}
	html_close(q->h, EL_DL);
}

static void write_standing(struct requirement *q)
{
	const char *reason = scope_excludes(q->defs, &q->scope, q->item);

	html_open(q->h, EL_P);
	write_item_chips(q->h, q->item, reason);
	html_close(q->h, EL_P);
	if (reason)
		page_notice(q->h, "info", "この施設は対象外の項目です", reason);
	if (q->item->unconfirmed)
		page_notice(q->h, "warning", "未確認の項目です",
			    *q->item->unconfirmed_note ? q->item->unconfirmed_note
						       : "元の文書で確かめられていません。");
}

static void write_demand(struct requirement *q)
{
	write_standing(q);
	html_open(q->h, EL_P);
	html_attr(q->h, "class", "lead");
	words_write(&q->words, q->item->says);
	html_close(q->h, EL_P);
	/* Below what is demanded: that is what people came to read. */
	if (*q->item->slip)
		page_notice(q->h, "info", "元の文書のおかしなところ", q->item->slip);
	write_statements(q);
	words_list(&q->words, "すること", &q->item->do_);
	words_list(&q->words, "検査や監査で見せるもの", &q->item->show);
}

/* --- what is said about it ------------------------------------------------------------------ */

/* Names of the bits that are set, one after the other. */
static const char *bits_text(struct request *req, uint32_t bits, int count,
			     const char *(*label)(int))
{
	const char *all = "";
	int i;

	for (i = 0; all && i < count; i++)
		if (bits & 1U << i)
			all = arena_printf(req_arena(req), "%s%s%s", all, *all ? "、" : "",
					   label(i));
	return all;
}

static const char *label_of_org(int i)
{
	return org_kind_label((enum org_kind)i);
}

static const char *label_of_area(int i)
{
	return area_label((enum area)i);
}

static const char *joined(struct request *req, const struct strings *s, const char *between)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < s->count; i++)
		all = arena_printf(req_arena(req), "%s%s%s", all, i ? between : "", s->item[i]);
	return all;
}

/* The questions that must be answered with yes for it to apply. */
static const char *needs_text(const struct requirement *q)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(q->defs, &count);
	const char *all = "";

	for (i = 0; all && i < count; i++)
		if (q->item->needs & 1U << i)
			all = arena_printf(req_arena(q->req), "%s%s%s", all, *all ? " " : "",
					   fact[i].ask);
	return all;
}

static void write_cites(struct requirement *q)
{
	size_t i;

	if (!q->item->cite_count)
		return;
	html_el(q->h, EL_DT, "出典");
	html_open(q->h, EL_DD);
	html_open(q->h, EL_UL);
	for (i = 0; i < q->item->cite_count; i++) {
		html_open(q->h, EL_LI);
		html_textf(q->h, "%s　%s", q->item->cites[i].document, q->item->cites[i].place);
		html_close(q->h, EL_LI);
	}
	html_close(q->h, EL_UL);
	html_close(q->h, EL_DD);
}

static void write_columns(struct requirement *q)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < q->item->column_count; i++)
		all = arena_printf(req_arena(q->req), "%s%s%s", all, i ? "、" : "",
				   q->at.catalogue->column[q->item->column[i]].label);
	pair(q->h, "回答欄", all);
}

static void write_about(struct requirement *q)
{
	const struct item_def *item = q->item;
	size_t i;

	html_el(q->h, EL_H2, "この項目について");
	html_open(q->h, EL_DL);
	html_attr(q->h, "class", "description-list");
	pair(q->h, "印刷された番号",
	     arena_printf(req_arena(q->req), "%s%s%s%s%s", item->section,
			  *item->section && *item->group ? " " : "", item->group,
			  *item->number ? " " : "", item->number));
	pair(q->h, "場所", section_title(q->at.catalogue, item));
	pair(q->h, "見出し", joined(q->req, &item->headings, " › "));
	pair(q->h, "受け持つ人", role_text(q->req, item));
	pair(q->h, "対象の施設", bits_text(q->req, item->applies, ORG_MAX, label_of_org));
	pair(q->h, "当てはまる条件", needs_text(q));
	pair(q->h, "予防か発見か", control_kind_label(item->control));
	pair(q->h, "対策の場所", bits_text(q->req, item->areas, AREA_MAX, label_of_area));
	pair(q->h, "パターン", joined(q->req, &item->patterns, "、"));
	write_columns(q);
	pair(q->h, "選択肢", joined(q->req, &item->options, "、"));
	for (i = 0; i < item->attribute_count; i++)
		pair(q->h, item->attribute[i].name, item->attribute[i].value);
	write_cites(q);
	html_close(q->h, EL_DL);
}

/* --- editions ------------------------------------------------------------------------------- */

static void write_edition(struct requirement *q, const char *label, const struct item_ref *r,
			  const char *change)
{
	html_open(q->h, EL_LI);
	html_textf(q->h, "%s: ", label);
	html_link(q->h, item_path(q->req, r),
		  arena_printf(req_arena(q->req), "%s（%s） %s", r->catalogue->title,
			       r->catalogue->edition, item_title(q->req, item_of(r))));
	if (*change)
		html_textf(q->h, "　変わり方: %s", change);
	html_close(q->h, EL_LI);
}

static int write_editions(struct requirement *q, const struct editions *e)
{
	size_t i;

	if (!e->older_count && !e->newer_count && !*q->item->change)
		return 0;
	html_el(q->h, EL_H2, "版のつながり");
	html_open(q->h, EL_UL);
	for (i = 0; i < e->older_count; i++)
		write_edition(q, "前の版", &e->older[i], item_of(&e->older[i])->change);
	html_open(q->h, EL_LI);
	html_textf(q->h, "この版: %s", q->at.catalogue->edition);
	if (*q->item->change)
		html_textf(q->h, "　変わり方: %s", q->item->change);
	html_close(q->h, EL_LI);
	for (i = 0; i < e->newer_count; i++)
		write_edition(q, "後の版", &e->newer[i], item_of(&e->newer[i])->change);
	html_close(q->h, EL_UL);
	return 0;
}

/* --- neighbours ------------------------------------------------------------------------------ */

static int write_neighbours(struct requirement *q, struct err *err)
{
	static const char *const heads[] = { "この項目の", "相手",	     "関係",
					     "理由",	   "相手に残ること", "この項目に残ること" };
	struct neighbour *n;
	size_t count, i;
	int r = neighbours_find(q->defs, &q->at, req_arena(q->req), &n, &count, err);

	if (r < 0 || !count)
		return r;
	html_el(q->h, EL_H2, "ほかの基準とのつながり");
	html_el_class(q->h, EL_P, "help",
		      "「関係」は、この項目が求めることから見た相手の項目です。「相手に残ること」は"
		      "、この項目"
		      "を満たしたあと、相手のためにまだすることです。");
	table_frame_list(q->h, "ほかの基準とのつながり", heads, sizeof heads / sizeof *heads);
	for (i = 0; i < count; i++)
		write_neighbour_row(q->h, q->req, &n[i], true);
	table_frame_end(q->h);
	return 0;
}

/* --- the page ------------------------------------------------------------------------------ */

static void write_turn(struct requirement *q)
{
	const struct item_ref before = { q->at.catalogue, q->at.item - 1 };
	const struct item_ref next = { q->at.catalogue, q->at.item + 1 };

	html_open(q->h, EL_NAV);
	html_attr(q->h, "class", "question-nav");
	html_attr(q->h, "aria-label", "前後の項目");
	if (before.item >= 0)
		html_link(q->h, item_path(q->req, &before),
			  arena_printf(req_arena(q->req), "← %s",
				       item_title(q->req, item_of(&before))));
	if ((size_t)next.item < q->at.catalogue->item_count)
		html_link(q->h, item_path(q->req, &next),
			  arena_printf(req_arena(q->req), "%s →",
				       item_title(q->req, item_of(&next))));
	html_close(q->h, EL_NAV);
}

static int write_page(struct requirement *q, struct err *err)
{
	const char *const way[] = { "/catalogues", "基準", catalogue_path(q->req, q->at.catalogue),
				    q->at.catalogue->title, NULL };
	struct editions editions;
	int r = neighbours_editions(q->defs, &q->at, req_arena(q->req), &editions, err);

	if (r < 0)
		return r;
	page_begin(q->h, q->req, NAV_CATALOGUES, item_title(q->req, q->item), NULL);
	write_breadcrumb(q->h, way);
	write_demand(q);
	r = write_measures(q->h, q->req, q->c, &q->at, err);
	if (r == 0)
		r = write_past(q->h, q->req, q->c, &q->at, &editions, err);
	if (r == 0)
		r = write_neighbours(q, err);
	if (r == 0)
		r = write_editions(q, &editions);
	write_about(q);
	words_end(&q->words);
	write_turn(q);
	return r;
}

int page_requirement(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	SHELF_CLEANUP shelf = { NULL, NULL };
	HTML_CLEANUP h;
	struct requirement q = { .h = &h, .req = req, .defs = app->defs };
	int r;

	html_init(&h, 0);
	r = read_item(req, &q.at, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = read_scope(req, c, &q.scope, err);
	if (r == 0)
		r = read_shelf(req, &shelf, err);
	if (r == 0)
		r = words_begin(&q.words, &h, req, shelf.shelf, err);
	if (r < 0)
		return r;
	q.c = c;
	q.item = item_of(&q.at);
	r = write_page(&q, err);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}
