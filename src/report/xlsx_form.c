/* Sheets that somebody fills in and sends back: locked but for the cells to fill. */
#include <stdlib.h>
#include <string.h>

#include "report/xlsx_inside.h"

#define TITLE_ROWS 1
#define HINT_BYTES_MAX 700 /* 250 characters */

uint32_t xlsx_form_header(const struct xlsx_form *form)
{
	return (uint32_t)(TITLE_ROWS + form->line_count + 1);
}

static void set_columns(struct xlsx *x, const struct xlsx_form *form)
{
	size_t i;

	for (i = 0; i < form->column_count; i++) {
		const struct xlsx_form_column *f = &form->column[i];
		lxw_row_col_options hidden = { .hidden = f->hidden };
		double width = f->column.width > 0 ? f->column.width : 12;

		worksheet_set_column_opt(x->sheet, (lxw_col_t)i, (lxw_col_t)i, width,
					 f->column.wrap ? x->wrap : x->text, &hidden);
	}
}

/* Kept for the rows that follow; its texts are the caller's. */
static int keep_columns(struct xlsx *x, const struct xlsx_form *form, struct err *err)
{
	size_t i;

	x->columns = calloc(form->column_count, sizeof *x->columns);
	x->fill = calloc(form->column_count, sizeof *x->fill);
	if (!x->columns || !x->fill)
		return err_nomem(err);
	x->column_count = form->column_count;
	x->form = true;
	for (i = 0; i < form->column_count; i++) {
		x->columns[i] = form->column[i].column;
		x->columns[i].title = NULL;
		x->columns[i].choices = NULL;
		x->fill[i] = form->column[i].fill;
	}
	return 0;
}

static int write_line(struct xlsx *x, const struct xlsx_form *form, size_t n, struct err *err)
{
	const struct xlsx_form_line *line = &form->line[n];
	lxw_row_t row = (lxw_row_t)(TITLE_ROWS + n);
	lxw_col_t at = (lxw_col_t)form->value_column;
	int r = xlsx_write_text(x, row, (lxw_col_t)form->label_column, line->label, x->head, err);

	if (r < 0)
		return r;
	if (line->fill && !*line->value) {
		worksheet_write_blank(x->sheet, row, at, x->fill_text);
		return 0;
	}
	xlsx_set_height(x, row, xlsx_lines(&x->columns[at], line->value));
	return xlsx_write_text(x, row, at, line->value, line->fill ? x->fill_text : x->wrap, err);
}

/* The list of a column and what is said when one of its cells is chosen. */
static void explain(struct xlsx *x, const struct xlsx_form *form, lxw_row_t first)
{
	size_t i;

	for (i = 0; i < form->column_count; i++) {
		const struct xlsx_form_column *f = &form->column[i];
		lxw_data_validation hint = { .validate = LXW_VALIDATION_TYPE_ANY };

		if (f->fill && f->column.choices)
			xlsx_offer(x, first, (lxw_col_t)i, &f->column);
		if (!f->fill || f->column.choices || !f->hint || strlen(f->hint) > HINT_BYTES_MAX)
			continue;
		hint.input_message = (char *)(uintptr_t)f->hint;
		worksheet_data_validation_range(x->sheet, first, (lxw_col_t)i, XLSX_ROWS_MAX,
						(lxw_col_t)i, &hint);
	}
}

static int write_titles(struct xlsx *x, const struct xlsx_form *form, struct err *err)
{
	size_t i;
	int r = 0;

	worksheet_set_row(x->sheet, x->head_row, 32, x->head);
	for (i = 0; r == 0 && i < form->column_count; i++)
		r = xlsx_write_text(x, x->head_row, (lxw_col_t)i,
				    form->column[i].column.title ? form->column[i].column.title
								 : "",
				    x->head, err);
	worksheet_freeze_panes(x->sheet, x->head_row + 1, 0);
	worksheet_repeat_rows(x->sheet, x->head_row, x->head_row);
	return r;
}

int xlsx_form(struct xlsx *x, const struct xlsx_form *form, struct err *err)
{
	/* The widths may be changed and rows filtered; nothing else. */
	lxw_protection locked = { .format_columns = LXW_TRUE,
				  .format_rows = LXW_TRUE,
				  .autofilter = LXW_TRUE };
	size_t i;
	int r;

	xlsx_end_sheet(x);
	r = xlsx_begin_sheet(x, form->name, err);
	if (r == 0)
		r = keep_columns(x, form, err);
	if (r < 0)
		return r;
	set_columns(x, form);
	x->head_row = (lxw_row_t)(xlsx_form_header(form) - 1);
	worksheet_set_row(x->sheet, 0, 24, x->form_title);
	r = xlsx_write_text(x, 0, (lxw_col_t)form->label_column, form->title, x->form_title, err);
	for (i = 0; r == 0 && i < form->line_count; i++)
		r = write_line(x, form, i, err);
	if (r == 0)
		r = write_titles(x, form, err);
	if (r < 0)
		return r;
	explain(x, form, x->head_row + 1);
	x->rows = x->head_row;
	worksheet_protect(x->sheet, NULL, &locked);
	return 0;
}
