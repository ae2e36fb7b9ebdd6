/* daicho user add|list|show|reset|disable: accounts from the command line. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"
#include "cli/used.h"
#include "people/staff.h"

static const struct option_spec options[] = {
	{ "name", "氏名", "表示する氏名" },
	{ "role", "ROLE", "executive planner operator auditor staff vendor inspector" },
	{ "profession", "職種", "医師、看護師、事務など" },
	{ "site", "施設", "所属する施設・事業所" },
	{ "department", "部署", "所属する部署" },
	{ "vendor", "ID", "事業者台帳の記録のID（役割 vendor のとき）" },
	{ "staff", "番号", "職員台帳の人（職員番号か氏名）" },
	{ "kana", "ふりがな", "氏名の読み（パスワードに使われるのを断る）" },
	{ "kind", "KIND", "person（既定） emergency machine" },
	{ "valid-from", "年月日", "使える最初の日" },
	{ "valid-until", "年月日", "使える最後の日" },
	{ "drop-factors", NULL, "reset で、二要素認証の登録もすべて消す" },
	{ "password-stdin", NULL, "パスワードを標準入力の1行目から読む（無ければ作って表示）" },
	{ "format", "text|json", "list と show の出力形式" },
	{ NULL, NULL, NULL },
};

static json_t *account_json(const struct account *a)
{
	json_t *o = json_object();

	json_object_set_new(o, "login", json_string(a->login));
	json_object_set_new(o, "name", json_string(a->name));
	json_object_set_new(o, "kana", json_string(a->kana));
	json_object_set_new(o, "kind", json_string(account_kind_name(a->kind)));
	json_object_set_new(o, "role", json_string(role_name(a->role)));
	json_object_set_new(o, "profession", json_string(a->profession));
	json_object_set_new(o, "site", json_string(a->site));
	json_object_set_new(o, "department", json_string(a->department));
	json_object_set_new(o, "vendor", json_string(a->vendor));
	json_object_set_new(o, "staff", json_string(a->staff));
	json_object_set_new(o, "valid_from", json_string(a->valid_from));
	json_object_set_new(o, "valid_until", json_string(a->valid_until));
	json_object_set_new(o, "disabled", json_boolean(a->disabled));
	json_object_set_new(o, "must_change", json_boolean(a->must_change));
	json_object_set_new(o, "totp", json_boolean(a->has_totp));
	json_object_set_new(o, "keys", json_integer(a->keys));
	json_object_set_new(o, "certificates", json_integer(a->certs));
	json_object_set_new(o, "recovery_codes", json_integer(a->recovery));
	return o;
}

static int print_json(json_t *o)
{
	if (json_dumpf(o, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(o);
	return 0;
}

static int looked(struct data *d, const char *subject, const char *what, struct err *err)
{
	return used_note(d, &actor_system,
			 &(struct event){ .kind = EVENT_VIEW, .subject = subject, .detail = what },
			 err);
}

static int list_accounts(struct data *d, bool json, struct err *err)
{
	struct account *accounts;
	json_t *out = json_array();
	size_t count, i;
	int r = looked(d, "", "利用者の一覧", err);

	if (r == 0)
		r = data_begin(d, err);
	if (r == 0)
		r = account_list(d->conn, &d->arena, &accounts, &count, err);
	for (i = 0; r == 0 && i < count; i++) {
		const struct account *a = &accounts[i];

		if (json)
			json_array_append_new(out, account_json(a));
		else
			printf("%-20s %-10s %s%s%s\n", a->login, role_name(a->role), a->name,
			       a->disabled ? "（停止中）" : "",
			       account_has_factor(a) ? "（二要素）" : "");
	}
	if (r == 0 && json)
		return print_json(out);
	json_decref(out);
	return r;
}

static void print_line(const char *label, const char *value)
{
	if (*value)
		printf("%s: %s\n", label, value);
}

static int show_account(struct data *d, const char *login, bool json, struct err *err)
{
	struct account a;
	int r = data_begin(d, err);

	if (r == 0)
		r = account_by_login(d->conn, login, &d->arena, &a, err);
	if (r == 0)
		r = looked(d, a.id, "利用者の登録の内容", err);
	if (r < 0 || json)
		return r < 0 ? r : print_json(account_json(&a));
	print_line("利用者ID", a.login);
	print_line("氏名", a.name);
	print_line("ふりがな", a.kana);
	print_line("種類", account_kind_label(a.kind));
	print_line("役割", role_label(a.role));
	print_line("職種", a.profession);
	print_line("部署", a.department);
	print_line("施設", a.site);
	print_line("使える最初の日", a.valid_from);
	print_line("使える最後の日", a.valid_until);
	print_line("状態", a.disabled	   ? "停止中"
			   : a.must_change ? "パスワードの変更待ち"
					   : "使えます");
	printf("二要素認証: 認証アプリ%s、セキュリティキー%d個、証明書%d枚、回復コード残り%d個\n",
	       a.has_totp ? "あり" : "なし", a.keys, a.certs, a.recovery);
	return 0;
}

/* Reads one line of standard input without its line end. */
static int read_password(char *ret, size_t size, struct err *err)
{
	if (!fgets(ret, (int)size, stdin))
		return err_set(err, ERR_INVALID,
			       "標準入力にパスワードがありません。1行で渡してください");
	ret[strcspn(ret, "\r\n")] = '\0';
	return 0;
}

