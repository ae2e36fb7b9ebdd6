#include "store/evidence_dispose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "store/evidence_fact.h"
#include "store/evidence_head.h"
#include "store/evidence_read.h"

#define BLOCKS_STEP 200 /* taken away in one transaction */
#define WORDS_MAX_BYTES 2000

/* --- carrying it out ------------------------------------------------------------------- */

static int entries_drop(struct conn *c, const char *keep, struct err *err)
{
	static const enum stmt_id entries[] = { STMT_ENTRY_DROP, STMT_ENTRY_NODE_DROP };
	struct stmt *st;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < 2; i++) {
		rc = stmt_begin(c, entries[i], &st, err);
		if (rc < 0)
			return rc;
		stmt_text(st, 1, keep);
		rc = stmt_run(st, err);
	}
	return rc;
}

static int blocks_drop(struct conn *c, const char *keep, struct err *err)
{
	struct stmt *st;
	int gone = BLOCKS_STEP, rc = 0;

	while (rc == 0 && gone == BLOCKS_STEP) {
		rc = stmt_simple(c, STMT_BEGIN_WRITE, err);
		if (rc == 0)
			rc = stmt_begin(c, STMT_BLOCK_DROP, &st, err);
		if (rc < 0)
			return rc;
		stmt_text(st, 1, keep);
		stmt_int(st, 2, BLOCKS_STEP);
		rc = stmt_run(st, err);
		gone = sqlite3_changes(c->db);
		if (rc == 0)
			rc = stmt_simple(c, STMT_COMMIT_WRITE, err);
	}
	return rc;
}

/* Blocks last: while there are any, the disposal is known not to be complete. */
static int rows_drop(struct conn *c, const char *keep, struct err *err)
{
	int rc = entries_drop(c, keep, err);

	if (rc == 0)
		rc = blocks_drop(c, keep, err);
	/* The old pages must leave the log as well. */
	return rc < 0 ? rc : conn_checkpoint(c, true, err);
}

/* The key first: from then on nothing can be read, whatever else fails. */
static int dispose_run(struct evidence *ev, int month, const char *keep, struct err *err)
{
	struct conn *c = NULL;
	int rc = month_key_destroy(ev->s, month, keep, err);

	if (rc < 0)
		return rc;
	evidence_key_forget(ev, month, keep);
	readers_drop(ev, month);
	rc = month_open(ev->s, month, CONN_WRITER, &c, err);
	if (rc == 0)
		rc = rows_drop(c, keep, err);
	conn_close(c);
	/* Readers that were busy may hold an opened block. */
	readers_drop(ev, month);
	return rc;
}

/* --- questions about facts --------------------------------------------------------------- */

static int hold_of(struct conn *c, int month, const char *keep, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_TRAIL_HOLD, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, month);
	stmt_text(st, 2, keep);
	rc = stmt_step(st, err);
	return rc <= 0 ? rc : strcmp(col_text(st, 0), "hold") == 0;
}

static int held(struct store *s, int month, const char *keep, struct err *err)
{
	struct conn *c = NULL;
	int rc = store_read_begin(s, &c, err);

	if (rc == 0)
		rc = hold_of(c, month, "", err);
	if (rc == 0 && *keep)
		rc = hold_of(c, month, keep, err);
	store_read_end(c);
	return rc;
}

bool evidence_held(struct store *s, int month, const char *keep)
{
	/* What cannot be asked counts as held. */
	return held(s, month, keep ? keep : "", NULL) != 0;
}

static int fact_exists(struct store *s, int month, const char *op, const char *keep,
		       struct err *err)
{
	struct conn *c = NULL;
	int64_t seq;
	int rc = store_read_begin(s, &c, err);

	if (rc == 0)
		rc = trail_fact_find(c, month, op, keep, &seq, err);
	store_read_end(c);
	return rc;
}

/* --- disposing ------------------------------------------------------------------------------ */

struct extent {
	int64_t first, last, count;
};

/* Which leaves are of the class. */
static int extent_of(struct evidence *ev, int month, const char *keep, struct extent *ret,
		     struct err *err)
{
	struct month_reader *r = NULL;
	struct event_leaf leaf;
	struct stmt *st = NULL;
	size_t len;
	int rc = reader_begin(ev, month, &r, err);

