/* daicho witness serve: sees the logs of others and signs that each continues what it saw
 * (https://c2sp.org/tlog-witness). A folder of its own, no ledgers, no people. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "anchor/witness_store.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/sink.h"
#include "cli/command.h"
#include "identity/identity.h"
#include "page/access.h"
#include "web/cert.h"
#include "web/server.h"

#define HOSTS_MAX 5

static const struct option_spec options[] = {
	{ "listen", "ADDR:PORT", "待ち受ける場所（省くと 127.0.0.1:8444）" },
	{ "host", "NAME", "このサーバーの名前（証明書に入れ、この名前で来た依頼に答える）" },
	{ "name", "NAME", "証人の名前。初めて使うフォルダで要る（例: witness.example.jp）" },
	{ "origin", "NAME", "見る記録の名前。--key と組で、新しい記録を加える" },
	{ "key", "VKEY", "その記録の鍵（daicho anchor key DATA が示すもの）" },
	{ NULL, NULL, NULL },
};

static int add_checkpoint(struct request *req, struct response *res, struct err *err)
{
	CLEANUP(buf_release) struct buf answer;
	const char *body;
	size_t len = 0;
	int status;

	buf_init(&answer, 0);
	body = req_text(req, &len);
	status = witness_store_answer(req_app(req), body ? body : "", len, &answer);
	if (buf_failed(&answer))
		return err_nomem(err);
	sink_write(status == 200 ? SINK_INFO : SINK_WARN, "add-checkpoint", "status=%d from=%s",
		   status, req_remote(req));
	return resp_text_as(res, status,
			    status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8",
			    answer.data ? answer.data : "", err);
}

/* Whoever asks: what counts is the signature on the checkpoint. */
static int anybody(void *app, struct request *req, const struct route *route, struct response *res,
		   struct err *err)
{
	(void)app;
	(void)req;
	(void)route;
	(void)res;
	(void)err;
	return 0;
}

static const struct route routes[] = {
	{ ROUTE_POST, "/add-checkpoint", add_checkpoint, PERM_PUBLIC, CSRF_SIGNED,
	  WITNESS_BODY_MAX, "cosigns a checkpoint that continues the last one", ACCESS_PLAIN,
	  __FILE__, __LINE__ },
};

struct place {
	char tls[PATH_MAX - 32], cert[PATH_MAX], key[PATH_MAX];
	const char *host[HOSTS_MAX];
	size_t host_count;
};

static int place_make(const struct invocation *in, struct place *p, struct err *err)
{
	const char *dir = in->argument[1], *host = option(in, "host");
	int r;

	if (snprintf(p->tls, sizeof p->tls, "%s/tls", dir) >= (int)sizeof p->tls)
		return err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", dir);
	(void)snprintf(p->cert, sizeof p->cert, "%s/cert.pem", p->tls);
	(void)snprintf(p->key, sizeof p->key, "%s/key.pem", p->tls);
	p->host[p->host_count++] = "localhost";
	p->host[p->host_count++] = "127.0.0.1";
	p->host[p->host_count++] = "[::1]";
	if (host)
		p->host[p->host_count++] = host;
	if (file_exists(p->cert) && file_exists(p->key))
		return 0;
	r = dir_make(p->tls, 0700, err);
	return r < 0 ? r : web_cert_make(p->cert, p->key, p->host, p->host_count, err);
}

static int add_log(const struct invocation *in, struct witness_store *w, struct err *err)
{
	const char *origin = option(in, "origin"), *key = option(in, "key");

	if (!origin && !key)
		return 0;
	if (!origin || !key)
		return err_set(err, ERR_USAGE, "--origin と --key は一緒に指定してください");
	return witness_store_add(w, origin, key, err);
}

static void wait_for_end(void)
{
	sigset_t set;
	int n;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigwait(&set, &n);
}

static int serve(const struct invocation *in, struct witness_store *w, struct err *err)
{
	struct place p = { .host_count = 0 };
	struct web_config config = { .listen = option(in, "listen") ? option(in, "listen")
								     : "127.0.0.1:8444",
				     .routes = routes,
				     .route_count = 1,
				     .app = w,
				     .authorise = anybody };
	char vkey[NOTE_VKEY_SIZE];
	struct web *web = NULL;
	int r = place_make(in, &p, err);

	config.cert_path = p.cert;
	config.key_path = p.key;
	config.hosts = p.host;
	config.host_count = p.host_count;
	if (r == 0)
		r = web_start(&config, &web, err);
	if (r < 0)
		return r;
	witness_store_vkey(w, vkey);
	printf("証人を開きました: https://localhost:%d\n", web_port(web));
	printf("相手に渡す証人の検証鍵: %s\n", vkey);
	fflush(stdout);
	wait_for_end();
	web_stop(web, 10);
	return 0;
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(const struct invocation *in)
{
	struct witness_store *w = NULL;
	struct err err = { 0 };
	int r;

	if (strcmp(in->argument[0], "serve") != 0) {
		err_set(&err, ERR_USAGE, "witness のあとは serve です: %s", in->argument[0]);
		return report_error(&err);
	}
	block_signals();
	r = witness_store_open(in->argument[1], option(in, "name"), &w, &err);
	if (r == 0)
		r = add_log(in, w, &err);
	if (r == 0)
		r = serve(in, w, &err);
	witness_store_free(w);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_witness = {
	"witness",
	"serve DIR [--listen ADDR:PORT] [--name NAME] [--origin NAME --key VKEY]",
	"ほかの施設の記録の証人になる",
	options,
	2,
	2,
	run,
};
