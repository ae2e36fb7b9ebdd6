/* One transaction of the thread that keeps access events. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "store/evidence_core.h"
#include "store/evidence_load.h"

#define FAST_EVENTS 2048 /* so many wait: compress less */

/* The transaction at hand. */
struct run {
	struct evidence *ev;
	int64_t now, repeated;
	size_t rows;
	bool fast;
	struct buf rec;
};

/* --- months -------------------------------------------------------------------------- */

static int64_t time_next(const struct evidence *ev)
{
	int64_t now = ev->clock();

	/* A clock set back must not let the trail's time go back. */
	return now < ev->last_at ? ev->last_at : now;
}

void evidence_publish(struct evidence *ev, int64_t repeated)
{
	pthread_mutex_lock(&ev->lock);
	ev->done_month = ev->month;
	ev->done_edge = ev->safe;
	ev->done_repeated += repeated;
	pthread_mutex_unlock(&ev->lock);
}

static int month_begin(struct evidence *ev, const struct event_first *first, struct err *err)
{
	char path[PATH_MAX];
	struct conn *c = NULL;
	struct tree_edge edge;
	int64_t at;
	size_t i;
	int rc = month_path(ev->s, first->month, path, err);

	if (rc == 0 && file_exists(path))
		return err_set(err, ERR_CORRUPT,
			       "これから始める月の証跡のファイル %.300s がもうあります。"
			       "時計が進んでいたか、ほかから置かれたものです。確かめてください",
			       path);
	if (rc == 0)
		rc = month_create(ev->s, first, err);
	if (rc == 0)
		rc = month_open(ev->s, first->month, CONN_WRITER, &c, err);
	if (rc == 0)
		rc = month_load(c, &edge, &at, err);
	if (rc < 0) {
		conn_close(c);
		return rc;
	}
	/* The month before is at rest from here on; packs carry the key of their month. */
	for (i = 0; i < PACK_MAX; i++)
		pack_release(&ev->pack[i]);
	if (ev->conn)
		conn_checkpoint(ev->conn, true, NULL);
	conn_close(ev->conn);
	ev->conn = c;
	ev->month = first->month;
	ev->edge = ev->safe = edge;
	ev->last_at = at;
	ev->wal_last = 0;
	evidence_publish(ev, 0);
	return 0;
}

int evidence_roll(struct evidence *ev, struct err *err)
{
	struct event_first first = { .at_us = time_next(ev), .previous_month = ev->month };

	first.month = month_of_us(first.at_us);
	if (first.month == ev->month)
		return 0;
	month_origin(ev->s, first.month, first.origin);
	if (ev->month) {
		first.previous_size = (int64_t)ev->safe.size;
		tree_edge_root(&ev->safe, first.previous_root);
	}
	return month_begin(ev, &first, err);
}

/* --- one event ------------------------------------------------------------------------- */

/* The pack of a retention class. A lost key must not be replaced unseen. */
static int pack_of(struct run *run, const char *keep, struct pack **ret, struct err *err)
{
	struct evidence *ev = run->ev;
	struct month_key key;
	struct stmt *st;
	int64_t has = 0;
	size_t i;
	int rc;

	for (i = 0; i < PACK_MAX && ev->pack[i].keep[0]; i++)
		if (strcmp(ev->pack[i].keep, keep) == 0) {
			*ret = &ev->pack[i];
			return 0;
		}
	if (i == PACK_MAX)
		return err_set(err, ERR_LIMIT, "ひと月に使える保存区分は%dまでです", PACK_MAX);
	rc = evidence_key(ev, ev->month, keep, false, &key, err);
	if (rc == ERR_NOT_FOUND) {
		rc = stmt_begin(ev->conn, STMT_BLOCK_HAS, &st, err);
		if (rc < 0)
			return rc;
		stmt_text(st, 1, keep);
		rc = stmt_value(st, 0, &has, err);
		if (rc == 0 && has)
			rc = month_key_get(ev->s, ev->month, keep, false, &key, err);
		else if (rc == 0)
			rc = evidence_key(ev, ev->month, keep, true, &key, err);
	}
	if (rc == 0) {
		pack_begin(&ev->pack[i], keep, &key);
		*ret = &ev->pack[i];
	}
	bytes_wipe(&key, sizeof key);
	return rc;
}

static int leaf_add(struct run *run, const struct event_leaf *leaf, struct err *err)
{
	struct evidence *ev = run->ev;
	uint8_t hash[HASH_SIZE];
	struct stmt *st;
	int rc;

	buf_clear(&run->rec);
	event_leaf_write(leaf, &run->rec);
	if (buf_failed(&run->rec))
		return err_nomem(err);
	tree_leaf_hash(run->rec.data, run->rec.len, hash);
	rc = stmt_begin(ev->conn, STMT_LEAF_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, (int64_t)ev->edge.size);
	stmt_blob(st, 2, run->rec.data, run->rec.len);
	stmt_blob(st, 3, hash, sizeof hash);
	rc = stmt_run(st, err);
	if (rc == 0)
		rc = tree_rows_add(ev->conn, &ev->edge, hash, err);
	if (rc == 0)
		tree_edge_append(&ev->edge, hash);
	return rc;
}

