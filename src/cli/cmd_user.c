/* daicho user add|list|reset|disable: accounts from the command line. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"

static const struct option_spec options[] = {
	{ "name", "氏名", "表示する氏名" },
	{ "role", "ROLE", "executive planner operator auditor staff vendor inspector" },
	{ "profession", "職種", "医師、看護師、事務など" },
	{ "site", "施設", "所属する施設・事業所" },
	{ "department", "部署", "所属する部署" },
	{ "vendor", "ID", "事業者台帳の記録のID（役割 vendor のとき）" },
	{ "until", "年月日", "使える最後の日" },
	{ "password-stdin", NULL, "パスワードを標準入力の1行目から読む（無ければ作って表示）" },
	{ "format", "text|json", "list の出力形式" },
	{ NULL, NULL, NULL },
};

static int list_accounts(struct data *d, bool json, struct err *err)
{
	struct account *accounts;
	json_t *out = json_array();
	size_t count, i;
	int r = data_begin(d, err);

	if (r == 0)
		r = account_list(d->conn, &d->arena, &accounts, &count, err);
	for (i = 0; r == 0 && i < count; i++) {
		const struct account *a = &accounts[i];

		if (json)
			json_array_append_new(out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "login",
							     a->login, "name", a->name, "role",
							     role_name(a->role), "profession",
							     a->profession, "site", a->site,
							     "disabled", a->disabled, "totp",
							     a->has_totp));
		else
			printf("%-20s %-10s %s%s%s\n", a->login, role_name(a->role), a->name,
			       a->disabled ? "（停止中）" : "", a->has_totp ? "（二要素）" : "");
	}
	if (r == 0 && json && json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
	return r;
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

static int choose_password(const struct invocation *in, char ret[256], bool *ret_made,
			   struct err *err)
{
	*ret_made = !option_given(in, "password-stdin");
	if (!*ret_made)
		return read_password(ret, 256, err);
	password_new(ret);
	return 0;
}

static int parse_role(const struct invocation *in, int fallback, int *ret, struct err *err)
{
	const char *name = option(in, "role");

	*ret = name ? role_parse(name) : fallback;
	if (name && *ret < 0)
		return err_set(err, ERR_USAGE,
			       "役割 %s はありません。executive planner operator auditor staff vendor "
			       "inspector から選んでください",
			       name);
	return 0;
}

static int put_account(struct data *d, const struct invocation *in, bool create, struct err *err)
{
	struct account_change change = { .disabled = create ? 0 : -1, .must_change = 1 };
	const char *login = in->argument[2];
	struct account account;
	char password[256];
	bool made;
	int r = parse_role(in, create ? ROLE_STAFF : -1, &change.role, err);

	if (r == 0)
		r = choose_password(in, password, &made, err);
	if (r < 0)
		return r;
	change.name = option(in, "name");
	change.profession = option(in, "profession");
	change.site = option(in, "site");
	change.department = option(in, "department");
	change.vendor = option(in, "vendor");
	change.valid_until = option(in, "until");
	change.password = password;
	if (!made)
		change.must_change = 0;
	r = account_put(d->store, &actor_system, create, login, &change, &account, &d->arena, err);
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
	if (strcmp(verb, "add") == 0)
		return put_account(d, in, true, err);
	if (strcmp(verb, "reset") == 0)
		return put_account(d, in, false, err);
	if (strcmp(verb, "disable") == 0)
		return disable_account(d, in->argument[2], err);
	return err_set(err, ERR_USAGE, "add list reset disable のどれかです: %s", verb);
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
	"user", "add|list|reset|disable DATA [LOGIN] [--name N] [--role R] ...",
	"利用者の登録・一覧・パスワード再発行・停止", options, 2, 3, run,
};
