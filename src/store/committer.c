/*
 * The committer: one thread that takes every waiting write, makes one
 * transaction of them, and wakes the callers when it is on disk.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/sink.h"
#include "store/core.h"
#include "store/publish.h"

#define WAL_PAGES 1000	    /* log length at which it is moved into the database */
#define WAL_PAGES_MAX 16000 /* length at which readers are waited for */
#define PUBLISH_SECONDS 10  /* how long facts stay without a signed checkpoint */
#define RETRY_SECONDS 1	    /* how often writing is tried again after a failure */

/* --- failure and recovery ----------------------------------------------------------- */

static void set_writable(struct committer *m, bool writable, const struct err *why)
{
	pthread_mutex_lock(&m->lock);
	m->writable = writable;
	if (why)
		m->why = *why;
	pthread_mutex_unlock(&m->lock);
}

static int rows_load(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	struct stmt *st;
	int rc = tree_rows_load(m->conn, &m->edge, &m->last_at, err);

	m->safe = m->edge;
	if (rc == 0)
		rc = stmt_begin(m->conn, STMT_KEY_LAST, &st, err);
	if (rc == 0)
		rc = stmt_value(st, 0, &m->key_count, err);
	return rc < 0 ? rc : publish_load(s, err);
}

int committer_load(struct store *s, struct err *err)
{
	int rc = store_conn_open(s, CONN_WRITER, &s->commit.conn, err);

	if (rc == 0)
		rc = rows_load(s, err);
	s->commit.wal_next = WAL_PAGES;
	return rc;
}

/* What was acknowledged must still be there, unchanged, after reopening. */
static int acknowledged_check(struct store *s, const struct tree_edge *acknowledged,
			      struct err *err)
{
	struct committer *m = &s->commit;
	struct tree_source source = store_tree(m->conn);
	uint8_t want[HASH_SIZE], have[HASH_SIZE];
	int rc = 0;

	tree_edge_root(acknowledged, want);
	if (m->edge.size >= acknowledged->size)
		rc = tree_root_at(&source, acknowledged->size, have, err);
	if (rc < 0)
		return rc;
	if (m->edge.size >= acknowledged->size && memcmp(want, have, HASH_SIZE) == 0)
		return 0;
	m->dead = true;
	return err_set(err, ERR_CORRUPT,
		       "確定したはずの記録（受付番号 %llu まで）がディスクに見当たりません。"
		       "書き込みを止めました。改ざん検査（daicho verify）をし、"
		       "バックアップから復元してください",
		       (unsigned long long)acknowledged->size - 1);
}

static int probe(struct tx *tx, void *arg, struct err *err)
{
	char text[32];

	(void)arg;
	time_rfc3339(tx->now, text, sizeof text);
	return meta_set(tx->c, "resumed", text, err);
}

/* Closes and reopens the database, rebuilds the edge from the rows and proves
 * by a write of its own that writing works again. */
static int recover(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	struct tree_edge acknowledged = m->safe;
	bool room;
	int rc;

	if (m->dead)
		return ERR_CORRUPT;
	conn_close(m->conn);
	m->conn = NULL;
	/* With some room back, the log can move into the database and shrink. */
	room = folder_reserve_drop(&s->folder);
	rc = committer_load(s, err);
	if (rc == 0)
		rc = acknowledged_check(s, &acknowledged, err);
	if (rc == 0 && room)
		rc = conn_checkpoint(m->conn, true, err);
	if (rc == 0)
		rc = tx_alone(s, probe, NULL, err);
	if (rc < 0) {
		m->edge = m->safe = acknowledged;
		return rc;
	}
	/* Not before there is a reserve again: the next full disk needs it. */
	rc = folder_reserve(&s->folder, err);
	if (rc < 0)
		return rc;
	sink_write(SINK_INFO, "write-resumed", "size=%llu", (unsigned long long)m->edge.size);
	return 0;
}

static void recover_try(struct store *s)
{
	struct err err = { 0 };

	if (recover(s, &err) == 0)
		set_writable(&s->commit, true, NULL);
	else if (err.code != 0)
		set_writable(&s->commit, false, &err);
}

/* --- the thread ---------------------------------------------------------------------- */

static void change_wake(struct change *list, bool publishers)
{
	struct change *next;

	/* The caller's stack may be gone as soon as it is woken. */
	for (; list; list = next) {
		next = list->next;
		if ((list->fn == NULL) == publishers)
			sem_post(&list->done);
	}
}

static void batch_refuse(struct change *list, const struct err *why, bool tried)
{
	struct change *ch;

	for (ch = list; ch; ch = ch->next) {
		ch->rc = err_set(&ch->err, ERR_IO,
				 tried ? "登録を確定できませんでした。保存されていません。"
					 "原因を取り除いてから、もう一度登録してください（%.400s）"
				       : "いまは登録できません。原因を取り除いてから、"
					 "もう一度登録してください（%.400s）",
				 why->text);
		ch->err.sys = why->sys;
	}
}

