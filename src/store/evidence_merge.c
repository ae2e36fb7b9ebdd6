#include "store/evidence_merge.h"

#include <stdlib.h>
#include <string.h>

#include "store/evidence_core.h"
#include "store/evidence_load.h"

#define STEP_PAGES 1500 /* written in one transaction */
#define DROP_PAGES 3000 /* taken away in one transaction */
#define LEVEL_MAX 60

struct merge {
	enum evidence_by order;
	struct run_writer w;
	struct run_reader *in[RUNS_MAX];
	bool has[RUNS_MAX];
	size_t count;
	const struct gone *gone; /* taken out on the way; NULL: nothing */
};

/* A purge under way: one order after the other is written anew without these. */
struct gone {
	struct purge *purge;
	int order; /* the next to do */
	int64_t size;
	uint8_t leaf[]; /* a bit for each leaf of the month */
};

void merge_free(struct merge *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->count; i++)
		free(m->in[i]);
	run_write_release(&m->w);
	free(m);
}

void gone_free(struct gone *g)
{
	if (g)
		free(g->purge);
	free(g);
}

/* --- what to merge ---------------------------------------------------------------------- */

/* The oldest runs of the lowest level that has enough of them; their number. */
static int choose(struct conn *c, enum evidence_by order, int64_t ret_id[RUNS_MAX], int *ret_level,
		  struct err *err)
{
	struct run_row *row = calloc(RUNS_MAX, sizeof *row);
	int level, i, n, chosen = 0, count = row ? 0 : err_nomem(err);

	if (count == 0)
		count = run_list(c, order, INT64_MIN, INT64_MAX, row, err);
	for (level = 0; count > 0 && level < LEVEL_MAX && chosen < MERGE_RUNS; level++) {
		for (i = n = 0; i < count && n < MERGE_RUNS; i++)
			if (row[i].level == level)
				ret_id[n++] = row[i].id;
		chosen = n;
		*ret_level = level;
	}
	free(row);
	return count < 0 ? count : chosen == MERGE_RUNS ? chosen : 0;
}

/* All of them, for a purge. */
static int choose_all(struct conn *c, enum evidence_by order, int64_t ret_id[RUNS_MAX],
		      int *ret_level, struct err *err)
{
	struct run_row *row = calloc(RUNS_MAX, sizeof *row);
	int i, count = row ? 0 : err_nomem(err);

	*ret_level = 0;
	if (count == 0)
		count = run_list(c, order, INT64_MIN, INT64_MAX, row, err);
	for (i = 0; i < count; i++) {
		ret_id[i] = row[i].id;
		if (row[i].level > *ret_level)
			*ret_level = row[i].level;
	}
	free(row);
	return count;
}

/* --- one merge ------------------------------------------------------------------------------ */

static int merge_begin(struct evidence *ev, enum evidence_by order, const int64_t *run,
		       size_t count, int level, struct err *err)
{
	struct conn *c = ev->index.conn;
	struct merge *m = calloc(1, sizeof *m);
	int rc = m ? 0 : err_nomem(err);

	ev->index.merge = m;
	if (m) {
		m->order = order;
		m->gone = ev->index.gone;
	}
	for (; rc == 0 && m->count < count; m->count++) {
		struct run_reader *r = malloc(sizeof *r);

		m->in[m->count] = r;
		if (!r)
			return err_nomem(err);
		run_read_init(r, c, order, run[m->count]);
		rc = run_first(r, err);
		m->has[m->count] = rc > 0;
		rc = rc < 0 ? rc : 0;
	}
	return rc < 0 ? rc : run_write_begin(&m->w, c, order, level, err);
}

static bool is_gone(const struct merge *m, const struct index_entry *e)
{
	const struct gone *g = m->gone;

	return g && e->month == g->purge->month && e->seq < g->size &&
	       (g->leaf[e->seq / 8] >> (e->seq % 8) & 1);
}

/* The smallest entry at hand, -1 if there is none. */
static int smallest(const struct merge *m)
{
	int best = -1;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->has[i] &&
		    (best < 0 || index_compare(run_entry(m->in[i]), run_entry(m->in[best])) < 0))
			best = (int)i;
	return best;
}

/* 1 if there is more to do. */
static int merge_some(struct merge *m, struct err *err)
{
	int64_t pages = m->w.pages;
	int from, rc = 0;

	while (rc >= 0 && m->w.pages < pages + STEP_PAGES) {
		from = smallest(m);
		if (from < 0)
			return 0;
		if (!is_gone(m, run_entry(m->in[from])))
			rc = run_write(&m->w, run_entry(m->in[from]), err);
		if (rc < 0)
			break;
		rc = run_next(m->in[from], err);
		m->has[from] = rc > 0;
	}
	return rc < 0 ? rc : 1;
}

static int merge_finish(struct evidence *ev, struct merge *m, struct err *err)
{
	struct stmt *st;
	size_t i;
	int rc = run_write_end(&m->w, err);

	for (i = 0; rc == 0 && i < m->count; i++) {
		rc = stmt_begin(ev->index.conn, STMT_RUN_END, &st, err);
		if (rc < 0)
			break;
		stmt_int(st, 1, m->in[i]->run);
		rc = stmt_run(st, err);
	}
	return rc;
}

