/* Cover, table of contents, lists of keys and values. */
#include <math.h>
#include <string.h>

#include "report/flow.h"
#include "report/paint.h"

/* ---- keys and values ---- */

struct pairs_block {
	struct block block;
	const struct pdf_pair *pairs;
	size_t count;
};

#define PAIR_PAD (1.1 * MM)
#define PAIR_GAP (5 * MM)
#define PAIR_INDENT (1.5 * MM)

static const struct pdf_pair *copy_pairs(struct pdf *p, const struct pdf_pair *pairs, size_t count)
{
	struct pdf_pair *copy = arena_calloc(&p->mem, count ? count : 1, sizeof *copy);
	size_t i;

	for (i = 0; copy && i < count; i++) {
		copy[i].key = flow_text(p, pairs[i].key);
		copy[i].value = flow_text(p, pairs[i].value);
		copy[i].link = pairs[i].link ? arena_strdup(&p->mem, pairs[i].link) : NULL;
		if (!*copy[i].value)
			copy[i].value = "―";
	}
	return copy;
}

/* Keys share a column as wide as the widest of them, within limits. */
static double key_width(struct pdf *p, const struct pairs_block *t, enum text_style style)
{
	double widest = 0, least = 24 * MM, most = flow_width(p) * 0.34;
	size_t i;

	for (i = 0; i < t->count; i++) {
		PangoLayout *l = text_new(&p->fonts, style, t->pairs[i].key, -1);

		widest = fmax(widest, text_width(l) + 1);
		g_object_unref(l);
	}
	return fmin(fmax(widest, least), most);
}

/* One pair; the value may flow over pages. Returns false for a bad anchor. */
static bool pair_run(struct pdf *p, const struct pdf_pair *pair, double keys, enum text_style style)
{
	double x = flow_left(p) + PAIR_INDENT, w = flow_width(p) - 2 * PAIR_INDENT;
	PangoLayout *key = text_new(&p->fonts, style, pair->key, keys);
	PangoLayout *value = text_new(&p->fonts, style, pair->value, w - keys - PAIR_GAP);
	double height = fmax(text_height(key), text_height(value)), end;
	bool whole = height + 2 * PAIR_PAD <= flow_bottom(p) - flow_top(p), known;

	text_underline(value, flow_link_ok(pair->link));
	flow_need(p, whole ? height + 2 * PAIR_PAD : text_height(key) + 2 * PAIR_PAD);
	p->y += PAIR_PAD;
	end = p->y + text_height(key);
	flow_tag(p, "TR");
	if (p->drawing) {
		flow_tag(p, "TH");
		paint_colour(p->cr, PAINT_MUTED);
		text_draw(p->cr, key, x, p->y, 0, text_lines(key));
		flow_tag_end(p, "TH");
	}
	flow_tag(p, "TD");
	known = flow_link(p, pair->link);
	flow_layout(p, value, x + keys + PAIR_GAP, NULL,
		    flow_link_ok(pair->link) ? PAINT_LINK : PAINT_INK);
	flow_link_end(p, pair->link);
	flow_tag_end(p, "TD");
	flow_tag_end(p, "TR");
	if (whole)
		p->y = fmax(p->y, end);
	p->y += PAIR_PAD;
	if (p->drawing)
		paint_line(p->cr, flow_left(p), p->y, flow_left(p) + flow_width(p), p->y, 0.4,
			   PAINT_RULE);
	g_object_unref(key);
	g_object_unref(value);
	return known;
}

/* Height of all pairs, if they were on one page. */
static double pairs_height(struct pdf *p, const struct pairs_block *t, enum text_style style)
{
	double keys = key_width(p, t, style), height = 0;
	double values = flow_width(p) - 2 * PAIR_INDENT - keys - PAIR_GAP;
	size_t i;

	for (i = 0; i < t->count; i++) {
		PangoLayout *key = text_new(&p->fonts, style, t->pairs[i].key, keys);
		PangoLayout *value = text_new(&p->fonts, style, t->pairs[i].value, values);

		height += fmax(text_height(key), text_height(value)) + 2 * PAIR_PAD;
		g_object_unref(key);
		g_object_unref(value);
	}
	return height;
}

