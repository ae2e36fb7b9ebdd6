#include "store/table_ranking.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/table_keys.h"

/* Placing a changed row costs as much as reading so many rows in order. */
#define PLACE_ROWS 512
/* Rows are passed so many at a time. */
#define BLOCK 64

static void ranking_free(struct table_kept *k)
{
	struct table_ranking *r = (struct table_ranking *)k;

	free(r->id);
	free(r->kept.key);
	free(r);
}

void table_ranking_drop(struct table_sets *sets, struct table_ranking *r)
{
	table_kept_drop(sets, r ? &r->kept : NULL);
}

/* --- reading it whole ------------------------------------------------------------------ */

static int rows_read(const struct table_view *v, struct table_sql *sql, struct table_ranking *r,
		     struct err *err)
{
	STMT_CLEANUP *st = NULL;
	size_t alloc = (size_t)v->last;
	int rc = table_sql_begin(v->c, sql, &st, err);

	r->count = r->recent_count = 0;
	r->since = r->kept.as_of;
	r->id = calloc(alloc + 1, sizeof *r->id);
	if (rc == 0 && !r->id)
		rc = err_nomem(err);
	while (rc >= 0 && (rc = stmt_step(st, err)) > 0) {
		/* Ids are distinct and between 1 and the greatest: they fit. */
		int64_t id = col_int(st, 0);

		if (id <= 0 || r->count == alloc)
			rc = table_view_damaged(err);
		else
			r->id[r->count++] = (uint32_t)id;
	}
	/* The statement's values lie in sql: it ends first. */
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : 0;
}

/* --- from one snapshot to another --------------------------------------------------------- */

/* Rows that may lie elsewhere in the snapshot wanted than in that of a ranking there is. */
struct moved {
	uint32_t *id;
	size_t count, most;
	struct rowset set;
};

static void moved_release(struct moved *m)
{
	free(m->id);
	rowset_release(&m->set);
}

/* 1, or 0 when they are too many. */
static int moved_add(struct moved *m, int64_t id, struct err *err)
{
	if (rowset_has(&m->set, id))
		return 1;
	if (m->count == m->most)
		return 0;
	if (!rowset_put(&m->set, id, true))
		return table_view_damaged(err);
	m->id[m->count++] = (uint32_t)id;
	return 1;
}

/* Those written after the ranking was made. */
static int moved_since(const struct table_view *v, int64_t since, struct moved *m, struct err *err)
{
	const struct table_cond all = { 0 };
	CLEANUP(table_sql_release) struct table_sql sql;
	STMT_CLEANUP *st = NULL;
	int rc, found = 1;

	table_sql_init(&sql);
	rc = table_sql_changed(&sql, v->t, &all, since, err);
	if (rc == 0)
		rc = table_sql_begin(v->c, &sql, &st, err);
	while (rc >= 0 && found > 0 && (rc = stmt_step(st, err)) > 0)
		found = moved_add(m, col_int(st, 0), err);
	/* The statement's values lie in sql: it ends first. */
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : found;
}

/* All that differ between the ranking and the snapshot: 1, or 0 when that is not known or
 * they are too many. */
static int moved_find(const struct table_view *v, const struct table_ranking *old, struct moved *m,
		      struct err *err)
{
	size_t i;
	int rc = 1;

	m->most = (size_t)v->last / PLACE_ROWS + BLOCK;
	m->id = calloc(m->most, sizeof *m->id);
	if (!m->id)
		return err_nomem(err);
	if (old->kept.as_of <= v->newest)
		return moved_since(v, old->kept.as_of, m, err);
	if (old->since > v->newest)
		return 0;
	for (i = 0; rc > 0 && i < old->recent_count; i++)
		rc = moved_add(m, old->recent[i], err);
	return rc;
}

/* A row that moved: its values, and before which row of those that stayed it belongs. */
struct place {
	struct table_keyed row;
	size_t at;
};

static int place_compare(const void *a, const void *b)
{
	const struct place *first = a, *second = b;

	return table_keyed_compare(&first->row, &second->row);
}

/* 1 when found, 0 when a row that stayed is not there after all. */
static int place_find(struct table_keys *keys, const uint32_t *stayed, size_t count,
		      struct place *p, struct err *err)
{
	size_t low = 0, high = count;
	struct table_keyed other;
	struct arena arena;
	int rc = 1;

