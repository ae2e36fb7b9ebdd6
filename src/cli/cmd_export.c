/* daicho export: one ledger as CSV, XLSX or JSON. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/used.h"
#include "ledger/export.h"

static const struct option_spec options[] = {
	{ "format", "csv|csv-cp932|xlsx|json", "形式（省くと csv）" },
	{ "out", "FILE", "書き出すファイル（省くと標準出力。xlsxでは必須）" },
	{ "as", "LOGIN", "誰として書き出すか（省くとプログラム自身: すべて見える）" },
	{ "with-voided", NULL, "取消しした件も含める" },
	{ "substitute", NULL, "CP932にない文字を〓に置き換える" },
	{ NULL, NULL, NULL },
};

static int parse_format(const char *name, enum export_format *ret, struct err *err)
{
	static const char *const names[] = { "csv", "csv-cp932", "xlsx", "json" };
	size_t i;

	*ret = EXPORT_CSV;
	if (!name)
		return 0;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0) {
			*ret = (enum export_format)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--format は csv csv-cp932 xlsx json のどれかです: %s",
		       name);
}

/* Through a file of our own, so that standard output gets all or nothing. */
static int to_stdout(struct data *d, const struct actor *who, const struct list_query *q,
		     enum export_format format, bool substitute, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[] = "/tmp/daicho-export-XXXXXX";
	int fd = mkstemp(path), r;

	buf_init(&b, 0);
	if (fd < 0)
		return err_set(err, ERR_IO,
			       "一時ファイルを作れません。/tmp の空きを確かめてください");
	close(fd);
	r = export_ledger(d->ledgers, d->conn, who, q, format, substitute, path, err);
	if (r == 0)
		r = file_read(path, BUF_DEFAULT_CAP, &b, err);
	unlink(path);
	if (r == 0 && (fwrite(b.data, 1, b.len, stdout) != b.len || fflush(stdout) != 0))
		return err_set(err, ERR_IO, "標準出力に書けません");
	return r;
}

static int note(struct data *d, const struct actor *who, const struct ledger_def *def,
		const char *format, struct err *err)
{
	const struct event e = { .kind = EVENT_EXPORT,
				 .ledger = def->name,
				 .detail = arena_printf(&d->arena, "%s %s", def->title.ja,
							format ? format : "csv") };
	int r = permit(who, PERM_LEDGER_EXPORT, def, err);

	if (r < 0) {
		used_refused(d, who, def->name, err);
		return r;
	}
	return e.detail ? used_note(d, who, &e, err) : err_nomem(err);
}

static int work(struct data *d, const struct invocation *in, struct err *err)
{
	struct list_query q = { .sort = -1 };
	const char *out = option(in, "out");
	bool substitute = option_given(in, "substitute");
	enum export_format format;
	struct actor who;
	int r = parse_format(option(in, "format"), &format, err);

	if (r == 0 && format == EXPORT_XLSX && !out)
		r = err_set(err, ERR_USAGE, "xlsx には --out FILE を付けてください");
	if (r == 0)
		r = ledgers_find(d->ledgers, in->argument[1], &q.def, err);
	if (r == 0)
		r = data_actor(d, option(in, "as"), &who, err);
	if (r == 0)
		r = note(d, &who, q.def, option(in, "format"), err);
	if (r == 0)
		r = data_begin(d, err);
	if (r < 0)
		return r;
	q.with_voided = option_given(in, "with-voided");
	return out ? export_ledger(d->ledgers, d->conn, &who, &q, format, substitute, out, err)
		   : to_stdout(d, &who, &q, format, substitute, err);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct data d;
	int r = data_open(&d, in->argument[0], STORE_READONLY, &err);

	if (r == 0)
		r = work(&d, in, &err);
	data_close(&d);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_export = {
	"export",
	"DATA LEDGER [--format csv|csv-cp932|xlsx|json] [--out FILE] [--as LOGIN]",
	"台帳をファイルに書き出す",
	options,
	2,
	2,
	run,
};
