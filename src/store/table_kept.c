#include "store/table_kept.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A set takes one bit an entry, a ranking 4 bytes. */
static const size_t most[] = { [TABLE_KEPT_SET] = 64, [TABLE_KEPT_RANKING] = 8 };
#define KEPT_MAX (64 + 8)

struct table_sets {
	pthread_mutex_t lock; /* of all below; never held while reading the table */
	struct table_kept *item[KEPT_MAX];
	size_t count;
	uint64_t clock;
	uint64_t cleared; /* what was begun before the last clearing is not kept */
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

static void drop_locked(struct table_kept *k)
{
	if (--k->users == 0)
		k->free(k);
}

void table_kept_drop(struct table_sets *sets, struct table_kept *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&sets->lock);
	drop_locked(k);
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

	*ret = (struct table_view){ c, t, sets, -1, -1, 0, 0 };
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

int table_view_damaged(struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "一覧の表に、あるはずのない番号の行があります。"
		       "「改ざん検査」を行ってください。");
}

/* --- the cache ------------------------------------------------------------------------ */

char *table_kept_key(const struct table_sql *sql)
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

static size_t find_locked(const struct table_sets *sets, const char *key)
{
	size_t i = 0;

	while (i < sets->count && strcmp(sets->item[i]->key, key) != 0)
		i++;
	return i;
}

struct table_kept *table_kept_find(struct table_sets *sets, const char *key)
{
	struct table_kept *k = NULL;
	size_t i;

	pthread_mutex_lock(&sets->lock);
	i = find_locked(sets, key);
	if (i < sets->count) {
		k = sets->item[i];
		k->used = ++sets->clock;
		k->users++;
	}
	pthread_mutex_unlock(&sets->lock);
	return k;
}

/* The place for one more of a kind: a new one, or that of the one used least lately. */
static size_t place_locked(const struct table_sets *sets, enum table_kept_kind kind)
{
	size_t i, count = 0, oldest = sets->count;

	for (i = 0; i < sets->count; i++) {
		if (sets->item[i]->kind != kind)
			continue;
		count++;
		if (oldest == sets->count || sets->item[i]->used < sets->item[oldest]->used)
			oldest = i;
	}
	return count < most[kind] ? sets->count : oldest;
}

void table_kept_add(const struct table_view *v, struct table_kept *k)
{
	struct table_sets *sets = v->sets;
	size_t i;

	pthread_mutex_lock(&sets->lock);
	i = find_locked(sets, k->key);
	if (sets->cleared > v->began || (i < sets->count && sets->item[i]->as_of >= k->as_of)) {
		pthread_mutex_unlock(&sets->lock);
		return;
	}
	if (i == sets->count)
		i = place_locked(sets, k->kind);
	if (i < sets->count)
		drop_locked(sets->item[i]);
	else
		sets->count++;
	sets->item[i] = k;
	k->used = ++sets->clock;
	k->users++;
	pthread_mutex_unlock(&sets->lock);
}
