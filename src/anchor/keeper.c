#include "anchor/keeper.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchor/clock_state.h"
#include "anchor/steps.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/sink.h"

#define LOOK_SECONDS 5
#define RETRY_LEAST 60	    /* seconds */
#define RETRY_MOST 21600    /* six hours */
#define UNSET_SECONDS 60    /* how soon a new setting is noticed */
#define RENEW_US (INT64_C(30) * 86400 * 1000000) /* a token's certificate ends within */

struct anchors {
	struct ledgers *ledgers;
	struct anchor_state state;
	struct clock_watch watch;
	pthread_mutex_t running; /* one channel at a time */
	pthread_mutex_t lock;	 /* state, stop */
	pthread_cond_t wake;
	pthread_t thread;
	bool started, stop;
};

static step_fn *const steps[CHANNEL_MAX] = { [CHANNEL_STAMP] = step_stamp,
					     [CHANNEL_WITNESS] = step_witness,
					     [CHANNEL_MAIL] = step_mail,
					     [CHANNEL_COPY] = step_copy,
					     [CHANNEL_CLOCK] = step_clock };

static struct store *store_of(struct anchors *a)
{
	return ledgers_store(a->ledgers);
}

/* --- one run ------------------------------------------------------------------------ */

static int settings_load(struct anchors *a, struct arena *arena, struct anchor_settings *ret,
			 struct err *err)
{
	struct conn *c;
	int r = store_read_begin(store_of(a), &c, err);

	if (r < 0)
		return r;
	r = anchor_settings_read(a->ledgers, c, arena, ret, err);
	store_read_end(c);
	return r;
}

static int run_step(struct anchors *a, enum channel c, struct channel_state *st, uint64_t *ret_size,
		    struct err *err)
{
	struct anchor_settings set = { .smtp_secret = NULL };
	struct step s = { .store = store_of(a), .set = &set, .st = st };
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	buf_init(&s.note, 0);
	r = settings_load(a, &arena, &set, err);
	if (r == 0)
		r = store_checkpoint(s.store, &s.note, err);
	if (r == 0)
		r = checkpoint_peek(s.note.data, s.note.len, &s.head, err);
	if (r == 0 && anchor_configured(&set, c))
		r = steps[c](&s, err);
	*ret_size = s.head.size;
	anchor_settings_wipe(&set);
	buf_release(&s.note);
	arena_release(&arena);
	return r;
}

static int64_t retry_after(int64_t fails)
{
	int64_t seconds = RETRY_LEAST;

	while (--fails > 0 && seconds < RETRY_MOST)
		seconds *= 2;
	return (seconds < RETRY_MOST ? seconds : RETRY_MOST) * 1000000;
}

/* An alarm is a fact: it cannot be taken back by deleting the state. */
static void alarm_fact(struct anchors *a, enum channel c, const char *text)
{
	json_t *o = json_pack("{s:s,s:s}", "channel", channel_row(c)->name, "text", text);
	struct err err = { 0 };

	if (step_fact(store_of(a), "alarm", o, &err) < 0)
		sink_write(SINK_ERROR, "anchor-alarm-not-recorded", "channel=%s", channel_row(c)->name);
	json_decref(o);
}

static void note_success(enum channel c, struct channel_state *st, uint64_t size, int64_t now)
{
	st->ok_us = now;
	st->ok_size = (int64_t)size;
	st->fail_us = st->fails = 0;
	st->alarm = false;
	if (c != CHANNEL_CLOCK)
		st->text[0] = '\0';
	st->next_us = now + channel_row(c)->seconds * 1000000;
}

/* What somebody saw stays said until all is well: an ordinary failure that follows, a witness
 * that is switched off, must not hide it. It is one fact however often it is seen again. */
static void note_failure(struct anchors *a, enum channel c, struct channel_state *st,
			 const struct err *why, int64_t now)
{
	bool alarm = why->code == ERR_CORRUPT, was = st->alarm;

	st->fail_us = now;
	st->fails++;
	st->alarm = alarm || was;
	if (alarm || !was)
		(void)snprintf(st->text, sizeof st->text, "%s", why->text);
	st->next_us = now + retry_after(st->fails);
	sink_write(alarm ? SINK_ERROR : SINK_WARN, alarm ? "anchor-alarm" : "anchor-failed",
		   "channel=%s code=%d", channel_row(c)->name, why->code);
	if (alarm && !was)
		alarm_fact(a, c, st->text);
}

/* A stamp must be renewed while the certificate of the newest one still holds. */
static void renew_early(struct channel_state *st, int64_t now)
{
	if (st->ends_us && st->ends_us - now < RENEW_US)
		(void)snprintf(st->text, sizeof st->text,
			       "時刻認証局の証明書がまもなく終わります。新しい証明書で署名しているかを"
			       "時刻認証局に確かめてください");
}

