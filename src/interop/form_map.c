#include "interop/form_map.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/document.h"

#define BYTES_MAX ((size_t)2 << 20)
#define CELLS_MAX 10000
#define ROWS_MAX 500

struct mapping {
	struct form_map *map;
	struct arena *arena;
	struct err *err;
};

static const char *const part_names[FORM_PART_MAX] = {
	[FORM_ANSWER] = "answer",
	[FORM_ITEM] = "item",
	[FORM_SECTION] = "section",
	[FORM_SECTION_TITLE] = "section_title",
	[FORM_GROUP] = "group",
	[FORM_NUMBER] = "number",
	[FORM_TOPIC] = "topic",
	[FORM_SAYS] = "says",
	[FORM_COLUMN] = "column",
	[FORM_CONFIRMED] = "confirmed",
	[FORM_TARGET] = "target",
	[FORM_COMPLETED] = "completed",
	[FORM_NOTE] = "note",
	[FORM_RESPONSIBLE] = "responsible",
	[FORM_EVIDENCE] = "evidence",
	[FORM_BEFORE] = "before",
	[FORM_BY] = "by",
	[FORM_ORGANISATION] = "organisation",
	[FORM_TITLE] = "title",
	[FORM_CATALOGUE] = "catalogue",
	[FORM_EDITION] = "edition",
	[FORM_YEAR] = "year",
	[FORM_SCOPE] = "scope",
	[FORM_OPENED] = "opened",
	[FORM_TODAY] = "today",
	[FORM_APPROVED] = "approved",
	[FORM_APPROVED_BY] = "approved_by",
	[FORM_YES] = "yes",
	[FORM_NO] = "no",
	[FORM_NA] = "na",
	[FORM_UNCONFIRMED] = "unconfirmed",
};

/* ---- faults ---- */

