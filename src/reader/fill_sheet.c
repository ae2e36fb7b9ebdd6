/*
 * The XML of a sheet with some of its cells replaced. expat says where each row and cell begins
 * and ends; the bytes between are copied as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/fill_job.h"
#include "reader/worksheet.h"
#include "reader/xml.h"

#define COLUMN_STYLES_MAX 4096

/* <col min max style>: what a cell that is not there looks like. */
struct column_style {
	uint32_t from, to, style;
};

struct filling {
	struct xml *xml;
	const char *bytes;
	size_t copied; /* of the bytes */
	struct buf *out;
	struct fault *fault;
	const struct fill_edit *edit;
	size_t count, next; /* the next one to be written */
	char prefix[32];    /* "x:" where the sheet's names have one */
	struct column_style *styles;
	size_t style_count;
	uint32_t row, column; /* being read; 0 outside */
	uint32_t row_style;
	bool has_row_style, in_data, in_row, had_data, formulas;
	size_t row_next;	     /* first edit of the row being read */
	const struct fill_edit *now; /* the cell being read is to be replaced by it */
	size_t cell_from;
	char cell_style[16]; /* of the cell that is replaced, "" when it says none */
	bool in_formula_cell;
	size_t value_from; /* of the stored result that is left out, 0 for none */
};

/* ---- copying ---- */

static void copy_to(struct filling *s, size_t to)
{
	if (to > s->copied)
		buf_add(s->out, s->bytes + s->copied, to - s->copied);
	s->copied = to;
}

/* The tag expat is at. */
static const char *tag(const struct filling *s, size_t *ret_from, size_t *ret_len)
{
	xml_position(s->xml, ret_from, ret_len);
	return s->bytes + *ret_from;
}

static bool is_empty_tag(const struct filling *s)
{
	size_t from, len;
	const char *t = tag(s, &from, &len);

	return len >= 2 && t[len - 2] == '/';
}

/* Copies up to and with the tag, without the attribute `drop` (NULL: none) and opened if it was an
 * empty one. */
static void copy_tag(struct filling *s, const char *drop, bool open)
{
	size_t from, len, cut = 0, until = 0, n = drop ? strlen(drop) : 0;
	const char *t = tag(s, &from, &len);
	size_t end = open && is_empty_tag(s) ? len - 2 : len;

	for (size_t i = 1; n && !until && i + n + 3 < len; i++) {
		if (!strchr(" \t\r\n", t[i]) || strncmp(t + i + 1, drop, n) != 0 ||
		    t[i + 1 + n] != '=')
			continue;
		cut = i;
		until = i + 3 + n;
		while (until < len && t[until] != t[i + 2 + n])
			until++;
		until++;
	}
	copy_to(s, from);
	if (until && until <= end) {
		buf_add(s->out, t, cut);
		buf_add(s->out, t + until, end - until);
	} else {
		buf_add(s->out, t, end);
	}
	if (open && end < len)
		buf_putc(s->out, '>');
	s->copied = from + len;
}

/* ---- writing cells ---- */

/* "_x0041_" would be read as "A". */
static bool is_code(const char *text)
{
	return strlen(text) >= 7 && text[0] == '_' && text[1] == 'x' && text[6] == '_' &&
	       strspn(text + 2, "0123456789abcdefABCDEF") >= 4;
}

static void put_escaped(struct buf *b, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			buf_puts(b, "&amp;");
		else if (c == '<')
			buf_puts(b, "&lt;");
		else if (c == '>')
			buf_puts(b, "&gt;");
		else if (is_code(text))
			buf_puts(b, "_x005F_");
		else if (c >= 0x20 || c == '\n' || c == '\t')
			buf_putc(b, (char)c);
	}
}

