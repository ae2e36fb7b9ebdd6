/* What waits in the tail goes into the index: sorted, one run for each order. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sink.h"
#include "store/evidence_core.h"
#include "store/evidence_load.h"
#include "store/evidence_merge.h"

#define FEED_ROWS 20000	    /* worth a run at once */
#define FEED_ROWS_MAX 65536 /* in one transaction */
#define FEED_US 3000000	    /* fewer wait at most this long */
#define WAL_PAGES 4000

/* --- gathering ------------------------------------------------------------------------ */

struct feed {
	struct evidence *ev;
	struct conn *c;
	struct tail_row *row;
	size_t count;
	struct mark upto; /* the index holds everything up to here afterwards */
	struct index_entry *entry;
};

/* Copies the first rows of the tail. */
static void take_tail(struct feed *f)
{
	struct tail *t = &f->ev->tail_rows;
	struct tail_chunk *c;
	size_t skip = t->taken;

	pthread_rwlock_rdlock(&t->lock);
	for (c = t->first; c && f->count < FEED_ROWS_MAX; c = c->next) {
		size_t n = c->count - skip;

		if (n > FEED_ROWS_MAX - f->count)
			n = FEED_ROWS_MAX - f->count;
		memcpy(f->row + f->count, c->row + skip, n * sizeof *f->row);
		f->count += n;
		skip = 0;
	}
	f->upto = t->until;
	pthread_rwlock_unlock(&t->lock);
	if (f->count)
		f->upto = (struct mark){ f->row[f->count - 1].month, f->row[f->count - 1].seq };
}

static int take_row(void *arg, const struct tail_row *row, struct err *err)
{
	struct feed *f = arg;

	(void)err;
	f->row[f->count++] = *row;
	return f->count == FEED_ROWS_MAX;
}

/* What the tail does not hold is read from the months. */
static int take_gap(struct feed *f, struct mark after, struct mark end, struct err *err)
{
	int rc = load_rows(f->ev, after, end, take_row, f, err);

	f->upto = end;
	if (rc > 0)
		f->upto = (struct mark){ f->row[f->count - 1].month, f->row[f->count - 1].seq };
	return rc < 0 ? rc : 0;
}

static int gather(struct feed *f, bool all, struct err *err)
{
	struct tail *t = &f->ev->tail_rows;
	struct mark until, end;
	size_t waiting;
	bool gap;

	pthread_rwlock_rdlock(&t->lock);
	until = t->until;
	end = t->end;
	waiting = t->count;
	pthread_rwlock_unlock(&t->lock);
	gap = mark_before(until, end);
	if (!gap && waiting == 0)
		return 0;
	if (!all && !gap && waiting < FEED_ROWS && clock_mono_us() - f->ev->index.fed_at < FEED_US)
		return 0;
	if (!f->row)
		f->row = malloc(FEED_ROWS_MAX * sizeof *f->row);
	if (!f->row)
		return err_nomem(err);
	if (waiting)
		take_tail(f);
	else
		return take_gap(f, until, end, err) < 0 ? err->code : 1;
	return 1;
}

/* --- numbers --------------------------------------------------------------------------- */

static int name_number(struct feed *f, uint64_t tag, uint32_t *ret, struct err *err)
{
	struct name_slot *slot = &f->ev->index.names[tag % INDEX_NAMES];
	struct stmt *st;
	int rc = 0;

	*ret = 0;
	if (tag == 0)
		return 0;
	if (slot->tag != tag || !slot->num) {
		rc = index_name_number(f->c, tag, ret, err);
		if (rc == 0 && *ret == 0) {
			rc = stmt_begin(f->c, STMT_NAME_ADD, &st, err);
			if (rc < 0)
				return rc;
			stmt_int(st, 1, (int64_t)tag);
			rc = stmt_run(st, err);
			*ret = (uint32_t)sqlite3_last_insert_rowid(f->c->db);
		}
		if (rc == 0)
			*slot = (struct name_slot){ tag, *ret };
	}
	*ret = slot->num;
	return rc;
}

static int word_number(struct feed *f, uint16_t word, uint32_t *ret, struct err *err)
{
	uint32_t *known = &f->ev->index.word[word];
	const char *text = words_text(&f->ev->words, word);
	struct stmt *st;
	int rc = 0;

	if (!*known) {
		rc = index_word_number(f->c, text, known, err);
		if (rc == 0 && !*known) {
			rc = stmt_begin(f->c, STMT_WORD_ADD, &st, err);
			if (rc < 0)
				return rc;
			stmt_text(st, 1, text);
			rc = stmt_run(st, err);
			*known = (uint32_t)sqlite3_last_insert_rowid(f->c->db);
		}
	}
	*ret = *known;
	return rc;
}