/* Few pairs stay together. */
static double pairs_keep(struct pdf *p, const struct pairs_block *t, enum text_style style)
{
	double some = 3 * (text_size(style) * 1.6 + 2 * PAIR_PAD), all;

	if (t->count > 16)
		return some;
	all = pairs_height(p, t, style);
	return all < (flow_bottom(p) - flow_top(p)) / 2 ? all : some;
}

static int pairs_body(struct pdf *p, const struct pairs_block *t, enum text_style style)
{
	double keys = key_width(p, t, style);
	size_t i;

	flow_need(p, pairs_keep(p, t, style));
	flow_tag(p, "Table");
	for (i = 0; i < t->count; i++)
		if (!pair_run(p, &t->pairs[i], keys, style))
			return flow_fail(
				p, ERR_BUG,
				"帳票の中のリンク先「%s」がありません。開発元に連絡してください。",
				t->pairs[i].link);
	flow_tag_end(p, "Table");
	return 0;
}

static int pairs_run(struct pdf *p, struct block *b)
{
	int r = pairs_body(p, (struct pairs_block *)b, TEXT_BODY);

	flow_gap(p, 4 * MM);
	return r;
}

static double pairs_head(struct pdf *p, struct block *b)
{
	return pairs_keep(p, (struct pairs_block *)b, TEXT_BODY);
}

void pdf_pairs(struct pdf *p, const struct pdf_pair *pairs, size_t count)
{
	struct pairs_block *t = flow_add(p, sizeof *t, pairs_run, pairs_head);

	if (!t)
		return;
	t->pairs = copy_pairs(p, pairs, count);
	t->count = t->pairs ? count : 0;
}

/* ---- cover ---- */

struct cover_block {
	struct pairs_block rows;
	const char *kind, *title, *subtitle, *note;
};

static void cover_line(struct pdf *p, enum text_style style, const char *text, const char *tag,
		       uint32_t colour, double after)
{
	PangoLayout *l;

	if (!*text)
		return;
	l = text_new(&p->fonts, style, text, flow_width(p));
	flow_layout(p, l, flow_left(p), tag, colour);
	g_object_unref(l);
	p->y += after;
}

static int cover_run(struct pdf *p, struct block *b)
{
	struct cover_block *c = (struct cover_block *)b;
	int r;

	flow_break(p);
	p->bare = true;
	flow_open(p);
	flow_advance(p, p->height * 0.14);
	cover_line(p, TEXT_COVER_KIND, c->kind, "P", PAINT_ACCENT, 4 * MM);
	if (p->drawing)
		paint_box(p->cr, flow_left(p), p->y, 22 * MM, 1.1 * MM, PAINT_ACCENT);
	p->y += 8 * MM;
	cover_line(p, TEXT_COVER_TITLE, c->title, "P", PAINT_INK, 4 * MM);
	cover_line(p, TEXT_COVER_SUBTITLE, c->subtitle, "P", PAINT_MUTED, 0);
	p->y = fmax(p->y + 14 * MM, p->height * 0.46);
	r = pairs_body(p, &c->rows, TEXT_COVER_PAIR);
	if (*c->note) {
		PangoLayout *l = text_new(&p->fonts, TEXT_SMALL, c->note, flow_width(p));

		p->y = fmax(p->y + 6 * MM, flow_bottom(p) - text_height(l) - 2 * MM);
		flow_layout(p, l, flow_left(p), "P", PAINT_MUTED);
		g_object_unref(l);
	}
	flow_break(p);
	return r;
}

