#include "store/table_sets.h"

#include <stdlib.h>

#include "base/cleanup.h"

/* A set further behind is read anew: that costs less than looking at so many rows. */
#define BEHIND_MAX 2000

static void set_free(struct table_kept *k)
{
	struct table_set *set = (struct table_set *)k;

	rowset_release(&set->rows);
	free(set->kept.key);
	free(set);
}

void table_set_drop(struct table_sets *sets, struct table_set *set)
{
	table_kept_drop(sets, set ? &set->kept : NULL);
}

/* --- reading a set ------------------------------------------------------------------ */

static int unfit(int64_t id, struct err *err)
{
	return id > 0 && id <= ROWSET_ID_MAX ? err_nomem(err) : table_view_damaged(err);
}

/* Puts in the rows of a statement: (id), or with `marked` (id, whether it is in).
 * *ret_seen counts them, no further than `most` (0: all). */
static int rows_add(struct conn *c, struct table_sql *sql, bool marked, size_t most,
		    struct rowset *rows, size_t *ret_seen, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	size_t seen = 0;
	int rc = table_sql_begin(c, sql, &st, err);

	if (rc < 0)
		return rc;
	while ((most == 0 || seen < most) && (rc = stmt_step(st, err)) > 0) {
		int64_t id = col_int(st, 0);

		seen++;
		if (!rowset_put(rows, id, !marked || col_int(st, 1) != 0)) {
			rc = unfit(id, err);
			break;
		}
	}
	*ret_seen = seen;
	/* The statement's values lie in sql: it ends first. */
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : 0;
}

/* The set of an earlier snapshot, brought up to this one. 0 when too much lies
 * between, 1 when done. */
static int set_update(const struct table_view *v, const struct table_cond *cond,
		      const struct table_set *old, struct rowset *ret, struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	size_t seen = 0;
	int rc;

	table_sql_init(&sql);
	if (old->kept.as_of > v->newest)
		return 0;
	if (cond->search && v->named > old->kept.as_of)
		return 0;
	rc = table_sql_changed(&sql, v->t, cond, old->kept.as_of, err);
	if (rc == 0 && !rowset_copy(&old->rows, ret))
		rc = err_nomem(err);
	if (rc == 0)
		rc = rows_add(v->c, &sql, true, BEHIND_MAX, ret, &seen, err);
	if (rc == 0 && seen < BEHIND_MAX)
		return 1;
	rowset_release(ret);
	return rc;
}

/* Rows are never taken out, so that all of a table can mostly be told from its number of
 * rows, which is counted in a hundredth of the time. 0 when it cannot. */
static int set_all(const struct table_view *v, const struct table_cond *cond, struct rowset *ret,
		   struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	struct stmt *st = NULL;
	int64_t count = 0;
	int rc;

	table_sql_init(&sql);
	if (cond->filter || cond->any || cond->search)
		return 0;
	rc = table_sql_rows_count(&sql, v->t, err);
	if (rc == 0)
		rc = table_sql_begin(v->c, &sql, &st, err);
	if (rc == 0)
		rc = stmt_value(st, 0, &count, err);
	if (rc < 0 || count != v->last)
		return rc;
	return rowset_fill(ret, count) ? 1 : unfit(count, err);
}

/* --- the cache ------------------------------------------------------------------------ */

/* What must not have passed a set by. */
static int64_t newest_for(const struct table_view *v, const struct table_cond *cond)
{
	return cond->search && v->named > v->newest ? v->named : v->newest;
}

static int set_make(const struct table_view *v, const struct table_cond *cond,
		    struct table_sql *sql, const struct table_set *old, char *key,
		    struct table_set **ret, struct err *err)
{
	struct table_set *set = calloc(1, sizeof *set);
	size_t seen;
	int rc;

	if (!set) {
		free(key);
		return err_nomem(err);
	}
	set->kept = (struct table_kept){ .free = set_free,
					 .kind = TABLE_KEPT_SET,
					 .key = key,
					 .as_of = newest_for(v, cond),
					 .users = 1 };
	rc = old ? set_update(v, cond, old, &set->rows, err) : 0;
	if (rc == 0)
		rc = set_all(v, cond, &set->rows, err);
	if (rc == 0)
		rc = rows_add(v->c, sql, false, 0, &set->rows, &seen, err);
	if (rc < 0) {
		set_free(&set->kept);
		return rc;
	}
	set->count = rowset_count(&set->rows);
	table_kept_add(v, &set->kept);
	*ret = set;
	return 0;
}

int table_set_take(const struct table_view *v, const struct table_cond *cond,
		   struct table_set **ret, struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	struct table_set *old;
	char *key;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_set(&sql, v->t, cond, err);
	if (rc < 0)
		return rc;
	key = table_kept_key(&sql);
	if (!key)
		return err_nomem(err);
	old = (struct table_set *)table_kept_find(v->sets, key);
	if (old && old->kept.as_of == newest_for(v, cond)) {
		free(key);
		*ret = old;
		return 0;
	}
	rc = set_make(v, cond, &sql, old, key, ret, err);
	table_set_drop(v->sets, old);
	return rc;
}
