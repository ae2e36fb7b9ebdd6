/* Crosswalks: all of them, and one as a table from either side. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/requirement_parts.h"
#include "page/table_frame.h"

/* --- all ------------------------------------------------------------------------------------ */

static void count_relations(const struct crosswalk *w, size_t ret[PAIR_MAX])
{
	size_t i;

	memset(ret, 0, PAIR_MAX * sizeof *ret);
	for (i = 0; i < w->pair_count; i++)
		ret[w->pair[i].relation]++;
}

static void write_crosswalk(struct html *h, struct request *req, const struct crosswalk *w)
{
	size_t n[PAIR_MAX], i;

	count_relations(w, n);
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(req_arena(req), "/crosswalks/%s/%s", w->from_id, w->to_id),
		  w->title);
	html_close(h, EL_TH);
	html_el(h, EL_TD, w->from->title);
	html_open(h, EL_TD);
	html_text(h, w->to->title);
	html_text(h, " ");
	html_link(h, html_path(req_arena(req), "/crosswalks/%s/%s", w->to_id, w->from_id),
		  "こちらの側から見る");
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	html_attr(h, "class", "number");
	html_textf(h, "%zu", w->pair_count);
	html_close(h, EL_TD);
	for (i = 0; i < PAIR_MAX; i++) {
		html_open(h, EL_TD);
		html_attr(h, "class", "number");
		html_textf(h, "%zu", n[i]);
		html_close(h, EL_TD);
	}
	html_close(h, EL_TR);
}

int page_crosswalks(struct request *req, struct response *res, struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", NULL };
	const char *heads[4 + PAIR_MAX] = { "対応表", "どの基準から", "どの基準へ", "#組" };
	struct app *app = req_app(req);
	size_t count, i;
	const struct crosswalk *const *all = define_crosswalks(app->defs, &count);
	HTML_CLEANUP h;

	html_init(&h, 0);
	for (i = 0; i < PAIR_MAX; i++)
		heads[4 + i] = arena_printf(req_arena(req), "#%s",
					    pair_relation_label((enum pair_relation)i));
	if (arena_failed(req_arena(req)))
		return err_nomem(err);
	page_begin(&h, req, NAV_CATALOGUES, "基準どうしの対応表",
		   "ある基準の項目が、別の基準のどの項目と同じことを求めているかの表です。一度答え"
		   "たことを、"
		   "ほかの基準でも使うために見ます。");
	write_breadcrumb(&h, way);
	if (!count) {
		html_el_class(&h, EL_P, "empty", "対応表はまだありません。");
		return page_end(&h, req, res, 200, err);
	}
	table_frame_list(&h, "対応表の一覧", heads, sizeof heads / sizeof *heads);
	for (i = 0; i < count; i++)
		write_crosswalk(&h, req, all[i]);
	table_frame_end(&h);
	return page_end(&h, req, res, 200, err);
}

/* --- one ------------------------------------------------------------------------------------ */

struct side {
	const struct crosswalk *crosswalk;
	bool inverse; /* seen from its `to` */
	const struct catalogue *own, *other;
	int relation; /* asked for, as seen from this side; -1: all */
	struct neighbour *pair;
	size_t count;
};

static int find_crosswalk(struct request *req, struct side *s, struct err *err)
{
	struct app *app = req_app(req);
	const char *from = req_param(req, "from"), *to = req_param(req, "to");

	s->crosswalk = define_crosswalk(app->defs, from, to);
	if (!s->crosswalk) {
		s->crosswalk = define_crosswalk(app->defs, to, from);
		s->inverse = true;
	}
	if (!s->crosswalk)
		return err_set(
			err, ERR_NOT_FOUND,
			"その2つの基準の対応表はありません。「基準どうしの対応表」の一覧から選んで"
			"ください");
	s->own = s->inverse ? s->crosswalk->to : s->crosswalk->from;
	s->other = s->inverse ? s->crosswalk->from : s->crosswalk->to;
	return 0;
}

