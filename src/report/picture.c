/* Boxes of a contact tree: their text, measured and wrapped by pango. */
#include "report/picture.h"

#include <math.h>
#include <string.h>

#define BOX_LEAST (28 * MM)
#define LEADING 1.3 /* boxes are set tighter than the font's own 1.45 em */

static void take_lines(struct box *b, PangoLayout *l, enum text_style style, struct arena *mem)
{
	const char *text = pango_layout_get_text(l);
	PangoLayoutIter *it = pango_layout_get_iter(l);

	do {
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(it);
		struct box_line *out = &b->line[b->lines];
		PangoRectangle r;

		if (b->lines == BOX_LINES)
			break;
		pango_layout_iter_get_line_extents(it, NULL, &r);
		out->style = style;
		out->text = arena_strndup(mem, text + line->start_index, (size_t)line->length);
		out->width = r.width / (double)PANGO_SCALE;
		out->height = text_size(style) * LEADING;
		out->baseline = (pango_layout_iter_get_baseline(it) - r.y - r.height / 2) /
					(double)PANGO_SCALE +
				out->height / 2;
		b->h += out->height;
		b->w = fmax(b->w, out->width);
		b->lines++;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}

static void measure(struct box *b, const struct tree_item *item, const struct picture_wish *wish,
		    struct text_fonts *f, struct arena *mem)
{
	static const enum text_style styles[TREE_LINES] = { TEXT_NODE_ROLE, TEXT_NODE_NAME,
							    TEXT_NODE, TEXT_NODE };
	int i;

	for (i = 0; i < TREE_LINES; i++) {
		PangoLayout *l;

		if (!*item->lines[i])
			continue;
		l = text_new(f, styles[i], item->lines[i], wish->wrap);
		take_lines(b, l, styles[i], mem);
		g_object_unref(l);
	}
	if (wish->more && wish->more[b->item]) {
		PangoLayout *l = text_new(f, TEXT_NODE_ROLE, "（続きは別の図）", wish->wrap);

		take_lines(b, l, TEXT_NODE_ROLE, mem);
		g_object_unref(l);
	}
	b->w = fmax(b->w + 2 * BOX_PAD_X, BOX_LEAST);
	b->h += 2 * BOX_PAD_Y;
}

int picture_make(const struct tree *t, const struct picture_wish *wish, struct text_fonts *f,
		 struct arena *mem, struct picture *ret, struct err *err)
{
	int index[TREE_NODE_MAX], i;
	double widest = 0;

	memset(ret, 0, sizeof *ret);
	ret->boxes = arena_calloc(mem, (size_t)t->count + 1, sizeof *ret->boxes);
	if (!ret->boxes)
		return err_nomem(err);
	for (i = 0; i < t->count; i++) {
		index[i] = -1;
		if (!wish->set[i])
			continue;
		index[i] = ret->box_count++;
		ret->boxes[index[i]].item = i;
		measure(&ret->boxes[index[i]], &t->items[i], wish, f, mem);
		widest = fmax(widest, ret->boxes[index[i]].w);
	}
	for (i = 0; i < ret->box_count; i++)
		ret->boxes[i].w = widest;
	if (arena_failed(mem))
		return err_nomem(err);
	return picture_place(t, index, wish->form, mem, ret, err);
}
