/* The list of one ledger: search, filters, sorting, pages, own columns. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/preference.h"
#include "page/access.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/ledger_query.h"

#define COLUMNS_MAX 30

struct columns {
	int field[COLUMNS_MAX];
	size_t count;
};

static bool may_show(const struct field_def *f)
{
	return f->class != CLASS_PATIENT && f->class != CLASS_SECRET;
}

/* The columns this person chose ("name,name"), else those of the definition. */
static int read_columns(struct request *req, struct conn *c, const struct ledger_def *def,
			struct columns *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *chosen, *p;
	size_t i;
	int r = preference_get(c, v->actor.account,
			       arena_printf(req_arena(req), "columns/%s", def->name),
			       req_arena(req), &chosen, err);

	ret->count = 0;
	if (r < 0)
		return r;
	for (p = chosen; p && *p && ret->count < COLUMNS_MAX;) {
		size_t len = strcspn(p, ",");
		char *name = arena_strndup(req_arena(req), p, len);
		int field = name ? ledger_field(def, name) : -1;

		if (sight_field(&v->sight, field) && may_show(&def->field[field]))
			ret->field[ret->count++] = field;
		p += len + (p[len] == ',');
	}
	if (!ret->count)
		for (i = 0; i < def->list_column_count && i < COLUMNS_MAX; i++)
			if (sight_field(&v->sight, def->list_column[i]))
				ret->field[ret->count++] = def->list_column[i];
	return 0;
}

static void option_tag(struct html *h, const char *value, const char *text, const char *selected)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", selected && strcmp(selected, value) == 0);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

static void select_begin(struct html *h, const char *name, const char *label)
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
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "すべて");
	html_close(h, EL_OPTION);
}

static void select_end(struct html *h)
{
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

struct ref_options {
	struct html *h;
	const char *selected;
	const struct ledger_def *def;
};

static int ref_option(void *arg, const struct list_row *row, struct err *err)
{
	struct ref_options *o = arg;

	(void)err;
	option_tag(o->h, row->id, row->value[o->def->name_field], o->selected);
	return 0;
}

static void input_filter(struct html *h, const char *name, const char *label, const char *type,
			 const char *value)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "q-%s", name);
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attrf(h, "id", "q-%s", name);
	html_attr(h, "name", name);
	html_attr(h, "type", type);
	html_attr(h, "value", value ? value : "");
	html_close(h, EL_DIV);
}

static int choice_filter(struct html *h, struct request *req, struct conn *c,
			 const struct field_def *f, const char *name, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *selected = req_query(req, name);
	struct ref_options options = { h, selected, f->ref };
	struct list_query q = { .def = f->ref, .sort = -1, .limit = 500 };
	size_t i;
	int r = 0;

	select_begin(h, name, f->label.ja);
	if (f->type == FIELD_ENUM)
		for (i = 0; i < f->enum_def->count; i++)
			option_tag(h, f->enum_def->value[i].value, f->enum_def->value[i].label.ja,
				   selected);
	else if (f->type == FIELD_BOOL) {
		option_tag(h, "1", "はい", selected);
		option_tag(h, "0", "いいえ", selected);
	} else {
		q.sight = visit_sight(req, f->ref);
		r = list_each(v->app->ledgers, c, &q, ref_option, &options, err);
	}
	option_tag(h, LIST_EMPTY, "（空欄）", selected);
	select_end(h);
	return r;
}

static int one_filter(struct html *h, struct request *req, struct conn *c,
		      const struct field_def *f, struct err *err)
{
	struct arena *a = req_arena(req);
	char *name = arena_printf(a, "f-%s", f->name);
	char *from = arena_printf(a, "f-%s-from", f->name), *to = arena_printf(a, "f-%s-to", f->name);

	if (!name || !from || !to)
		return err_nomem(err);
	switch (f->type) {
	case FIELD_ENUM:
	case FIELD_BOOL:
	case FIELD_REF:
		return choice_filter(h, req, c, f, name, err);
	case FIELD_DATE:
		input_filter(h, from, arena_printf(a, "%s（から）", f->label.ja), "date",
			     req_query(req, from));
		input_filter(h, to, arena_printf(a, "%s（まで）", f->label.ja), "date",
			     req_query(req, to));
		return 0;
	default:
		input_filter(h, name, f->label.ja, "text", req_query(req, name));
		return 0;
	}
}

