/* Import in four steps: file, columns, what would happen, done. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/receipt.h"
#include "page/handlers.h"
#include "page/import_file.h"
#include "page/layout.h"

#define ROWS_SHOWN 500

static char *step_path(struct request *req, const char *token, const char *rest)
{
	const struct visit *v = visit_of(req);

	return html_path(req_arena(req), rest ? "/ledger/%s/import/%s/%s" : "/ledger/%s/import/%s",
			 v->ledger->name, token, rest);
}

static void write_steps(struct html *h, int here)
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
	write_steps(&h, 0);
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
	return r < 0 ? r : resp_redirect(res, step_path(req, token, NULL), err);
}

/* --- step 2: columns ------------------------------------------------------------- */

static void option_tag(struct html *h, const char *value, const char *text, bool selected)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", selected);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

static void write_found(struct html *h, const struct import_look *look, const char *name)
{
	html_open(h, EL_P);
	html_textf(h, "ファイル: %s。", name);
	if (look->meta.format == SHEET_CSV)
		html_textf(h, "文字コードは %s と判断しました。", look->meta.encoding_name);
	html_textf(h, "%u行目を見出しとして読みます", look->meta.header_row);
	if (look->meta.junk_rows)
		html_textf(h, "（その上の%u行は題名などとして飛ばします）", look->meta.junk_rows);
	html_text(h, "。");
	if (look->remembered)
		html_text(h, "前回の列の合わせ方を思い出して入れてあります。");
	html_close(h, EL_P);
}

static void write_samples(struct html *h, const struct import_look *look, size_t column)
{
	size_t i;

	html_open(h, EL_TD);
	for (i = 0; i < look->sample_count && i < 3; i++) {
		if (i)
			html_text(h, "、");
		html_text(h, look->sample[i][column]);
	}
	html_close(h, EL_TD);
}

static void write_column(struct html *h, const struct ledger_def *def,
			 const struct import_look *look, size_t column)
{
	size_t i;

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "m-%zu", column);
	html_text(h, *look->map.header[column] ? look->map.header[column] : "（名前のない列）");
	html_close(h, EL_LABEL);
	html_close(h, EL_TH);
	write_samples(h, look, column);
	html_open(h, EL_TD);
	html_open(h, EL_SELECT);
	html_attrf(h, "id", "m-%zu", column);
	html_attrf(h, "name", "m-%zu", column);
	option_tag(h, "", "取り込まない", look->map.field[column] < 0);
	for (i = 0; i < def->field_count; i++)
		if (def->field[i].type != FIELD_FILES)
			option_tag(h, def->field[i].name, def->field[i].label.ja,
				   look->map.field[column] == (int)i);
	html_close(h, EL_SELECT);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_columns(struct html *h, const struct ledger_def *def,
			  const struct import_look *look)
{
	size_t i;

	html_open(h, EL_DIV);
	html_attr(h, "class", "table-scroll");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", "列の合わせ方");
	html_open(h, EL_TABLE);
	html_open(h, EL_THEAD);
	html_open(h, EL_TR);
	html_el(h, EL_TH, "ファイルの列");
	html_el(h, EL_TH, "中身の例");
	html_el(h, EL_TH, "台帳の項目");
	html_close(h, EL_TR);
	html_close(h, EL_THEAD);
	html_open(h, EL_TBODY);
	for (i = 0; i < look->map.column_count; i++)
		write_column(h, def, look, i);
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
	html_close(h, EL_DIV);
}

static void write_how_to_read(struct html *h, struct request *req, const char *token)
{
	static const char *const encodings[][2] = { { "auto", "自動で判断" },
						    { "cp932", "CP932（Windowsの日本語）" },
						    { "utf8", "UTF-8" },
						    { "utf16le", "UTF-16LE" } };
	const char *now = req_query(req, "encoding"), *header = req_query(req, "header");
	size_t i;

	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "文字が化けている・見出しの行が違うとき");
	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_url(h, "action", step_path(req, token, NULL));
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-encoding");
	html_text(h, "文字コード");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-encoding");
	html_attr(h, "name", "encoding");
	for (i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		option_tag(h, encodings[i][0], encodings[i][1],
			   now && strcmp(now, encodings[i][0]) == 0);
	html_close(h, EL_SELECT);
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-header");
	html_text(h, "見出しの行番号（空なら自動）");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "f-header");
	html_attr(h, "name", "header");
	html_attr(h, "inputmode", "numeric");
	html_attr(h, "value", header ? header : "");
	form_submit(h, "secondary", "読み直す");
	html_close(h, EL_FORM);
	html_close(h, EL_DETAILS);
}

