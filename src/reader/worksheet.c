#include "reader/worksheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int worksheet_init(struct worksheet *s, const struct workbook *book, struct grid *grid,
		   struct fault *f)
{
	*s = (struct worksheet){ .book = book, .grid = grid };
	buf_init(&s->value, LIMIT_ROW_BYTES);
	buf_init(&s->formula, 4096);
	buf_puts(&s->value, "");
	buf_puts(&s->formula, "");
	return buf_failed(&s->value) || buf_failed(&s->formula) ? fault_set(f, FAULT_NOMEM, 0, 0)
								: 0;
}

void worksheet_release(struct worksheet *s)
{
	buf_release(&s->value);
	buf_release(&s->formula);
	free(s->merges);
	free(s->live);
}

/* A number from an attribute, or `fallback` when there is none. */
static bool number_attr(const char **attrs, const char *name, uint32_t fallback, uint32_t *ret)
{
	const char *v = xml_attr(attrs, name);
	unsigned long n;
	char *end;

	*ret = fallback;
	if (!v)
		return true;
	n = strtoul(v, &end, 10);
	if (*v < '0' || *v > '9' || *end || n > 100000000)
		return false;
	*ret = (uint32_t)n;
	return true;
}

static int start_row(struct worksheet *s, const char **attrs, struct fault *f)
{
	uint32_t row;

	if (s->in_row || !number_attr(attrs, "r", s->row + 1, &row) || row <= s->row)
		return fault_set(f, FAULT_ROW_ORDER, s->row + 1, 0);
	s->row = row;
	s->column = 0;
	s->in_row = true;
	worksheet_merge_row(s, row);
	return grid_row_begin(s->grid, row, 0, f);
}

static char cell_type(const char *t)
{
	if (!t || strcmp(t, "n") == 0)
		return 'n';
	if (strcmp(t, "inlineStr") == 0)
		return 'i';
	if (strcmp(t, "str") == 0)
		return 't';
	return t[0]; /* s b e d */
}

static int start_cell(struct worksheet *s, const char **attrs, struct fault *f)
{
	const char *ref = xml_attr(attrs, "r");
	uint32_t column = s->column + 1, row = s->row;

	if (ref && (!worksheet_cell_ref(ref, &column, &row) || row != s->row))
		return fault_set(f, FAULT_CELL_REF, s->row, 0);
	if (column <= s->column)
		return fault_set(f, FAULT_ROW_ORDER, s->row, 0);
	s->column = column;
	s->type = cell_type(xml_attr(attrs, "t"));
	s->has_value = false;
	buf_clear(&s->value);
	buf_clear(&s->formula);
	return number_attr(attrs, "s", 0, &s->style) ? 0 : fault_set(f, FAULT_CELL_REF, s->row, 0);
}

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct worksheet *s = arg;

	if (strcmp(name, "row") == 0)
		return start_row(s, attrs, f);
	if (!s->in_row)
		return 0;
	if (strcmp(name, "c") == 0)
		return start_cell(s, attrs, f);
	if (!s->column)
		return 0;
	if (strcmp(name, "rPh") == 0)
		s->phonetic++;
	else if (strcmp(name, "v") == 0)
		s->in_value = s->has_value = true;
	else if (strcmp(name, "t") == 0 && s->type == 'i' && !s->phonetic)
		s->in_text = s->has_value = true;
	else if (strcmp(name, "f") == 0) {
		s->in_formula = true;
		buf_putc(&s->formula, '=');
	}
	return 0;
}

static int on_text(void *arg, const char *text, size_t len, struct fault *f)
{
	struct worksheet *s = arg;

	if (s->in_formula && s->formula.len + len < 4000)
		buf_add(&s->formula, text, len);
	if (!s->in_value && !s->in_text)
		return 0;
	if (s->value.len + len > (size_t)s->grid->limits.cell_chars * 4)
		return fault_number(f, FAULT_CELL_LONG, s->row, s->column,
				    s->grid->limits.cell_chars, 0);
	buf_add(&s->value, text, len);
	return 0;
}

static int put_number(struct worksheet *s, const char *raw, struct fault *f)
{
	struct numfmt fmt = { .kind = SHEET_CELL_NUMBER };
	char shown[NUMFMT_SIZE];
	enum sheet_cell_kind kind;

	if (s->style < s->book->style_count)
		fmt = s->book->styles[s->style];
	kind = numfmt_show(raw, fmt, s->book->date1904, shown);
	if (kind == SHEET_CELL_TEXT)
		return grid_cell(s->grid, kind, raw, strlen(raw), NULL, 0, f);
	return grid_cell(s->grid, kind, shown, strlen(shown), raw, strlen(raw), f);
}

