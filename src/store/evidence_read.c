#include "store/evidence_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/evidence_fact.h"
#include "store/evidence_who.h"

/* --- readers ------------------------------------------------------------------------ */

static void reader_free(struct month_reader *r)
{
	size_t i;

	for (i = 0; i < READER_BLOCKS; i++) {
		if (r->block[i].plain.data)
			bytes_wipe(r->block[i].plain.data, r->block[i].plain.alloc);
		buf_release(&r->block[i].plain);
		bytes_wipe(&r->block[i].key, sizeof r->block[i].key);
	}
	conn_close(r->c);
	free(r);
}

/* An idle reader of the month, or NULL. */
static struct month_reader *idle_take(struct evidence *ev, int month)
{
	struct month_reader **at, *r = NULL;

	pthread_mutex_lock(&ev->readers_lock);
	for (at = &ev->reader_idle; *at; at = &(*at)->next)
		if ((*at)->month == month) {
			r = *at;
			*at = r->next;
			ev->reader_count--;
			break;
		}
	pthread_mutex_unlock(&ev->readers_lock);
	return r;
}

/* Keeps it; the one idle for longest goes if there are too many. */
static void idle_give(struct evidence *ev, struct month_reader *r)
{
	struct month_reader **at, *drop = NULL;

	pthread_mutex_lock(&ev->readers_lock);
	r->next = ev->reader_idle;
	ev->reader_idle = r;
	if (++ev->reader_count > EVIDENCE_READERS_IDLE) {
		for (at = &ev->reader_idle; (*at)->next; at = &(*at)->next)
			;
		drop = *at;
		*at = NULL;
		ev->reader_count--;
	}
	pthread_mutex_unlock(&ev->readers_lock);
	if (drop)
		reader_free(drop);
}

void readers_drop(struct evidence *ev, int month)
{
	struct month_reader **at, *list = NULL, *r;

	pthread_mutex_lock(&ev->readers_lock);
	for (at = &ev->reader_idle; (r = *at) != NULL;) {
		if (month && r->month != month) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		r->next = list;
		list = r;
		ev->reader_count--;
	}
	pthread_mutex_unlock(&ev->readers_lock);
	while ((r = list) != NULL) {
		list = r->next;
		reader_free(r);
	}
}

