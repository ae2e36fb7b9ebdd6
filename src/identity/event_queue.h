/*
 * Events on their way to the log: a bounded queue and one thread that writes what
 * waits, many in one transaction. Inside identity only.
 */
#ifndef DAICHO_IDENTITY_EVENT_QUEUE_H
#define DAICHO_IDENTITY_EVENT_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

struct event_note;
struct store;

struct event_queue {
	pthread_mutex_t lock;
	pthread_cond_t filled, drained;
	pthread_t thread;
	struct store *store;
	struct event_note *first, *last;
	unsigned waiting, lost;
	bool running, writing, stop;
};

void event_queue_init(struct event_queue *q);
/* Writes what waits, then ends the thread. */
void event_queue_release(struct event_queue *q);

#endif
