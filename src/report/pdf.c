/* A document's life: recording, the two runs, the finished bytes. */
#include "report/pdf.h"

#include <cairo-pdf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "report/flow.h"
#include "report/paint.h"

#define MEMORY_CAP ((size_t)512 * 1024 * 1024)
#define NOTE_MAX 900 /* bytes in the footer's code: more could not be scanned */

bool flow_failed(struct pdf *p)
{
	if (!p->err.code && arena_failed(&p->mem))
		err_nomem(&p->err);
	return p->err.code != 0;
}

int flow_fail(struct pdf *p, int code, const char *fmt, ...)
{
	va_list ap;

	if (p->err.code)
		return p->err.code;
	err_set(&p->err, code, "%s", "");
	va_start(ap, fmt);
	vsnprintf(p->err.text, sizeof p->err.text, fmt, ap);
	va_end(ap);
	return code;
}

void *flow_add(struct pdf *p, size_t size, int (*run)(struct pdf *, struct block *),
	       double (*head)(struct pdf *, struct block *))
{
	struct block *b;

	if (flow_failed(p))
		return NULL;
	if (p->finished || p->table) {
		flow_fail(p, ERR_BUG,
			  "帳票の組み立て順が誤っています（%s）。開発元に連絡してください。",
			  p->finished ? "完成後の追加" : "表の途中");
		return NULL;
	}
	b = arena_alloc(&p->mem, size);
	if (!b)
		return NULL;
	b->run = run;
	b->head = head;
	*p->tail = b;
	p->tail = &b->next;
	return b;
}

const char *flow_text(struct pdf *p, const char *text)
{
	const char *copy = text_clean(&p->mem, text, TEXT_MAX);

	return copy ? copy : "";
}

int pdf_new(const struct pdf_info *info, struct pdf **ret, struct err *err)
{
	struct pdf *p;
	int r = 0;

	if (!info->title || !*info->title)
		return err_set(err, ERR_INVALID, "帳票の題名がありません。題名を付けてください。");
	if (info->footer_note && strlen(info->footer_note) > NOTE_MAX)
		return err_set(
			err, ERR_LIMIT,
			"各ページに印刷する記録の状態の署名が長すぎます（%zuバイト。%dまで）。"
			"施設のログの名前を短くしてください。",
			strlen(info->footer_note), NOTE_MAX);
	p = calloc(1, sizeof *p);
	if (!p)
		return err_nomem(err);
	arena_init(&p->mem, MEMORY_CAP);
	p->tail = &p->first;
	p->headings_tail = &p->headings;
	p->info = *info;
	p->info.title = flow_text(p, info->title);
	p->info.facility = flow_text(p, info->facility);
	p->info.subject = flow_text(p, info->subject);
	p->info.footer_left = flow_text(p, info->footer_left);
	p->info.footer_note = NULL;
	if (info->footer_note && *info->footer_note)
		r = qr_init(&p->qr, info->footer_note, err);
	if (r == 0)
		r = text_fonts_init(&p->fonts, err);
	if (r < 0)
		pdf_free(p);
	else
		*ret = p;
	return r;
}

void pdf_free(struct pdf *p)
{
	if (!p)
		return;
	text_fonts_release(&p->fonts);
	qr_release(&p->qr);
	arena_release(&p->mem);
	free(p);
}

int pdf_pages(const struct pdf *p)
{
	return p->pages;
}

static cairo_status_t write_to_buf(void *ctx, const unsigned char *data, unsigned len)
{
	struct buf *b = ctx;

	buf_add(b, data, len);
	return buf_failed(b) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void set_metadata(struct pdf *p)
{
	char when[40];

	time_rfc3339(p->info.created_us, when, sizeof when);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, p->info.title);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_AUTHOR, p->info.facility);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_SUBJECT, p->info.subject);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR,
				       "daicho " DAICHO_VERSION);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_MOD_DATE, when);
}

/* The code as a form that all pages share, so that it is in the file once. */
static void make_qr_form(struct pdf *p)
{
	double side = flow_qr_side(p);
	cairo_rectangle_t extents = { 0, 0, side, side };
	cairo_t *cr;

	if (!p->qr.size)
		return;
	p->qr_form = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
	cr = cairo_create(p->qr_form);
	paint_qr(cr, &p->qr, side);
	cairo_destroy(cr);
}

