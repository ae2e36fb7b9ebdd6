/* The answers of a round in a form that somebody else made: chosen now, or kept with its map. */
#include <string.h>

#include "interop/form_shelf.h"
#include "page/handlers.h"
#include "page/round_parts.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

struct desk {
	struct request *req;
	struct conn *c;
	struct round_view view;
	struct form_kept *kept;
	size_t count;
};

static int open_desk(struct request *req, struct desk *d, struct err *err)
{
	struct app *app = req_app(req);
	int r = visit_read(req, &d->c, err);

	d->req = req;
	if (r == 0)
		r = read_round(req, d->c, 0, &d->view, err);
	if (r == 0)
		r = form_shelf_list(app->ledgers, d->c, d->view.round.catalogue->id, req_arena(req),
				    &d->kept, &d->count, err);
	return r;
}

static void close_desk(struct desk *d)
{
	store_read_end(d->c);
}

#define DESK_CLEANUP __attribute__((cleanup(close_desk))) struct desk

/* ---- the page ---- */

static void write_file(struct html *h, const char *name, const char *label, const char *help,
		       const char *accept)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name);
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attrf(h, "id", "h-%s", name);
	html_text(h, help);
	html_close(h, EL_P);
	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attrf(h, "id", "f-%s", name);
	html_attr(h, "name", name);
	html_attr(h, "accept", accept);
	html_attrf(h, "aria-describedby", "h-%s", name);
	html_flag(h, "required", true);
	html_close(h, EL_DIV);
}

static void write_files(struct html *h, const char *form, const char *map)
{
	write_file(h, form, "様式（Excel、xlsx）",
		   "まだ何も書いていない様式です。32MBまで。元のファイルは変わりません。", ".xlsx");
	write_file(h, map, "対応ファイル（YAML）",
		   "どの答えをどのセルに書くかを決めるファイルです。", ".yaml,.yml");
}

/* Answers without a cell: better known before the sheet is handed in. */
static int write_missing(struct html *h, struct desk *d, const struct form_kept *k, struct err *err)
{
	struct app *app = req_app(d->req);
	struct form_filled filled = { 0 };
	size_t i;
	int r = form_shelf_look(app->ledgers, k, &d->view, req_arena(d->req), &filled, err);

	if (r == ERR_INVALID || r == ERR_CORRUPT || r == ERR_LIMIT) {
		page_notice(h, "error", "この様式は使えません", err->text);
		return 0;
	}
	if (r < 0 || !filled.note_count)
		return r;
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "様式に書く場所のない答えがあります");
	html_open(h, EL_UL);
	for (i = 0; i < filled.note_count; i++)
		html_el(h, EL_LI, filled.note[i]);
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
	return 0;
}

static int write_kept(struct html *h, struct desk *d, const struct form_kept *k, struct err *err)
{
	int r;

	html_open(h, EL_SECTION);
	html_attr(h, "class", "card");
	html_el(h, EL_H3, k->title);
	html_open(h, EL_P);
	html_textf(h, "%s に登録（%s、%s）", k->registered_on, k->form_name, k->map_name);
	html_close(h, EL_P);
	r = write_missing(h, d, k, err);
	html_open(h, EL_P);
	html_link(h,
		  round_path(d->req, &d->view.round,
			     arena_printf(req_arena(d->req), "form/%s/file", k->id)),
		  "この様式に書いて受け取る");
	html_close(h, EL_P);
	if (visit_may(d->req, PERM_FORMS, NULL)) {
		form_begin(h, d->req,
			   round_path(d->req, &d->view.round,
				      arena_printf(req_arena(d->req), "form/%s/drop", k->id)),
			   true, false);
		form_submit(h, "secondary", "登録をやめる");
		form_end(h);
	}
	html_close(h, EL_SECTION);
	return r;
}

static void write_once(struct html *h, struct desk *d)
{
	html_el(h, EL_H2, "様式を選んで書く");
	form_begin(h, d->req, round_path(d->req, &d->view.round, "form"), false, true);
	write_files(h, "form", "map");
	form_submit(h, "primary", "様式に書いて受け取る");
	form_end(h);
}

static void write_register(struct html *h, struct desk *d)
{
	html_el(h, EL_H2, "様式を登録する");
	html_el(h, EL_P,
		"登録すると、次からは選ばずに使えます。同じ基準の、どの年度の点検でも使えます。");
	form_begin(h, d->req, round_path(d->req, &d->view.round, "forms"), true, true);
	form_input(h,
		   &(struct form_input){ .name = "title",
					 .label = "様式の名前（書かなければ対応ファイルの名前）" });
	write_files(h, "new-form", "new-map");
	form_submit(h, "secondary", "登録する");
	form_end(h);
}

static int show(struct desk *d, struct response *res, int status, const char *message,
		struct err *err)
{
	HTML_CLEANUP h;
	size_t i;
	int r = 0;

