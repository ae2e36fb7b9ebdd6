/* Answers as people read them: cells of a table, CSV. */
#ifndef DAICHO_TRAIL_QUESTION_TEXT_H
#define DAICHO_TRAIL_QUESTION_TEXT_H

#include "base/buf.h"
#include "trail/question.h"

#define QUESTION_COLUMNS 12

extern const char *const question_titles[QUESTION_COLUMNS];

#define QUESTION_NOTE_SIZE 200
/* One line about the asking itself, for the log: what was done (`what`) and after whom. A patient
 * stands there as a keyed tag, never by number; a person or terminal as typed. */
void question_note(struct store *s, const struct question_ask *ask, const char *what,
		   char ret[QUESTION_NOTE_SIZE]);

/* Room for the texts of one row. */
struct question_texts {
	char at[40], month[16], seq[24];
};

/* The cells of a row; they live as long as the row and *t. */
void question_cells(const struct question_row *row, struct question_texts *t,
		    const char *cells[QUESTION_COLUMNS]);
/* What is to be known about the time of an event; "" nothing. */
const char *question_clock(const struct evidence_item *e);
/* 閲覧 for "view"; the word itself if it is none of ours. */
const char *question_action(const char *class);
/* Appends the rows as CSV in UTF-8. */
int question_csv(const struct question_answer *a, struct buf *b, struct err *err);

#endif
