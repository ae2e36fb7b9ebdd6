/* Tables: columns, rows over pages, cells. */
#include <math.h>
#include <string.h>

#include "report/paint.h"
#include "report/table.h"

#define PAD_X (1.5 * MM)
#define PAD_Y (1.0 * MM)
#define SPLIT_LEAST (25 * MM) /* a split row begins with at least this much */
/* Each tagged cell costs about 160 bytes; beyond this many only rows are tagged. */
#define TAGGED_CELLS 10000

struct run {
	struct pdf *p;
	struct table *t;
	double x[TABLE_COLUMNS_MAX + 1]; /* left edges, and the right edge */
	enum text_style plain, strong, mono;
	PangoLayout *cell[TABLE_COLUMNS_MAX]; /* of the row at hand */
	double shift[TABLE_COLUMNS_MAX];      /* text after the mark */
	PangoLayout *head[TABLE_COLUMNS_MAX];
	double head_height;
	bool shaded; /* the next row of a zebra table */
	bool cells_tagged;
};

static double mark_side(const struct run *r)
{
	return text_size(r->plain) * 0.95;
}

static void choose_type(struct run *r)
{
	double mean = flow_width(r->p) / (double)r->t->count;

	r->plain = TEXT_CELL;
	r->strong = TEXT_CELL_STRONG;
	r->mono = TEXT_CELL_MONO;
	if (mean < 24 * MM) {
		r->plain = TEXT_CELL_FINE;
		r->strong = TEXT_CELL_FINE_STRONG;
		r->mono = TEXT_CELL_FINE_MONO;
	} else if (mean < 34 * MM) {
		r->plain = TEXT_CELL_MEDIUM;
		r->strong = TEXT_CELL_MEDIUM_STRONG;
		r->mono = TEXT_CELL_MEDIUM_MONO;
	}
}

static PangoAlignment alignment(enum pdf_align align)
{
	return align == PDF_RIGHT    ? PANGO_ALIGN_RIGHT
	       : align == PDF_CENTER ? PANGO_ALIGN_CENTER
				     : PANGO_ALIGN_LEFT;
}

static void run_init(struct run *r, struct pdf *p, struct table *t)
{
	double at = flow_left(p);
	size_t i;

	memset(r, 0, sizeof *r);
	r->p = p;
	r->t = t;
	r->cells_tagged = t->row_count * t->count <= TAGGED_CELLS;
	choose_type(r);
	for (i = 0; i < t->count; i++) {
		double share = t->columns[i].share > 0 ? t->columns[i].share : 1;
		double width = flow_width(p) * share / t->shares;
		double height;

		r->x[i] = at;
		at += width;
		r->head[i] = text_new(&p->fonts, r->strong, t->columns[i].title, width - 2 * PAD_X);
		r->cell[i] = text_new(&p->fonts, r->plain, "", width - 2 * PAD_X);
		pango_layout_set_alignment(r->head[i], alignment(t->columns[i].align));
		height = text_height(r->head[i]) + 2 * PAD_Y;
		r->head_height = fmax(r->head_height, height);
	}
	r->x[i] = at;
}

static void run_release(struct run *r)
{
	size_t i;

	for (i = 0; i < r->t->count; i++) {
		g_object_unref(r->head[i]);
		g_object_unref(r->cell[i]);
	}
}

