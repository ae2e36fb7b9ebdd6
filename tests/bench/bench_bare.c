/*
 * The peer of the write figures: bare SQLite writes the very rows that a run of the
 * server wrote, into a database of the same schema, with synchronous=FULL.
 *
 *   bench_bare SOURCE.db FIRST LAST BATCH TARGET.db
 *
 * The rows of leaves FIRST to LAST are read before the clock starts: leaf, part,
 * revision, idempotency, the ledger's own table and its search index. BATCH of them
 * make one transaction. Prints: rows (leaves), rows per second, p50 and p99 of a
 * transaction in milliseconds.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define COLUMNS_MAX 128

/* The rows of one table that belong to one leaf each, in order of the leaves. */
struct copy {
	const char *select, *insert;
	sqlite3_stmt *in;
	int columns;
	sqlite3_value **value; /* columns per row */
	int64_t *seq;
	size_t count, next;
};

static struct copy copies[] = {
	{ .select = "SELECT seq, * FROM leaf WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	  .insert = "leaf" },
	{ .select = "SELECT id / 8, * FROM part WHERE id BETWEEN ?1 * 8 AND ?2 * 8 + 7 ORDER BY id",
	  .insert = "part" },
	{ .select = "SELECT seq, * FROM revision WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	  .insert = "revision" },
	{ .select = "SELECT seq, * FROM idempotency WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	  .insert = "idempotency" },
	{ .select = "SELECT seq, * FROM l_devices WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	  .insert = "l_devices" },
	{ .select = "SELECT seq, id, search FROM l_devices WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	  .insert = "l_devices_fts(rowid, search)" },
};
#define COPY_COUNT (sizeof copies / sizeof copies[0])

static sqlite3 *source, *target;

static void die(const char *what, sqlite3 *db)
{
	fprintf(stderr, "bench_bare: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static void run(const char *sql)
{
	if (sqlite3_exec(target, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sql, target);
}

/* Tables and indexes as they are; SQLite makes those of the search index itself. */
static void copy_schema(void)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(source,
			       "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT "
			       "LIKE 'sqlite_%' AND name NOT GLOB '*_fts_*' ORDER BY rowid",
			       -1, &st, NULL) != SQLITE_OK)
		die("schema", source);
	while (sqlite3_step(st) == SQLITE_ROW)
		run((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
}

static void load(struct copy *c, int64_t first, int64_t last)
{
	size_t room = 0;
	sqlite3_stmt *st;
	int i;

	if (sqlite3_prepare_v2(source, c->select, -1, &st, NULL) != SQLITE_OK)
		die(c->select, source);
	sqlite3_bind_int64(st, 1, first);
	sqlite3_bind_int64(st, 2, last);
	c->columns = sqlite3_column_count(st) - 1;
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (c->count == room) {
			room = room ? room * 2 : 1024;
			c->value = realloc(c->value,
					   room * (size_t)c->columns * sizeof *c->value);
			c->seq = realloc(c->seq, room * sizeof *c->seq);
			if (!c->value || !c->seq)
				die("out of memory", NULL);
		}
		c->seq[c->count] = sqlite3_column_int64(st, 0);
		for (i = 0; i < c->columns; i++)
			c->value[c->count * (size_t)c->columns + (size_t)i] =
				sqlite3_value_dup(sqlite3_column_value(st, i + 1));
		c->count++;
	}
	sqlite3_finalize(st);
}

static void prepare(struct copy *c)
{
	char sql[1024];
	int i, n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?1", c->insert);

	for (i = 1; i < c->columns; i++)
		n += snprintf(sql + n, sizeof sql - (size_t)n, ", ?%d", i + 1);
	snprintf(sql + n, sizeof sql - (size_t)n, ")");
	if (c->columns > COLUMNS_MAX ||
	    sqlite3_prepare_v2(target, sql, -1, &c->in, NULL) != SQLITE_OK)
		die(sql, target);
}

/* All rows of the leaves up to `seq`. */
static void write_up_to(struct copy *c, int64_t seq)
{
	for (; c->next < c->count && c->seq[c->next] <= seq; c->next++) {
		int i;

		for (i = 0; i < c->columns; i++)
			sqlite3_bind_value(c->in, i + 1,
					   c->value[c->next * (size_t)c->columns + (size_t)i]);
		if (sqlite3_step(c->in) != SQLITE_DONE)
			die(c->insert, target);
		sqlite3_reset(c->in);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(int64_t first, int64_t last, int64_t batch)
{
	int64_t *sample = malloc((size_t)((last - first) / batch + 1) * sizeof *sample);
	int64_t seq, start = clock_mono_us(), took;
	size_t count = 0, i;

	if (!sample)
		die("out of memory", NULL);
	for (seq = first; seq <= last; seq += batch) {
		int64_t at = clock_mono_us(), end = seq + batch - 1 < last ? seq + batch - 1 : last;

		run("BEGIN IMMEDIATE");
		for (i = 0; i < COPY_COUNT; i++)
			write_up_to(&copies[i], end);
		run("COMMIT");
		sample[count++] = clock_mono_us() - at;
	}
	took = clock_mono_us() - start;
	qsort(sample, count, sizeof *sample, compare);
	printf("%lld %.1f %.3f %.3f\n", (long long)(last - first + 1),
	       (double)(last - first + 1) / ((double)took / 1e6),
	       (double)sample[count / 2] / 1000.0, (double)sample[(count - 1) * 99 / 100] / 1000.0);
	free(sample);
}

int main(int argc, char **argv)
{
	int64_t first, last, batch;
	size_t i;

	if (argc != 6)
		die("usage: bench_bare SOURCE.db FIRST LAST BATCH TARGET.db", NULL);
	first = strtoll(argv[2], NULL, 10);
	last = strtoll(argv[3], NULL, 10);
	batch = strtoll(argv[4], NULL, 10);
	if (batch < 1 || last < first)
		die("FIRST to LAST, BATCH at least 1", NULL);
	if (sqlite3_open_v2(argv[1], &source, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		die(argv[1], source);
	if (sqlite3_open(argv[5], &target) != SQLITE_OK)
		die(argv[5], target);
	run("PRAGMA journal_mode=WAL");
	run("PRAGMA synchronous=FULL");
	run("PRAGMA cache_size=-16384");
	copy_schema();
	for (i = 0; i < COPY_COUNT; i++) {
		load(&copies[i], first, last);
		prepare(&copies[i]);
	}
	measure(first, last, batch);
	for (i = 0; i < COPY_COUNT; i++)
		sqlite3_finalize(copies[i].in);
	sqlite3_close(source);
	sqlite3_close(target);
	return 0;
}