static int draw(struct pdf *p, struct buf *bytes)
{
	cairo_status_t status;
	int pages = p->pages, r;

	p->surface = cairo_pdf_surface_create_for_stream(write_to_buf, bytes, 210 * MM, 297 * MM);
	set_metadata(p);
	p->cr = cairo_create(p->surface);
	make_qr_form(p);
	p->drawing = true;
	r = flow_run(p);
	p->drawing = false;
	status = cairo_status(p->cr);
	if (r == 0 && status == CAIRO_STATUS_SUCCESS && !flow_failed(p) && p->page == pages)
		flow_bookmarks(p);
	cairo_destroy(p->cr);
	p->cr = NULL;
	cairo_surface_finish(p->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(p->surface);
	cairo_surface_destroy(p->surface);
	p->surface = NULL;
	cairo_surface_destroy(p->qr_form);
	p->qr_form = NULL;
	if (r < 0)
		return r;
	if (buf_failed(bytes) || status == CAIRO_STATUS_NO_MEMORY)
		return flow_fail(p, ERR_NOMEM,
				 "PDFが大きくなりすぎて作成できませんでした。"
				 "対象を減らすか、表計算ファイル（XLSX）で出力してください。");
	if (status != CAIRO_STATUS_SUCCESS || p->page != pages)
		return flow_fail(p, ERR_BUG,
				 "PDFを作成できませんでした（%s）。開発元に連絡してください。",
				 cairo_status_to_string(status));
	return 0;
}

static size_t find_last(const struct buf *b, const char *needle)
{
	size_t len = strlen(needle), i;

	for (i = b->len < len ? 0 : b->len - len + 1; i > 0; i--)
		if (memcmp(b->data + i - 1, needle, len) == 0)
			return i - 1;
	return b->len;
}

/*
 * cairo names neither the language of a document nor asks viewers to show its
 * title. The catalogue is the last object before the cross-reference table, so
 * two entries in it only move that table; where cairo writes it otherwise, the
 * document stays as it is.
 */
static void add_language(struct pdf *p, struct buf *bytes, struct buf *out)
{
	static const char mark[] = "<< /Type /Catalog\n";
	static const char extra[] =
		"   /Lang (ja)\n   /ViewerPreferences << /DisplayDocTitle true >>\n";
	size_t catalog = find_last(bytes, mark), start = find_last(bytes, "startxref\n");
	size_t xref = find_last(bytes, "\nxref\n"), at;

	(void)p;
	if (catalog >= xref || xref >= start || start >= bytes->len) {
		buf_add(out, bytes->data, bytes->len);
		return;
	}
	at = catalog + strlen(mark);
	buf_add(out, bytes->data, at);
	buf_puts(out, extra);
	buf_add(out, bytes->data + at, start - at);
	buf_printf(out, "startxref\n%zu\n%%%%EOF\n", xref + 1 + strlen(extra));
}

int pdf_finish(struct pdf *p, struct buf *out, struct err *err)
{
	struct buf bytes;
	int r = 0;

	buf_init(&bytes, 0);
	if (p->table || p->finished)
		flow_fail(p, ERR_BUG, "帳票の表が閉じられていません。開発元に連絡してください。");
	p->finished = true;
	if (!flow_failed(p))
		r = flow_run(p);
	p->pages = p->page;
	if (r == 0 && !flow_failed(p))
		draw(p, &bytes);
	if (!flow_failed(p)) {
		add_language(p, &bytes, out);
		if (buf_failed(out))
			err_nomem(&p->err);
	}
	buf_release(&bytes);
	if (flow_failed(p) && err)
		*err = p->err;
	return p->err.code;
}

int pdf_finish_file(struct pdf *p, const char *path, struct err *err)
{
	struct buf bytes;
	int r;

	buf_init(&bytes, 0);
	r = pdf_finish(p, &bytes, err);
	if (r == 0)
		r = file_write(path, bytes.data, bytes.len, 0600, err);
	buf_release(&bytes);
	return r;
}
