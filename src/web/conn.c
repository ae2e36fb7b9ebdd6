#include "web/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

#define WATCH_EVERY_NS 250000000L

static void cut(struct web_conn *conn)
{
	/* Only shut down: the descriptor belongs to the connection's thread. */
	if (!conn->cut)
		shutdown(conn->fd, SHUT_RDWR);
	conn->cut = true;
}

static bool is_running(enum conn_phase phase)
{
	return phase == CONN_BODY || phase == CONN_HANDLE || phase == CONN_ANSWER;
}

static void wait_a_little(struct conns *c)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WATCH_EVERY_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&c->changed, &c->lock, &until);
}

static void *watch(void *arg)
{
	struct conns *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->stopped) {
		int64_t now = clock_mono_us();
		struct web_conn *conn;

		for (conn = c->head; conn; conn = conn->next)
			if (now >= conn->deadline_us)
				cut(conn);
		if (c->head)
			wait_a_little(c);
		else
			pthread_cond_wait(&c->changed, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int conns_start(struct conns *c, const unsigned seconds[CONN_PHASE_MAX], struct err *err)
{
	pthread_condattr_t attr;
	int i, r;

	memset(c, 0, sizeof *c);
	for (i = 0; i < CONN_PHASE_MAX; i++)
		c->allowed_us[i] = (int64_t)seconds[i] * 1000000;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &attr);
	pthread_condattr_destroy(&attr);
	r = pthread_create(&c->watcher, NULL, watch, c);
	if (r) {
		pthread_cond_destroy(&c->changed);
		pthread_mutex_destroy(&c->lock);
		return err_errno(err, r, "サーバーのスレッドを作れません");
	}
	return 0;
}

/* With the lock held. */
static void set_phase(struct conns *c, struct web_conn *conn, enum conn_phase phase)
{
	c->running -= is_running(conn->phase);
	c->running += is_running(phase);
	conn->phase = phase;
	conn->deadline_us =
		phase == CONN_HANDLE ? INT64_MAX : clock_mono_us() + c->allowed_us[phase];
	if (c->stopping && !is_running(phase))
		cut(conn);
}

struct web_conn *conns_add(struct conns *c, int fd)
{
	struct web_conn *conn = calloc(1, sizeof *conn);

	if (!conn) {
		shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	conn->fd = fd;
	pthread_mutex_lock(&c->lock);
	conn->next = c->head;
	if (c->head)
		c->head->prev = conn;
	else
		pthread_cond_broadcast(&c->changed);
	c->head = conn;
	set_phase(c, conn, CONN_HEAD);
	pthread_mutex_unlock(&c->lock);
	return conn;
}

void conns_remove(struct conns *c, struct web_conn *conn)
{
	if (!conn)
		return;
	pthread_mutex_lock(&c->lock);
	c->running -= is_running(conn->phase);
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		c->head = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	free(conn);
}

void conns_phase(struct conns *c, struct web_conn *conn, enum conn_phase phase)
{
	if (!conn)
		return;
	pthread_mutex_lock(&c->lock);
	set_phase(c, conn, phase);
	if (c->stopping)
		pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

bool conns_stopping(struct conns *c)
{
	bool stopping;

	pthread_mutex_lock(&c->lock);
	stopping = c->stopping;
	pthread_mutex_unlock(&c->lock);
	return stopping;
}

int conns_drain(struct conns *c, unsigned seconds)
{
	int64_t until = clock_mono_us() + (int64_t)seconds * 1000000;
	struct web_conn *conn;
	int left;

	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	for (conn = c->head; conn; conn = conn->next)
		if (!is_running(conn->phase))
			cut(conn);
	while (c->running && clock_mono_us() < until)
		wait_a_little(c);
	left = (int)c->running;
	for (conn = c->head; conn; conn = conn->next)
		cut(conn);
	pthread_mutex_unlock(&c->lock);
	return left;
}

void conns_stop(struct conns *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopped = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->watcher, NULL);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
}
