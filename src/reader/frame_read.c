#include <string.h>

#include "base/fold.h"
#include "reader/frame.h"

/* What is left of a body. Once something does not fit, `bad` stays set and
 * everything read is zero or empty. */
struct cursor {
	const char *at;
	size_t left;
	bool bad;
};

static const char *take(struct cursor *c, size_t n)
{
	const char *at = c->at;

	if (c->bad || n > c->left) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	c->left -= n;
	return at;
}

static uint32_t take32(struct cursor *c, uint32_t most)
{
	const char *p = take(c, sizeof(uint32_t));
	uint32_t v = 0;

	if (p)
		memcpy(&v, p, sizeof v);
	if (v > most) {
		c->bad = true;
		return 0;
	}
	return v;
}

static uint64_t take64(struct cursor *c)
{
	const char *p = take(c, sizeof(uint64_t));
	uint64_t v = 0;

	if (p)
		memcpy(&v, p, sizeof v);
	return v;
}

static unsigned char take8(struct cursor *c, unsigned char most)
{
	const char *p = take(c, 1);
	unsigned char v = p ? (unsigned char)*p : 0;

	if (v > most) {
		c->bad = true;
		return 0;
	}
	return v;
}

/* Text that is UTF-8 without NUL, ended by one. */
static const char *take_text(struct cursor *c, size_t most, size_t *ret_len)
{
	size_t len = take32(c, (uint32_t)most);
	const char *s = take(c, len + 1);

	*ret_len = 0;
	if (!s || s[len] != '\0' || !utf8_valid(s, len, NULL)) {
		c->bad = true;
		return "";
	}
	*ret_len = len;
	return s;
}

static bool finished(const struct cursor *c)
{
	return !c->bad && c->left == 0;
}

bool frame_read_head(const char *bytes, enum frame_kind *ret_kind, size_t *ret_len)
{
	struct cursor c = { .at = bytes, .left = FRAME_HEAD };

	*ret_kind = (enum frame_kind)take32(&c, FRAME_MAX_KIND - 1);
	*ret_len = take32(&c, FRAME_MAX);
	return finished(&c) && *ret_kind >= FRAME_META;
}

bool frame_read_meta(const char *body, size_t len, const struct sheet_limits *limits,
		     struct arena *arena, struct sheet_meta *ret)
{
	struct cursor c = { .at = body, .left = len };
	const char **names;
	size_t name_len;

	*ret = (struct sheet_meta){ 0 };
	ret->format = (enum sheet_format)take32(&c, SHEET_LDIF);
	ret->encoding = (enum sheet_encoding)take32(&c, SHEET_ENCODING_MAX - 1);
	ret->encoding_name = ret->format == SHEET_XLSX ? "" : sheet_encoding_name(ret->encoding);
	ret->delimiter = (char)take32(&c, ';');
	ret->sheet = take32(&c, LIMIT_SHEETS);
	ret->hidden_count = take32(&c, 1000000);
	ret->header_row = take32(&c, limits->rows);
	ret->junk_rows = take32(&c, limits->rows);
	ret->columns = take32(&c, limits->columns);
	ret->sheet_count = take32(&c, LIMIT_SHEETS);
	names = arena_calloc(arena, ret->sheet_count + 1, sizeof *names);
	ret->sheets = names;
	for (size_t i = 0; names && i < ret->sheet_count; i++)
		names[i] = arena_strdup(arena, take_text(&c, LIMIT_SHEET_NAME, &name_len));
	if (ret->format == SHEET_CSV && !memchr(",\t;", ret->delimiter, 3))
		return false;
	return finished(&c) && !arena_failed(arena) && ret->format && ret->encoding &&
	       ret->header_row && ret->junk_rows < ret->header_row && ret->columns &&
	       ret->sheet <= ret->sheet_count && (ret->format == SHEET_XLSX) == (ret->sheet > 0);
}

static void take_cell(struct cursor *c, struct sheet_cell *cell)
{
	bool differs;

	cell->kind = (enum sheet_cell_kind)take8(c, SHEET_CELL_MAX - 1);
	differs = take8(c, 1);
	cell->text = cell->raw = take_text(c, LIMIT_ROW_BYTES, &cell->text_len);
	cell->raw_len = cell->text_len;
	if (differs)
		cell->raw = take_text(c, LIMIT_ROW_BYTES, &cell->raw_len);
}

bool frame_read_row(const char *body, size_t len, const struct sheet_limits *limits,
		    struct sheet_cell *cells, struct sheet_row *ret)
{
	struct cursor c = { .at = body, .left = len };

	*ret = (struct sheet_row){ .cells = cells };
	ret->number = take32(&c, limits->rows);
	ret->line = take32(&c, UINT32_MAX);
	ret->header = take32(&c, 1);
	ret->count = take32(&c, limits->columns);
	for (size_t i = 0; i < ret->count && !c.bad; i++)
		take_cell(&c, &cells[i]);
	return finished(&c) && ret->number > 0;
}

bool frame_read_end(const char *body, size_t len, struct sheet_totals *ret)
{
	struct cursor c = { .at = body, .left = len };

	ret->rows = take32(&c, UINT32_MAX);
	ret->blank_rows = take32(&c, UINT32_MAX);
	ret->columns = take32(&c, UINT32_MAX);
	ret->error_cells = take32(&c, UINT32_MAX);
	return finished(&c);
}

bool frame_read_fault(const char *body, size_t len, struct fault *ret)
{
	struct cursor c = { .at = body, .left = len };
	const char *text;
	size_t text_len;

	*ret = (struct fault){ .kind = (enum fault_kind)take32(&c, FAULT_MAX - 1) };
	ret->row = take32(&c, UINT32_MAX);
	ret->column = take32(&c, UINT32_MAX);
	ret->a = take64(&c);
	ret->b = take64(&c);
	text = take_text(&c, sizeof ret->text - 1, &text_len);
	memcpy(ret->text, text, text_len + 1);
	return finished(&c) && ret->kind != FAULT_NONE && !text_has_control(ret->text, false);
}
