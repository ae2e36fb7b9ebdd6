/* The contact tree as SVG: presentation attributes only, so that a page with a
 * strict content security policy can hold it. */
#include <math.h>

#include "report/paint.h"
#include "report/picture.h"
#include "report/svg.h"

#define WIDE 900.0 /* beyond this a picture grows downwards instead */
#define FONT "Noto Sans CJK JP, Noto Sans JP, Hiragino Sans, Yu Gothic, Meiryo, sans-serif"

static void colour(struct buf *b, const char *name, uint32_t rgb)
{
	buf_printf(b, " %s=\"#%06x\"", name, rgb);
}

static void put_path(struct buf *b, const struct arrow *a)
{
	int i;

	buf_puts(b, "<path fill=\"none\"");
	colour(b, "stroke", PAINT_RULE_STRONG);
	buf_puts(b, " d=\"M");
	for (i = 0; i < a->points; i++) {
		if (i == 1)
			buf_putc(b, a->curve ? 'C' : 'L');
		else if (i)
			buf_putc(b, ' ');
		svg_number(b, a->xy[2 * i]);
		buf_putc(b, ' ');
		svg_number(b, a->xy[2 * i + 1]);
	}
	buf_puts(b, "\"/>");
}

static void put_head(struct buf *b, const struct arrow *a)
{
	double dx = a->tip_x - a->from_x, dy = a->tip_y - a->from_y, len = hypot(dx, dy);
	double at[6];
	int i;

	if (len < 0.01)
		return;
	dx /= len;
	dy /= len;
	at[0] = a->tip_x;
	at[1] = a->tip_y;
	at[2] = a->tip_x - dx * 6.5 - dy * 3.2;
	at[3] = a->tip_y - dy * 6.5 + dx * 3.2;
	at[4] = a->tip_x - dx * 6.5 + dy * 3.2;
	at[5] = a->tip_y - dy * 6.5 - dx * 3.2;
	buf_puts(b, "<path");
	colour(b, "fill", PAINT_RULE_STRONG);
	buf_puts(b, " d=\"M");
	for (i = 0; i < 6; i++) {
		if (i)
			buf_putc(b, ' ');
		svg_number(b, at[i]);
	}
	buf_puts(b, "z\"/>");
}

struct label {
	double x, y, size;
	double width; /* measured here; the viewer fits its own font into it. 0: free */
	uint32_t rgb;
	bool strong, centred;
};

static void put_text(struct buf *b, const struct label *l, const char *text)
{
	buf_puts(b, "<text");
	svg_attr_number(b, "x", l->x);
	svg_attr_number(b, "y", l->y);
	svg_attr_number(b, "font-size", l->size);
	colour(b, "fill", l->rgb);
	if (l->strong)
		buf_puts(b, " font-weight=\"700\"");
	if (l->centred)
		buf_puts(b, " text-anchor=\"middle\"");
	if (l->width > 0) {
		svg_attr_number(b, "textLength", l->width);
		buf_puts(b, " lengthAdjust=\"spacingAndGlyphs\"");
	}
	buf_putc(b, '>');
	svg_text(b, text);
	buf_puts(b, "</text>");
}

static void put_rect(struct buf *b, double x, double y, double w, double h, double r, uint32_t fill,
		     bool dashed)
{
	buf_puts(b, "<rect");
	svg_attr_number(b, "x", x);
	svg_attr_number(b, "y", y);
	svg_attr_number(b, "width", w);
	svg_attr_number(b, "height", h);
	svg_attr_number(b, "rx", r);
	colour(b, "fill", fill);
	colour(b, "stroke", PAINT_ACCENT);
	if (dashed)
		buf_puts(b, " stroke-dasharray=\"4 2.5\"");
	buf_puts(b, "/>");
}

static void put_word(struct buf *b, const struct box *box, const char *word, double width,
		     bool external)
{
	double x = box->x + box->w - width - 12;

	put_rect(b, x, box->y - 6.5, width + 6, 13, 2.5, external ? PAINT_WHITE : PAINT_ACCENT,
		 false);
	put_text(b,
		 &(struct label){ x + 3, box->y + 2.8, text_size(TEXT_TINY), width,
				  external ? PAINT_ACCENT : PAINT_WHITE, false, false },
		 word);
}

