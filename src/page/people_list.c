/* A list of everybody: taken in, compared, written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/receipt.h"
#include "page/handlers.h"
#include "page/import_file.h"
#include "page/people_parts.h"
#include "people/directory.h"
#include "people/hr.h"
#include "people/ldap.h"

#define LINES_SHOWN 500

/* The uploaded list in hand, and how it is to be taken. */
struct taking {
	struct import_file file;
	struct import_look look;
	struct roster_options options;
	struct roster found;
};

static const char *source_of(struct request *req)
{
	const char *asked = req_form(req, "source");

	if (!asked)
		asked = req_query(req, "source");
	return asked && strcmp(asked, "ldap") == 0 ? "ldap" : "hr";
}

static char *list_path(struct request *req, const char *token, const char *source)
{
	return html_path(req_arena(req), "/people/list/%s?source=%s", token, source);
}

int page_people_list_post(struct request *req, struct response *res, struct err *err)
{
	const struct upload *up = req_file(req, "file");
	char token[ID_SIZE];
	int r;

	if (!up)
		return err_set(err, ERR_INVALID,
			       "名簿のファイルが選ばれていません。前の画面で選んでください");
	r = import_file_keep(req, up, token, err);
	return r < 0 ? r : resp_redirect(res, list_path(req, token, "hr"), err);
}

/* --- the directory's list ------------------------------------------------------------- */

static int fetch(struct request *req, int fd, const char **ret_url, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct ldap_totals totals;
	struct directory d;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = directory_read(v->app->ledgers, c, req_arena(req), &d, err);
	if (r == 0)
		return err_set(err, ERR_INVALID, "ディレクトリの宛先を先に決めてください");
	if (r > 0)
		r = ldap_people(v->app->ledgers, c, &d, fd, req_arena(req), &totals, err);
	directory_wipe(&d);
	*ret_url = d.url;
	return r;
}

int page_people_ldap_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char path[PATH_MAX], token[ID_SIZE], name[ID_SIZE];
	struct upload up = { .path = path };
	int fd, r;

	id_new(name);
	if (snprintf(path, sizeof path, "%s/work/import-ldap-%s", store_path(v->app->store),
		     name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを作れません");
	r = fetch(req, fd, &up.name, err);
	close(fd);
	if (r == 0)
		r = import_file_keep(req, &up, token, err);
	(void)unlink(path);
	return r < 0 ? r : resp_redirect(res, list_path(req, token, "ldap"), err);
}

/* --- comparing ------------------------------------------------------------------------ */

static int take(struct request *req, struct taking *t, struct err *err)
{
	struct visit *v = visit_of(req);
	struct sheet_options sheet;
	int r = import_file_find(req, &t->file, err);

	/* The columns that are posted are those of the staff ledger. */
	if (r == 0)
		r = ledgers_find(v->app->ledgers, "staff", &v->ledger, err);
	if (r == 0)
		r = import_file_options(req, &sheet, err);
	if (r == 0)
		r = import_look(v->app->ledgers, v->ledger, t->file.path, &sheet, req_arena(req),
				&t->look, err);
	if (r == 0)
		r = import_file_map(req, &t->look, &t->file, err);
	if (r < 0)
		return r;
	t->options = (struct roster_options){ .source = source_of(req),
					      .partial = req_form_checked(req, "partial"),
					      .good_rows_only = req_form_checked(req, "good"),
					      .sure = req_form_checked(req, "sure") };
	return roster_compare(v->app->ledgers, &v->actor, t->file.path, &t->file.map, &t->options,
			      req_arena(req), &t->found, err);
}

static const char *chip_of(enum roster_kind k)
{
	static const char *const chips[ROSTER_KIND_MAX] = {
		[ROSTER_NEW] = "new",	      [ROSTER_TRANSFER] = "changed",
		[ROSTER_CHANGED] = "changed", [ROSTER_LEFT] = "warning",
		[ROSTER_MISSING] = "warning", [ROSTER_UNCHANGED] = "ok",
		[ROSTER_ERROR] = "warning",
	};

	return chips[k];
}

static void write_detail(struct html *h, const struct roster_line *line)
{
	size_t i;

	html_open(h, EL_UL);
	for (i = 0; i < line->fault_count; i++) {
		html_open(h, EL_LI);
		html_attr(h, "class", "field-error");
		html_textf(h, "%lld行目 列「%s」の「%s」: %s", (long long)line->row,
			   line->fault[i].column, line->fault[i].value, line->fault[i].text);
		html_close(h, EL_LI);
	}
	for (i = 0; *line->entry && i < line->change_count; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s: ", line->change[i].label);
		html_el(h, EL_DEL, *line->change[i].before ? line->change[i].before : "（空欄）");
		html_text(h, " → ");
		html_el(h, EL_INS, *line->change[i].after ? line->change[i].after : "（空欄）");
		html_close(h, EL_LI);
	}
	if (line->proposes)
		html_el(h, EL_LI, line->proposal.why);
	html_close(h, EL_UL);
}

static void write_line(struct html *h, const struct roster_line *line)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, line->name);
	html_close(h, EL_TH);
	html_el(h, EL_TD, line->number);
	html_el(h, EL_TD, line->department);
	html_open(h, EL_TD);
	parts_chip(h, chip_of(line->kind), roster_kind_label(line->kind));
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	write_detail(h, line);
	html_close(h, EL_TD);
	html_el(h, EL_TD, line->proposes ? proposal_kind_label(line->proposal.kind) : "");
	html_close(h, EL_TR);
}

