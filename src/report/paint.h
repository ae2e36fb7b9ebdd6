/* Inside src/report: colours and small shapes, drawn with cairo in points. */
#ifndef DAICHO_REPORT_PAINT_H
#define DAICHO_REPORT_PAINT_H

#include <cairo.h>
#include <stdint.h>

#include "report/pdf.h"
#include "report/qr.h"

/* All pairs of type and ground have a contrast of at least 4.5 : 1. */
enum paint_colour {
	PAINT_INK = 0x1A1A1C,
	PAINT_MUTED = 0x595959,
	PAINT_ACCENT = 0x17365D,
	PAINT_LINK = 0x0B4FB3,
	PAINT_RULE = 0xC3C9D1,
	PAINT_RULE_STRONG = 0x5C6673,
	PAINT_ZEBRA = 0xF4F6F9,
	PAINT_HEAD = 0xE6EBF2,
	PAINT_GROUP = 0xF0F2F5,
	PAINT_INFO = 0x1F5FA8,
	PAINT_INFO_GROUND = 0xEEF4FB,
	PAINT_WARN = 0x8F4E00,
	PAINT_WARN_GROUND = 0xFFF5E3,
	PAINT_YES = 0x1D6B39,
	PAINT_NO = 0xB3261E,
	PAINT_STAMP = 0xB3261E,
	PAINT_WHITE = 0xFFFFFF,
};

void paint_colour(cairo_t *cr, uint32_t rgb);
void paint_box(cairo_t *cr, double x, double y, double w, double h, uint32_t rgb);
void paint_frame(cairo_t *cr, double x, double y, double w, double h, double line, uint32_t rgb);
void paint_rounded(cairo_t *cr, double x, double y, double w, double h, double r);
void paint_line(cairo_t *cr, double x1, double y1, double x2, double y2, double line, uint32_t rgb);
/* The shape of a mark in a square of side `s` at x, y. */
void paint_mark(cairo_t *cr, enum pdf_mark mark, double x, double y, double s);
/* The sign of a note box: "i" in a circle or "!" in a triangle. */
void paint_sign(cairo_t *cr, enum pdf_note_kind kind, double x, double y, double s);
/* A code with its quiet zone in a square of side `s` with its corner at 0, 0. */
void paint_qr(cairo_t *cr, const struct qr *q, double s);

#endif