static void put_cell(struct filling *s, const struct fill_edit *e, const char *style)
{
	const char *p = s->prefix;
	char cell[16];

	fill_cell_name(e->row, e->column, cell);
	buf_printf(s->out, "<%sc r=\"%s\"", p, cell);
	if (*style)
		buf_printf(s->out, " s=\"%s\"", style);
	switch (e->kind) {
	case FILL_TEXT:
		buf_printf(s->out, " t=\"inlineStr\"><%sis><%st xml:space=\"preserve\">", p, p);
		put_escaped(s->out, e->text);
		buf_printf(s->out, "</%st></%sis></%sc>", p, p, p);
		break;
	case FILL_NUMBER:
		buf_printf(s->out, "><%sv>", p);
		put_escaped(s->out, e->text);
		buf_printf(s->out, "</%sv></%sc>", p, p);
		break;
	case FILL_BOOL:
		buf_printf(s->out, " t=\"b\"><%sv>%s</%sv></%sc>", p, *e->text == '1' ? "1" : "0",
			   p, p);
		break;
	case FILL_EMPTY:
	case FILL_KIND_MAX: buf_puts(s->out, "/>"); break;
	}
}

/* The look of a cell that is not there: that of its row, else of its column. */
static void put_new_cell(struct filling *s, const struct fill_edit *e)
{
	char style[16] = "";

	for (size_t i = 0; i < s->style_count; i++)
		if (e->column >= s->styles[i].from && e->column <= s->styles[i].to)
			snprintf(style, sizeof style, "%u", s->styles[i].style);
	if (s->in_row && s->has_row_style)
		snprintf(style, sizeof style, "%u", s->row_style);
	if (e->kind != FILL_EMPTY)
		put_cell(s, e, style);
}

/* The cells of this row that come before `column` (0: all that are left of it). */
static void put_cells_before(struct filling *s, uint32_t column)
{
	for (; s->next < s->count && s->edit[s->next].row == s->row; s->next++) {
		if (column && s->edit[s->next].column >= column)
			return;
		put_new_cell(s, &s->edit[s->next]);
	}
}

/* Rows that are not there, up to `row` (0: all that are left). */
static void put_rows_before(struct filling *s, uint32_t row)
{
	uint32_t was = s->row;

	while (s->next < s->count && (!row || s->edit[s->next].row < row)) {
		s->row = s->edit[s->next].row;
		buf_printf(s->out, "<%srow r=\"%u\">", s->prefix, s->row);
		put_cells_before(s, 0);
		buf_printf(s->out, "</%srow>", s->prefix);
	}
	s->row = was;
}

/* ---- what expat meets ---- */

static bool number_attr(const char **attrs, const char *name, uint32_t *ret)
{
	const char *v = xml_attr(attrs, name);
	char *end;
	unsigned long n = v ? strtoul(v, &end, 10) : 0;

	if (!v || *v < '0' || *v > '9' || *end || n > 100000000)
		return false;
	*ret = (uint32_t)n;
	return true;
}

static int start_column(struct filling *s, const char **attrs)
{
	struct column_style c;

	if (!number_attr(attrs, "min", &c.from) || !number_attr(attrs, "max", &c.to) ||
	    !number_attr(attrs, "style", &c.style) || s->style_count == COLUMN_STYLES_MAX)
		return 0;
	if (!s->styles)
		s->styles = calloc(COLUMN_STYLES_MAX, sizeof *s->styles);
	if (!s->styles)
		return fault_set(s->fault, FAULT_NOMEM, 0, 0);
	s->styles[s->style_count++] = c;
	return 0;
}

/* "A1:B2", or one cell. */
static bool read_range(const char *ref, struct worksheet_merge *ret)
{
	const char *colon = ref ? strchr(ref, ':') : NULL;
	char first[32];

	if (!ref || (colon ? (size_t)(colon - ref) : strlen(ref)) >= sizeof first)
		return false;
	snprintf(first, sizeof first, "%.*s", colon ? (int)(colon - ref) : 31, ref);
	return worksheet_cell_ref(first, &ret->left, &ret->top) &&
	       worksheet_cell_ref(colon ? colon + 1 : first, &ret->right, &ret->bottom);
}

