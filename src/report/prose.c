/* Headings, paragraphs, lists and note boxes. */
#include <cairo-pdf.h>
#include <math.h>
#include <string.h>

#include "report/flow.h"
#include "report/paint.h"

/* ---- headings ---- */

static const struct {
	enum text_style style;
	double before, after; /* millimetres */
	const char *tag;
} levels[] = {
	{ TEXT_H1, 9, 4.5, "H1" },
	{ TEXT_H2, 7, 2.8, "H2" },
	{ TEXT_H3, 4.5, 1.4, "H3" },
};

#define BAR (3.5 * MM) /* indent of level 2 beside its bar */

static PangoLayout *heading_layout(struct pdf *p, const struct heading *h, double *ret_indent)
{
	enum text_style style = levels[h->level - 1].style;
	double indent = h->level == 2 ? BAR : 0;
	char *text = arena_printf(&p->mem, "%s%s%s", h->number, *h->number ? "　" : "", h->text);

	*ret_indent = indent;
	return text_new(&p->fonts, style, text ? text : "", flow_width(p) - indent);
}

static double heading_head(struct pdf *p, struct block *b)
{
	const struct heading *h = (struct heading *)b;
	double indent, height, room = flow_bottom(p) - flow_top(p);
	PangoLayout *l = heading_layout(p, h, &indent);

	height = (levels[h->level - 1].before + levels[h->level - 1].after) * MM + text_height(l) +
		 flow_head(p, b->next);
	g_object_unref(l);
	return fmin(height, room);
}

/* Links go by name: cairo cannot point at a page that is yet to come. */
static void add_destination(struct pdf *p, const struct heading *h)
{
	char at[80];

	snprintf(at, sizeof at, "name='h%d' x=0 y=%ld", h->id, lround(h->y));
	cairo_tag_begin(p->cr, CAIRO_TAG_DEST, at);
	cairo_tag_end(p->cr, CAIRO_TAG_DEST);
}

