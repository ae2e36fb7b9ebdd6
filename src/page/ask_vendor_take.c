/* A sheet that came back: what would happen, then taking it in. */
#include <string.h>

#include "page/ask_vendor.h"
#include "page/handlers.h"
#include "page/import_file.h"
#include "page/round_parts.h"
#include "page/table_frame.h"
#include "vendor/take.h"

static const char *field_label(const struct take *t, const char *field)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++)
		if (strcmp(asked_field_name((enum asked_field)f), field) == 0)
			return asked_label(&t->asked, (enum asked_field)f);
	return "";
}

static void write_row(struct html *h, struct request *req, const struct take *t,
		      const struct take_row *row)
{
	static const char *const kinds[TAKE_MAX] = { "new", "changed", "unchanged", "unanswered",
						     "error" };
	size_t i;

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_textf(h, "%u行目", row->row);
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	html_textf(h, "%s %s", row->item, row->line ? row->line->item->topic : "");
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", kinds[row->status]);
	html_text(h, take_status_label(row->status));
	html_close(h, EL_SPAN);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	for (i = 0; i < row->fault_count; i++) {
		const char *label = field_label(t, row->fault[i].field);

		html_el(h, EL_P,
			arena_printf(req_arena(req), "%s%s%s", label, *label ? ": " : "",
				     row->fault[i].text));
	}
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_rows(struct html *h, struct request *req, const struct take *t)
{
	static const char *const heads[] = { "行", "項目", "どうなるか", "直すところ" };
	size_t i;

	table_frame_begin(h, "行ごとの結果", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < t->row_count; i++)
		if (t->row[i].status != TAKE_EMPTY)
			write_row(h, req, t, &t->row[i]);
	table_frame_end(h);
}

static void write_totals(struct html *h, const struct take *t)
{
	size_t i;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (i = 0; i < TAKE_MAX; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s ", take_status_label((enum take_status)i));
		html_open(h, EL_STRONG);
		html_textf(h, "%zu", t->in[i]);
		html_close(h, EL_STRONG);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

/* Only what can be taken in whole is offered. */
static void write_commit(struct html *h, struct request *req, const struct take *t,
			 const char *token)
{
	size_t changes = t->in[TAKE_NEW] + t->in[TAKE_CHANGED];

	if (t->refused.code) {
		page_notice(h, "error", NULL, t->refused.text);
		return;
	}
	if (t->in[TAKE_ERROR]) {
		page_notice(h, "error", NULL,
			    "誤りのある行があるため、取り込めません。下の「直すところ」を事業者に伝"
			    "え、直"
			    "したものをもう一度送ってもらってください。");
		return;
	}
	if (!changes) {
		page_notice(h, "info", NULL, "変わる答えはありません。もう取り込まれています。");
		return;
	}
	form_begin(h, req,
		   html_path(req_arena(req), "/round/%s/vendor/sheet/%s", t->asked.view.round.id,
			     token),
		   true, false);
	form_submit(h, "primary", arena_printf(req_arena(req), "%zu件の答えを取り込む", changes));
	form_end(h);
}

static int show_plan(struct request *req, struct response *res, const struct take *t,
		     const char *token, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_ROUNDS, "取り込む前の確かめ", t->asked.view.round.title);
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	html_el(&h, EL_DT, "回答した人");
	html_el(&h, EL_DD, *t->name ? t->name : "（未記入）");
	html_el(&h, EL_DT, "所属・役職");
	html_el(&h, EL_DD, *t->post ? t->post : "（未記入）");
	html_el(&h, EL_DT, "連絡事項");
	html_open(&h, EL_DD);
	html_lines(&h, *t->remarks ? t->remarks : "（なし）");
	html_close(&h, EL_DD);
	html_close(&h, EL_DL);
	write_totals(&h, t);
	if (t->missing_count)
		page_notice(&h, "info", NULL,
			    arena_printf(req_arena(req),
					 "表にない項目が%zu件あります。その答えは変わりません。",
					 t->missing_count));
	write_commit(&h, req, t, token);
	write_rows(&h, req, t);
	html_open(&h, EL_P);
	html_link(&h, round_path(req, &t->asked.view.round, "vendor"), "取り込まずに戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

static int refuse(struct request *req, struct response *res, int r, struct err *err)
{
	struct err why = *err;

	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_LIMIT)
		return r;
	return ask_vendor_show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

int page_ask_vendor_take(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct upload *up = req_file(req, "file");
	struct take *t = arena_alloc(req_arena(req), sizeof *t);
	char token[ID_SIZE];
	int r = t ? 0 : err_nomem(err);

	if (r == 0 && !up)
		r = err_set(err, ERR_INVALID, "戻ってきた表のファイルを選んでください");
	if (r == 0)
		r = take_look(v->app->ledgers, &v->actor, req_param(req, "round"), up->path,
			      req_arena(req), t, err);
	if (r == 0)
		r = import_file_keep(req, up, token, err);
	return r < 0 ? refuse(req, res, r, err) : show_plan(req, res, t, token, err);
}

int page_ask_vendor_commit(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct take *t = arena_alloc(req_arena(req), sizeof *t);
	struct import_file file;
	struct receipt receipt;
	int r = t ? import_file_find(req, &file, err) : err_nomem(err);

	if (r == 0)
		r = take_commit(v->app->ledgers, &v->actor, req_param(req, "round"), file.path,
				req_form(req, "key"), req_arena(req), t, &receipt, err);
	if (r < 0)
		return refuse(req, res, r, err);
	import_file_drop(&file);
	return resp_redirect(
		res,
		page_done(req_arena(req),
			  html_path(req_arena(req), "/round/%s/vendor", req_param(req, "round")),
			  &receipt),
		err);
}