static int put_shared(struct worksheet *s, const char *raw, struct fault *f)
{
	const struct workbook_strings *strings = &s->book->strings;
	char *end;
	unsigned long n = strtoul(raw, &end, 10);
	const char *text;

	if (*raw < '0' || *raw > '9' || *end || n >= strings->count)
		return fault_set(f, FAULT_STRING_INDEX, s->row, s->column);
	text = strings->text.data + strings->at[n];
	return grid_cell(s->grid, SHEET_CELL_TEXT, text, strlen(text), NULL, 0, f);
}

static int put_text(struct worksheet *s, struct fault *f)
{
	CLEANUP(buf_release) struct buf text;

	buf_init(&text, LIMIT_ROW_BYTES);
	workbook_unescape(s->value.data, s->value.len, &text);
	if (buf_failed(&text))
		return fault_set(f, FAULT_NOMEM, s->row, s->column);
	return grid_cell(s->grid, SHEET_CELL_TEXT, text.len ? text.data : "", text.len, NULL, 0, f);
}

/* ISO 8601, as the strict variant of the format stores dates. */
static int put_date(struct worksheet *s, struct fault *f)
{
	const char *raw = s->value.data;
	size_t n = s->value.len;
	char text[20];

	if (n > 19)
		n = 19; /* without fractions and zone */
	memcpy(text, raw, n);
	text[n] = '\0';
	if (n == 19 && text[10] == 'T') {
		text[10] = ' ';
		if (strcmp(text + 11, "00:00:00") == 0)
			n = 10;
		else if (strcmp(text + 16, ":00") == 0)
			n = 16;
	}
	return grid_cell(s->grid, n == 10 ? SHEET_CELL_DATE : SHEET_CELL_DATETIME, text, n, raw,
			 s->value.len, f);
}

static int put_value(struct worksheet *s, struct fault *f)
{
	const char *raw = s->value.data;

	switch (s->type) {
	case 's': return put_shared(s, raw, f);
	case 'i':
	case 't': return put_text(s, f);
	case 'b':
		return grid_cell(s->grid, SHEET_CELL_BOOL, xml_true(raw) ? "TRUE" : "FALSE",
				 xml_true(raw) ? 4 : 5, raw, s->value.len, f);
	case 'e': return grid_cell(s->grid, SHEET_CELL_ERROR, "", 0, raw, s->value.len, f);
	case 'd': return put_date(s, f);
	default: return put_number(s, raw, f);
	}
}

static int end_cell(struct worksheet *s, struct fault *f)
{
	if (buf_failed(&s->value))
		return fault_set(f, FAULT_NOMEM, s->row, s->column);
	if ((!s->has_value && !s->formula.len) || worksheet_covered(s, s->column))
		return 0;
	if (grid_skip_to(s->grid, s->column, f) < 0)
		return ERR_INVALID;
	/* A formula that was never computed: no value, but no empty cell either. */
	if (!s->has_value || (!s->value.len && s->formula.len && s->type == 'n'))
		return grid_cell(s->grid, SHEET_CELL_ERROR, "", 0, s->formula.data, s->formula.len,
				 f);
	if (!s->value.len)
		return 0;
	return put_value(s, f);
}

static int on_end(void *arg, const char *name, struct fault *f)
{
	struct worksheet *s = arg;

	if (strcmp(name, "v") == 0)
		s->in_value = false;
	else if (strcmp(name, "t") == 0)
		s->in_text = false;
	else if (strcmp(name, "f") == 0)
		s->in_formula = false;
	else if (strcmp(name, "rPh") == 0 && s->phonetic)
		s->phonetic--;
	else if (strcmp(name, "c") == 0 && s->in_row && s->column)
		return end_cell(s, f);
	else if (strcmp(name, "row") == 0 && s->in_row) {
		s->in_row = false;
		return grid_row_end(s->grid, f);
	}
	return 0;
}

struct xml_handler worksheet_handler(struct worksheet *s)
{
	return (struct xml_handler){ .start = on_start, .end = on_end, .text = on_text, .arg = s };
}
