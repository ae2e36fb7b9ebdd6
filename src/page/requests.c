/* Requests for accounts: the list and the form. */
#include "people/request.h"

#include <string.h>

#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/requests.h"
#include "people/person.h"

#define SHOWN 300

static const char *const status_chips[REQUEST_STATUS_MAX] = { "open", "returned", "due", "warning",
							      "done" };

void requests_chip(struct html *h, const struct request_view *v)
{
	static const char *const labels[REQUEST_STATUS_MAX] = { "申請中", "断った",
								"渡した（確認待ち）", "申請と違う",
								"確認済み" };

	parts_chip(h, status_chips[v->status], labels[v->status]);
	if (v->overdue)
		html_el(h, EL_STRONG, " 確認が遅れています");
}

static void write_row(struct html *h, struct request *req, struct conn *c,
		      const struct request_view *v)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(req_arena(req), "/requests/%s", v->id), v->title);
	html_close(h, EL_TH);
	html_el(h, EL_TD, v->requested_on);
	html_el(h, EL_TD, account_name(c, v->requester, req_arena(req)));
	html_el(h, EL_TD, v->department);
	html_open(h, EL_TD);
	requests_chip(h, v);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

int page_requests(struct request *req, struct response *res, struct err *err)
{
	static const char *const heads[] = { "申請", "申請日", "申請した人", "部署", "状態" };
	const struct visit *v = visit_of(req);
	struct request_view *list;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t count, i;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = request_list(v->app->ledgers, c, &v->actor, false, req_arena(req), &list,
				 &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "利用者IDの申請",
		   "部署が申請し、企画管理者が渡し、申請した部署が申請どおりかを確かめます。");
	if (visit_may(req, PERM_REQUEST, NULL))
		parts_link(&h, "/requests/new", "新しく申請する");
	if (!count)
		html_el_class(&h, EL_P, "empty", "申請はまだありません。");
	else
		table_frame_begin(&h, "利用者IDの申請", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count && i < SHOWN; i++)
		write_row(&h, req, c, &list[i]);
	if (count)
		table_frame_end(&h);
	if (count > SHOWN)
		html_el(&h, EL_P, "新しいものから300件を表示しています。");
	return page_end(&h, req, res, 200, err);
}

/* Where to go when there is nobody to choose. */
static void nobody(struct html *h, struct request *req, bool all)
{
	page_notice(h, "info", "選べる人がいません",
		    all ? "先に職員台帳に登録してください。"
			: "あなたの部署の人が職員台帳にいないか、あなたの部署が登録されて"
			  "いません。企画管理者に頼んでください。");
	if (!visit_may(req, PERM_PEOPLE, NULL))
		return;
	html_open(h, EL_P);
	html_link(h, "/people", "人事の名簿から職員台帳を作る");
	html_text(h, "　");
	html_link(h, "/ledger/staff/new", "職員台帳に1人登録する");
	html_close(h, EL_P);
}

/* --- the form ------------------------------------------------------------------------- */

static const struct parts_option kinds[] = {
	{ "new", "新しく作る" },
	{ "role", "役割を変える" },
	{ "stop", "止める" },
	{ "system", "ほかのシステムのID" },
};
static const struct parts_option roles[] = {
	{ "staff", "職員（ふつうはこれ）" },
	{ "operator", "システム運用担当者" },
	{ "planner", "企画管理者" },
	{ "executive", "経営層" },
	{ "auditor", "監査人" },
};

