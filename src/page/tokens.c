/* Keys of machines: all of them, and one of them. */
#include "page/tokens.h"

#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/prove.h"
#include "page/table_frame.h"

#define SOON_DAYS 30
#define DAY_US (INT64_C(86400) * 1000000)

/* --- words ------------------------------------------------------------------------- */

bool token_ends_soon(const struct token *t)
{
	return t->expires_us - clock_now_us() < SOON_DAYS * DAY_US;
}

const char *token_end_words(struct request *req, const struct token *t)
{
	char day[DATE_SIZE];
	const char *text;

	date_of_us(t->expires_us - 1, day);
	text = arena_printf(req_arena(req), "%s%s", day,
			    clock_now_us() >= t->expires_us ? "（期限切れ）"
			    : token_ends_soon(t)	    ? "（もうすぐ期限）"
							    : "");
	return text ? text : "";
}

static const char *word_text(struct request *req, const char *word)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "read:", "を見る" },
		      { "write:", "に書く" },
		      { "export:", "を書き出す" },
		      { "checkpoint", "記録の証明" },
		      { "verify", "1件ごとの証明" } };
	const struct visit *v = visit_of(req);
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		size_t n = strlen(known[i].name);
		const struct ledger_def *def;

		if (strncmp(word, known[i].name, n) != 0)
			continue;
		if (!word[n])
			return known[i].text;
		def = define_ledger(v->app->defs, word + n);
		return arena_printf(req_arena(req), "%s%s", def ? def->title.ja : word + n,
				    known[i].text);
	}
	return word;
}

const char *token_scope_words(struct request *req, const struct token *t)
{
	struct arena *a = req_arena(req);
	const char *p = t->scope, *all = "";

	while (*p && all) {
		size_t n = strcspn(p, " ");
		const char *word = arena_strndup(a, p, n);
		const char *text = word ? word_text(req, word) : NULL;

		all = text ? arena_printf(a, "%s%s%s", all, *all ? "、" : "", text) : NULL;
		p += n + (p[n] == ' ');
	}
	return all ? all : "";
}

static const char *used_words(struct request *req, const struct token *t)
{
	char text[40];

	if (!t->used_us)
		return "未使用";
	time_text(t->used_us, false, text, sizeof text);
	return arena_strdup(req_arena(req), text);
}

static void pair(struct html *h, const char *term, const char *text)
{
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text && *text ? text : "―");
}

/* Who answers for a machine: somebody of the staff ledger, and a vendor where there is one. */
static const char *entry_called(struct request *req, struct conn *c, const char *ledger,
				const char *entry)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = define_ledger(v->app->defs, ledger);

	return def && *entry ? entry_name(v->app->ledgers, c, def, entry, req_arena(req)) : "";
}

int token_show_once(struct request *req, struct response *res, const struct token *t,
		    char text[TOKEN_TEXT_SIZE], struct err *err)
{
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "機器連携の鍵",
		   "この画面は一度しか出ません。つなぐ機器に入れたら、画面を閉じてください。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	pair(&h, "使いみち", t->label);
	html_el(&h, EL_DT, "鍵");
	html_open(&h, EL_DD);
	html_el_class(&h, EL_CODE, "hash", text);
	html_close(&h, EL_DD);
	pair(&h, "できること", token_scope_words(req, t));
	pair(&h, "使える最後の日", token_end_words(req, t));
	html_close(&h, EL_DL);
	html_el(&h, EL_P,
		"鍵はメールや共有フォルダに置かないでください。"
		"知られたかもしれないときは、一覧から失効させて作り直します。");
	html_open(&h, EL_P);
	html_link(&h, "/tokens", "鍵の一覧に戻る");
	html_close(&h, EL_P);
	r = page_end(&h, req, res, 200, err);
	bytes_wipe(text, TOKEN_TEXT_SIZE);
	return r;
}

/* --- the list ------------------------------------------------------------------------ */

