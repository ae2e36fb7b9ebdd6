/* daicho emergency list|make|close: emergency accounts while no server runs. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/used.h"
#include "people/emergency.h"

static const struct option_spec options[] = {
	{ "name", "名前", "make: 全員の画面に出る呼び名" },
	{ "role", "ROLE", "make: 使うときの役割（既定は operator）" },
	{ "keeper", "氏名", "make: 封筒を持つ人" },
	{ "place", "場所", "make: 封筒の保管場所" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ "format", "text|json", "list の出力形式" },
	{ NULL, NULL, NULL },
};

static const char *state_name(enum emergency_state s)
{
	return s == EMERGENCY_SEALED ? "sealed" : s == EMERGENCY_OPENED ? "open" : "unsealed";
}

static json_t *as_json(const struct emergency_account *a)
{
	json_t *o = json_object();

	json_object_set_new(o, "login", json_string(a->account.login));
	json_object_set_new(o, "name", json_string(a->account.name));
	json_object_set_new(o, "role", json_string(role_name(a->account.role)));
	json_object_set_new(o, "state", json_string(state_name(a->state)));
	json_object_set_new(o, "opened_by", json_string(a->opened_by));
	json_object_set_new(o, "opened_us", json_integer(a->opened_us));
	return o;
}

static void print_account(const struct emergency_account *a)
{
	char at[40] = "";

	if (a->opened_us)
		time_text(a->opened_us, false, at, sizeof at);
	printf("%-20s %-12s %s%s%s%s\n", a->account.login, emergency_state_label(a->state),
	       a->account.name, *at ? "　最後の開封: " : "", at, a->opened_by);
}

static int list(struct data *d, const struct actor *who, bool json, struct err *err)
{
	const struct event e = { .kind = EVENT_VIEW, .detail = "非常時アカウントの一覧" };
	struct emergency_account *all;
	size_t count = 0, i;
	json_t *out = json_array();
	int r = permit(who, PERM_EMERGENCY_SEE, NULL, err);

	if (r < 0)
		used_refused(d, who, "", err);
	else
		r = used_note(d, who, &e, err);
	if (r == 0)
		r = data_begin(d, err);

	if (r == 0)
		r = emergency_list(d->conn, &d->arena, &all, &count, err);
	for (i = 0; r == 0 && i < count; i++) {
		if (json)
			json_array_append_new(out, as_json(&all[i]));
		else
			print_account(&all[i]);
	}
	if (r == 0 && json && json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
	data_end(d);
	return r;
}

static int make(struct data *d, const struct actor *who, const struct invocation *in,
		struct err *err)
{
	const char *role = option(in, "role") ? option(in, "role") : "operator";
	const struct emergency_wish wish = { .login = in->argument[2],
					     .name = option(in, "name"),
					     .keeper = option(in, "keeper"),
					     .place = option(in, "place"),
					     .role = role_parse(role) };
	struct faults faults;
	char code[SPARE_CODE_SIZE];
	int r = emergency_make(d->ledgers, who, &wish, code, &faults, err);

	if (r == 0)
		printf("非常時アカウント %s を作り、封印しました。\n"
		       "コード: %s\n"
		       "このコードは二度と表示されません。紙に書き、封筒に入れて封をし、%s "
		       "に保管してく"
		       "ださい。\n",
		       wish.login, code, wish.place);
	bytes_wipe(code, sizeof code);
	return r;
}

/* The use of the account that is going on. */
static int find_use(struct data *d, const char *login, char ret[ID_SIZE], struct err *err)
{
	struct emergency_account a;
	struct emergency_use *uses;
	size_t count = 0, i;
	int r = data_begin(d, err);

	ret[0] = '\0';
	if (r == 0)
		r = emergency_get(d->conn, login, &d->arena, &a, err);
	if (r == 0)
		r = emergency_uses(d->ledgers, d->conn, &d->arena, &uses, &count, err);
	for (i = 0; r == 0 && i < count && !*ret; i++)
		if (uses[i].status == USE_OPEN && strcmp(uses[i].account, a.account.id) == 0)
			memcpy(ret, uses[i].id, ID_SIZE);
	data_end(d);
	if (r == 0 && !*ret)
		r = err_set(err, ERR_NOT_FOUND, "「%s」は開封されていません。", login);
	return r;
}

static int close_use(struct data *d, const struct actor *who, const char *login, struct err *err)
{
	struct receipt receipt;
	char use[ID_SIZE];
	int r = find_use(d, login, use, err);

	if (r == 0)
		r = emergency_finish(d->ledgers, who, use, &receipt, err);
	if (r == 0)
		printf("%s を通常時に戻し、使えなくしました。受付番号 %lld\n"
		       "企画管理者は使われ方を見直し、新しい封筒を作ってください。\n",
		       login, (long long)receipt.seq);
	return r;
}

static int dispatch(struct data *d, const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0];
	struct actor who;
	bool json = false;
	int r = option_format(in, &json, err);

	if (r == 0)
		r = data_actor(d, option(in, "as"), &who, err);
	if (r < 0)
		return r;
	if (strcmp(verb, "list") == 0)
		return list(d, &who, json, err);
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE, "非常時アカウントの利用者IDを指定してください");
	if (strcmp(verb, "make") == 0)
		return make(d, &who, in, err);
	if (strcmp(verb, "close") == 0)
		return close_use(d, &who, in->argument[2], err);
	return err_set(err, ERR_USAGE, "list make close のどれかです: %s", verb);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct data d;
	int r = data_open(&d, in->argument[1], 0, &err);

	if (r == 0)
		r = dispatch(&d, in, &err);
	data_close(&d);
	return r < 0 ? report_error(&err) : r;
}

const struct command command_emergency = {
	"emergency",
	"list|make|close DATA [LOGIN] [--name N] [--keeper K] [--place P] ...",
	"非常時アカウントの一覧・作成・終了",
	options,
	2,
	3,
	run,
};
