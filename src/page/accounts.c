/* Who may use daicho: accounts, first passwords, stopping. */
#include "page/accounts.h"

#include <string.h>

#include "page/handlers.h"
#include "page/table_frame.h"

void account_input(struct html *h, struct request *req, const char *name, const char *label,
		   const char *help)
{
	const char *typed = req_form(req, name);

	form_input(h, &(struct form_input){ .name = name,
					    .label = label,
					    .help = help,
					    .value = typed ? typed : "" });
}

static int show_password(struct request *req, struct response *res, const struct account *account,
			 const char *password, const char *next, const char *next_text,
			 struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "最初のパスワード",
		   "この画面は一度しか出ません。紙に書き写し、本人に直接渡してください。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	html_el(&h, EL_DT, "氏名");
	html_el(&h, EL_DD, account->name);
	html_el(&h, EL_DT, "利用者ID");
	html_el(&h, EL_DD, account->login);
	html_el(&h, EL_DT, "最初のパスワード");
	html_open(&h, EL_DD);
	html_el(&h, EL_CODE, password);
	html_close(&h, EL_DD);
	html_close(&h, EL_DL);
	html_el(&h, EL_P, "本人が最初にログインしたとき、自分だけが知るパスワードに変えます。");
	html_open(&h, EL_P);
	html_open(&h, EL_A);
	html_attr(&h, "class", "button button-primary");
	html_url(&h, "href", next);
	html_text(&h, next_text);
	html_close(&h, EL_A);
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

int account_with_password(struct request *req, struct response *res, bool create, const char *login,
			  struct account_change *change, const char *next, const char *next_text,
			  struct err *err)
{
	const struct visit *v = visit_of(req);
	struct account account;
	char password[32];
	int r;

	r = account_put_first(v->app->store, &v->actor, create, login, change, password, &account,
			      req_arena(req), err);
	if (r == 0)
		r = show_password(req, res, &account, password, next, next_text, err);
	bytes_wipe(password, sizeof password);
	return r;
}

/* --- the list ------------------------------------------------------------------------ */

static void write_account(struct html *h, struct request *req, const struct account *a)
{
	struct arena *arena = req_arena(req);

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, a->login);
	html_close(h, EL_TH);
	html_el(h, EL_TD, a->name);
	html_el(h, EL_TD, role_label(a->role));
	html_el(h, EL_TD, a->profession);
	html_el(h, EL_TD, a->has_totp ? "登録済み" : "未登録");
	html_el(h, EL_TD, a->disabled ? "停止中" : "使えます");
	html_open(h, EL_TD);
	html_link(h, html_path(arena, "/accounts/%s", a->login), "直す");
	html_text(h, "　");
	html_link(h, html_path(arena, "/help/%s", a->login), "パスワードを作り直す");
	html_text(h, "　");
	html_link(h, html_path(arena, "/accounts/%s/sessions", a->login), "使用中の画面");
	html_text(h, "　");
	html_link(h, html_path(arena, "/accounts/%s/stop", a->login),
		  a->disabled ? "使えるように戻す" : "停止する");
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, const struct account *accounts,
			size_t count)
{
	static const char *const heads[] = { "利用者ID",   "氏名", "役割", "職種",
					     "二要素認証", "状態", "操作" };
	size_t i;

	table_frame_begin(h, "利用者の一覧", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		write_account(h, req, &accounts[i]);
	table_frame_end(h);
}

void account_role_select(struct html *h, struct request *req, const char *now)
{
	const char *chosen = req_form(req, "role");
	int role;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-role");
	html_text(h, "役割");
	html_close(h, EL_LABEL);
	html_el_class(h, EL_P, "help",
		      "できることが役割で決まります。迷ったら「職員」を選びます。");
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-role");
	html_attr(h, "name", "role");
	for (role = 0; role < ROLE_MAX; role++) {
		const char *name = role_name((enum role)role);

		html_open(h, EL_OPTION);
		html_attr(h, "value", name);
		html_flag(h, "selected", strcmp(chosen ? chosen : now, name) == 0);
		html_text(h, role_label((enum role)role));
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

static int show_accounts(struct request *req, struct response *res, int status, const char *message,
			 struct err *err)
{
	struct account *accounts;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t count;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = account_list(c, req_arena(req), &accounts, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "利用者",
		   "1人に1つずつ登録します。辞めた人は消さずに停止します。記録の名前は残ります。");
	if (message)
		page_notice(&h, "error", NULL, message);
	write_table(&h, req, accounts, count);
	html_el(&h, EL_H2, "利用者を加える");
	form_begin(&h, req, "/accounts", false, false);
	account_input(&h, req, "login", "利用者ID",
		      "ログインのときに入れる半角の名前です。（例: sato）");
	account_fields(&h, req, NULL);
	account_role_select(&h, req, "staff");
	r = account_whom_fields(&h, req, NULL, err);
	if (r < 0)
		return r;
	form_submit(&h, "primary", "登録して、最初のパスワードを見る");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_accounts(struct request *req, struct response *res, struct err *err)
{
	return show_accounts(req, res, 200, NULL, err);
}

int page_accounts_post(struct request *req, struct response *res, struct err *err)
{
	struct account_change change;
	const char *login = "";
	struct err why;
	int r = req_form_text(req, "login", "利用者ID", 64, true, false, &login, err);

	if (r >= 0)
		r = account_fields_read(req, &change, err);
	if (r >= 0)
		r = account_whom_read(req, NULL, &change, err);
	if (r >= 0)
		r = account_with_password(req, res, true, login, &change, "/accounts",
					  "利用者の一覧に戻る", err);
	if (r != ERR_INVALID && r != ERR_CONFLICT)
		return r;
	why = *err;
	return show_accounts(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

/* --- one account: asked before it is done --------------------------------------------- */

static int read_account(struct request *req, struct account *ret, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	return r < 0 ? r : account_by_login(c, req_param(req, "login"), req_arena(req), ret, err);
}

static int confirm_page(struct request *req, struct response *res, const char *title,
			const char *lead, const char *path, const char *kind, const char *button,
			struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, title, lead);
	form_begin(&h, req, path, false, false);
	form_submit(&h, kind, button);
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, "/accounts", "やめて一覧に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

int page_account_stop(struct request *req, struct response *res, struct err *err)
{
	struct arena *arena = req_arena(req);
	struct account a;
	char *path, *lead;
	int r = read_account(req, &a, err);

	if (r < 0)
		return r;
	path = html_path(arena, "/accounts/%s/stop?to=%s", a.login, a.disabled ? "0" : "1");
	lead = arena_printf(arena,
			    a.disabled ? "%s（%s）が、またログインできるようになります。"
				       : "%s（%s）はログインできなくなり、使用中の画面も閉じます。"
					 "これまでの記録はそのまま残ります。",
			    a.name, a.login);
	return confirm_page(req, res, a.disabled ? "利用の再開" : "利用の停止", lead, path,
			    a.disabled ? "primary" : "danger",
			    a.disabled ? "使えるように戻す" : "停止する", err);
}

int page_account_stop_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct account_change change = { .role = -1, .must_change = -1 };
	const char *to = req_query(req, "to");
	struct account a;
	int r = read_account(req, &a, err);

	if (r < 0)
		return r;
	change.disabled = !to || strcmp(to, "0") != 0;
	if (change.disabled && strcmp(a.id, v->actor.account) == 0)
		return err_set(err, ERR_INVALID,
			       "自分自身は停止できません。ほかの企画管理者に頼んでください");
	r = account_put(v->app->store, &v->actor, false, a.login, &change, &a, req_arena(req), err);
	return r < 0 ? r : resp_redirect(res, "/accounts", err);
}
