/* daicho tls: an authority of one's own, and the certificates of the server, of people and
 * of machines. Touches files only, so that it works while the server runs; the server uses
 * new ones within a minute. */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/command.h"
#include "web/ca.h"
#include "web/cert.h"
#include "web/x509.h"

#define PEM_MAX ((size_t)16 * 1024 * 1024)
#define DAY_US (INT64_C(86400) * 1000000)

static const struct option_spec options[] = {
	{ "ca", "フォルダ", "認証局の置き場所（USBメモリーなど。省くと DATA/tls/ca）" },
	{ "org", "NAME", "init: 認証局に入れる医療機関の名前" },
	{ "out", "FILE", "issue: 書き出す先（person と machine は .p12、--csr のときは .pem）" },
	{ "csr", "FILE", "issue: 相手が作った発行の依頼（PEM）。鍵は相手だけが持つ" },
	{ "reason", "REASON",
	  "revoke: keyCompromise affiliationChanged superseded cessationOfOperation" },
	{ "off", NULL, "clients: 証明書を求めるのをやめる" },
	{ "format", "text|json", "list の出力形式" },
	{ NULL, NULL, NULL },
};

/* What every verb works on. */
struct work {
	const struct invocation *in;
	char ca[PATH_MAX], tls[PATH_MAX];
	char cert[PATH_MAX], key[PATH_MAX], root[PATH_MAX], clients[PATH_MAX], list[PATH_MAX];
};

static int make_paths(const struct invocation *in, struct work *w, struct err *err)
{
	const char *data = in->argument[1], *ca = option(in, "ca");
	char database[PATH_MAX];
	int r = ca_path(data, "daicho.db", database, sizeof database, err);

	w->in = in;
	if (r >= 0 && !file_exists(database))
		return err_set(err, ERR_NOT_FOUND,
			       "%s はデータフォルダではありません。daicho init で作ったフォルダを"
			       "指定してください",
			       data);
	if (r >= 0)
		r = ca_path(data, "tls", w->tls, sizeof w->tls, err);
	if (r >= 0 && ca)
		snprintf(w->ca, sizeof w->ca, "%s", ca);
	else if (r >= 0)
		r = ca_path(w->tls, "ca", w->ca, sizeof w->ca, err);
	if (r >= 0)
		r = ca_path(w->tls, "cert.pem", w->cert, sizeof w->cert, err);
	if (r >= 0)
		r = ca_path(w->tls, "key.pem", w->key, sizeof w->key, err);
	if (r >= 0)
		r = ca_path(w->tls, "ca.pem", w->root, sizeof w->root, err);
	if (r >= 0)
		r = ca_path(w->tls, "client-ca.pem", w->clients, sizeof w->clients, err);
	if (r >= 0)
		r = ca_path(w->tls, "crl.pem", w->list, sizeof w->list, err);
	return r < 0 ? r : dir_make(w->tls, 0700, err);
}

static int copy_file(const char *from, const char *to, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 0);
	r = file_read(from, PEM_MAX, &b, err);
	return r < 0 ? r : file_write(to, b.len ? b.data : "", b.len, 0644, err);
}

/* --- verbs --------------------------------------------------------------------------- */

static int issue_server(const struct work *w, struct ca *ca, const char *const *hosts, size_t count,
			struct err *err)
{
	struct ca_order order = { .kind = CA_SERVER, .hosts = hosts, .host_count = count };
	struct ca_out out = { .cert = w->cert, .key = w->key };
	size_t i;
	int r;

	if (!count)
		return err_set(err, ERR_USAGE,
			       "サーバーの名前かアドレスを指定してください（例: daicho.example "
			       "192.0.2.10）");
	for (i = 0; i < count; i++)
		if (!x509_host_valid(hosts[i]))
			return err_set(err, ERR_USAGE, "サーバーの名前に使えません: %s", hosts[i]);
	order.name = hosts[0];
	r = ca_issue(ca, &order, &out, err);
	if (r < 0)
		return r;
	printf("サーバーの証明書を %s に置きました（%d日間有効）。\n"
	       "指紋（SHA-256）: %s\n"
	       "動いているサーバーは1分以内に切り替わります。\n",
	       w->cert, CA_LEAF_DAYS, out.fingerprint);
	return 0;
}

