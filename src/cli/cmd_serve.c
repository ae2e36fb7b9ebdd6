/* daicho serve: the pages, until SIGTERM or SIGINT. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/sink.h"
#include "cli/command.h"
#include "cli/data.h"
#include "page/app.h"

static const struct option_spec options[] = {
	{ "listen", "ADDR:PORT", "待ち受ける場所（省くと 127.0.0.1:8443）" },
	{ "host", "NAME", "利用者が打ち込むサーバの名前（院内DNS名など）" },
	{ NULL, NULL, NULL },
};

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	/* Blocked before any thread starts, so that all inherit it and sigwait
	 * below is the only receiver. */
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void print_hello(const struct data *d, const char *folder, struct web *web)
{
	printf("%s の台帳を開きました: https://localhost:%d\n", store_org_name(d->store),
	       web_port(web));
	printf("ログインの仕方: daicho init が示した利用者IDとパスワードを使います");
	printf("（見本なら %s/first-login.txt にもあります）。\n", folder);
	printf("証明書は自分で作ったものなので、最初だけブラウザの警告で「続ける」を選びます。\n");
	printf("止めるには Ctrl+C を押します。\n");
	fflush(stdout);
}

static int wait_for_end(struct web *web, const sigset_t *set)
{
	int signal_number = 0;
	int cut;

	sigwait(set, &signal_number);
	sink_write(SINK_INFO, "stop", "signal=%d", signal_number);
	cut = web_stop(web, 10);
	sink_write(SINK_INFO, "stopped", "cut=%d", cut);
	return EXIT_DONE;
}

static int run(const struct invocation *in)
{
	const char *listen = option(in, "listen"), *host = option(in, "host");
	struct err err = { 0 };
	struct web *web = NULL;
	struct app app = { 0 };
	struct data d;
	sigset_t set;
	int r, status = EXIT_DONE;

	block_signals(&set);
	r = data_open(&d, in->argument[0], 0, &err);
	if (r == 0) {
		app.store = d.store;
		app.defs = d.defs;
		app.ledgers = d.ledgers;
		r = page_start(&app, listen ? listen : "127.0.0.1:8443", &host, host ? 1 : 0, &web,
			       &err);
	}
	if (r == 0) {
		print_hello(&d, in->argument[0], web);
		status = wait_for_end(web, &set);
	}
	data_close(&d);
	return r < 0 ? report_error(&err) : status;
}

const struct command command_serve = {
	"serve", "DATA [--listen ADDR:PORT] [--host NAME]", "画面を出す（HTTPS）", options, 1, 1, run,
};
