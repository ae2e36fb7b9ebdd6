#include "interop/form.h"

#include <stdio.h>
#include <string.h>

#include "interop/form_map.h"

#define NOTES_MAX 20

/* All lines of the round, those that do not apply as 対象外 with their reason. */
struct lines {
	const struct round_line **line;
	bool *placed;
	size_t count;
};

struct filling {
	const struct form_map *map;
	const struct round_view *v;
	const char *org;
	struct arena *arena;
	struct lines lines;
	struct fill_edit *edit;
	size_t count;
	struct err *err;
};

/* ---- lines ---- */

static const struct round_line *excluded_line(struct filling *f, const struct round_excluded *e,
					      const struct column_def *column)
{
	struct round_line *l = arena_alloc(f->arena, sizeof *l);

	if (!l)
		return NULL;
	l->item = e->item;
	l->column = column;
	l->now.value = ANSWER_NA;
	l->now.note = e->reason;
	l->now.shown = answer_label(ANSWER_NA);
	return l;
}

static int gather_lines(struct filling *f)
{
	const struct catalogue *c = f->v->round.catalogue;
	size_t most = f->v->line_count, i, k;

	for (i = 0; i < f->v->excluded_count; i++)
		most += f->v->excluded[i].item->column_count + 1;
	f->lines.line = arena_calloc(f->arena, most + 1, sizeof *f->lines.line);
	f->lines.placed = arena_calloc(f->arena, most + 1, sizeof *f->lines.placed);
	if (!f->lines.line || !f->lines.placed)
		return err_nomem(f->err);
	for (i = 0; i < f->v->line_count; i++)
		f->lines.line[f->lines.count++] = &f->v->line[i];
	for (i = 0; i < f->v->excluded_count; i++) {
		const struct round_excluded *e = &f->v->excluded[i];
		size_t columns = e->item->column_count;

		for (k = 0; k < (columns ? columns : 1); k++)
			f->lines.line[f->lines.count++] = excluded_line(
				f, e, columns ? &c->column[e->item->column[k]] : NULL);
	}
	return arena_failed(f->arena) ? err_nomem(f->err) : 0;
}

static bool in_column(const struct round_line *l, const char *column)
{
	return !*column || (l->column && strcmp(l->column->id, column) == 0);
}

/* The line of an item in a column ("": its first); its place among all, or the count. */
static size_t find_line(const struct filling *f, const char *item, const char *column)
{
	size_t i;

	for (i = 0; i < f->lines.count; i++)
		if (strcmp(f->lines.line[i]->item->id, item) == 0 &&
		    in_column(f->lines.line[i], column))
			return i;
	return f->lines.count;
}

/* ---- cells ---- */

static int wrong_line(struct filling *f, int line, const char *text)
{
	return err_at(f->err, ERR_INVALID, f->map->file, line, 1, "%s", text);
}

static int no_item(struct filling *f, int line, const char *item, const char *column)
{
	char text[400];

	snprintf(text, sizeof text,
		 "項目「%.100s」%s%.100sがこの点検にありません。項目IDを確かめてください", item,
		 *column ? " の欄 " : "", column);
	return wrong_line(f, line, text);
}

static int add_edit(struct filling *f, const struct form_cell *c, const char *sheet, uint32_t row,
		    const struct round_line *line)
{
	struct fill_edit e = { .sheet = sheet, .row = row, .column = c->at };

	if (!form_value(f->map, &c->look, f->v, line, f->org, f->arena, &e))
		return arena_failed(f->arena) ? err_nomem(f->err) : 0;
	if (f->count == FILL_EDITS_MAX)
		return err_set(f->err, ERR_LIMIT, "%s: 書き込むセルが多すぎます（%d個まで）",
			       f->map->file, FILL_EDITS_MAX);
	f->edit[f->count++] = e;
	return 0;
}

static int put_cells(struct filling *f)
{
	size_t i, at;
	int r = 0;

	for (i = 0; r == 0 && i < f->map->cell_count; i++) {
		const struct form_cell *c = &f->map->cell[i];

		if (!*c->item) {
			r = add_edit(f, c, c->sheet, c->row, NULL);
			continue;
		}
		at = find_line(f, c->item, c->column);
		if (at == f->lines.count)
			return no_item(f, c->line, c->item, c->column);
		f->lines.placed[at] |= c->look.part == FORM_ANSWER;
		r = add_edit(f, c, c->sheet, c->row, f->lines.line[at]);
	}
	return r;
}

/* ---- rows ---- */

static bool belongs(const struct form_rows *rows, const struct round_line *l)
{
	return (!*rows->section || strcmp(rows->section, l->item->section) == 0) &&
	       (!*rows->group || strcmp(rows->group, l->item->group) == 0) &&
	       in_column(l, rows->column);
}