static int read_relation(struct request *req, struct side *s, struct err *err)
{
	static const char *const names[] = { "relation" };
	const char *asked = req_query(req, "relation");
	int i, r = req_query_only(req, names, 1, err);

	s->relation = -1;
	if (r < 0 || !asked || !*asked)
		return r;
	for (i = 0; i < PAIR_MAX; i++)
		if (strcmp(pair_relation_name((enum pair_relation)i), asked) == 0)
			s->relation = i;
	return s->relation >= 0
		       ? 0
		       : err_set(err, ERR_INVALID,
				 "その関係はありません。画面の選択肢から選び直してください");
}

static int by_own_end(const void *a, const void *b)
{
	const struct neighbour *x = a, *y = b;
	int dx = x->own->item[0] - y->own->item[0];

	if (dx)
		return dx;
	if (x->own->statement != y->own->statement)
		return x->own->statement - y->own->statement;
	return x->other->item[0] - y->other->item[0];
}

/* All pairs as seen from this side, in the order of its own catalogue. */
static int gather(struct request *req, struct side *s, struct err *err)
{
	const struct crosswalk *w = s->crosswalk;
	size_t i;

	s->pair = arena_calloc(req_arena(req), w->pair_count + 1, sizeof *s->pair);
	if (!s->pair)
		return err_nomem(err);
	for (i = 0; i < w->pair_count; i++) {
		neighbour_of_pair(w, &w->pair[i], s->inverse, &s->pair[s->count]);
		s->count += s->relation < 0 || (int)s->pair[s->count].relation == s->relation;
	}
	if (s->count)
		qsort(s->pair, s->count, sizeof *s->pair, by_own_end);
	return 0;
}

static void write_filter(struct html *h, struct request *req, const struct side *s)
{
	const char *asked = req_query(req, "relation");
	int i;

	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters");
	html_url(h, "action",
		 html_path(req_arena(req), "/crosswalks/%s/%s", s->own->id, s->other->id));
	choice_begin(h, "relation", "関係", "すべて");
	for (i = 0; i < PAIR_MAX; i++)
		choice_option(h, pair_relation_name((enum pair_relation)i),
			      pair_relation_label((enum pair_relation)i), asked);
	choice_end(h);
	form_submit(h, "secondary", "表示する");
	html_close(h, EL_FORM);
}

static void write_about(struct html *h, struct request *req, const struct side *s)
{
	html_open(h, EL_P);
	html_textf(h, "「%s」から見て、「%s」の項目とどう重なるかの表です。", s->own->title,
		   s->other->title);
	html_link(h, html_path(req_arena(req), "/crosswalks/%s/%s", s->other->id, s->own->id),
		  "反対の側から見る");
	html_close(h, EL_P);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_textf(h, "もと: %s", s->crosswalk->source);
	html_close(h, EL_P);
	if (*s->crosswalk->note)
		html_el_class(h, EL_P, "help", s->crosswalk->note);
}

static void write_pairs(struct html *h, struct request *req, const struct side *s)
{
	static const char *const heads[] = { "この基準の項目", "相手の項目",	    "関係", "理由",
					     "相手に残ること", "この項目に残ること" };
	size_t i;

	html_open(h, EL_P);
	html_attr(h, "class", "count");
	html_attr(h, "role", "status");
	if (s->count)
		html_textf(h, "%zu組", s->count);
	else
		html_text(h, "その関係の組はありません。");
	html_close(h, EL_P);
	if (!s->count)
		return;
	table_frame_list(h, s->crosswalk->title, heads, sizeof heads / sizeof *heads);
	for (i = 0; i < s->count; i++)
		write_neighbour_row(h, req, &s->pair[i], false);
	table_frame_end(h);
}

int page_crosswalk(struct request *req, struct response *res, struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", "/crosswalks",
					   "基準どうしの対応表", NULL };
	struct side s = { .count = 0 };
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = find_crosswalk(req, &s, err);
	if (r == 0)
		r = read_relation(req, &s, err);
	if (r == 0)
		r = gather(req, &s, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_CATALOGUES,
		   arena_printf(req_arena(req), "対応表: %s", s.crosswalk->title), NULL);
	write_breadcrumb(&h, way);
	write_about(&h, req, &s);
	write_filter(&h, req, &s);
	write_pairs(&h, req, &s);
	return page_end(&h, req, res, 200, err);
}
