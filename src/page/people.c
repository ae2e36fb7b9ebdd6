/* People: where lists come in, and what accounts need because of them. */
#include "people/hr.h"

#include <string.h>

#include "page/handlers.h"
#include "page/people_parts.h"
#include "people/directory.h"

#define PROPOSALS_SHOWN 200

static void write_upload(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "人事の名簿と照合する");
	form_begin(h, req, "/people/list", false, true);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-file");
	html_text(h, "名簿のファイル");
	html_close(h, EL_LABEL);
	html_el_class(
		h, EL_P, "help",
		"全員が載った .csv か .xlsx です。載っていない人は「名簿にいない」として出ます"
		"。確かめるまで何も変わりません。");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attr(h, "id", "f-file");
	html_attr(h, "name", "file");
	html_attr(h, "accept", ".csv,.tsv,.txt,.xlsx");
	html_flag(h, "required", true);
	html_close(h, EL_DIV);
	form_submit(h, "primary", "照合する");
	form_end(h);
}

static int write_directory(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct directory d;
	int r = directory_read(v->app->ledgers, c, req_arena(req), &d, err);

	if (r < 0)
		return r;
	directory_wipe(&d);
	html_el(h, EL_H2, "ディレクトリ（LDAP・Active Directory）と照合する");
	if (r == 0) {
		html_el(h, EL_P, "まだ宛先が決まっていません。無くても構いません。");
	} else {
		html_open(h, EL_P);
		html_textf(h, "宛先: %s", d.url);
		html_close(h, EL_P);
		form_begin(h, req, "/people/ldap", false, false);
		form_submit(h, "secondary", "ディレクトリから読んで照合する");
		form_end(h);
	}
	if (visit_may(req, PERM_ACCOUNTS, NULL))
		parts_link(h, "/people/directory", "ディレクトリの宛先を決める・つながるか試す");
	return 0;
}

/* --- proposals ------------------------------------------------------------------------ */

static void write_role_choice(struct html *h, struct request *req)
{
	static const struct parts_option roles[] = {
		{ "", "変えない" },
		{ "staff", "職員" },
		{ "operator", "システム運用担当者" },
		{ "planner", "企画管理者" },
		{ "executive", "経営層" },
		{ "auditor", "監査人" },
	};

	parts_select(h, req, "role", "異動のあとの役割", "部署と施設は職員台帳に合わせます。",
		     roles, sizeof roles / sizeof roles[0], "");
}

static void write_decision(struct html *h, struct request *req, const struct proposal *p)
{
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "決める");
	form_begin(h, req, html_path(req_arena(req), "/people/proposals/%s", p->id), false, false);
	if (p->kind == PROPOSAL_REVIEW)
		write_role_choice(h, req);
	html_open(h, EL_LABEL);
	html_text(h, "理由（見送るときは必ず）");
	html_open(h, EL_INPUT);
	html_attr(h, "name", "reason");
	html_attr(h, "maxlength", "400");
	html_close(h, EL_LABEL);
	html_open(h, EL_BUTTON);
	html_attr(h, "class",
		  p->kind == PROPOSAL_LEAVE || p->kind == PROPOSAL_SUSPEND
			  ? "button button-danger"
			  : "button button-primary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "confirm");
	html_text(h, p->kind == PROPOSAL_REQUEST ? "申請を頼んだ" : "実施する");
	html_close(h, EL_BUTTON);
	html_open(h, EL_BUTTON);
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "reject");
	html_text(h, "見送る");
	html_close(h, EL_BUTTON);
	form_end(h);
	html_close(h, EL_DETAILS);
}

static void write_proposal(struct html *h, struct request *req, const struct proposal *p,
			   bool may_decide)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(req_arena(req), "/ledger/staff/entry/%s", p->staff), p->title);
	html_close(h, EL_TH);
	html_el(h, EL_TD, p->due);
	html_el(h, EL_TD, p->why);
	html_open(h, EL_TD);
	if (may_decide)
		write_decision(h, req, p);
	else
		html_text(h, "企画管理者が決めます");
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static int write_proposals(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "処置の提案", "いつ", "理由", "決定" };
	const struct visit *v = visit_of(req);
	struct proposal *list;
	size_t count, i;
	int r = proposal_list(v->app->ledgers, c, "open", req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "利用者IDの処置の提案");
	if (!count) {
		html_el_class(h, EL_P, "empty", "待っている提案はありません。");
		return 0;
	}
	html_el(h, EL_P,
		"名簿から分かったことです。自動では何も止まりません。1件ずつ、実施するか見送るかを"
		"決めま"
		"す。");
	table_frame_begin(h, "利用者IDの処置の提案", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count && i < PROPOSALS_SHOWN; i++)
		write_proposal(h, req, &list[i], visit_may(req, PERM_ACCOUNTS, NULL));
	table_frame_end(h);
	if (count > PROPOSALS_SHOWN) {
		html_open(h, EL_P);
		html_textf(h, "ほかに%zu件あります。上から決めると続きが出ます。",
			   count - PROPOSALS_SHOWN);
		html_close(h, EL_P);
	}
	return 0;
}

static int show_people(struct request *req, struct response *res, int status, const char *message,
		       struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_IDS, "職員の入退職・異動と利用者ID",
		"人事の名簿やディレクトリと職員台帳を比べ、辞めた人や異動した人の利用者IDを残さない"
		"ようにします。");
	if (message)
		page_notice(&h, "error", NULL, message);
	r = write_proposals(&h, req, c, err);
	if (r == 0) {
		write_upload(&h, req);
		r = write_directory(&h, req, c, err);
	}
	parts_link(&h, "/requests", "利用者IDの申請を見る");
	parts_link(&h, "/ledger/staff", "職員台帳を見る");
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_people(struct request *req, struct response *res, struct err *err)
{
	return show_people(req, res, 200, NULL, err);
}

int page_proposal_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const acts[] = { "confirm", "reject" };
	const struct visit *v = visit_of(req);
	const char *role = req_form(req, "role"), *reason = "";
	struct proposal_decision d = { .role = -1 };
	struct receipt receipt;
	struct err why;
	size_t act = 0;
	int r = req_form_choice(req, "act", "決定", acts, 2, true, &act, err);

	if (r >= 0)
		r = req_form_text(req, "reason", "理由", 400, false, false, &reason, err);
	d.confirm = act == 0;
	d.reason = reason;
	if (r >= 0 && role && *role && (d.role = role_parse(role)) < 0)
		r = err_set(err, ERR_INVALID, "役割を一覧から選んでください");
	if (r >= 0)
		r = proposal_decide(v->app->ledgers, &v->actor, req_param(req, "entry"), &d,
				    &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show_people(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	return r < 0 ? r : resp_redirect(res, page_done(req_arena(req), "/people", &receipt), err);
}
