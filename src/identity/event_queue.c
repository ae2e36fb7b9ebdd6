#include "identity/event_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/event.h"
#include "identity/state.h"

#define WAITING_MAX 4096 /* more are counted as lost */
#define AT_ONCE 256

struct event_note {
	struct event_note *next;
	struct actor who;
	struct event event;
	char name[128], subject[ID_SIZE], ledger[64], entry[ID_SIZE], detail[256];
};

/* A run of notes for one transaction. */
struct event_run {
	struct event_note *first;
	unsigned lost; /* notes before them that were not written */
};

static int write_run(struct tx *tx, void *arg, struct err *err)
{
	const struct event_run *run = arg;
	const struct event_note *n;
	char text[96];
	struct event lost = { .kind = EVENT_LOST, .detail = text };
	int r = 0;

	if (run->lost) {
		snprintf(text, sizeof text, "%u件の利用の記録を書き込めませんでした", run->lost);
		r = event_append(tx, &actor_system, &lost, err);
	}
	for (n = run->first; n && r >= 0; n = n->next)
		r = event_append(tx, &n->who, &n->event, err);
	return r;
}

/* Takes up to AT_ONCE notes off the queue. The lock is held. */
static struct event_note *take(struct event_queue *q, unsigned *ret_count)
{
	struct event_note *first = q->first, *n = first;
	unsigned count = 1;

	for (; n->next && count < AT_ONCE; count++)
		n = n->next;
	q->first = n->next;
	if (!q->first)
		q->last = NULL;
	n->next = NULL;
	q->waiting -= count;
	*ret_count = count;
	return first;
}

static void drop(struct event_note *n)
{
	struct event_note *next;

	for (; n; n = next) {
		next = n->next;
		free(n);
	}
}

static void *run(void *arg)
{
	struct event_queue *q = arg;
	struct event_run run;
	unsigned count;
	int r;

	pthread_mutex_lock(&q->lock);
	while (q->first || !q->stop) {
		if (!q->first) {
			pthread_cond_wait(&q->filled, &q->lock);
			continue;
		}
		run.first = take(q, &count);
		run.lost = q->lost;
		q->writing = true;
		pthread_mutex_unlock(&q->lock);
		r = store_write(q->store, NULL, write_run, &run, NULL, NULL);
		drop(run.first);
		pthread_mutex_lock(&q->lock);
		q->writing = false;
		q->lost = r < 0 ? q->lost + count : q->lost - run.lost;
		pthread_cond_broadcast(&q->drained);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

void event_queue_init(struct event_queue *q)
{
	memset(q, 0, sizeof *q);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->filled, NULL);
	pthread_cond_init(&q->drained, NULL);
}

void event_queue_release(struct event_queue *q)
{
	bool running;

	pthread_mutex_lock(&q->lock);
	running = q->running;
	q->stop = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
	if (running)
		pthread_join(q->thread, NULL);
	drop(q->first);
	pthread_cond_destroy(&q->drained);
	pthread_cond_destroy(&q->filled);
	pthread_mutex_destroy(&q->lock);
}

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static struct event_note *note_new(const struct actor *who, const struct event *e)
{
	struct event_note *n = calloc(1, sizeof *n);

	if (!n)
		return NULL;
	copy_text(n->name, sizeof n->name, who->name);
	copy_text(n->subject, sizeof n->subject, e->subject);
	copy_text(n->ledger, sizeof n->ledger, e->ledger);
	copy_text(n->entry, sizeof n->entry, e->entry);
	copy_text(n->detail, sizeof n->detail, e->detail);
	memcpy(n->who.account, who->account, sizeof n->who.account);
	n->who.name = n->name;
	n->who.role = who->role;
	n->who.mark = who->mark;
	n->event =
		(struct event){ e->kind, n->subject, n->ledger, n->entry, n->detail, e->refused };
	return n;
}

/* True when the thread runs. The lock is held. */
static bool started(struct event_queue *q, struct store *s)
{
	if (!q->running && !q->stop) {
		q->store = s;
		q->running = pthread_create(&q->thread, NULL, run, q) == 0;
	}
	return q->running;
}

void event_note(struct store *s, const struct actor *who, const struct event *e)
{
	struct identity_state *st = store_readonly(s) ? NULL : identity_state(s);
	struct event_note *n = st ? note_new(who, e) : NULL;
	struct event_queue *q;

	if (!st)
		return;
	q = &st->events;
	pthread_mutex_lock(&q->lock);
	if (!n || q->waiting >= WAITING_MAX || !started(q, s)) {
		q->lost++;
		free(n);
	} else {
		*(q->last ? &q->last->next : &q->first) = n;
		q->last = n;
		q->waiting++;
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->lock);
}

void events_flush(struct store *s)
{
	struct identity_state *st = identity_state(s);

	if (!st)
		return;
	pthread_mutex_lock(&st->events.lock);
	while (st->events.running && (st->events.first || st->events.writing))
		pthread_cond_wait(&st->events.drained, &st->events.lock);
	pthread_mutex_unlock(&st->events.lock);
}
