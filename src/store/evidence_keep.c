/*
 * The thread beside the committer's: feeds the index, records heads each minute and
 * moves to a new month when nothing comes in. A month's closing may take long and
 * runs in a thread of its own.
 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/sink.h"
#include "store/evidence_core.h"
#include "store/evidence_dispose.h"
#include "store/evidence_head.h"

#define HEAD_SECONDS 55 /* between heads; each minute in which something came has one */
#define LOOK_SECONDS 1

/* --- the closing of months ---------------------------------------------------------- */

struct closer {
	struct evidence *ev;
	pthread_t thread;
	bool running;
	_Atomic bool done;
};

static void *closer_main(void *arg)
{
	struct closer *c = arg;
	struct err err = { 0 };

	if (months_close(c->ev, &err) < 0 || disposals_finish(c->ev, &err) < 0)
		sink_write(SINK_WARN, "trail-close", "code=%d", err.code);
	c->done = true;
	return NULL;
}

static void closer_start(struct closer *c)
{
	if (c->running && !c->done)
		return;
	if (c->running)
		pthread_join(c->thread, NULL);
	c->done = false;
	c->running = pthread_create(&c->thread, NULL, closer_main, c) == 0;
}

/* --- the thread ------------------------------------------------------------------------ */

/* Waits a second, or less when woken. False: it is time to end. */
static bool wait_a_little(struct evidence *ev)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOOK_SECONDS;
	pthread_mutex_lock(&ev->keep_lock);
	while (!ev->keep_stop && !ev->keep_due &&
	       pthread_cond_timedwait(&ev->keep_wake, &ev->keep_lock, &until) != ETIMEDOUT)
		;
	ev->keep_due = false;
	go_on = !ev->keep_stop;
	pthread_mutex_unlock(&ev->keep_lock);
	return go_on;
}

static void heads_tend(struct evidence *ev, struct closer *c)
{
	struct err err = { 0 };
	int rc = month_turn(ev, &err);

	if (rc == 0)
		rc = head_record(ev, &err);
	if (rc < 0)
		sink_write(SINK_WARN, "trail-head", "code=%d", err.code);
	else
		closer_start(c);
}

void *evidence_keep_main(void *arg)
{
	struct evidence *ev = arg;
	struct closer closer = { .ev = ev };
	int64_t next = clock_mono_us();

	while (wait_a_little(ev)) {
		index_tend(ev);
		if (clock_mono_us() < next)
			continue;
		heads_tend(ev, &closer);
		next = clock_mono_us() + HEAD_SECONDS * 1000000LL;
	}
	if (closer.running)
		pthread_join(closer.thread, NULL);
	return NULL;
}