	memset(ret, 0, sizeof *ret);
	if (rc == 0)
		rc = stmt_begin(r->c, STMT_LEAF_FROM, &st, err);
	if (rc == 0)
		stmt_int(st, 1, 1);
	while (rc == 0 && (rc = stmt_step(st, err)) > 0) {
		const char *rec = col_blob(st, 1, &len);

		rc = event_leaf_read(rec, len, &leaf, err);
		if (rc < 0 || leaf.keep.len != strlen(keep) ||
		    memcmp(leaf.keep.data, keep, leaf.keep.len) != 0)
			continue;
		ret->last = col_int(st, 0);
		if (ret->count++ == 0)
			ret->first = ret->last;
	}
	stmt_end(st);
	reader_end(r);
	return rc;
}

static bool said(const char *text)
{
	return text && *text && strlen(text) <= WORDS_MAX_BYTES;
}

static int order_check(const struct evidence_order *o, bool need_keep, struct err *err)
{
	if (!event_month_valid(o->month))
		return err_field(err, ERR_INVALID, "month", "月の指定が正しくありません");
	if (need_keep ? !o->keep || !event_name_valid(o->keep)
		      : o->keep && *o->keep && !event_name_valid(o->keep))
		return err_field(err, ERR_INVALID, "keep", "保存区分の指定が正しくありません");
	if (!said(o->basis))
		return err_field(err, ERR_INVALID, "basis", "根拠を書いてください");
	if (!said(o->actor) || !said(o->approver))
		return err_field(err, ERR_INVALID, "approver",
				 "行う人と承認した人を示してください");
	return 0;
}

static int month_exists(struct evidence *ev, int month, struct err *err)
{
	struct month_reader *r = NULL;
	int rc = reader_begin(ev, month, &r, err);

	reader_end(r);
	return rc;
}

static int dispose_allowed(struct evidence *ev, const struct evidence_order *o, struct err *err)
{
	int rc = month_exists(ev, o->month, err);

	if (rc < 0)
		return rc;
	rc = fact_exists(ev->s, o->month, "close", NULL, err);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
			       "%d年%d月はまだ締められていないため、証跡を廃棄できません",
			       o->month / 100, o->month % 100);
	if (rc > 0)
		rc = held(ev->s, o->month, o->keep, err);
	if (rc > 0)
		return err_set(err, ERR_CONFLICT,
			       "%d年%d月の証跡には保全の指示があるため、廃棄できません。"
			       "指示の解除を先に記録してください",
			       o->month / 100, o->month % 100);
	if (rc == 0)
		rc = fact_exists(ev->s, o->month, "dispose", o->keep, err);
	if (rc > 0)
		return err_set(err, ERR_CONFLICT, "%d年%d月の証跡（%s）は、もう廃棄されています",
			       o->month / 100, o->month % 100, o->keep);
	return rc;
}

static int dispose_record(struct evidence *ev, const struct evidence_order *o,
			  const struct extent *x, struct err *err)
{
	struct trail_fact f = {
		.op = "dispose", .keep = o->keep, .month = o->month, .actor = o->actor
	};
	int rc;

	f.body = json_pack("{s:s,s:s,s:I,s:I,s:s,s:I,s:i}", "approver", o->approver, "basis",
			   o->basis, "count", (json_int_t)x->count, "first", (json_int_t)x->first,
			   "keep", o->keep, "last", (json_int_t)x->last, "month", o->month);
	rc = trail_fact_write(ev->s, &f, NULL, err);
	json_decref(f.body);
	return rc;
}

static int dispose_locked(struct evidence *ev, const struct evidence_order *o, int64_t *ret_count,
			  struct err *err)
{
	struct extent x;
	int rc = dispose_allowed(ev, o, err);

	if (rc == 0)
		rc = extent_of(ev, o->month, o->keep, &x, err);
	if (rc == 0 && x.count == 0)
		return err_set(err, ERR_NOT_FOUND, "%d年%d月に、保存区分 %s の証跡はありません",
			       o->month / 100, o->month % 100, o->keep);
	if (rc == 0)
		rc = dispose_record(ev, o, &x, err);
	if (rc == 0)
		rc = dispose_run(ev, o->month, o->keep, err);
	if (rc == 0)
		index_purge(ev, o->month, o->keep);
	if (rc == 0 && ret_count)
		*ret_count = x.count;
	return rc;
}

int evidence_dispose(struct store *s, const struct evidence_order *order, int64_t *ret_count,
		     struct err *err)
{
	struct evidence *ev = s->evidence;
	int rc = order_check(order, true, err);

	if (rc == 0)
		rc = evidence_start(ev, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&ev->rest_lock);
	rc = dispose_locked(ev, order, ret_count, err);
	pthread_mutex_unlock(&ev->rest_lock);
	return rc;
}