static int reader_new(struct evidence *ev, int month, struct month_reader **ret, struct err *err)
{
	struct month_reader *r = calloc(1, sizeof *r);
	size_t i;
	int rc;

	if (!r)
		return err_nomem(err);
	r->ev = ev;
	r->month = month;
	for (i = 0; i < READER_BLOCKS; i++)
		buf_init(&r->block[i].plain, PACK_PLAIN_MAX);
	rc = month_open(ev->s, month, CONN_READER, &r->c, err);
	if (rc < 0) {
		reader_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

int reader_begin(struct evidence *ev, int month, struct month_reader **ret, struct err *err)
{
	struct month_reader *r = idle_take(ev, month);
	int rc = r ? 0 : reader_new(ev, month, &r, err);

	if (rc < 0)
		return rc;
	rc = stmt_simple(r->c, STMT_BEGIN_READ, err);
	/* SQLite takes the snapshot at the first read, not at BEGIN. */
	if (rc == 0)
		rc = store_size(r->c, &r->size, err);
	if (rc < 0) {
		reader_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

void reader_end(struct month_reader *r)
{
	if (!r)
		return;
	conn_reset(r->c);
	if (stmt_simple(r->c, STMT_END_READ, NULL) < 0 || r->c->broken)
		reader_free(r);
	else
		idle_give(r->ev, r);
}

/* --- payloads ------------------------------------------------------------------------- */

/* The opened block that holds the event, or the one to open it in. */
static struct opened_block *block_slot(struct month_reader *r, int64_t seq, const char *keep,
				       bool *ret_has)
{
	struct opened_block *oldest = &r->block[0];
	size_t i;

	for (i = 0; i < READER_BLOCKS; i++) {
		struct opened_block *b = &r->block[i];

		if (strcmp(b->keep, keep) == 0 && b->first <= seq && seq <= b->last) {
			*ret_has = true;
			return b;
		}
		if (b->used < oldest->used)
			oldest = b;
	}
	*ret_has = false;
	return oldest;
}

/* 1 if opened, 0 if there is no such block or key. */
static int block_load(struct month_reader *r, int64_t seq, const char *keep, struct opened_block *b,
		      struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(r->c, STMT_BLOCK_OF, &st, err);

	b->keep[0] = '\0';
	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_text(st, 2, keep);
	rc = stmt_step(st, err);
	if (rc <= 0)
		return rc;
	block_row_read(st, &b->row);
	if (b->row.last < seq)
		return 0;
	rc = evidence_key(r->ev, r->month, keep, false, &b->key, err);
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	buf_clear(&b->plain);
	rc = block_open(&b->row, r->month, &b->key, &b->plain, err);
	if (rc < 0)
		return rc;
	memccpy(b->keep, keep, '\0', sizeof b->keep);
	b->first = b->row.first;
	b->last = b->row.last;
	b->row.keep = b->keep;
	b->row.body = NULL;
	block_walk_init(&b->walk, &b->row, &b->plain);
	return 1;
}

/* Is the event at hand what its leaf says? */
static int payload_check(const struct month_reader *r, const struct opened_block *b,
			 const struct event_leaf *leaf, struct err *err)
{
	const struct block_walk *w = &b->walk;
	uint8_t commit[EVENT_PARTS][HASH_SIZE], whole[HASH_SIZE];
	int i;

	for (i = 0; i < EVENT_PARTS; i++)
		event_part_commit(b->key.salt, w->seq, (enum event_part)i, w->part[i].data,
				  w->part[i].len, commit[i]);
	event_commit((const uint8_t(*)[HASH_SIZE])commit, whole);
	if (memcmp(whole, leaf->commit, HASH_SIZE) == 0)
		return 0;
	return err_set(err, ERR_CORRUPT,
		       "%d年%d月の証跡 %lld 番目の内容が、記録された時の内容と違います"
		       "（書き換えまたは破損）",
		       r->month / 100, r->month % 100, (long long)w->seq);
}

/* Goes on to the event in an opened block. 1 if it is there. */
static int block_seek(struct opened_block *b, int64_t seq, struct err *err)
{
	struct block_walk *w = &b->walk;
	int rc = 1;

	if (w->begun && w->seq == seq)
		return 1;
	if (w->begun && w->seq > seq)
		block_walk_init(w, &b->row, &b->plain);
	while ((rc = block_walk_next(w, err)) > 0 && w->seq < seq)
		;
	return rc <= 0 ? rc : w->seq == seq;
}

static void keep_copy(const struct event_leaf *leaf, char ret[EVENT_NAME_MAX + 1])
{
	memcpy(ret, leaf->keep.data, leaf->keep.len);
	ret[leaf->keep.len] = '\0';
}

int reader_payload(struct month_reader *r, int64_t seq, const struct event_leaf *leaf,
		   struct hash_part ret[EVENT_PARTS], struct err *err)
{
	char keep[EVENT_NAME_MAX + 1];
	struct opened_block *b;
	bool has;
	int rc = 1;

	keep_copy(leaf, keep);
	b = block_slot(r, seq, keep, &has);
	if (!has)
		rc = block_load(r, seq, keep, b, err);
	b->used = ++r->clock;
	if (rc > 0)
		rc = block_seek(b, seq, err);
	if (rc <= 0)
		return rc;
	rc = payload_check(r, b, leaf, err);
	memcpy(ret, b->walk.part, sizeof b->walk.part);
	return rc < 0 ? rc : 1;
}

/* --- scans -------------------------------------------------------------------------------- */

int scan_begin(struct scan *sc, struct month_reader *r, int64_t from, struct err *err)
{
	int rc;

	memset(sc, 0, sizeof *sc);
	sc->r = r;
	rc = stmt_begin(r->c, STMT_LEAF_FROM, &sc->st, err);
	if (rc == 0)
		stmt_int(sc->st, 1, from > 0 ? from : 1); /* leaf 0 is no event */
	return rc;
}

int scan_next(struct scan *sc, struct err *err)
{
	int rc = stmt_step(sc->st, err);

	if (rc <= 0)
		return rc;
	sc->seq = col_int(sc->st, 0);
	sc->rec.data = col_blob(sc->st, 1, &sc->rec.len);
	rc = event_leaf_read(sc->rec.data, sc->rec.len, &sc->leaf, err);
	if (rc < 0)
		return rc;
	rc = reader_payload(sc->r, sc->seq, &sc->leaf, sc->part, err);
	sc->payload = rc > 0;
	return rc < 0 ? rc : 1;
}

void scan_end(struct scan *sc)
{
	stmt_end(sc->st);
	sc->st = NULL;
}

/* --- for people ----------------------------------------------------------------------------- */

static const char *slice_keep(struct arena *a, const struct leaf_slice *s)
{
	return arena_strndup(a, s->data, s->len);
}

static char *part_keep(struct arena *a, const struct hash_part *p, size_t *ret_len)
{
	char *copy = arena_alloc(a, p->len + 1);

	if (copy && p->len)
		memcpy(copy, p->data, p->len);
	*ret_len = p->len;
	return copy;
}

static int who_fill(struct arena *a, const struct hash_part *part, struct evidence_item *ret,
		    struct err *err)
{
	struct event_who who;
	int rc = event_who_read(part->data, part->len, &who, err);

	if (rc < 0)
		return rc;
	ret->no_time = who.at_us == 0;
	ret->at_us = who.at_us ? who.at_us : ret->received_us;
	ret->no_zone = who.no_zone;
	ret->outcome = arena_strdup(a, who.outcome);
	ret->user = arena_strdup(a, who.user);
	ret->patient = arena_strdup(a, who.patient);
	ret->terminal = arena_strdup(a, who.terminal);
	return 0;
}

static int item_fill(const struct scan *sc, struct arena *a, struct evidence_item *ret,
		     struct err *err)
{
	int rc = 0;

	*ret = (struct evidence_item){ .month = sc->r->month,
				       .seq = sc->seq,
				       .received_us = sc->leaf.at_us,
				       .at_us = sc->leaf.at_us,
				       .no_time = true,
				       .counter = sc->leaf.counter,
				       .clash = sc->leaf.clash,
				       .disposed = !sc->payload,
				       .leaf_len = sc->rec.len,
				       .outcome = "",
				       .user = "",
				       .patient = "",
				       .terminal = "",
				       .detail = "",
				       .raw = "" };
	ret->source = slice_keep(a, &sc->leaf.source);
	ret->class = slice_keep(a, &sc->leaf.class);
	ret->keep = slice_keep(a, &sc->leaf.keep);
	ret->leaf = arena_strndup(a, sc->rec.data, sc->rec.len);
	if (!sc->payload)
		rc = evidence_disposal_check(sc->r->ev->s, sc->r->month, ret->keep, sc->seq, err);
	if (sc->payload) {
		rc = who_fill(a, &sc->part[EVENT_WHO], ret, err);
		ret->detail = part_keep(a, &sc->part[EVENT_DETAIL], &ret->detail_len);
		ret->raw = part_keep(a, &sc->part[EVENT_RAW], &ret->raw_len);
	}
	return rc == 0 && arena_failed(a) ? err_nomem(err) : rc;
}

static int not_there(int month, int64_t seq, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "%d年%d月の証跡 %lld 番目はありません。番号を確かめてください", month / 100,
		       month % 100, (long long)seq);
}

int evidence_get(struct store *s, int month, int64_t seq, struct arena *a,
		 struct evidence_item *ret, struct err *err)
{
	struct month_reader *r = NULL;
	struct scan sc = { 0 };
	int rc = reader_begin(s->evidence, month, &r, err);

	if (rc == 0)
		rc = scan_begin(&sc, r, seq, err);
	if (rc == 0)
		rc = scan_next(&sc, err);
	if (rc >= 0)
		rc = rc == 0 || sc.seq != seq ? not_there(month, seq, err)
					      : item_fill(&sc, a, ret, err);
	scan_end(&sc);
	reader_end(r);
	return rc;
}

int evidence_range(struct store *s, int month, int64_t seq, int64_t last,
		   int (*each)(void *arg, const struct evidence_item *item, struct err *err),
		   void *arg, struct err *err)
{
	struct month_reader *r = NULL;
	struct scan sc = { 0 };
	struct evidence_item item;
	struct arena a;
	int rc = reader_begin(s->evidence, month, &r, err), stop = 0;

	arena_init(&a, 0);
	if (rc == 0)
		rc = scan_begin(&sc, r, seq, err);
	while (rc == 0 && stop == 0 && (rc = scan_next(&sc, err)) > 0 && sc.seq <= last) {
		arena_release(&a);
		rc = item_fill(&sc, &a, &item, err);
		if (rc == 0)
			stop = each(arg, &item, err);
	}
	scan_end(&sc);
	arena_release(&a);
	reader_end(r);
	return rc < 0 ? rc : stop;
}