static int merge_step(struct evidence *ev, struct err *err)
{
	struct merge *m = ev->index.merge;
	int more, rc = stmt_simple(ev->index.conn, STMT_BEGIN_WRITE, err);

	if (rc < 0)
		return rc;
	more = merge_some(m, err);
	rc = more < 0 ? more : more == 0 ? merge_finish(ev, m, err) : 0;
	if (rc == 0)
		rc = stmt_simple(ev->index.conn, STMT_COMMIT_WRITE, err);
	if (rc < 0)
		return rc; /* the connection is closed and the rest dropped later */
	if (more == 0) {
		merge_free(m);
		ev->index.merge = NULL;
	}
	return 1;
}

/* --- what is over ------------------------------------------------------------------------------
 */

/* A run that is not ready and not being written: its pages go, then itself. */
static int drop_some(struct evidence *ev, struct err *err)
{
	struct conn *c = ev->index.conn;
	struct stmt *st;
	int64_t run = 0;
	int rc = stmt_begin(c, STMT_RUN_DEAD, &st, err), gone;

	if (rc == 0)
		rc = stmt_value(st, 0, &run, err);
	if (rc < 0 || run == 0)
		return rc;
	rc = stmt_simple(c, STMT_BEGIN_WRITE, err);
	if (rc == 0)
		rc = stmt_begin(c, STMT_PAGE_DROP, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, run);
	stmt_int(st, 2, DROP_PAGES);
	rc = stmt_run(st, err);
	gone = sqlite3_changes(c->db);
	if (rc == 0 && gone < DROP_PAGES)
		rc = stmt_begin(c, STMT_RUN_DROP, &st, err);
	if (rc == 0 && gone < DROP_PAGES) {
		stmt_int(st, 1, run);
		rc = stmt_run(st, err);
	}
	if (rc == 0)
		rc = stmt_simple(c, STMT_COMMIT_WRITE, err);
	if (rc == 0)
		rc = stmt_simple(c, STMT_INDEX_SHRINK, err);
	return rc < 0 ? rc : 1;
}

/* --- purges ------------------------------------------------------------------------------------
 */

static int gone_fill(struct gone *g, struct month_reader *r, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct event_leaf leaf;
	size_t len;
	int rc = stmt_begin(r->c, STMT_LEAF_FROM, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, 1);
	while ((rc = stmt_step(st, err)) > 0) {
		const char *rec = col_blob(st, 1, &len);
		int64_t seq = col_int(st, 0);

		if (event_leaf_read(rec, len, &leaf, NULL) == 0 && seq < g->size &&
		    leaf.keep.len == strlen(g->purge->keep) &&
		    memcmp(leaf.keep.data, g->purge->keep, leaf.keep.len) == 0)
			g->leaf[seq / 8] |= (uint8_t)(1U << (seq % 8));
	}
	return rc;
}

/* Begins with the next purge. 1 if there is one. */
static int purge_begin(struct evidence *ev, struct err *err)
{
	struct index *x = &ev->index;
	struct month_reader *r = NULL;
	struct purge *p;
	int rc;

	pthread_mutex_lock(&x->lock);
	p = x->purges;
	if (p)
		x->purges = p->next;
	pthread_mutex_unlock(&x->lock);
	if (!p)
		return 0;
	rc = reader_begin(ev, p->month, &r, err);
	if (rc == 0)
		x->gone = calloc(1, sizeof *x->gone + (size_t)r->size / 8 + 1);
	if (rc < 0 || !x->gone) {
		reader_end(r);
		free(p);
		return rc < 0 ? rc : err_nomem(err);
	}
	x->gone->purge = p;
	x->gone->size = r->size;
	rc = gone_fill(x->gone, r, err);
	reader_end(r);
	return rc < 0 ? rc : 1;
}

static int purge_note(struct conn *c, const struct purge *p, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_PURGED_ADD, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, p->month);
	stmt_text(st, 2, p->keep);
	return stmt_run(st, err);
}

/* The next order of the purge under way, or its end. */
static int purge_next(struct evidence *ev, struct err *err)
{
	struct index *x = &ev->index;
	enum evidence_by order = (enum evidence_by)x->gone->order++;
	int64_t run[RUNS_MAX];
	int level = 0, rc;

	if (order == INDEX_ORDERS) {
		rc = purge_note(x->conn, x->gone->purge, err);
		gone_free(x->gone);
		x->gone = NULL;
		return rc < 0 ? rc : 1;
	}
	rc = choose_all(x->conn, order, run, &level, err);
	if (rc > 0)
		rc = merge_begin(ev, order, run, (size_t)rc, level, err);
	return rc < 0 ? rc : 1;
}

static int purge_tend(struct evidence *ev, struct err *err)
{
	return ev->index.gone ? purge_next(ev, err) : purge_begin(ev, err);
}

/* --- together ------------------------------------------------------------------------------------
 */

int merge_tend(struct evidence *ev, struct err *err)
{
	struct conn *c = ev->index.conn;
	int64_t run[RUNS_MAX];
	int order, level = 0, n, rc;

	if (ev->index.merge)
		return merge_step(ev, err);
	rc = drop_some(ev, err);
	if (rc == 0)
		rc = purge_tend(ev, err);
	for (order = 0; rc == 0 && order < INDEX_ORDERS; order++) {
		n = choose(c, (enum evidence_by)order, run, &level, err);
		if (n > 0)
			rc = merge_begin(ev, (enum evidence_by)order, run, (size_t)n, level + 1,
					 err);
		else
			rc = n;
		if (rc == 0 && n > 0)
			return 1;
	}
	return rc;
}
