/* daicho report KIND: the documents people take away. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"
#include "cli/used.h"
#include "pack/pack.h"
#include "pack/stocktake.h"

static const struct option_spec options[] = {
	{ "round", "N", "inspection vendor agreement: 点検の番号かID" },
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
	if (strcmp(kind, "agreement") == 0)
		return pack_agreement(d->ledgers, round ? round : "1", out, err);
	if (strcmp(kind, "ledger") == 0)
		return pack_ledger(d->ledgers, who,
				   option(in, "ledger") ? option(in, "ledger") : "devices", out,
				   err);
	if (strcmp(kind, "stocktake") == 0)
		return pack_stocktake(d->ledgers, who,
				      option(in, "stocktake") ? option(in, "stocktake") : "", out,
				      err);
	return err_set(err, ERR_USAGE,
		       "種類は inspection vendor agreement ledger stocktake のどれかです: %s",
		       kind);
}

/* Whether `who` may have this document; *ret names the ledger it is of. */
static int allowed(struct data *d, const struct invocation *in, const struct actor *who,
		   const char **ret, struct err *err)
{
	const char *kind = in->argument[0], *name = option(in, "ledger");
	const struct ledger_def *def;
	int r;

	*ret = "";
	if (strcmp(kind, "stocktake") == 0) {
		*ret = "stocktakes";
		return permit(who, PERM_STOCKTAKE_SEE, NULL, err);
	}
	if (strcmp(kind, "ledger") != 0)
		return permit(who, PERM_REPORT, NULL, err);
	r = ledgers_find(d->ledgers, name ? name : "devices", &def, err);
	if (r < 0)
		return r;
	*ret = def->name;
	return permit(who, PERM_LEDGER_EXPORT, def, err);
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
	if (r == 0)
		r = allowed(d, in, &who, &e.ledger, err);
	if (r < 0) {
		used_refused(d, &who, e.ledger, err);
		return r;
	}
	/* First, so that the checkpoint in the footers covers it. */
	r = used_note(d, &who, &e, err);
	return r < 0 ? r : make(d, in, &who, out, err);
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
	"inspection|vendor|agreement|ledger|stocktake DATA [--round N] [--ledger L] [--stocktake "
	"N] --out DIR",
	"立入検査の提出資料などをPDFとXLSXで作る",
	options,
	2,
	2,
	run,
};