static int write_tokens(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "使いみち", "機器", "できること", "最後に使った日時",
					     "使える最後の日" };
	struct token *list;
	size_t count, i;
	int r = token_list(c, TOKEN_MACHINE, NULL, req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "鍵");
	if (!count) {
		html_el(h, EL_P, "鍵はまだありません。");
		return 0;
	}
	table_frame_begin(h, "鍵の一覧", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++) {
		html_open(h, EL_TR);
		html_open(h, EL_TH);
		html_attr(h, "scope", "row");
		html_link(h, html_path(req_arena(req), "/tokens/%s", list[i].id), list[i].label);
		html_close(h, EL_TH);
		html_el(h, EL_TD, account_name(c, list[i].account, req_arena(req)));
		html_el(h, EL_TD, token_scope_words(req, &list[i]));
		html_el(h, EL_TD, used_words(req, &list[i]));
		html_el(h, EL_TD, token_end_words(req, &list[i]));
		html_close(h, EL_TR);
	}
	table_frame_end(h);
	return 0;
}

static void write_machine(struct html *h, struct request *req, struct conn *c,
			  const struct account *m)
{
	struct arena *a = req_arena(req);
	const char *person = entry_called(req, c, "staff", m->staff);

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_textf(h, "%s（%s）", m->name, m->login);
	html_close(h, EL_TH);
	html_el(h, EL_TD, role_label(m->role));
	html_el(h, EL_TD, *person ? person : "決まっていません");
	html_el(h, EL_TD, entry_called(req, c, "vendors", m->vendor));
	html_el(h, EL_TD, m->disabled ? "停止中" : "使えます");
	html_open(h, EL_TD);
	if (!m->disabled) {
		html_link(h, html_path(a, "/tokens/new?login=%s", m->login), "鍵を発行する");
		html_text(h, "　");
	}
	html_link(h, html_path(a, "/accounts/%s/certificate", m->login), "電子証明書");
	html_text(h, "　");
	html_link(h, html_path(a, "/accounts/%s/stop", m->login),
		  m->disabled ? "使えるように戻す" : "停止する");
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static int write_machines(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "機器・システム", "役割", "責任者",
					     "事業者",	       "状態", "操作" };
	struct account *list;
	size_t count, i, shown = 0;
	int r = account_list(c, req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "つなぐ機器・システム");
	for (i = 0; i < count; i++) {
		if (list[i].kind != ACCOUNT_MACHINE)
			continue;
		if (!shown++)
			table_frame_begin(h, "つなぐ機器・システムの一覧", heads,
					  sizeof heads / sizeof heads[0]);
		write_machine(h, req, c, &list[i]);
	}
	if (shown)
		table_frame_end(h);
	else
		html_el(h, EL_P, "まだありません。");
	html_open(h, EL_P);
	html_open(h, EL_A);
	html_attr(h, "class", "button button-primary");
	html_url(h, "href", "/tokens/machine");
	html_text(h, "機器・システムを加える");
	html_close(h, EL_A);
	html_close(h, EL_P);
	return 0;
}

int page_tokens(struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_IDS, "機器連携",
		"ほかのシステムが台帳を読み書きするための鍵です。使わなくなった鍵は失効させます。");
	r = write_tokens(&h, req, c, err);
	if (r >= 0)
		r = write_machines(&h, req, c, err);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}

/* --- one of them ---------------------------------------------------------------------- */

static int load(struct request *req, struct conn *c, struct token *ret, struct err *err)
{
	int r = token_get(c, req_param(req, "token"), req_arena(req), ret, err);

	return r >= 0 && ret->kind != TOKEN_MACHINE
		       ? err_set(err, ERR_NOT_FOUND, "その鍵はありません。一覧で確かめてください。")
		       : r;
}

