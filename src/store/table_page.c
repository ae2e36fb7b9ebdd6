/*
 * Pages of a table. The rows that match are a set of bits (table_sets.h); the page is
 * found along an index of its order, testing bits, from whichever end is nearer. Where
 * that would take long, because what comes first in the order does not match or there is
 * no index, it is found along a ranking kept in memory (table_ranking.h), or by sorting
 * what matches when that is next to nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/table_keys.h"
#include "store/table_ranking.h"
#include "store/table_sets.h"

#define CONDS_MAX TABLE_BINDS_MAX
/* As far as an index is followed before another way is taken. */
#define WALK_STEPS 2000
/* So few matches are sorted rather than looked for in a ranking: looking at a row costs as
 * much as passing some thousand rows of a ranking. */
#define SORT_ROWS 32
#define SORT_RANKED 4096

struct matches {
	struct rowset rows;
	bool begun; /* a first condition has been read */
	int64_t total;
	/* Conditions that the index of the order can be entered with, and about how many
	 * rows are left on it then. */
	struct table_filter entry[CONDS_MAX];
	size_t entry_count;
	int64_t along;
};

static void matches_release(struct matches *m)
{
	rowset_release(&m->rows);
}

/* --- which rows ------------------------------------------------------------------------ */

/* "Not this value" is what is left when those of the value are taken out. */
static bool is_negative(const struct table_filter *f)
{
	return f->op == TABLE_NE && f->value && *f->value;
}

static int join(const struct table_view *v, struct matches *m, const struct table_cond *cond,
		bool out, int64_t *ret_count, struct err *err)
{
	struct table_set *set;
	int rc = table_set_take(v, cond, &set, err);

	if (rc < 0)
		return rc;
	if (m->begun)
		rowset_keep(&m->rows, &set->rows, out);
	else if (!rowset_copy(&set->rows, &m->rows))
		rc = err_nomem(err);
	m->begun = true;
	*ret_count = set->count;
	table_set_drop(v->sets, set);
	return rc;
}

/* Of the conditions of one value followed by the order in their index, the one with the
 * fewest rows; all conditions of the order's own column. */
static void note_entry(const struct table_view *v, const struct table_query *q,
		       const struct table_filter *f, int64_t count,
		       const struct table_filter **best, int64_t *best_count, struct matches *m)
{
	int column[2];

	table_order(v->t, q->sort, column);
	if (f->column == column[0]) {
		m->entry[m->entry_count++] = *f;
		m->along = count < m->along ? count : m->along;
	} else if (f->op == TABLE_EQ && f->value && *f->value &&
		   table_indexed(v->t, f->column, column[0]) && count < *best_count) {
		*best = f;
		*best_count = count;
	}
}

/* The sets of all conditions that are not negative. */
static int join_positive(const struct table_view *v, const struct table_query *q, struct matches *m,
			 struct err *err)
{
	const struct table_filter *best = NULL;
	int64_t best_count = INT64_MAX, count = 0;
	struct table_cond cond = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < q->filter_count; i++) {
		if (is_negative(&q->filter[i]))
			continue;
		cond.filter = &q->filter[i];
		rc = join(v, m, &cond, false, &count, err);
		if (rc == 0)
			note_entry(v, q, cond.filter, count, &best, &best_count, m);
	}
	if (rc == 0 && best) {
		m->entry[m->entry_count++] = *best;
		m->along = best_count < m->along ? best_count : m->along;
	}
	for (i = 0; rc == 0 && i < q->any_count; i++)
		rc = join(v, m, &(struct table_cond){ .any = &q->any[i] }, false, &count, err);
	if (rc == 0 && (q->search || !m->begun))
		rc = join(v, m, &(struct table_cond){ .search = q->search }, false, &count, err);
	return rc;
}

static int matches_find(const struct table_view *v, const struct table_query *q, struct matches *m,
			struct err *err)
{
	struct table_filter f;
	int64_t count;
	size_t i;
	int rc;

	*m = (struct matches){ .along = v->last };
	if (q->filter_count >= CONDS_MAX)
		return err_set(err, ERR_LIMIT,
			       "絞り込みの条件が多すぎます（%d個まで）。条件を減らしてください",
			       CONDS_MAX - 1);
	rc = join_positive(v, q, m, err);
	for (i = 0; rc == 0 && i < q->filter_count; i++) {
		if (!is_negative(&q->filter[i]))
			continue;
		f = q->filter[i];
		f.op = TABLE_EQ;
		rc = join(v, m, &(struct table_cond){ .filter = &f }, true, &count, err);
	}
	m->total = rowset_count(&m->rows);
	return rc;
}

/* --- along the index ---------------------------------------------------------------------- */

/* Rows of the page in their order: `count` ids after `skip` matches. */
struct span {
	int64_t skip;
	size_t count;
	int64_t *id;
	size_t found;
};

/* 1: the page is full; 0: `budget` steps did not suffice. */
static int walk(const struct table_view *v, const struct table_query *order,
		const struct matches *m, int64_t budget, struct span *span, struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	STMT_CLEANUP *st = NULL;
	int64_t skip = span->skip;
	int rc;

	span->found = 0;
	table_sql_init(&sql);
	rc = table_sql_ids(&sql, v->t, order, err);
	if (rc == 0)
		rc = table_sql_begin(v->c, &sql, &st, err);
	if (rc < 0)
		return rc;
	while (span->found < span->count && budget-- > 0 && (rc = stmt_step(st, err)) > 0) {
		int64_t id = col_int(st, 0);

		if (rowset_has(&m->rows, id) && skip-- <= 0)
			span->id[span->found++] = id;
	}
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : span->found == span->count;
}

