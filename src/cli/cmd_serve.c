/* daicho serve: the pages, until SIGTERM or SIGINT. SIGHUP, and the look once a minute, put
 * new certificates to use. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/serve_syslog.h"
#include "identity/event_left.h"
#include "page/app.h"
#include "web/cert.h"

static const struct option_spec options[] = {
	{ "listen", "ADDR:PORT", "待ち受ける場所（省くと 127.0.0.1:8443）" },
	{ "host", "NAME", "利用者が打ち込むサーバの名前（院内DNS名など）" },
	{ "tls12", NULL,
	  "TLS 1.3 を使えない古いブラウザのために TLS 1.2（高セキュリティ型）も許す" },
	{ "hsts-subdomains", NULL,
	  "この名前の下の名前（例: x.daicho.example.jp）もすべて HTTPS "
	  "だけにするようブラウザに伝える。"
	  "ほかのシステムがこの名前の下にあるときは付けない" },
	{ "connections", "N", "同時につながる数の上限（省くと 512）" },
	{ "per-address", "N",
	  "1つのアドレスから同時につながる数の上限（省くと 128）。多くの端末が1つの"
	  "アドレスに見える網では大きくする" },
	{ "syslog-tls", "ADDR:PORT",
	  "アクセスの記録をsyslog（TLS、相互認証）で受け取る場所（6514番が普通）" },
	{ "syslog-tcp", "ADDR:PORT", "暗号化できない送り元のためのsyslog（TCP）" },
	{ "syslog-udp", "ADDR:PORT", "UDPしか使えない送り元のためのsyslog（失われることがある）" },
	{ NULL, NULL, NULL },
};

#define LOOK_SECONDS 60
#define HOUR_US (INT64_C(3600) * 1000000)
#define DAY_US (INT64_C(86400) * 1000000)

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	/* Blocked before any thread starts, so that all inherit it and next_signal
	 * below is the only receiver. */
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* True if the certificate is that of an authority people can be given. */
static bool own_authority(const char *folder)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof path, "%s/tls/ca.pem", folder) < (int)sizeof path &&
	       file_exists(path);
}

static void print_hello(const struct data *d, const char *folder, struct web *web)
{
	printf("%s の台帳を開きました: https://localhost:%d\n", store_org_name(d->store),
	       web_port(web));
	printf("ログインの仕方: daicho init が示した利用者IDとパスワードを使います");
	printf("（見本なら %s/first-login.txt にもあります）。\n", folder);
	if (!own_authority(folder))
		printf("証明書は自分で作ったものなので、最初だけブラウザの警告で「続ける」を選びま"
		       "す"
		       "（daicho tls init で認証局を作ると、警告はなくなります）。\n");
	printf("止めるには Ctrl+C を押します。\n");
	fflush(stdout);
}

/* Says once a day that something ends within CERT_WARN_DAYS. */
static void warn_of_ends(struct web *web, int64_t *warned_us)
{
	int64_t now = clock_now_us();
	struct web_tls_ends ends;
	char date[DATE_SIZE];

	if (*warned_us && now - *warned_us < DAY_US)
		return;
	web_tls_ends(web, &ends);
	*warned_us = now;
	if (ends.cert_us - now < CERT_WARN_DAYS * DAY_US) {
		date_of_us(ends.cert_us, date);
		sink_write(SINK_WARN, "certificate_ends", "on=%s next=daicho_tls_renew", date);
	}
	if (ends.list_us && ends.list_us - now < CERT_WARN_DAYS * DAY_US) {
		date_of_us(ends.list_us, date);
		sink_write(SINK_WARN, "revocation_list_ends", "on=%s next=daicho_tls_renew", date);
	}
}

static void reload(struct web *web, bool again)
{
	struct err err = { 0 };
	int r = web_reload(web, again, &err);

	if (r > 0)
		sink_write(SINK_INFO, "certificates_replaced", "running_requests=kept");
	else if (r < 0)
		sink_write(SINK_ERROR, "certificates_kept", "new files are not used: %s", err.text);
}

/* What commands handed out meanwhile comes into the log; what hinders it is said once an hour.
 * *said_us is 0 while nothing does. */