static void write_facts(struct html *h, struct request *req, struct conn *c, const struct token *t)
{
	char made[40];

	time_text(t->made_us, false, made, sizeof made);
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	pair(h, "機器", account_name(c, t->account, req_arena(req)));
	pair(h, "できること", token_scope_words(req, t));
	pair(h, "接続元", *t->address ? t->address : "どこからでも");
	pair(h, "電子証明書", *t->cert ? t->cert : "決めていない");
	pair(h, "発行した日時", made);
	pair(h, "最後に使った日時", used_words(req, t));
	pair(h, "使える最後の日", token_end_words(req, t));
	html_close(h, EL_DL);
}

static void write_acts(struct html *h, struct request *req, const char *path)
{
	char today[DATE_SIZE], until[DATE_SIZE];

	date_today(today);
	date_add_days(today, 365, until);
	html_el(h, EL_H2, "作り直す");
	html_el(h, EL_P, "同じ範囲の新しい鍵を作ります。入れ替えが済むまで、前の鍵も残せます。");
	form_begin(h, req, path, false, false);
	html_hidden(h, "act", "rotate");
	form_input(h, &(struct form_input){ .name = "until",
					    .label = "新しい鍵の使える最後の日",
					    .type = "date",
					    .value = until,
					    .required = true });
	form_input(h, &(struct form_input){ .name = "overlap",
					    .label = "前の鍵を残す日数",
					    .help = "0にすると、前の鍵はすぐに使えなくなります。",
					    .value = "7",
					    .required = true });
	prove_fields(h, req);
	form_submit(h, "primary", "作り直す");
	form_end(h);
	html_el(h, EL_H2, "失効させる");
	form_begin(h, req, path, false, false);
	html_hidden(h, "act", "revoke");
	form_submit(h, "danger", "この鍵をすぐに使えなくする");
	form_end(h);
}

static int show_one(struct request *req, struct response *res, int status, const char *message,
		    struct err *err)
{
	CONN_CLEANUP *c = NULL;
	struct token t;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = load(req, c, &t, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, arena_printf(req_arena(req), "鍵: %s", t.label), NULL);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_facts(&h, req, c, &t);
	write_acts(&h, req, html_path(req_arena(req), "/tokens/%s", t.id));
	html_open(&h, EL_P);
	html_link(&h, "/tokens", "鍵の一覧に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_token(struct request *req, struct response *res, struct err *err)
{
	return show_one(req, res, 200, NULL, err);
}

static int rotate(struct request *req, struct response *res, const struct token *old,
		  struct err *err)
{
	const struct visit *v = visit_of(req);
	char until[DATE_SIZE] = "", text[TOKEN_TEXT_SIZE] = "";
	long long overlap = 0;
	struct token t;
	struct err why;
	int r = req_form_date(req, "until", "新しい鍵の使える最後の日", true, until, err);

	if (r >= 0)
		r = req_form_int(req, "overlap", "前の鍵を残す日数", 0, TOKEN_OVERLAP_MAX, true,
				 &overlap, err);
	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = token_rotate(v->app->store, &v->actor, old->id, until, (int)overlap, text, &t,
				 req_arena(req), err);
	if (r >= 0)
		return token_show_once(req, res, &t, text, err);
	if (!prove_again(r))
		return r;
	why = *err;
	return show_one(req, res, 422, why.text, err);
}

int page_token_post(struct request *req, struct response *res, struct err *err)
{
	const char *act = req_form(req, "act");
	const struct visit *v = visit_of(req);
	struct conn *c = NULL;
	struct token t;
	int r = visit_read(req, &c, err);

	if (r < 0)
		return r;
	r = load(req, c, &t, err);
	store_read_end(c);
	if (r < 0)
		return r;
	if (act && strcmp(act, "rotate") == 0)
		return rotate(req, res, &t, err);
	if (!act || strcmp(act, "revoke") != 0)
		return err_set(err, ERR_INVALID, "「作り直す」か「失効させる」を選んでください。");
	r = token_revoke(v->app->store, &v->actor, t.id, err);
	return r < 0 ? r : resp_redirect(res, "/tokens", err);
}
