/* Emergency accounts, by the planner: new ones, envelopes, and the sheet that goes in. */
#include <string.h>

#include "base/clock.h"
#include "page/emergency.h"
#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/prove.h"

static const char *const steps[] = {
	"この封筒を開けてよいのは、施設の手順で非常時とされたときです。できれば2人で開けます。",
	"daicho のログイン画面から「非常時アカウントを使う」を開きます。",
	"上の利用者IDとコード、使う理由を入れます。コードは1回だけ使えます。",
	"使っている間は全員の画面に知らされ、したことはすべて記録されます。",
	"画面がロックされたときは、同じコードを印刷のとおりに入れて戻します。",
	"終わったら「非常時アカウント」の画面で「通常時に戻す」を押します。",
	"企画管理者は、使われ方を見直し、新しいコードの封筒を作り直します。",
	"前のコードは二度と使えません。",
};

static void write_places(struct html *h)
{
	static const char *const heads[] = { "封をした人", "立ち会った人", "開けた人（日時）" };
	size_t i;

	table_frame_begin(h, "署名・押印", heads, sizeof heads / sizeof heads[0]);
	html_open(h, EL_TR);
	for (i = 0; i < sizeof heads / sizeof heads[0]; i++)
		html_el_class(h, EL_TD, "stamp", "　");
	html_close(h, EL_TR);
	table_frame_end(h);
}

int emergency_sheet(struct request *req, struct response *res, const char *login, const char *name,
		    const char *keeper, const char *place, const char *code, struct err *err)
{
	char today[DATE_SIZE];
	HTML_CLEANUP h;
	size_t i;

	html_init(&h, 0);
	date_today(today);
	page_begin(
		&h, req, NAV_IDS, "非常時アカウントの封筒に入れる紙",
		"この画面は一度しか出ません。いますぐ印刷し、封筒に入れて封をし、署名か押印をして、"
		"保管場所に置いてください。前の紙は使えないので、破棄します。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	parts_fact(&h, "施設", store_org_name(visit_of(req)->app->store));
	parts_fact(&h, "名前", name);
	parts_fact(&h, "利用者ID", login);
	html_el(&h, EL_DT, "コード");
	html_open(&h, EL_DD);
	html_el(&h, EL_CODE, code);
	html_close(&h, EL_DD);
	parts_fact(&h, "封をした日", today);
	parts_fact(&h, "封筒を持つ人", keeper);
	parts_fact(&h, "保管場所", place);
	html_close(&h, EL_DL);
	html_el(&h, EL_H2, "使い方");
	html_open(&h, EL_OL);
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++)
		html_el(&h, EL_LI, steps[i]);
	html_close(&h, EL_OL);
	html_el(&h, EL_H2, "署名・押印");
	write_places(&h);
	parts_link(&h, "/emergency/accounts", "印刷したので一覧に戻る");
	return page_end(&h, req, res, 200, err);
}

static void write_envelope(struct html *h, struct request *req, const char *keeper,
			   const char *place)
{
	const char *typed = req_form(req, "keeper");

	form_input(
		h,
		&(struct form_input){
			.name = "keeper",
			.label = "封筒を持つ人",
			.help = "夜間や休日にも連絡の付く人か、役職です。（例: 事務長 山田 太郎）",
			.value = typed ? typed : keeper,
			.required = true });
	typed = req_form(req, "place");
	form_input(h, &(struct form_input){ .name = "place",
					    .label = "保管場所",
					    .help = "停電のときも取り出せる、鍵の掛かる場所です。（"
						    "例: 防災センターの金庫）",
					    .value = typed ? typed : place,
					    .required = true });
}

/* --- a new one ----------------------------------------------------------------------- */

static const struct parts_option roles[] = {
	{ "operator", "システム運用担当者（ふつうはこれ）" },
	{ "staff", "職員" },
	{ "planner", "企画管理者" },
	{ "executive", "経営層" },
};

