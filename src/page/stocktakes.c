/* Stock-takes: the list, the form to open one, and where lists of accounts come in. */
#include <stdlib.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/stocktake_parts.h"

static void write_take(struct html *h, struct request *req, const struct stocktake *t)
{
	html_open(h, EL_LI);
	html_link(h, html_path(req_arena(req), "/stocktake/%s", t->id), t->title);
	html_text(h, "　");
	if (*t->approved_by)
		parts_chip(h, "done", "承認済み");
	else if (t->closed)
		parts_chip(h, "due", "承認待ち");
	else
		parts_chip(h, "open", "確かめている");
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_textf(h, "%s の状態　%s%s", t->opened_on, *t->due_on ? "期限 " : "", t->due_on);
	html_close(h, EL_SPAN);
	html_close(h, EL_LI);
}

/* Staff see those they have to decide something in. */
static bool concerns(struct request *req, struct conn *c, const struct stocktake *t)
{
	const struct visit *v = visit_of(req);
	struct stocktake_view view;

	return stocktake_sees_all(&v->actor) || stocktake_view(v->app->ledgers, c, &v->actor, t->id,
							       req_arena(req), &view, NULL) == 0;
}

static void write_list(struct html *h, struct request *req, struct conn *c,
		       const struct stocktake *list, size_t count)
{
	size_t i, shown = 0;

	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++)
		if (concerns(req, c, &list[i])) {
			write_take(h, req, &list[i]);
			shown++;
		}
	html_close(h, EL_UL);
	if (!shown)
		html_el_class(h, EL_P, "empty", "棚卸しはまだありません。");
}

static void write_upload(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "システムの利用者の一覧を取り込む");
	html_el(h, EL_P,
		"電子カルテやActive "
		"Directoryから書き出した一覧（CSV、Excel、LDIF）をそのまま使えます。"
		"このプログラム自身のIDは自動で入ります。");
	form_begin(h, req, "/stocktakes/list", false, true);
	form_input(h, &(struct form_input){
			      .name = "system",
			      .label = "システムの名前",
			      .help = "例: 電子カルテ。前に取り込んだときと同じ名前にします。",
			      .required = true });
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-file");
	html_text(h, "利用者の一覧のファイル");
	html_close(h, EL_LABEL);
	html_el_class(h, EL_P, "help",
		      "そのシステムの全員が載った一覧を選びます。確かめるまで何も変わりません。");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attr(h, "id", "f-file");
	html_attr(h, "name", "file");
	html_attr(h, "accept", ".csv,.tsv,.txt,.xlsx,.ldif,.ldf");
	html_flag(h, "required", true);
	html_close(h, EL_DIV);
	form_submit(h, "secondary", "確かめる");
	form_end(h);
}

static void write_open(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "棚卸しを始める");
	html_el(h, EL_P,
		"ID台帳にあるすべてのシステムのIDを、今日の状態で固めて部署ごとに分けます。");
	form_begin(h, req, "/stocktakes", true, false);
	parts_input(h, req, "title", "題名",
		    "空欄なら日付から付けます。例: 令和8年度 上期のID棚卸し");
	parts_input(h, req, "due", "いつまでに", "部署に答えてもらう期限です。例: 2026-12-20");
	parts_input(h, req, "unused", "使われていないとみなす日数", "空欄なら90日です。");
	form_submit(h, "primary", "棚卸しを始める");
	form_end(h);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	struct stocktake *list;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t count;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = stocktake_list(v->app->ledgers, c, req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "IDの棚卸し",
		   "辞めた人や使われていないIDが残っていないかを、部署ごとに確かめます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	write_list(&h, req, c, list, count);
	if (visit_may(req, PERM_STOCKTAKE, NULL)) {
		write_open(&h, req);
		write_upload(&h, req);
		parts_link(&h, "/ledger/system_accounts", "ID台帳を見る");
	}
	return page_end(&h, req, res, status, err);
}

int page_stocktakes(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

static int read_wish(struct request *req, struct stocktake_wish *wish, struct err *err)
{
	const char *due = req_form(req, "due"), *days = req_form(req, "unused");
	char *end = NULL, date[DATE_SIZE];

	wish->title = req_form(req, "title");
	wish->key = req_form(req, "key");
	if (due && *due) {
		if (!date_parse(due, date))
			return err_set(err, ERR_INVALID,
				       "期限は 2026-12-20 のような日付で書いてください");
		wish->due_on = arena_strdup(req_arena(req), date);
	}
	if (days && *days) {
		wish->unused_days = (int)strtol(days, &end, 10);
		if (*end || wish->unused_days < 1)
			return err_set(
				err, ERR_INVALID,
				"使われていないとみなす日数は、1から3650の数字で書いてください");
	}
	return 0;
}

int page_stocktakes_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct stocktake_wish wish = { .title = NULL };
	struct receipt receipt;
	char id[ID_SIZE];
	struct err why;
	int r = read_wish(req, &wish, err);

	if (r == 0)
		r = stocktake_open(v->app->ledgers, &v->actor, &wish, id, &receipt, err);
	if (r == 0)
		return stocktake_went(req, res, html_path(req_arena(req), "/stocktake/%s", id),
				      &receipt, err);
	if (!stocktake_mendable(r))
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}
