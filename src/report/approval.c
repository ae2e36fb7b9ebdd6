/* Boxes of approval with a date stamp, and lines to be signed by hand. */
#include <math.h>
#include <string.h>

#include "report/flow.h"
#include "report/paint.h"

#define ACROSS 3
#define GAP (4 * MM)
#define HEAD (7 * MM)
#define STAMP (22 * MM)
#define BOX_HEIGHT (62 * MM)

struct approvals_block {
	struct block block;
	const struct pdf_approval *list;
	size_t count;
};

static void centred(struct pdf *p, enum text_style style, const char *text, double cx, double y,
		    double width, uint32_t colour)
{
	PangoLayout *l = text_new(&p->fonts, style, text, width);

	pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	pango_layout_set_height(l, -1);
	paint_colour(p->cr, colour);
	text_draw(p->cr, l, cx - width / 2, y, 0, 1);
	g_object_unref(l);
}

/* The date stamp of a Japanese office: word above, date between two lines, name
 * below. Only a picture of what the text beside it says, so it is not tagged. */
static void draw_stamp(struct pdf *p, const struct pdf_approval *a, double cx, double cy)
{
	double r = STAMP / 2, half = r * sqrt(1 - 0.28 * 0.28);
	cairo_t *cr = p->cr;
	char day[11];

	cairo_save(cr);
	paint_colour(cr, *a->name ? PAINT_STAMP : PAINT_MUTED);
	cairo_set_line_width(cr, *a->name ? 1.4 : 0.8);
	if (!*a->name) {
		static const double dashes[] = { 3, 2.5 };

		cairo_set_dash(cr, dashes, 2, 0);
	}
	cairo_new_path(cr);
	cairo_arc(cr, cx, cy, r, 0, 2 * M_PI);
	cairo_stroke(cr);
	cairo_restore(cr);
	if (!*a->name) {
		centred(p, TEXT_STAMP, "未決裁", cx, cy - 5.5, STAMP, PAINT_MUTED);
		return;
	}
	paint_line(cr, cx - half, cy - r * 0.28, cx + half, cy - r * 0.28, 0.9, PAINT_STAMP);
	paint_line(cr, cx - half, cy + r * 0.28, cx + half, cy + r * 0.28, 0.9, PAINT_STAMP);
	snprintf(day, sizeof day, "%.10s", a->date);
	centred(p, TEXT_STAMP, a->word, cx, cy - r * 0.28 - 14, STAMP * 0.8, PAINT_STAMP);
	centred(p, TEXT_STAMP_DATE, day, cx, cy - 5.1, STAMP * 0.95, PAINT_STAMP);
	centred(p, TEXT_STAMP, a->name, cx, cy + r * 0.28 + 2, STAMP * 0.72, PAINT_STAMP);
}

/* The hash in groups of eight, so that two of them can be compared by eye. */
static const char *grouped_hash(struct pdf *p, const char *hash)
{
	size_t len = strlen(hash), i;
	struct buf b;
	const char *text;

	buf_init(&b, 0);
	for (i = 0; i < len; i++) {
		if (i && i % 8 == 0)
			buf_putc(&b, i % 16 ? ' ' : '\n');
		buf_putc(&b, hash[i]);
	}
	buf_add(&b, "", 0);
	text = buf_failed(&b) ? hash : flow_text(p, b.data);
	buf_release(&b);
	return text;
}

static void draw_box(struct pdf *p, const struct pdf_approval *a, double x, double y, double w)
{
	double cx = x + w / 2, at = y + HEAD + 4 * MM;

	paint_box(p->cr, x, y, w, HEAD, PAINT_HEAD);
	paint_frame(p->cr, x, y, w, BOX_HEIGHT, 0.8, PAINT_RULE_STRONG);
	paint_line(p->cr, x, y + HEAD, x + w, y + HEAD, 0.8, PAINT_RULE_STRONG);
	flow_tag(p, "P");
	centred(p, TEXT_SMALL_STRONG, a->role, cx, y + 1.3 * MM, w - 2 * MM, PAINT_INK);
	flow_tag_end(p, "P");
	draw_stamp(p, a, cx, at + STAMP / 2);
	at += STAMP + 2.5 * MM;
	if (!*a->name)
		return;
	flow_tag(p, "P");
	centred(p, TEXT_STRONG, a->name, cx, at, w - 4 * MM, PAINT_INK);
	centred(p, TEXT_TINY, a->date, cx, at + 6 * MM, w - 4 * MM, PAINT_MUTED);
	if (*a->hash) {
		PangoLayout *l =
			text_new(&p->fonts, TEXT_TINY_MONO, grouped_hash(p, a->hash), w - 4 * MM);

		pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
		paint_colour(p->cr, PAINT_MUTED);
		text_draw(p->cr, l, x + 2 * MM, at + 10.5 * MM, 0, 4);
		g_object_unref(l);
	}
	flow_tag_end(p, "P");
}

