/*
 * The sheet a vendor fills in without an account: one row per asked line, locked but for the
 * answers, with lists to choose from; and taking it back (take.h). Each row carries a keyed
 * mark of round, item and column, so that a row that was moved, renamed or made up is found.
 */
#ifndef DAICHO_VENDOR_SHEET_H
#define DAICHO_VENDOR_SHEET_H

#include "vendor/asked.h"

#define SHEET_NAME "回答"
#define SHEET_LINES 6 /* above the table */
#define SHEET_HEADER_ROW (SHEET_LINES + 2)
#define SHEET_FORMAT "daicho-sheet-1"
#define SHEET_MARK_SIZE 17
#define SHEET_COLUMNS_MAX 20

/* Lines above the table, in order. */
enum sheet_line {
	SHEET_LINE_ROUND,
	SHEET_LINE_HOSPITAL,
	SHEET_LINE_NAME,
	SHEET_LINE_POST,
	SHEET_LINE_REMARKS,
	SHEET_LINE_MARK /* SHEET_FORMAT, round, catalogue and its digest */
};

/* Columns of a sheet for what this round asks. */
enum sheet_column {
	SHEET_ITEM,   /* id as in the round */
	SHEET_TOPIC,  /* item and what it demands */
	SHEET_COLUMN, /* printed answer column; only where there are several */
	SHEET_ANSWER, /* SHEET_ANSWER + enum asked_field */
	SHEET_MARK = SHEET_ANSWER + ASKED_MAX,
	SHEET_COLUMN_MAX
};
/* Which of them stand in the sheet, in order: fills `ret`, returns how many. */
size_t sheet_columns(const struct asked *a, int ret[SHEET_COLUMN_MAX]);
/* The title of a column. */
const char *sheet_title(const struct asked *a, int column);

/* The mark of a line in a sheet of this round. */
void sheet_mark(struct store *s, const struct round *round, const struct round_line *line,
		char ret[SHEET_MARK_SIZE]);
/* The mark above the table. Lives in the arena. */
const char *sheet_head(const struct round *round, struct arena *arena);

/* Writes the sheet, with the answers there are (`typed`: one per line, NULL: those stored), to
 * `path`. */
int sheet_write(struct ledgers *l, const struct asked *a, const struct typed_answer *typed,
		const char *name, const char *post, const char *path, struct arena *arena,
		struct err *err);
/* What the file is called. Lives in the arena. */
const char *sheet_filename(const struct asked *a, struct arena *arena);

#endif