/* How the file is read travels with the mapping, as hidden fields. */
static void write_reading(struct html *h, struct request *req)
{
	static const char *const names[] = { "encoding", "delimiter", "sheet", "header" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = req_form(req, names[i]);

		if (!v)
			v = req_query(req, names[i]);
		if (v && *v)
			html_hidden(h, names[i], v);
	}
}

static int look_at(struct request *req, struct import_file *f, struct import_look *look,
		   struct err *err)
{
	const struct visit *v = visit_of(req);
	struct sheet_options options;
	int r = import_file_find(req, f, err);

	if (r == 0)
		r = import_file_options(req, &options, err);
	if (r == 0)
		r = import_look(v->app->ledgers, v->ledger, f->path, &options, req_arena(req), look,
				err);
	return r < 0 ? r : import_file_map(req, look, f, err);
}

/* The file cannot be read as it is: say why and let another way be chosen. */
static int show_unreadable(struct request *req, struct response *res, const struct err *why,
			   struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_LEDGERS, "このファイルは読めませんでした",
		   "台帳は何も変わっていません。");
	page_notice(&h, "error", NULL, why->text);
	write_how_to_read(&h, req, req_param(req, "token"));
	html_open(&h, EL_P);
	html_link(&h, html_path(req_arena(req), "/ledger/%s/import", visit_of(req)->ledger->name),
		  "別のファイルを選ぶ");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 422, err);
}

int page_import_map(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct import_file f;
	struct import_look look;
	HTML_CLEANUP h;
	int r = look_at(req, &f, &look, err);

	html_init(&h, 0);
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		struct err why = *err;

		return show_unreadable(req, res, &why, err);
	}
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS, "列を合わせる",
		   "ファイルの列が台帳のどの項目に当たるかを確かめてください。要らない列は「取り込"
		   "まない」にします。");
	write_steps(&h, 1);
	write_found(&h, &look, f.name);
	write_how_to_read(&h, req, f.token);
	form_begin(&h, req, step_path(req, f.token, "plan"), false, false);
	write_reading(&h, req);
	write_columns(&h, v->ledger, &look);
	form_submit(&h, "primary", "何が起きるか確かめる");
	form_end(&h);
	return page_end(&h, req, res, 200, err);
}

/* --- step 3: what would happen ------------------------------------------------------- */

struct plan {
	struct html *h, *bad; /* rows in error are shown first */
	int shown;
	enum import_status only; /* IMPORT_STATUS_MAX: all but the unchanged */
};

static void write_row_detail(struct html *h, const struct import_row *r)
{
	size_t i;

	html_open(h, EL_TD);
	html_open(h, EL_UL);
	for (i = 0; i < r->fault_count; i++) {
		html_open(h, EL_LI);
		html_attr(h, "class", "field-error");
		html_textf(h, "列「%s」の「%s」: %s", r->fault[i].column, r->fault[i].value,
			   r->fault[i].text);
		html_close(h, EL_LI);
	}
	for (i = 0; r->status == IMPORT_CHANGED && i < r->change_count; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s: ", r->change[i].field->label.ja);
		html_el(h, EL_DEL, *r->change[i].before ? r->change[i].before : "（空欄）");
		html_text(h, " → ");
		html_el(h, EL_INS, *r->change[i].after ? r->change[i].after : "（空欄）");
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_TD);
}

static int plan_row(void *arg, const struct import_row *r, struct err *err)
{
	struct plan *p = arg;
	struct html *h = r->status == IMPORT_ERROR ? p->bad : p->h;
	bool wanted =
		p->only == IMPORT_STATUS_MAX ? r->status != IMPORT_UNCHANGED : r->status == p->only;

	(void)err;
	if (!wanted || p->shown++ >= ROWS_SHOWN)
		return 0;
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_textf(h, "%lld行目", (long long)r->row);
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", import_status_name(r->status));
	html_text(h, import_status_label(r->status));
	html_close(h, EL_SPAN);
	html_close(h, EL_TD);
	html_el(h, EL_TD, r->name);
	write_row_detail(h, r);
	html_close(h, EL_TR);
	return 0;
}