static int wrong(struct mapping *p, const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int wrong(struct mapping *p, const struct node *at, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_at(p->err, ERR_INVALID, p->map->file, at ? at->line : 1, at ? at->column : 1,
		      "%s", text);
}

static int only(struct mapping *p, const struct node *n, const char *const *allowed)
{
	size_t i, k;

	if (!n || n->kind != NODE_MAP)
		return wrong(p, n, "ここは「名前: 値」の並びで書いてください");
	for (i = 0; i < n->count; i++) {
		for (k = 0; allowed[k] && strcmp(allowed[k], n->key[i]->text) != 0; k++)
			;
		if (!allowed[k])
			return wrong(p, n->key[i], "「%s」という名前は使えません", n->key[i]->text);
	}
	return 0;
}

static int read_number(struct mapping *p, const struct node *n, const char *key, uint32_t fallback,
		       uint32_t *ret)
{
	const struct node *at = node_get(n, key);
	const char *text = node_text(at);
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	*ret = fallback;
	if (!at)
		return 0;
	if (*text < '0' || *text > '9' || *end || v < 1 || v > 1048576)
		return wrong(p, at, "「%s」は1以上の数で書いてください", key);
	*ret = (uint32_t)v;
	return 0;
}

/* ---- cells ---- */

static int read_word(struct mapping *p, const struct node *n, const char *key,
		     const char *const *names, size_t count, int *ret)
{
	const struct node *at = node_get(n, key);
	size_t i;

	*ret = 0;
	if (!at)
		return 0;
	for (i = 0; i < count; i++)
		if (strcmp(names[i], node_text(at)) == 0) {
			*ret = (int)i;
			return 0;
		}
	return wrong(p, at, "「%s」に「%s」は書けません", key, node_text(at));
}

static int read_look(struct mapping *p, const struct node *n, struct form_look *ret)
{
	static const char *const forms[FORM_AS_MAX] = { "", "text", "number", "bool" };
	const struct node *other = node_get(n, "else"), *mark = node_get(n, "mark");
	int part = 0, as = 0;
	int r = read_word(p, n, "part", part_names, FORM_PART_MAX, &part);

	if (r == 0)
		r = read_word(p, n, "as", forms, FORM_AS_MAX, &as);
	if (r == 0 && node_get(n, "answers") && !node_get_map(n, "answers"))
		r = wrong(p, n, "「answers」は「答え: 書く文字」の並びで書いてください");
	if (r == 0 && (mark || other) && !node_get(n, "when"))
		r = wrong(p, n, "「mark」と「else」は「when」と一緒に書いてください");
	*ret = (struct form_look){
		.part = (enum form_part)part,
		.statement = node_get_text(n, "statement"),
		.as = (enum form_as)as,
		.date = node_get(n, "date") ? node_get_text(n, "date") : p->map->date,
		.when = node_get(n, "when"),
		.mark = mark ? node_text(mark) : "○",
		.other = other ? node_text(other) : NULL,
		.answers = node_get_map(n, "answers"),
	};
	return r;
}

/* "E7", "シート!E7" or "'シート 1'!E7". */
static int read_place(struct mapping *p, const struct node *n, struct form_cell *ret)
{
	const struct node *at = node_get(n, "cell");
	const char *text = node_text(at), *mark = strrchr(text, '!');
	size_t len = mark ? (size_t)(mark - text) : 0;
	char *sheet;

	if (!at)
		return wrong(p, n, "「cell」がありません（例 cell: E7）");
	if (len > 1 && text[0] == '\'' && text[len - 1] == '\'') {
		text++;
		len -= 2;
	}
	sheet = mark ? arena_strndup(p->arena, text, len) : arena_strdup(p->arena, p->map->sheet);
	ret->sheet = sheet ? sheet : "";
	if (!fill_cell_parse(mark ? mark + 1 : text, &ret->row, &ret->at))
		return wrong(p, at, "「%s」はセルの名前ではありません（例 E7、シート名!E7）",
			     node_text(at));
	return 0;
}

static int read_cell(struct mapping *p, const struct node *n, struct form_cell *ret)
{
	static const char *const keys[] = {
		"item", "column", "statement", "part", "cell",	  "as",
		"date", "when",	  "mark",      "else", "answers", NULL
	};
	int r = only(p, n, keys);

	if (r == 0)
		r = read_look(p, n, &ret->look);
	if (r == 0)
		r = read_place(p, n, ret);
	if (r < 0)
		return r;
	ret->line = n->line;
	ret->item = node_get_text(n, "item");
	ret->column = node_get_text(n, "column");
	if (!*ret->item && ret->look.part <= FORM_BY)
		return wrong(p, n, "どの項目かを「item」に書いてください");
	return 0;
}

static int read_cells(struct mapping *p, const struct node *root)
{
	const struct node *list = node_get(root, "cells");
	struct form_cell *cell;
	size_t i;
	int r = 0;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST || list->count > CELLS_MAX)
		return wrong(p, list, "「cells」は%d個までの並びで書いてください", CELLS_MAX);
	cell = arena_calloc(p->arena, list->count + 1, sizeof *cell);
	if (!cell)
		return err_nomem(p->err);
	for (i = 0; r == 0 && i < list->count; i++)
		r = read_cell(p, list->item[i], &cell[i]);
	p->map->cell = cell;
	p->map->cell_count = list->count;
	return r;
}

/* ---- rows ---- */

static int read_row_cell(struct mapping *p, const struct node *n, struct form_cell *ret)
{
	static const char *const keys[] = { "at",   "part", "statement", "as",	    "date",
					    "when", "mark", "else",	 "answers", NULL };
	const struct node *at = node_get(n, "at");
	char name[32];
	uint32_t row;
	int r = only(p, n, keys);

	if (r == 0)
		r = read_look(p, n, &ret->look);
	if (r < 0)
		return r;
	snprintf(name, sizeof name, "%.20s1", node_text(at));
	if (!at || !fill_cell_parse(name, &row, &ret->at) || row != 1)
		return wrong(p, at ? at : n, "「at」に列の名前を書いてください（例 at: E）");
	ret->item = ret->column = ret->sheet = "";
	ret->line = n->line;
	return 0;
}

static int read_row_cells(struct mapping *p, const struct node *n, struct form_rows *ret)
{
	const struct node *list = node_get_list(n, "columns");
	struct form_cell *cell;
	size_t i;
	int r = 0;

	if (!list || !list->count || list->count > 200)
		return wrong(p, n,
			     "「columns」に書く列を並べてください（例 - {at: E, part: answer}）");
	cell = arena_calloc(p->arena, list->count, sizeof *cell);
	if (!cell)
		return err_nomem(p->err);
	for (i = 0; r == 0 && i < list->count; i++)
		r = read_row_cell(p, list->item[i], &cell[i]);
	ret->cell = cell;
	ret->cell_count = list->count;
	return r;
}

