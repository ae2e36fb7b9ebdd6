/* Figures about sources and days, and which months there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/clock.h"
#include "store/evidence_fact.h"
#include "store/evidence_load.h"
#include "store/evidence_query.h"

/* --- days ------------------------------------------------------------------------------ */

struct days {
	struct evidence *ev;
	const char *source, *first, *last;
	struct evidence_day *day; /* text lives in words, or in `text` */
	size_t count, alloc;
	char (*text)[3][EVIDENCE_NAME_MAX + 1];
};

static int day_add(struct days *d, const char *date, const char *source, const char *class,
		   const char *outcome, int64_t count, int64_t last_us, struct err *err)
{
	struct evidence_day *day;
	size_t i;

	/* The newest day is the last one: found quickly. */
	for (i = d->count; i > 0; i--) {
		day = &d->day[i - 1];
		if (strcmp(day->date, date) == 0 && strcmp(day->source, source) == 0 &&
		    strcmp(day->class, class) == 0 && strcmp(day->outcome, outcome) == 0) {
			day->count += count;
			day->last_us = last_us > day->last_us ? last_us : day->last_us;
			return 0;
		}
	}
	if (d->count == d->alloc) {
		size_t alloc = d->alloc ? 2 * d->alloc : 64;
		struct evidence_day *grown = reallocarray(d->day, alloc, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		d->day = grown;
		d->alloc = alloc;
	}
	day = &d->day[d->count++];
	memcpy(day->date, date, DATE_SIZE);
	day->source = source;
	day->class = class;
	day->outcome = outcome;
	day->count = count;
	day->last_us = last_us;
	return 0;
}

static int word_keep(struct days *d, const char *text, const char **ret, struct err *err)
{
	uint16_t number;
	int rc = words_number(&d->ev->words, text, strlen(text), &number, err);

	*ret = rc == 0 ? words_text(&d->ev->words, number) : "";
	return rc;
}

static int days_of_index(struct days *d, struct conn *c, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	const char *source, *class, *outcome;
	uint32_t word = 0;
	int rc = d->source ? index_word_number(c, d->source, &word, err) : 0;

	if (rc < 0 || (d->source && !word))
		return rc;
	rc = stmt_begin(c, STMT_DAY_LIST, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, d->first);
	stmt_text(st, 2, d->last);
	stmt_int(st, 3, word);
	while ((rc = stmt_step(st, err)) > 0) {
		char date[DATE_SIZE];

		snprintf(date, sizeof date, "%.10s", col_text(st, 0));
		rc = word_keep(d, col_text(st, 1), &source, err);
		if (rc == 0)
			rc = word_keep(d, col_text(st, 2), &class, err);
		if (rc == 0)
			rc = word_keep(d, col_text(st, 3), &outcome, err);
		if (rc == 0)
			rc = day_add(d, date, source, class, outcome, col_int(st, 4),
				     col_int(st, 5), err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static int day_of_row(void *arg, const struct tail_row *row, struct err *err)
{
	struct days *d = arg;
	struct words *w = &d->ev->words;
	const char *source = words_text(w, row->source);
	char date[DATE_SIZE];

	date_of_us(row->received_us, date);
	if (strcmp(date, d->first) < 0 || strcmp(date, d->last) > 0 ||
	    (d->source && strcmp(source, d->source) != 0))
		return 0;
	return day_add(d, date, source, words_text(w, row->class), words_text(w, row->outcome), 1,
		       row->received_us, err);
}

static int day_order(const void *a, const void *b)
{
	const struct evidence_day *x = a, *y = b;
	int c = strcmp(x->date, y->date);

	if (c == 0)
		c = strcmp(x->source, y->source);
	if (c == 0)
		c = strcmp(x->class, y->class);
	return c ? c : strcmp(x->outcome, y->outcome);
}

int evidence_activity(struct store *s, const char *source, const char *first, const char *last,
		      int (*each)(void *arg, const struct evidence_day *day, struct err *err),
		      void *arg, struct err *err)
{
	struct days d = { .ev = s->evidence, .source = source, .first = first, .last = last };
	struct rows_view rv;
	size_t i;
	int rc = rows_view_begin(&rv, s->evidence, day_of_row, &d, err), stop = 0;

	if (rc == 0 && rv.c)
		rc = days_of_index(&d, rv.c, err);
	if (rc == 0 && d.count)
		qsort(d.day, d.count, sizeof *d.day, day_order);
	for (i = 0; rc == 0 && stop == 0 && i < d.count; i++)
		stop = each(arg, &d.day[i], err);
	rows_view_end(&rv);
	free(d.day);
	return rc < 0 ? rc : stop;
}

/* --- sources --------------------------------------------------------------------------- */

struct sources {
	struct evidence_source *source;
	size_t count, alloc;
	struct words *words;
};

static struct evidence_source *source_of(struct sources *l, const char *name, struct err *err)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->source[i].source, name) == 0)
			return &l->source[i];
	if (l->count == l->alloc) {
		size_t alloc = l->alloc ? 2 * l->alloc : 16;
		struct evidence_source *grown = reallocarray(l->source, alloc, sizeof *grown);

		if (!grown) {
			err_nomem(err);
			return NULL;
		}
		l->source = grown;
		l->alloc = alloc;
	}
	l->source[l->count] = (struct evidence_source){ .last_counter = -1 };
	snprintf(l->source[l->count].source, sizeof l->source[0].source, "%s", name);
	return &l->source[l->count++];
}

static int source_seen(struct sources *l, const char *name, int64_t counter, int64_t at_us,
		       struct err *err)
{
	struct evidence_source *s = source_of(l, name, err);

	if (!s)
		return ERR_NOMEM;
	s->last_counter = counter > s->last_counter ? counter : s->last_counter;
	s->last_at_us = at_us > s->last_at_us ? at_us : s->last_at_us;
	return 0;
}

static int source_of_row(void *arg, const struct tail_row *row, struct err *err)
{
	struct sources *l = arg;

	return source_seen(l, words_text(l->words, row->source), row->counter, row->received_us,
			   err);
}

static int sources_of_index(struct sources *l, struct conn *c, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_SOURCE_LIST, &st, err);

	while (rc >= 0 && (rc = stmt_step(st, err)) > 0)
		rc = source_seen(l, col_text(st, 0), col_int(st, 1), col_int(st, 2), err);
	return rc < 0 ? rc : 0;
}

