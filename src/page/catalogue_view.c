/* One catalogue: what it is, and its items in the order of the source. */
#include <string.h>

#include "page/handlers.h"
#include "page/item_filter.h"

struct reading {
	struct html *h;
	struct request *req;
	const struct definitions *defs;
	const struct catalogue *catalogue;
	struct scope scope;
	struct item_asked asked;
	struct search_query query;
	bool *found; /* per item, where something is looked for; else NULL */
	const char *path;
	size_t shown, excluded;
};

/* The shelf must be kept as long as the query. */
static int find(struct reading *r, struct shelf_user *u, struct err *err)
{
	struct search_hit *hit;
	size_t count, i;
	int rc = read_shelf(r->req, u, err);

	if (rc < 0 || strspn(r->asked.q, " \t") == strlen(r->asked.q))
		return rc;
	r->found = arena_calloc(req_arena(r->req), r->catalogue->item_count + 1, sizeof *r->found);
	if (!r->found)
		return err_nomem(err);
	rc = search_find(u->shelf->search, r->asked.q, req_arena(r->req), &r->query, &hit, &count,
			 err);
	for (i = 0; rc == 0 && i < count; i++)
		if (hit[i].at.catalogue == r->catalogue)
			r->found[hit[i].at.item] = true;
	return rc;
}

/* True if the item is shown; counts those that do not apply. */
static bool shows(struct reading *r, int item, const char **ret_reason)
{
	const struct item_ref at = { r->catalogue, item };

	if ((r->found && !r->found[item]) || !filter_takes(&r->asked.filter, &at))
		return false;
	*ret_reason = scope_excludes(r->defs, &r->scope, item_of(&at));
	r->excluded += *ret_reason != NULL;
	return r->asked.show == SHOW_EVERYTHING ||
	       (*ret_reason != NULL) == (r->asked.show == SHOW_EXCLUDED);
}

static void write_heading(struct reading *r, const struct item_def *item)
{
	const char *title = section_title(r->catalogue, item);

	html_open(r->h, EL_H2);
	html_textf(r->h, "%s%s%s", item->section, *item->section && *title ? " " : "",
		   *title ? title : (*item->section ? "" : "項目"));
	html_close(r->h, EL_H2);
}

static int write_items(struct reading *r, struct err *err)
{
	const char *section = NULL, *reason;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < r->catalogue->item_count; i++) {
		const struct item_ref at = { r->catalogue, (int)i };
		const struct item_def *item = item_of(&at);

		if (!shows(r, (int)i, &reason))
			continue;
		if (!section || strcmp(section, item->section) != 0) {
			if (section)
				html_close(r->h, EL_UL);
			write_heading(r, item);
			html_open(r->h, EL_UL);
			html_attr(r->h, "class", "task-list");
			html_attr(r->h, "data-list", "");
		}
		section = item->section;
		r->shown++;
		rc = write_item_line(r->h, r->req, &at, r->found ? &r->query : NULL, NULL, reason,
				     err);
	}
	if (section)
		html_close(r->h, EL_UL);
	return rc;
}

static void write_count(struct reading *r, struct html *h)
{
	html_open(h, EL_P);
	html_attr(h, "class", "count");
	html_attr(h, "role", "status");
	html_textf(h, "全%zu項目のうち%zu項目を出しています。", r->catalogue->item_count, r->shown);
	if (r->asked.show == SHOW_OURS && r->excluded) {
		html_textf(h, "対象外のものが%zu項目あります。", r->excluded);
		html_link(h, item_asked_path(r->req, r->path, "show", "all"),
			  "対象外のものも理由つきで見る");
	}
	html_close(h, EL_P);
}

static void pair(struct html *h, const char *term, const char *text)
{
	if (!*text)
		return;
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text);
}

static void write_source(struct html *h, const struct catalogue *c)
{
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "この基準について");
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	pair(h, "種類", catalogue_group_label(catalogue_group(c)));
	pair(h, "版", c->edition);
	pair(h, "出したところ", c->publisher);
	pair(h, "出た日", c->published);
	html_el(h, EL_DT, "元の文書");
	html_open(h, EL_DD);
	if (strncmp(c->source, "http", 4) == 0)
		html_link_out(h, c->source, c->source);
	else
		html_text(h, c->source);
	html_close(h, EL_DD);
	html_close(h, EL_DL);
	html_close(h, EL_DETAILS);
}

static bool is_for_vendors(const struct reading *r)
{
	return strcmp(r->catalogue->target, "vendor") == 0 &&
	       visit_of(r->req)->actor.role != ROLE_VENDOR;
}

static void write_crosswalks(struct reading *r)
{
	size_t count, i, shown = 0;
	const struct crosswalk *const *all = define_crosswalks(r->defs, &count);

	for (i = 0; i < count; i++) {
		bool from = all[i]->from == r->catalogue, to = all[i]->to == r->catalogue;
		const struct catalogue *other = from ? all[i]->to : all[i]->from;

		if (!from && !to)
			continue;
		if (!shown++) {
			html_el(r->h, EL_H2, "ほかの基準との対応表");
			html_open(r->h, EL_UL);
		}
		html_open(r->h, EL_LI);
		html_link(r->h,
			  html_path(req_arena(r->req), "/crosswalks/%s/%s", r->catalogue->id,
				    other->id),
			  other->title);
		html_textf(r->h, "（%zu組）", all[i]->pair_count);
		html_close(r->h, EL_LI);
	}
	if (shown)
		html_close(r->h, EL_UL);
}

static int write_page(struct reading *r, struct html *h, struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", NULL };
	struct html items;
	int rc;

	page_begin(h, r->req, NAV_CATALOGUES, r->catalogue->title,
		   *r->catalogue->note ? r->catalogue->note : NULL);
	write_breadcrumb(h, way);
	if (strcmp(r->catalogue->status, "confirmed") != 0)
		page_notice(h, "warning", "未確認の版です",
			    "元の文書で確かめられていないところがあります。「未確認の項目」の印のあ"
			    "る項目は、"
			    "元の文書も見てください。");
	if (is_for_vendors(r))
		page_notice(h, "info", NULL,
			    "事業者が守る・答える基準です。施設では、事業者に何を頼み、何を確かめる"
			    "かを知るため"
			    "に読みます。");
	write_source(h, r->catalogue);
	item_asked_form(h, r->req, r->path, &r->asked, r->catalogue);
	html_init(&items, 0);
	r->h = &items;
	rc = write_items(r, err);
	r->h = h;
	write_count(r, h);
	html_append(h, &items);
	html_release(&items);
	write_crosswalks(r);
	return rc;
}

int page_catalogue(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	SHELF_CLEANUP shelf = { NULL, NULL };
	HTML_CLEANUP h;
	struct reading r = { .req = req, .defs = app->defs };
	int rc;

	html_init(&h, 0);
	rc = read_catalogue(req, &r.catalogue, err);
	if (rc == 0)
		rc = item_asked_read(req, &r.asked, err);
	if (rc == 0)
		rc = visit_read(req, &c, err);
	if (rc == 0)
		rc = read_scope(req, c, &r.scope, err);
	if (rc == 0)
		rc = find(&r, &shelf, err);
	if (rc < 0)
		return rc;
	/* What vendors do is read by others to know what to ask of them. */
	if (is_for_vendors(&r) && !req_query(req, "show"))
		r.asked.show = SHOW_EVERYTHING;
	r.path = catalogue_path(req, r.catalogue);
	r.asked.filter.catalogue = NULL;
	rc = write_page(&r, &h, err);
	return rc < 0 ? rc : page_end(&h, req, res, 200, err);
}