static int show_new(struct request *req, struct response *res, int status,
		    const struct faults *faults, const char *message, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "非常時アカウントを作る",
		   "ふだんは封印されていて使えません。作ると、封筒に入れる紙が一度だけ出ます。");
	if (faults && faults->count)
		page_faults(&h, faults);
	else if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/emergency/new", false, false);
	parts_input(&h, req, "name", "名前", "全員の画面に出る呼び名です。（例: 非常時用1 夜間）");
	parts_input(&h, req, "login", "利用者ID",
		    "半角の英字と数字です。封筒の紙に印刷されます。（例: hijou1）");
	parts_select(&h, req, "role", "使うときの役割", "非常時に要るだけの役割にします。", roles,
		     sizeof roles / sizeof roles[0], "operator");
	write_envelope(&h, req, "", "");
	prove_fields(&h, req);
	form_submit(&h, "primary", "作って封筒の紙を出す");
	form_end(&h);
	parts_link(&h, "/emergency/accounts", "やめて一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_emergency_new(struct request *req, struct response *res, struct err *err)
{
	return show_new(req, res, 200, NULL, NULL, err);
}

static const char *form_text(struct request *req, const char *name)
{
	const char *typed = req_form(req, name);

	return typed ? typed : "";
}

int page_emergency_new_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = {
		"name", "login", "role", "keeper", "place", PROVE_NAMES
	};
	const struct visit *v = visit_of(req);
	const struct emergency_wish wish = { .name = form_text(req, "name"),
					     .login = form_text(req, "login"),
					     .keeper = form_text(req, "keeper"),
					     .place = form_text(req, "place"),
					     .role = role_parse(form_text(req, "role")) };
	struct faults faults = { .count = 0 };
	char code[SPARE_CODE_SIZE];
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = emergency_make(v->app->ledgers, &v->actor, &wish, code, &faults, err);
	if (prove_again(r)) {
		why = *err;
		return show_new(req, res, 422, &faults, why.text, err);
	}
	if (r >= 0)
		r = emergency_sheet(req, res, wish.login, wish.name, wish.keeper, wish.place, code,
				    err);
	bytes_wipe(code, sizeof code);
	return r;
}

/* --- sealing anew ---------------------------------------------------------------------- */

static int show_seal(struct request *req, struct response *res, int status,
		     const struct faults *faults, const char *message, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct emergency_envelope envelope;
	struct emergency_account a;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = emergency_get(c, req_param(req, "login"), req_arena(req), &a, err);
	if (r >= 0)
		r = emergency_envelope(v->app->ledgers, c, a.account.id, req_arena(req), &envelope,
				       err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS,
		   arena_printf(req_arena(req), "「%s」を封印し直す", a.account.name),
		   "新しいコードを作り、封筒に入れる紙を一度だけ出します。前のコードは使えなくなり"
		   "ます。");
	if (faults && faults->count)
		page_faults(&h, faults);
	else if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req,
		   html_path(req_arena(req), "/emergency/accounts/%s/seal", a.account.login), false,
		   false);
	write_envelope(&h, req, envelope.keeper, envelope.place);
	prove_fields(&h, req);
	form_submit(&h, "primary", "新しいコードの紙を出す");
	form_end(&h);
	parts_link(&h, "/emergency/accounts", "やめて一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_emergency_seal(struct request *req, struct response *res, struct err *err)
{
	return show_seal(req, res, 200, NULL, NULL, err);
}

static int account_of(struct request *req, struct emergency_account *ret, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	return r < 0 ? r : emergency_get(c, req_param(req, "login"), req_arena(req), ret, err);
}

int page_emergency_seal_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "keeper", "place", PROVE_NAMES };
	const struct visit *v = visit_of(req);
	const char *keeper = form_text(req, "keeper"), *place = form_text(req, "place");
	struct faults faults = { .count = 0 };
	struct emergency_account a;
	char code[SPARE_CODE_SIZE];
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = account_of(req, &a, err);
	if (r < 0)
		return r;
	r = prove_check(req, err);
	if (r >= 0)
		r = emergency_reseal(v->app->ledgers, &v->actor, a.account.login, keeper, place,
				     code, &faults, err);
	if (prove_again(r)) {
		why = *err;
		return show_seal(req, res, 422, &faults, why.text, err);
	}
	if (r >= 0)
		r = emergency_sheet(req, res, a.account.login, a.account.name, keeper, place, code,
				    err);
	bytes_wipe(code, sizeof code);
	return r;
}
