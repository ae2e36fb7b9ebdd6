/* New machines and new keys for them. */
#include <string.h>

#include "base/clock.h"
#include "page/accounts.h"
#include "page/handlers.h"
#include "page/prove.h"
#include "page/tokens.h"

#define CHOICES_MAX 2000

/* --- a machine --------------------------------------------------------------------------- */

struct choice {
	struct html *h;
	const char *chosen;
	int name;
};

static void option_tag(struct html *h, const char *value, const char *text, const char *chosen)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", chosen && strcmp(chosen, value) == 0);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

static int choice_row(void *arg, const struct list_row *row, struct err *err)
{
	struct choice *k = arg;
	const char *name = row->value[k->name];

	(void)err;
	option_tag(k->h, row->id, *name ? name : row->id, k->chosen);
	return 0;
}

/* A choice of one entry of a ledger, named as its field of the form. */
static int write_choice(struct html *h, struct request *req, struct conn *c, const char *ledger,
			const char *field, const char *label, const char *help, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = define_ledger(v->app->defs, ledger);
	struct choice k = { h, req_form(req, field), def ? def->name_field : 0 };
	struct list_query q = { .def = def, .sort = -1, .limit = CHOICES_MAX };
	int r = 0;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", field);
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_el_class(h, EL_P, "help", help);
	html_open(h, EL_SELECT);
	html_attrf(h, "id", "f-%s", field);
	html_attr(h, "name", field);
	option_tag(h, "", "選んでください", k.chosen);
	if (def) {
		q.sight = visit_sight(req, def);
		r = list_each(v->app->ledgers, c, &q, choice_row, &k, err);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
	return r;
}

static int show_machine(struct request *req, struct response *res, int status, const char *message,
			struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "機器・システムを加える",
		   "つなぐ相手ごとに1つ登録します。人の利用者IDとは別で、画面には入れません。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/tokens/machine", false, false);
	account_input(&h, req, "login", "ID", "半角の英数字です。（例: kensa-renkei）");
	account_input(&h, req, "name", "名前",
		      "何とつなぐか分かる名前にします。（例: 検査システム連携）");
	r = write_choice(&h, req, c, "staff", "staff", "責任者",
			 "この接続に責任を持つ職員を、職員台帳から選びます。", err);
	if (r >= 0)
		r = write_choice(&h, req, c, "vendors", "vendor", "事業者（あるとき）",
				 "事業者の機器なら選びます。役割が「事業者」のときは必ず選びます。",
				 err);
	if (r < 0)
		return r;
	account_role_select(&h, req, "operator");
	prove_fields(&h, req);
	form_submit(&h, "primary", "加える");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_machine(struct request *req, struct response *res, struct err *err)
{
	return show_machine(req, res, 200, NULL, err);
}

/* What was chosen must be an entry that this visitor sees. */
static int check_choice(struct request *req, const char *ledger, const char *entry, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = define_ledger(v->app->defs, ledger);
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r = visit_read(req, &c, err);

	if (r < 0 || !*entry)
		return r;
	return def ? entry_see(v->app->ledgers, c, visit_sight(req, def), entry, 0, req_arena(req),
			       &e, err)
		   : err_set(err, ERR_INVALID, "その台帳はありません。");
}

static int read_machine(struct request *req, const char **ret_login, struct account_change *ret,
			struct err *err)
{
	const char *role = req_form(req, "role"), *staff = req_form(req, "staff"),
		   *vendor = req_form(req, "vendor");
	int r = req_form_text(req, "login", "ID", 64, true, false, ret_login, err);

	*ret = (struct account_change){ .kind = ACCOUNT_MACHINE, .disabled = 0, .must_change = -1 };
	if (r >= 0)
		r = req_form_text(req, "name", "名前", 80, true, false, &ret->name, err);
	ret->role = role_parse(role ? role : "");
	ret->staff = staff ? staff : "";
	ret->vendor = vendor ? vendor : "";
	if (r >= 0 && (ret->role < 0 || ret->role == ROLE_INSPECTOR))
		r = err_field(err, ERR_INVALID, "role", "役割を一覧から選んでください。");
	if (r >= 0 && !*ret->staff)
		r = err_field(
			err, ERR_INVALID, "staff",
			"責任者を選んでください。一覧にいないときは、先に職員台帳に登録します。");
	if (r >= 0 && ret->role == ROLE_VENDOR && !*ret->vendor)
		r = err_field(err, ERR_INVALID, "vendor",
			      "役割が「事業者」のときは、事業者を選んでください。");
	if (r >= 0)
		r = check_choice(req, "staff", ret->staff, err);
	return r < 0 ? r : check_choice(req, "vendors", ret->vendor, err);
}

int page_machine_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct account_change change;
	const char *login = "";
	struct account made;
	struct err why;
	int r = read_machine(req, &login, &change, err);

	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = account_put(v->app->store, &v->actor, true, login, &change, &made,
				req_arena(req), err);
	if (r >= 0)
		return resp_redirect(res, "/tokens", err);
	if (!prove_again(r) && r != ERR_NOT_FOUND)
		return r;
	why = *err;
	return show_machine(req, res, 422, why.text, err);
}

/* --- a key --------------------------------------------------------------------------------- */

static bool is_chosen(struct request *req, const char *word)
{
	const char *one;
	size_t n;

	for (n = 0; (one = req_form_nth(req, "scope", n)); n++)
		if (strcmp(one, word) == 0)
			return true;
	return false;
}

