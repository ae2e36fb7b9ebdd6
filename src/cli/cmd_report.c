/* daicho report KIND: the documents people take away. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"
#include "identity/event.h"
#include "pack/pack.h"
#include "pack/stocktake.h"

static const struct option_spec options[] = {
	{ "round", "N", "inspection vendor: 点検の番号かID" },
	{ "ledger", "LEDGER", "ledger: どの台帳か" },
	{ "stocktake", "N", "stocktake: 棚卸しの番号かID（省くと最新）" },
	{ "out", "DIR", "書き出すフォルダ" },
	{ "snapshot", NULL, "記録に署名を足さず、今ある控えで作る（serve中でも使える）" },
	{ "as", "LOGIN", "誰として書き出すか" },
	{ NULL, NULL, NULL },
};

static int make(struct data *d, const struct invocation *in, const struct actor *who,
		const char *out, struct err *err)
{
	const char *kind = in->argument[0], *round = option(in, "round");

	if (strcmp(kind, "inspection") == 0)
		return pack_inspection(d->ledgers, round ? round : "1", out, err);
	if (strcmp(kind, "vendor") == 0)
		return pack_vendor(d->ledgers, round ? round : "1", out, err);
	if (strcmp(kind, "ledger") == 0)
		return pack_ledger(d->ledgers, who,
				   option(in, "ledger") ? option(in, "ledger") : "devices", out,
				   err);
	if (strcmp(kind, "stocktake") == 0)
		return pack_stocktake(d->ledgers, who,
				      option(in, "stocktake") ? option(in, "stocktake") : "", out,
				      err);
	return err_set(err, ERR_USAGE,
		       "種類は inspection vendor ledger stocktake のどれかです: %s", kind);
}

static int work(struct data *d, const struct invocation *in, struct err *err)
{
	const char *out = option(in, "out");
	struct event e = { .kind = EVENT_PRINT, .detail = in->argument[0] };
	struct actor who;
	int r;

	if (!out)
		return err_set(err, ERR_USAGE, "--out DIR で書き出すフォルダを指定してください");
	r = data_actor(d, option(in, "as"), &who, err);
	if (r < 0)
		return r;
	if (strcmp(in->argument[0], "ledger") == 0)
		e.ledger = option(in, "ledger") ? option(in, "ledger") : "devices";
	/* First, so that the checkpoint in the footers covers it. Nothing with --snapshot:
	 * the server that asked for it notes who wanted it. */
	event_note(d->store, &who, &e);
	events_flush(d->store);
	return make(d, in, &who, out, err);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct data d;
	/* Otherwise the newest checkpoint is signed and kept for the footer. */
	bool snapshot = option_given(in, "snapshot");
	int r = data_open(&d, in->argument[1], snapshot ? STORE_READONLY : 0, &err);

	if (r == 0)
		r = work(&d, in, &err);
	data_close(&d);
	if (r == 0)
		printf("%s に書き出しました。\n", option(in, "out"));
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_report = {
	"report",
	"inspection|vendor|ledger|stocktake DATA [--round N] [--ledger L] [--stocktake N] --out DIR",
	"立入検査の提出資料などをPDFとXLSXで作る", options, 2, 2, run,
};
