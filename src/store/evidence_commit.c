/* The thread that makes access events durable: takes all that waits, no timer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/sink.h"
#include "store/evidence_core.h"

#define WAL_PAGES 4000	    /* log length at which it is moved into the file */
#define WAL_PAGES_MAX 32000 /* length at which readers are waited for */
#define RETRY_SECONDS 1
#define BATCH_EVENTS 8192
#define BATCH_BYTES ((size_t)16 * 1024 * 1024)

/* --- loading and recovery --------------------------------------------------------- */

int evidence_commit_load(struct evidence *ev, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(ev->s, months, err), rc;

	if (count <= 0) {
		tree_edge_init(&ev->edge);
		ev->safe = ev->edge;
		ev->month = 0;
		return count;
	}
	ev->month = months[count - 1];
	rc = month_open(ev->s, ev->month, CONN_WRITER, &ev->conn, err);
	if (rc == 0)
		rc = month_load(ev->conn, &ev->edge, &ev->last_at, err);
	ev->safe = ev->edge;
	ev->wal_next = WAL_PAGES;
	return rc;
}

static void set_writable(struct evidence *ev, bool writable, const struct err *why)
{
	pthread_mutex_lock(&ev->lock);
	ev->writable = writable;
	if (why)
		ev->why = *why;
	pthread_mutex_unlock(&ev->lock);
}

/* What was acknowledged must still be there, unchanged, after reopening. */
static int acknowledged_check(struct evidence *ev, int month, const struct tree_edge *acknowledged,
			      struct err *err)
{
	uint8_t want[HASH_SIZE], have[HASH_SIZE];
	int rc = 0;

	if (acknowledged->size == 0)
		return 0;
	tree_edge_root(acknowledged, want);
	if (ev->month == month && ev->edge.size >= acknowledged->size) {
		struct tree_source source = store_tree(ev->conn);

		rc = tree_root_at(&source, acknowledged->size, have, err);
		if (rc < 0)
			return rc;
		if (memcmp(want, have, HASH_SIZE) == 0)
			return 0;
	}
	/* A newer month was made before the failure: the old one was complete. */
	if (ev->month > month)
		return 0;
	ev->dead = true;
	return err_set(err, ERR_CORRUPT,
		       "確定したはずの証跡（%d年%d月の%llu件目まで）がディスクに見当たりません。"
		       "取り込みを止めました。改ざん検査（daicho verify）をし、"
		       "バックアップから復元してください",
		       month / 100, month % 100, (unsigned long long)acknowledged->size);
}

static int probe(struct evidence *ev, struct err *err)
{
	char text[32];
	int rc;

	if (!ev->conn)
		return 0;
	time_rfc3339(ev->clock(), text, sizeof text);
	rc = stmt_simple(ev->conn, STMT_BEGIN_WRITE, err);
	if (rc == 0)
		rc = meta_set(ev->conn, "resumed", text, err);
	return rc < 0 ? rc : stmt_simple(ev->conn, STMT_COMMIT_WRITE, err);
}

static int reopen(struct evidence *ev, struct err *err)
{
	struct tree_edge acknowledged = ev->safe;
	int month = ev->month, rc;
	bool room;
	size_t i;

	conn_close(ev->conn);
	ev->conn = NULL;
	/* The month may be another one from here on; packs carry the key of theirs. */
	for (i = 0; i < PACK_MAX; i++)
		pack_release(&ev->pack[i]);
	window_release(&ev->window);
	ev->window_loaded = false;
	/* With some room back, the log can move into the file and shrink. */
	room = folder_reserve_drop(&ev->s->folder);
	rc = evidence_commit_load(ev, err);
	if (rc >= 0)
		rc = acknowledged_check(ev, month, &acknowledged, err);
	if (rc == 0 && room && ev->conn)
		rc = conn_checkpoint(ev->conn, true, err);
	if (rc == 0)
		rc = probe(ev, err);
	if (rc < 0) {
		ev->month = month;
		ev->edge = ev->safe = acknowledged;
		return rc;
	}
	return folder_reserve(&ev->s->folder, err);
}

static void recover(struct evidence *ev)
{
	struct err err = { 0 };
	int rc = ev->dead ? ERR_CORRUPT : reopen(ev, &err);

	if (rc == 0) {
		/* What survived without being acknowledged is there for readers too. */
		evidence_publish(ev, 0);
		tail_lost(&ev->tail_rows, (struct mark){ ev->month, (int64_t)ev->edge.size - 1 });
		sink_write(SINK_INFO, "trail-resumed", "month=%d size=%llu", ev->month,
			   (unsigned long long)ev->edge.size);
		set_writable(ev, true, NULL);
	} else if (err.code != 0) {
		set_writable(ev, false, &err);
	}
}

/* --- the thread ----------------------------------------------------------------------- */

static void requests_wake(struct evidence_request *list)
{
	struct evidence_request *next;

	/* The caller's stack may be gone as soon as it is woken. */
	for (; list; list = next) {
		next = list->next;
		sem_post(&list->done);
	}
}

static void requests_refuse(struct evidence_request *list, const struct err *why, bool tried)
{
	for (; list; list = list->next)
		list->rc = err_set(&list->err, ERR_IO,
				   tried ? "証跡を確定できませんでした。保存されていません。原因を"
					   "取り除いてから、もう一度送ってください（%.400s）"
					 : "いまは証跡を取り込めません。原因を取り除いてから、"
					   "もう一度送ってください（%.400s）",
				   why->text);
}