/* Lays out one cell; returns the height of its text. */
static double set_cell(struct run *r, const struct pdf_cell *c, size_t i)
{
	const struct pdf_column *column = &r->t->columns[i];
	PangoLayout *l = r->cell[i];
	double width = r->x[i + 1] - r->x[i] - 2 * PAD_X;
	enum text_style style = c->strong ? r->strong : column->mono ? r->mono : r->plain;
	double mark = c->mark == PDF_MARK_NONE ? 0 : mark_side(r) * 1.3;

	text_underline(l, flow_link_ok(c->link));
	pango_layout_set_ellipsize(l,
				   column->one_line ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
	pango_layout_set_alignment(l, mark > 0 ? PANGO_ALIGN_LEFT : alignment(column->align));
	text_set(&r->p->fonts, l, style, c->text, fmax(width - mark, 1));
	r->shift[i] = mark;
	if (mark > 0 && column->align != PDF_LEFT) { /* mark and word move together */
		double rest = fmax(width - mark - text_width(l), 0);

		r->shift[i] += column->align == PDF_CENTER ? rest / 2 : rest;
	}
	return text_height(l);
}

static double set_row(struct run *r, struct table_row *row)
{
	double height = 0;
	size_t i;

	for (i = 0; i < r->t->count; i++)
		height = fmax(height, set_cell(r, &row->cells[i], i));
	row->height = height + 2 * PAD_Y;
	return row->height;
}

static double row_height(struct run *r, struct table_row *row)
{
	if (row->height > 0)
		return row->height;
	if (!row->group)
		return set_row(r, row);
	text_underline(r->cell[0], false);
	pango_layout_set_alignment(r->cell[0], PANGO_ALIGN_LEFT);
	text_set(&r->p->fonts, r->cell[0], r->strong, row->group, flow_width(r->p) - 2 * PAD_X);
	row->height = text_height(r->cell[0]) + 2 * PAD_Y;
	return row->height;
}

/* ---- drawing ---- */

static void draw_rules(struct run *r, double y, double height, bool head)
{
	cairo_t *cr = r->p->cr;
	double left = r->x[0], right = r->x[r->t->count];
	size_t i;

	if (r->t->style == PDF_GRID) {
		for (i = 0; i <= r->t->count; i++)
			paint_line(cr, r->x[i], y, r->x[i], y + height, 0.5, PAINT_RULE_STRONG);
		paint_line(cr, left - 0.25, y + height, right + 0.25, y + height, 0.5,
			   PAINT_RULE_STRONG);
		if (head)
			paint_line(cr, left - 0.25, y, right + 0.25, y, 0.5, PAINT_RULE_STRONG);
		return;
	}
	if (head)
		paint_line(cr, left, y, right, y, 0.9, PAINT_RULE_STRONG);
	paint_line(cr, left, y + height, right, y + height, head ? 0.7 : 0.35,
		   head ? PAINT_RULE_STRONG : PAINT_RULE);
}

/* The header is tagged once; its repetitions are decoration. */
static void draw_head(struct run *r, bool tagged)
{
	struct pdf *p = r->p;
	size_t i;

	if (p->drawing) {
		paint_box(p->cr, r->x[0], p->y, r->x[r->t->count] - r->x[0], r->head_height,
			  PAINT_HEAD);
		if (tagged)
			flow_tag(p, "TR");
		for (i = 0; i < r->t->count; i++) {
			PangoLayout *l = r->head[i];

			if (tagged)
				flow_tag(p, "TH");
			paint_colour(p->cr, PAINT_INK);
			text_draw(p->cr, l, r->x[i] + PAD_X,
				  p->y + (r->head_height - text_height(l)) / 2, 0, text_lines(l));
			if (tagged)
				flow_tag_end(p, "TH");
		}
		if (tagged)
			flow_tag_end(p, "TR");
		draw_rules(r, p->y, r->head_height, true);
	}
	flow_advance(p, r->head_height);
}

static uint32_t cell_colour(const struct pdf_cell *c)
{
	if (flow_link_ok(c->link))
		return PAINT_LINK;
	return c->muted ? PAINT_MUTED : PAINT_INK;
}

/* Lines `from` to `to` of one cell, with its mark before the first of them. */
static void draw_cell(struct run *r, const struct pdf_cell *c, size_t i, int from, int to)
{
	struct pdf *p = r->p;
	PangoLayout *l = r->cell[i];
	double x = r->x[i] + PAD_X + r->shift[i], y = p->y + PAD_Y, side = mark_side(r);

	if (from == 0 && c->mark != PDF_MARK_NONE)
		paint_mark(p->cr, c->mark, x - side * 1.3, y + text_baseline(l) - side * 0.88,
			   side);
	if (r->cells_tagged)
		flow_tag(p, "TD");
	flow_link(p, c->link);
	paint_colour(p->cr, cell_colour(c));
	if (to > from)
		text_draw(p->cr, l, x, y, from, to);
	flow_link_end(p, c->link);
	if (r->cells_tagged)
		flow_tag_end(p, "TD");
}

static void draw_part(struct run *r, const struct table_row *row, const int *from, const int *to,
		      double height)
{
	struct pdf *p = r->p;
	size_t i;

	if (p->drawing) {
		if (r->shaded && r->t->style == PDF_ZEBRA)
			paint_box(p->cr, r->x[0], p->y, r->x[r->t->count] - r->x[0], height,
				  PAINT_ZEBRA);
		flow_tag(p, "TR");
		for (i = 0; i < r->t->count; i++)
			draw_cell(r, &row->cells[i], i, from[i], to[i]);
		flow_tag_end(p, "TR");
		draw_rules(r, p->y, height, false);
	}
	flow_advance(p, height);
}

static void next_page(struct run *r)
{
	flow_break(r->p);
	flow_open(r->p);
	draw_head(r, false);
}

/* A row taller than a page: as many lines of each cell as fit, page by page. */
static void split_row(struct run *r, struct table_row *row)
{
	int from[TABLE_COLUMNS_MAX] = { 0 }, to[TABLE_COLUMNS_MAX];
	bool more = true;

	if (flow_room(r->p) < SPLIT_LEAST)
		next_page(r);
	while (more) {
		double room = flow_room(r->p) - 2 * PAD_Y, used = 0, height;
		size_t i;

		more = false;
		for (i = 0; i < r->t->count; i++) {
			to[i] = text_fit(r->cell[i], from[i], room, &height);
			used = fmax(used, height);
			if (to[i] < text_lines(r->cell[i]))
				more = true;
		}
		draw_part(r, row, from, to, used + 2 * PAD_Y);
		memcpy(from, to, sizeof from);
		if (more)
			next_page(r);
	}
}

static int check_links(struct run *r, const struct table_row *row)
{
	size_t i;

	for (i = 0; !r->p->drawing && i < r->t->count; i++)
		if (!flow_link(r->p, row->cells[i].link))
			return flow_fail(
				r->p, ERR_BUG,
				"帳票の中のリンク先「%s」がありません。開発元に連絡してください。",
				row->cells[i].link);
	return 0;
}

static int run_row(struct run *r, struct table_row *row)
{
	int from[TABLE_COLUMNS_MAX] = { 0 }, to[TABLE_COLUMNS_MAX];
	struct pdf *p = r->p;
	double height = row_height(r, row);
	bool whole = height <= flow_bottom(p) - flow_top(p) - r->head_height;
	size_t i;

	if (check_links(r, row) < 0)
		return p->err.code;
	if (whole && height > flow_room(p) + 0.01)
		next_page(r);
	if (p->drawing || !whole)
		set_row(r, row);
	if (whole) {
		for (i = 0; p->drawing && i < r->t->count; i++)
			to[i] = text_lines(r->cell[i]);
		draw_part(r, row, from, to, height);
	} else {
		split_row(r, row);
	}
	r->shaded = !r->shaded;
	return 0;
}

static void run_group(struct run *r, struct table_row *row)
{
	struct pdf *p = r->p;
	double height = row_height(r, row), keep = height;

	if (row->next)
		keep += fmin(row_height(r, row->next), (flow_bottom(p) - flow_top(p)) / 3);
	if (keep > flow_room(p) + 0.01)
		next_page(r);
	if (p->drawing) {
		double width = r->x[r->t->count] - r->x[0];
		PangoLayout *l = text_new(&p->fonts, r->strong, row->group, width - 2 * PAD_X);

		paint_box(p->cr, r->x[0], p->y, width, height, PAINT_GROUP);
		flow_tag(p, "TR");
		flow_tag(p, "TH");
		paint_colour(p->cr, PAINT_ACCENT);
		text_draw(p->cr, l, r->x[0] + PAD_X, p->y + PAD_Y, 0, text_lines(l));
		flow_tag_end(p, "TH");
		flow_tag_end(p, "TR");
		paint_line(p->cr, r->x[0], p->y + height, r->x[r->t->count], p->y + height, 0.5,
			   PAINT_RULE_STRONG);
		if (r->t->style == PDF_GRID) {
			paint_line(p->cr, r->x[0], p->y, r->x[0], p->y + height, 0.5,
				   PAINT_RULE_STRONG);
			paint_line(p->cr, r->x[0] + width, p->y, r->x[0] + width, p->y + height,
				   0.5, PAINT_RULE_STRONG);
		}
		g_object_unref(l);
	}
	flow_advance(p, height);
	r->shaded = false;
}

static void run_empty(struct run *r)
{
	struct pdf *p = r->p;
	PangoLayout *l = text_new(&p->fonts, r->plain, r->t->empty, flow_width(p) - 2 * PAD_X);

	p->y += PAD_Y * 1.5;
	flow_layout(p, l, r->x[0] + PAD_X, "P", PAINT_MUTED);
	p->y += PAD_Y * 1.5;
	if (p->drawing)
		paint_line(p->cr, r->x[0], p->y, r->x[r->t->count], p->y, 0.5, PAINT_RULE_STRONG);
	g_object_unref(l);
}

int table_run(struct pdf *p, struct block *b)
{
	struct table *t = (struct table *)b;
	struct table_row *row;
	struct run r;
	int code = 0;

	run_init(&r, p, t);
	flow_gap(p, 1 * MM);
	flow_need(p, table_head(p, b));
	flow_tag(p, "Table");
	draw_head(&r, true);
	for (row = t->rows; row && code == 0; row = row->next) {
		if (row->group)
			run_group(&r, row);
		else
			code = run_row(&r, row);
	}
	if (!t->rows)
		run_empty(&r);
	flow_tag_end(p, "Table");
	run_release(&r);
	flow_gap(p, 4.5 * MM);
	return code;
}

double table_head(struct pdf *p, struct block *b)
{
	struct table *t = (struct table *)b;
	double height, room = flow_bottom(p) - flow_top(p);
	struct run r;

	run_init(&r, p, t);
	height = r.head_height + (t->rows ? row_height(&r, t->rows) : 8 * MM);
	if (t->rows && t->rows->group && t->rows->next)
		height += row_height(&r, t->rows->next);
	run_release(&r);
	return fmin(height, room / 2);
}