/* --- along the ranking -------------------------------------------------------------------- */

static int rank(const struct table_view *v, const struct table_query *order,
		const struct matches *m, struct span *span, struct err *err)
{
	struct table_ranking *r;
	int rc = table_ranking_take(v, order->sort, &r, err);

	if (rc < 0)
		return rc;
	span->found = table_ranking_span(r, &m->rows, order->descending, (size_t)span->skip,
					 span->id, span->count);
	table_ranking_drop(v->sets, r);
	return 0;
}

/* --- sorting what matches ----------------------------------------------------------------- */

static int sort_all(const struct table_view *v, const struct table_query *order,
		    const struct matches *m, struct span *span, struct err *err)
{
	struct table_keyed *row = calloc((size_t)m->total + 1, sizeof *row);
	CLEANUP(table_keys_close) struct table_keys keys;
	struct arena arena;
	size_t count = 0, i, at;
	int64_t id = 0;
	int rc = table_keys_open(v->c, v->t, order->sort, &keys, err);

	arena_init(&arena, 0);
	if (rc == 0 && !row)
		rc = err_nomem(err);
	while (rc >= 0 && (id = rowset_next(&m->rows, id)) != 0) {
		rc = table_keys_read(&keys, id, &arena, &row[count], err);
		count += rc > 0;
	}
	if (rc >= 0)
		qsort(row, count, sizeof *row, table_keyed_compare);
	span->found = 0;
	for (i = 0; rc >= 0 && i < span->count && (size_t)span->skip + i < count; i++) {
		at = (size_t)span->skip + i;
		span->id[span->found++] = row[order->descending ? count - 1 - at : at].id;
	}
	arena_release(&arena);
	free(row);
	return rc < 0 ? rc : 0;
}

/* --- a page --------------------------------------------------------------------------------- */

static void turn_round(int64_t *id, size_t count)
{
	size_t i;

	for (i = 0; i < count / 2; i++) {
		int64_t other = id[i];

		id[i] = id[count - 1 - i];
		id[count - 1 - i] = other;
	}
}

/* About as many steps along the index as the page takes if the matches lie evenly on it. */
static int64_t steps_expected(const struct matches *m, const struct span *span)
{
	return (int64_t)((double)(span->skip + (int64_t)span->count) / (double)m->total *
			 (double)m->along);
}

static int page_find(const struct table_view *v, const struct table_query *q,
		     const struct matches *m, struct span *span, struct err *err)
{
	struct table_query order = { .filter = m->entry,
				     .filter_count = m->entry_count,
				     .sort = q->sort,
				     .descending = q->descending };
	int64_t behind = m->total - span->skip - (int64_t)span->count;
	bool from_end = behind < span->skip;
	int column[2], rc = 0;

	if (from_end) {
		order.descending = !q->descending;
		span->skip = behind;
	}
	table_order(v->t, q->sort, column);
	if (table_indexed(v->t, column[0], 0) && steps_expected(m, span) < WALK_STEPS)
		rc = walk(v, &order, m, WALK_STEPS, span, err);
	if (rc == 0 && m->total <= SORT_ROWS + v->last / SORT_RANKED)
		rc = sort_all(v, &order, m, span, err);
	else if (rc == 0)
		rc = rank(v, &order, m, span, err);
	if (from_end)
		turn_round(span->id, span->found);
	return rc < 0 ? rc : 0;
}

static int page_rows(const struct table_view *v, const struct table_query *q,
		     const struct matches *m,
		     int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
		     struct err *err)
{
	struct span span = { .skip = q->offset > 0 ? q->offset : 0 };
	int64_t left = m->total - span.skip;
	int rc;

	if (left <= 0)
		return 0;
	span.count = (size_t)(q->limit > 0 && q->limit < left ? q->limit : left);
	span.id = calloc(span.count, sizeof *span.id);
	if (!span.id)
		return err_nomem(err);
	rc = page_find(v, q, m, &span, err);
	if (rc == 0)
		rc = table_rows(v->c, v->t, span.id, span.found, row, arg, err);
	free(span.id);
	return rc;
}

/* Only a reader's snapshot is one that others will see too. */
static bool may_keep(const struct conn *c)
{
	return c->role == CONN_READER;
}

int table_page(struct conn *c, const struct table *t, struct table_sets *sets,
	       const struct table_query *q,
	       int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
	       struct err *err)
{
	CLEANUP(matches_release) struct matches m = { 0 };
	struct table_view v;
	int rc;

	if (!may_keep(c))
		return table_query(c, t, q, row, arg, err);
	rc = table_view_open(c, t, sets, &v, err);
	if (rc == 0)
		rc = matches_find(&v, q, &m, err);
	return rc == 0 ? page_rows(&v, q, &m, row, arg, err) : rc;
}

int table_total(struct conn *c, const struct table *t, struct table_sets *sets,
		const struct table_query *q, int64_t *ret, struct err *err)
{
	CLEANUP(matches_release) struct matches m = { 0 };
	struct table_view v;
	int rc;

	if (!may_keep(c))
		return table_count(c, t, q, 0, ret, err);
	rc = table_view_open(c, t, sets, &v, err);
	if (rc == 0)
		rc = matches_find(&v, q, &m, err);
	*ret = m.total;
	return rc;
}
