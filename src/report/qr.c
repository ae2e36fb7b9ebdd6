#include "report/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "report/svg.h"

int qr_init(struct qr *q, const char *text, struct err *err)
{
	size_t len = strlen(text), i, count;
	QRcode *code;

	memset(q, 0, sizeof *q);
	if (!len || len > 2331)
		return err_set(err, ERR_LIMIT,
			       "二次元コードにする文字が空か、長すぎます（2,331バイトまで）。");
	code = QRcode_encodeData((int)len, (const unsigned char *)text, 0, QR_ECLEVEL_M);
	if (!code)
		return errno == ERANGE
			       ? err_set(err, ERR_LIMIT, "二次元コードにするには文字が長すぎます。")
			       : err_nomem(err);
	count = (size_t)code->width * (size_t)code->width;
	q->cells = malloc(count);
	if (q->cells) {
		q->size = code->width;
		for (i = 0; i < count; i++)
			q->cells[i] = code->data[i] & 1;
	}
	QRcode_free(code);
	return q->cells ? 0 : err_nomem(err);
}

void qr_release(struct qr *q)
{
	free(q->cells);
	memset(q, 0, sizeof *q);
}

bool qr_dark(const struct qr *q, int row, int column)
{
	if (row < 0 || column < 0 || row >= q->size || column >= q->size)
		return false;
	return q->cells[(size_t)row * (size_t)q->size + (size_t)column];
}

/* One path for all dark modules: a subpath for each horizontal run. */
static void svg_modules(const struct qr *q, struct buf *out)
{
	int row, column, run;

	for (row = 0; row < q->size; row++) {
		for (column = 0; column < q->size; column += run) {
			run = 1;
			if (!qr_dark(q, row, column))
				continue;
			while (qr_dark(q, row, column + run))
				run++;
			buf_printf(out, "M%d %dh%dv1h-%dz", column + QR_QUIET, row + QR_QUIET, run,
				   run);
		}
	}
}

int qr_svg(const char *text, const char *label, struct buf *out, struct err *err)
{
	struct qr q;
	int r = qr_init(&q, text, err);
	int side = q.size + 2 * QR_QUIET;

	if (r == 0) {
		buf_printf(out,
			   "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" "
			   "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"",
			   side, side);
		svg_attr(out, "aria-label", label);
		buf_printf(out, "><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side);
		svg_modules(&q, out);
		buf_puts(out, "\"/></svg>");
		if (buf_failed(out))
			r = err_nomem(err);
	}
	qr_release(&q);
	return r;
}