static void write_lines(struct html *h, const struct roster *found)
{
	static const char *const heads[] = { "氏名", "職員番号", "所属", "結果", "内容", "提案" };
	static const enum roster_kind order[] = { ROSTER_ERROR,	   ROSTER_LEFT, ROSTER_MISSING,
						  ROSTER_TRANSFER, ROSTER_NEW,	ROSTER_CHANGED,
						  ROSTER_UNCHANGED };
	size_t i, k, shown = 0;

	table_frame_begin(h, "1人ずつの結果", heads, sizeof heads / sizeof heads[0]);
	for (k = 0; k < sizeof order / sizeof order[0]; k++)
		for (i = 0; i < found->count && shown < LINES_SHOWN; i++) {
			const struct roster_line *line = &found->line[i];

			if (line->kind != order[k] ||
			    (line->kind == ROSTER_UNCHANGED && !line->proposes))
				continue;
			write_line(h, line);
			shown++;
		}
	table_frame_end(h);
	if (shown == LINES_SHOWN)
		html_el(h, EL_P, "はじめの500人だけを表示しています。");
}

static void write_totals(struct html *h, struct request *req, const struct roster *found)
{
	int k;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (k = 0; k < ROSTER_KIND_MAX; k++) {
		html_open(h, EL_LI);
		html_textf(h, "%s ", roster_kind_label((enum roster_kind)k));
		html_el(h, EL_STRONG,
			arena_printf(req_arena(req), "%lld人", (long long)found->total[k]));
		html_close(h, EL_LI);
	}
	html_open(h, EL_LI);
	html_text(h, "処置の提案 ");
	html_el(h, EL_STRONG, arena_printf(req_arena(req), "%lld件", (long long)found->proposals));
	html_close(h, EL_LI);
	html_close(h, EL_UL);
}

static void write_columns(struct html *h, struct request *req, const struct taking *t)
{
	const struct ledger_def *def = visit_of(req)->ledger;
	size_t i, f;

	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "列の合わせ方を直す");
	for (i = 0; i < t->file.map.column_count; i++) {
		html_open(h, EL_DIV);
		html_attr(h, "class", "field");
		html_open(h, EL_LABEL);
		html_attrf(h, "for", "m-%zu", i);
		html_text(h, *t->file.map.header[i] ? t->file.map.header[i] : "（名前のない列）");
		html_close(h, EL_LABEL);
		html_open(h, EL_SELECT);
		html_attrf(h, "id", "m-%zu", i);
		html_attrf(h, "name", "m-%zu", i);
		html_open(h, EL_OPTION);
		html_attr(h, "value", "");
		html_text(h, "取り込まない");
		html_close(h, EL_OPTION);
		for (f = 0; f < def->field_count; f++) {
			html_open(h, EL_OPTION);
			html_attr(h, "value", def->field[f].name);
			html_flag(h, "selected", t->file.map.field[i] == (int)f);
			html_text(h, def->field[f].label.ja);
			html_close(h, EL_OPTION);
		}
		html_close(h, EL_SELECT);
		html_close(h, EL_DIV);
	}
	html_open(h, EL_BUTTON);
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "plan");
	html_text(h, "この列で照合し直す");
	html_close(h, EL_BUTTON);
	html_close(h, EL_DETAILS);
}

