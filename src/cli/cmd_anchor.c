/* daicho anchor: what others hold of the log, from the command line. While a server runs it
 * alone may write; then the page /anchors does the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "anchor/keeper.h"
#include "anchor/settings.h"
#include "anchor/submit.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"

#define VALUE_MAX ((size_t)64 * 1024)

static const struct option_spec options[] = {
	{ "format", "text|json", "status の出力形式" },
	{ NULL, NULL, NULL },
};

/* --- status --------------------------------------------------------------------------- */

static void print_time(const char *label, int64_t us)
{
	char text[40];

	if (!us)
		return;
	time_text(us, false, text, sizeof text);
	printf("  %s: %s\n", label, text);
}

static void print_text(const struct anchor_state *s)
{
	int i;

	for (i = 0; i < CHANNEL_MAX; i++) {
		const struct channel_state *c = &s->channel[i];

		printf("%s: %s\n", channel_row((enum channel)i)->label,
		       channel_word(c, true, clock_now_us()));
		print_time("最後に成功", c->ok_us);
		if (c->ok_us && c->ok_size)
			printf("  そのときの件数: %lld件\n", (long long)c->ok_size);
		if (*c->who)
			printf("  相手: %s\n", c->who);
		print_time("最後に失敗", c->fail_us);
		if (*c->text)
			printf("  %s\n", c->text);
		if (c->fail_us)
			printf("  次にすること: %s\n", channel_row((enum channel)i)->mend);
		print_time("次", c->next_us);
	}
}