static int approvals_run(struct pdf *p, struct block *b)
{
	struct approvals_block *t = (struct approvals_block *)b;
	double w = (flow_width(p) - (ACROSS - 1) * GAP) / ACROSS;
	size_t i;

	flow_gap(p, 2.5 * MM);
	for (i = 0; i < t->count; i++) {
		if (i % ACROSS == 0)
			flow_need(p, BOX_HEIGHT);
		if (p->drawing)
			draw_box(p, &t->list[i], flow_left(p) + (double)(i % ACROSS) * (w + GAP),
				 p->y, w);
		if (i % ACROSS == ACROSS - 1 || i + 1 == t->count)
			flow_advance(p, BOX_HEIGHT + GAP);
	}
	flow_gap(p, 2 * MM);
	return 0;
}

static double approvals_head(struct pdf *p, struct block *b)
{
	(void)p;
	(void)b;
	return BOX_HEIGHT;
}

void pdf_approvals(struct pdf *p, const struct pdf_approval *list, size_t count)
{
	struct approvals_block *t = flow_add(p, sizeof *t, approvals_run, approvals_head);
	struct pdf_approval *copy = t ? arena_calloc(&p->mem, count + 1, sizeof *copy) : NULL;
	size_t i;

	if (!copy)
		return;
	for (i = 0; i < count; i++) {
		copy[i].role = flow_text(p, list[i].role);
		copy[i].name = flow_text(p, list[i].name);
		copy[i].date = flow_text(p, list[i].date);
		copy[i].hash = flow_text(p, list[i].hash);
		copy[i].word = flow_text(p, list[i].word ? list[i].word : "承認");
	}
	t->list = copy;
	t->count = count;
}

/* ---- signatures by hand ---- */

struct signatures_block {
	struct block block;
	const char *const *roles;
	size_t count;
};

#define SIGN_HEIGHT (15 * MM)

static void draw_signature(struct pdf *p, const char *role)
{
	double x = flow_left(p), w = flow_width(p), base = p->y + SIGN_HEIGHT - 2 * MM;
	double date = x + w - 52 * MM;

	flow_tag(p, "P");
	{
		PangoLayout *l = text_new(&p->fonts, TEXT_BODY, role, 46 * MM);
		PangoLayout *d = text_new(&p->fonts, TEXT_BODY, "　　　年　　月　　日", 52 * MM);

		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
		pango_layout_set_height(l, -1);
		pango_layout_set_alignment(d, PANGO_ALIGN_RIGHT);
		paint_colour(p->cr, PAINT_INK);
		text_draw(p->cr, l, x, base - text_baseline(l), 0, 1);
		text_draw(p->cr, d, date, base - text_baseline(d), 0, 1);
		g_object_unref(l);
		g_object_unref(d);
	}
	flow_tag_end(p, "P");
	paint_line(p->cr, x, base + 1.3 * MM, date - 6 * MM, base + 1.3 * MM, 0.6,
		   PAINT_RULE_STRONG);
	paint_line(p->cr, date, base + 1.3 * MM, x + w, base + 1.3 * MM, 0.6, PAINT_RULE_STRONG);
}

static int signatures_run(struct pdf *p, struct block *b)
{
	struct signatures_block *t = (struct signatures_block *)b;
	size_t i;

	for (i = 0; i < t->count; i++) {
		flow_need(p, SIGN_HEIGHT);
		if (p->drawing)
			draw_signature(p, t->roles[i]);
		flow_advance(p, SIGN_HEIGHT);
	}
	flow_gap(p, 3 * MM);
	return 0;
}

static double signatures_head(struct pdf *p, struct block *b)
{
	(void)p;
	(void)b;
	return SIGN_HEIGHT;
}

void pdf_signatures(struct pdf *p, const char *const *roles, size_t count)
{
	struct signatures_block *t = flow_add(p, sizeof *t, signatures_run, signatures_head);
	const char **copy = t ? arena_calloc(&p->mem, count + 1, sizeof *copy) : NULL;
	size_t i;

	if (!copy)
		return;
	for (i = 0; i < count; i++)
		copy[i] = flow_text(p, roles[i]);
	t->roles = copy;
	t->count = count;
}