/* Moves the log into the file now and then; callers are awake by now. */
static void wal_tend(struct evidence *ev)
{
	struct conn *c = ev->conn;
	struct err err = { 0 };

	if (!c)
		return;
	if (c->wal_pages < ev->wal_last)
		ev->wal_next = WAL_PAGES; /* it started anew */
	ev->wal_last = c->wal_pages;
	if (c->wal_pages < ev->wal_next)
		return;
	if (conn_checkpoint(c, c->wal_pages > WAL_PAGES_MAX, &err) < 0)
		set_writable(ev, false, &err);
	ev->wal_next = c->wal_pages + WAL_PAGES;
}

static bool is_writable(struct evidence *ev, struct err *ret_why)
{
	bool writable;

	pthread_mutex_lock(&ev->lock);
	writable = ev->writable;
	if (!writable && ret_why)
		*ret_why = ev->why;
	pthread_mutex_unlock(&ev->lock);
	return writable;
}

static void batch_run(struct evidence *ev, struct evidence_request *list)
{
	struct err why = { 0 };
	int rc;

	if (!is_writable(ev, NULL))
		recover(ev);
	if (!is_writable(ev, &why)) {
		requests_refuse(list, &why, false);
		requests_wake(list);
		return;
	}
	rc = evidence_tx(ev, list, &why);
	if (rc < 0) {
		sink_write(SINK_ERROR, "trail-failed", "code=%d sqlite=%d", why.code,
			   ev->conn ? ev->conn->broken : 0);
		set_writable(ev, false, &why);
		requests_refuse(list, &why, true);
	}
	requests_wake(list);
	if (rc == 0)
		wal_tend(ev);
	else
		recover(ev);
}

static void batch_wait(struct evidence *ev)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RETRY_SECONDS;
	while (!ev->head && !ev->stop) {
		if (ev->writable)
			pthread_cond_wait(&ev->wake, &ev->lock);
		else if (pthread_cond_timedwait(&ev->wake, &ev->lock, &until) == ETIMEDOUT)
			break;
	}
}

/* Everything that waits, up to a limit; NULL if nothing does. */
static struct evidence_request *batch_take(struct evidence *ev, bool *ret_stop)
{
	struct evidence_request *list, *last = NULL;
	size_t events = 0, bytes = 0;

	pthread_mutex_lock(&ev->lock);
	batch_wait(ev);
	*ret_stop = ev->stop && !ev->head;
	list = ev->head;
	while (ev->head && (!last || (events + ev->head->count <= BATCH_EVENTS &&
				      bytes + ev->head->bytes <= BATCH_BYTES))) {
		last = ev->head;
		events += last->count;
		bytes += last->bytes;
		ev->head = last->next;
	}
	if (last)
		last->next = NULL;
	if (!ev->head)
		ev->tail = NULL;
	ev->waiting_events -= events;
	ev->waiting_bytes -= bytes;
	pthread_mutex_unlock(&ev->lock);
	return list;
}

void *evidence_commit_main(void *arg)
{
	struct evidence *ev = arg;
	bool stop = false;

	while (!stop) {
		struct evidence_request *list = batch_take(ev, &stop);

		if (list)
			batch_run(ev, list);
		else if (!stop && !is_writable(ev, NULL))
			recover(ev);
	}
	return NULL;
}

void evidence_commit_release(struct evidence *ev)
{
	size_t i;

	/* Nothing is lost if this fails: the log is read again at the next start. */
	if (ev->conn)
		conn_checkpoint(ev->conn, true, NULL);
	conn_close(ev->conn);
	ev->conn = NULL;
	window_release(&ev->window);
	ev->window_loaded = false;
	for (i = 0; i < PACK_MAX; i++)
		pack_release(&ev->pack[i]);
	free(ev->rows);
	ev->rows = NULL;
	ev->rows_alloc = 0;
}

/* --- calling ----------------------------------------------------------------------------- */

static int enqueue(struct evidence *ev, struct evidence_request *r, struct err *err)
{
	bool full;

	pthread_mutex_lock(&ev->lock);
	full = ev->waiting_events + r->count > EVIDENCE_QUEUE_EVENTS ||
	       (ev->waiting_bytes && ev->waiting_bytes + r->bytes > EVIDENCE_QUEUE_BYTES);
	if (!full) {
		if (ev->tail)
			ev->tail->next = r;
		else
			ev->head = r;
		ev->tail = r;
		ev->waiting_events += r->count;
		ev->waiting_bytes += r->bytes;
		pthread_cond_signal(&ev->wake);
	}
	pthread_mutex_unlock(&ev->lock);
	if (full)
		return err_set(err, ERR_BUSY,
			       "証跡の取り込みが混み合っています。しばらく待ってから、"
			       "もう一度送ってください");
	return 0;
}

int evidence_commit_call(struct evidence *ev, struct evidence_request *r, struct err *err)
{
	int rc;

	if (sem_init(&r->done, 0, 0) != 0)
		return err_nomem(err);
	rc = enqueue(ev, r, err);
	if (rc == 0) {
		while (sem_wait(&r->done) != 0 && errno == EINTR)
			;
		rc = r->rc;
		if (rc < 0 && err)
			*err = r->err;
	}
	sem_destroy(&r->done);
	return rc;
}

int evidence_append(struct store *s, const struct evidence_event *events, size_t count,
		    struct evidence_receipt *ret, struct err *err)
{
	struct evidence_request r = { .event = events, .count = count };
	int rc = evidence_start(s->evidence, err);

	if (rc < 0 || count == 0)
		return rc;
	rc = request_prepare(s->evidence, &r, err);
	if (rc == 0)
		rc = evidence_commit_call(s->evidence, &r, err);
	if (rc == 0 && ret)
		memcpy(ret, r.ret, count * sizeof *ret);
	request_release(&r);
	return rc;
}

bool evidence_writable(struct store *s, struct err *err)
{
	struct evidence *ev = s->evidence;

	return evidence_start(ev, err) == 0 && is_writable(ev, err);
}
