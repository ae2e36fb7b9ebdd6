/* Inside src/report: a recorded table. */
#ifndef DAICHO_REPORT_TABLE_H
#define DAICHO_REPORT_TABLE_H

#include "report/flow.h"

#define TABLE_COLUMNS_MAX 40

struct table_row {
	struct table_row *next;
	const char *group;	      /* heading across the table, else NULL */
	const struct pdf_cell *cells; /* NULL for a group */
	double height;		      /* known after the first run */
};

struct table {
	struct block block;
	struct pdf_column *columns;
	size_t count, row_count;
	double shares; /* sum over the columns */
	enum pdf_table_style style;
	struct table_row *rows, **tail;
	const char *empty;
};

int table_run(struct pdf *p, struct block *b);
double table_head(struct pdf *p, struct block *b);

#endif
