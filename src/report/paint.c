#include "report/paint.h"

#include <math.h>

void paint_colour(cairo_t *cr, uint32_t rgb)
{
	cairo_set_source_rgb(cr, ((rgb >> 16) & 0xFF) / 255.0, ((rgb >> 8) & 0xFF) / 255.0,
			     (rgb & 0xFF) / 255.0);
}

void paint_box(cairo_t *cr, double x, double y, double w, double h, uint32_t rgb)
{
	paint_colour(cr, rgb);
	cairo_rectangle(cr, x, y, w, h);
	cairo_fill(cr);
}

void paint_frame(cairo_t *cr, double x, double y, double w, double h, double line, uint32_t rgb)
{
	paint_colour(cr, rgb);
	cairo_set_line_width(cr, line);
	cairo_rectangle(cr, x, y, w, h);
	cairo_stroke(cr);
}

void paint_rounded(cairo_t *cr, double x, double y, double w, double h, double r)
{
	cairo_new_sub_path(cr);
	cairo_arc(cr, x + w - r, y + r, r, -M_PI / 2, 0);
	cairo_arc(cr, x + w - r, y + h - r, r, 0, M_PI / 2);
	cairo_arc(cr, x + r, y + h - r, r, M_PI / 2, M_PI);
	cairo_arc(cr, x + r, y + r, r, M_PI, M_PI * 3 / 2);
	cairo_close_path(cr);
}

void paint_line(cairo_t *cr, double x1, double y1, double x2, double y2, double line, uint32_t rgb)
{
	paint_colour(cr, rgb);
	cairo_set_line_width(cr, line);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
}

static void mark_triangle(cairo_t *cr, double x, double y, double s)
{
	cairo_move_to(cr, x + s * 0.5, y + s * 0.1);
	cairo_line_to(cr, x + s * 0.95, y + s * 0.9);
	cairo_line_to(cr, x + s * 0.05, y + s * 0.9);
	cairo_close_path(cr);
}

void paint_mark(cairo_t *cr, enum pdf_mark mark, double x, double y, double s)
{
	cairo_save(cr);
	cairo_new_path(cr); /* text leaves a current point behind */
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_width(cr, s * 0.15);
	switch (mark) {
	case PDF_MARK_YES:
		paint_colour(cr, PAINT_YES);
		cairo_arc(cr, x + s / 2, y + s / 2, s * 0.4, 0, 2 * M_PI);
		break;
	case PDF_MARK_NO:
		paint_colour(cr, PAINT_NO);
		cairo_move_to(cr, x + s * 0.15, y + s * 0.15);
		cairo_line_to(cr, x + s * 0.85, y + s * 0.85);
		cairo_move_to(cr, x + s * 0.85, y + s * 0.15);
		cairo_line_to(cr, x + s * 0.15, y + s * 0.85);
		break;
	case PDF_MARK_OPEN:
		paint_colour(cr, PAINT_MUTED);
		cairo_set_line_width(cr, s * 0.1);
		cairo_rectangle(cr, x + s * 0.12, y + s * 0.12, s * 0.76, s * 0.76);
		break;
	case PDF_MARK_NA:
		paint_colour(cr, PAINT_MUTED);
		cairo_move_to(cr, x + s * 0.15, y + s / 2);
		cairo_line_to(cr, x + s * 0.85, y + s / 2);
		break;
	case PDF_MARK_CAUTION:
		paint_colour(cr, PAINT_WARN);
		cairo_set_line_width(cr, s * 0.12);
		mark_triangle(cr, x, y, s);
		break;
	case PDF_MARK_NONE:
	case PDF_MARK_MAX: break;
	}
	cairo_stroke(cr);
	cairo_restore(cr);
}

/* The sign is drawn, not typed, so that it stays out of copied text. */
void paint_sign(cairo_t *cr, enum pdf_note_kind kind, double x, double y, double s)
{
	bool warn = kind == PDF_NOTE_WARN;
	double cx = x + s / 2;

	cairo_save(cr);
	cairo_new_path(cr);
	paint_colour(cr, warn ? PAINT_WARN : PAINT_INFO);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	if (warn)
		mark_triangle(cr, x, y, s);
	else
		cairo_arc(cr, cx, y + s / 2, s * 0.45, 0, 2 * M_PI);
	cairo_set_line_width(cr, s * 0.08);
	cairo_fill_preserve(cr);
	cairo_stroke(cr);
	paint_colour(cr, PAINT_WHITE);
	cairo_set_line_width(cr, s * 0.11);
	cairo_move_to(cr, cx, y + s * (warn ? 0.38 : 0.48));
	cairo_line_to(cr, cx, y + s * (warn ? 0.60 : 0.72));
	cairo_move_to(cr, cx, y + s * (warn ? 0.77 : 0.28));
	cairo_line_to(cr, cx, y + s * (warn ? 0.77 : 0.28));
	cairo_stroke(cr);
	cairo_restore(cr);
}

void paint_qr(cairo_t *cr, const struct qr *q, double s)
{
	double module = s / (q->size + 2 * QR_QUIET);
	int row, column, run;

	paint_box(cr, 0, 0, s, s, PAINT_WHITE);
	paint_colour(cr, 0);
	for (row = 0; row < q->size; row++) {
		for (column = 0; column < q->size; column += run) {
			bool dark = qr_dark(q, row, column);

			/* One rectangle for a run of equal modules: no seams between them. */
			for (run = 1; column + run < q->size; run++)
				if (qr_dark(q, row, column + run) != dark)
					break;
			if (dark)
				cairo_rectangle(cr, (column + QR_QUIET) * module,
						(row + QR_QUIET) * module, run * module, module);
		}
	}
	cairo_fill(cr);
}