static int put_row(struct filling *f, const struct form_rows *rows, size_t nth, size_t at)
{
	uint32_t row = rows->first + (uint32_t)nth * rows->step;
	size_t i;
	int r = 0;

	if (rows->most && nth >= rows->most)
		return wrong_line(f, rows->line,
				  "様式の行が足りません。「most」を確かめるか、"
				  "項目を「section」や「items」で分けてください");
	for (i = 0; r == 0 && i < rows->cell_count; i++) {
		f->lines.placed[at] |= rows->cell[i].look.part == FORM_ANSWER;
		r = add_edit(f, &rows->cell[i], rows->sheet, row, f->lines.line[at]);
	}
	return r;
}

/* The catalogue's order; items that do not apply stand where they would. */
static int put_all(struct filling *f, const struct form_rows *rows)
{
	const struct catalogue *c = f->v->round.catalogue;
	size_t nth = 0, i, k;
	int r = 0;

	for (i = 0; r == 0 && i < c->item_count; i++)
		for (k = 0; r == 0 && k < f->lines.count; k++)
			if (f->lines.line[k]->item == &c->item[i] &&
			    belongs(rows, f->lines.line[k]))
				r = put_row(f, rows, nth++, k);
	return r;
}

static int put_named(struct filling *f, const struct form_rows *rows)
{
	size_t i, at;
	int r = 0;

	for (i = 0; r == 0 && i < rows->items->count; i++) {
		const char *item = node_text(rows->items->item[i]);

		at = find_line(f, item, rows->column);
		r = at == f->lines.count ? no_item(f, rows->line, item, rows->column)
					 : put_row(f, rows, i, at);
	}
	return r;
}

static int put_rows(struct filling *f)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < f->map->rows_count; i++)
		r = f->map->rows[i].items ? put_named(f, &f->map->rows[i])
					  : put_all(f, &f->map->rows[i]);
	return r;
}

/* ---- the form ---- */

/* Answers that the form has no cell for. */
static int note_unplaced(struct filling *f, struct form_filled *ret)
{
	const char **note = arena_calloc(f->arena, NOTES_MAX + 1, sizeof *note);
	size_t missing = 0, i, n = 0;

	for (i = 0; note && i < f->lines.count; i++) {
		const struct round_line *l = f->lines.line[i];

		if (f->lines.placed[i] || l->now.value == ANSWER_UNCONFIRMED)
			continue;
		if (++missing <= NOTES_MAX - 1)
			note[n++] = arena_printf(
				f->arena, "%s%s%s%s の答えを書くセルが、対応ファイルにありません。",
				l->item->id, l->column ? "（" : "",
				l->column ? l->column->label : "", l->column ? "）" : "");
	}
	if (note && missing > n) {
		note[n] = arena_printf(f->arena, "ほかに%zu件、答えを書くセルがありません。",
				       missing - n);
		n++;
	}
	ret->note = note;
	ret->note_count = n;
	return arena_failed(f->arena) ? err_nomem(f->err) : 0;
}

/* Works out every cell. */
static int prepare(struct filling *f, struct form_filled *filled)
{
	int r;

	*filled = (struct form_filled){ 0 };
	if (strcmp(f->map->catalogue, f->v->round.catalogue->id) != 0)
		return err_set(f->err, ERR_INVALID,
			       "%s: この対応ファイルは基準 %s のものです。この点検は %s です",
			       f->map->file, f->map->catalogue, f->v->round.catalogue->id);
	f->edit = arena_calloc(f->arena, FILL_EDITS_MAX, sizeof *f->edit);
	if (!f->edit)
		return err_nomem(f->err);
	r = gather_lines(f);
	if (r == 0)
		r = put_cells(f);
	if (r == 0)
		r = put_rows(f);
	if (r == 0)
		r = note_unplaced(f, filled);
	filled->cells = r == 0 ? f->count : 0;
	return r;
}

int form_look(const struct form_map *map, const struct round_view *v, struct arena *arena,
	      struct form_filled *filled, struct err *err)
{
	struct filling f = { .map = map, .v = v, .org = "", .arena = arena, .err = err };

	return prepare(&f, filled);
}

int form_fill(const struct form_map *map, const struct round_view *v, const char *org,
	      const void *form, size_t len, struct arena *arena, struct buf *ret,
	      struct form_filled *filled, struct err *err)
{
	struct filling f = { .map = map, .v = v, .org = org, .arena = arena, .err = err };
	int r = prepare(&f, filled);

	return r < 0 ? r : fill_form(form, len, f.edit, f.count, ret, err);
}
