/* Helping somebody who cannot get in: identity is proved, written into the ledger of
 * identity proofs, and a bypass code or a first password is handed out, in one act. Where
 * the facility wants four eyes, a second person lets it out. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/policy.h"
#include "identity/rescue.h"
#include "page/entry_form.h"
#include "page/handlers.h"
#include "page/prove.h"
#include "page/table_frame.h"

#define SECTION_HOW 1 /* of the form of the ledger */

struct help {
	struct account account;
	struct entry_form form;
	const struct form_section *how;
	enum rescue_kind kind;
	const char *message;
};

/* --- what is handed out --------------------------------------------------------- */

static const char *secret_title(enum rescue_kind kind)
{
	return kind == RESCUE_BYPASS	 ? "一時コード"
	       : kind == RESCUE_PASSWORD ? "最初のパスワード"
					 : "二要素認証の登録を消しました";
}

static void secret_text(struct html *h, enum rescue_kind kind, const struct rescued *given)
{
	char until[24];

	time_text(given->until_us, false, until, sizeof until);
	html_open(h, EL_P);
	if (kind == RESCUE_BYPASS)
		html_textf(h,
			   "%sまで、1回だけ使えます。本人はいつものパスワードを入れたあと、「スマー"
			   "トフォン"
			   "やカードが使えないとき」でこのコードを入れます。このコードで入っている"
			   "間にした"
			   "ことには、すべて印が付きます。",
			   until);
	else if (kind == RESCUE_PASSWORD)
		html_text(h, "前のパスワードは使えなくなりました。本人が最初にログインしたとき、自"
			     "分だけが"
			     "知るパスワードに変えます。");
	else
		html_text(h,
			  "本人は次から、パスワードだけで入れます。すぐに認証アプリを登録し直すよう"
			  "伝えてください。");
	html_close(h, EL_P);
}

static int show_given(struct request *req, struct response *res, const struct account *a,
		      enum rescue_kind kind, const struct rescued *given, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, secret_title(kind),
		   *given->secret ? "この画面は一度しか出ません。紙に書き写すか印刷し、本人に直接渡"
				    "してください。"
				  : NULL);
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	html_el(&h, EL_DT, "氏名");
	html_el(&h, EL_DD, a->name);
	html_el(&h, EL_DT, "利用者ID");
	html_el(&h, EL_DD, a->login);
	if (*given->secret) {
		html_el(&h, EL_DT, secret_title(kind));
		html_open(&h, EL_DD);
		html_el(&h, EL_CODE, given->secret);
		html_close(&h, EL_DD);
	}
	html_close(&h, EL_DL);
	secret_text(&h, kind, given);
	html_open(&h, EL_P);
	html_link(&h, "/help", "一覧に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

static int hand_out(struct request *req, struct response *res, const struct account *a,
		    enum rescue_kind kind, const char *proof, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct rescued given;
	int r = rescue(v->app->store, &v->actor, kind, a->id, proof, &given, err);

	if (r >= 0)
		r = show_given(req, res, a, kind, &given, err);
	bytes_wipe(&given, sizeof given);
	return r;
}

/* --- one person -------------------------------------------------------------------- */

static int help_begin(struct help *p, struct request *req, struct err *err)
{
	struct app *app = req_app(req);
	const char *kind = req_form(req, "kind") ? req_form(req, "kind") : req_query(req, "kind");
	const struct ledger_def *def;
	CONN_CLEANUP *c = NULL;
	int chosen = kind ? rescue_parse(kind) : RESCUE_PASSWORD;
	int r = visit_read(req, &c, err);

	memset(p, 0, sizeof *p);
	p->kind = chosen < 0 ? RESCUE_PASSWORD : (enum rescue_kind)chosen;
	if (r == 0)
		r = account_by_login(c, req_param(req, "login"), req_arena(req), &p->account, err);
	if (r == 0)
		r = ledgers_find(app->ledgers, "identity_proofs", &def, err);
	if (r == 0)
		r = entry_form_init(&p->form, app->ledgers, def, NULL, req_arena(req), err);
	if (r == 0 && def->form_count <= SECTION_HOW)
		r = err_set(err, ERR_BUG, "本人確認台帳の定義に必要な区分がありません");
	if (r == 0)
		p->how = &def->form[SECTION_HOW];
	return r;
}

static void set_field(struct help *p, const char *name, const char *value)
{
	int i = ledger_field(p->form.def, name);

	if (i >= 0)
		p->form.stored[i] = p->form.typed[i] = value;
}

/* What may be done for this person; what may not is left out. */
static void kind_choices(struct html *h, struct request *req, const struct help *p)
{
	int k;

	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "field");
	html_el(h, EL_LEGEND, "何をしますか");
	for (k = 0; k < RESCUE_MAX; k++) {
		if (rescue_permit(&visit_of(req)->actor, &p->account, (enum rescue_kind)k, NULL) <
		    0)
			continue;
		html_open(h, EL_LABEL);
		html_attr(h, "class", "choice");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "radio");
		html_attr(h, "name", "kind");
		html_attr(h, "value", rescue_name((enum rescue_kind)k));
		html_flag(h, "checked", k == (int)p->kind);
		html_text(h, rescue_label((enum rescue_kind)k));
		html_close(h, EL_LABEL);
	}
	html_close(h, EL_FIELDSET);
}