static void print_json(const struct anchor_state *s)
{
	json_t *root = json_object();
	int i;

	for (i = 0; i < CHANNEL_MAX; i++) {
		const struct channel_state *c = &s->channel[i];
		char ok[40] = "", failed[40] = "", next[40] = "";

		if (c->ok_us)
			time_rfc3339(c->ok_us, ok, sizeof ok);
		if (c->fail_us)
			time_rfc3339(c->fail_us, failed, sizeof failed);
		if (c->next_us)
			time_rfc3339(c->next_us, next, sizeof next);
		json_object_set_new(
			root, channel_row((enum channel)i)->name,
			json_pack("{s:s,s:I,s:s,s:s,s:I,s:b,s:s,s:s}", "ok", ok, "size",
				  (json_int_t)c->ok_size, "failed", failed, "next", next, "fails",
				  (json_int_t)c->fails, "alarm", (int)c->alarm, "who", c->who, "text",
				  c->text));
	}
	if (json_dumpf(root, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(root);
}

static int do_status(const struct invocation *in, struct err *err)
{
	struct anchor_state s;
	bool json;
	int r = option_format(in, &json, err);

	if (r < 0)
		return r;
	anchor_state_read(in->argument[1], &s);
	if (json)
		print_json(&s);
	else
		print_text(&s);
	return 0;
}

/* --- key, settings ---------------------------------------------------------------------- */

static int do_key(struct data *d, struct err *err)
{
	char text[NOTE_VKEY_SIZE];
	struct note_key key;
	int r = submit_key(d->store, !store_readonly(d->store), &key, err);

	if (r < 0)
		return r;
	note_vkey_write(&key, text);
	note_key_wipe(&key);
	printf("%s\n", text);
	return 0;
}

/* All of standard input, without the ends of its last line. `room` holds VALUE_MAX + 1 bytes. */
static int value_read(char *room, struct err *err)
{
	size_t n = fread(room, 1, VALUE_MAX + 1, stdin);

	if (n == 0 || ferror(stdin))
		return err_set(err, ERR_USAGE, "値を標準入力から読めません");
	if (n > VALUE_MAX)
		return err_set(err, ERR_LIMIT, "標準入力の値が長すぎます（%zuバイトまで）", VALUE_MAX);
	while (n > 0 && (room[n - 1] == '\n' || room[n - 1] == '\r'))
		n--;
	room[n] = '\0';
	return strlen(room) == n ? 0 : err_set(err, ERR_USAGE, "値が文字ではありません");
}

static int field_unknown(const struct ledger_def *def, const char *name, struct err *err)
{
	char known[400] = "";
	size_t g, i, n = 0;

	for (g = 0; g < def->form_count; g++)
		for (i = 0; i < def->form[g].count && n < sizeof known; i++)
			n += (size_t)snprintf(known + n, sizeof known - n, " %s",
					      def->field[def->form[g].field[i]].name);
	return err_set(err, ERR_USAGE, "項目 %.60s はありません。次のどれかです:%s", name, known);
}

/* A secret comes from standard input: arguments are seen by everybody on the machine. */
static int field_check(struct data *d, const char *name, bool argument, struct err *err)
{
	const struct ledger_def *def;
	int r = ledgers_find(d->ledgers, "anchor_settings", &def, err), i;

	if (r < 0)
		return r;
	i = ledger_field(def, name);
	if (i < 0)
		return field_unknown(def, name, err);
	if (argument && def->field[i].class == CLASS_SECRET)
		return err_set(err, ERR_USAGE,
			       "%s は秘密なので、引数では受け取りません（この機械のだれにでも見えます）。"
			       "値の代わりに - を書き、標準入力から渡してください",
			       def->field[i].label.ja);
	return 0;
}

static int set_value(struct data *d, const char *field, const char *value, struct err *err)
{
	struct only_input input[2] = { { field, value }, { NULL, NULL } };
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	struct actor who;
	int r = data_actor(d, NULL, &who, err);

	if (r == 0)
		r = anchor_settings_save(d->ledgers, &who, input, ONLY_ANY_REV, &receipt, &faults,
					 err);
	if (r == 0)
		printf("%s を決めました（受付番号 %lld）。\n", field, (long long)receipt.seq);
	return r;
}

static int do_set(struct data *d, const struct invocation *in, struct err *err)
{
	const char *value = in->argument_count > 3 ? in->argument[3] : "-";
	bool argument = strcmp(value, "-") != 0;
	char *room;
	int r;

	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE, "項目の名前を指定してください（例: tsa_url）");
	r = field_check(d, in->argument[2], argument, err);
	if (r < 0 || argument)
		return r < 0 ? r : set_value(d, in->argument[2], value, err);
	room = calloc(1, VALUE_MAX + 1);
	if (!room)
		return err_nomem(err);
	r = value_read(room, err);
	if (r == 0)
		r = set_value(d, in->argument[2], room, err);
	bytes_wipe(room, VALUE_MAX + 1);
	free(room);
	return r;
}

/* --- running ------------------------------------------------------------------------------ */

static int do_channel(struct data *d, enum channel c, struct err *err)
{
	const struct channel_row *row = channel_row(c);
	struct anchors *a = NULL;
	struct anchor_state s;
	int r = anchors_new(d->ledgers, false, &a, err);

	if (r < 0)
		return r;
	r = anchors_run(a, c, err);
	anchors_state(a, &s);
	anchors_free(a);
	if (r == 0)
		return err_set(err, ERR_USAGE, "%sはまだ決めていません。画面の「記録を外に残す」か"
					       " daicho anchor set で決めてください",
			       row->label);
	if (r > 0)
		printf("%s: できました。%lld件まで。相手: %s\n", row->label,
		       (long long)s.channel[c].ok_size, s.channel[c].who);
	return r < 0 ? r : 0;
}

static int open_data(struct data *d, const char *verb, const char *folder, struct err *err)
{
	int r = data_open(d, folder, 0, err);

	if (r == ERR_BUSY && strcmp(verb, "key") == 0)
		r = data_open(d, folder, STORE_READONLY, err);
	else if (r == ERR_BUSY)
		r = err_set(err, ERR_BUSY,
			    "サーバーが動いています。画面の「記録を外に残す」で「今すぐ」を押してください");
	return r;
}

static int work(const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0];
	int channel = channel_parse(verb), r;
	struct data d;

	if (strcmp(verb, "status") == 0)
		return do_status(in, err);
	if (channel < 0 && strcmp(verb, "key") != 0 && strcmp(verb, "set") != 0)
		return err_set(err, ERR_USAGE,
			       "stamp witness mail copy clock status key set のどれかです: %s", verb);
	r = open_data(&d, verb, in->argument[1], err);
	if (r < 0)
		return r;
	if (strcmp(verb, "key") == 0)
		r = do_key(&d, err);
	else
		r = channel < 0 ? do_set(&d, in, err) : do_channel(&d, (enum channel)channel, err);
	data_close(&d);
	return r;
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	int r = work(in, &err);

	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_anchor = {
	"anchor",
	"stamp|witness|mail|copy|clock|status|key|set DATA [FIELD VALUE|-]",
	"記録の証明を外に残す（時刻認証・証人・メール・写し）",
	options,
	2,
	4,
	run,
};
