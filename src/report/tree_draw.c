/* The contact tree on PDF pages: one picture, several, or lists. */
#include <math.h>
#include <string.h>

#include "report/flow.h"
#include "report/paint.h"
#include "report/picture.h"

#define SCALE_LEAST 0.9 /* the smallest type in a box is 10 points */
#define FIGURE_MOST 80	/* more boxes than a page could ever hold */

struct figure {
	struct figure *next;
	const char *title; /* NULL for the only one */
	bool drawn;	   /* false: a list of `item` and whom it calls */
	int item;
	struct picture pic;
	double scale;
};

struct tree_block {
	struct block block;
	struct tree tree; /* a copy in the arena of the document */
	struct figure *figures, **tail;
	bool planned;
};

/* ---- planning ---- */

struct plan {
	struct pdf *p;
	struct tree_block *b;
	bool done[TREE_NODE_MAX]; /* branches that have a figure */
};

/* A page less a heading, a line of text and the title of the figure. */
static double figure_room(const struct pdf *p)
{
	return flow_bottom(p) - flow_top(p) - 32 * MM;
}

/* The best of these, preferring wide boxes; false if none can be read at the
 * size of the page. */
static bool try_picture(struct plan *pl, const bool *set, const bool *more, struct figure *f)
{
	static const struct {
		enum picture_form form;
		double wrap;
	} tries[] = {
		{ PICTURE_DOWN, 50 * MM }, { PICTURE_HANG, 50 * MM },	{ PICTURE_ACROSS, 50 * MM },
		{ PICTURE_DOWN, 38 * MM }, { PICTURE_HANG, 38 * MM },	{ PICTURE_ACROSS, 38 * MM },
		{ PICTURE_HANG, 30 * MM }, { PICTURE_ACROSS, 30 * MM },
	};
	const struct tree *t = &pl->b->tree;
	int count = 0, i;
	size_t n;

	for (i = 0; i < t->count; i++)
		count += set[i];
	if (count > FIGURE_MOST)
		return false;
	for (n = 0; n < sizeof tries / sizeof tries[0] && f->scale < 1; n++) {
		if (f->scale > 0 && tries[n].wrap < tries[n - 1].wrap)
			break; /* better a little smaller than more lines in each box */

		struct picture_wish wish = { set, more, tries[n].form, tries[n].wrap };
		struct picture pic;
		struct err err;
		double scale;

		if (picture_make(t, &wish, &pl->p->fonts, &pl->p->mem, &pic, &err) < 0) {
			flow_fail(pl->p, err.code, "%s", err.text);
			return false;
		}
		scale = fmin(1, fmin((flow_width(pl->p) - 4) / (pic.width + 2 * BADGE),
				     figure_room(pl->p) / (pic.height + 2 * BADGE)));
		if (scale >= SCALE_LEAST && scale > f->scale) {
			f->scale = scale;
			f->pic = pic;
		}
	}
	return f->scale > 0;
}

static struct figure *add_figure(struct plan *pl, int item)
{
	struct figure *f = arena_alloc(&pl->p->mem, sizeof *f);
	const struct tree_item *it = &pl->b->tree.items[item];

	if (!f)
		return NULL;
	f->item = item;
	f->title = arena_printf(&pl->p->mem, "%s%s%s から先", it->lines[0],
				*it->lines[0] && *it->lines[1] ? " " : "", it->lines[1]);
	*pl->b->tail = f;
	pl->b->tail = &f->next;
	return f;
}

/* Steps from `item` to each item, -1 where no arrows lead; returns the most. */
static int measure_depth(const struct tree *t, int item, int depth[TREE_NODE_MAX])
{
	int level = 0, i;
	bool again = true;

	for (i = 0; i < t->count; i++)
		depth[i] = i == item ? 0 : -1;
	while (again) {
		again = false;
		for (i = 0; i < t->link_count; i++) {
			const struct tree_link *l = &t->links[i];

			if (depth[l->from] == level && depth[l->to] < 0) {
				depth[l->to] = level + 1;
				again = true;
			}
		}
		level += again;
	}
	return level;
}

