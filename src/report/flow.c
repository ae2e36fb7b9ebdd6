/* The run over all blocks: pages, room, lines, links and structure. */
#include "report/flow.h"

#include <cairo-pdf.h>
#include <string.h>

#include "report/paint.h"

#define MARGIN (18 * MM)
#define MARGIN_WIDE (13 * MM) /* landscape pages hold wide tables */
#define TOP (22 * MM)

double flow_left(const struct pdf *p)
{
	return p->orientation == PDF_LANDSCAPE ? MARGIN_WIDE : MARGIN;
}

double flow_width(const struct pdf *p)
{
	return p->width - 2 * flow_left(p);
}

double flow_top(const struct pdf *p)
{
	(void)p;
	return TOP;
}

double flow_bottom(const struct pdf *p)
{
	return p->height - flow_footer_height(p);
}

double flow_room(const struct pdf *p)
{
	return flow_bottom(p) - (p->open ? p->y : flow_top(p));
}

void flow_open(struct pdf *p)
{
	if (p->open)
		return;
	p->page++;
	p->open = true;
	p->used = false;
	p->y = flow_top(p);
	if (p->drawing) {
		cairo_pdf_surface_set_size(p->surface, p->width, p->height);
		flow_furniture(p);
		if (p->page == 1) /* cairo wants the size before the first tag */
			flow_tag(p, "Document");
	}
}

void flow_break(struct pdf *p)
{
	if (!p->open)
		return;
	if (p->drawing)
		cairo_show_page(p->cr);
	p->open = false;
	p->bare = false;
}

void flow_need(struct pdf *p, double height)
{
	flow_open(p);
	if (height > flow_room(p) + 0.01 && p->used) {
		flow_break(p);
		flow_open(p);
	}
}

void flow_advance(struct pdf *p, double height)
{
	p->y += height;
	p->used = true;
}

void flow_gap(struct pdf *p, double height)
{
	if (p->open && p->used)
		p->y += height;
}

double flow_head(struct pdf *p, struct block *b)
{
	return b && b->head ? b->head(p, b) : 0;
}

void flow_tag(struct pdf *p, const char *name)
{
	if (p->drawing)
		cairo_tag_begin(p->cr, name, NULL);
}

void flow_tag_end(struct pdf *p, const char *name)
{
	if (p->drawing)
		cairo_tag_end(p->cr, name);
}

void flow_layout(struct pdf *p, PangoLayout *l, double x, const char *tag, uint32_t colour)
{
	int from = 0, count = text_lines(l), to;
	double height;

	/* Never a single line alone at the foot or the head of a page. */
	flow_open(p);
	if (count <= 3)
		flow_need(p, text_height(l));
	while (from < count) {
		to = text_fit(l, from, flow_room(p), &height);
		if (to == count - 1 && to - from > 2)
			to = text_fit(l, from, height * 0.99, &height);
		if (p->used && to < count && to - from < 2 && from == 0)
			to = from;
		if (to == from && p->used) {
			flow_break(p);
			flow_open(p);
			continue;
		}
		if (to == from) /* taller than a page: draw it all the same */
			to = text_fit(l, from, 1e9, &height);
		if (p->drawing) {
			if (tag)
				flow_tag(p, tag);
			paint_colour(p->cr, colour);
			text_draw(p->cr, l, x, p->y, from, to);
			if (tag)
				flow_tag_end(p, tag);
		}
		flow_advance(p, height);
		from = to;
	}
}

bool flow_link_ok(const char *target)
{
	const char *c;

	if (!target || !*target)
		return false;
	if (*target == '#')
		return true;
	if (strncmp(target, "https://", 8) != 0 && strncmp(target, "http://", 7) != 0 &&
	    strncmp(target, "mailto:", 7) != 0)
		return false;
	for (c = target; *c; c++)
		if (*c <= 0x20 || *c >= 0x7F || strchr("'\"\\<>", *c))
			return false;
	return true;
}

static const struct heading *find_anchor(const struct pdf *p, const char *anchor)
{
	const struct heading *h;

	for (h = p->headings; h; h = h->next)
		if (h->anchor && strcmp(h->anchor, anchor) == 0)
			return h;
	return NULL;
}

bool flow_link(struct pdf *p, const char *target)
{
	const struct heading *h;
	char attributes[2200];

	if (!flow_link_ok(target))
		return true;
	if (*target == '#') {
		h = find_anchor(p, target + 1);
		if (!h)
			return false;
		snprintf(attributes, sizeof attributes, "dest='h%d'", h->id);
	} else if (strlen(target) <= 2000) {
		snprintf(attributes, sizeof attributes, "uri='%s'", target);
	} else {
		return true;
	}
	if (p->drawing)
		cairo_tag_begin(p->cr, CAIRO_TAG_LINK, attributes);
	return true;
}

void flow_link_end(struct pdf *p, const char *target)
{
	if (p->drawing && flow_link_ok(target) && strlen(target) <= 2000)
		cairo_tag_end(p->cr, CAIRO_TAG_LINK);
}

static void set_orientation(struct pdf *p, enum pdf_orientation orientation)
{
	bool wide = orientation == PDF_LANDSCAPE;

	p->orientation = orientation;
	p->width = (wide ? 297 : 210) * MM;
	p->height = (wide ? 210 : 297) * MM;
}

int flow_run(struct pdf *p)
{
	struct block *b;
	int r = 0;

	p->page = 0;
	p->open = false;
	p->used = false;
	p->bare = false;
	set_orientation(p, PDF_PORTRAIT);
	for (b = p->first; b && r == 0; b = b->next)
		r = b->run(p, b);
	if (p->page == 0)
		flow_open(p);
	flow_tag_end(p, "Document");
	flow_break(p);
	return r;
}

/* ---- pages ---- */

struct page_block {
	struct block block;
	enum pdf_orientation orientation;
	double height;
};

static int section_run(struct pdf *p, struct block *b)
{
	flow_break(p);
	set_orientation(p, ((struct page_block *)b)->orientation);
	return 0;
}

static int break_run(struct pdf *p, struct block *b)
{
	(void)b;
	flow_break(p);
	return 0;
}

static int space_run(struct pdf *p, struct block *b)
{
	flow_gap(p, ((struct page_block *)b)->height);
	return 0;
}

static int need_run(struct pdf *p, struct block *b)
{
	double height = ((struct page_block *)b)->height;

	if (p->open && p->used && flow_room(p) < height)
		flow_break(p);
	return 0;
}

static void add_page_block(struct pdf *p, int (*run)(struct pdf *, struct block *),
			   enum pdf_orientation orientation, double mm)
{
	struct page_block *b = flow_add(p, sizeof *b, run, NULL);

	if (b) {
		b->orientation = orientation;
		b->height = mm * MM;
	}
}

void pdf_section(struct pdf *p, enum pdf_orientation orientation)
{
	add_page_block(p, section_run, orientation, 0);
}

void pdf_page_break(struct pdf *p)
{
	add_page_block(p, break_run, PDF_PORTRAIT, 0);
}

void pdf_space(struct pdf *p, double mm)
{
	add_page_block(p, space_run, PDF_PORTRAIT, mm);
}

void pdf_need(struct pdf *p, double mm)
{
	add_page_block(p, need_run, PDF_PORTRAIT, mm);
}