static int read_rows_one(struct mapping *p, const struct node *n, struct form_rows *ret)
{
	static const char *const keys[] = { "section", "group", "column", "items",   "sheet",
					    "first",   "step",	"most",	  "columns", NULL };
	int r = only(p, n, keys);

	if (r == 0)
		r = read_number(p, n, "first", 0, &ret->first);
	if (r == 0 && !ret->first)
		r = wrong(p, n, "「first」に最初の行の番号を書いてください（例 first: 7）");
	if (r == 0)
		r = read_number(p, n, "step", 1, &ret->step);
	if (r == 0)
		r = read_number(p, n, "most", 0, &ret->most);
	if (r == 0 && node_get(n, "items") && !node_get_list(n, "items"))
		r = wrong(p, n, "「items」は項目IDの並びで書いてください");
	if (r == 0)
		r = read_row_cells(p, n, ret);
	if (r < 0)
		return r;
	ret->section = node_get_text(n, "section");
	ret->group = node_get_text(n, "group");
	ret->column = node_get_text(n, "column");
	ret->items = node_get_list(n, "items");
	ret->sheet = node_get(n, "sheet") ? node_get_text(n, "sheet") : p->map->sheet;
	ret->line = n->line;
	return 0;
}

static int read_rows(struct mapping *p, const struct node *root)
{
	const struct node *list = node_get(root, "rows");
	struct form_rows *rows;
	size_t i;
	int r = 0;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST || list->count > ROWS_MAX)
		return wrong(p, list, "「rows」は%d個までの並びで書いてください", ROWS_MAX);
	rows = arena_calloc(p->arena, list->count + 1, sizeof *rows);
	if (!rows)
		return err_nomem(p->err);
	for (i = 0; r == 0 && i < list->count; i++)
		r = read_rows_one(p, list->item[i], &rows[i]);
	p->map->rows = rows;
	p->map->rows_count = list->count;
	return r;
}

/* ---- the map ---- */

static int read_map(struct mapping *p, const struct node *root)
{
	static const char *const keys[] = { "format", "form",  "catalogue", "sheet", "answers",
					    "dates",  "cells", "rows",	    NULL };
	struct form_map *m = p->map;
	int r = only(p, root, keys);

	if (r < 0)
		return r;
	if (strcmp(node_get_text(root, "format"), "1") != 0)
		return wrong(p, root, "「format」は 1 です");
	m->name = node_get_text(root, "form");
	m->catalogue = node_get_text(root, "catalogue");
	m->sheet = node_get_text(root, "sheet");
	m->date = *node_get_text(root, "dates") ? node_get_text(root, "dates") : "yyyy/m/d";
	m->answers = node_get_map(root, "answers");
	if (!*m->catalogue)
		return wrong(p, root, "どの基準の様式かを「catalogue」に書いてください");
	if (node_get(root, "answers") && !m->answers)
		return wrong(p, root, "「answers」は「答え: 書く文字」の並びで書いてください");
	r = read_cells(p, root);
	if (r == 0)
		r = read_rows(p, root);
	if (r == 0 && !m->cell_count && !m->rows_count)
		r = wrong(p, root, "「cells」か「rows」に、書くセルを並べてください");
	return r;
}

int form_map_read(const char *file, const void *bytes, size_t len, struct arena *arena,
		  const struct form_map **ret, struct err *err)
{
	struct form_map *m = arena_alloc(arena, sizeof *m);
	struct mapping p = { .map = m, .arena = arena, .err = err };
	struct node *root = NULL;
	int r;

	if (!m)
		return err_nomem(err);
	m->file = arena_strdup(arena, file && *file ? file : "対応ファイル");
	if (!m->file)
		return err_nomem(err);
	if (len > BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s: 対応ファイルが大きすぎます（%zuMBまで）",
			       m->file, BYTES_MAX >> 20);
	r = document_read(bytes, len, DOCUMENT_YAML, arena, &root, err);
	if (r < 0 && err && err->line > 0)
		snprintf(err->file, sizeof err->file, "%.200s", m->file);
	if (r == 0)
		r = read_map(&p, root);
	if (r == 0 && arena_failed(arena))
		r = err_nomem(err);
	if (r == 0)
		*ret = m;
	return r;
}

const char *form_map_name(const struct form_map *m)
{
	return m->name;
}

const char *form_map_catalogue(const struct form_map *m)
{
	return m->catalogue;
}