static void state_filter(struct html *h, struct request *req)
{
	const char *selected = req_query(req, "state");
	int s;

	select_begin(h, "state", "記録の状態");
	for (s = 0; s < STATE_MAX; s++)
		option_tag(h, entry_state_name((enum entry_state)s),
			   entry_state_label((enum entry_state)s), selected);
	select_end(h);
}

static int write_filters(struct html *h, struct request *req, struct conn *c,
			 const struct ledger_query *q, struct err *err)
{
	const struct ledger_def *def = q->list.def;
	size_t i;
	int r = 0;

	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters");
	html_attr(h, "role", "search");
	html_url(h, "action", html_path(req_arena(req), "/ledger/%s", def->name));
	if (req_query(req, "sort"))
		html_hidden(h, "sort", req_query(req, "sort"));
	if (req_query(req, "dir"))
		html_hidden(h, "dir", req_query(req, "dir"));
	input_filter(h, "q", "さがす言葉", "search", q->search);
	html_open(h, EL_DETAILS);
	html_flag(h, "open", q->list.filter_count > 0);
	html_el(h, EL_SUMMARY, "絞り込み");
	html_open(h, EL_DIV);
	html_attr(h, "class", "filter-grid");
	for (i = 0; r == 0 && i < def->filter_count; i++)
		if (sight_field(q->list.sight, def->filter[i]))
			r = one_filter(h, req, c, &def->field[def->filter[i]], err);
	state_filter(h, req);
	html_close(h, EL_DIV);
	html_close(h, EL_DETAILS);
	form_submit(h, "secondary", "表示する");
	html_link(h, html_path(req_arena(req), "/ledger/%s", def->name), "条件をすべて消す");
	html_close(h, EL_FORM);
	return r;
}

/* The list as it is filtered now, in a file. */
static void export_link(struct html *h, struct request *req, const struct ledger_def *def,
			const char *format, const char *text)
{
	char *base = html_path(req_arena(req), "/ledger/%s/export", def->name);

	html_open(h, EL_LI);
	html_link(h, base ? ledger_query_path(req, base, "format", format) : NULL, text);
	html_close(h, EL_LI);
}

static void write_actions(struct html *h, struct request *req, const struct ledger_def *def)
{
	struct arena *a = req_arena(req);
	html_open(h, EL_UL);
	html_attr(h, "class", "actions");
	if (visit_may(req, PERM_LEDGER_CREATE, def)) {
		html_open(h, EL_LI);
		html_open(h, EL_A);
		html_attr(h, "class", "button button-primary");
		html_url(h, "href", html_path(a, "/ledger/%s/new", def->name));
		html_text(h, "新しく登録する");
		html_close(h, EL_A);
		html_close(h, EL_LI);
	}
	if (visit_may(req, PERM_LEDGER_IMPORT, def)) {
		html_open(h, EL_LI);
		html_link(h, html_path(a, "/ledger/%s/import", def->name), "表から取り込む");
		html_close(h, EL_LI);
	}
	if (visit_may(req, PERM_LEDGER_EXPORT, def)) {
		export_link(h, req, def, "xlsx", "Excelで書き出す");
		export_link(h, req, def, "csv", "CSVで書き出す");
		export_link(h, req, def, "cp932", "古いソフト用のCSV（CP932）");
	}
	html_open(h, EL_LI);
	html_link(h, html_path(a, "/ledger/%s/columns", def->name), "列を選ぶ");
	html_close(h, EL_LI);
	html_close(h, EL_UL);
}

static void write_column_head(struct html *h, struct request *req, const struct ledger_query *q,
			      int field)
{
	const struct ledger_def *def = q->list.def;
	const struct field_def *f = &def->field[field];
	int sorted = q->list.sort == -1 ? def->sort[0].field : q->list.sort;
	bool descending = q->list.sort == -1 ? def->sort[0].descending : q->list.descending;
	struct arena *a = req_arena(req);
	char *path = ledger_query_path(req, html_path(a, "/ledger/%s", def->name), "sort", f->name);

	html_open(h, EL_TH);
	html_attr(h, "scope", "col");
	if (sorted == field)
		html_attr(h, "aria-sort", descending ? "descending" : "ascending");
	/* The old direction stands in the address; asking twice turns it round. */
	if (path && strstr(path, "dir=desc"))
		path = arena_strndup(a, path, (size_t)(strstr(path, "dir=desc") - path - 1));
	if (path && sorted == field && !descending)
		path = html_path_add(a, path, "dir", "desc");
	html_link(h, path, f->label.ja);
	html_close(h, EL_TH);
}