static void put_badge(struct buf *b, const struct box *box, int order)
{
	char number[16];

	buf_puts(b, "<circle");
	svg_attr_number(b, "cx", box->x + 5);
	svg_attr_number(b, "cy", box->y);
	svg_attr_number(b, "r", BADGE);
	colour(b, "fill", PAINT_WHITE);
	colour(b, "stroke", PAINT_ACCENT);
	buf_puts(b, "/>");
	snprintf(number, sizeof number, "%d", order);
	put_text(b, &(struct label){ box->x + 5, box->y + 3.2, 9, 0, PAINT_INK, true, true },
		 number);
}

static void put_box(struct buf *b, const struct tree *t, const struct box *box,
		    const double word_width[2])
{
	const struct tree_item *item = &t->items[box->item];
	bool external = item->group == TREE_EXTERNAL;
	double y = box->y + BOX_PAD_Y;
	int i;

	buf_puts(b, "<g>");
	put_rect(b, box->x, box->y, box->w, box->h, 4, external ? PAINT_WHITE : PAINT_INFO_GROUND,
		 external);
	if (item->order > 0)
		put_badge(b, box, item->order);
	put_word(b, box, t->words[item->group], word_width[item->group], external);
	for (i = 0; i < box->lines; i++) {
		const struct box_line *line = &box->line[i];
		bool role = line->style == TEXT_NODE_ROLE;

		put_text(b,
			 &(struct label){ box->x + BOX_PAD_X, y + line->baseline,
					  text_size(line->style), line->width,
					  role ? PAINT_MUTED : PAINT_INK,
					  line->style == TEXT_NODE_NAME, false },
			 line->text);
		y += line->height;
	}
	buf_puts(b, "</g>");
}

static void put_picture(struct buf *b, const struct tree *t, const struct picture *pic,
			const double word_width[2])
{
	double w = pic->width + 2 * BADGE + 2, h = pic->height + 2 * BADGE + 2;
	int i;

	buf_puts(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tree\" role=\"img\"");
	svg_attr(b, "aria-label", t->title);
	svg_attr_number(b, "width", w);
	svg_attr_number(b, "height", h);
	buf_puts(b, " viewBox=\"");
	svg_number(b, -BADGE - 1);
	buf_putc(b, ' ');
	svg_number(b, -BADGE - 1);
	buf_putc(b, ' ');
	svg_number(b, w);
	buf_putc(b, ' ');
	svg_number(b, h);
	buf_puts(b, "\" font-family=\"" FONT "\"><title>");
	svg_text(b, t->title);
	buf_puts(b, "</title>");
	for (i = 0; i < pic->arrow_count; i++) {
		put_path(b, &pic->arrows[i]);
		put_head(b, &pic->arrows[i]);
	}
	for (i = 0; i < pic->box_count; i++)
		put_box(b, t, &pic->boxes[i], word_width);
	buf_puts(b, "</svg>");
}

static double measure_word(struct text_fonts *f, const char *word)
{
	PangoLayout *l = text_new(f, TEXT_TINY, word, -1);
	double width = text_width(l);

	g_object_unref(l);
	return width;
}

int tree_svg(const struct tree *t, struct buf *out, struct err *err)
{
	bool set[TREE_NODE_MAX];
	struct picture_wish wish = { set, NULL, PICTURE_HANG, 50 * MM };
	struct text_fonts fonts;
	struct picture pic;
	struct arena mem;
	double words[2];
	int i, r;

	if (!t->count)
		return 0;
	for (i = 0; i < TREE_NODE_MAX; i++)
		set[i] = i < t->count;
	arena_init(&mem, 0);
	r = text_fonts_init(&fonts, err);
	if (r == 0)
		r = picture_make(t, &wish, &fonts, &mem, &pic, err);
	if (r == 0 && pic.width > WIDE) {
		wish.form = PICTURE_ACROSS;
		r = picture_make(t, &wish, &fonts, &mem, &pic, err);
	}
	if (r == 0) {
		words[0] = measure_word(&fonts, t->words[0]);
		words[1] = measure_word(&fonts, t->words[1]);
		put_picture(out, t, &pic, words);
		if (buf_failed(out))
			r = err_nomem(err);
	}
	text_fonts_release(&fonts);
	arena_release(&mem);
	return r;
}
