#include "page/catalogue_parts.h"

#include <string.h>

int read_shelf(struct request *req, struct shelf_user *ret, struct err *err)
{
	struct app *app = req_app(req);

	ret->keeper = app->shelves;
	return shelf_take(app->shelves, &ret->shelf, err);
}

void shelf_user_release(struct shelf_user *u)
{
	shelf_return(u->keeper, u->shelf);
}

int read_scope(struct request *req, struct conn *c, struct scope *ret, struct err *err)
{
	const struct visit *v = visit_of(req);

	if (v->actor.role == ROLE_VENDOR) {
		scope_vendor(ret);
		return 0;
	}
	return scope_read(v->app->ledgers, c, req_arena(req), ret, err);
}

int read_catalogue(struct request *req, const struct catalogue **ret, struct err *err)
{
	struct app *app = req_app(req);

	*ret = define_catalogue(app->defs, req_param(req, "catalogue"));
	return *ret ? 0
		    : err_set(err, ERR_NOT_FOUND,
			      "その基準はありません。「基準」の一覧から選んでください");
}

int read_item(struct request *req, struct item_ref *ret, struct err *err)
{
	int r = read_catalogue(req, &ret->catalogue, err);

	if (r < 0)
		return r;
	ret->item = catalogue_item(ret->catalogue, req_param(req, "item"));
	return ret->item >= 0 ? 0
			      : err_set(err, ERR_NOT_FOUND,
					"「%s」にその項目はありません。一覧から選んでください",
					ret->catalogue->title);
}

char *catalogue_path(struct request *req, const struct catalogue *c)
{
	return html_path(req_arena(req), "/catalogues/%s", c->id);
}

char *item_path(struct request *req, const struct item_ref *r)
{
	return html_path(req_arena(req), "/catalogues/%s/%s", r->catalogue->id, item_of(r)->id);
}

const char *item_title(struct request *req, const struct item_def *item)
{
	const char *text = arena_printf(req_arena(req), "%s %s", item->id, item->topic);

	return text ? text : item->topic;
}

const char *section_title(const struct catalogue *c, const struct item_def *item)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, item->section) == 0)
			return c->section[i].title;
	return "";
}

const char *role_text(struct request *req, const struct item_def *item)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < item->role.count; i++) {
		int role = role_parse(item->role.item[i]);

		all = arena_printf(req_arena(req), "%s%s%s", all, i ? "、" : "",
				   role < 0 ? item->role.item[i] : role_label((enum role)role));
	}
	return all ? all : "";
}

void write_breadcrumb(struct html *h, const char *const *path_and_text)
{
	html_open(h, EL_NAV);
	html_attr(h, "class", "breadcrumb");
	html_attr(h, "aria-label", "このページの場所");
	html_open(h, EL_OL);
	for (; path_and_text[0]; path_and_text += 2) {
		html_open(h, EL_LI);
		html_link(h, path_and_text[0], path_and_text[1]);
		html_close(h, EL_LI);
	}
	html_close(h, EL_OL);
	html_close(h, EL_NAV);
}

void write_item_chips(struct html *h, const struct item_def *item, const char *reason)
{
	if (*item->level) {
		html_open(h, EL_SPAN);
		html_attr(h, "class", "chip chip-level");
		html_textf(h, strlen(item->level) == 1 ? "区分%s" : "%s", item->level);
		html_close(h, EL_SPAN);
	}
	if (item->unconfirmed)
		html_el_class(h, EL_SPAN, "chip chip-warning", "未確認の項目");
	if (reason)
		html_el_class(h, EL_SPAN, "chip chip-na", "対象外");
}

int write_marked(struct html *h, struct request *req, const struct search_query *query,
		 const char *text, struct err *err)
{
	struct search_span *span = NULL;
	size_t count = 0, i, at = 0;
	int r = query ? search_marks(query, text, req_arena(req), &span, &count, err) : 0;

	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		html_textn(h, text + at, span[i].start - at);
		html_open(h, EL_MARK);
		html_textn(h, text + span[i].start, span[i].len);
		html_close(h, EL_MARK);
		at = span[i].start + span[i].len;
	}
	html_text(h, text + at);
	return 0;
}

/* --- a line of a list ---------------------------------------------------------------- */

static int has_mark(struct request *req, const struct search_query *query, const char *text,
		    struct err *err)
{
	struct search_span *span;
	size_t count;
	int r = search_marks(query, text, req_arena(req), &span, &count, err);

	return r < 0 ? r : count > 0;
}

static int write_found(struct html *h, struct request *req, const struct search_query *query,
		       const char *label, const char *text, struct err *err)
{
	int r;

	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_textf(h, "%s: ", label);
	r = write_marked(h, req, query, text, err);
	html_close(h, EL_SPAN);
	return r;
}

static int found_in(struct html *h, struct request *req, const struct search_query *query,
		    const char *label, const struct strings *list, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < list->count; i++) {
		r = has_mark(req, query, list->item[i], err);
		if (r > 0)
			return write_found(h, req, query, label, list->item[i], err) < 0 ? err->code
											 : 1;
	}
	return r;
}

/* The heading of the chapter or of a part of it. */
static int found_above(struct html *h, struct request *req, const struct search_query *query,
		       const struct item_ref *at, struct err *err)
{
	const char *title = section_title(at->catalogue, item_of(at));
	int r = has_mark(req, query, title, err);

	if (r > 0)
		return write_found(h, req, query, "見出し", title, err) < 0 ? err->code : 1;
	return r < 0 ? r : found_in(h, req, query, "見出し", &item_of(at)->headings, err);
}