/* The items at most `most` steps away, and those of them that lead further. */
static void cut_at(const struct tree *t, const int *depth, int most, bool *set, bool *more)
{
	int i;

	for (i = 0; i < t->count; i++) {
		set[i] = depth[i] >= 0 && depth[i] <= most;
		more[i] = false;
	}
	for (i = 0; i < t->link_count; i++)
		if (set[t->links[i].from] && depth[t->links[i].to] > most)
			more[t->links[i].from] = true;
}

/* One branch: as many levels as fit, and a figure of its own for each item
 * there that leads further. Where not even one level fits, a list of it. */
static void plan_branch(struct plan *pl, int item)
{
	const struct tree *t = &pl->b->tree;
	bool set[TREE_NODE_MAX], more[TREE_NODE_MAX];
	int depth[TREE_NODE_MAX], levels, most, i;
	struct figure *f, wider;

	if (pl->done[item])
		return;
	pl->done[item] = true;
	f = add_figure(pl, item);
	if (!f)
		return;
	levels = measure_depth(t, item, depth);
	for (most = 1; most <= levels || most == 1; most++) {
		wider = (struct figure){ .scale = 0 };
		cut_at(t, depth, most, set, more);
		if (!try_picture(pl, set, more, &wider))
			break;
		f->drawn = true;
		f->pic = wider.pic;
		f->scale = wider.scale;
	}
	cut_at(t, depth, most > 1 ? most - 1 : 1, set, more);
	for (i = 0; i < t->count && !flow_failed(pl->p); i++)
		if (more[i])
			plan_branch(pl, i);
}

static void plan(struct pdf *p, struct tree_block *b)
{
	struct plan pl = { .p = p, .b = b };
	struct figure *whole;
	bool set[TREE_NODE_MAX] = { false };
	int i;

	b->planned = true;
	b->tail = &b->figures;
	if (!b->tree.count)
		return;
	memset(set, 1, (size_t)b->tree.count * sizeof set[0]);
	whole = add_figure(&pl, 0);
	if (!whole)
		return;
	whole->drawn = try_picture(&pl, set, NULL, whole);
	whole->title = NULL;
	if (whole->drawn || flow_failed(p))
		return;
	b->figures = NULL;
	b->tail = &b->figures;
	for (i = 0; i < b->tree.count && !flow_failed(p); i++)
		if (tree_is_root(&b->tree, i))
			plan_branch(&pl, i);
}

/* ---- drawing ---- */

static void draw_word(struct pdf *p, const struct box *b, const char *word, bool external)
{
	PangoLayout *l = text_new(&p->fonts, TEXT_TINY, word, -1);
	double w = text_width(l) + 6, h = text_height(l) - 1, x = b->x + b->w - w - 6,
	       y = b->y - h / 2;

	paint_rounded(p->cr, x, y, w, h, 2.5);
	paint_colour(p->cr, external ? PAINT_WHITE : PAINT_ACCENT);
	cairo_fill_preserve(p->cr);
	paint_colour(p->cr, PAINT_ACCENT);
	cairo_set_line_width(p->cr, 0.7);
	cairo_stroke(p->cr);
	paint_colour(p->cr, external ? PAINT_ACCENT : PAINT_WHITE);
	text_draw(p->cr, l, x + 3, y - 0.5, 0, 1);
	g_object_unref(l);
}

static void draw_badge(struct pdf *p, const struct box *b, int order)
{
	char number[16];
	PangoLayout *l;

	snprintf(number, sizeof number, "%d", order);
	l = text_new(&p->fonts, TEXT_SMALL_STRONG, number, -1);
	cairo_new_path(p->cr);
	cairo_arc(p->cr, b->x + 5, b->y, BADGE, 0, 2 * M_PI);
	paint_colour(p->cr, PAINT_WHITE);
	cairo_fill_preserve(p->cr);
	paint_colour(p->cr, PAINT_ACCENT);
	cairo_set_line_width(p->cr, 1);
	cairo_stroke(p->cr);
	text_draw(p->cr, l, b->x + 5 - text_width(l) / 2, b->y - text_height(l) / 2, 0, 1);
	g_object_unref(l);
}