/* Moves the log into the database now and then. Callers are awake by now, so
 * it delays only the next transaction. */
static void wal_tend(struct store *s)
{
	struct committer *m = &s->commit;
	struct conn *c = m->conn;
	struct err err = { 0 };

	if (c->wal_pages < m->wal_last)
		m->wal_next = WAL_PAGES; /* it started anew */
	m->wal_last = c->wal_pages;
	if (c->wal_pages < m->wal_next)
		return;
	if (conn_checkpoint(c, c->wal_pages > WAL_PAGES_MAX, &err) < 0)
		set_writable(m, false, &err);
	/* A reader may keep part of the log busy: try again some pages later. */
	m->wal_next = c->wal_pages + WAL_PAGES;
}

static bool is_writable(struct committer *m, struct err *ret_why)
{
	bool writable;

	pthread_mutex_lock(&m->lock);
	writable = m->writable;
	if (!writable)
		*ret_why = m->why;
	pthread_mutex_unlock(&m->lock);
	return writable;
}

static void batch_fail(struct store *s, struct change *list, struct err *why)
{
	sink_write(SINK_ERROR, "write-failed", "code=%d sqlite=%d", why->code,
		   s->commit.conn ? s->commit.conn->broken : 0);
	set_writable(&s->commit, false, why);
	batch_refuse(list, why, true);
}

static bool has_publisher(const struct change *list)
{
	for (; list; list = list->next)
		if (!list->fn)
			return true;
	return false;
}

static void batch_publish(struct store *s, struct change *list)
{
	struct change *ch;
	struct err why = { 0 };
	int rc = publish_now(s, &why);

	for (ch = list; ch; ch = ch->next) {
		if (ch->fn)
			continue;
		ch->rc = rc;
		ch->err = why;
		ch->receipt.at_us = s->commit.note_at;
		if (rc == 0)
			buf_add(ch->note, s->commit.note.data, s->commit.note.len);
	}
	if (rc < 0)
		set_writable(&s->commit, false, &why);
}

/* Splits the publishers from the writers, whose callers are woken first. */
static struct change *take_publishers(struct change **list)
{
	struct change *publishers = NULL, **at = list;

	while (*at) {
		struct change *ch = *at;

		if (ch->fn) {
			at = &ch->next;
			continue;
		}
		*at = ch->next;
		ch->next = publishers;
		publishers = ch;
	}
	return publishers;
}

static void batch_run(struct store *s, struct change *list)
{
	struct committer *m = &s->commit;
	struct change *publishers;
	struct err why = { 0 };
	int rc;

	if (!is_writable(m, &why))
		recover_try(s);
	/* Before anybody is woken: a list must not be walked again after that. */
	publishers = take_publishers(&list);
	if (!is_writable(m, &why)) {
		batch_refuse(list, &why, false);
		batch_refuse(publishers, &why, false);
		change_wake(list, false);
		change_wake(publishers, true);
		return;
	}
	rc = publish_rotate(s, &why);
	if (rc == 0 && list)
		rc = tx_batch(s, list, &why);
	if (rc < 0) {
		batch_fail(s, list, &why);
		batch_fail(s, publishers, &why);
	}
	change_wake(list, false);
	if (rc == 0 && has_publisher(publishers))
		batch_publish(s, publishers);
	change_wake(publishers, true);
	if (rc == 0)
		wal_tend(s);
	else
		recover_try(s);
}

/* Waits for writes; also ends when it is time to sign or to try again. */
static void batch_wait(struct committer *m, bool dirty)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += m->writable ? PUBLISH_SECONDS : RETRY_SECONDS;
	while (!m->head && !m->stop) {
		if (m->writable && !dirty)
			pthread_cond_wait(&m->wake, &m->lock);
		else if (pthread_cond_timedwait(&m->wake, &m->lock, &until) == ETIMEDOUT)
			break;
	}
}

/* Everything that waits, up to a limit; NULL if nothing does. */
static struct change *batch_take(struct committer *m, bool dirty, bool *ret_stop)
{
	struct change *list, *last = NULL;
	size_t n = 0;

	pthread_mutex_lock(&m->lock);
	batch_wait(m, dirty);
	*ret_stop = m->stop && !m->head;
	list = m->head;
	for (; m->head && n < STORE_BATCH_MAX; n++) {
		last = m->head;
		m->head = last->next;
	}
	if (last)
		last->next = NULL;
	if (!m->head)
		m->tail = NULL;
	m->waiting -= n;
	pthread_mutex_unlock(&m->lock);
	return list;
}