static void write_mapping(struct html *h, struct request *req, const struct ledger_def *def,
			  const struct import_map *map)
{
	size_t i;

	write_reading(h, req);
	for (i = 0; i < map->column_count; i++)
		html_hidden(h, arena_printf(req_arena(req), "m-%zu", i),
			    map->field[i] < 0 ? "" : def->field[map->field[i]].name);
}

static void write_totals(struct html *h, struct request *req, const struct import_totals *t)
{
	int s;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (s = 0; s < IMPORT_STATUS_MAX; s++) {
		html_open(h, EL_LI);
		html_textf(h, "%s ", import_status_label((enum import_status)s));
		html_el(h, EL_STRONG, arena_printf(req_arena(req), "%lld件", (long long)t->row[s]));
		html_close(h, EL_LI);
	}
	html_open(h, EL_LI);
	html_textf(h, "空の行 %lld行（飛ばします）", (long long)t->blank);
	html_close(h, EL_LI);
	html_close(h, EL_UL);
}

static void write_filter_buttons(struct html *h, struct request *req, const struct import_file *f)
{
	int s;

	form_begin(h, req, step_path(req, f->token, "plan"), false, false);
	write_mapping(h, req, visit_of(req)->ledger, &f->map);
	html_open(h, EL_DIV);
	html_attr(h, "class", "buttons buttons-small");
	for (s = 0; s < IMPORT_STATUS_MAX; s++) {
		html_open(h, EL_BUTTON);
		html_attr(h, "class", "button button-secondary");
		html_attr(h, "name", "show");
		html_attr(h, "value", import_status_name((enum import_status)s));
		html_textf(h, "%sだけ見る", import_status_label((enum import_status)s));
		html_close(h, EL_BUTTON);
	}
	html_close(h, EL_DIV);
	form_end(h);
}

static void write_error_choices(struct html *h, struct request *req, const struct import_file *f)
{
	page_notice(h, "warning", "誤りのある行があります",
		    "元の表を直してもう一度ファイルを選ぶのが確実です。誤りの行だけをCSVで受け取る"
		    "こともできます。");
	html_open(h, EL_DIV);
	html_attr(h, "class", "actions");
	html_open(h, EL_A);
	html_attr(h, "class", "button button-primary");
	html_url(h, "href",
		 html_path(req_arena(req), "/ledger/%s/import", visit_of(req)->ledger->name));
	html_text(h, "直したファイルを選び直す");
	html_close(h, EL_A);
	form_begin(h, req, step_path(req, f->token, "errors"), false, false);
	write_mapping(h, req, visit_of(req)->ledger, &f->map);
	form_submit(h, "secondary", "誤りの行をCSVで受け取る");
	form_end(h);
	html_close(h, EL_DIV);
}

static void write_commit(struct html *h, struct request *req, const struct import_file *f,
			 const struct import_totals *t)
{
	bool faulty = t->row[IMPORT_ERROR] > 0;
	int64_t good = t->row[IMPORT_NEW] + t->row[IMPORT_CHANGED];

	if (!good)
		return;
	form_begin(h, req, step_path(req, f->token, "commit"), false, false);
	write_mapping(h, req, visit_of(req)->ledger, &f->map);
	if (faulty) {
		html_open(h, EL_LABEL);
		html_attr(h, "class", "check");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "checkbox");
		html_attr(h, "name", "good");
		html_attr(h, "value", "1");
		html_textf(h, "誤りの%lld行を飛ばして、残りだけを取り込む",
			   (long long)t->row[IMPORT_ERROR]);
		html_close(h, EL_LABEL);
	}
	form_submit(h, faulty ? "secondary" : "primary",
		    arena_printf(req_arena(req), "%lld件を取り込む", (long long)good));
	form_end(h);
}

static int write_plan_table(struct request *req, struct html *h, const struct import_file *f,
			    enum import_status only, struct import_totals *totals, struct err *err)
{
	const struct visit *v = visit_of(req);
	HTML_CLEANUP bad, good;
	struct plan p = { &good, &bad, 0, only };
	int r;