static int entry_make(struct feed *f, const struct tail_row *row, struct index_entry *ret,
		      struct err *err)
{
	int rc;

	*ret = (struct index_entry){
		.at_us = row->at_us, .seq = row->seq, .month = row->month, .patient = row->patient
	};
	rc = name_number(f, row->user, &ret->user, err);
	if (rc == 0)
		rc = name_number(f, row->terminal, &ret->terminal, err);
	if (rc == 0)
		rc = word_number(f, row->source, &ret->source, err);
	if (rc == 0)
		rc = word_number(f, row->class, &ret->class, err);
	return rc == 0 ? word_number(f, row->outcome, &ret->outcome, err) : rc;
}

/* --- runs --------------------------------------------------------------------------------- */

static int64_t key_of(enum evidence_by order, const struct index_entry *e)
{
	switch (order) {
	case EVIDENCE_BY_PATIENT: return (int64_t)e->patient;
	case EVIDENCE_BY_USER: return e->user;
	case EVIDENCE_BY_TERMINAL: return e->terminal;
	case EVIDENCE_BY_CLASS: return e->class;
	case EVIDENCE_BY_SOURCE: return e->source;
	default: return 0;
	}
}

static int entry_sort(const void *a, const void *b)
{
	return index_compare(a, b);
}

/* Events without a patient are not in the patients' order, and so on. */
static int run_feed(struct feed *f, enum evidence_by order, struct err *err)
{
	struct index_entry *sorted = f->entry + f->count;
	struct run_writer w;
	size_t i, n = 0;
	int rc;

	for (i = 0; i < f->count; i++) {
		sorted[n] = f->entry[i];
		sorted[n].key = key_of(order, &f->entry[i]);
		n += sorted[n].key != 0 && !f->row[i].gone;
	}
	if (n == 0)
		return 0;
	qsort(sorted, n, sizeof *sorted, entry_sort);
	rc = run_write_begin(&w, f->c, order, 0, err);
	for (i = 0; rc == 0 && i < n; i++)
		rc = run_write(&w, &sorted[i], err);
	if (rc == 0)
		rc = run_write_end(&w, err);
	run_write_release(&w);
	return rc;
}

/* --- days and sources ------------------------------------------------------------------------ */

struct day_count {
	char date[DATE_SIZE];
	uint32_t source, class, outcome;
	int64_t count, last_at;
};

static int day_write(struct feed *f, const struct day_count *d, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(f->c, STMT_DAY_ADD, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, d->date);
	stmt_int(st, 2, d->source);
	stmt_int(st, 3, d->class);
	stmt_int(st, 4, d->outcome);
	stmt_int(st, 5, d->count);
	stmt_int(st, 6, d->last_at);
	return stmt_run(st, err);
}

#define DAYS_OPEN 256

/* Counts in memory first: a portion has few days, sources, classes and outcomes. */
static int days_feed(struct feed *f, struct err *err)
{
	struct day_count *day = calloc(DAYS_OPEN, sizeof *day), *d;
	char date[DATE_SIZE] = "";
	int64_t until = 0;
	size_t i, n = 0, k;
	int rc = day ? 0 : err_nomem(err);

	for (i = 0; rc == 0 && i < f->count; i++) {
		const struct index_entry *e = &f->entry[i];

		/* Receipts rise, so the date is worked out once a day. */
		if (f->row[i].received_us >= until) {
			date_of_us(f->row[i].received_us, date);
			until = ((f->row[i].received_us / 1000000 + 32400) / 86400 + 1) * 86400;
			until = (until - 32400) * 1000000;
		}
		for (k = 0; k < n; k++)
			if (day[k].source == e->source && day[k].class == e->class &&
			    day[k].outcome == e->outcome && strcmp(day[k].date, date) == 0)
				break;
		if (k == DAYS_OPEN) {
			k = i % DAYS_OPEN;
			rc = day_write(f, &day[k], err);
			day[k].count = 0;
		}
		d = &day[k];
		if (d->count++ == 0) {
			memcpy(d->date, date, sizeof d->date);
			d->source = e->source;
			d->class = e->class;
			d->outcome = e->outcome;
			d->last_at = 0;
			n += k == n;
		}
		if (f->row[i].received_us > d->last_at)
			d->last_at = f->row[i].received_us;
	}
	for (k = 0; rc == 0 && k < n; k++)
		rc = day_write(f, &day[k], err);
	free(day);
	return rc;
}

static int source_write(struct feed *f, size_t i, int64_t counter, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(f->c, STMT_SOURCE_SEEN, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, f->entry[i].source);
	stmt_int(st, 2, counter);
	stmt_int(st, 3, f->row[i].received_us);
	return stmt_run(st, err);
}