struct rows {
	struct html *h;
	struct request *req;
	struct conn *c;
	const struct ledger_query *q;
	const struct columns *columns;
	int64_t written;
};

static void write_cell(struct rows *w, const struct list_row *row, size_t i)
{
	const struct ledger_def *def = w->q->list.def;
	const struct field_def *f = &def->field[w->columns->field[i]];
	struct app *app = req_app(w->req);
	const char *text = entry_show(app->ledgers, w->c, f, row->value[w->columns->field[i]],
				      req_arena(w->req));

	html_open(w->h, i == 0 ? EL_TH : EL_TD);
	if (f->type == FIELD_DATE)
		html_attr(w->h, "class", "date");
	if (i == 0)
		html_attr(w->h, "scope", "row");
	if (i == 0)
		html_link(w->h, html_path(req_arena(w->req), "/ledger/%s/entry/%s", def->name, row->id),
			  text && *text ? text : "（名前なし）");
	else
		html_text(w->h, text);
	html_close(w->h, i == 0 ? EL_TH : EL_TD);
}

static int write_row(void *arg, const struct list_row *row, struct err *err)
{
	struct rows *w = arg;
	char date[DATE_SIZE];
	size_t i;

	(void)err;
	/* One more than a page is asked for, to know whether a next page exists. */
	if (w->written++ == LIST_PAGE_SIZE)
		return 0;
	html_open(w->h, EL_TR);
	for (i = 0; i < w->columns->count; i++)
		write_cell(w, row, i);
	html_open(w->h, EL_TD);
	html_open(w->h, EL_SPAN);
	html_attrf(w->h, "class", "chip chip-%s", entry_state_name(row->state));
	html_text(w->h, entry_state_label(row->state));
	html_close(w->h, EL_SPAN);
	if (*row->behalf && row->state == STATE_DRAFT)
		html_text(w->h, " 代行入力・未確認");
	html_close(w->h, EL_TD);
	date_of_us(row->at_us, date);
	html_el_class(w->h, EL_TD, "date", date);
	html_close(w->h, EL_TR);
	return 0;
}

static int write_table(struct rows *w, struct err *err)
{
	struct app *app = req_app(w->req);
	struct list_query q = w->q->list;
	size_t i;
	int r;

	q.limit = LIST_PAGE_SIZE + 1;
	html_open(w->h, EL_DIV);
	html_attr(w->h, "class", "table-scroll");
	html_attr(w->h, "tabindex", "0");
	html_attr(w->h, "role", "region");
	html_attrf(w->h, "aria-label", "%sの一覧", q.def->title.ja);
	html_open(w->h, EL_TABLE);
	html_attr(w->h, "data-list", "");
	html_open(w->h, EL_THEAD);
	html_open(w->h, EL_TR);
	for (i = 0; i < w->columns->count; i++)
		write_column_head(w->h, w->req, w->q, w->columns->field[i]);
	html_el(w->h, EL_TH, "記録の状態");
	html_el(w->h, EL_TH, "最終更新");
	html_close(w->h, EL_TR);
	html_close(w->h, EL_THEAD);
	html_open(w->h, EL_TBODY);
	r = list_each(app->ledgers, w->c, &q, write_row, w, err);
	html_close(w->h, EL_TBODY);
	html_close(w->h, EL_TABLE);
	html_close(w->h, EL_DIV);
	return r;
}

static void page_link(struct html *h, struct request *req, const struct ledger_query *q,
		      long long page, const char *text)
{
	struct arena *a = req_arena(req);
	char number[24];
	char *path;

	snprintf(number, sizeof number, "%lld", page);
	path = ledger_query_path(req, html_path(a, "/ledger/%s", q->list.def->name), "page", number);
	html_open(h, EL_LI);
	html_link(h, path, text);
	html_close(h, EL_LI);
}

