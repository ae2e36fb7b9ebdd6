/* One use of an emergency account: how it was opened, what was done, closing, review. */
#include <string.h>

#include "base/clock.h"
#include "page/emergency.h"
#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/prove.h"

#define ACTS_SHOWN 200

static void write_time(struct html *h, const char *label, int64_t at_us)
{
	char text[40];

	if (!at_us)
		return;
	time_text(at_us, false, text, sizeof text);
	parts_fact(h, label, text);
}

static void write_person(struct html *h, struct request *req, struct conn *c, const char *label,
			 const char *account)
{
	parts_fact(h, label, *account ? account_name(c, account, req_arena(req)) : "");
}

static const char *result_label(const char *result)
{
	return strcmp(result, "proper") == 0	 ? "適切だった"
	       : strcmp(result, "improve") == 0	 ? "適切だが、直すことがある"
	       : strcmp(result, "improper") == 0 ? "適切でなかった"
						 : "";
}

static void write_facts(struct html *h, struct request *req, struct conn *c,
			const struct emergency_use *u)
{
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	parts_fact(h, "状態", emergency_use_label(u));
	parts_fact(h, "開封の仕方", u->by_code ? "封筒のコード" : "2人での開封");
	write_person(h, req, c, "1人目", u->asked_by);
	write_person(h, req, c, "2人目", u->opened_by);
	parts_fact(h, "どこから", u->address);
	parts_fact(h, "理由", u->reason);
	write_time(h, "開封した時刻", u->opened_us);
	if (u->opened_us)
		parts_fact(h, "非常時宣言",
			   *u->declaration ? "出ていた" : "出ていなかった（警報になりました）");
	write_time(h, "終えた時刻", u->closed_us);
	write_person(h, req, c, "終えた人", u->closed_by);
	parts_fact(h, "行われたことの数", u->acts);
	parts_fact(h, "見直しの結果", result_label(u->result));
	parts_fact(h, "見直しで分かったこと", u->review);
	write_person(h, req, c, "見直した人", u->reviewer);
	parts_fact(h, "見直した日", u->reviewed_on);
	html_close(h, EL_DL);
}

static void write_act(struct html *h, struct request *req, struct conn *c,
		      const struct event_row *e)
{
	struct app *app = req_app(req);
	const struct ledger_def *def = *e->ledger ? define_ledger(app->defs, e->ledger) : NULL;
	char at[40];

	time_text(e->at_us, true, at, sizeof at);
	html_open(h, EL_TR);
	html_el_class(h, EL_TD, "date", at);
	html_open(h, EL_TD);
	html_textf(h, "%s%s", event_label(e->kind), e->refused ? "（断られた）" : "");
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	if (def && !def->system && id_valid(e->entry) && visit_may(req, PERM_LEDGER_READ, def))
		html_link(h, html_path(req_arena(req), "/ledger/%s/entry/%s", def->name, e->entry),
			  def->title.ja);
	else if (def)
		html_text(h, def->title.ja);
	html_close(h, EL_TD);
	html_el(h, EL_TD, e->detail);
	html_el(h, EL_TD, account_name(c, e->actor, req_arena(req)));
	html_close(h, EL_TR);
}