static struct leaf_slice slice_of(const char *text)
{
	return (struct leaf_slice){ text, strlen(text) };
}

static int payload_add(struct run *run, const struct evidence_request *r, size_t i,
		       struct event_leaf *leaf, struct err *err)
{
	const struct evidence_event *e = &r->event[i];
	const struct prepared *p = &r->prepared[i];
	struct pack *pack = p->pack;
	int rc = 0;
	struct hash_part part[EVENT_PARTS] = {
		[EVENT_WHO] = { r->text.data + p->who, p->who_len },
		[EVENT_DETAIL] = { e->detail, e->detail_len },
		[EVENT_RAW] = { e->raw, e->raw_len },
	};

	if (pack->plain.len + p->who_len + e->detail_len + e->raw_len > PACK_PLAIN)
		rc = pack_write(pack, run->ev->conn, run->ev->month, run->fast, err);
	if (rc == 0)
		rc = pack_add(pack, (int64_t)run->ev->edge.size, part, leaf->commit, err);
	return rc;
}

static void row_add(struct run *run, const struct evidence_event *e, const struct prepared *p,
		    int64_t seq)
{
	struct evidence *ev = run->ev;
	struct tail_row row = { .at_us = e->at_us ? e->at_us : run->now,
				.seq = seq,
				.received_us = run->now,
				.counter = e->counter,
				.patient = p->patient,
				.user = p->user,
				.terminal = p->terminal,
				.month = ev->month,
				.source = p->source,
				.class = p->class,
				.outcome = p->outcome };

	ev->rows[run->rows++] = row;
}

static void receipt_set(const struct evidence_request *r, size_t i, const struct window_slot *slot,
			bool repeated)
{
	r->ret[i] = (struct evidence_receipt){ slot->month, slot->seq, slot->at_us, repeated,
					       slot->clash };
}

static int event_add(struct run *run, const struct evidence_request *r, size_t i, struct err *err)
{
	struct evidence *ev = run->ev;
	const struct evidence_event *e = &r->event[i];
	const struct prepared *p = &r->prepared[i];
	struct event_leaf leaf = { .at_us = run->now,
				   .counter = e->counter,
				   .class = slice_of(e->class),
				   .keep = slice_of(e->keep),
				   .source = slice_of(e->source) };
	struct window_slot slot = {
		.key = p->key, .month = ev->month, .seq = (int64_t)ev->edge.size, .at_us = run->now
	};
	const struct window_slot *known = window_find(&ev->window, &p->key, &slot.clash);
	int rc;

	if (known) {
		run->repeated++;
		receipt_set(r, i, known, true);
		return 0;
	}
	leaf.clash = slot.clash;
	rc = payload_add(run, r, i, &leaf, err);
	if (rc == 0)
		rc = leaf_add(run, &leaf, err);
	if (rc == 0)
		rc = window_add(&ev->window, &slot, err);
	if (rc == 0)
		row_add(run, e, p, slot.seq);
	receipt_set(r, i, &slot, false);
	return rc;
}

/* --- all of them --------------------------------------------------------------------------- */

/* A head may come after its month: then the file is no longer ours to write. */
static int note_keep(struct evidence *ev, const struct head_note *note, struct err *err)
{
	int rc;

	if (note->month != ev->month)
		return 0;
	rc = meta_set(ev->conn, "note", note->note.data, err);
	return rc < 0 ? rc : meta_set(ev->conn, "vkey", note->vkey, err);
}

static int requests_write(struct run *run, struct evidence_request *list, struct err *err)
{
	struct evidence *ev = run->ev;
	size_t i;
	int rc = 0;

	for (; rc == 0 && list; list = list->next) {
		if (list->note)
			rc = note_keep(ev, list->note, err);
		for (i = 0; rc == 0 && list->rc == 0 && i < list->count; i++)
			rc = event_add(run, list, i, err);
	}
	for (i = 0; rc == 0 && i < PACK_MAX && ev->pack[i].keep[0]; i++)
		rc = pack_write(&ev->pack[i], ev->conn, ev->month, run->fast, err);
	return rc;
}

/* What can be wrong with one call alone is found before anything is written. */
static int request_ready(struct run *run, struct evidence_request *r, struct err *err)
{
	struct words *words = &run->ev->words;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < r->count; i++) {
		const struct evidence_event *e = &r->event[i];
		const char *outcome = e->outcome ? e->outcome : "";
		struct prepared *p = &r->prepared[i];

		rc = pack_of(run, e->keep, &p->pack, err);
		if (rc == 0)
			rc = words_number(words, e->source, strlen(e->source), &p->source, err);
		if (rc == 0)
			rc = words_number(words, e->class, strlen(e->class), &p->class, err);
		if (rc == 0)
			rc = words_number(words, outcome, strlen(outcome), &p->outcome, err);
	}
	return rc;
}