/* <dimension ref="A1:H20">: some readers take nothing beyond it, so it grows with the cells. */
static void start_dimension(struct filling *s, const char **attrs)
{
	struct worksheet_merge m, was;
	char first[16], last[16];
	size_t from, len;
	const char *t = tag(s, &from, &len);
	size_t name = strcspn(t, " \t\r\n/>");

	if (!read_range(xml_attr(attrs, "ref"), &m))
		return;
	was = m;
	for (size_t i = 0; i < s->count; i++) {
		const struct fill_edit *e = &s->edit[i];

		m.top = e->row < m.top ? e->row : m.top;
		m.bottom = e->row > m.bottom ? e->row : m.bottom;
		m.left = e->column < m.left ? e->column : m.left;
		m.right = e->column > m.right ? e->column : m.right;
	}
	if (memcmp(&m, &was, sizeof m) == 0)
		return;
	fill_cell_name(m.top, m.left, first);
	fill_cell_name(m.bottom, m.right, last);
	copy_to(s, from);
	buf_add(s->out, t, name);
	buf_printf(s->out, " ref=\"%s:%s\"%s", first, last, is_empty_tag(s) ? "/>" : ">");
	s->copied = from + len;
}

static int start_data(struct filling *s)
{
	size_t from, len;
	const char *t = tag(s, &from, &len), *colon = memchr(t, ':', len);
	size_t n = colon ? (size_t)(colon - t) : 0;

	if (s->had_data)
		return fault_set(s->fault, FAULT_ROW_ORDER, s->row, 0);
	s->in_data = s->had_data = true;
	/* "<x:sheetData": what is written must have the same prefix. */
	if (n && n < sizeof s->prefix && len - n > 10 && strncmp(colon + 1, "sheetData", 9) == 0) {
		memcpy(s->prefix, t + 1, n);
		s->prefix[n] = '\0';
	}
	if (is_empty_tag(s)) {
		copy_tag(s, NULL, true);
		put_rows_before(s, 0);
		buf_printf(s->out, "</%ssheetData>", s->prefix);
	}
	return 0;
}

static int start_row(struct filling *s, const char **attrs)
{
	uint32_t row = s->row + 1;
	size_t from, len;

	(void)number_attr(attrs, "r", &row);
	if (s->in_row || row <= s->row)
		return fault_set(s->fault, FAULT_ROW_ORDER, row, 0);
	(void)tag(s, &from, &len);
	if (s->next < s->count && s->edit[s->next].row < row)
		copy_to(s, from);
	put_rows_before(s, row);
	s->row = row;
	s->column = 0;
	s->in_row = true;
	s->has_row_style =
		xml_true(xml_attr(attrs, "customFormat")) && number_attr(attrs, "s", &s->row_style);
	if (s->next == s->count || s->edit[s->next].row != row)
		return 0;
	/* "spans" says which columns the row reaches over; it is but a hint, and may turn wrong. */
	if (is_empty_tag(s)) {
		copy_tag(s, "spans", true);
		put_cells_before(s, 0);
		buf_printf(s->out, "</%srow>", s->prefix);
	} else {
		copy_tag(s, "spans", false);
	}
	return 0;
}

static int start_cell(struct filling *s, const char **attrs)
{
	const char *ref = xml_attr(attrs, "r"), *style = xml_attr(attrs, "s");
	uint32_t column = s->column + 1, row = s->row;
	size_t from, len;

	if (ref && (!worksheet_cell_ref(ref, &column, &row) || row != s->row))
		return fault_set(s->fault, FAULT_CELL_REF, s->row, 0);
	if (column <= s->column)
		return fault_set(s->fault, FAULT_ROW_ORDER, s->row, 0);
	s->column = column;
	s->in_formula_cell = false;
	if (s->next == s->count || s->edit[s->next].row != s->row)
		return 0;
	(void)tag(s, &from, &len);
	copy_to(s, from);
	put_cells_before(s, column);
	if (s->next == s->count || s->edit[s->next].row != s->row ||
	    s->edit[s->next].column != column)
		return 0;
	s->now = &s->edit[s->next++];
	s->cell_from = from;
	s->cell_style[0] = '\0';
	if (style && strlen(style) < sizeof s->cell_style && !style[strspn(style, "0123456789")])
		snprintf(s->cell_style, sizeof s->cell_style, "%s", style);
	return 0;
}

