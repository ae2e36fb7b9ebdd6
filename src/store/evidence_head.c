#include "store/evidence_head.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/evidence_entry.h"
#include "store/evidence_fact.h"
#include "store/evidence_read.h"

/* --- heads ----------------------------------------------------------------------------- */

struct state {
	int month;
	int64_t size, repeated;
	struct tree_edge edge;
};

static struct state state_now(struct evidence *ev)
{
	struct state s;

	pthread_mutex_lock(&ev->lock);
	s.month = ev->done_month;
	s.edge = ev->done_edge;
	s.size = (int64_t)ev->done_edge.size;
	s.repeated = ev->done_repeated;
	pthread_mutex_unlock(&ev->lock);
	return s;
}

static json_t *head_body(struct evidence *ev, const struct state *now, const char *root)
{
	return json_pack("{s:I,s:i,s:I,s:s,s:I}", "at", (json_int_t)ev->clock(), "month",
			 now->month, "repeated", (json_int_t)(now->repeated - ev->head_repeated),
			 "root", root, "size", (json_int_t)now->size);
}

static int note_hand(struct evidence *ev, struct head_note *note, struct err *err)
{
	struct evidence_request r = { .note = note };

	return evidence_commit_call(ev, &r, err);
}

static int head_write(struct evidence *ev, const struct state *now, struct err *err)
{
	struct head_note note;
	struct trail_fact f = {
		.op = "head", .month = now->month, .size = now->size, .note = &note
	};
	char root[HASH_HEX_SIZE];
	int rc;

	buf_init(&note.note, 0);
	tree_edge_root(&now->edge, f.root);
	hex_encode(f.root, HASH_SIZE, root);
	f.body = head_body(ev, now, root);
	rc = trail_fact_write(ev->s, &f, NULL, err);
	json_decref(f.body);
	if (rc == 0) {
		ev->head_month = now->month;
		ev->head_size = now->size;
		ev->head_repeated = now->repeated;
		ev->head_at = ev->clock();
		rc = note_hand(ev, &note, err);
	}
	buf_release(&note.note);
	return rc;
}

int head_record(struct evidence *ev, struct err *err)
{
	struct state now;
	int rc = 0;

	pthread_mutex_lock(&ev->head_lock);
	now = state_now(ev);
	if (now.month && (now.month != ev->head_month || now.size != ev->head_size ||
			  now.repeated != ev->head_repeated))
		rc = head_write(ev, &now, err);
	pthread_mutex_unlock(&ev->head_lock);
	return rc;
}

/* --- what was said must be true ------------------------------------------------------------ */

static int month_short(int month, int64_t have, const struct trail_head *head, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "%d年%d月の証跡が、記録された頭（%lld件）と合いません（ファイルは%lld件）。"
		       "切り詰められたか、古い状態に戻されたか、書き換えられています。"
		       "daicho verify で調べ、新しいバックアップから復元してください",
		       month / 100, month % 100, (long long)head->size, (long long)have);
}

static int month_compare(struct evidence *ev, int month, const struct trail_head *head,
			 struct err *err)
{
	struct month_reader *r = NULL;
	struct tree_source source;
	uint8_t root[HASH_SIZE];
	int rc = reader_begin(ev, month, &r, err);

	if (rc == ERR_NOT_FOUND && err)
		err->code = ERR_CORRUPT;
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? ERR_CORRUPT : rc;
	source = store_tree(r->c);
	if (r->size < head->size)
		rc = month_short(month, r->size, head, err);
	else
		rc = tree_root_at(&source, (uint64_t)head->size, root, err);
	if (rc == 0 && memcmp(root, head->root, HASH_SIZE) != 0)
		rc = month_short(month, r->size, head, err);
	reader_end(r);
	return rc;
}