/* Who works here, for the choice: name, department, number; as far as one may see them. */
static int write_people(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct arena *arena = req_arena(req);
	struct parts_option *options;
	struct persons all;
	size_t i, n = 0;
	const struct sight *sight;
	int name, department, number, r = persons_read(v->app->ledgers, c, arena, &all, err);

	if (r < 0)
		return r;
	sight = visit_sight(req, all.def);
	name = ledger_field(all.def, "name");
	department = ledger_field(all.def, "department");
	number = ledger_field(all.def, "staff_no");
	options = arena_calloc(arena, all.count + 1, sizeof *options);
	if (!options || name < 0 || department < 0 || number < 0)
		return err_nomem(err);
	options[n++] = (struct parts_option){ "", "選んでください" };
	for (i = 0; i < all.count; i++) {
		const char *const *value = all.item[i].value;

		if (!sight_in_scope(sight, all.item[i].id, value))
			continue;
		options[n++] =
			(struct parts_option){ all.item[i].id,
					       arena_printf(arena, "%s（%s %s）", value[name],
							    value[department], value[number]) };
	}
	if (n == 1)
		nobody(h, req, sight->all);
	parts_select(h, req, "staff", "誰のIDですか",
		     "職員台帳から選びます。1人に1つで、共用のIDは作れません。", options, n, "");
	return 0;
}

static int show_form(struct request *req, struct response *res, int status,
		     const struct faults *faults, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "利用者IDを申請する",
		   "申請すると企画管理者に届きます。渡されたら、申請どおりかを確かめてください。");
	if (faults)
		page_faults(&h, faults);
	form_begin(&h, req, "/requests/new", true, false);
	r = write_people(&h, req, c, err);
	if (r < 0)
		return r;
	parts_select(&h, req, "kind", "何をしますか",
		     "退職や異動で要らなくなったら「止める」です。", kinds,
		     sizeof kinds / sizeof kinds[0], "new");
	parts_select(
		&h, req, "role", "役割",
		"このプログラムでの役割です。「新しく作る」と「役割を変える」のときに使います。",
		roles, sizeof roles / sizeof roles[0], "staff");
	parts_input(&h, req, "systems", "ほかのシステムの名前",
		    "「ほかのシステムのID」のときに書きます。（例: 電子カルテ）");
	parts_input(&h, req, "why", "理由",
		    "どの仕事で要るのかを書きます。（例: 4月から3階東病棟で看護記録を書くため）");
	parts_input(&h, req, "from_on", "いつから",
		    "空欄なら、認められた日からです。（例: 2027-04-01）");
	parts_input(&h, req, "until_on", "いつまで",
		    "終わりが決まっているときだけ書きます。この日を過ぎると自動で使えなくなります。"
		    "（例: 2027-09-30）");
	form_submit(&h, "primary", "申請する");
	form_end(&h);
	parts_link(&h, "/requests", "やめて一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_request_new(struct request *req, struct response *res, struct err *err)
{
	return show_form(req, res, 200, NULL, err);
}

int page_request_new_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "staff", "kind",	 "role",     "systems",
					     "why",   "from_on", "until_on", "key" };
	static const char *const words[] = { "new", "role", "stop", "system" };
	const struct visit *v = visit_of(req);
	const char *role = req_form(req, "role");
	struct request_wish wish = { .staff = req_form(req, "staff"),
				     .systems = req_form(req, "systems"),
				     .why = req_form(req, "why"),
				     .from_on = req_form(req, "from_on"),
				     .until_on = req_form(req, "until_on"),
				     .key = req_form(req, "key"),
				     .role = -1 };
	struct receipt receipt;
	struct faults faults;
	char id[ID_SIZE];
	size_t kind = 0;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = req_form_choice(req, "kind", "何をしますか", words, 4, true, &kind, err);
	if (r < 0)
		return r;
	wish.kind = (enum request_kind)kind;
	if (wish.kind == REQUEST_NEW || wish.kind == REQUEST_ROLE)
		wish.role = role_parse(role ? role : "");
	r = request_make(v->app->ledgers, &v->actor, &wish, id, &receipt, &faults, err);
	if (r == ERR_INVALID && faults.count)
		return show_form(req, res, 422, &faults, err);
	if (r < 0)
		return r;
	return resp_redirect(
		res,
		page_done(req_arena(req), html_path(req_arena(req), "/requests/%s", id), &receipt),
		err);
}
