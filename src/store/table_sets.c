#include "store/table_sets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define SETS_MAX 64
/* A set further behind is read anew: that costs less than looking at so many rows. */
#define BEHIND_MAX 2000

struct table_sets {
	pthread_mutex_t lock; /* of all below; never held while reading the table */
	struct table_set *item[SETS_MAX];
	size_t count;
	uint64_t clock;
	uint64_t cleared; /* sets begun before the last clearing are not kept */
	const char *const *named;
	size_t named_count;
};

struct table_sets *table_sets_new(const char *const *named, size_t named_count)
{
	struct table_sets *sets = calloc(1, sizeof *sets);

	if (!sets)
		return NULL;
	pthread_mutex_init(&sets->lock, NULL);
	sets->named = named;
	sets->named_count = named_count;
	return sets;
}

static void set_free(struct table_set *set)
{
	rowset_release(&set->rows);
	free(set->key);
	free(set);
}

static void drop_locked(struct table_set *set)
{
	if (--set->users == 0)
		set_free(set);
}

void table_set_drop(struct table_sets *sets, struct table_set *set)
{
	if (!set)
		return;
	pthread_mutex_lock(&sets->lock);
	drop_locked(set);
	pthread_mutex_unlock(&sets->lock);
}

void table_sets_clear(struct table_sets *sets)
{
	pthread_mutex_lock(&sets->lock);
	while (sets->count > 0)
		drop_locked(sets->item[--sets->count]);
	sets->cleared = ++sets->clock;
	pthread_mutex_unlock(&sets->lock);
}

void table_sets_free(struct table_sets *sets)
{
	if (!sets)
		return;
	table_sets_clear(sets);
	pthread_mutex_destroy(&sets->lock);
	free(sets);
}

/* --- snapshots ------------------------------------------------------------------- */

static int newest_of(struct conn *c, const char *name, int64_t *ret_newest, int64_t *ret_last,
		     struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	struct stmt *st = NULL;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_newest(&sql, name, err);
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	if (rc == 0)
		rc = stmt_step(st, err);
	if (rc > 0) {
		*ret_newest = col_int(st, 0);
		*ret_last = col_int(st, 1);
	}
	stmt_end(st);
	return rc < 0 ? rc : 0;
}

int table_view_open(struct conn *c, const struct table *t, struct table_sets *sets,
		    struct table_view *ret, struct err *err)
{
	int64_t newest, last;
	size_t i;
	int rc;

	*ret = (struct table_view){ c, t, sets, -1, -1, 0 };
	pthread_mutex_lock(&sets->lock);
	ret->began = sets->clock;
	pthread_mutex_unlock(&sets->lock);
	rc = newest_of(c, t->name, &ret->newest, &ret->last, err);
	for (i = 0; rc == 0 && i < sets->named_count; i++) {
		rc = newest_of(c, sets->named[i], &newest, &last, err);
		if (rc == 0 && newest > ret->named)
			ret->named = newest;
	}
	return rc;
}

/* --- reading a set ------------------------------------------------------------------ */

static int unfit(int64_t id, struct err *err)
{
	if (id > 0 && id <= ROWSET_ID_MAX)
		return err_nomem(err);
	return err_set(err, ERR_CORRUPT,
		       "一覧の表に、あるはずのない番号の行があります。"
		       "「改ざん検査」を行ってください。");
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
	if (old->as_of > v->newest)
		return 0;
	if (cond->search && v->named > old->as_of)
		return 0;
	rc = table_sql_changed(&sql, v->t, cond, old->as_of, err);
	if (rc == 0 && !rowset_copy(&old->rows, ret))
		rc = err_nomem(err);
	if (rc == 0)
		rc = rows_add(v->c, &sql, true, BEHIND_MAX, ret, &seen, err);
	if (rc == 0 && seen < BEHIND_MAX)
		return 1;
	rowset_release(ret);
	return rc;
}

/* --- the cache ------------------------------------------------------------------------ */

/* SQL text and values: what the set depends on. */
static char *key_of(const struct table_sql *sql)
{
	CLEANUP(buf_release) struct buf key;
	int i;

	buf_init(&key, 0);
	buf_puts(&key, sql->text.data);
	for (i = 0; i < sql->bind_count; i++)
		if (sql->bind[i].integer)
			buf_printf(&key, "\n%lld", (long long)sql->bind[i].number);
		else
			buf_printf(&key, "\n%s", sql->bind[i].text);
	return buf_failed(&key) ? NULL : strdup(key.data);
}

/* What must not have passed a set by. */
static int64_t newest_for(const struct table_view *v, const struct table_cond *cond)
{
	return cond->search && v->named > v->newest ? v->named : v->newest;
}

static size_t find_locked(const struct table_sets *sets, const char *key)
{
	size_t i = 0;

	while (i < sets->count && strcmp(sets->item[i]->key, key) != 0)
		i++;
	return i;
}

static struct table_set *find(struct table_sets *sets, const char *key)
{
	struct table_set *set = NULL;
	size_t i;

	pthread_mutex_lock(&sets->lock);
	i = find_locked(sets, key);
	if (i < sets->count) {
		set = sets->item[i];
		set->used = ++sets->clock;
		set->users++;
	}
	pthread_mutex_unlock(&sets->lock);
	return set;
}

/* The place of the set used least lately. */
static size_t oldest_locked(const struct table_sets *sets)
{
	size_t i, oldest = 0;

	for (i = 1; i < sets->count; i++)
		if (sets->item[i]->used < sets->item[oldest]->used)
			oldest = i;
	return oldest;
}

/* Keeps the set for others unless a newer one of its kind is there. */
static void keep(const struct table_view *v, struct table_set *set)
{
	struct table_sets *sets = v->sets;
	size_t i;

	pthread_mutex_lock(&sets->lock);
	i = find_locked(sets, set->key);
	if (sets->cleared > v->began || (i < sets->count && sets->item[i]->as_of >= set->as_of)) {
		pthread_mutex_unlock(&sets->lock);
		return;
	}
	if (i == sets->count && sets->count == SETS_MAX)
		i = oldest_locked(sets);
	if (i < sets->count)
		drop_locked(sets->item[i]);
	else
		sets->count++;
	sets->item[i] = set;
	set->used = ++sets->clock;
	set->users++;
	pthread_mutex_unlock(&sets->lock);
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
	set->users = 1;
	set->key = key;
	set->as_of = newest_for(v, cond);
	rc = old ? set_update(v, cond, old, &set->rows, err) : 0;
	if (rc == 0)
		rc = rows_add(v->c, sql, false, 0, &set->rows, &seen, err);
	if (rc < 0) {
		set_free(set);
		return rc;
	}
	set->count = rowset_count(&set->rows);
	keep(v, set);
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
	key = key_of(&sql);
	if (!key)
		return err_nomem(err);
	old = find(v->sets, key);
	if (old && old->as_of == newest_for(v, cond)) {
		free(key);
		*ret = old;
		return 0;
	}
	rc = set_make(v, cond, &sql, old, key, ret, err);
	table_set_drop(v->sets, old);
	return rc;
}
