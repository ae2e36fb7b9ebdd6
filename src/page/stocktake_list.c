/* A list of accounts of one system: taken in, compared, written. */
#include <string.h>

#include "page/handlers.h"
#include "page/import_file.h"
#include "page/stocktake_parts.h"
#include "people/idlist.h"

#define LINES_SHOWN 500

struct taking {
	struct import_file file;
	struct import_look look;
	struct idlist list;
	const char *system;
	bool partial;
};

static char *list_path(struct request *req, const char *token, const char *system)
{
	return html_path(req_arena(req), "/stocktakes/list/%s?system=%s", token, system);
}

int page_idlist_post(struct request *req, struct response *res, struct err *err)
{
	const struct upload *up = req_file(req, "file");
	const char *system = req_form(req, "system");
	char token[ID_SIZE];
	int r;

	if (!up || !system || !*system)
		return err_set(
			err, ERR_INVALID,
			"システムの名前とファイルの両方が要ります。前の画面で選んでください");
	r = import_file_keep(req, up, token, err);
	return r < 0 ? r : resp_redirect(res, list_path(req, token, system), err);
}

static int take(struct request *req, struct conn *c, struct taking *t, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def;
	const char *system = req_form(req, "system");
	int r = ledgers_find(v->app->ledgers, "system_accounts", &def, err);

	if (!system)
		system = req_query(req, "system");
	t->system = system ? system : "";
	t->partial = req_form_checked(req, "partial");
	if (r == 0)
		r = import_file_find(req, &t->file, err);
	if (r == 0)
		r = import_look(v->app->ledgers, def, t->file.path, NULL, req_arena(req), &t->look,
				err);
	return r < 0 ? r
		     : idlist_compare(v->app->ledgers, c, t->system, t->file.path, &t->look.map,
				      t->partial, req_arena(req), &t->list, err);
}

static void write_line(struct html *h, const struct idlist_line *n)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, *n->account ? n->account : "（空欄）");
	html_close(h, EL_TH);
	html_el(h, EL_TD, n->name);
	html_open(h, EL_TD);
	parts_chip(h,
		   n->status == IDLIST_NEW	 ? "new"
		   : n->status == IDLIST_CHANGED ? "changed"
						 : "warning",
		   idlist_status_label(n->status));
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	if (n->fault)
		html_textf(h, "%lld行目: %s", (long long)n->row, n->fault);
	else if (strcmp(n->person_by, "ambiguous") == 0)
		html_text(h, "同じ名前の人が2人以上いて、持ち主を決められません");
	else if (!*n->person)
		html_text(h, "持ち主が見つかりません");
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_lines(struct html *h, const struct idlist *list)
{
	static const char *const heads[] = { "ID", "表示名", "結果", "気になること" };
	static const enum idlist_status order[] = { IDLIST_ERROR, IDLIST_GONE, IDLIST_NEW,
						    IDLIST_CHANGED };
	size_t i, k, shown = 0;

	table_frame_begin(h, "1件ずつの結果", heads, sizeof heads / sizeof heads[0]);
	for (k = 0; k < sizeof order / sizeof order[0]; k++)
		for (i = 0; i < list->count && shown < LINES_SHOWN; i++)
			if (list->line[i].status == order[k]) {
				write_line(h, &list->line[i]);
				shown++;
			}
	table_frame_end(h);
	if (shown == LINES_SHOWN)
		html_el(h, EL_P, "はじめの500件だけを表示しています。");
}

static void write_totals(struct html *h, struct request *req, const struct idlist *list)
{
	int s;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (s = 0; s < IDLIST_STATUS_MAX; s++) {
		html_open(h, EL_LI);
		html_textf(h, "%s ", idlist_status_label((enum idlist_status)s));
		html_el(h, EL_STRONG,
			arena_printf(req_arena(req), "%lld件", (long long)list->total[s]));
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	if (list->unmatched) {
		html_open(h, EL_P);
		html_textf(h,
			   "持ち主の分からない個人のIDが%lld件あります（うち同じ名前の人が2人以上 "
			   "%lld件）。"
			   "取り込んだ後に、ID台帳で持ち主を選べます。",
			   (long long)list->unmatched, (long long)list->ambiguous);
		html_close(h, EL_P);
	}
}

static void write_form(struct html *h, struct request *req, const struct taking *t)
{
	if (t->list.total[IDLIST_ERROR]) {
		page_notice(h, "error", NULL,
			    "読めない行があります。何も取り込みません。一覧を直してやり直してくださ"
			    "い。");
		return;
	}
	form_begin(h, req, html_path(req_arena(req), "/stocktakes/list/%s", t->file.token), true,
		   false);
	html_hidden(h, "system", t->system);
	if (t->list.total[IDLIST_GONE]) {
		html_open(h, EL_LABEL);
		html_attr(h, "class", "check");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "checkbox");
		html_attr(h, "name", "partial");
		html_attr(h, "value", "1");
		html_text(h, "一部だけの一覧なので、載っていないIDをそのままにする");
		html_close(h, EL_LABEL);
	}
	form_submit(h, "primary", "この内容を取り込む");
	form_end(h);
}

int page_idlist(struct request *req, struct response *res, struct err *err)
{
	struct taking t = { .system = "" };
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = take(req, c, &t, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, arena_printf(req_arena(req), "%sの利用者の一覧", t.system),
		   "前の一覧と比べました。まだ何も変えていません。");
	write_totals(&h, req, &t.list);
	write_form(&h, req, &t);
	write_lines(&h, &t.list);
	parts_link(&h, "/stocktakes", "やめて戻る");
	return page_end(&h, req, res, 200, err);
}

int page_idlist_commit(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct taking t = { .system = "" };
	struct receipt receipt;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = take(req, c, &t, err);
	if (r == 0)
		r = idlist_commit(v->app->ledgers, &v->actor, &t.list, t.file.path, t.file.name,
				  &t.look.map, req_form(req, "key"), req_arena(req), &receipt, NULL,
				  err);
	if (r < 0)
		return r;
	import_file_drop(&t.file);
	return stocktake_went(req, res, "/stocktakes", &receipt, err);
}
