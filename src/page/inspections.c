/* The planner's side: opening some ledgers and rounds to an inspector, and ending that. */
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/round_parts.h"
#include "round/inspection.h"

static void check_box(struct html *h, struct request *req, const char *name, const char *value,
		      const char *text)
{
	const char *chosen;
	bool checked = false;
	size_t i;

	for (i = 0; (chosen = req_form_nth(req, name, i)); i++)
		checked |= strcmp(chosen, value) == 0;
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", name);
	html_attr(h, "value", value);
	html_flag(h, "checked", checked);
	html_text(h, text);
	html_close(h, EL_LABEL);
}

static void ledger_boxes(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);

	html_open(h, EL_FIELDSET);
	html_attr(h, "id", "f-ledgers");
	html_el(h, EL_LEGEND, "見せる台帳");
	for (i = 0; i < count; i++)
		if (defs[i]->access.role[ROLE_INSPECTOR].scope == SCOPE_OPENED)
			check_box(h, req, "ledger", defs[i]->name, defs[i]->title.ja);
	html_close(h, EL_FIELDSET);
}

static int round_boxes(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	int r = read_rounds(req, c, &rounds, &count, err);

	if (r < 0 || !count)
		return r;
	html_open(h, EL_FIELDSET);
	html_el(h, EL_LEGEND, "見せる点検");
	for (i = 0; i < count; i++)
		check_box(h, req, "round", rounds[i].id, rounds[i].title);
	html_close(h, EL_FIELDSET);
	return 0;
}

static int write_form(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	char today[DATE_SIZE];
	const char *typed;
	int r;

	date_today(today);
	html_el(h, EL_H2, "新しく開く");
	form_begin(h, req, "/inspections", false, false);
	form_input(h, &(struct form_input){
			      .name = "name",
			      .label = "検査の名前",
			      .help = "どこの、いつの検査か。例: 保健所 立入検査（2026年11月）",
			      .value = req_form(req, "name"),
			      .required = true });
	typed = req_form(req, "from");
	form_input(h, &(struct form_input){ .name = "from",
					    .label = "見られる最初の日",
					    .help = "この日から見られます。",
					    .type = "date",
					    .value = typed ? typed : today,
					    .required = true });
	typed = req_form(req, "until");
	form_input(h, &(struct form_input){ .name = "until",
					    .label = "見られる最後の日",
					    .help = "この日が終わると自動で閉じます。",
					    .type = "date",
					    .value = typed ? typed : today,
					    .required = true });
	ledger_boxes(h, req);
	r = round_boxes(h, req, c, err);
	form_submit(h, "primary", "開いて番号を作る");
	form_end(h);
	return r;
}

static void write_one(struct html *h, struct request *req, const struct inspection *i)
{
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_textf(h, "%s（%s から %s）", i->name, i->from, i->until);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_text(h, *i->ended_on ? "閉じました" : i->open ? "見られます" : "期間の外です");
	html_close(h, EL_SPAN);
	if (!*i->ended_on) {
		form_begin(h, req, html_path(req_arena(req), "/inspections/%s/end", i->id), false,
			   false);
		form_submit(h, "danger", "今すぐ閉じる");
		form_end(h);
	}
	html_close(h, EL_LI);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	struct inspection *list;
	size_t count, i;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r == 0)
		r = inspection_list(v->app->ledgers, c, req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_IDS, "検査官に見せる",
		"選んだ台帳と点検だけを、決めた期間だけ、読むだけで見せます。番号は紙で渡します。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_UL);
	html_attr(&h, "class", "task-list");
	for (i = 0; i < count; i++)
		write_one(&h, req, &list[i]);
	html_close(&h, EL_UL);
	if (!count)
		html_el(&h, EL_P, "まだ開いたことはありません。");
	r = write_form(&h, req, c, err);
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_inspections(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* All values of a checkbox, one per line. */
static const char *lines_of(struct request *req, const char *name)
{
	const char *all = "", *value;
	size_t i;

	for (i = 0; all && (value = req_form_nth(req, name, i)); i++)
		all = *all ? arena_printf(req_arena(req), "%s\n%s", all, value) : value;
	return all;
}

/* The paper to hand over: shown once, never again. */
static int show_paper(struct request *req, struct response *res, const struct inspection_wish *w,
		      const char *code, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "検査官に渡す紙",
		   "この番号は一度しか表示しません。印刷して、検査官に手渡してください。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	html_el(&h, EL_DT, "検査");
	html_el(&h, EL_DD, w->name);
	html_el(&h, EL_DT, "期間");
	html_open(&h, EL_DD);
	html_textf(&h, "%s から %s まで", w->from, w->until);
	html_close(&h, EL_DD);
	html_el(&h, EL_DT, "開くページ");
	html_el(&h, EL_DD, "このサーバの /inspect");
	html_el(&h, EL_DT, "番号");
	html_el_class(&h, EL_DD, "first-password", code);
	html_close(&h, EL_DL);
	html_open(&h, EL_P);
	html_link(&h, "/inspections", "一覧に戻る（早く終わったときは、ここで閉じます）");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

int page_inspections_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct inspection_wish wish = { .name = "",
					.ledgers = lines_of(req, "ledger"),
					.rounds = lines_of(req, "round") };
	char from[DATE_SIZE] = "", until[DATE_SIZE] = "", code[INSPECTION_CODE_SIZE];
	struct receipt receipt;
	int r = wish.ledgers && wish.rounds ? 0 : err_nomem(err);

	if (r == 0)
		r = req_form_text(req, "name", "検査の名前", 120, true, false, &wish.name, err);
	if (r >= 0)
		r = req_form_date(req, "from", "最初の日", true, from, err);
	if (r >= 0)
		r = req_form_date(req, "until", "最後の日", true, until, err);
	wish.from = from;
	wish.until = until;
	if (r >= 0)
		r = inspection_open(v->app->ledgers, &v->actor, &wish, req_arena(req), code,
				    &receipt, err);
	if (r == ERR_INVALID) {
		struct err why = *err;

		return show(req, res, 422, why.text, err);
	}
	if (r == 0)
		r = show_paper(req, res, &wish, code, err);
	bytes_wipe(code, sizeof code);
	return r < 0 ? r : 0;
}

int page_inspection_end(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = inspection_end(v->app->ledgers, &v->actor, req_param(req, "inspection"),
			       req_arena(req), &receipt, err);

	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/inspections", &receipt), err);
}
