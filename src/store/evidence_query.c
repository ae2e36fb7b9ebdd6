#include "store/evidence_query.h"

#include <stdlib.h>
#include <string.h>

#include "store/evidence_load.h"

/* --- conditions ------------------------------------------------------------------------ */

static int word_condition(struct view *v, const char *text, uint32_t *ret, struct err *err)
{
	int rc;

	*ret = 0;
	if (!text || !v->c)
		return 0;
	rc = index_word_number(v->c, text, ret, err);
	v->none = v->none || *ret == 0;
	return rc;
}

static int key_number(struct view *v, struct err *err)
{
	uint32_t num = 0;
	int rc = 0;

	if (!v->c)
		return 0;
	switch (v->order) {
	case EVIDENCE_BY_PATIENT: v->key = (int64_t)v->key_tag; break;
	case EVIDENCE_BY_USER:
	case EVIDENCE_BY_TERMINAL:
		rc = index_name_number(v->c, v->key_tag, &num, err);
		v->key = num;
		break;
	default: rc = index_word_number(v->c, v->q->value, &num, err); v->key = num;
	}
	v->none = v->none || v->key == 0;
	return rc;
}

static int numbers(struct view *v, struct err *err)
{
	const struct evidence_query *q = v->q;
	int rc = key_number(v, err);

	if (rc == 0 && q->user && v->c) {
		rc = index_name_number(v->c, v->user_tag, &v->user, err);
		v->none = v->none || v->user == 0;
	}
	if (rc == 0)
		rc = word_condition(v, q->class, &v->class, err);
	if (rc == 0)
		rc = word_condition(v, q->source, &v->source, err);
	return rc == 0 ? word_condition(v, q->outcome, &v->outcome, err) : rc;
}

bool view_matches(const struct view *v, const struct index_entry *e)
{
	return (!v->user || v->order == EVIDENCE_BY_USER || e->user == v->user) &&
	       (!v->class || v->order == EVIDENCE_BY_CLASS || e->class == v->class) &&
	       (!v->source || v->order == EVIDENCE_BY_SOURCE || e->source == v->source) &&
	       (!v->outcome || e->outcome == v->outcome);
}

static bool word_is(const struct view *v, uint16_t word, const char *text)
{
	return !text || strcmp(words_text(&v->ev->words, word), text) == 0;
}

static bool row_key_is(const struct view *v, const struct tail_row *r)
{
	switch (v->order) {
	case EVIDENCE_BY_PATIENT: return r->patient == v->key_tag;
	case EVIDENCE_BY_USER: return r->user == v->key_tag;
	case EVIDENCE_BY_TERMINAL: return r->terminal == v->key_tag;
	case EVIDENCE_BY_CLASS: return word_is(v, r->class, v->q->value);
	case EVIDENCE_BY_SOURCE: return word_is(v, r->source, v->q->value);
	default: return false;
	}
}

static bool row_matches(const struct view *v, const struct tail_row *r)
{
	const struct evidence_query *q = v->q;

	return !r->gone && row_key_is(v, r) && r->at_us >= v->from_us && r->at_us < v->to_us &&
	       (!q->user || r->user == v->user_tag) && word_is(v, r->class, q->class) &&
	       word_is(v, r->source, q->source) && word_is(v, r->outcome, q->outcome);
}

/* --- rows outside the index -------------------------------------------------------------- */

static int row_keep(void *arg, const struct tail_row *row, struct err *err)
{
	struct view *v = arg;

	if (!row_matches(v, row))
		return 0;
	if (v->rows == v->alloc) {
		size_t alloc = v->alloc ? 2 * v->alloc : 64;
		struct tail_row *grown = reallocarray(v->row, alloc, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		v->row = grown;
		v->alloc = alloc;
	}
	v->row[v->rows++] = *row;
	return 0;
}

/* The rows of the tail behind the snapshot; 1 if the tail has moved on beyond it. */
static int tail_rows_take(struct rows_view *rv, struct mark *ret_until, struct mark *ret_end,
			  struct err *err)
{
	struct tail *t = &rv->ev->tail_rows;
	const struct tail_chunk *c;
	size_t i;
	int rc = 0;

	pthread_rwlock_rdlock(&t->lock);
	if (mark_before(rv->mark, t->after))
		rc = 1;
	for (c = rc ? NULL : t->first; c && rc == 0; c = c->next)
		for (i = c == t->first ? t->taken : 0; i < c->count && rc == 0; i++) {
			struct mark at = { c->row[i].month, c->row[i].seq };

			if (mark_before(rv->mark, at))
				rc = rv->each(rv->arg, &c->row[i], err);
		}
	*ret_until = mark_before(t->until, rv->mark) ? rv->mark : t->until;
	*ret_end = t->end;
	pthread_rwlock_unlock(&t->lock);
	return rc;
}

static int row_order(const void *a, const void *b)
{
	const struct tail_row *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->month != y->month)
		return x->month < y->month ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int index_reopen(struct rows_view *rv, struct err *err)
{
	index_read_end(rv->ev, rv->c);
	rv->c = NULL;
	return index_read_begin(rv->ev, &rv->c, &rv->mark, err);
}

static bool is_running(struct evidence *ev)
{
	bool running;

	pthread_mutex_lock(&ev->life);
	running = ev->running;
	pthread_mutex_unlock(&ev->life);
	return running;
}

/* What is neither in the snapshot nor in the tail is read from the months. */
int rows_view_begin(struct rows_view *rv, struct evidence *ev,
		    int (*each)(void *arg, const struct tail_row *row, struct err *err), void *arg,
		    struct err *err)
{
	struct mark until, end = { 0, 0 };
	int rc, tries;

	*rv = (struct rows_view){ .ev = ev, .each = each, .arg = arg };
	rc = index_reopen(rv, err);
	until = rv->mark;
	if (rc == 0 && is_running(ev)) {
		rc = tail_rows_take(rv, &until, &end, err);
		/* The feeder was quicker than we: a newer snapshot has the rows. */
		for (tries = 0; rc == 1 && tries < 1000; tries++) {
			rc = index_reopen(rv, err);
			if (rc == 0)
				rc = tail_rows_take(rv, &until, &end, err);
		}
		if (rc != 0 || !mark_before(until, end))
			return rc < 0 ? rc : 0;
	}
	return rc < 0 ? rc : load_rows(ev, until, end, each, arg, err);
}

void rows_view_end(struct rows_view *rv)
{
	index_read_end(rv->ev, rv->c);
	rv->c = NULL;
}

int view_begin(struct view *v, struct evidence *ev, const struct evidence_query *q, struct err *err)
{
	int rc;

	memset(v, 0, sizeof *v);
	v->ev = ev;
	v->q = q;
	v->order = q->by;
	v->from_us = q->from_us;
	v->to_us = q->to_us ? q->to_us : INT64_MAX;
	if (q->by > EVIDENCE_BY_SOURCE || !q->value || !*q->value)
		return err_set(err, ERR_INVALID, "何についての証跡を探すかを示してください");
	v->key_tag = evidence_tag(ev->s, q->by, q->value);
	v->user_tag = evidence_tag(ev->s, EVIDENCE_BY_USER, q->user);
	rc = rows_view_begin(&v->rv, ev, row_keep, v, err);
	v->c = v->rv.c;
	if (rc == 0)
		rc = numbers(v, err);
	if (rc == 0 && v->rows > 1)
		qsort(v->row, v->rows, sizeof *v->row, row_order);
	return rc;
}

void view_end(struct view *v)
{
	if (v->rv.ev)
		rows_view_end(&v->rv);
	free(v->row);
}
