/* Tables: recording of rows. The layout is in table_run.c. */
#include "report/table.h"

#include <string.h>

static const char *const words[PDF_MARK_MAX] = {
	[PDF_MARK_NONE] = "",	    [PDF_MARK_YES] = "はい",  [PDF_MARK_NO] = "いいえ",
	[PDF_MARK_OPEN] = "未確認", [PDF_MARK_NA] = "対象外", [PDF_MARK_CAUTION] = "要確認",
};

void pdf_table_begin(struct pdf *p, const struct pdf_column *columns, size_t count,
		     enum pdf_table_style style)
{
	struct table *t;
	size_t i;

	if (!count || count > TABLE_COLUMNS_MAX) {
		flow_fail(p, ERR_BUG,
			  "帳票の表の列数（%zu）が扱えません。開発元に連絡してください。", count);
		return;
	}
	t = flow_add(p, sizeof *t, table_run, table_head);
	if (!t)
		return;
	t->columns = arena_memdup(&p->mem, columns, count * sizeof *columns);
	if (!t->columns)
		return;
	for (i = 0; i < count; i++) {
		t->columns[i].title = flow_text(p, columns[i].title);
		t->shares += columns[i].share > 0 ? columns[i].share : 1;
	}
	t->count = count;
	t->style = style;
	t->tail = &t->rows;
	t->empty = "";
	p->table = t;
}

static struct table_row *add_row(struct pdf *p)
{
	struct table *t = p->table;
	struct table_row *row;

	if (!t && !flow_failed(p))
		flow_fail(p, ERR_BUG, "帳票の表の外に行があります。開発元に連絡してください。");
	if (flow_failed(p))
		return NULL;
	row = arena_alloc(&p->mem, sizeof *row);
	if (!row)
		return NULL;
	*t->tail = row;
	t->tail = &row->next;
	return row;
}

/* A cell cut with an ellipsis has one line, whatever its text has. */
static const char *join_lines(struct pdf *p, const char *text)
{
	char *copy = strchr(text, '\n') ? arena_strdup(&p->mem, text) : NULL, *c;

	for (c = copy; c && *c; c++)
		if (*c == '\n')
			*c = ' ';
	return copy ? copy : text;
}

static const char *cell_text(struct pdf *p, const char *text)
{
	const char *copy = text_clean(&p->mem, text, CELL_MAX);

	return copy ? copy : "";
}

void pdf_row(struct pdf *p, const struct pdf_cell *cells)
{
	struct table_row *row = add_row(p);
	struct pdf_cell *copy;
	size_t i;

	if (!row)
		return;
	copy = arena_memdup(&p->mem, cells, p->table->count * sizeof *cells);
	for (i = 0; copy && i < p->table->count; i++) {
		if (copy[i].mark >= PDF_MARK_MAX)
			copy[i].mark = PDF_MARK_NONE;
		copy[i].text = cell_text(p, copy[i].text ? copy[i].text : words[copy[i].mark]);
		if (p->table->columns[i].one_line)
			copy[i].text = join_lines(p, copy[i].text);
		copy[i].link = copy[i].link ? arena_strdup(&p->mem, copy[i].link) : NULL;
	}
	row->cells = copy;
	p->table->row_count++;
}

void pdf_row_text(struct pdf *p, const char *const *texts)
{
	struct pdf_cell cells[TABLE_COLUMNS_MAX];
	size_t i;

	if (!p->table) {
		add_row(p); /* names the mistake */
		return;
	}
	memset(cells, 0, sizeof cells);
	for (i = 0; i < p->table->count; i++)
		cells[i].text = texts[i];
	pdf_row(p, cells);
}

void pdf_row_group(struct pdf *p, const char *text)
{
	struct table_row *row = add_row(p);

	if (row)
		row->group = flow_text(p, text);
}

void pdf_table_end(struct pdf *p, const char *empty)
{
	struct table *t = p->table;

	p->table = NULL;
	if (t)
		t->empty = flow_text(p, empty);
}