/* No cell to be written may lie in the range, but for its first if `but_first`. */
static int check_range(struct filling *s, const char *ref, bool but_first, enum fault_kind kind)
{
	struct worksheet_merge m;

	if (!read_range(ref, &m))
		return 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct fill_edit *e = &s->edit[i];

		if (e->row < m.top || e->row > m.bottom || e->column < m.left ||
		    e->column > m.right)
			continue;
		if (but_first && e->row == m.top && e->column == m.left)
			continue;
		fill_fault(s->fault, kind, e);
		s->fault->a = m.top;
		s->fault->b = m.left;
		return ERR_INVALID;
	}
	return 0;
}

static int start_formula(struct filling *s, const char **attrs)
{
	const char *type = xml_attr(attrs, "t");

	s->formulas = s->in_formula_cell = true;
	if (s->now)
		return fill_fault(s->fault, FAULT_FILL_FORMULA, s->now);
	if (type && (strcmp(type, "array") == 0 || strcmp(type, "dataTable") == 0))
		return check_range(s, xml_attr(attrs, "ref"), false, FAULT_FILL_FORMULA);
	return 0;
}

/* What a formula came to before its cells were filled in is no longer true: whoever opens the file
 * has to compute it. */
static void start_result(struct filling *s)
{
	size_t len;

	(void)tag(s, &s->value_from, &len);
	copy_to(s, s->value_from);
}

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct filling *s = arg;

	s->fault = f;
	if (strcmp(name, "mergeCell") == 0)
		return check_range(s, xml_attr(attrs, "ref"), true, FAULT_FILL_MERGED);
	if (strcmp(name, "sheetData") == 0)
		return start_data(s);
	if (!s->had_data && strcmp(name, "dimension") == 0)
		start_dimension(s, attrs);
	if (!s->had_data && strcmp(name, "col") == 0)
		return start_column(s, attrs);
	if (!s->in_data)
		return 0;
	if (strcmp(name, "row") == 0)
		return start_row(s, attrs);
	if (s->in_row && strcmp(name, "c") == 0)
		return start_cell(s, attrs);
	if (s->in_row && strcmp(name, "f") == 0)
		return start_formula(s, attrs);
	if (s->in_row && strcmp(name, "v") == 0 && s->in_formula_cell)
		start_result(s);
	return 0;
}

static int on_end(void *arg, const char *name, struct fault *f)
{
	struct filling *s = arg;
	size_t from, len;

	(void)f;
	if (!s->in_data)
		return 0;
	(void)tag(s, &from, &len);
	if (strcmp(name, "v") == 0 && s->value_from) {
		s->copied = from + len;
		s->value_from = 0;
	} else if (strcmp(name, "c") == 0 && s->now) {
		copy_to(s, s->cell_from);
		put_cell(s, s->now, s->cell_style);
		s->copied = from + len;
		s->now = NULL;
	} else if (strcmp(name, "row") == 0 && s->in_row) {
		if (s->next < s->count && s->edit[s->next].row == s->row) {
			copy_to(s, from);
			put_cells_before(s, 0);
		}
		s->in_row = false;
	} else if (strcmp(name, "sheetData") == 0) {
		if (s->next < s->count) {
			copy_to(s, from);
			put_rows_before(s, 0);
		}
		s->in_data = false;
	}
	return 0;
}

int fill_sheet(const char *xml, size_t len, const char *part, const struct fill_edit *edits,
	       size_t count, struct buf *ret, bool *ret_formulas, struct fault *f)
{
	struct filling s = { .bytes = xml, .out = ret, .edit = edits, .count = count, .fault = f };
	const struct xml_handler h = { .start = on_start, .end = on_end, .arg = &s };
	int rc;

	s.xml = xml_new(&h, part);
	if (!s.xml)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	rc = xml_feed(s.xml, xml, len, true, f);
	if (rc >= 0 && !s.had_data)
		rc = fault_text(f, FAULT_SHEET_COMPLEX, part);
	if (rc >= 0)
		copy_to(&s, len);
	xml_free(s.xml);
	free(s.styles);
	*ret_formulas = s.formulas;
	if (rc >= 0 && buf_failed(ret))
		rc = fault_set(f, FAULT_NOMEM, 0, 0);
	return rc;
}