/* Where topic and sentence do not show why an item was found, the text that does. */
static int write_why(struct html *h, struct request *req, const struct search_query *query,
		     const struct item_ref *at, struct err *err)
{
	const struct item_def *item = item_of(at);
	int r = has_mark(req, query, item->says, err);
	size_t i;

	if (r == 0)
		r = has_mark(req, query, item->topic, err);
	for (i = 0; r == 0 && i < item->statement_count; i++) {
		r = has_mark(req, query, item->statement[i].says, err);
		if (r > 0)
			return write_found(h, req, query, item->statement[i].id,
					   item->statement[i].says, err);
	}
	if (r == 0)
		r = found_in(h, req, query, "すること", &item->do_, err);
	if (r == 0)
		r = found_in(h, req, query, "見せるもの", &item->show, err);
	if (r == 0)
		r = found_above(h, req, query, at, err);
	return r < 0 ? r : 0;
}

int write_item_line(struct html *h, struct request *req, const struct item_ref *at,
		    const struct search_query *query, const char *where, const char *reason,
		    struct err *err)
{
	const struct item_def *item = item_of(at);
	int r;

	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_open(h, EL_A);
	html_url(h, "href", item_path(req, at));
	html_textf(h, "%s ", item->id);
	r = write_marked(h, req, query, item->topic, err);
	html_close(h, EL_A);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	write_item_chips(h, item, reason);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	if (r == 0)
		r = write_marked(h, req, query, item->says, err);
	html_close(h, EL_SPAN);
	if (r == 0 && query)
		r = write_why(h, req, query, at, err);
	if (where)
		html_el_class(h, EL_SPAN, "task-hint", where);
	if (reason)
		html_el_class(h, EL_SPAN, "task-hint excluded", reason);
	html_close(h, EL_LI);
	return r;
}

/* --- words of the glossary ------------------------------------------------------------- */

int words_begin(struct words *w, struct html *h, struct request *req, const struct shelf *s,
		struct err *err)
{
	size_t count;

	(void)define_terms(s->defs, &count);
	*w = (struct words){ h, req, s, arena_calloc(req_arena(req), count + 1, sizeof *w->seen) };
	return w->seen ? 0 : err_nomem(err);
}

static void write_word(struct words *w, const char *text, const struct word_place *at)
{
	size_t count;
	const struct term_def *term = define_terms(w->shelf->defs, &count);

	if (w->seen[at->term]) {
		html_textn(w->h, text + at->start, at->len);
		return;
	}
	w->seen[at->term] = true;
	html_open(w->h, EL_SPAN);
	html_attr(w->h, "class", "term");
	html_open(w->h, EL_A);
	html_url(w->h, "href", arena_printf(req_arena(w->req), "#w-%d", at->term));
	html_attrf(w->h, "aria-describedby", "w-%d-says", at->term);
	html_textn(w->h, text + at->start, at->len);
	html_close(w->h, EL_A);
	/* For the eye; who hears the page is told by aria-describedby. */
	html_open(w->h, EL_SPAN);
	html_attr(w->h, "class", "term-tip");
	html_attr(w->h, "aria-hidden", "true");
	html_text(w->h, term[at->term].says);
	html_close(w->h, EL_SPAN);
	html_close(w->h, EL_SPAN);
}

void words_write(struct words *w, const char *text)
{
	struct word_place at;
	size_t from = 0;

	while (glossary_next(w->shelf->glossary, text, from, &at)) {
		html_textn(w->h, text + from, at.start - from);
		write_word(w, text, &at);
		from = at.start + at.len;
	}
	html_text(w->h, text + from);
}

void words_list(struct words *w, const char *title, const struct strings *list)
{
	size_t i;

	if (!list->count)
		return;
	html_el(w->h, EL_H2, title);
	html_open(w->h, EL_UL);
	for (i = 0; i < list->count; i++) {
		html_open(w->h, EL_LI);
		words_write(w, list->item[i]);
		html_close(w->h, EL_LI);
	}
	html_close(w->h, EL_UL);
}

void words_end(struct words *w)
{
	size_t count, i, shown = 0;
	const struct term_def *term = define_terms(w->shelf->defs, &count);

	for (i = 0; i < count; i++) {
		if (!w->seen[i])
			continue;
		if (!shown++) {
			html_el(w->h, EL_H2, "このページの言葉");
			html_open(w->h, EL_DL);
			html_attr(w->h, "class", "description-list");
		}
		html_open(w->h, EL_DT);
		html_attrf(w->h, "id", "w-%zu", i);
		html_link(w->h, html_path(req_arena(w->req), "/glossary?q=%s", term[i].term),
			  term[i].term);
		html_close(w->h, EL_DT);
		html_open(w->h, EL_DD);
		html_attrf(w->h, "id", "w-%zu-says", i);
		html_text(w->h, term[i].says);
		html_close(w->h, EL_DD);
	}
	if (shown)
		html_close(w->h, EL_DL);
}

/* --- forms and tables -------------------------------------------------------------------- */

void choice_begin(struct html *h, const char *name, const char *label, const char *any)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "q-%s", name);
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attrf(h, "id", "q-%s", name);
	html_attr(h, "name", name);
	if (any)
		choice_option(h, "", any, NULL);
}

void choice_option(struct html *h, const char *value, const char *text, const char *selected)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", selected && strcmp(selected, value) == 0);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

void choice_end(struct html *h)
{
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

void search_field(struct html *h, const char *label, const char *value)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "q-q");
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "q-q");
	html_attr(h, "name", "q");
	html_attr(h, "type", "search");
	html_attr(h, "maxlength", "200");
	html_attr(h, "value", value ? value : "");
	html_close(h, EL_DIV);
}