int evidence_head_check(struct evidence *ev, struct err *err)
{
	struct trail_head head = { .seq = -1 };
	struct conn *c = NULL;
	struct stmt *st;
	int64_t newest = 0;
	int rc = store_read_begin(ev->s, &c, err);

	if (rc < 0)
		return rc;
	rc = stmt_begin(c, STMT_TRAIL_NEWEST, &st, err);
	if (rc == 0)
		rc = stmt_value(st, 0, &newest, err);
	if (rc == 0 && newest)
		rc = trail_head_newest(c, (int)newest, &head, err);
	store_read_end(c);
	if (rc == 0 && head.seq >= 0)
		rc = month_compare(ev, (int)newest, &head, err);
	if (rc == 0 && head.seq >= 0) {
		ev->head_month = (int)newest;
		ev->head_size = head.size;
	}
	return rc;
}

/* --- the end of a month ------------------------------------------------------------------------
 */

int month_turn(struct evidence *ev, struct err *err)
{
	struct evidence_request r = { .count = 0 };
	struct state now = state_now(ev);

	if (!now.month || month_of_us(ev->clock()) <= now.month)
		return 0;
	return evidence_commit_call(ev, &r, err);
}

static int close_write(struct evidence *ev, struct conn *c, int month, json_t *classes,
		       struct err *err)
{
	struct head_note note;
	struct trail_fact f = { .op = "close", .month = month, .note = &note };
	char root[HASH_HEX_SIZE];
	struct tree_edge edge;
	int64_t at;
	int rc = month_load(c, &edge, &at, err);

	if (rc < 0)
		return rc;
	buf_init(&note.note, 0);
	tree_edge_root(&edge, f.root);
	hex_encode(f.root, HASH_SIZE, root);
	f.size = (int64_t)edge.size;
	f.body = json_pack("{s:I,s:O,s:i,s:s,s:I}", "at", (json_int_t)ev->clock(), "classes",
			   classes, "month", month, "root", root, "size", (json_int_t)f.size);
	rc = trail_fact_write(ev->s, &f, NULL, err);
	json_decref(f.body);
	if (rc == 0)
		rc = stmt_simple(c, STMT_BEGIN_WRITE, err);
	if (rc == 0)
		rc = meta_set(c, "note", note.note.data, err);
	if (rc == 0)
		rc = meta_set(c, "vkey", note.vkey, err);
	if (rc == 0)
		rc = stmt_simple(c, STMT_COMMIT_WRITE, err);
	buf_release(&note.note);
	return rc;
}

static int month_close(struct evidence *ev, int month, struct err *err)
{
	struct conn *c = NULL;
	json_t *classes = json_array();
	int rc = month_open(ev->s, month, CONN_WRITER, &c, err);

	if (rc == 0)
		rc = entries_build(ev, c, month, classes, err);
	if (rc == 0)
		rc = close_write(ev, c, month, classes, err);
	if (rc == 0)
		rc = conn_checkpoint(c, true, err);
	conn_close(c);
	json_decref(classes);
	return rc;
}

static int is_closed(struct evidence *ev, int month, struct err *err)
{
	struct conn *c = NULL;
	int64_t seq;
	int rc = store_read_begin(ev->s, &c, err);

	if (rc < 0)
		return rc;
	rc = trail_fact_find(c, month, "close", NULL, &seq, err);
	store_read_end(c);
	return rc;
}

int months_close(struct evidence *ev, struct err *err)
{
	int months[MONTHS_MAX], count, i, rc = 0;

	pthread_mutex_lock(&ev->rest_lock);
	count = month_list(ev->s, months, err);
	if (count < 0)
		rc = count;
	/* The newest is the one being written. */
	for (i = 0; rc == 0 && i < count - 1; i++) {
		if (months[i] <= ev->closed_month)
			continue;
		rc = is_closed(ev, months[i], err);
		rc = rc == 0 ? month_close(ev, months[i], err) : rc < 0 ? rc : 0;
		if (rc == 0)
			ev->closed_month = months[i];
	}
	pthread_mutex_unlock(&ev->rest_lock);
	return rc;
}

int evidence_head_now(struct store *s, struct err *err)
{
	struct evidence *ev = s->evidence;
	int rc = evidence_start(ev, err);

	if (rc == 0)
		rc = month_turn(ev, err);
	if (rc == 0)
		rc = head_record(ev, err);
	return rc == 0 ? months_close(ev, err) : rc;
}