static void write_pages(struct html *h, struct request *req, const struct ledger_query *q,
			bool more)
{
	if (q->page == 1 && !more)
		return;
	html_open(h, EL_NAV);
	html_attr(h, "class", "pagination");
	html_attr(h, "aria-label", "ページの移動");
	html_open(h, EL_UL);
	if (q->page > 1)
		page_link(h, req, q, q->page - 1, "前のページ");
	html_open(h, EL_LI);
	html_attr(h, "aria-current", "page");
	html_textf(h, "%lldページ目", q->page);
	html_close(h, EL_LI);
	if (more)
		page_link(h, req, q, q->page + 1, "次のページ");
	html_close(h, EL_UL);
	html_close(h, EL_NAV);
}

static void write_count(struct html *h, int64_t count)
{
	html_open(h, EL_P);
	html_attr(h, "class", "count");
	html_attr(h, "role", "status");
	if (count == 0)
		html_text(h, "当てはまる件はありません。条件を減らすか、新しく登録してください。");
	else
		html_textf(h, "%lld件", (long long)count);
	html_close(h, EL_P);
}

int page_ledger(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct ledger_query q;
	struct columns columns;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int64_t count = 0;
	struct rows rows = { &h, req, NULL, &q, &columns, 0 };
	int r;

	html_init(&h, 0);
	r = ledger_query_read(req, v->ledger, &q, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = read_columns(req, c, v->ledger, &columns, err);
	if (r == 0)
		r = list_count(v->app->ledgers, c, &q.list, 0, &count, err);
	if (r < 0)
		return r;
	rows.c = c;
	page_begin(&h, req, NAV_LEDGERS, v->ledger->title.ja, v->ledger->purpose.ja);
	write_actions(&h, req, v->ledger);
	r = write_filters(&h, req, c, &q, err);
	write_count(&h, count);
	if (r == 0 && count > 0)
		r = write_table(&rows, err);
	if (r < 0)
		return r;
	access_rows(req, rows.written > LIST_PAGE_SIZE ? LIST_PAGE_SIZE : rows.written);
	write_pages(&h, req, &q, rows.written > LIST_PAGE_SIZE);
	return page_end(&h, req, res, 200, err);
}

/* --- choice of columns -------------------------------------------------------- */

static bool is_chosen(const struct columns *columns, int field)
{
	size_t i;

	for (i = 0; i < columns->count; i++)
		if (columns->field[i] == field)
			return true;
	return false;
}

int page_columns(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = v->ledger;
	struct columns columns;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t i;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_columns(req, c, def, &columns, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS, "一覧に出す列",
		   "あなたの画面だけが変わります。何も選ばずに保存すると、元の列に戻ります。");
	form_begin(&h, req, html_path(req_arena(req), "/ledger/%s/columns", def->name), false, false);
	html_open(&h, EL_FIELDSET);
	html_el(&h, EL_LEGEND, def->title.ja);
	for (i = 0; i < def->field_count; i++) {
		if (!sight_field(&v->sight, (int)i) || !may_show(&def->field[i]))
			continue;
		html_open(&h, EL_LABEL);
		html_attr(&h, "class", "check");
		html_open(&h, EL_INPUT);
		html_attr(&h, "type", "checkbox");
		html_attr(&h, "name", "column");
		html_attr(&h, "value", def->field[i].name);
		html_flag(&h, "checked", is_chosen(&columns, (int)i));
		html_text(&h, def->field[i].label.ja);
		html_close(&h, EL_LABEL);
	}
	html_close(&h, EL_FIELDSET);
	form_submit(&h, "primary", "この列にする");
	form_end(&h);
	return page_end(&h, req, res, 200, err);
}

int page_columns_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct buf chosen;
	const char *name;
	size_t i;
	int r;

	buf_init(&chosen, 4000);
	for (i = 0; (name = req_form_nth(req, "column", i)); i++)
		if (ledger_field(v->ledger, name) >= 0)
			buf_printf(&chosen, "%s%s", chosen.len ? "," : "", name);
	r = preference_put(v->app->store, v->actor.account,
			   arena_printf(req_arena(req), "columns/%s", v->ledger->name),
			   chosen.len ? chosen.data : NULL, err);
	buf_release(&chosen);
	return r < 0 ? r
		     : resp_redirect(res, html_path(req_arena(req), "/ledger/%s", v->ledger->name),
				     err);
}
