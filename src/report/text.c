#include "report/text.h"

#include <string.h>

#include "base/fold.h"

#define FAMILY "Noto Sans CJK JP"
#define FAMILY_MONO "Noto Sans Mono CJK JP"

static const struct {
	double size;
	bool bold, mono;
	double spacing; /* line height relative to the font's own, which is 1.45 em */
} styles[TEXT_STYLE_MAX] = {
	[TEXT_BODY] = { 10, false, false, 1.12 },
	[TEXT_STRONG] = { 10, true, false, 1.12 },
	[TEXT_SMALL] = { 8.5, false, false, 1.06 },
	[TEXT_SMALL_STRONG] = { 8.5, true, false, 1.06 },
	[TEXT_TINY] = { 7.5, false, false, 1 },
	[TEXT_TINY_MONO] = { 7, false, true, 1 },
	[TEXT_H1] = { 17, true, false, 1 },
	[TEXT_H2] = { 13, true, false, 1 },
	[TEXT_H3] = { 10.5, true, false, 1.05 },
	[TEXT_COVER_KIND] = { 12, false, false, 1 },
	[TEXT_COVER_TITLE] = { 26, true, false, 1 },
	[TEXT_COVER_SUBTITLE] = { 13, false, false, 1.05 },
	[TEXT_COVER_PAIR] = { 11, false, false, 1.05 },
	[TEXT_STAMP] = { 8, true, false, 1 },
	[TEXT_STAMP_DATE] = { 7, true, false, 1 },
	[TEXT_NODE] = { 10, false, false, 1 },
	[TEXT_NODE_ROLE] = { 10, false, false, 1 },
	[TEXT_NODE_NAME] = { 11.5, true, false, 1 },
	[TEXT_CELL] = { 9, false, false, 1 },
	[TEXT_CELL_STRONG] = { 9, true, false, 1 },
	[TEXT_CELL_MONO] = { 8.5, false, true, 1 },
	[TEXT_CELL_MEDIUM] = { 8.25, false, false, 0.98 },
	[TEXT_CELL_MEDIUM_STRONG] = { 8.25, true, false, 0.98 },
	[TEXT_CELL_MEDIUM_MONO] = { 7.75, false, true, 0.98 },
	[TEXT_CELL_FINE] = { 7.5, false, false, 0.96 },
	[TEXT_CELL_FINE_STRONG] = { 7.5, true, false, 0.96 },
	[TEXT_CELL_FINE_MONO] = { 7, false, true, 0.96 },
};

/* A substitute font without kanji would print a pack full of boxes. */
static int check_family(struct text_fonts *f, struct err *err)
{
	PangoFont *font = pango_context_load_font(f->context, f->desc[TEXT_BODY]);
	PangoFontDescription *got = font ? pango_font_describe(font) : NULL;
	bool ok = got && pango_font_description_get_family(got) &&
		  strcmp(pango_font_description_get_family(got), FAMILY) == 0;

	if (got)
		pango_font_description_free(got);
	if (font)
		g_object_unref(font);
	if (!ok)
		return err_set(
			err, ERR_IO,
			"帳票用の日本語フォント（%s）が見つかりません。"
			"このサーバに fonts-noto-cjk を入れてから、もう一度作成してください。",
			FAMILY);
	return 0;
}

int text_fonts_init(struct text_fonts *f, struct err *err)
{
	cairo_font_options_t *options = cairo_font_options_create();
	int i;

	memset(f, 0, sizeof *f);
	f->map = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(f->map), 72);
	f->context = pango_font_map_create_context(f->map);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(f->context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(f->context, FALSE);
	pango_context_set_language(f->context, pango_language_from_string("ja"));
	for (i = 0; i < TEXT_STYLE_MAX; i++) {
		PangoFontDescription *d = pango_font_description_new();

		pango_font_description_set_family_static(d, styles[i].mono ? FAMILY_MONO : FAMILY);
		pango_font_description_set_weight(d, styles[i].bold ? PANGO_WEIGHT_BOLD
								    : PANGO_WEIGHT_NORMAL);
		pango_font_description_set_size(d, (int)(styles[i].size * PANGO_SCALE));
		f->desc[i] = d;
	}
	return check_family(f, err);
}

void text_fonts_release(struct text_fonts *f)
{
	int i;

	for (i = 0; i < TEXT_STYLE_MAX; i++)
		if (f->desc[i])
			pango_font_description_free(f->desc[i]);
	if (f->context)
		g_object_unref(f->context);
	if (f->map)
		g_object_unref(f->map);
	memset(f, 0, sizeof *f);
}

double text_size(enum text_style style)
{
	return styles[style].size;
}

void text_set(struct text_fonts *f, PangoLayout *l, enum text_style style, const char *text,
	      double width)
{
	pango_layout_set_font_description(l, f->desc[style]);
	pango_layout_set_line_spacing(l, (float)styles[style].spacing);
	pango_layout_set_width(l, width < 0 ? -1 : (int)(width * PANGO_SCALE));
	pango_layout_set_text(l, text, -1);
}