static int verb_init(const struct work *w, struct err *err)
{
	const struct invocation *in = w->in;
	const char *org = option(in, "org");
	char root[PATH_MAX];
	struct ca *ca = NULL;
	int r = ca_create(w->ca, org ? org : "", err);

	if (r >= 0)
		r = ca_open(w->ca, &ca, err);
	if (r >= 0)
		r = ca_path(w->ca, "ca.pem", root, sizeof root, err);
	if (r >= 0)
		r = copy_file(root, w->root, err);
	if (r >= 0)
		printf("認証局を %s に作りました（%d年間有効）。鍵 ca-key.pem は"
		       "ほかの人が読めない場所に置き、控えを取ってください。\n"
		       "利用者の端末には %s を「信頼する認証局」として入れます。\n",
		       w->ca, CA_YEARS, w->root);
	if (r >= 0)
		r = ca_publish_list(ca, w->list, err);
	if (r >= 0 && in->argument_count > 2)
		r = issue_server(w, ca, in->argument + 2, (size_t)in->argument_count - 2, err);
	ca_free(ca);
	return r;
}

static int issue_client(const struct work *w, struct ca *ca, enum ca_kind kind, struct err *err)
{
	const char *to = option(w->in, "out"), *csr = option(w->in, "csr");
	struct ca_order order = { .kind = kind, .name = w->in->argument[3], .csr = csr };
	struct ca_out out = { .cert = csr ? to : NULL, .p12 = csr ? NULL : to };
	int r;

	if (!to || !*to)
		return err_set(err, ERR_USAGE, "--out で書き出す先を指定してください");
	if (file_exists(to))
		return err_set(err, ERR_CONFLICT, "%s は既にあります。別の名前を指定してください",
			       to);
	if (!*order.name)
		return err_set(err, ERR_USAGE, "誰の（何の）証明書かを指定してください");
	r = ca_issue(ca, &order, &out, err);
	if (r < 0)
		return r;
	printf("%s「%s」の証明書を %s に書き出しました（%d日間有効）。\n番号: %s\n"
	       "指紋（SHA-256）: %s\n",
	       ca_kind_label(kind), order.name, to, CA_LEAF_DAYS, out.serial, out.fingerprint);
	if (!csr)
		printf("パスフレーズ: %s\nこの表示は一度だけです。ファイルとは別の方法で渡して"
		       "ください。\n",
		       out.passphrase);
	if (!file_exists(w->clients))
		printf("サーバーはまだ証明書を求めていません。求めるには: daicho tls clients %s\n",
		       w->in->argument[1]);
	bytes_wipe(out.passphrase, sizeof out.passphrase);
	return 0;
}

static int verb_issue(const struct work *w, struct err *err)
{
	const struct invocation *in = w->in;
	int kind = in->argument_count > 2 ? ca_kind_parse(in->argument[2]) : -1;
	struct ca *ca = NULL;
	int r;

	if (kind < 0 || in->argument_count < 4)
		return err_set(err, ERR_USAGE,
			       "issue DATA server 名前...、issue DATA person 利用者ID --out "
			       "FILE.p12、issue DATA machine 名前 --out FILE.p12 のように書きます");
	r = ca_open(w->ca, &ca, err);
	if (r >= 0 && kind == CA_SERVER)
		r = issue_server(w, ca, in->argument + 3, (size_t)in->argument_count - 3, err);
	else if (r >= 0)
		r = issue_client(w, ca, (enum ca_kind)kind, err);
	ca_free(ca);
	return r;
}

static int verb_revoke(const struct work *w, struct err *err)
{
	const char *reason = option(w->in, "reason");
	struct ca *ca = NULL;
	int r;

	if (w->in->argument_count < 3)
		return err_set(err, ERR_USAGE,
			       "失効させる証明書の番号を指定してください（daicho tls list で"
			       "分かります）");
	r = ca_open(w->ca, &ca, err);
	if (r >= 0)
		r = ca_revoke(ca, w->in->argument[2], reason ? reason : "unspecified", err);
	if (r >= 0)
		r = ca_publish_list(ca, w->list, err);
	if (r >= 0)
		printf("番号 %s を失効させました。動いているサーバーは1分以内に受け付けなくなり"
		       "ます。\n",
		       w->in->argument[2]);
	ca_free(ca);
	return r;
}

