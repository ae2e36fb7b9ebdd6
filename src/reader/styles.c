/* Cell styles of a workbook: only what tells dates and padded numbers apart. */
#include <stdlib.h>
#include <string.h>

#include "reader/workbook.h"

#define STYLES_MAX 65536 /* Excel's own limit is 65,490 */
#define CODES_MAX 4096

struct code {
	unsigned long id;
	struct numfmt fmt;
};

struct state {
	struct workbook *w;
	struct code *codes;
	size_t code_count, style_alloc;
	bool in_styles;
};

static struct numfmt look_up(const struct state *s, unsigned long id)
{
	for (size_t i = 0; i < s->code_count; i++)
		if (s->codes[i].id == id)
			return s->codes[i].fmt;
	return numfmt_builtin(id < 164 ? (unsigned)id : 0);
}

static int add_style(struct state *s, unsigned long id, struct fault *f)
{
	struct workbook *w = s->w;

	if (w->style_count == STYLES_MAX)
		return fault_text(f, FAULT_SHEET_COMPLEX, "書式が多すぎます");
	if (w->style_count == s->style_alloc) {
		size_t alloc = s->style_alloc ? s->style_alloc * 2 : 64;
		struct numfmt *styles = realloc(w->styles, alloc * sizeof *styles);

		if (!styles)
			return fault_set(f, FAULT_NOMEM, 0, 0);
		w->styles = styles;
		s->style_alloc = alloc;
	}
	w->styles[w->style_count++] = look_up(s, id);
	return 0;
}

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct state *s = arg;
	const char *id = xml_attr(attrs, "numFmtId"), *code = xml_attr(attrs, "formatCode");

	if (strcmp(name, "cellXfs") == 0) {
		s->in_styles = true;
	} else if (strcmp(name, "xf") == 0 && s->in_styles) {
		return add_style(s, id ? strtoul(id, NULL, 10) : 0, f);
	} else if (strcmp(name, "numFmt") == 0 && id && code && !s->in_styles) {
		if (s->code_count == CODES_MAX)
			return fault_text(f, FAULT_SHEET_COMPLEX, "表示形式が多すぎます");
		s->codes[s->code_count].id = strtoul(id, NULL, 10);
		s->codes[s->code_count++].fmt = numfmt_code(code);
	}
	return 0;
}

static int on_end(void *arg, const char *name, struct fault *f)
{
	struct state *s = arg;

	(void)f;
	if (strcmp(name, "cellXfs") == 0)
		s->in_styles = false;
	return 0;
}

int workbook_read_styles(struct workbook *w, struct fault *f)
{
	struct state s = { .w = w };
	struct xml_handler h = { .start = on_start, .end = on_end, .arg = &s };

	if (!w->styles_part)
		return 0;
	s.codes = arena_calloc(&w->names, CODES_MAX, sizeof *s.codes);
	if (!s.codes)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	return xml_read(w->package, w->styles_part, &h, f);
}