PangoLayout *text_new(struct text_fonts *f, enum text_style style, const char *text, double width)
{
	PangoLayout *l = pango_layout_new(f->context);

	/* The direction of the page, not of the first Arabic or Hebrew letter. */
	pango_layout_set_auto_dir(l, FALSE);
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	text_set(f, l, style, text, width);
	return l;
}

double text_width(PangoLayout *l)
{
	PangoRectangle r;

	pango_layout_get_extents(l, NULL, &r);
	return r.width / (double)PANGO_SCALE;
}

double text_height(PangoLayout *l)
{
	PangoRectangle r;

	pango_layout_get_extents(l, NULL, &r);
	return r.height / (double)PANGO_SCALE;
}

double text_baseline(PangoLayout *l)
{
	return pango_layout_get_baseline(l) / (double)PANGO_SCALE;
}

void text_underline(PangoLayout *l, bool on)
{
	PangoAttrList *list = NULL;

	if (on) {
		list = pango_attr_list_new();
		pango_attr_list_insert(list, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE));
	}
	pango_layout_set_attributes(l, list);
	if (list)
		pango_attr_list_unref(list);
}

int text_lines(PangoLayout *l)
{
	return pango_layout_get_line_count(l);
}

int text_fit(PangoLayout *l, int from, double room, double *ret_height)
{
	PangoLayoutIter *it = pango_layout_get_iter(l);
	int line = 0, top = 0, y0, y1;

	*ret_height = 0;
	do {
		pango_layout_iter_get_line_yrange(it, &y0, &y1);
		if (line == from)
			top = y0;
		if (line >= from) {
			double height = (y1 - top) / (double)PANGO_SCALE;

			if (height > room + 0.01)
				break;
			*ret_height = height;
		}
		line++;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	return line < from ? from : line;
}

void text_draw(cairo_t *cr, PangoLayout *l, double x, double y, int from, int to)
{
	PangoLayoutIter *it = pango_layout_get_iter(l);
	int line = 0, top = 0, y0, y1;

	do {
		PangoRectangle r;

		pango_layout_iter_get_line_yrange(it, &y0, &y1);
		if (line == from)
			top = y0;
		if (line >= from && line < to) {
			pango_layout_iter_get_line_extents(it, NULL, &r);
			cairo_move_to(cr, x + r.x / (double)PANGO_SCALE,
				      y + (pango_layout_iter_get_baseline(it) - top) /
						      (double)PANGO_SCALE);
			pango_cairo_show_layout_line(cr, pango_layout_iter_get_line_readonly(it));
		}
		line++;
	} while (line < to && pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}

static bool is_override(uint32_t ch)
{
	return (ch >= 0x202A && ch <= 0x202E) || (ch >= 0x2066 && ch <= 0x2069) || ch == 0x200E ||
	       ch == 0x200F || ch == 0x061C;
}

/* What takes the place of one code point; NULL to keep it. */
static const char *replacement(uint32_t ch)
{
	if (ch == '\n')
		return NULL;
	if (ch == '\t')
		return " ";
	if (ch == 0x2028 || ch == 0x2029 || ch == 0x85)
		return "\n";
	if (ch < 0x20 || (ch >= 0x7F && ch < 0xA0) || is_override(ch))
		return "\xEF\xBF\xBD";
	return NULL;
}

/* Appends one code point or its replacement; returns the bytes it took. */
static size_t clean_one(struct buf *b, const char *s, size_t left)
{
	const char *other;
	uint32_t ch;
	size_t n;

	if (s[0] == '\r') {
		buf_putc(b, '\n');
		return s[1] == '\n' ? 2 : 1;
	}
	if (!left) { /* malformed from here */
		buf_puts(b, "\xEF\xBF\xBD");
		return 1;
	}
	n = utf8_decode(s, &ch);
	other = replacement(ch);
	if (other)
		buf_puts(b, other);
	else
		buf_add(b, s, n);
	return n;
}

char *text_clean(struct arena *a, const char *text, size_t max)
{
	size_t good = 0, done = 0, count = 0, end;
	struct buf b;
	char *copy;

	buf_init(&b, 0);
	if (!text)
		text = "";
	end = strlen(text);
	while (done < end && count < max) {
		if (done >= good) { /* up to where is it well-formed? */
			good = end - done;
			utf8_valid(text + done, end - done, &good);
			good += done;
		}
		done += clean_one(&b, text + done, good - done);
		count++;
	}
	if (done < end)
		buf_puts(&b, "……（長いため以下を省きました）");
	buf_add(&b, "", 0);
	copy = buf_failed(&b) ? NULL : arena_strndup(a, b.data, b.len);
	if (!copy)
		a->failed = true;
	buf_release(&b);
	return copy;
}