	html_init(&bad, 0);
	html_init(&good, 0);
	html_open(h, EL_DIV);
	html_attr(h, "class", "table-scroll");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", "行ごとの結果");
	html_open(h, EL_TABLE);
	html_open(h, EL_THEAD);
	html_open(h, EL_TR);
	html_el(h, EL_TH, "行");
	html_el(h, EL_TH, "結果");
	html_el(h, EL_TH, "名前");
	html_el(h, EL_TH, "内容");
	html_close(h, EL_TR);
	html_close(h, EL_THEAD);
	html_open(h, EL_TBODY);
	r = import_plan(v->app->ledgers, &v->actor, v->ledger, f->path, &f->map, plan_row, &p,
			totals, err);
	html_append(h, &bad);
	html_append(h, &good);
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
	html_close(h, EL_DIV);
	if (p.shown > ROWS_SHOWN)
		html_textf(h, "はじめの%d行だけを表示しています（ほかに%d行）。", ROWS_SHOWN,
			   p.shown - ROWS_SHOWN);
	return r;
}

static enum import_status wanted_status(struct request *req)
{
	const char *show = req_form(req, "show");
	int s;

	for (s = 0; show && s < IMPORT_STATUS_MAX; s++)
		if (strcmp(show, import_status_name((enum import_status)s)) == 0)
			return (enum import_status)s;
	return IMPORT_STATUS_MAX;
}

static int show_plan(struct request *req, struct response *res, int status, struct import_file *f,
		     const char *message, struct err *err)
{
	struct import_totals totals = { .blank = 0 };
	HTML_CLEANUP h, table;
	int r;

	html_init(&h, 0);
	html_init(&table, 0);
	page_begin(&h, req, NAV_LEDGERS, "取り込む前の確かめ",
		   "まだ何も変わっていません。下の結果でよければ「取り込む」を押してください。");
	write_steps(&h, 2);
	if (message)
		page_notice(&h, "error", NULL, message);
	/* The totals stand above the table but are known only after it. */
	r = write_plan_table(req, &table, f, wanted_status(req), &totals, err);
	if (r < 0)
		return r;
	write_totals(&h, req, &totals);
	if (totals.row[IMPORT_ERROR])
		write_error_choices(&h, req, f);
	write_commit(&h, req, f, &totals);
	write_filter_buttons(&h, req, f);
	html_append(&h, &table);
	return page_end(&h, req, res, status, err);
}

int page_import_plan(struct request *req, struct response *res, struct err *err)
{
	struct import_file f;
	struct import_look look;
	int r = look_at(req, &f, &look, err);

	if (r == ERR_INVALID || r == ERR_LIMIT) {
		struct err why = *err;

		return show_unreadable(req, res, &why, err);
	}
	return r < 0 ? r : show_plan(req, res, 200, &f, NULL, err);
}

int page_import_errors(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char folder[PATH_MAX];
	struct import_file f;
	struct import_look look;
	int fd, r = look_at(req, &f, &look, err);

	if (r < 0)
		return r;
	if (snprintf(folder, sizeof folder, "%s/work", store_path(v->app->store)) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_IO,
			       "作業用のファイルを作れません。ディスクの空きを確かめてください");
	r = import_write_errors(v->app->ledgers, &v->actor, v->ledger, f.path, &f.map, fd, err);
	if (r < 0) {
		close(fd);
		return r;
	}
	return resp_file(res, "text/csv; charset=utf-8", "取り込みの誤り.csv", fd, err);
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
		r = look_at(req, &f, &look, err);
	if (r < 0)
		return r;
	r = import_commit(v->app->ledgers, &v->actor, v->ledger, f.path, f.name, &f.map,
			  req_form_checked(req, "good"), f.token, &result, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		struct err why = *err;

		return show_plan(req, res, 422, &f, why.text, err);
	}
	if (r < 0)
		return r;
	import_file_drop(&f);
	if (result.nothing_to_do)
		return resp_redirect(res, html_path(req_arena(req), "/ledger/%s", v->ledger->name),
				     err);
	return to_batch(req, res, result.batch, &result.receipt, err);
}