	html_init(&h, 0);
	page_begin(
		&h, d->req, NAV_ROUNDS, "決められた様式に書く",
		"役所や団体が配るExcelの様式に、点検の答えを書き込みます。答えのセルのほかは、様式"
		"のまま残ります。");
	html_open(&h, EL_P);
	html_link(&h, round_path(d->req, &d->view.round, NULL), d->view.round.title);
	html_close(&h, EL_P);
	if (message)
		page_notice(&h, "error", NULL, message);
	html_el(&h, EL_H2, "登録してある様式");
	if (!d->count)
		html_el_class(&h, EL_P, "empty", "この基準の様式は、まだ登録されていません。");
	for (i = 0; r == 0 && i < d->count; i++)
		r = write_kept(&h, d, &d->kept[i], err);
	if (r < 0)
		return r;
	write_once(&h, d);
	if (visit_may(d->req, PERM_FORMS, NULL))
		write_register(&h, d);
	return page_end(&h, d->req, res, status, err);
}

int page_round_form(struct request *req, struct response *res, struct err *err)
{
	DESK_CLEANUP d = { 0 };
	int r = open_desk(req, &d, err);

	return r < 0 ? r : show(&d, res, 200, NULL, err);
}

/* ---- filling in ---- */

static int send(struct desk *d, struct response *res, struct buf *made, const char *name,
		struct err *err)
{
	return resp_bytes(
		res, XLSX,
		arena_printf(req_arena(d->req), "%s_%d年度.xlsx", name, d->view.round.year), made,
		err);
}

/* What is wrong with the files is told on the page they were chosen on. */
static int again(struct desk *d, struct response *res, int code, struct err *err)
{
	struct err why = *err;
	const char *text = why.text;

	if (code != ERR_INVALID && code != ERR_LIMIT && code != ERR_NOT_FOUND)
		return code;
	if (why.file[0])
		text = arena_printf(req_arena(d->req), "%s %d行目: %s", why.file, why.line, text);
	return show(d, res, 422, text ? text : why.text, err);
}

static bool read_wish(const struct request *req, const char *form, const char *map,
		      struct form_wish *ret)
{
	const struct upload *f = req_file(req, form), *m = req_file(req, map);

	if (!f || !m)
		return false;
	*ret = (struct form_wish){ .title = "",
				   .form_path = f->path,
				   .form_name = f->name,
				   .map_path = m->path,
				   .map_name = m->name };
	return true;
}

static const char *base_name(struct arena *a, const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot > name ? arena_strndup(a, name, (size_t)(dot - name)) : name;
}

int page_round_form_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const fields[] = { "form", "map" };
	struct app *app = req_app(req);
	DESK_CLEANUP d = { 0 };
	struct form_filled filled;
	struct form_wish wish;
	struct buf made;
	int r = req_form_only(req, fields, 2, err);

	if (r == 0)
		r = open_desk(req, &d, err);
	if (r < 0)
		return r;
	if (!read_wish(req, "form", "map", &wish))
		return show(&d, res, 422, "様式と対応ファイルの両方を選んでください。", err);
	buf_init(&made, 0);
	r = form_fill_files(&wish, &d.view, store_org_name(app->store), req_arena(req), &made,
			    &filled, err);
	if (r == 0)
		r = send(&d, res, &made, base_name(req_arena(req), wish.form_name), err);
	else
		r = again(&d, res, r, err);
	buf_release(&made);
	return r;
}

int page_round_form_file(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	DESK_CLEANUP d = { 0 };
	struct form_filled filled;
	struct form_kept kept;
	struct buf made;
	int r = open_desk(req, &d, err);

	if (r == 0)
		r = form_shelf_find(app->ledgers, d.c, d.view.round.catalogue->id,
				    req_param(req, "form"), req_arena(req), &kept, err);
	if (r < 0)
		return r;
	buf_init(&made, 0);
	r = form_shelf_fill(app->ledgers, &kept, &d.view, store_org_name(app->store),
			    req_arena(req), &made, &filled, err);
	if (r == 0)
		r = send(&d, res, &made, kept.title, err);
	buf_release(&made);
	return r;
}

/* ---- keeping and dropping ---- */

int page_round_forms_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const fields[] = { "title", "new-form", "new-map", "key" };
	const struct visit *v = visit_of(req);
	DESK_CLEANUP d = { 0 };
	struct receipt receipt;
	struct form_wish wish;
	const char *title = "";
	int r = req_form_only(req, fields, 4, err);

	if (r == 0)
		r = req_form_text(req, "title", "様式の名前", 200, false, false, &title, err);
	if (r >= 0)
		r = open_desk(req, &d, err);
	if (r < 0)
		return r;
	if (!read_wish(req, "new-form", "new-map", &wish))
		return show(&d, res, 422, "様式と対応ファイルの両方を選んでください。", err);
	wish.title = title;
	r = form_shelf_keep(v->app->ledgers, &v->actor, &wish, &d.view, req_form(req, "key"),
			    &receipt, err);
	if (r < 0)
		return again(&d, res, r, err);
	return resp_redirect(
		res, page_done(req_arena(req), round_path(req, &d.view.round, "form"), &receipt),
		err);
}

int page_round_form_drop(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	DESK_CLEANUP d = { 0 };
	struct form_kept kept;
	struct receipt receipt;
	int r = open_desk(req, &d, err);

	if (r == 0)
		r = form_shelf_find(v->app->ledgers, d.c, d.view.round.catalogue->id,
				    req_param(req, "form"), req_arena(req), &kept, err);
	if (r == 0)
		r = form_shelf_drop(v->app->ledgers, &v->actor, &kept, req_form(req, "key"),
				    &receipt, err);
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req),
					       round_path(req, &d.view.round, "form"), &receipt),
				     err);
}
