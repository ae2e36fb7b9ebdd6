/* All catalogues by kind, and the ways into them: search, role, organisation, area, words. */
#include <string.h>

#include "catalogue/filter.h"
#include "page/catalogue_parts.h"
#include "page/handlers.h"
#include "page/table_frame.h"

struct shelf_page {
	struct html *h;
	struct request *req;
	const struct definitions *defs;
	struct scope scope;
};

static size_t count_unconfirmed(const struct catalogue *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->item_count; i++)
		n += c->item[i].unconfirmed;
	return n;
}

static void number_cell(struct html *h, size_t n)
{
	html_open(h, EL_TD);
	html_attr(h, "class", "number");
	html_textf(h, "%zu", n);
	html_close(h, EL_TD);
}

static void write_row(struct shelf_page *p, const struct catalogue *c)
{
	html_open(p->h, EL_TR);
	html_open(p->h, EL_TH);
	html_attr(p->h, "scope", "row");
	html_link(p->h, catalogue_path(p->req, c), c->title);
	if (strcmp(c->status, "confirmed") != 0)
		html_el_class(p->h, EL_SPAN, "chip chip-warning", "未確認の版");
	if (strcmp(c->target, "vendor") == 0)
		html_el_class(p->h, EL_SPAN, "chip", "事業者向け");
	html_close(p->h, EL_TH);
	html_el(p->h, EL_TD, c->edition);
	html_el(p->h, EL_TD, c->publisher);
	number_cell(p->h, c->item_count);
	number_cell(p->h, scope_count(p->defs, &p->scope, c));
	number_cell(p->h, count_unconfirmed(c));
	html_close(p->h, EL_TR);
}

static void write_group(struct shelf_page *p, enum shelf_group group)
{
	static const char *const heads[] = { "基準",  "版",	     "出したところ",
					     "#項目", "#当てはまる", "#未確認" };
	size_t count, i, shown = 0;
	const struct catalogue *const *all = define_catalogues(p->defs, &count);
	const char *label = catalogue_group_label(group);

	for (i = 0; i < count; i++) {
		if (catalogue_group(all[i]) != group)
			continue;
		if (!shown++) {
			html_el(p->h, EL_H2, label);
			table_frame_list(p->h, label, heads, sizeof heads / sizeof *heads);
		}
		write_row(p, all[i]);
	}
	if (shown)
		table_frame_end(p->h);
}

static void write_search(struct shelf_page *p)
{
	html_open(p->h, EL_FORM);
	html_attr(p->h, "method", "get");
	html_attr(p->h, "class", "filters");
	html_attr(p->h, "role", "search");
	html_url(p->h, "action", "/requirements");
	search_field(p->h, "すべての基準からさがす（読みがなでも、項番でも）", NULL);
	form_submit(p->h, "secondary", "さがす");
	html_close(p->h, EL_FORM);
}

static size_t count_taken(const struct shelf_page *p, const struct item_filter *f)
{
	size_t count, i, k, n = 0;
	const struct catalogue *const *all = define_catalogues(p->defs, &count);

	for (i = 0; i < count; i++)
		for (k = 0; k < all[i]->item_count; k++)
			n += filter_takes(f, &(struct item_ref){ all[i], (int)k }) &&
			     !scope_excludes(p->defs, &p->scope, &all[i]->item[k]);
	return n;
}

static void write_way(struct shelf_page *p, const char *path, const char *text,
		      const struct item_filter *f)
{
	html_open(p->h, EL_LI);
	html_link(p->h, path, text);
	html_textf(p->h, "（%zu項目）", count_taken(p, f));
	html_close(p->h, EL_LI);
}

static void write_role(struct shelf_page *p, enum role role, const char *label)
{
	struct item_filter f;

	filter_init(&f);
	f.role = (int)role;
	write_way(p, html_path(req_arena(p->req), "/requirements?role=%s", role_name(role)), label,
		  &f);
}

static void write_roles(struct shelf_page *p)
{
	enum role own = visit_of(p->req)->actor.role;
	int role;

	html_el(p->h, EL_H2, "役割から見る");
	html_open(p->h, EL_UL);
	write_role(p, own,
		   arena_printf(req_arena(p->req), "自分に関係するもの（%s）", role_label(own)));
	for (role = 0; role < ROLE_MAX; role++)
		if (role != (int)own && role != ROLE_INSPECTOR)
			write_role(p, (enum role)role, role_label((enum role)role));
	html_close(p->h, EL_UL);
}

static void write_areas(struct shelf_page *p)
{
	struct item_filter f;
	int area;

	html_el(p->h, EL_H2, "対策の場所から見る");
	html_open(p->h, EL_UL);
	for (area = 0; area < AREA_MAX; area++) {
		filter_init(&f);
		f.area = area;
		write_way(p,
			  html_path(req_arena(p->req), "/requirements?area=%s",
				    area_name((enum area)area)),
			  area_label((enum area)area), &f);
	}
	html_close(p->h, EL_UL);
}

static void write_more(struct shelf_page *p)
{
	html_open(p->h, EL_UL);
	html_attr(p->h, "class", "actions");
	html_open(p->h, EL_LI);
	html_link(p->h, "/requirements", "すべての項目を絞り込む");
	html_close(p->h, EL_LI);
	html_open(p->h, EL_LI);
	html_link(p->h, "/crosswalks", "基準どうしの対応表");
	html_close(p->h, EL_LI);
	html_open(p->h, EL_LI);
	html_link(p->h, "/glossary", "言葉の説明");
	html_close(p->h, EL_LI);
	if (visit_may(p->req, PERM_SCOPE_READ, NULL)) {
		html_open(p->h, EL_LI);
		html_link(p->h, "/scope", "施設のようす（何が当てはまるか）");
		html_close(p->h, EL_LI);
	}
	if (visit_may(p->req, PERM_CATALOGUE_UPDATE, NULL)) {
		html_open(p->h, EL_LI);
		html_link(p->h, "/updates", "基準を入れ替える（新しい版のファイルを取り込む）");
		html_close(p->h, EL_LI);
	}
	if (visit_may(p->req, PERM_GAP, NULL)) {
		html_open(p->h, EL_LI);
		html_link(p->h, "/gap", "足りないことを見る（新しい版で変わったことも）");
		html_close(p->h, EL_LI);
	}
	html_close(p->h, EL_UL);
}

int page_catalogues(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	struct shelf_page p = { .h = &h, .req = req, .defs = app->defs };
	int r, group;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_scope(req, c, &p.scope, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_CATALOGUES, "基準",
		"守ることを求められているガイドラインやチェックリストを、やさしい言葉で読めます。"
		"「当てはまる」は、この施設で行う項目の数です。");
	write_search(&p);
	write_more(&p);
	for (group = 0; group < GROUP_MAX; group++)
		write_group(&p, (enum shelf_group)group);
	write_roles(&p);
	write_areas(&p);
	return page_end(&h, req, res, 200, err);
}
