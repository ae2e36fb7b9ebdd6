/* Payloads, read class by class in step with the leaves. */
#include <stdlib.h>
#include <string.h>

#include "store/evidence_audit.h"

#define MONTH(m) (m)->month / 100, (m)->month % 100

/* Each has a place of its own: statements point into it. */
struct audit_class *audit_class_of(struct audit_month *m, const char *keep, size_t len,
				   struct err *err)
{
	struct audit_class **grown, *cl;
	size_t i;

	for (i = 0; i < m->classes; i++)
		if (strncmp(m->class[i] -> keep, keep, len) == 0 &&
			    m->class[i] -> keep[len] == '\0')
			return m->class[i];
	if (len > EVENT_NAME_MAX)
		len = EVENT_NAME_MAX;
	grown = reallocarray(m->class, m->classes + 1, sizeof *grown);
	cl = calloc(1, sizeof *cl);
	if (grown)
		m->class = grown;
	if (!grown || !cl) {
		free(cl);
		err_nomem(err);
		return NULL;
	}
	memcpy(cl->keep, keep, len);
	buf_init(&cl->plain, PACK_PLAIN_MAX);
	m->class[m->classes++] = cl;
	return cl;
}

void audit_class_release(struct audit_class *cl)
{
	stmt_end(cl->blocks);
	cl->blocks = NULL;
	if (cl->plain.data)
		bytes_wipe(cl->plain.data, cl->plain.alloc);
	buf_release(&cl->plain);
	bytes_wipe(&cl->month_key, sizeof cl->month_key);
	tag_cache_free(cl->tags);
	cl->tags = NULL;
}

/* --- the cursor of a class ---------------------------------------------------------------- */

static int class_begin(struct trail_audit *a, struct audit_month *m, struct audit_class *cl,
		       struct month_reader *r, struct err *err)
{
	struct err why = { 0 };
	int rc = stmt_begin(r->c, STMT_BLOCK_CLASS, &cl->blocks, err);

	if (rc < 0)
		return rc;
	stmt_text(cl->blocks, 1, cl->keep);
	rc = evidence_key(a->ev, m->month, cl->keep, false, &cl->month_key, &why);
	cl->key = rc == 0 ? 1 : rc == ERR_NOT_FOUND ? 0 : rc;
	if (cl->key < 0 && !cl->disposed)
		trail_found(a, "key", m->month, -1, "%d年%d月の証跡（%s）: %s", MONTH(m), cl->keep,
			    why.text);
	if (cl->key == 0 && !cl->disposed)
		trail_found(a, "key", m->month, -1,
			    "%d年%d月の証跡（%s）の鍵が失われていて、内容を読めません。"
			    "廃棄の記録はありません。鍵の控えから戻してください",
			    MONTH(m), cl->keep);
	return 0;
}

/* Opens the next block. 1 if there is one that could be opened, 0 at the end. */
static int block_next(struct trail_audit *a, struct audit_month *m, struct audit_class *cl,
		      struct err *err)
{
	struct err why = { 0 };
	int rc;

	while ((rc = stmt_step(cl->blocks, err)) > 0) {
		block_row_read(cl->blocks, &cl->row);
		cl->blocks_seen++;
		buf_clear(&cl->plain);
		if (cl->key > 0 &&
		    block_open(&cl->row, m->month, &cl->month_key, &cl->plain, &why) == 0) {
			block_walk_init(&cl->walk, &cl->row, &cl->plain);
			return 1;
		}
		if (why.code == ERR_NOMEM)
			return err_nomem(err);
		if (cl->key > 0)
			trail_found(a, "payload", m->month, cl->row.first,
				    "%d年%d月の証跡 %lld 番目から %lld "
				    "番目までの内容（%s）を開けません。"
				    "書き換えられたか、別の場所のものです",
				    MONTH(m), (long long)cl->row.first, (long long)cl->row.last,
				    cl->keep);
	}
	return rc;
}

/* To the next event of the class: 1, or 0 at the end. */
static int walk_on(struct trail_audit *a, struct audit_month *m, struct audit_class *cl,
		   struct err *err)
{
	struct err why = { 0 };
	int rc;

	for (;;) {
		rc = cl->row.count ? block_walk_next(&cl->walk, &why) : 0;
		if (rc > 0)
			break;
		if (rc < 0)
			trail_found(a, "payload", m->month, cl->row.first,
				    "%d年%d月の証跡 %lld 番目から: %s", MONTH(m),
				    (long long)cl->row.first, why.text);
		rc = block_next(a, m, cl, err);
		if (rc <= 0)
			break;
	}
	cl->walking = rc > 0;
	/* A statement that ended would begin anew. */
	cl->ended = rc <= 0;
	return rc;
}

static void payload_stray(struct trail_audit *a, const struct audit_month *m,
			  const struct audit_class *cl)
{
	trail_found(a, "payload", m->month, cl->walk.seq,
		    "%d年%d月の証跡 %lld 番目に、記録にない内容（%s）が差し込まれています",
		    MONTH(m), (long long)cl->walk.seq, cl->keep);
}