void pdf_cover(struct pdf *p, const struct pdf_cover *cover)
{
	struct cover_block *c = flow_add(p, sizeof *c, cover_run, NULL);

	if (!c)
		return;
	c->kind = flow_text(p, cover->kind);
	c->title = flow_text(p, cover->title);
	c->subtitle = flow_text(p, cover->subtitle);
	c->note = flow_text(p, cover->note);
	c->rows.pairs = copy_pairs(p, cover->pairs, cover->pair_count);
	c->rows.count = c->rows.pairs ? cover->pair_count : 0;
}

/* ---- contents ---- */

struct contents_block {
	struct block block;
	const char *title;
	int depth;
};

static void contents_leader(struct pdf *p, double from, double to, double y)
{
	static const double dots[] = { 0.1, 3.2 };

	if (to - from < 6)
		return;
	cairo_save(p->cr);
	cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_dash(p->cr, dots, 2, 0);
	paint_line(p->cr, from, y, to, y, 0.7, PAINT_RULE_STRONG);
	cairo_restore(p->cr);
}

/* One line, its height fixed by the level so that both runs agree on it. */
static void contents_entry(struct pdf *p, const struct heading *h)
{
	enum text_style style = h->level == 1 ? TEXT_STRONG : TEXT_BODY;
	double x = flow_left(p) + (h->level - 1) * 6 * MM, right = flow_left(p) + flow_width(p);
	double height = text_size(style) * 1.75;
	char *name = arena_printf(&p->mem, "%s%s%s", h->number, *h->number ? "　" : "", h->text);
	char number[24], at[64];
	PangoLayout *l, *n;

	if (h->level == 1)
		flow_gap(p, 1.6 * MM);
	flow_need(p, height);
	if (p->drawing) {
		snprintf(number, sizeof number, "%d", h->page);
		snprintf(at, sizeof at, "dest='h%d'", h->id);
		l = text_new(&p->fonts, style, name ? name : "", right - x - 14 * MM);
		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
		pango_layout_set_height(l, -1);
		n = text_new(&p->fonts, style, number, -1);
		cairo_tag_begin(p->cr, "TOCI", NULL);
		cairo_tag_begin(p->cr, CAIRO_TAG_LINK, at);
		paint_colour(p->cr, PAINT_INK);
		text_draw(p->cr, l, x, p->y, 0, 1);
		text_draw(p->cr, n, right - text_width(n), p->y, 0, 1);
		cairo_tag_end(p->cr, CAIRO_TAG_LINK);
		cairo_tag_end(p->cr, "TOCI");
		contents_leader(p, x + text_width(l) + 4, right - text_width(n) - 4,
				p->y + text_baseline(l) - 1);
		g_object_unref(l);
		g_object_unref(n);
	}
	flow_advance(p, height);
}

static int contents_run(struct pdf *p, struct block *b)
{
	struct contents_block *c = (struct contents_block *)b;
	PangoLayout *l = text_new(&p->fonts, TEXT_H1, c->title, flow_width(p));
	const struct heading *h;

	flow_need(p, 40 * MM);
	flow_layout(p, l, flow_left(p), "P", PAINT_ACCENT);
	g_object_unref(l);
	if (p->drawing)
		paint_line(p->cr, flow_left(p), p->y + 1.2 * MM, flow_left(p) + flow_width(p),
			   p->y + 1.2 * MM, 1.2, PAINT_ACCENT);
	flow_advance(p, 5 * MM);
	flow_tag(p, "TOC");
	for (h = p->headings; h; h = h->next)
		if (h->level <= c->depth)
			contents_entry(p, h);
	flow_tag_end(p, "TOC");
	flow_gap(p, 4 * MM);
	return 0;
}

void pdf_contents(struct pdf *p, const char *title, int depth)
{
	struct contents_block *c = flow_add(p, sizeof *c, contents_run, NULL);

	if (!c)
		return;
	c->title = flow_text(p, title);
	c->depth = depth;
}