/* A code that was handed out and is not wanted any more: lost on the way, or not needed. */
static void revoke_form(struct html *h, struct request *req, const struct account *a)
{
	if (!account_has_factor(a))
		return;
	html_el(h, EL_H2, "渡した一時コードを取り消す");
	html_el(h, EL_P,
		"紙をなくした、カードが見つかったなどで、まだ使っていない一時コードが要らなくなった"
		"と"
		"きに押します。押すとすぐに使えなくなり、記録に残ります。");
	form_begin(h, req, html_path(req_arena(req), "/help/%s/revoke", a->login), false, false);
	form_submit(h, "danger", "一時コードを取り消す");
	form_end(h);
}

static int show_help(struct help *p, struct request *req, struct response *res, int status,
		     struct err *err)
{
	struct arena *arena = req_arena(req);
	int day = ledger_field(p->form.def, "checked_on");
	CONN_CLEANUP *c = NULL;
	char today[DATE_SIZE];
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	date_today(today);
	if (day >= 0 && !*p->form.typed[day])
		p->form.typed[day] = today;
	page_begin(
		&h, req, NAV_IDS, "入れなくなった人を助ける",
		arena_printf(
			arena,
			"%sさん（利用者ID %s）が本人であることを先に確かめ、どのように確かめたかを"
			"書いてください。本人確認台帳に残ります。",
			p->account.name, p->account.login));
	if (p->message)
		page_notice(&h, "error", NULL, p->message);
	page_faults(&h, &p->form.faults);
	form_begin(&h, req, html_path(arena, "/help/%s", p->account.login), true, true);
	kind_choices(&h, req, p);
	r = entry_form_write_fields(&p->form, &h, req, c, p->how->field, p->how->count, err);
	if (r < 0)
		return r;
	prove_fields(&h, req);
	form_submit(&h, "primary", "本人確認を記録して続ける");
	form_end(&h);
	revoke_form(&h, req, &p->account);
	html_open(&h, EL_P);
	html_link(&h, "/help", "やめて一覧に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_help_one(struct request *req, struct response *res, struct err *err)
{
	struct help p;
	int r = help_begin(&p, req, err);

	/* Bypass is what most come for; who has no second factor can only get a password. */
	if (r == 0 && !req_query(req, "kind") && account_has_factor(&p.account))
		p.kind = RESCUE_BYPASS;
	if (r == 0)
		r = rescue_permit(&visit_of(req)->actor, &p.account, p.kind, err);
	return r < 0 ? r : show_help(&p, req, res, 200, err);
}

/* Writes the proof. 1: it waits for a second person. */
static int write_proof(struct help *p, struct request *req, char ret_id[ID_SIZE], struct err *err)
{
	const struct visit *v = visit_of(req);
	struct access_policy policy;
	struct change change = { .def = p->form.def,
				 .op = OP_SAVE,
				 .value = p->form.stored,
				 .reason = "",
				 .key = req_form(req, "key") };
	struct receipt receipt;
	int r = policy_current(v->app->store, &policy, err);

	if (r < 0)
		return r;
	change.confirm = !policy.four_eyes;
	r = entry_change(v->app->ledgers, &v->actor, &change, ret_id, &receipt, &p->form.faults,
			 err);
	if (r >= 0 && receipt.repeated)
		return err_set(
			err, ERR_CONFLICT,
			"この本人確認ではもう発行しました。もう一度必要なときは、初めからやり直して"
			"ください。");
	return r < 0 ? r : policy.four_eyes;
}

static int show_waiting(struct request *req, struct response *res, const struct account *a,
			struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "もう1人の確認を待っています",
		   "この施設では、本人確認を2人で行います。");
	html_open(&h, EL_P);
	html_textf(&h,
		   "%sさんの本人確認を記録しました。別の企画管理者かシステム運用担当者が「入れなく"
		   "なった"
		   "人を助ける」を開き、認めると発行されます。",
		   a->name);
	html_close(&h, EL_P);
	html_open(&h, EL_P);
	html_link(&h, "/help", "一覧に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

int page_help_post(struct request *req, struct response *res, struct err *err)
{
	struct help p;
	char proof[ID_SIZE];
	struct err why;
	int r = help_begin(&p, req, err);

	if (r == 0)
		r = rescue_permit(&visit_of(req)->actor, &p.account, p.kind, err);
	if (r < 0)
		return r;
	/* Who it is for is not asked: the form is complete before it is checked. */
	set_field(&p, "account", p.account.id);
	set_field(&p, "person", p.account.name);
	set_field(&p, "purpose", rescue_name(p.kind));
	if (r == 0)
		r = entry_form_read_fields(&p.form, req, p.how->field, p.how->count, err);
	if (r < 0)
		return r;
	if (p.form.faults.count)
		return show_help(&p, req, res, 422, err);
	r = prove_check(req, err);
	if (r == 0)
		r = write_proof(&p, req, proof, err);
	if (r > 0)
		return show_waiting(req, res, &p.account, err);
	if (r == 0)
		return hand_out(req, res, &p.account, p.kind, proof, err);
	if (!prove_again(r))
		return r;
	why = *err;
	p.message = p.form.faults.count ? NULL : why.text;
	return show_help(&p, req, res, 422, err);
}

int page_help_revoke(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct err why;
	struct help p;
	int r = help_begin(&p, req, err);

	if (r == 0)
		r = rescue_permit(&v->actor, &p.account, RESCUE_BYPASS, err);
	if (r < 0)
		return r;
	r = rescue_revoke(v->app->store, &v->actor, p.account.id, err);
	if (r >= 0)
		return resp_redirect(res, "/help", err);
	if (r != ERR_NOT_FOUND)
		return r;
	why = *err;
	p.message = why.text;
	return show_help(&p, req, res, 422, err);
}

/* --- the second pair of eyes ---------------------------------------------------------- */

struct proof {
	struct entry entry;
	struct account account;
	enum rescue_kind kind;
};

static const char *value_of(const struct entry *e, const char *field)
{
	int i = ledger_field(e->def, field);

	return i >= 0 ? e->value[i] : "";
}

/* A proof that waits and may be let out by this visitor. */
static int proof_load(struct proof *p, struct request *req, struct conn *c, const char *id,
		      struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def;
	int kind, r = ledgers_find(v->app->ledgers, "identity_proofs", &def, err);

	if (r == 0)
		r = entry_see(v->app->ledgers, c, visit_sight(req, def), id, 0, req_arena(req),
			      &p->entry, err);
	if (r < 0)
		return r;
	kind = rescue_parse(value_of(&p->entry, "purpose"));
	if (p->entry.state != STATE_DRAFT || kind < 0)
		return err_set(
			err, ERR_NOT_FOUND,
			"待っている本人確認ではありません。もう発行されたか、取り消されました。");
	p->kind = (enum rescue_kind)kind;
	if (strcmp(p->entry.author, v->actor.account) == 0)
		return err_set(
			err, ERR_DENIED,
			"自分で書いた本人確認は、自分では認められません。別の人に頼んでください。");
	r = account_by_id(c, value_of(&p->entry, "account"), req_arena(req), &p->account, err);
	return r < 0 ? r : rescue_permit(&v->actor, &p->account, p->kind, err);
}

static int show_proof(const struct proof *p, struct request *req, struct response *res, int status,
		      struct conn *c, const char *message, struct err *err)
{
	struct app *app = req_app(req);
	const struct ledger_def *def = p->entry.def;
	struct arena *arena = req_arena(req);
	HTML_CLEANUP h;
	size_t i;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "本人確認を認めて発行する",
		   "書かれた確かめ方で足りるかを見て、足りなければ認めないでください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	for (i = 0; i < def->field_count; i++) {
		if (!*p->entry.value[i])
			continue;
		html_el(&h, EL_DT, def->field[i].label.ja);
		html_el(&h, EL_DD,
			entry_show(app->ledgers, c, &def->field[i], p->entry.value[i], arena));
	}
	html_el(&h, EL_DT, "確かめた人");
	html_el(&h, EL_DD, account_name(c, p->entry.author, arena));
	html_close(&h, EL_DL);
	form_begin(&h, req, html_path(arena, "/help/proof/%s", p->entry.id), false, false);
	prove_fields(&h, req);
	form_submit(&h, "primary", "認めて発行する");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_help_proof(struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	struct proof p;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = proof_load(&p, req, c, req_param(req, "entry"), err);
	return r < 0 ? r : show_proof(&p, req, res, 200, c, NULL, err);
}

int page_help_proof_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct change change = { .op = OP_CONFIRM, .reason = "" };
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	char id[ID_SIZE];
	struct proof p;
	struct err why;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = proof_load(&p, req, c, req_param(req, "entry"), err);
	if (r < 0)
		return r;
	r = prove_check(req, err);
	if (prove_again(r)) {
		why = *err;
		return show_proof(&p, req, res, 422, c, why.text, err);
	}
	change.def = p.entry.def;
	change.entry = p.entry.id;
	change.base_rev = p.entry.rev;
	if (r == 0)
		r = entry_change(v->app->ledgers, &v->actor, &change, id, &receipt, &faults, err);
	return r < 0 ? r : hand_out(req, res, &p.account, p.kind, p.entry.id, err);
}

/* --- everybody ------------------------------------------------------------------------- */

static int write_waiting(void *arg, const struct list_row *row, struct err *err)
{
	struct html *h = arg;
	char path[64];

	(void)err;
	snprintf(path, sizeof path, "/help/proof/%s", row->id);
	html_open(h, EL_LI);
	html_link(h, path, row->value[1]);
	html_close(h, EL_LI);
	return 0;
}

/* Proofs that wait for a second person. */
static int write_proofs(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	struct app *app = req_app(req);
	struct list_filter draft = { -1, TABLE_EQ, "draft" };
	struct list_query q = { .filter = &draft, .filter_count = 1, .sort = -2, .limit = 50 };
	int64_t n = 0;
	int r = ledgers_find(app->ledgers, "identity_proofs", &q.def, err);

	if (r == 0)
		r = list_count(app->ledgers, c, &q, 1, &n, err);
	if (r < 0 || n == 0)
		return r;
	html_el(h, EL_H2, "もう1人の確認を待っている本人確認");
	html_open(h, EL_UL);
	r = list_each(app->ledgers, c, &q, write_waiting, h, err);
	html_close(h, EL_UL);
	return r;
}

static void write_person(struct html *h, struct request *req, const struct account *a)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, a->name);
	html_close(h, EL_TH);
	html_el(h, EL_TD, a->login);
	html_el(h, EL_TD, a->department);
	html_el(h, EL_TD, account_has_factor(a) ? "登録済み" : "未登録");
	html_open(h, EL_TD);
	html_link(h, html_path(req_arena(req), "/help/%s", a->login), "助ける");
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static int write_people(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "氏名", "利用者ID", "部署", "二要素認証", "操作" };
	struct account *a;
	size_t count, i;
	int r = account_list(c, req_arena(req), &a, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "だれを助けますか");
	table_frame_begin(h, "助けられる人", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		if (rescue_permit(&visit_of(req)->actor, &a[i], RESCUE_PASSWORD, NULL) == 0)
			write_person(h, req, &a[i]);
	table_frame_end(h);
	return 0;
}

int page_help(struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "入れなくなった人を助ける",
		   "パスワードを忘れた人や、カード・スマートフォンが使えない人に、本人確認をしてか"
		   "ら出します。");
	r = write_proofs(&h, req, c, err);
	if (r >= 0)
		r = write_people(&h, req, c, err);
	if (r < 0)
		return r;
	html_open(&h, EL_P);
	html_link(&h, "/ledger/identity_proofs", "本人確認台帳を見る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}
