/* What the facility decided about signing in, each rule with its reason; and who has no
 * second factor yet. */
#include <stdio.h>
#include <string.h>

#include "identity/policy.h"
#include "page/handlers.h"
#include "page/prove.h"
#include "page/table_frame.h"

static const char *posted(struct request *req, const struct policy_field *f)
{
	struct arena *arena = req_arena(req);
	const char *text = "", *role;
	size_t i;

	if (f->type != POLICY_ROLES)
		return req_form(req, f->name) ? req_form(req, f->name) : "";
	for (i = 0; text && (role = req_form_nth(req, f->name, i)); i++)
		text = arena_printf(arena, "%s%s%s", text, *text ? " " : "", role);
	return text ? text : "";
}

/* --- the form ------------------------------------------------------------------ */

static void help_line(struct html *h, const struct policy_field *f)
{
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attrf(h, "id", "help-%s", f->name);
	html_textf(h, "%s（%s）", f->help, f->source);
	html_close(h, EL_P);
}

static void choice(struct html *h, const struct policy_field *f, const char *type,
		   const char *value, const char *label, bool on)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", strcmp(type, "radio") == 0 ? "choice" : "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", type);
	html_attr(h, "name", f->name);
	html_attr(h, "value", value);
	html_flag(h, "checked", on);
	html_text(h, label);
	html_close(h, EL_LABEL);
}

static void rules_choices(struct html *h, const struct policy_field *f, const char *now)
{
	const struct password_rules *rules;
	size_t i, n;

	rules = password_rules_all(&n);
	for (i = 0; i < n; i++) {
		choice(h, f, "radio", rules[i].name, rules[i].label,
		       strcmp(now, rules[i].name) == 0);
		html_open(h, EL_P);
		html_attr(h, "class", "help");
		html_textf(h, "%s（%s %s）", rules[i].why, rules[i].document, rules[i].place);
		html_close(h, EL_P);
	}
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, " "), list += *list == ' ')
		if (strncmp(list, word, len) == 0 && (list[len] == ' ' || !list[len]))
			return true;
	return false;
}

static void choices(struct html *h, const struct policy_field *f, const char *now)
{
	int r;

	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "field");
	html_el(h, EL_LEGEND, f->label);
	help_line(h, f);
	if (f->type == POLICY_RULES)
		rules_choices(h, f, now);
	for (r = 0; f->type == POLICY_ROLES && r < ROLE_MAX; r++)
		choice(h, f, "checkbox", role_name((enum role)r), role_label((enum role)r),
		       has_word(now, role_name((enum role)r)));
	if (f->type == POLICY_BOOL) {
		choice(h, f, "radio", "1", "はい", strcmp(now, "1") == 0);
		choice(h, f, "radio", "0", "いいえ", strcmp(now, "1") != 0);
	}
	html_close(h, EL_FIELDSET);
}

static void input(struct html *h, struct request *req, const struct policy_field *f,
		  const char *now)
{
	char *help = arena_printf(req_arena(req), "%s（%s）", f->help, f->source);

	form_input(h, &(struct form_input){ .name = f->name,
					    .label = f->label,
					    .help = help,
					    .type = f->type == POLICY_DATE ? "date" : "number",
					    .value = now,
					    .required = true });
}