/* Stands the cursor on event `seq` if it is there. */
static int class_seek(struct trail_audit *a, struct audit_month *m, struct audit_class *cl,
		      int64_t seq, struct err *err)
{
	int rc = 1;

	if (!cl->walking && !cl->ended)
		rc = walk_on(a, m, cl, err);
	while (rc > 0 && cl->walking && cl->walk.seq < seq) {
		payload_stray(a, m, cl);
		rc = walk_on(a, m, cl, err);
	}
	return rc < 0 ? rc : cl->walking && cl->walk.seq == seq;
}

/* --- one event ------------------------------------------------------------------------------ */

static bool commit_fits(const struct audit_class *cl, const struct event_leaf *leaf)
{
	uint8_t part[EVENT_PARTS][HASH_SIZE], whole[HASH_SIZE];
	int i;

	for (i = 0; i < EVENT_PARTS; i++)
		event_part_commit(cl->month_key.salt, cl->walk.seq, (enum event_part)i,
				  cl->walk.part[i].data, cl->walk.part[i].len, part[i]);
	event_commit((const uint8_t(*)[HASH_SIZE])part, whole);
	return memcmp(whole, leaf->commit, HASH_SIZE) == 0;
}

static int event_take(struct trail_audit *a, struct audit_month *m, struct audit_class *cl,
		      int64_t seq, const struct event_leaf *leaf, struct err *err)
{
	const struct hash_part *part = &cl->walk.part[EVENT_WHO];
	struct event_who who;
	struct err why;
	int rc = 0;

	if (!commit_fits(cl, leaf)) {
		trail_found(a, "payload", m->month, seq,
			    "%d年%d月の証跡 %lld 番目の内容が、記録された時の内容と違います",
			    MONTH(m), (long long)seq);
		return 0;
	}
	a->ret->payloads++;
	if (event_who_read(part->data, part->len, &who, &why) < 0) {
		trail_found(a, "payload", m->month, seq, "%d年%d月の証跡 %lld 番目: %s", MONTH(m),
			    (long long)seq, why.text);
		return 0;
	}
	if (m->close)
		rc = audit_entry_add(a, cl, seq, leaf, &who, err);
	if (rc == 0 && a->index)
		rc = audit_index_add(a, m, seq, leaf, &who, err);
	return rc;
}

int audit_payload(struct trail_audit *a, struct audit_month *m, struct month_reader *r, int64_t seq,
		  const struct event_leaf *leaf, struct err *err)
{
	struct audit_class *cl = audit_class_of(m, leaf->keep.data, leaf->keep.len, err);
	int rc = cl ? 0 : ERR_NOMEM;

	if (rc == 0 && cl->events++ == 0)
		rc = class_begin(a, m, cl, r, err);
	if (rc == 0)
		rc = class_seek(a, m, cl, seq, err);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		rc = event_take(a, m, cl, seq, leaf, err);
		if (rc == 0)
			rc = walk_on(a, m, cl, err);
		return rc < 0 ? rc : 0;
	}
	if (cl->disposed)
		a->ret->disposed++;
	else if (cl->key > 0)
		trail_found(
			a, "payload", m->month, seq,
			"%d年%d月の証跡 %lld 番目の内容が失われています（廃棄の記録はありません）。"
			"消されたおそれがあります",
			MONTH(m), (long long)seq);
	return 0;
}

/* --- the end -----------------------------------------------------------------------------------
 */

static void class_disposed(struct trail_audit *a, const struct audit_month *m,
			   const struct audit_class *cl)
{
	if (cl->events != cl->disposed_count)
		trail_found(a, "disposal", m->month, -1,
			    "%d年%d月の証跡（%s）の廃棄の記録は%lld件ですが、記録は%lld件あります",
			    MONTH(m), cl->keep, (long long)cl->disposed_count,
			    (long long)cl->events);
	if (cl->key != 0 || cl->blocks_seen > 0)
		trail_found(a, "disposal", m->month, -1,
			    "%d年%d月の証跡（%s）は廃棄が記録されていますが、鍵か内容が残って"
			    "います。daicho を一度起動すると片付きます",
			    MONTH(m), cl->keep);
}

static int blocks_count(struct month_reader *r, int64_t *ret, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(r->c, STMT_BLOCK_COUNT, &st, err);

	return rc < 0 ? rc : stmt_value(st, 0, ret, err);
}

int audit_payload_rest(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		       struct err *err)
{
	int64_t seen = 0, count = 0;
	size_t i;
	int rc = 0;

	for (i = 0; rc >= 0 && i < m->classes; i++) {
		struct audit_class *cl = m->class[i];

		while (rc >= 0 && cl->walking) {
			payload_stray(a, m, cl);
			rc = walk_on(a, m, cl, err);
		}
		seen += cl->blocks_seen;
		if (cl->disposed)
			class_disposed(a, m, cl);
	}
	if (rc >= 0)
		rc = blocks_count(r, &count, err);
	if (rc == 0 && count > seen)
		trail_found(
			a, "payload", m->month, -1,
			"%d年%d月の証跡に、記録にない内容のまとまりが %lld 件差し込まれています",
			MONTH(m), (long long)(count - seen));
	return rc < 0 ? rc : 0;
}
