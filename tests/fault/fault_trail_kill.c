/*
 * Killed with SIGKILL while access events come in from many threads, again and again:
 * every acknowledged event is there, none is there twice although each source sends its
 * last ones again, all verifies, taking in goes on.
 *
 *   fault_trail_kill [ROUNDS]
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sink.h"
#include "store/core.h"
#include "store/evidence_core.h"
#include "trail.h"

#define SOURCES 8
#define BATCH 20
#define ROUNDS_PER_FOLDER 20
#define MONTH_US (31LL * 86400 * 1000000)

/* Smaller than PIPE_BUF, so a write of it is never torn. */
struct ack {
	int source;
	int64_t number; /* the last of a batch */
	struct evidence_receipt receipt;
};

struct writer {
	struct store *s;
	int source, pipe;
	int64_t next;
};

static int64_t ahead; /* the trail's clock runs into a new month now and then */

static int64_t clock_ahead(void)
{
	return clock_now_us() + ahead;
}

/* Batches that overlap: the second half of each is sent again with the next one. */
static void *write_on(void *arg)
{
	struct writer *w = arg;
	struct evidence_event e[BATCH];
	struct evidence_receipt r[BATCH];
	struct trail_text t[BATCH];
	struct err err;
	struct ack a;
	int i;

	for (;;) {
		for (i = 0; i < BATCH; i++)
			trail_event(w->source, w->next + i, &t[i], &e[i]);
		if (evidence_append(w->s, e, BATCH, r, &err) < 0)
			die("child: %s", err.text);
		for (i = 0; i < BATCH; i++) {
			memset(&a, 0, sizeof a);
			a.source = w->source;
			a.number = w->next + i;
			a.receipt = r[i];
			if (write(w->pipe, &a, sizeof a) != (ssize_t)sizeof a)
				die("child: pipe");
		}
		w->next += BATCH / 2;
		if (w->source == 0 && evidence_head_now(w->s, &err) < 0)
			die("child: head: %s", err.text);
	}
	return NULL;
}

static void child_main(const char *data, int pipe, const int64_t *next)
{
	struct writer w[SOURCES];
	pthread_t thread[SOURCES];
	struct store *s = data_open(data);
	int i;

	s->evidence->clock = clock_ahead;
	for (i = 0; i < SOURCES; i++) {
		w[i] = (struct writer){ s, i, pipe, next[i] };
		if (pthread_create(&thread[i], NULL, write_on, &w[i]) != 0)
			die("child: thread");
	}
	for (;;)
		pause();
}

struct acks {
	struct ack *item;
	size_t count, alloc;
};

static bool acks_read(struct acks *list, int pipe)
{
	struct ack a;

	if (read(pipe, &a, sizeof a) != (ssize_t)sizeof a)
		return false;
	if (list->count == list->alloc) {
		list->alloc = list->alloc ? 2 * list->alloc : 1024;
		list->item = reallocarray(list->item, list->alloc, sizeof a);
		if (!list->item)
			die("out of memory");
	}
	list->item[list->count++] = a;
	return true;
}

static void round_kill(const char *data, int ms, struct acks *list, const int64_t *next)
{
	size_t before = list->count;
	int ends[2], status;
	struct pollfd p;
	int64_t until = 0;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		die("cannot fork");
	if (child == 0) {
		close(ends[0]);
		child_main(data, ends[1], next);
	}
	close(ends[1]);
	p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	if (ms == 0)
		usleep((useconds_t)(random() % 30000));
	while (ms > 0 && (until == 0 || clock_mono_us() < until)) {
		if (poll(&p, 1, 5) > 0 && !acks_read(list, ends[0]))
			die("the child ended by itself");
		if (until == 0 && list->count > before)
			until = clock_mono_us() + ms * 1000;
	}
	kill(child, SIGKILL);
	while (acks_read(list, ends[0]))
		;
	close(ends[0]);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		die("the child ended by itself");
}

/* Each number of each source must be there once, in one leaf. */
struct seen {
	uint8_t *bit;
	int64_t size, doubled;
};

static int count_once(void *arg, const struct evidence_item *item, struct err *err)
{
	struct seen *seen = arg;
	int64_t at = item->counter * SOURCES + (item->source[1] - '0');

	(void)err;
	if (at >= seen->size)
		return 0;
	seen->doubled += seen->bit[at]++ > 0;
	return 0;
}

static int each_month(void *arg, const struct evidence_month *m)
{
	int *months = arg;

	months[++months[0]] = m->month;
	return 0;
}

static void round_check(struct store *s, const struct acks *list, int64_t *next)
{
	struct seen seen = { .size = 1 };
	int months[64] = { 0 }, i;
	struct evidence_receipt r;
	struct err err;
	size_t k;

	for (k = 0; k < list->count; k += 1 + list->count / 2000)
		trail_is(s, &list->item[k].receipt, list->item[k].source, list->item[k].number);
	for (k = 0; k < list->count; k++) {
		const struct ack *a = &list->item[k];

		if (a->number + 1 > next[a->source])
			next[a->source] = a->number + 1;
		if ((a->number + 2 * BATCH) * SOURCES > seen.size)
			seen.size = (a->number + 2 * BATCH) * SOURCES;
	}
	seen.bit = calloc(1, (size_t)seen.size);
	if (!seen.bit || evidence_months(s, each_month, months, &err) < 0)
		die("months: %s", err.text);
	for (i = 1; i <= months[0]; i++)
		if (evidence_range(s, months[i], 0, INT64_MAX, count_once, &seen, &err) < 0)
			die("range: %s", err.text);
	if (seen.doubled)
		die("%lld events are there twice", (long long)seen.doubled);
	for (k = 0; k < list->count; k++)
		if (!seen.bit[list->item[k].number * SOURCES + list->item[k].source])
			die("an acknowledged event is lost");
	free(seen.bit);
	/* The last one of each source sent once more is recognised. */
	for (i = 0; i < SOURCES; i++)
		if (next[i] > 0 && (trail_append(s, i, next[i] - 1, &r, &err) < 0 || !r.repeated))
			die("source %d: not recognised again", i);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20, i;
	char root[PATH_MAX], data[PATH_MAX + 16];
	int64_t acknowledged = 0, next[SOURCES] = { 0 };
	struct acks list = { 0 };

	sink_quiet(1);
	folder_temporary(root);
	srandom((unsigned)getpid());
	snprintf(data, sizeof data, "%s/data", root);
	for (i = 0; i < rounds; i++) {
		struct store *s;

		if (i % ROUNDS_PER_FOLDER == 0) {
			folder_remove(data);
			data_create(data);
			memset(next, 0, sizeof next);
			acknowledged += (int64_t)list.count;
			list.count = 0;
		}
		if (i % 7 == 6)
			ahead += MONTH_US;
		round_kill(data, i % 5 == 4 ? 0 : 1 + (int)(random() % 120), &list, next);
		s = data_open(data);
		s->evidence->clock = clock_ahead;
		round_check(s, &list, next);
		trail_audit(s, "after a kill");
		data_audit(s, "after a kill");
		store_close(s);
	}
	acknowledged += (int64_t)list.count;
	free(list.item);
	folder_remove(root);
	printf("%d kills, %lld acknowledged events, 0 lost, 0 doubled\n", rounds,
	       (long long)acknowledged);
	return 0;
}