	arena_init(&arena, 0);
	while (rc > 0 && low < high) {
		size_t middle = low + (high - low) / 2;

		rc = table_keys_read(keys, stayed[middle], &arena, &other, err);
		if (rc > 0 && table_keyed_compare(&other, &p->row) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	p->at = low;
	arena_release(&arena);
	return rc;
}

/* The places of the rows that moved, in their order; rows that the snapshot does not have
 * are left out. */
static int places_find(const struct table_view *v, int sort, const struct moved *m,
		       const struct table_ranking *stayed, struct place *place, size_t *ret_count,
		       struct err *err)
{
	CLEANUP(table_keys_close) struct table_keys keys;
	struct arena arena;
	size_t i, count = 0;
	int rc;

	arena_init(&arena, 0);
	rc = table_keys_open(v->c, v->t, sort, &keys, err);
	for (i = 0; rc >= 0 && i < m->count; i++) {
		rc = table_keys_read(&keys, m->id[i], &arena, &place[count].row, err);
		count += rc > 0;
	}
	rc = rc < 0 ? rc : 1;
	for (i = 0; rc > 0 && i < count; i++)
		rc = place_find(&keys, stayed->id, stayed->count, &place[i], err);
	if (rc > 0)
		qsort(place, count, sizeof *place, place_compare);
	/* Only places and ids are used from here on. */
	arena_release(&arena);
	*ret_count = count;
	return rc;
}

/* Puts the rows that moved between those that stayed, from the end: r->id has room. */
static void places_fill(struct table_ranking *r, const struct place *place, size_t count)
{
	size_t from = r->count;

	r->count += count;
	while (count > 0) {
		size_t at = place[count - 1].at;

		memmove(r->id + at + count, r->id + at, (from - at) * sizeof *r->id);
		from = at;
		r->id[at + count - 1] = (uint32_t)place[count - 1].row.id;
		count--;
	}
}

/* What later readers of earlier snapshots will ask for. */
static void recent_note(struct table_ranking *r, const struct table_ranking *old,
			const struct moved *m)
{
	bool joined = old->recent_count + m->count <= TABLE_RANKING_RECENT;

	r->since = r->kept.as_of;
	if (old->kept.as_of > r->kept.as_of || m->count > TABLE_RANKING_RECENT)
		return;
	r->since = joined ? old->since : old->kept.as_of;
	r->recent_count = joined ? old->recent_count : 0;
	memcpy(r->recent, old->recent, r->recent_count * sizeof *r->recent);
	memcpy(r->recent + r->recent_count, m->id, m->count * sizeof *m->id);
	r->recent_count += m->count;
}

/* 1 when r has become the ranking of the snapshot, 0 when it must be read whole. */
static int ranking_update(const struct table_view *v, int sort, const struct table_ranking *old,
			  struct table_ranking *r, struct err *err)
{
	CLEANUP(moved_release) struct moved m = { 0 };
	struct place *place = NULL;
	size_t i, count = 0;
	int rc = moved_find(v, old, &m, err);

	if (rc <= 0)
		return rc;
	r->id = malloc((old->count + m.count + 1) * sizeof *r->id);
	place = calloc(m.count + 1, sizeof *place);
	if (!r->id || !place)
		rc = err_nomem(err);
	for (i = 0; rc > 0 && i < old->count; i++) {
		r->id[r->count] = old->id[i];
		r->count += !rowset_has(&m.set, old->id[i]);
	}
	if (rc > 0)
		rc = places_find(v, sort, &m, r, place, &count, err);
	if (rc > 0) {
		places_fill(r, place, count);
		recent_note(r, old, &m);
	} else {
		free(r->id);
		r->id = NULL;
		r->count = 0;
	}
	free(place);
	return rc;
}

/* --- the cache ------------------------------------------------------------------------------ */

static int ranking_make(const struct table_view *v, int sort, struct table_sql *sql,
			const struct table_ranking *old, char *key, struct table_ranking **ret,
			struct err *err)
{
	struct table_ranking *r = calloc(1, sizeof *r);
	int rc;

	if (!r) {
		free(key);
		return err_nomem(err);
	}
	r->kept = (struct table_kept){ .free = ranking_free,
				       .kind = TABLE_KEPT_RANKING,
				       .key = key,
				       .as_of = v->newest,
				       .users = 1 };
	rc = old ? ranking_update(v, sort, old, r, err) : 0;
	if (rc == 0)
		rc = rows_read(v, sql, r, err);
	if (rc < 0) {
		ranking_free(&r->kept);
		return rc;
	}
	table_kept_add(v, &r->kept);
	*ret = r;
	return 0;
}

int table_ranking_take(const struct table_view *v, int sort, struct table_ranking **ret,
		       struct err *err)
{
	const struct table_query order = { .sort = sort };
	CLEANUP(table_sql_release) struct table_sql sql;
	struct table_ranking *old;
	char *key;
	int rc;

	table_sql_init(&sql);
	if (v->last > ROWSET_ID_MAX)
		return table_view_damaged(err);
	rc = table_sql_ids(&sql, v->t, &order, err);
	if (rc < 0)
		return rc;
	key = table_kept_key(&sql);
	if (!key)
		return err_nomem(err);
	old = (struct table_ranking *)table_kept_find(v->sets, key);
	if (old && old->kept.as_of == v->newest) {
		free(key);
		*ret = old;
		return 0;
	}
	rc = ranking_make(v, sort, &sql, old, key, ret, err);
	table_ranking_drop(v->sets, old);
	return rc;
}

/* --- pages ------------------------------------------------------------------------------------ */

size_t table_ranking_span(const struct table_ranking *r, const struct rowset *rows, bool descending,
			  size_t skip, int64_t *ret_id, size_t want)
{
	size_t passed = 0, found = 0, i;

	while (found < want && passed < r->count) {
		size_t left = r->count - passed, n = left < BLOCK ? left : BLOCK;
		const uint32_t *id = r->id + (descending ? left - n : passed);
		size_t hits = rowset_hits(rows, id, n);

		passed += n;
		if (hits <= skip) {
			skip -= hits;
			continue;
		}
		for (i = 0; i < n && found < want; i++) {
			int64_t one = id[descending ? n - 1 - i : i];

			if (!rowset_has(rows, one))
				continue;
			if (skip > 0)
				skip--;
			else
				ret_id[found++] = one;
		}
	}
	return found;
}
