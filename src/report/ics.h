/*
 * Calendars as RFC 5545 has them: all-day dates without a time zone, for programs that
 * fetch them again and again. Lines end with CRLF and are folded at 75 bytes, never
 * inside a character.
 */
#ifndef DAICHO_REPORT_ICS_H
#define DAICHO_REPORT_ICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct ics_date {
	const char *uid;   /* the same date has the same one at every fetch */
	const char *date;  /* YYYY-MM-DD */
	const char *title; /* plain text */
	const char *url;   /* absolute, ASCII */
	int64_t at_us;	   /* when it was last changed, UTC */
};

/* Begins a calendar that calls itself `name`. */
void ics_begin(struct buf *b, const char *name);
void ics_add(struct buf *b, const struct ics_date *d);
void ics_end(struct buf *b);
/* One property, escaped as TEXT where `escape`, folded and ended. Control characters are
 * left out, line feeds become "\n" as the RFC writes them. */
void ics_line(struct buf *b, const char *name, const char *value, bool escape);

#endif