static void write_check(struct html *h, const char *name, const char *text, bool on)
{
	html_open(h, EL_P);
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", name);
	html_attr(h, "value", "1");
	html_flag(h, "checked", on);
	html_text(h, text);
	html_close(h, EL_LABEL);
	html_close(h, EL_P);
}

static void write_form(struct html *h, struct request *req, const struct taking *t)
{
	const struct roster *found = &t->found;

	form_begin(h, req, html_path(req_arena(req), "/people/list/%s", t->file.token), false,
		   false);
	html_hidden(h, "source", t->options.source);
	write_columns(h, req, t);
	if (found->total[ROSTER_MISSING] || t->options.partial)
		write_check(h, "partial",
			    "一部の人だけの名簿なので、載っていない人をそのままにする",
			    t->options.partial);
	if (found->suspicious)
		write_check(h, "sure", "半分より多くの人が載っていないが、これが全員の名簿である",
			    false);
	if (found->total[ROSTER_ERROR])
		write_check(h, "good", "誤りのある行を飛ばす", false);
	html_open(h, EL_BUTTON);
	html_attr(h, "class", "button button-primary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "commit");
	html_text(h, "職員台帳に書き、処置を提案する");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static int show_plan(struct request *req, struct response *res, int status, const struct taking *t,
		     const char *message, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(
		&h, req, NAV_IDS, "名簿との照合の結果",
		"まだ何も変わっていません。よければ職員台帳に書きます。利用者IDは、そのあとの提案を"
		"1件ずつ決めるまで変わりません。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (t->found.suspicious)
		page_notice(&h, "warning", "名簿にいない人がとても多いです",
			    "一部の部署だけの名簿ではないかを確かめてください。");
	write_totals(&h, req, &t->found);
	write_form(&h, req, t);
	write_lines(&h, &t->found);
	parts_link(&h, "/people", "やめて戻る");
	return page_end(&h, req, res, status, err);
}

int page_people_plan(struct request *req, struct response *res, struct err *err)
{
	struct taking t;
	int r = take(req, &t, err);

	return r < 0 ? r : show_plan(req, res, 200, &t, NULL, err);
}

static int to_people(struct request *req, struct response *res, const struct roster_result *result,
		     struct err *err)
{
	char *path;

	if (result->nothing_to_do)
		return resp_redirect(res, "/people", err);
	path = html_path(req_arena(req), "/ledger/staff/batch/%s", result->batch);
	return path ? resp_redirect(res, page_done(req_arena(req), path, &result->receipt), err)
		    : err_nomem(err);
}

int page_people_commit(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *act = req_form(req, "act");
	struct roster_result result = { .nothing_to_do = false };
	struct taking t;
	struct err why;
	/* A second click finds the file gone: show what the first one did. */
	int r = receipt_known(v->app->ledgers, req_param(req, "token"), &result.receipt,
			      result.batch, err);

	if (r > 0)
		return to_people(req, res, &result, err);
	if (r == 0)
		r = take(req, &t, err);
	if (r < 0)
		return r;
	if (!act || strcmp(act, "commit") != 0)
		return show_plan(req, res, 200, &t, NULL, err);
	r = roster_commit(v->app->ledgers, &v->actor, t.file.path, t.file.name, &t.file.map,
			  &t.options, &t.found, t.file.token, &result, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show_plan(req, res, r == ERR_CONFLICT ? 409 : 422, &t, why.text, err);
	}
	if (r < 0)
		return r;
	import_file_drop(&t.file);
	return to_people(req, res, &result, err);
}