static int requests_ready(struct run *run, struct evidence_request *list, struct err *err)
{
	for (; list; list = list->next) {
		list->rc = request_ready(run, list, &list->err);
		if (list->rc != ERR_IO && list->rc != ERR_NOMEM)
			continue;
		if (err)
			*err = list->err;
		return list->rc;
	}
	return 0;
}

static int rows_room(struct evidence *ev, const struct evidence_request *list, struct err *err)
{
	struct tail_row *grown;
	size_t count = 0;

	for (; list; list = list->next)
		count += list->count;
	if (count <= ev->rows_alloc)
		return 0;
	grown = reallocarray(ev->rows, count, sizeof *grown);
	if (!grown)
		return err_nomem(err);
	ev->rows = grown;
	ev->rows_alloc = count;
	return 0;
}

static struct source_state *source_get(struct evidence *ev, const char *name)
{
	struct source_state *s;

	for (s = ev->sources; s; s = s->next)
		if (strcmp(s->known.source, name) == 0)
			return s;
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	memccpy(s->known.source, name, '\0', sizeof s->known.source);
	s->known.last_counter = -1;
	s->next = ev->sources;
	ev->sources = s;
	return s;
}

/* Figures only: what memory does not hold is not counted. */
static void sources_count(struct evidence *ev, const struct evidence_request *list, int64_t now)
{
	struct source_state *s = NULL;
	size_t i;

	for (; list; list = list->next)
		for (i = 0; list->rc == 0 && i < list->count; i++) {
			const struct evidence_event *e = &list->event[i];

			if (!s || strcmp(s->known.source, e->source) != 0)
				s = source_get(ev, e->source);
			if (!s)
				continue;
			s->known.last_at_us = now; /* also a repeated one was heard */
			if (list->ret[i].repeated) {
				s->known.repeated++;
				continue;
			}
			s->known.events++;
			s->known.clashes += list->ret[i].clash;
			if (e->counter > s->known.last_counter)
				s->known.last_counter = e->counter;
		}
}

static void tx_done(struct run *run, const struct evidence_request *list)
{
	struct evidence *ev = run->ev;

	if (ev->edge.size != ev->safe.size)
		ev->last_at = run->now;
	ev->safe = ev->edge;
	pthread_mutex_lock(&ev->lock);
	sources_count(ev, list, run->now);
	ev->commits++;
	pthread_mutex_unlock(&ev->lock);
	evidence_publish(ev, run->repeated);
	tail_add(&ev->tail_rows, ev->rows, run->rows);
}

/* Nothing in memory may be ahead of the disk. */
static void tx_abandon(struct evidence *ev)
{
	size_t i;

	if (ev->conn && !sqlite3_get_autocommit(ev->conn->db))
		stmt_simple(ev->conn, STMT_ROLLBACK_WRITE, NULL);
	ev->edge = ev->safe;
	window_release(&ev->window);
	ev->window_loaded = false;
	for (i = 0; i < PACK_MAX && ev->pack[i].keep[0]; i++)
		ev->pack[i].count = 0;
}

static bool only_notes(const struct evidence_request *list)
{
	for (; list; list = list->next)
		if (!list->note)
			return false;
	return true;
}

static int tx_write(struct run *run, struct evidence_request *list, struct err *err)
{
	struct evidence *ev = run->ev;
	int rc = only_notes(list) && ev->month ? 0 : evidence_roll(ev, err);

	if (rc == 0 && !ev->window_loaded)
		rc = evidence_load_window(ev, err);
	if (rc == 0)
		rc = rows_room(ev, list, err);
	if (rc == 0)
		rc = requests_ready(run, list, err);
	if (rc < 0)
		return rc;
	run->now = time_next(ev);
	/* Between the two calls the month may have ended. */
	if (month_of_us(run->now) != ev->month)
		run->now = ev->last_at;
	rc = stmt_simple(ev->conn, STMT_BEGIN_WRITE, err);
	if (rc == 0)
		rc = requests_write(run, list, err);
	return rc < 0 ? rc : stmt_simple(ev->conn, STMT_COMMIT_WRITE, err);
}

int evidence_tx(struct evidence *ev, struct evidence_request *list, struct err *err)
{
	struct run run = { .ev = ev };
	int rc;

	buf_init(&run.rec, 0);
	pthread_mutex_lock(&ev->lock);
	run.fast = ev->waiting_events > FAST_EVENTS;
	pthread_mutex_unlock(&ev->lock);
	rc = tx_write(&run, list, err);
	if (rc == 0)
		tx_done(&run, list);
	else
		tx_abandon(ev);
	buf_release(&run.rec);
	return rc;
}