static void take_left(struct store *s, int64_t *said_us)
{
	int64_t now = clock_mono_us();
	struct err err = { 0 };

	if (events_take_left(s, &err) >= 0) {
		*said_us = 0;
	} else if (!*said_us || now - *said_us >= HOUR_US) {
		*said_us = now;
		sink_write(SINK_WARN, "left_events_wait", "%s", err.text);
	}
}

/* The next signal, or 0 after LOOK_SECONDS; every second it looks for what was left. */
static int next_signal(struct store *s, const sigset_t *set, int64_t *said_us)
{
	const struct timespec second = { .tv_sec = 1 };
	int i, n;

	for (i = 0; i < LOOK_SECONDS; i++) {
		n = sigtimedwait(set, NULL, &second);
		if (n > 0)
			return n;
		take_left(s, said_us);
	}
	return 0;
}

static int wait_for_end(struct store *s, struct web *web, const sigset_t *set)
{
	int64_t warned_us = 0, said_us = 0;
	int signal_number, cut;

	do {
		warn_of_ends(web, &warned_us);
		signal_number = next_signal(s, set, &said_us);
		if (!signal_number || signal_number == SIGHUP)
			reload(web, signal_number == SIGHUP);
	} while (!signal_number || signal_number == SIGHUP);
	sink_write(SINK_INFO, "stop", "signal=%d", signal_number);
	cut = web_stop(web, 10);
	sink_write(SINK_INFO, "stopped", "cut=%d", cut);
	return EXIT_DONE;
}

/* A number of connections; *ret stays 0 when the option is not given. */
static int read_count(const struct invocation *in, const char *name, unsigned *ret, struct err *err)
{
	const char *text = option(in, name);
	char *end;
	long n;

	if (!text)
		return 0;
	n = strtol(text, &end, 10);
	if (*end || end == text || n < 8 || n > 65535)
		return err_set(err, ERR_USAGE, "--%s には8から65535までの数を書いてください: %s",
			       name, text);
	*ret = (unsigned)n;
	return 0;
}

static int run(const struct invocation *in)
{
	const char *listen = option(in, "listen"), *host = option(in, "host");
	struct page_place place = { .listen = listen ? listen : "127.0.0.1:8443",
				    .hosts = &host,
				    .host_count = host ? 1 : 0,
				    .tls12 = option_given(in, "tls12"),
				    .hsts_subdomains = option_given(in, "hsts-subdomains") };
	struct err err = { 0 };
	struct web *web = NULL;
	struct app app = { 0 };
	struct syslog syslog = { 0 };
	struct data d;
	sigset_t set;
	int r, status = EXIT_DONE;

	block_signals(&set);
	memset(&d, 0, sizeof d);
	r = read_count(in, "connections", &place.connections, &err);
	if (r == 0)
		r = read_count(in, "per-address", &place.per_address, &err);
	if (r == 0)
		r = data_open(&d, in->argument[0], 0, &err);
	if (r == 0)
		r = shelf_keeper_new(d.defs, &app.shelves, &err);
	if (r == 0) {
		app.store = d.store;
		app.defs = d.defs;
		app.ledgers = d.ledgers;
		r = anchors_new(d.ledgers, true, &app.anchors, &err);
	}
	if (r == 0)
		r = who_open(d.ledgers, &app.who, &err);
	if (r == 0)
		r = page_start(&app, &place, &web, &err);
	if (r == 0) {
		print_hello(&d, in->argument[0], web);
		r = syslog_begin(in, &d, in->argument[0], &syslog, &err);
		if (r == 0)
			status = wait_for_end(d.store, web, &set);
		else
			web_stop(web, 0);
	}
	syslog_end(&syslog);
	who_free(app.who);
	anchors_free(app.anchors);
	shelf_keeper_free(app.shelves);
	data_close(&d);
	return r < 0 ? report_error(&err) : status;
}

const struct command command_serve = {
	"serve",
	"DATA [--listen ADDR:PORT] [--host NAME] [--tls12] ...",
	"画面を出す（HTTPS）",
	options,
	1,
	1,
	run,
};
