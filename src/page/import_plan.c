/* Third step of an import: what would happen to each row. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "page/handlers.h"
#include "page/import_steps.h"

#define ROWS_SHOWN 500

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

	import_write_reading(h, req);
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

	form_begin(h, req, import_step_path(req, f->token, "plan"), false, false);
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
	form_begin(h, req, import_step_path(req, f->token, "errors"), false, false);
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
	form_begin(h, req, import_step_path(req, f->token, "commit"), false, false);
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

int import_show_plan(struct request *req, struct response *res, int status, struct import_file *f,
		     const char *message, struct err *err)
{
	struct import_totals totals = { .blank = 0 };
	HTML_CLEANUP h, table;
	int r;

	html_init(&h, 0);
	html_init(&table, 0);
	page_begin(&h, req, NAV_LEDGERS, "取り込む前の確かめ",
		   "まだ何も変わっていません。下の結果でよければ「取り込む」を押してください。");
	import_write_steps(&h, 2);
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
	int r = import_look_at(req, &f, &look, err);

	if (r == ERR_INVALID || r == ERR_LIMIT) {
		struct err why = *err;

		return import_show_unreadable(req, res, &why, err);
	}
	return r < 0 ? r : import_show_plan(req, res, 200, &f, NULL, err);
}

int page_import_errors(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char folder[PATH_MAX];
	struct import_file f;
	struct import_look look;
	int fd, r = import_look_at(req, &f, &look, err);

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