static int show(struct request *req, struct response *res, int status,
		const struct access_policy *p, const char *message, struct err *err)
{
	const struct policy_field *f;
	const char *now;
	HTML_CLEANUP h;
	size_t i, n;

	html_init(&h, 0);
	page_begin(
		&h, req, NAV_IDS, "ログインの決まり",
		"パスワードの規則はガイドラインの版によって違います。施設で1つに決め、理由と一緒に"
		"残します。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (p->seq < 0)
		page_notice(&h, "info", NULL,
			    "まだ施設として決めていません。下の初めの値のまま動いています。");
	form_begin(&h, req, "/access/policy", false, false);
	f = policy_fields(&n);
	for (i = 0; i < n; i++) {
		now = message ? posted(req, &f[i]) : policy_text(p, i, req_arena(req));
		if (f[i].type == POLICY_DATE || f[i].type == POLICY_INT)
			input(&h, req, &f[i], now);
		else
			choices(&h, &f[i], now);
	}
	prove_fields(&h, req);
	form_submit(&h, "primary", "この決まりにする");
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, "/access/factors", "二要素認証がまだの人を見る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_access_policy(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	struct access_policy p;
	int r = policy_current(app->store, &p, err);

	return r < 0 ? r : show(req, res, 200, &p, NULL, err);
}

int page_access_policy_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct policy_field *f;
	struct access_policy p;
	struct err why;
	size_t i, n;
	int r = policy_current(v->app->store, &p, err);

	f = policy_fields(&n);
	for (i = 0; r >= 0 && i < n; i++)
		r = policy_set(&p, i, posted(req, &f[i]), err);
	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = policy_put(v->app->store, &v->actor, &p, err);
	if (r >= 0)
		return resp_redirect(res, "/access/policy", err);
	if (!prove_again(r))
		return r;
	why = *err;
	return show(req, res, 422, &p, why.text, err);
}

/* --- who is not there yet --------------------------------------------------------- */

static void write_person(struct html *h, const struct account *a, const char *from)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, a->name);
	html_close(h, EL_TH);
	html_el(h, EL_TD, a->login);
	html_el(h, EL_TD, role_label(a->role));
	html_el(h, EL_TD, a->department);
	html_open(h, EL_TD);
	html_text(h, from);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_missing(struct html *h, const struct access_policy *p,
			  const struct account *accounts, size_t count)
{
	static const char *const heads[] = { "氏名", "利用者ID", "役割", "部署", "いつまでに" };
	char from[DATE_SIZE];
	size_t i;

	table_frame_begin(h, "二要素認証がまだの人", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++) {
		policy_factor_from(p, &accounts[i], from);
		write_person(h, &accounts[i], *from ? from : "求めていません");
	}
	table_frame_end(h);
}

/* People who may sign in and have nothing but a password; moves them to the front. */
static size_t missing(struct account *a, size_t count, const struct access_policy *p,
		      size_t *ret_people, size_t *ret_wanted)
{
	char today[DATE_SIZE], from[DATE_SIZE];
	size_t i, n = 0;

	date_today(today);
	for (i = 0; i < count; i++) {
		if (a[i].kind != ACCOUNT_PERSON || !account_usable(&a[i], today))
			continue;
		++*ret_people;
		if (account_has_factor(&a[i]))
			continue;
		policy_factor_from(p, &a[i], from);
		*ret_wanted += *from != '\0';
		a[n++] = a[i];
	}
	return n;
}

int page_access_factors(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	struct account *accounts;
	CONN_CLEANUP *c = NULL;
	struct access_policy p;
	HTML_CLEANUP h;
	size_t count, people = 0, wanted = 0, n;
	int r = policy_current(app->store, &p, err);

	html_init(&h, 0);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r >= 0)
		r = account_list(c, req_arena(req), &accounts, &count, err);
	if (r < 0)
		return r;
	n = missing(accounts, count, &p, &people, &wanted);
	page_begin(
		&h, req, NAV_IDS, "二要素認証がまだの人",
		"パスワードだけで入っている人です。期日までに認証アプリかセキュリティキーを登録して"
		"もらいます。");
	html_open(&h, EL_P);
	html_textf(&h,
		   "使える利用者%zu人のうち、まだの人は%zu人、そのうち二要素認証を求める役割の人は"
		   "%zu人です。求め始める日は%sです。",
		   people, n, wanted, p.two_factor_from);
	html_close(&h, EL_P);
	if (n)
		write_missing(&h, &p, accounts, n);
	html_open(&h, EL_P);
	html_link(&h, "/access/policy", "ログインの決まりを見る・直す");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}
