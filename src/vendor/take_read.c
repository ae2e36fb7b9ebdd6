/* The file into rows: finds the sheet, the lines above the table and the columns by title. */
#include <string.h>

#include "base/fold.h"
#include "reader/sheet.h"
#include "vendor/taking.h"

#define ROWS_MAX 5000

struct reading {
	const struct asked *asked;
	struct arena *arena;
	struct read_sheet *ret;
	size_t alloc;
	int column[SHEET_COLUMNS_MAX]; /* which one the i-th cell of a row is; -1: none */
	size_t column_count;
	const char *wanted; /* name of the sheet looked for; NULL: this one is read */
	uint32_t found;	    /* its number among the visible ones */
	bool headed;
};

/* --- which sheet ------------------------------------------------------------------------ */

static int look_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	struct reading *g = arg;
	size_t i;

	if (meta->format != SHEET_XLSX)
		return err_set(
			err, ERR_INVALID,
			"Excelの表（xlsx）ではありません。渡した表をxlsxのまま保存して送っても"
			"らってください");
	for (i = 0; i < meta->sheet_count; i++)
		if (strcmp(meta->sheets[i], g->wanted) == 0)
			g->found = (uint32_t)i + 1;
	return 0;
}

static int skip_row(void *arg, const struct sheet_row *row, struct err *err)
{
	(void)arg;
	(void)row;
	(void)err;
	return 0;
}

static int find_sheet(struct reading *g, const char *path, struct err *err)
{
	const struct sheet_sink sink = { .on_meta = look_meta, .on_row = skip_row, .arg = g };
	int r;

	g->wanted = SHEET_NAME;
	r = sheet_read_path(path, NULL, &sink, err);
	if (r == 0 && !g->found)
		r = err_set(
			err, ERR_INVALID,
			"「%s」というシートがありません。daichoから受け取った表に書いて、シートの名"
			"前を変えずに送ってもらってください",
			SHEET_NAME);
	return r;
}

/* --- its cells --------------------------------------------------------------------------- */

static const char *cell(struct reading *g, const struct sheet_row *row, size_t i)
{
	const char *text = i < row->count ? row->cells[i].text : "";
	size_t len = strlen(text);

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	while (len && strchr(" \t\r\n", *text)) {
		text++;
		len--;
	}
	return len ? arena_strndup(g->arena, text, len) : "";
}

/* A line above the table: its label stands in the first cell, the text in the next. */
static int take_line(void *arg, const struct sheet_row *row, struct err *err)
{
	struct reading *g = arg;
	uint32_t n = row->number - 2; /* below the title */
	const char *text = cell(g, row, 1);

	if (row->number >= 2 && n < SHEET_LINES)
		g->ret->head.text[n] = text;
	return text ? 0 : err_nomem(err);
}

static int find_columns(struct reading *g, const struct sheet_row *row, struct err *err)
{
	int wanted[SHEET_COLUMN_MAX];
	size_t count = sheet_columns(g->asked, wanted), i, n, found = 0;

	g->headed = true;
	for (i = 0; i < row->count && i < SHEET_COLUMNS_MAX; i++) {
		g->column[i] = -1;
		for (n = 0; n < count; n++)
			if (strcmp(cell(g, row, i), sheet_title(g->asked, wanted[n])) == 0) {
				g->column[i] = wanted[n];
				found++;
			}
	}
	g->column_count = i;
	if (found == count)
		return 0;
	return err_set(
		err, ERR_INVALID,
		"%u行目の見出しが、渡した表と違います。列を足したり消したりせず、渡した表に書いて"
		"送ってもらってください",
		row->number);
}

static int take_row(struct reading *g, const struct sheet_row *row, struct err *err)
{
	struct read_row *to;
	size_t i;

	if (g->ret->count == g->alloc) {
		size_t n = g->alloc ? g->alloc * 2 : 64;
		struct read_row *more =
			n > ROWS_MAX * 2 ? NULL : arena_calloc(g->arena, n, sizeof *more);

		if (!more)
			return err_set(err, ERR_LIMIT, "表の行が多すぎます（%d行まで）", ROWS_MAX);
		if (g->ret->count)
			memcpy(more, g->ret->row, g->ret->count * sizeof *more);
		g->ret->row = more;
		g->alloc = n;
	}
	to = &g->ret->row[g->ret->count++];
	to->number = row->number;
	for (i = 0; i < SHEET_COLUMN_MAX; i++)
		to->text[i] = "";
	for (i = 0; i < g->column_count; i++) {
		if (g->column[i] < 0)
			continue;
		to->text[g->column[i]] = cell(g, row, i);
		to->broken[g->column[i]] = i < row->count && row->cells[i].kind == SHEET_CELL_ERROR;
	}
	return arena_failed(g->arena) ? err_nomem(err) : 0;
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct reading *g = arg;

	return row->header ? find_columns(g, row, err) : take_row(g, row, err);
}

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	(void)arg;
	(void)meta;
	(void)err;
	return 0;
}

int take_read(const char *path, const struct asked *a, struct arena *arena, struct read_sheet *ret,
	      struct err *err)
{
	struct reading g = { .asked = a, .arena = arena, .ret = ret };
	struct sheet_options options = { .header_row = SHEET_HEADER_ROW,
					 .limits = { .file_bytes = UINT64_C(20) << 20,
						     .unpacked_bytes = UINT64_C(100) << 20,
						     .rows = ROWS_MAX } };
	const struct sheet_sink sink = {
		.on_meta = on_meta, .on_junk = take_line, .on_row = on_row, .arg = &g
	};
	size_t i;
	int r;

	memset(ret, 0, sizeof *ret);
	for (i = 0; i < SHEET_LINES; i++)
		ret->head.text[i] = "";
	r = find_sheet(&g, path, err);
	options.sheet = g.found;
	if (r == 0)
		r = sheet_read_path(path, &options, &sink, err);
	if (r == 0 && !g.headed)
		r = err_set(
			err, ERR_INVALID,
			"「%s」のシートに表がありません。渡した表に書いて送ってもらってください",
			SHEET_NAME);
	return r;
}
