/* A workbook while it is written; private to the writers of sheets. */
#ifndef DAICHO_REPORT_XLSX_INSIDE_H
#define DAICHO_REPORT_XLSX_INSIDE_H

#include <xlsxwriter.h>

#include "report/xlsx.h"

#define XLSX_NAME_CHARS 31
#define XLSX_ROWS_MAX 1048575u /* below the header */

struct xlsx {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	char *path, *temp;
	char *header, *footer;
	lxw_format *head, *text, *wrap, *integer, *date, *note, *note_head;
	lxw_format *form_title, *fill_text, *fill_date; /* cells of a form that may be changed */
	struct xlsx_column *columns;	   /* of the sheet at hand; titles and choices unset */
	size_t column_count;
	lxw_row_t rows;	    /* the last one written */
	lxw_row_t head_row; /* the one with the titles */
	bool form;	    /* cells are locked and filled differently; see xlsx_form.c */
	bool *fill;	    /* per column of a form: to be filled in */
	char sheet_name[XLSX_NAME_CHARS * 4 + 1];
};

/* NULL when memory runs out. */
lxw_format *xlsx_format(lxw_workbook *book, bool wrap, const char *number);
int xlsx_begin_sheet(struct xlsx *x, const char *name, struct err *err);
void xlsx_end_sheet(struct xlsx *x);
/* The list offered in `column` from row `first` on. */
void xlsx_offer(struct xlsx *x, lxw_row_t first, lxw_col_t column, const struct xlsx_column *c);
int xlsx_write_text(struct xlsx *x, lxw_row_t row, lxw_col_t column, const char *text,
		    lxw_format *format, struct err *err);
void xlsx_set_height(struct xlsx *x, lxw_row_t row, size_t lines);
/* Lines a text takes in a column of that width. */
size_t xlsx_lines(const struct xlsx_column *c, const char *text);

#endif