/* Counts since the store was opened. */
static int sources_of_memory(struct evidence *ev, struct sources *l, struct err *err)
{
	const struct source_state *known;
	int rc = 0;

	pthread_mutex_lock(&ev->lock);
	for (known = ev->sources; known && rc == 0; known = known->next) {
		struct evidence_source *s = source_of(l, known->known.source, err);

		if (!s) {
			rc = ERR_NOMEM;
			break;
		}
		s->events = known->known.events;
		s->repeated = known->known.repeated;
		s->clashes = known->known.clashes;
		if (known->known.last_at_us > s->last_at_us)
			s->last_at_us = known->known.last_at_us;
	}
	pthread_mutex_unlock(&ev->lock);
	return rc;
}

int evidence_sources(struct store *s, int (*each)(void *arg, const struct evidence_source *source),
		     void *arg, struct err *err)
{
	struct sources l = { .words = &s->evidence->words };
	struct rows_view rv;
	size_t i;
	int rc = rows_view_begin(&rv, s->evidence, source_of_row, &l, err), stop = 0;

	if (rc == 0 && rv.c)
		rc = sources_of_index(&l, rv.c, err);
	if (rc == 0)
		rc = sources_of_memory(s->evidence, &l, err);
	for (i = 0; rc == 0 && stop == 0 && i < l.count; i++)
		stop = each(arg, &l.source[i]);
	rows_view_end(&rv);
	free(l.source);
	return rc < 0 ? rc : stop;
}

/* --- months ----------------------------------------------------------------------------- */

static int head_fill(struct store *s, struct evidence_month *m, struct err *err)
{
	struct trail_head head;
	struct conn *c = NULL;
	json_t *body = NULL;
	int rc = store_read_begin(s, &c, err);

	if (rc == 0)
		rc = trail_head_newest(c, m->month, &head, err);
	if (rc == 0 && head.seq >= 0) {
		m->head_size = head.size;
		rc = trail_fact_read(c, head.seq, &body, err);
		m->head_at_us = json_int(body, "at", 0);
		json_decref(body);
	}
	store_read_end(c);
	return rc;
}

int evidence_months(struct store *s, int (*each)(void *arg, const struct evidence_month *m),
		    void *arg, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(s, months, err), i, rc = 0, stop = 0;

	for (i = 0; rc == 0 && stop == 0 && i < count; i++) {
		struct evidence_month m = { .month = months[i], .closed = i < count - 1 };
		struct month_reader *r = NULL;

		rc = reader_begin(s->evidence, m.month, &r, err);
		if (rc == 0)
			m.size = r->size;
		reader_end(r);
		if (rc == 0)
			rc = head_fill(s, &m, err);
		if (rc == 0)
			stop = each(arg, &m);
	}
	return count < 0 ? count : rc < 0 ? rc : stop;
}
