/* Items of all catalogues: searched, filtered, page by page. */
#include <stdio.h>
#include <string.h>

#include "page/handlers.h"
#include "page/item_filter.h"

#define PAGE_SIZE 50

struct listing {
	struct html *h;
	struct request *req;
	const struct definitions *defs;
	struct scope scope;
	struct item_asked asked;
	struct search_query query;
	struct search_hit *hit;
	size_t count;	 /* that are shown, page by page */
	size_t excluded; /* that do not apply */
	bool searched;
	long long page;
};

/* Every item there is, where nothing is looked for. */
static int take_all(struct listing *l, struct err *err)
{
	size_t count, i, k, n = 0;
	const struct catalogue *const *all = define_catalogues(l->defs, &count);

	for (i = 0; i < count; i++)
		n += all[i]->item_count;
	l->hit = arena_calloc(req_arena(l->req), n + 1, sizeof *l->hit);
	if (!l->hit)
		return err_nomem(err);
	for (i = 0; i < count; i++)
		for (k = 0; k < all[i]->item_count; k++)
			l->hit[l->count++] = (struct search_hit){ { all[i], (int)k }, 0 };
	return 0;
}

/* Keeps what is asked for, in order. */
static void narrow(struct listing *l)
{
	size_t i, kept = 0;

	for (i = 0; i < l->count; i++) {
		bool out;

		if (!filter_takes(&l->asked.filter, &l->hit[i].at))
			continue;
		out = scope_excludes(l->defs, &l->scope, item_of(&l->hit[i].at)) != NULL;
		l->excluded += out;
		if (l->asked.show == SHOW_EVERYTHING || out == (l->asked.show == SHOW_EXCLUDED))
			l->hit[kept++] = l->hit[i];
	}
	l->count = kept;
}

/* The shelf must be kept as long as the query. */
static int find(struct listing *l, struct shelf_user *u, struct err *err)
{
	int r = read_shelf(l->req, u, err);

	l->searched = strspn(l->asked.q, " \t") != strlen(l->asked.q);
	if (r == 0)
		r = l->searched ? search_find(u->shelf->search, l->asked.q, req_arena(l->req),
					      &l->query, &l->hit, &l->count, err)
				: take_all(l, err);
	if (r == 0)
		narrow(l);
	return r;
}

static void write_count(struct listing *l)
{
	html_open(l->h, EL_P);
	html_attr(l->h, "class", "count");
	html_attr(l->h, "role", "status");
	if (!l->count)
		html_text(l->h,
			  "当てはまる項目はありません。言葉を減らすか、条件を消してください。");
	else
		html_textf(l->h, "%zu項目", l->count);
	if (l->asked.show == SHOW_OURS && l->excluded) {
		html_textf(l->h, "　ほかに、この施設は対象外のものが%zu項目あります。",
			   l->excluded);
		html_link(l->h, item_asked_path(l->req, "/requirements", "show", "excluded"),
			  "対象外のものを理由つきで見る");
	}
	html_close(l->h, EL_P);
	if (l->count && l->searched && l->query.mode != SEARCH_ALL)
		page_notice(l->h, "info", NULL,
			    l->query.mode == SEARCH_PARTS ? "その言葉のままの項目がないため、言葉を"
							    "分けて、すべてを含むものを探しました。"
							  : "その言葉のままの項目がないため、近い言"
							    "葉を含むものを探しました。");
}

static int write_items(struct listing *l, struct err *err)
{
	size_t from = (size_t)(l->page - 1) * PAGE_SIZE, i;
	int r = 0;

	html_open(l->h, EL_UL);
	html_attr(l->h, "class", "task-list");
	html_attr(l->h, "data-list", "");
	for (i = from; r == 0 && i < l->count && i < from + PAGE_SIZE; i++) {
		const struct item_ref *at = &l->hit[i].at;

		r = write_item_line(l->h, l->req, at, l->searched ? &l->query : NULL,
				    at->catalogue->title,
				    scope_excludes(l->defs, &l->scope, item_of(at)), err);
	}
	html_close(l->h, EL_UL);
	return r;
}

static void page_link(struct listing *l, long long page, const char *text)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", page);
	html_open(l->h, EL_LI);
	html_link(l->h, item_asked_path(l->req, "/requirements", "page", number), text);
	html_close(l->h, EL_LI);
}

static void write_pages(struct listing *l)
{
	long long last = ((long long)l->count + PAGE_SIZE - 1) / PAGE_SIZE;

	if (last <= 1)
		return;
	html_open(l->h, EL_NAV);
	html_attr(l->h, "class", "pagination");
	html_attr(l->h, "aria-label", "ページの移動");
	html_open(l->h, EL_UL);
	if (l->page > 1)
		page_link(l, l->page - 1, "前のページ");
	html_open(l->h, EL_LI);
	html_attr(l->h, "aria-current", "page");
	html_textf(l->h, "%lldページ目（全%lldページ）", l->page, last);
	html_close(l->h, EL_LI);
	if (l->page < last)
		page_link(l, l->page + 1, "次のページ");
	html_close(l->h, EL_UL);
	html_close(l->h, EL_NAV);
}

int page_requirements(struct request *req, struct response *res, struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", NULL };
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	SHELF_CLEANUP shelf = { NULL, NULL };
	HTML_CLEANUP h;
	struct listing l = { .h = &h, .req = req, .defs = app->defs };
	int r;

	html_init(&h, 0);
	r = item_asked_read(req, &l.asked, err);
	if (r == 0)
		r = req_query_int(req, "page", 1, 100000, 1, &l.page, err);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = read_scope(req, c, &l.scope, err);
	if (r == 0)
		r = find(&l, &shelf, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_CATALOGUES, "項目をさがす",
		   "すべての基準の項目から、言葉や役割で選びます。読みがな（しんせいせい）や項番（1"
		   "3-⑤）でも探せます。");
	write_breadcrumb(&h, way);
	item_asked_form(&h, req, "/requirements", &l.asked, NULL);
	write_count(&l);
	r = l.count ? write_items(&l, err) : 0;
	if (r < 0)
		return r;
	write_pages(&l);
	return page_end(&h, req, res, 200, err);
}