int evidence_hold(struct store *s, const struct evidence_order *order, bool hold, struct err *err)
{
	struct evidence *ev = s->evidence;
	struct trail_fact f = { .op = hold ? "hold" : "release",
				.keep = order->keep ? order->keep : "",
				.month = order->month,
				.actor = order->actor };
	int rc = order_check(order, false, err);

	if (rc == 0)
		rc = evidence_start(ev, err);
	if (rc < 0)
		return rc;
	f.body = json_pack("{s:s,s:s,s:s,s:i}", "approver", order->approver, "basis", order->basis,
			   "keep", f.keep, "month", order->month);
	/* Not while a disposal is on its way. */
	pthread_mutex_lock(&ev->rest_lock);
	rc = trail_fact_write(ev->s, &f, NULL, err);
	pthread_mutex_unlock(&ev->rest_lock);
	json_decref(f.body);
	return rc;
}

/* --- after a crash ------------------------------------------------------------------------------
 */

struct disposal {
	int month;
	char keep[EVIDENCE_NAME_MAX + 1];
};

/* All that the main log records; the caller frees *ret. Returns their number. */
static int disposals_list(struct evidence *ev, struct disposal **ret, struct err *err)
{
	struct conn *c = NULL;
	struct stmt *st = NULL;
	int count = 0, rc = store_read_begin(ev->s, &c, err);

	*ret = NULL;
	if (rc == 0)
		rc = stmt_begin(c, STMT_TRAIL_ALL, &st, err);
	while (rc == 0 && (rc = stmt_step(st, err)) > 0) {
		struct disposal *grown;

		rc = 0;
		if (strcmp(col_text(st, 2), "dispose") != 0)
			continue;
		grown = reallocarray(*ret, (size_t)count + 1, sizeof *grown);
		if (!grown) {
			rc = err_nomem(err);
			break;
		}
		*ret = grown;
		grown[count].month = (int)col_int(st, 1);
		memccpy(grown[count].keep, col_text(st, 3), '\0', EVIDENCE_NAME_MAX);
		grown[count++].keep[EVIDENCE_NAME_MAX] = '\0';
	}
	stmt_end(st);
	store_read_end(c);
	return rc < 0 ? rc : count;
}

/* True if payloads of the disposal are still there. */
static int disposal_left(struct evidence *ev, const struct disposal *d, struct err *err)
{
	struct month_reader *r = NULL;
	struct month_key key;
	struct stmt *st;
	int64_t has = 0;
	int rc = month_key_get(ev->s, d->month, d->keep, false, &key, NULL);

	bytes_wipe(&key, sizeof key);
	if (rc != ERR_NOT_FOUND)
		return 1;
	rc = reader_begin(ev, d->month, &r, err);
	if (rc == 0)
		rc = stmt_begin(r->c, STMT_BLOCK_HAS, &st, err);
	if (rc == 0) {
		stmt_text(st, 1, d->keep);
		rc = stmt_value(st, 0, &has, err);
	}
	reader_end(r);
	return rc < 0 ? rc : has != 0;
}

/* True if the index still holds entries of the disposal. */
static int index_left(struct evidence *ev, const struct disposal *d, struct err *err)
{
	struct conn *c = NULL;
	struct mark mark;
	struct stmt *st;
	int64_t has = 1;
	int rc = index_read_begin(ev, &c, &mark, err);

	if (rc < 0 || !c)
		return rc;
	rc = stmt_begin(c, STMT_PURGED_HAS, &st, err);
	if (rc == 0) {
		stmt_int(st, 1, d->month);
		stmt_text(st, 2, d->keep);
		rc = stmt_value(st, 0, &has, err);
	}
	index_read_end(ev, c);
	return rc < 0 ? rc : has == 0;
}

int disposals_finish(struct evidence *ev, struct err *err)
{
	struct disposal *list = NULL;
	int i, count, rc = 0;

	pthread_mutex_lock(&ev->rest_lock);
	count = ev->disposals_done ? 0 : disposals_list(ev, &list, err);
	for (i = 0; rc == 0 && i < count; i++) {
		rc = disposal_left(ev, &list[i], err);
		if (rc > 0)
			rc = dispose_run(ev, list[i].month, list[i].keep, err);
		if (rc == 0)
			rc = index_left(ev, &list[i], err);
		if (rc > 0) {
			index_purge(ev, list[i].month, list[i].keep);
			rc = 0;
		}
	}
	free(list);
	ev->disposals_done = ev->disposals_done || (rc == 0 && count >= 0);
	pthread_mutex_unlock(&ev->rest_lock);
	return count < 0 ? count : rc;
}