static void write_box(struct html *h, struct request *req, const char *word, const char *text)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", "scope");
	html_attr(h, "value", word);
	html_flag(h, "checked", is_chosen(req, word));
	html_text(h, text);
	html_close(h, EL_LABEL);
}

/* What the role of the account allows at all, ledger by ledger. */
static void write_scope(struct html *h, struct request *req, const struct account *a)
{
	static const struct {
		enum permission permission;
		const char *word, *text;
	} acts[] = { { PERM_LEDGER_READ, "read", "を見る" },
		     { PERM_LEDGER_EDIT, "write", "に書く" },
		     { PERM_LEDGER_EXPORT, "export", "を書き出す" } };
	const struct visit *v = visit_of(req);
	const struct actor who = { .role = a->role, .vendor = a->vendor };
	size_t count, i, k;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);

	html_open(h, EL_FIELDSET);
	html_el(h, EL_LEGEND, "できること（必要なものだけ）");
	for (i = 0; i < count; i++)
		for (k = 0; !defs[i]->system && k < sizeof acts / sizeof acts[0]; k++)
			if (permit(&who, acts[k].permission, defs[i], NULL) == 0)
				write_box(h, req,
					  arena_printf(req_arena(req), "%s:%s", acts[k].word,
						       defs[i]->name),
					  arena_printf(req_arena(req), "%s%s", defs[i]->title.ja,
						       acts[k].text));
	if (permit(&who, PERM_VERIFY, NULL, NULL) == 0)
		write_box(h, req, "checkpoint", "記録全体の証明（チェックポイント）を取り出す");
	write_box(h, req, "verify", "見られる記録について、1件ごとの証明を取り出す");
	html_close(h, EL_FIELDSET);
}

static void typed_input(struct html *h, struct request *req, const char *name, const char *label,
			const char *help, const char *first, const char *type)
{
	const char *typed = req_form(req, name);

	form_input(h, &(struct form_input){ .name = name,
					    .label = label,
					    .help = help,
					    .type = type,
					    .value = typed ? typed : first });
}

static int load_machine(struct request *req, const char *login, struct account *ret,
			struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = account_by_login(c, login ? login : "", req_arena(req), ret, err);
	return r >= 0 && ret->kind != ACCOUNT_MACHINE
		       ? err_set(err, ERR_NOT_FOUND,
				 "鍵を発行できるのは「機器連携」の一覧にある機器だけです。")
		       : r;
}

static int show_new(struct request *req, struct response *res, int status, const struct account *a,
		    const char *message, struct err *err)
{
	char today[DATE_SIZE], until[DATE_SIZE];
	HTML_CLEANUP h;

	html_init(&h, 0);
	date_today(today);
	date_add_days(today, 365, until);
	page_begin(&h, req, NAV_IDS, arena_printf(req_arena(req), "鍵を発行する: %s", a->name),
		   "鍵でできるのは、機器の役割に許されていて、かつここで選んだことだけです。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/tokens/new", false, false);
	html_hidden(&h, "login", a->login);
	typed_input(&h, req, "label", "使いみち", "（例: 検査システムから機器台帳を読む）", "",
		    NULL);
	write_scope(&h, req, a);
	typed_input(&h, req, "until", "使える最後の日",
		    "今日から400日以内です。期限の30日前に「やること」に出ます。", until, "date");
	typed_input(&h, req, "address", "接続元（決められるとき）",
		    "この範囲からだけ受け付けます。（例: 192.0.2.0/24）", "", NULL);
	typed_input(&h, req, "cert", "電子証明書の指紋（使うとき）",
		    "SHA-256の64桁です。この証明書と一緒のときだけ受け付けます。", "", NULL);
	prove_fields(&h, req);
	form_submit(&h, "primary", "発行して、鍵を見る");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_token_new(struct request *req, struct response *res, struct err *err)
{
	struct account a;
	int r = load_machine(req, req_query(req, "login"), &a, err);

	return r < 0 ? r : show_new(req, res, 200, &a, NULL, err);
}

static int read_wish(struct request *req, struct token_wish *ret, char until[DATE_SIZE],
		     struct err *err)
{
	struct arena *a = req_arena(req);
	const char *one;
	size_t n;
	int r = req_form_text(req, "label", "使いみち", 120, true, false, &ret->label, err);

	if (r >= 0)
		r = req_form_date(req, "until", "使える最後の日", true, until, err);
	if (r >= 0)
		r = req_form_text(req, "address", "接続元", 60, false, false, &ret->address, err);
	if (r >= 0)
		r = req_form_text(req, "cert", "電子証明書の指紋", 64, false, false, &ret->cert,
				  err);
	ret->scope = "";
	for (n = 0; ret->scope && (one = req_form_nth(req, "scope", n)); n++)
		ret->scope = arena_printf(a, "%s %s", ret->scope, one);
	ret->until = until;
	return r >= 0 && !ret->scope ? err_nomem(err) : r;
}

int page_token_new_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct token_wish wish = { .label = "" };
	char until[DATE_SIZE] = "", text[TOKEN_TEXT_SIZE] = "";
	struct account a;
	struct token t;
	struct err why;
	int r = load_machine(req, req_form(req, "login"), &a, err);

	if (r < 0)
		return r;
	wish.account = a.id;
	r = read_wish(req, &wish, until, err);
	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = token_make(v->app->store, v->app->defs, &v->actor, &wish, text, &t,
			       req_arena(req), err);
	if (r >= 0)
		return token_show_once(req, res, &t, text, err);
	if (!prove_again(r) && r != ERR_LIMIT)
		return r;
	why = *err;
	return show_new(req, res, 422, &a, why.text, err);
}
