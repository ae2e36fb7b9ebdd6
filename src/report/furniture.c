/* What stands on every page: header, footer, checkpoint and its code. */
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "report/flow.h"
#include "report/paint.h"

#define BELOW (9 * MM) /* paper edge to the lowest mark */

/* A module of at least 0.3 mm is read by phones from office printers; the code
 * never becomes larger than 24 mm, which takes the longest checkpoint we print. */
double flow_qr_side(const struct pdf *p)
{
	double side;

	if (!p->qr.size)
		return 0;
	side = (p->qr.size + 2 * QR_QUIET) * 0.33 * MM;
	return fmin(fmax(side, 18 * MM), 24 * MM);
}

static double quiet(const struct pdf *p)
{
	return p->qr.size ? flow_qr_side(p) * QR_QUIET / (p->qr.size + 2 * QR_QUIET) : 0;
}

/* Between text area and rule lie 3 mm. */
static double rule_y(const struct pdf *p)
{
	double side = flow_qr_side(p);

	return p->height - BELOW - fmax(side - quiet(p), 9 * MM);
}

double flow_footer_height(const struct pdf *p)
{
	return p->height - rule_y(p) + 4 * MM;
}

static void line_at(struct pdf *p, enum text_style style, const char *text, double x, double y,
		    double width, enum pdf_align align, uint32_t colour)
{
	PangoLayout *l = text_new(&p->fonts, style, text, width);

	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	pango_layout_set_height(l, -1);
	pango_layout_set_alignment(l, align == PDF_RIGHT    ? PANGO_ALIGN_RIGHT
				      : align == PDF_CENTER ? PANGO_ALIGN_CENTER
							    : PANGO_ALIGN_LEFT);
	paint_colour(p->cr, colour);
	text_draw(p->cr, l, x, y, 0, 1);
	g_object_unref(l);
}

static void draw_header(struct pdf *p)
{
	double x = flow_left(p), w = flow_width(p), y = 10 * MM;

	line_at(p, TEXT_TINY, p->info.facility, x, y, w * 0.45, PDF_LEFT, PAINT_MUTED);
	line_at(p, TEXT_TINY, p->info.title, x + w * 0.47, y, w * 0.53, PDF_RIGHT, PAINT_MUTED);
	paint_line(p->cr, x, y + 5 * MM, x + w, y + 5 * MM, 0.5, PAINT_RULE);
}

static void draw_footer(struct pdf *p)
{
	double side = flow_qr_side(p), x = flow_left(p), w = flow_width(p), y = rule_y(p);
	double text = w - (side > 0 ? side : 0);
	char when[40], line[80];

	paint_line(p->cr, x, y, x + w, y, 0.5, PAINT_RULE);
	snprintf(line, sizeof line, "%d  /  %d", p->page, p->pages);
	line_at(p, TEXT_SMALL, line, x, p->height - BELOW - 4.2 * MM, w, PDF_CENTER, PAINT_INK);
	y += 1.6 * MM;
	time_text(p->info.created_us, false, when, sizeof when);
	snprintf(line, sizeof line, "作成 %s", when);
	line_at(p, TEXT_TINY, line, x, y, text, PDF_LEFT, PAINT_MUTED);
	if (*p->info.footer_left)
		line_at(p, TEXT_TINY_MONO, p->info.footer_left, x, y + 4.2 * MM, text, PDF_LEFT,
			PAINT_MUTED);
	if (!p->qr.size)
		return;
	line_at(p, TEXT_TINY, "この時点の記録の状態を示す署名（右のコード）", x, y + 8.2 * MM, text,
		PDF_LEFT, PAINT_MUTED);
	cairo_save(p->cr);
	cairo_translate(p->cr, x + w - side + quiet(p), p->height - BELOW - side + quiet(p));
	cairo_set_source_surface(p->cr, p->qr_form, 0, 0);
	cairo_paint(p->cr);
	cairo_restore(p->cr);
}

void flow_furniture(struct pdf *p)
{
	if (!p->bare)
		draw_header(p);
	draw_footer(p);
}
