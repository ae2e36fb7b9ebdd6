/* Download of a ledger, as filtered on the list page. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger/export.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/ledger_query.h"

static const struct {
	const char *name, *extension, *type;
	enum export_format format;
} formats[] = {
	{ "csv", "csv", "text/csv; charset=utf-8", EXPORT_CSV },
	{ "cp932", "csv", "text/csv; charset=Windows-31J", EXPORT_CSV_CP932 },
	{ "xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	  EXPORT_XLSX },
};
#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

/* Writes to a file of the work folder, whose name is gone before it is sent. */
static int make_file(struct request *req, struct conn *c, const struct list_query *q,
		     enum export_format format, int *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	char path[PATH_MAX];
	int fd = -1, r;

	if (snprintf(path, sizeof path, "%s/work/export-XXXXXX", store_path(v->app->store)) >=
	    (int)sizeof path)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = mkstemp(path);
	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを作れません");
	close(fd);
	r = export_ledger(v->app->ledgers, c, &v->actor, q, format,
			  req_query(req, "substitute") != NULL, path, err);
	fd = r < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	if (r == 0 && fd < 0)
		return err_errno(err, errno, "書き出したファイルを開けません");
	*ret = fd;
	return r;
}

/* Characters that CP932 cannot hold: name them and offer the two ways on. */
static int show_losses(struct request *req, struct response *res, const struct err *why,
		       struct err *err)
{
	const struct visit *v = visit_of(req);
	char *base = html_path(req_arena(req), "/ledger/%s/export", v->ledger->name);
	HTML_CLEANUP h;

	html_init(&h, 0);
	if (!base)
		return err_nomem(err);
	page_begin(&h, req, NAV_LEDGERS, "CP932では書けない文字があります",
		   "まだ何も書き出していません。どちらかを選んでください。");
	page_notice(&h, "warning", NULL, why->text);
	html_open(&h, EL_UL);
	html_open(&h, EL_LI);
	html_link(&h, ledger_query_path(req, base, "format", "csv"),
		  "UTF-8のCSVで書き出す（文字はそのまま。今のExcelで開けます）");
	html_close(&h, EL_LI);
	html_open(&h, EL_LI);
	html_link(&h, ledger_query_path(req, base, "substitute", "1"),
		  "その文字を〓に置き換えて、CP932で書き出す");
	html_close(&h, EL_LI);
	html_close(&h, EL_UL);
	return page_end(&h, req, res, 422, err);
}

int page_export(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *wanted = req_query(req, "format");
	struct ledger_query q;
	CONN_CLEANUP *c = NULL;
	char today[DATE_SIZE];
	size_t i;
	int fd = -1, r;

	for (i = 0; wanted && i < FORMAT_COUNT && strcmp(formats[i].name, wanted) != 0; i++)
		;
	if (!wanted || i == FORMAT_COUNT)
		return err_set(err, ERR_INVALID, "形式は CSV か Excel から選んでください");
	r = ledger_query_read(req, v->ledger, &q, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = make_file(req, c, &q.list, formats[i].format, &fd, err);
	if (r == ERR_INVALID && formats[i].format == EXPORT_CSV_CP932) {
		struct err why = *err;

		return show_losses(req, res, &why, err);
	}
	if (r < 0)
		return r;
	date_today(today);
	return resp_file(res, formats[i].type,
			 arena_printf(req_arena(req), "%s_%s.%s", v->ledger->title.ja, today,
				      formats[i].extension),
			 fd, err);
}