static void draw_box(struct pdf *p, const struct tree *t, const struct box *b)
{
	static const double dashes[] = { 4, 2.5 };
	const struct tree_item *item = &t->items[b->item];
	bool external = item->group == TREE_EXTERNAL;
	double y = b->y + BOX_PAD_Y;
	int i;

	cairo_save(p->cr);
	paint_rounded(p->cr, b->x, b->y, b->w, b->h, 4);
	paint_colour(p->cr, external ? PAINT_WHITE : PAINT_INFO_GROUND);
	cairo_fill_preserve(p->cr);
	paint_colour(p->cr, PAINT_ACCENT);
	cairo_set_line_width(p->cr, 1);
	if (external)
		cairo_set_dash(p->cr, dashes, 2, 0);
	cairo_stroke(p->cr);
	cairo_restore(p->cr);
	flow_tag(p, "P");
	draw_word(p, b, t->words[item->group], external);
	if (item->order > 0)
		draw_badge(p, b, item->order);
	for (i = 0; i < b->lines; i++) {
		const struct box_line *line = &b->line[i];
		PangoLayout *l = text_new(&p->fonts, line->style, line->text, -1);

		paint_colour(p->cr, line->style == TEXT_NODE_ROLE ? PAINT_MUTED : PAINT_INK);
		text_draw(p->cr, l, b->x + BOX_PAD_X, y + line->baseline - text_baseline(l), 0, 1);
		y += line->height;
		g_object_unref(l);
	}
	flow_tag_end(p, "P");
}

static void draw_arrow(cairo_t *cr, const struct arrow *a)
{
	double dx = a->tip_x - a->from_x, dy = a->tip_y - a->from_y, len = hypot(dx, dy);
	int i;

	if (len < 0.01)
		return;
	dx /= len;
	dy /= len;
	paint_colour(cr, PAINT_RULE_STRONG);
	cairo_set_line_width(cr, 1);
	cairo_move_to(cr, a->xy[0], a->xy[1]);
	for (i = 1; i < a->points; i += a->curve ? 3 : 1) {
		const double *q = a->xy + 2 * i;

		if (a->curve)
			cairo_curve_to(cr, q[0], q[1], q[2], q[3], q[4], q[5]);
		else if (i + 1 < a->points)
			cairo_line_to(cr, q[0], q[1]);
	}
	if (!a->curve)
		cairo_line_to(cr, a->tip_x - dx * 5, a->tip_y - dy * 5);
	cairo_stroke(cr);
	cairo_move_to(cr, a->tip_x, a->tip_y);
	cairo_line_to(cr, a->tip_x - dx * 6.5 - dy * 3.2, a->tip_y - dy * 6.5 + dx * 3.2);
	cairo_line_to(cr, a->tip_x - dx * 6.5 + dy * 3.2, a->tip_y - dy * 6.5 - dx * 3.2);
	cairo_close_path(cr);
	cairo_fill(cr);
}

static void draw_picture(struct pdf *p, const struct tree *t, const struct figure *f)
{
	double height = (f->pic.height + 2 * BADGE) * f->scale;
	int i;

	flow_need(p, height);
	if (p->drawing) {
		double free_width = flow_width(p) - (f->pic.width + 2 * BADGE) * f->scale;

		cairo_save(p->cr);
		cairo_translate(p->cr, flow_left(p) + free_width / 2, p->y);
		cairo_scale(p->cr, f->scale, f->scale);
		cairo_translate(p->cr, BADGE, BADGE + 1);
		for (i = 0; i < f->pic.arrow_count; i++)
			draw_arrow(p->cr, &f->pic.arrows[i]);
		for (i = 0; i < f->pic.box_count; i++)
			draw_box(p, t, &f->pic.boxes[i]);
		cairo_restore(p->cr);
	}
	flow_advance(p, height);
	flow_gap(p, 5 * MM);
}