static int parse_role(const struct invocation *in, int fallback, int *ret, struct err *err)
{
	const char *name = option(in, "role");

	*ret = name ? role_parse(name) : fallback;
	if (name && *ret < 0)
		return err_set(
			err, ERR_USAGE,
			"役割 %s はありません。executive planner operator auditor staff vendor "
			"inspector から選んでください",
			name);
	return 0;
}

static int parse_kind(const struct invocation *in, int *ret, struct err *err)
{
	const char *name = option(in, "kind");

	*ret = name ? account_kind_parse(name) : ACCOUNT_PERSON;
	if (*ret < 0)
		return err_set(err, ERR_USAGE,
			       "種類 %s はありません。person emergency machine から選んでください",
			       name);
	return 0;
}

static int read_change(const struct invocation *in, bool create, struct account_change *ret,
		       struct err *err)
{
	int r;

	*ret = (struct account_change){ .disabled = create ? 0 : -1 };
	r = parse_role(in, create ? ROLE_STAFF : -1, &ret->role, err);
	if (r == 0)
		r = parse_kind(in, &ret->kind, err);
	ret->name = option(in, "name");
	ret->kana = option(in, "kana");
	ret->profession = option(in, "profession");
	ret->site = option(in, "site");
	ret->department = option(in, "department");
	ret->vendor = option(in, "vendor");
	ret->valid_from = option(in, "valid-from");
	ret->valid_until = option(in, "valid-until");
	ret->drop_factors = option_given(in, "drop-factors");
	return r;
}

/* Whom of the staff ledger it is for. */
static int read_staff(struct data *d, const struct invocation *in, bool create,
		      struct account_change *change, struct err *err)
{
	const char *typed = option(in, "staff"), *staff = "";
	int r = data_begin(d, err);

	if (r >= 0)
		r = staff_choose(d->ledgers, d->conn, NULL, typed, &d->arena, &staff, err);
	if (r >= 0 && create && !*staff)
		r = staff_not_needed(d->ledgers, d->conn, change->kind, change->role, err);
	data_end(d);
	if (r == ERR_INVALID && !*staff && !typed)
		return err_set(
			err, r,
			"職員台帳を使い始めているので、--staff に職員番号か氏名を付けてくださ"
			"い。職員台帳にいない人は、先に職員台帳に登録します");
	if (typed)
		change->staff = staff;
	return r;
}

/* Writes the account with a password read, made, or (for a machine) none. */
static int put_account(struct data *d, const struct invocation *in, bool create, struct err *err)
{
	const char *login = in->argument[2];
	struct account_change change;
	struct account account;
	char password[256] = "";
	bool given = option_given(in, "password-stdin"), made;
	int r = read_change(in, create, &change, err);

	made = !given && change.kind != ACCOUNT_MACHINE;
	if (r == 0)
		r = read_staff(d, in, create, &change, err);
	if (r == 0 && given)
		r = read_password(password, sizeof password, err);
	if (r < 0)
		return r;
	change.password = given ? password : NULL;
	r = made ? account_put_first(d->store, &actor_system, create, login, &change, password,
				     &account, &d->arena, err)
		 : account_put(d->store, &actor_system, create, login, &change, &account, &d->arena,
			       err);
	if (r == 0 && made)
		printf("利用者 %s の最初のパスワード: %s\n"
		       "最初のログインで新しいパスワードに変えます。\n",
		       login, password);
	else if (r == 0)
		printf("利用者 %s を%sしました。\n", login, create ? "登録" : "変更");
	bytes_wipe(password, sizeof password);
	return r;
}

static int disable_account(struct data *d, const char *login, struct err *err)
{
	struct account_change change = { .role = -1, .disabled = 1, .must_change = -1 };
	struct account account;
	int r = account_put(d->store, &actor_system, false, login, &change, &account, &d->arena,
			    err);

	if (r == 0)
		printf("利用者 %s を停止しました。使用中の画面もすべて閉じました。\n", login);
	return r;
}

static int dispatch(struct data *d, const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0];
	bool json;
	int r = option_format(in, &json, err);

	if (r < 0)
		return r;
	if (strcmp(verb, "list") == 0)
		return list_accounts(d, json, err);
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE, "利用者IDを指定してください");
	if (strcmp(verb, "show") == 0)
		return show_account(d, in->argument[2], json, err);
	if (strcmp(verb, "add") == 0)
		return put_account(d, in, true, err);
	if (strcmp(verb, "reset") == 0)
		return put_account(d, in, false, err);
	if (strcmp(verb, "disable") == 0)
		return disable_account(d, in->argument[2], err);
	return err_set(err, ERR_USAGE, "add list show reset disable のどれかです: %s", verb);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct data d;
	int r = data_open(&d, in->argument[1], 0, &err);

	if (r == 0)
		r = dispatch(&d, in, &err);
	data_close(&d);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_user = {
	"user",
	"add|list|show|reset|disable DATA [LOGIN] [--name N] [--role R] ...",
	"利用者の登録・一覧・表示・パスワード再発行・停止",
	options,
	2,
	3,
	run,
};
