#include "report/ics.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 75 /* RFC 5545 section 3.1, without CRLF */

/* RFC 5545 section 3.3.11. */
static void add_text(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			buf_puts(b, "\\n");
		else if (strchr("\\;,", *s))
			buf_printf(b, "\\%c", *s);
		else if ((unsigned char)*s >= 0x20 && *s != 0x7F)
			buf_putc(b, *s);
	}
}

static void add_plain(struct buf *b, const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x20 && *s != 0x7F)
			buf_putc(b, *s);
}

/* The bytes of the character at s. */
static size_t character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static void add_folded(struct buf *b, const char *line)
{
	size_t used = 0;

	while (*line) {
		size_t n = character(line);

		if (used + n > LINE_MAX_BYTES) {
			buf_puts(b, "\r\n ");
			used = 1;
		}
		buf_add(b, line, n);
		used += n;
		line += n;
	}
	buf_puts(b, "\r\n");
}

void ics_line(struct buf *b, const char *name, const char *value, bool escape)
{
	struct buf line;

	buf_init(&line, 0);
	buf_printf(&line, "%s:", name);
	if (escape)
		add_text(&line, value);
	else
		add_plain(&line, value);
	if (buf_failed(&line))
		b->failed = true;
	else
		add_folded(b, line.data);
	buf_release(&line);
}

void ics_begin(struct buf *b, const char *name)
{
	ics_line(b, "BEGIN", "VCALENDAR", false);
	ics_line(b, "VERSION", "2.0", false);
	ics_line(b, "PRODID", "-//daicho//daicho//JA", false);
	ics_line(b, "CALSCALE", "GREGORIAN", false);
	ics_line(b, "METHOD", "PUBLISH", false);
	ics_line(b, "X-WR-CALNAME", name, true);
	ics_line(b, "REFRESH-INTERVAL;VALUE=DURATION", "PT6H", false);
}

/* "2026-11-20" as "20261120". */
static void compact(const char *date, char ret[9])
{
	snprintf(ret, 9, "%.4s%.2s%.2s", date, date + 5, date + 8);
}

static void stamp(int64_t us, char ret[17])
{
	char text[40];

	time_rfc3339(us, text, sizeof text);
	snprintf(ret, 17, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", text, text + 5, text + 8, text + 11,
		 text + 14, text + 17);
}

void ics_add(struct buf *b, const struct ics_date *d)
{
	char first[9], next[9], day[DATE_SIZE], at[17];

	date_add_days(d->date, 1, day);
	compact(d->date, first);
	compact(day, next);
	stamp(d->at_us, at);
	ics_line(b, "BEGIN", "VEVENT", false);
	ics_line(b, "UID", d->uid, true);
	ics_line(b, "DTSTAMP", at, false);
	ics_line(b, "DTSTART;VALUE=DATE", first, false);
	ics_line(b, "DTEND;VALUE=DATE", next, false);
	ics_line(b, "SUMMARY", d->title, true);
	ics_line(b, "URL", d->url, false);
	ics_line(b, "TRANSP", "TRANSPARENT", false);
	ics_line(b, "CLASS", "PRIVATE", false);
	ics_line(b, "END", "VEVENT", false);
}

void ics_end(struct buf *b)
{
	ics_line(b, "END", "VCALENDAR", false);
}