/* The names of the server's newest certificate, as issued. */
static int same_server(const struct work *w, struct ca *ca, struct err *err)
{
	const char *hosts[ARGUMENTS_MAX];
	const struct ca_entry *all, *last = NULL;
	size_t count, i, n = 0;
	char names[1024], *p, *next;

	all = ca_entries(ca, &count);
	for (i = 0; i < count; i++)
		if (all[i].kind == CA_SERVER && !all[i].revoked_us)
			last = &all[i];
	if (!last)
		return err_set(err, ERR_NOT_FOUND,
			       "この認証局はまだサーバーの証明書を出していません。"
			       "daicho tls issue DATA server 名前 で出します");
	if (snprintf(names, sizeof names, "%s", last->hosts) >= (int)sizeof names)
		return err_set(err, ERR_LIMIT, "サーバーの名前が多すぎます");
	for (p = names; p && *p && n < ARGUMENTS_MAX; p = next) {
		next = strchr(p, ' ');
		if (next)
			*next++ = '\0';
		hosts[n++] = p;
	}
	return issue_server(w, ca, hosts, n, err);
}

static int verb_renew(const struct work *w, struct err *err)
{
	struct ca *ca = NULL;
	int r = ca_open(w->ca, &ca, err);

	if (r >= 0)
		r = same_server(w, ca, err);
	if (r >= 0)
		r = ca_sign_list(ca, err);
	if (r >= 0)
		r = ca_publish_list(ca, w->list, err);
	if (r >= 0)
		printf("失効リストも新しくしました（%d日間有効）。\n", CA_LEAF_DAYS);
	ca_free(ca);
	return r;
}

static const char *state_of(const struct ca_entry *e)
{
	int64_t now = clock_now_us();

	return e->revoked_us				     ? "失効"
	       : e->until_us <= now			     ? "期限切れ"
	       : e->until_us - now < CERT_WARN_DAYS * DAY_US ? "まもなく期限"
							     : "有効";
}

static int print_entries(const struct ca_entry *all, size_t count, bool json)
{
	json_t *out = json_array();
	char until[DATE_SIZE];
	size_t i;

	for (i = 0; i < count; i++) {
		const struct ca_entry *e = &all[i];

		date_of_us(e->until_us, until);
		if (json)
			json_array_append_new(
				out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "serial", e->serial,
					       "kind", ca_kind_name(e->kind), "name", e->name,
					       "hosts", e->hosts, "until", until, "revoked",
					       e->revoked_us != 0, "reason", e->reason));
		else
			printf("%s  %s  %s  %s  %s\n", e->serial, until, state_of(e),
			       ca_kind_label(e->kind), *e->hosts ? e->hosts : e->name);
	}
	if (json && json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
	return 0;
}

static int verb_list(const struct work *w, struct err *err)
{
	const struct ca_entry *all;
	struct ca *ca = NULL;
	size_t count;
	bool json;
	int r = option_format(w->in, &json, err);

	if (r >= 0)
		r = ca_open(w->ca, &ca, err);
	if (r >= 0) {
		all = ca_entries(ca, &count);
		r = print_entries(all, count, json);
	}
	ca_free(ca);
	return r;
}

/* Switches asking for certificates on or off. */
static int verb_clients(const struct work *w, struct err *err)
{
	int r;

	if (option_given(w->in, "off")) {
		if (file_exists(w->clients) && remove(w->clients) != 0)
			return err_set(err, ERR_IO, "%s を消せません", w->clients);
		printf("サーバーは電子証明書を求めなくなります（1分以内）。\n");
		return 0;
	}
	if (file_exists(w->clients))
		return err_set(err, ERR_CONFLICT,
			       "%s は既にあります。カードの発行元などを足すときは、その証明書を"
			       "このファイルに書き足してください",
			       w->clients);
	r = copy_file(w->root, w->clients, err);
	if (r >= 0)
		printf("サーバーは電子証明書を求めるようになります（1分以内）。\n"
		       "利用者は「設定」の「セキュリティキー・電子証明書」で自分の証明書を登録しま"
		       "す。\n");
	return r;
}

static int dispatch(const struct invocation *in, struct err *err)
{
	static const struct {
		const char *name;
		int (*run)(const struct work *w, struct err *err);
	} verbs[] = {
		{ "init", verb_init },	 { "issue", verb_issue }, { "revoke", verb_revoke },
		{ "renew", verb_renew }, { "list", verb_list },	  { "clients", verb_clients },
	};
	struct work w;
	size_t i;
	int r;

	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, in->argument[0]) == 0) {
			r = make_paths(in, &w, err);
			return r < 0 ? r : verbs[i].run(&w, err);
		}
	return err_set(err, ERR_USAGE, "init issue revoke renew list clients のどれかです: %s",
		       in->argument[0]);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	int r = dispatch(in, &err);

	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_tls = {
	"tls",
	"init|issue|revoke|renew|list|clients DATA ... [--ca DIR]",
	"証明書を作る・失効させる・更新する",
	options,
	2,
	ARGUMENTS_MAX,
	run,
};
