/* The pool of reading connections. */
#include "store/core.h"

#include <errno.h>
#include <time.h>

#define WAIT_SECONDS 10

void readers_init(struct readers *r)
{
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->back, NULL);
}

void readers_release(struct readers *r)
{
	struct conn *c;

	while ((c = r->idle) != NULL) {
		r->idle = c->next;
		conn_close(c);
	}
	conn_close(r->keeper);
	pthread_cond_destroy(&r->back);
	pthread_mutex_destroy(&r->lock);
}

int readers_keep(struct store *s, struct err *err)
{
	int64_t size;
	int rc = store_conn_open(s, CONN_READER, &s->readers.keeper, err);

	return rc < 0 ? rc : store_size(s->readers.keeper, &size, err);
}

/* An idle connection in *ret, or NULL and the right to open one more. */
static int readers_take(struct readers *r, struct conn **ret, struct err *err)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&r->lock);
	while (rc == 0 && !r->idle && r->open_count >= STORE_READERS_MAX)
		rc = pthread_cond_timedwait(&r->back, &r->lock, &until);
	*ret = r->idle;
	if (r->idle) {
		r->idle = r->idle->next;
		r->idle_count--;
		rc = 0;
	} else if (rc == 0) {
		r->open_count++;
	}
	pthread_mutex_unlock(&r->lock);
	if (rc != 0)
		return err_set(
			err, ERR_BUSY,
			"画面の表示が混み合っています。しばらく待ってから再試行してください");
	return 0;
}

static void readers_give(struct readers *r, struct conn *c)
{
	bool keep;

	pthread_mutex_lock(&r->lock);
	keep = c && !c->broken && r->idle_count < STORE_READERS_IDLE;
	if (keep) {
		c->next = r->idle;
		r->idle = c;
		r->idle_count++;
	} else {
		r->open_count--;
	}
	pthread_cond_signal(&r->back);
	pthread_mutex_unlock(&r->lock);
	if (!keep)
		conn_close(c);
}

static int snapshot_begin(struct conn *c, struct err *err)
{
	int64_t size;
	int rc = stmt_simple(c, STMT_BEGIN_READ, err);

	/* SQLite takes the snapshot at the first read, not at BEGIN. */
	return rc < 0 ? rc : store_size(c, &size, err);
}

int store_read_begin(struct store *s, struct conn **ret, struct err *err)
{
	struct conn *c;
	int rc = readers_take(&s->readers, &c, err);

	if (rc < 0)
		return rc;
	if (!c)
		rc = store_conn_open(s, CONN_READER, &c, err);
	if (rc == 0)
		rc = snapshot_begin(c, err);
	if (rc < 0) {
		/* A connection that cannot even begin is not kept. */
		if (c)
			c->broken = c->broken ? c->broken : SQLITE_ERROR;
		readers_give(&s->readers, c);
		return rc;
	}
	*ret = c;
	return 0;
}

void store_read_end(struct conn *c)
{
	if (!c)
		return;
	conn_reset(c);
	if (stmt_simple(c, STMT_END_READ, NULL) < 0)
		c->broken = c->broken ? c->broken : SQLITE_ERROR;
	readers_give(&c->store->readers, c);
}
