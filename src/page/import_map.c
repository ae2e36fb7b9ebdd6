/* Second step of an import: which column of the file is what. */
#include <string.h>

#include "page/handlers.h"
#include "page/import_steps.h"

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
	html_url(h, "action", import_step_path(req, token, NULL));
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
void import_write_reading(struct html *h, struct request *req)
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

int import_look_at(struct request *req, struct import_file *f, struct import_look *look,
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
int import_show_unreadable(struct request *req, struct response *res, const struct err *why,
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
	int r = import_look_at(req, &f, &look, err);

	html_init(&h, 0);
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		struct err why = *err;

		return import_show_unreadable(req, res, &why, err);
	}
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS, "列を合わせる",
		   "ファイルの列が台帳のどの項目に当たるかを確かめてください。要らない列は「取り込"
		   "まない」にします。");
	import_write_steps(&h, 1);
	write_found(&h, &look, f.name);
	write_how_to_read(&h, req, f.token);
	form_begin(&h, req, import_step_path(req, f.token, "plan"), false, false);
	import_write_reading(&h, req);
	write_columns(&h, v->ledger, &look);
	form_submit(&h, "primary", "何が起きるか確かめる");
	form_end(&h);
	return page_end(&h, req, res, 200, err);
}