static int sources_feed(struct feed *f, struct err *err)
{
	int64_t counter = -1;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < f->count; i++) {
		bool last = i + 1 == f->count || f->entry[i + 1].source != f->entry[i].source;

		if (f->row[i].counter > counter)
			counter = f->row[i].counter;
		if (!last)
			continue;
		rc = source_write(f, i, counter, err);
		counter = -1;
	}
	return rc;
}

/* --- together ----------------------------------------------------------------------------------
 */

static int mark_set(struct feed *f, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(f->c, STMT_MARK_SET, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, f->upto.month);
	stmt_int(st, 2, f->upto.seq);
	return stmt_run(st, err);
}

static int feed_write(struct feed *f, struct err *err)
{
	int order, rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < f->count; i++)
		rc = entry_make(f, &f->row[i], &f->entry[i], err);
	for (order = 0; rc == 0 && order < INDEX_ORDERS; order++)
		rc = run_feed(f, (enum evidence_by)order, err);
	if (rc == 0)
		rc = days_feed(f, err);
	if (rc == 0)
		rc = sources_feed(f, err);
	return rc == 0 ? mark_set(f, err) : rc;
}

static int feed_commit(struct feed *f, struct err *err)
{
	struct index *x = &f->ev->index;
	int rc;

	f->entry = reallocarray(NULL, 2 * (f->count + 1), sizeof *f->entry);
	if (!f->entry)
		return err_nomem(err);
	rc = stmt_simple(f->c, STMT_BEGIN_WRITE, err);
	if (rc == 0)
		rc = feed_write(f, err);
	if (rc == 0)
		rc = stmt_simple(f->c, STMT_COMMIT_WRITE, err);
	if (rc < 0) {
		/* Numbers given in the transaction are void. */
		if (!sqlite3_get_autocommit(f->c->db))
			stmt_simple(f->c, STMT_ROLLBACK_WRITE, NULL);
		memset(x->word, 0, sizeof x->word);
		memset(x->names, 0, INDEX_NAMES * sizeof *x->names);
	}
	free(f->entry);
	return rc;
}

int index_feed(struct evidence *ev, bool all, struct err *err)
{
	struct feed f = { .ev = ev };
	struct err why = { 0 };
	int rc = gather(&f, all, &why);

	if (rc > 0 && !ev->index.conn)
		rc = index_again(ev, false, &why) < 0 ? why.code : 1;
	if (rc > 0) {
		f.c = ev->index.conn;
		rc = feed_commit(&f, &why);
		if (rc == 0) {
			tail_drop(&ev->tail_rows, f.upto);
			ev->index.fed_at = clock_mono_us();
			rc = 1;
		}
	}
	free(f.row);
	if (rc < 0 && err)
		*err = why;
	return rc;
}

static bool asked_anew(struct index *x)
{
	bool anew;

	pthread_mutex_lock(&x->lock);
	anew = x->anew;
	x->anew = false;
	pthread_mutex_unlock(&x->lock);
	return anew;
}

void index_tend(struct evidence *ev)
{
	struct index *x = &ev->index;
	struct err err = { 0 };
	int rc = 1, steps;

	if (asked_anew(x))
		rc = index_again(ev, true, &err);
	/* Not for ever: the keeper has other things to do as well. */
	for (steps = 0; rc > 0 && steps < 16; steps++)
		rc = index_feed(ev, false, &err);
	for (steps = 0; rc >= 0 && x->conn && steps < 8; steps++) {
		rc = merge_tend(ev, &err);
		if (rc == 0)
			break;
	}
	if (rc >= 0 && x->conn && x->conn->wal_pages > WAL_PAGES)
		rc = conn_checkpoint(x->conn, x->conn->wal_pages > 8 * WAL_PAGES, &err);
	if (rc >= 0)
		return;
	sink_write(SINK_WARN, "trail-index", "code=%d sqlite=%d", err.code,
		   x->conn ? x->conn->broken : 0);
	index_again(ev, rc == ERR_CORRUPT, NULL);
}

int evidence_reindex(struct store *s, struct err *err)
{
	struct evidence *ev = s->evidence;
	int rc = evidence_start(ev, err);

	if (rc < 0)
		return rc;
	pthread_mutex_lock(&ev->index.lock);
	ev->index.anew = true;
	pthread_mutex_unlock(&ev->index.lock);
	pthread_mutex_lock(&ev->keep_lock);
	ev->keep_due = true;
	pthread_cond_signal(&ev->keep_wake);
	pthread_mutex_unlock(&ev->keep_lock);
	return 0;
}