void flow_bookmarks(struct pdf *p)
{
	struct heading *h;
	int last[4] = { CAIRO_PDF_OUTLINE_ROOT }, i;

	for (h = p->headings; h; h = h->next) {
		char *name =
			arena_printf(&p->mem, "%s%s%s", h->number, *h->number ? " " : "", h->text);
		int parent = CAIRO_PDF_OUTLINE_ROOT;
		char at[80];

		for (i = 1; i < h->level; i++)
			if (last[i])
				parent = last[i];
		snprintf(at, sizeof at, "page=%d pos=[0 %ld]", h->page, lround(h->y));
		last[h->level] = cairo_pdf_surface_add_outline(
			p->surface, parent, name ? name : "", at,
			h->level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
		for (i = h->level + 1; i < 4; i++)
			last[i] = 0;
	}
}

static int heading_run(struct pdf *p, struct block *b)
{
	struct heading *h = (struct heading *)b;
	double indent, height;
	PangoLayout *l;

	flow_need(p, heading_head(p, b));
	flow_gap(p, levels[h->level - 1].before * MM);
	l = heading_layout(p, h, &indent);
	height = text_height(l);
	h->page = p->page;
	h->y = fmax(p->y - 3 * MM, 0);
	if (p->drawing) {
		add_destination(p, h);
		if (h->level == 2)
			paint_box(p->cr, flow_left(p), p->y + height * 0.12, 1.2 * MM,
				  height * 0.76, PAINT_ACCENT);
		flow_tag(p, levels[h->level - 1].tag);
		paint_colour(p->cr, h->level == 3 ? PAINT_INK : PAINT_ACCENT);
		text_draw(p->cr, l, flow_left(p) + indent, p->y, 0, text_lines(l));
		flow_tag_end(p, levels[h->level - 1].tag);
		if (h->level == 1)
			paint_line(p->cr, flow_left(p), p->y + height + 1.2 * MM,
				   flow_left(p) + flow_width(p), p->y + height + 1.2 * MM, 1.2,
				   PAINT_ACCENT);
	}
	g_object_unref(l);
	flow_advance(p, height + levels[h->level - 1].after * MM);
	return 0;
}

void pdf_heading(struct pdf *p, int level, const char *number, const char *text, const char *anchor)
{
	struct heading *h = flow_add(p, sizeof *h, heading_run, heading_head);

	if (!h)
		return;
	h->level = level < 1 ? 1 : level > 3 ? 3 : level;
	h->number = flow_text(p, number);
	h->text = flow_text(p, text);
	h->anchor = anchor ? arena_strdup(&p->mem, anchor) : NULL;
	h->id = ++p->heading_count;
	*p->headings_tail = h;
	p->headings_tail = &h->next;
}

/* ---- paragraphs and lists ---- */

struct prose_block {
	struct block block;
	const char *text;
	const char *const *items;
	size_t count;
	enum text_style style;
	uint32_t colour;
	double after;
};

/* Pango stretches the spaces of a line if there are any, which tears Japanese
 * with a single Latin word apart: only text without spaces is justified. */
static PangoLayout *prose_layout(struct pdf *p, const struct prose_block *b, const char *text,
				 double width)
{
	PangoLayout *l = text_new(&p->fonts, b->style, text, width);

	pango_layout_set_justify(l, strchr(text, ' ') == NULL);
	return l;
}

static double prose_head(struct pdf *p, struct block *b)
{
	struct prose_block *t = (struct prose_block *)b;

	(void)p;
	return text_size(t->style) * 1.65 * 3;
}

static int prose_run(struct pdf *p, struct block *b)
{
	struct prose_block *t = (struct prose_block *)b;
	PangoLayout *l = prose_layout(p, t, t->text, flow_width(p));

	flow_layout(p, l, flow_left(p), "P", t->colour);
	g_object_unref(l);
	flow_gap(p, t->after);
	return 0;
}

static void add_prose(struct pdf *p, const char *text, enum text_style style, uint32_t colour)
{
	struct prose_block *t = flow_add(p, sizeof *t, prose_run, prose_head);

	if (!t)
		return;
	t->text = flow_text(p, text);
	t->style = style;
	t->colour = colour;
	t->after = 2.2 * MM;
}

void pdf_text(struct pdf *p, const char *text)
{
	add_prose(p, text, TEXT_BODY, PAINT_INK);
}

void pdf_remark(struct pdf *p, const char *text)
{
	add_prose(p, text, TEXT_SMALL, PAINT_MUTED);
}

static int bullets_run(struct pdf *p, struct block *b)
{
	struct prose_block *t = (struct prose_block *)b;
	double indent = 4.5 * MM;
	size_t i;

	flow_tag(p, "L");
	for (i = 0; i < t->count; i++) {
		PangoLayout *l = prose_layout(p, t, t->items[i], flow_width(p) - indent);

		flow_need(p, text_lines(l) < 4 ? text_height(l) : 0);
		if (p->drawing) {
			paint_colour(p->cr, PAINT_ACCENT);
			cairo_new_path(p->cr);
			cairo_arc(p->cr, flow_left(p) + 1.6 * MM,
				  p->y + text_baseline(l) - text_size(t->style) * 0.36, 1.6, 0,
				  2 * M_PI);
			cairo_fill(p->cr);
		}
		flow_layout(p, l, flow_left(p) + indent, "LI", t->colour);
		g_object_unref(l);
		flow_gap(p, 0.7 * MM);
	}
	flow_tag_end(p, "L");
	flow_gap(p, t->after);
	return 0;
}

void pdf_bullets(struct pdf *p, const char *const *items, size_t count)
{
	struct prose_block *t = flow_add(p, sizeof *t, bullets_run, prose_head);
	const char **copy = t ? arena_calloc(&p->mem, count ? count : 1, sizeof *copy) : NULL;
	size_t i;

	if (!copy)
		return;
	for (i = 0; i < count; i++)
		copy[i] = flow_text(p, items[i]);
	t->items = copy;
	t->count = count;
	t->style = TEXT_BODY;
	t->colour = PAINT_INK;
	t->after = 1.5 * MM;
}

/* ---- note boxes ---- */

struct note_block {
	struct block block;
	enum pdf_note_kind kind;
	const char *title, *text;
};

#define NOTE_PAD (3 * MM)
#define NOTE_SIGN (10 * MM)

struct note_layouts {
	PangoLayout *title, *text;
	double gap, height;
};

static void note_layouts_init(struct pdf *p, const struct note_block *n, struct note_layouts *l)
{
	double width = flow_width(p) - NOTE_SIGN - NOTE_PAD;

	l->title = *n->title ? text_new(&p->fonts, TEXT_STRONG, n->title, width) : NULL;
	l->text = text_new(&p->fonts, TEXT_BODY, n->text, width);
	l->gap = l->title ? 0.8 * MM : 0;
	l->height = text_height(l->text) + (l->title ? text_height(l->title) : 0) + l->gap +
		    2 * NOTE_PAD;
}

static void note_layouts_release(struct note_layouts *l)
{
	if (l->title)
		g_object_unref(l->title);
	g_object_unref(l->text);
}

static double note_head(struct pdf *p, struct block *b)
{
	struct note_layouts l;

	note_layouts_init(p, (struct note_block *)b, &l);
	note_layouts_release(&l);
	return l.height;
}

static void note_frame(struct pdf *p, enum pdf_note_kind kind, double y, double height)
{
	bool warn = kind == PDF_NOTE_WARN;
	double x = flow_left(p);

	paint_box(p->cr, x, y, flow_width(p), height, warn ? PAINT_WARN_GROUND : PAINT_INFO_GROUND);
	paint_box(p->cr, x, y, 1 * MM, height, warn ? PAINT_WARN : PAINT_INFO);
	paint_sign(p->cr, kind, x + 3 * MM, y + NOTE_PAD, 4.6 * MM);
}

/* A note taller than a page loses its frame and flows like a paragraph. */
static int note_run(struct pdf *p, struct block *b)
{
	struct note_block *n = (struct note_block *)b;
	bool framed;
	struct note_layouts l;

	note_layouts_init(p, n, &l);
	framed = l.height <= flow_bottom(p) - flow_top(p);
	flow_gap(p, 1 * MM);
	flow_need(p, framed ? l.height : 0);
	if (framed && p->drawing)
		note_frame(p, n->kind, p->y, l.height);
	if (framed)
		flow_advance(p, NOTE_PAD);
	if (l.title) {
		flow_layout(p, l.title, flow_left(p) + NOTE_SIGN, "P",
			    n->kind == PDF_NOTE_WARN ? PAINT_WARN : PAINT_INFO);
		flow_gap(p, l.gap);
	}
	flow_layout(p, l.text, flow_left(p) + NOTE_SIGN, "P", PAINT_INK);
	if (framed)
		p->y += NOTE_PAD;
	note_layouts_release(&l);
	flow_gap(p, 3.5 * MM);
	return 0;
}

void pdf_note(struct pdf *p, enum pdf_note_kind kind, const char *title, const char *text)
{
	struct note_block *n = flow_add(p, sizeof *n, note_run, note_head);

	if (!n)
		return;
	n->kind = kind;
	n->title = flow_text(p, title);
	n->text = flow_text(p, text);
}