static void list_line(struct pdf *p, const struct tree *t, int item, double indent)
{
	const struct tree_item *it = &t->items[item];
	struct buf text;
	PangoLayout *l;
	int i;

	buf_init(&text, 0);
	if (it->order > 0)
		buf_printf(&text, "%d. ", it->order);
	for (i = 0; i < TREE_LINES; i++)
		if (*it->lines[i])
			buf_printf(&text, "%s　", it->lines[i]);
	buf_printf(&text, "［%s］", t->words[it->group]);
	l = text_new(&p->fonts, TEXT_BODY, buf_failed(&text) ? "" : text.data,
		     flow_width(p) - indent);
	flow_layout(p, l, flow_left(p) + indent, "P", PAINT_INK);
	flow_gap(p, 0.8 * MM);
	g_object_unref(l);
	buf_release(&text);
}

static void draw_list(struct pdf *p, const struct tree *t, int item)
{
	int i;

	list_line(p, t, item, 0);
	for (i = 0; i < t->link_count; i++)
		if (t->links[i].from == item)
			list_line(p, t, t->links[i].to, 8 * MM);
	flow_gap(p, 4 * MM);
}

static int tree_run(struct pdf *p, struct block *block)
{
	struct tree_block *b = (struct tree_block *)block;
	const struct figure *f;

	flow_open(p);
	if (!b->planned)
		plan(p, b);
	flow_gap(p, 2 * MM);
	for (f = b->figures; f && !flow_failed(p); f = f->next) {
		if (f->title) {
			PangoLayout *l = text_new(&p->fonts, TEXT_H3, f->title, flow_width(p));

			flow_need(p, f->drawn ? (f->pic.height + 2 * BADGE) * f->scale +
							text_height(l) + 2 * MM
					      : 30 * MM);
			flow_layout(p, l, flow_left(p), "P", PAINT_ACCENT);
			flow_gap(p, 1.5 * MM);
			g_object_unref(l);
		}
		if (f->drawn)
			draw_picture(p, &b->tree, f);
		else
			draw_list(p, &b->tree, f->item);
	}
	return p->err.code;
}

/* What the heading above must keep with it; pictures take a page of their own
 * if they must, then the heading goes with them. */
static double tree_head(struct pdf *p, struct block *block)
{
	struct tree_block *b = (struct tree_block *)block;

	if (!b->planned)
		plan(p, b);
	if (!b->figures || !b->figures->drawn)
		return 30 * MM;
	return (b->figures->pic.height + 2 * BADGE) * b->figures->scale + 10 * MM;
}

static void copy_tree(struct pdf *p, const struct tree *from, struct tree *to)
{
	int i, j;

	to->title = flow_text(p, from->title);
	to->words[0] = flow_text(p, from->words[0]);
	to->words[1] = flow_text(p, from->words[1]);
	to->items = arena_calloc(&p->mem, (size_t)from->count + 1, sizeof *to->items);
	to->links = arena_calloc(&p->mem, (size_t)from->link_count + 1, sizeof *to->links);
	if (!to->items || !to->links)
		return;
	to->count = from->count;
	to->link_count = from->link_count;
	if (from->link_count)
		memcpy(to->links, from->links, (size_t)from->link_count * sizeof *to->links);
	for (i = 0; i < from->count; i++) {
		to->items[i] = from->items[i];
		to->items[i].id = NULL; /* not needed any more */
		for (j = 0; j < TREE_LINES; j++)
			to->items[i].lines[j] = flow_text(p, from->items[i].lines[j]);
	}
}

void tree_draw(const struct tree *t, struct pdf *p)
{
	struct tree_block *b = flow_add(p, sizeof *b, tree_run, tree_head);

	if (b)
		copy_tree(p, t, &b->tree);
}