static bool is_dirty(const struct committer *m)
{
	return m->note_size != (int64_t)m->edge.size;
}

/* Nothing stays unsigned for long, even if nobody asks for a checkpoint: what is
 * signed and anchored cannot be cut off unseen. */
static void publish_due(struct store *s, bool now)
{
	struct committer *m = &s->commit;
	struct err err = { 0 };

	if (!is_writable(m, &err) || !is_dirty(m) ||
	    (!now && clock_now_us() - m->note_at < PUBLISH_SECONDS * 1000000LL))
		return;
	if (publish_rotate(s, &err) < 0 || publish_now(s, &err) < 0)
		set_writable(m, false, &err);
}

static void *committer_main(void *arg)
{
	struct store *s = arg;
	struct committer *m = &s->commit;
	bool stop = false;

	while (!stop) {
		struct change *list = batch_take(m, is_dirty(m), &stop);
		struct err why;

		if (list)
			batch_run(s, list);
		else if (!stop && !is_writable(m, &why))
			recover_try(s);
		publish_due(s, stop);
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------------------ */

void committer_init(struct committer *m)
{
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->wake, NULL);
	buf_init(&m->note, 0);
}

int committer_start(struct store *s, struct err *err)
{
	/* On a full disk it starts for reading, and writes as soon as there is room. */
	s->commit.writable = folder_reserve(&s->folder, &s->commit.why) == 0;
	if (pthread_create(&s->commit.thread, NULL, committer_main, s) != 0)
		return err_nomem(err);
	s->commit.started = true;
	return 0;
}

void committer_stop(struct store *s)
{
	struct committer *m = &s->commit;

	if (!m->started)
		return;
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	m->started = false;
}

void committer_release(struct store *s)
{
	struct committer *m = &s->commit;

	/* Nothing is lost if this fails: the log is read again at the next start. */
	if (m->conn && m->conn->role == CONN_WRITER)
		conn_checkpoint(m->conn, true, NULL);
	conn_close(m->conn);
	m->conn = NULL;
	note_key_wipe(&m->signer);
	buf_release(&m->note);
	pthread_cond_destroy(&m->wake);
	pthread_mutex_destroy(&m->lock);
}

/* --- calling ------------------------------------------------------------------------------ */

static int enqueue(struct committer *m, struct change *ch, struct err *err)
{
	bool full;

	pthread_mutex_lock(&m->lock);
	full = m->waiting >= STORE_QUEUE_MAX;
	if (!full) {
		if (m->tail)
			m->tail->next = ch;
		else
			m->head = ch;
		m->tail = ch;
		m->waiting++;
		pthread_cond_signal(&m->wake);
	}
	pthread_mutex_unlock(&m->lock);
	if (full)
		return err_set(
			err, ERR_BUSY,
			"登録が混み合っています。しばらく待ってから、もう一度登録してください");
	return 0;
}

int committer_call(struct store *s, struct change *ch, struct err *err)
{
	int rc;

	if (s->flags & STORE_READONLY)
		return err_set(err, ERR_DENIED,
			       "読み取り専用で開いているため、登録できません。"
			       "サーバーの画面から登録してください");
	if (sem_init(&ch->done, 0, 0) != 0)
		return err_nomem(err);
	rc = enqueue(&s->commit, ch, err);
	if (rc == 0) {
		while (sem_wait(&ch->done) != 0 && errno == EINTR)
			;
		rc = ch->rc;
		if (rc < 0 && err)
			*err = ch->err;
	}
	sem_destroy(&ch->done);
	return rc;
}

static int write_change(struct store *s, struct change *ch, struct receipt *ret, struct err *err)
{
	int rc = committer_call(s, ch, err);

	if (rc == 0 && ret)
		*ret = ch->receipt;
	return rc;
}

int store_write(struct store *s, const char *key, tx_fn fn, void *arg, struct receipt *ret,
		struct err *err)
{
	struct change ch = { .fn = fn, .arg = arg, .key = key };

	return write_change(s, &ch, ret, err);
}

int store_write_repeatable(struct store *s, const char *key, tx_fn fn, void *arg,
			   struct receipt *ret, struct err *err)
{
	struct change ch = { .fn = fn, .arg = arg, .key = key, .repeatable = true };

	return write_change(s, &ch, ret, err);
}

bool store_writable(const struct store *s, struct err *err)
{
	/* The lock is the only part that changes. */
	struct committer *m = (struct committer *)(uintptr_t)&s->commit;
	struct err why;

	if (s->flags & STORE_READONLY) {
		err_set(err, ERR_DENIED, "読み取り専用で開いています");
		return false;
	}
	if (is_writable(m, &why))
		return true;
	if (err)
		*err = why;
	return false;
}