/* A channel that nobody configured: what was known of it is of no use any more, but an alarm. */
static void note_nothing(struct channel_state *st, int64_t now)
{
	if (!st->alarm)
		memset(st, 0, sizeof *st);
	st->next_us = now + UNSET_SECONDS * 1000000;
}

/* What was put together from names and messages of others may end inside a character. */
static void text_whole(char *text)
{
	size_t bad;

	if (!utf8_valid(text, strlen(text), &bad))
		text[bad] = '\0';
}

static void state_keep(struct anchors *a, enum channel c, struct channel_state *st, bool on_disk)
{
	struct anchor_state copy;
	struct err err = { 0 };

	text_whole(st->who);
	text_whole(st->text);
	pthread_mutex_lock(&a->lock);
	a->state.channel[c] = *st;
	copy = a->state;
	pthread_mutex_unlock(&a->lock);
	if (!on_disk)
		return;
	if (anchor_state_write(store_path(store_of(a)), &copy, &err) < 0)
		sink_write(SINK_ERROR, "anchor-state-not-kept", "code=%d", err.code);
}

int anchors_run(struct anchors *a, enum channel c, struct err *err)
{
	struct channel_state st, before;
	struct err why = { 0 };
	uint64_t size = 0;
	int64_t now;
	int r;

	pthread_mutex_lock(&a->running);
	pthread_mutex_lock(&a->lock);
	before = st = a->state.channel[c];
	pthread_mutex_unlock(&a->lock);
	r = run_step(a, c, &st, &size, &why);
	now = clock_now_us();
	if (r > 0)
		note_success(c, &st, size, now);
	else if (r < 0)
		note_failure(a, c, &st, &why, now);
	else
		note_nothing(&st, now);
	if (c == CHANNEL_STAMP && r > 0)
		renew_early(&st, now);
	/* One that is not configured is no news every minute. */
	state_keep(a, c, &st, r != 0 || before.ok_us || before.fail_us);
	pthread_mutex_unlock(&a->running);
	if (r < 0 && err)
		*err = why;
	return r;
}

void anchors_state(struct anchors *a, struct anchor_state *ret)
{
	pthread_mutex_lock(&a->lock);
	*ret = a->state;
	pthread_mutex_unlock(&a->lock);
}

/* --- the thread ----------------------------------------------------------------------- */

static void watch_clock(struct anchors *a)
{
	int64_t now = clock_now_us(), step = clock_watch_look(&a->watch, now, clock_mono_us());
	struct err err = { 0 };
	json_t *o;

	if (!step)
		return;
	sink_write(SINK_WARN, "clock-step", "microseconds=%lld", (long long)step);
	o = json_pack("{s:I,s:I,s:b}", "step_us", (json_int_t)step, "after", (json_int_t)now, "back",
		      step < 0);
	if (step_fact(store_of(a), "clock-step", o, &err) < 0)
		sink_write(SINK_ERROR, "clock-step-not-recorded", "code=%d", err.code);
	json_decref(o);
	(void)anchors_run(a, CHANNEL_CLOCK, NULL);
}

/* False when it is time to end. */
static bool pause_for(struct anchors *a)
{
	struct timespec until;
	bool on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOOK_SECONDS;
	pthread_mutex_lock(&a->lock);
	if (!a->stop)
		(void)pthread_cond_timedwait(&a->wake, &a->lock, &until);
	on = !a->stop;
	pthread_mutex_unlock(&a->lock);
	return on;
}

/* A clock that was put back must not keep a channel waiting. */
static bool is_due(const struct channel_state *s, enum channel c, int64_t now)
{
	int64_t most = channel_row(c)->seconds > RETRY_MOST ? channel_row(c)->seconds : RETRY_MOST;

	return s->next_us <= now || s->next_us - now > most * 1000000 + INT64_C(60000000);
}

static void *keep(void *arg)
{
	struct anchors *a = arg;
	struct anchor_state now;
	int c;

	while (pause_for(a)) {
		watch_clock(a);
		anchors_state(a, &now);
		for (c = 0; c < CHANNEL_MAX; c++)
			if (is_due(&now.channel[c], (enum channel)c, clock_now_us()))
				(void)anchors_run(a, (enum channel)c, NULL);
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------------------- */

int anchors_new(struct ledgers *l, bool thread, struct anchors **ret, struct err *err)
{
	struct anchors *a = calloc(1, sizeof *a);
	pthread_condattr_t attr;

	if (!a || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(a);
		return err_nomem(err);
	}
	a->ledgers = l;
	anchor_state_read(store_path(store_of(a)), &a->state);
	pthread_mutex_init(&a->running, NULL);
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->wake, &attr);
	pthread_condattr_destroy(&attr);
	(void)clock_watch_look(&a->watch, clock_now_us(), clock_mono_us());
	if (thread && pthread_create(&a->thread, NULL, keep, a) != 0) {
		anchors_free(a);
		return err_nomem(err);
	}
	a->started = thread;
	*ret = a;
	return 0;
}

void anchors_free(struct anchors *a)
{
	if (!a)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->wake);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->running);
	free(a);
}
