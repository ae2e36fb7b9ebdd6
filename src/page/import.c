/* Import in four steps: file (here), columns, what would happen, done (here). */
#include "ledger/receipt.h"
#include "page/handlers.h"
#include "page/import_steps.h"

char *import_step_path(struct request *req, const char *token, const char *rest)
{
	const struct visit *v = visit_of(req);

	return html_path(req_arena(req), rest ? "/ledger/%s/import/%s/%s" : "/ledger/%s/import/%s",
			 v->ledger->name, token, rest);
}

void import_write_steps(struct html *h, int here)
{
	static const char *const names[] = { "ファイルを選ぶ", "列を合わせる", "確かめる",
					     "取り込む" };

	page_steps(h, "取り込みの手順", names, sizeof names / sizeof names[0], (size_t)here);
}

static int show_choose(struct request *req, struct response *res, int status, const char *message,
		       struct err *err)
{
	const struct visit *v = visit_of(req);
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_LEDGERS,
		   arena_printf(req_arena(req), "%sへの取り込み", v->ledger->title.ja),
		   "Excelで管理している表（.xlsx または "
		   ".csv）をそのまま使えます。列の名前が違っていても次の画面で合わせられます。確か"
		   "めるまで何も変わりません。");
	import_write_steps(&h, 0);
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, html_path(req_arena(req), "/ledger/%s/import", v->ledger->name), false,
		   true);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "field");
	html_open(&h, EL_LABEL);
	html_attr(&h, "for", "f-file");
	html_text(&h, "ファイル");
	html_close(&h, EL_LABEL);
	html_el_class(&h, EL_P, "help",
		      "200MBまで。見出しの上に題名や日付の行があっても構いません。");
	html_open(&h, EL_INPUT);
	html_attr(&h, "type", "file");
	html_attr(&h, "id", "f-file");
	html_attr(&h, "name", "file");
	html_attr(&h, "accept", ".csv,.tsv,.txt,.xlsx");
	html_flag(&h, "required", true);
	html_close(&h, EL_DIV);
	form_submit(&h, "primary", "次へ");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_import(struct request *req, struct response *res, struct err *err)
{
	return show_choose(req, res, 200, NULL, err);
}

int page_import_post(struct request *req, struct response *res, struct err *err)
{
	const struct upload *up = req_file(req, "file");
	char token[ID_SIZE];
	int r;

	if (!up)
		return show_choose(req, res, 422, "ファイルが選ばれていません。", err);
	r = import_file_keep(req, up, token, err);
	return r < 0 ? r : resp_redirect(res, import_step_path(req, token, NULL), err);
}

/* --- step 4 --------------------------------------------------------------------------- */

static int to_batch(struct request *req, struct response *res, const char *batch,
		    const struct receipt *receipt, struct err *err)
{
	char *path = html_path(req_arena(req), "/ledger/%s/batch/%s", visit_of(req)->ledger->name,
			       batch);

	return path ? resp_redirect(res, page_done(req_arena(req), path, receipt), err)
		    : err_nomem(err);
}

int page_import_commit(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct import_result result;
	struct import_file f;
	struct import_look look;
	/* A second click finds the file gone: show what the first one did. */
	int r = receipt_known(v->app->ledgers, req_param(req, "token"), &result.receipt,
			      result.batch, err);

	if (r > 0)
		return to_batch(req, res, result.batch, &result.receipt, err);
	if (r == 0)
		r = import_look_at(req, &f, &look, err);
	if (r < 0)
		return r;
	r = import_commit(v->app->ledgers, &v->actor, v->ledger, f.path, f.name, &f.map,
			  req_form_checked(req, "good"), f.token, &result, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		struct err why = *err;

		return import_show_plan(req, res, 422, &f, why.text, err);
	}
	if (r < 0)
		return r;
	import_file_drop(&f);
	if (result.nothing_to_do)
		return resp_redirect(res, html_path(req_arena(req), "/ledger/%s", v->ledger->name),
				     err);
	return to_batch(req, res, result.batch, &result.receipt, err);
}
