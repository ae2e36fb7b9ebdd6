/* daicho token add|list|revoke: keys of machines, where no page can be opened. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/used.h"
#include "identity/token.h"

static const struct option_spec options[] = {
	{ "label", "使いみち", "add: 何に使う鍵か" },
	{ "scope", "範囲",
	  "add: 空白で区切る。read:台帳 write:台帳 export:台帳 checkpoint verify" },
	{ "until", "年月日", "add: 使える最後の日（今日から400日以内）" },
	{ "address", "範囲", "add: この接続元だけ（192.0.2.0/24 など）" },
	{ "cert", "指紋", "add: この電子証明書と一緒のときだけ（SHA-256、64桁）" },
	{ "format", "text|json", "list の出力形式" },
	{ NULL, NULL, NULL },
};

static int add_token(struct data *d, const struct invocation *in, struct err *err)
{
	struct token_wish wish = { .label = option(in, "label"),
				   .scope = option(in, "scope"),
				   .until = option(in, "until"),
				   .address = option(in, "address"),
				   .cert = option(in, "cert") };
	char text[TOKEN_TEXT_SIZE];
	struct account a;
	struct token t;
	int r = data_begin(d, err);

	if (r == 0)
		r = account_by_login(d->conn, in->argument[2], &d->arena, &a, err);
	data_end(d);
	if (r < 0)
		return r;
	wish.account = a.id;
	r = token_make(d->store, d->defs, &actor_system, &wish, text, &t, &d->arena, err);
	if (r < 0)
		return r;
	printf("%s\n", text);
	fprintf(stderr,
		"「%s」の鍵を発行しました（番号 %s）。鍵はここに一度だけ出ます。"
		"つなぐ機器に入れたら、画面と紙から消してください。\n",
		a.name, t.id);
	bytes_wipe(text, sizeof text);
	return 0;
}

static json_t *token_json(struct data *d, const struct token *t)
{
	char made[40], expires[40], used[40] = "";

	time_rfc3339(t->made_us, made, sizeof made);
	time_rfc3339(t->expires_us, expires, sizeof expires);
	if (t->used_us)
		time_rfc3339(t->used_us, used, sizeof used);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", t->id, "kind",
			 token_kind_name(t->kind), "account",
			 account_name(d->conn, t->account, &d->arena), "label", t->label, "scope",
			 t->scope, "address", t->address, "certificate", t->cert, "made", made,
			 "expires", expires, "used", used);
}

static void print_token(struct data *d, const struct token *t)
{
	char until[DATE_SIZE], used[40] = "未使用";

	date_of_us(t->expires_us - 1, until);
	if (t->used_us)
		time_text(t->used_us, false, used, sizeof used);
	printf("%s  %s  %sまで  最後の使用 %s\n  %s\n  %s%s%s%s%s\n", t->id,
	       account_name(d->conn, t->account, &d->arena), until, used, t->label,
	       *t->scope ? t->scope : "カレンダー", *t->address ? "  接続元 " : "", t->address,
	       *t->cert ? "  証明書 " : "", t->cert);
}

static int list_tokens(struct data *d, bool json, struct err *err)
{
	json_t *out = json_array();
	const struct event e = { .kind = EVENT_VIEW, .detail = "機器連携の鍵の一覧" };
	int k, r = used_note(d, &actor_system, &e, err);

	if (r == 0)
		r = data_begin(d, err);

	for (k = 0; r == 0 && k < TOKEN_KIND_MAX; k++) {
		struct token *list;
		size_t count, i;

		r = token_list(d->conn, (enum token_kind)k, NULL, &d->arena, &list, &count, err);
		for (i = 0; r == 0 && i < count; i++)
			if (json)
				json_array_append_new(out, token_json(d, &list[i]));
			else
				print_token(d, &list[i]);
	}
	if (r == 0 && json && json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
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
		return list_tokens(d, json, err);
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE,
			       "add には利用者ID、revoke には鍵の番号を指定してください");
	if (strcmp(verb, "add") == 0)
		return add_token(d, in, err);
	if (strcmp(verb, "revoke") != 0)
		return err_set(err, ERR_USAGE, "add list revoke のどれかです: %s", verb);
	r = token_revoke(d->store, &actor_system, in->argument[2], err);
	if (r == 0)
		printf("鍵 %s を失効させました。次の接続から断ります。\n", in->argument[2]);
	return r;
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

const struct command command_token = {
	"token",
	"add|list|revoke DATA [LOGIN|番号] [--label L] [--scope S] [--until D] ...",
	"機器連携の鍵（APIトークン）の発行・一覧・失効",
	options,
	2,
	3,
	run,
};