static int write_acts(struct html *h, struct request *req, struct conn *c,
		      const struct emergency_use *u, struct err *err)
{
	static const char *const heads[] = { "時刻", "こと", "台帳", "内容", "行った人" };
	struct event_row *rows;
	size_t count, i;
	int r = emergency_acts(c, u, ACTS_SHOWN, req_arena(req), &rows, &count, err);

	if (r < 0 || !count)
		return r;
	html_el(h, EL_H2, "この間に行われたこと");
	table_frame_begin(h, "行われたこと", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		write_act(h, req, c, &rows[i]);
	table_frame_end(h);
	if (count == ACTS_SHOWN)
		html_el(h, EL_P, "新しいものから200件です。残りは「利用の記録」で見られます。");
	return 0;
}

/* --- what may be done now ------------------------------------------------------------ */

static void write_confirm(struct html *h, struct request *req, const struct emergency_use *u)
{
	html_el(h, EL_H2, "2人目として開封する");
	html_el(h, EL_P,
		"申し出た人と理由を、電話か対面で確かめてから開封してください。開封すると全員に知ら"
		"されます。");
	form_begin(h, req, html_path(req_arena(req), "/emergency/uses/%s/confirm", u->id), false,
		   false);
	prove_fields(h, req);
	form_submit(h, "danger", "確かめた。開封する");
	form_end(h);
}

static void write_close(struct html *h, struct request *req, const struct emergency_use *u)
{
	html_el(h, EL_H2, "通常時に戻す");
	html_el(h, EL_P,
		"このアカウントのログインをすべて終わらせ、使えなくします。コードも二度と使えません"
		"。");
	form_begin(h, req, html_path(req_arena(req), "/emergency/uses/%s/close", u->id), false,
		   false);
	form_submit(h, "primary", "通常時に戻す");
	form_end(h);
}

static void write_review(struct html *h, struct request *req, const struct emergency_use *u)
{
	static const struct parts_option results[] = { { "", "選んでください" },
						       { "proper", "適切だった" },
						       { "improve", "適切だが、直すことがある" },
						       { "improper", "適切でなかった" } };

	html_el(h, EL_H2, "使用を見直す");
	form_begin(h, req, html_path(req_arena(req), "/emergency/uses/%s/review", u->id), false,
		   false);
	parts_select(h, req, "result", "見直しの結果", "上の記録を見て決めます。", results,
		     sizeof results / sizeof results[0], "");
	emergency_area(h, req, "review", "分かったこと",
		       "要らない操作がなかったか、手順で直すことがないかを書きます。");
	form_submit(h, "primary", "見直しを記録する");
	form_end(h);
}

static void write_next(struct html *h, struct request *req, const struct emergency_use *u)
{
	const struct actor *who = &visit_of(req)->actor;

	if (emergency_may_confirm(who, u))
		write_confirm(h, req, u);
	else if (u->status == USE_ASKED && !u->lapsed)
		page_notice(h, "info", "2人目を待っています",
			    "別の企画管理者、システム運用担当者か経営層に、この画面を開いて確かめて"
			    "もらって"
			    "ください。15分で無効になります。");
	if (emergency_may_close(who, u))
		write_close(h, req, u);
	if (emergency_may_review(who, u))
		write_review(h, req, u);
	else if (u->status == USE_CLOSED && visit_may(req, PERM_ACCOUNTS, NULL))
		page_notice(
			h, "info", NULL,
			"開封に加わった人は、この使用を見直せません。別の企画管理者が見直します。");
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	struct emergency_use u;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = emergency_use_get(v->app->ledgers, c, req_param(req, "entry"), req_arena(req),
				      &u, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS,
		   arena_printf(req_arena(req), "非常時アカウントの使用: %s", u.title), NULL);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_facts(&h, req, c, &u);
	write_next(&h, req, &u);
	r = write_acts(&h, req, c, &u, err);
	if (r < 0)
		return r;
	parts_link(&h, "/emergency/accounts", "非常時アカウントの一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_emergency_use(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* --- acts -------------------------------------------------------------------------------- */

static int show_given(struct request *req, struct response *res, const struct account *a,
		      const char *code, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "開封しました",
		   "この画面は一度しか出ません。使う人に、利用者IDとコードを直接伝えてください。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	parts_fact(&h, "利用者ID", a->login);
	html_el(&h, EL_DT, "コード");
	html_open(&h, EL_DD);
	html_el(&h, EL_CODE, code);
	html_close(&h, EL_DD);
	html_close(&h, EL_DL);
	html_open(&h, EL_P);
	html_textf(&h,
		   "使う人は、ログイン画面の「非常時アカウントを使う」でこのコードを入れます。%"
		   "d分のうち"
		   "に、1回だけ使えます。",
		   EMERGENCY_GIVEN_MINUTES);
	html_close(&h, EL_P);
	parts_link(&h, html_path(req_arena(req), "/emergency/uses/%s", req_param(req, "entry")),
		   "この使用の画面に戻る");
	return page_end(&h, req, res, 200, err);
}

static int opened_account(struct request *req, struct account *ret, struct err *err)
{
	struct emergency_use u;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = emergency_use_get(visit_of(req)->app->ledgers, c, req_param(req, "entry"),
				      req_arena(req), &u, err);
	return r < 0 ? r : account_by_id(c, u.account, req_arena(req), ret, err);
}

int page_emergency_confirm(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { PROVE_NAMES };
	const struct visit *v = visit_of(req);
	char code[SPARE_CODE_SIZE] = "";
	struct account a;
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = opened_account(req, &a, err);
	if (r < 0)
		return r;
	r = prove_check(req, err);
	if (r >= 0)
		r = emergency_confirm(v->app->ledgers, &v->actor, req_param(req, "entry"), code,
				      err);
	if (prove_again(r)) {
		why = *err;
		return show(req, res, r == ERR_DENIED ? 403 : 422, why.text, err);
	}
	if (r >= 0)
		r = show_given(req, res, &a, code, err);
	bytes_wipe(code, sizeof code);
	return r;
}

static int finish(struct request *req, struct response *res, int r, const struct receipt *receipt,
		  struct err *err)
{
	struct err why;

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	if (r < 0)
		return r;
	return resp_redirect(
		res,
		page_done(req_arena(req),
			  html_path(req_arena(req), "/emergency/uses/%s", req_param(req, "entry")),
			  receipt),
		err);
}

int page_emergency_close(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "csrf" };
	struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = req_form_only(req, names, 1, err);

	if (r >= 0)
		r = emergency_finish(v->app->ledgers, &v->actor, req_param(req, "entry"), &receipt,
				     err);
	/* Whoever closes the account they are in has no page to go back to. */
	if (r >= 0 && v->actor.mark == ACT_EMERGENCY) {
		v->proved = false;
		r = resp_cookie_clear(res, SESSION_COOKIE, err);
		return r < 0 ? r : resp_redirect(res, "/signin", err);
	}
	return finish(req, res, r, &receipt, err);
}

int page_emergency_review(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "result", "review" };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = emergency_review(v->app->ledgers, &v->actor, req_param(req, "entry"),
				     req_form(req, "result"), req_form(req, "review"), &receipt,
				     err);
	return finish(req, res, r, &receipt, err);
}
