#include "store/evidence_tail.h"

#include <stdlib.h>
#include <string.h>

void tail_init(struct tail *t)
{
	memset(t, 0, sizeof *t);
	pthread_rwlock_init(&t->lock, NULL);
}

static void chunks_free(struct tail *t)
{
	struct tail_chunk *c;

	while ((c = t->first) != NULL) {
		t->first = c->next;
		free(c);
	}
	t->last = NULL;
	t->count = t->taken = 0;
}

void tail_release(struct tail *t)
{
	chunks_free(t);
	pthread_rwlock_destroy(&t->lock);
}

void tail_reset(struct tail *t, struct mark after, struct mark end)
{
	pthread_rwlock_wrlock(&t->lock);
	chunks_free(t);
	t->after = t->until = after;
	t->end = end;
	pthread_rwlock_unlock(&t->lock);
}

static bool row_add(struct tail *t, const struct tail_row *row)
{
	struct tail_chunk *c = t->last;

	if (t->count >= TAIL_ROWS_MAX)
		return false;
	if (!c || c->count == TAIL_CHUNK) {
		c = malloc(sizeof *c);
		if (!c)
			return false;
		c->next = NULL;
		c->count = 0;
		if (t->last)
			t->last->next = c;
		else
			t->first = c;
		t->last = c;
	}
	c->row[c->count++] = *row;
	t->count++;
	return true;
}

static bool mark_same(struct mark a, struct mark b)
{
	return a.month == b.month && a.seq == b.seq;
}

void tail_add(struct tail *t, const struct tail_row *row, size_t count)
{
	size_t i;

	pthread_rwlock_wrlock(&t->lock);
	for (i = 0; i < count; i++) {
		bool whole = mark_same(t->until, t->end);

		t->end = (struct mark){ row[i].month, row[i].seq };
		if (whole && row_add(t, &row[i]))
			t->until = t->end;
	}
	pthread_rwlock_unlock(&t->lock);
}

void tail_lost(struct tail *t, struct mark end)
{
	pthread_rwlock_wrlock(&t->lock);
	if (mark_before(t->end, end))
		t->end = end;
	pthread_rwlock_unlock(&t->lock);
}

void tail_rewind(struct tail *t, struct mark after)
{
	pthread_rwlock_wrlock(&t->lock);
	if (mark_before(after, t->after)) {
		chunks_free(t);
		t->after = t->until = after;
	}
	pthread_rwlock_unlock(&t->lock);
}

void tail_drop(struct tail *t, struct mark upto)
{
	pthread_rwlock_wrlock(&t->lock);
	while (t->first) {
		struct tail_chunk *c = t->first;

		while (t->taken < c->count) {
			const struct tail_row *r = &c->row[t->taken];

			if (mark_before(upto, (struct mark){ r->month, r->seq }))
				break;
			t->taken++;
			t->count--;
		}
		if (t->taken < c->count)
			break;
		t->taken = 0;
		t->first = c->next;
		if (!t->first)
			t->last = NULL;
		free(c);
	}
	if (mark_before(t->after, upto))
		t->after = upto;
	if (mark_before(t->until, upto))
		t->until = upto;
	pthread_rwlock_unlock(&t->lock);
}
