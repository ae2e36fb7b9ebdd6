/*
 * The store against bare SQLite writing the very same rows, and the first page of
 * a ledger at 10,000, 100,000 and 1,000,000 rows.
 *
 *   bench_store [SECONDS [ROWS...]]
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fold.h"
#include "store/core.h"
#include "store/table.h"

#define CLIENTS_MAX 64
#define SAMPLES_MAX 200000

static const char body[] =
	"{\"1\":\"電子カルテサーバー\",\"2\":\"PowerEdge R750\",\"3\":\"2階サーバー室\","
	"\"4\":\"192.0.2.10\",\"5\":\"Windows Server "
	"2022\",\"6\":\"2031-10-14\",\"7\":\"情報管理室\"}";

static void stop_with(const char *what)
{
	fprintf(stderr, "bench_store: %s\n", what);
	exit(1);
}

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		stop_with(err->text);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static double at_rank(int64_t *sample, size_t count, double rank)
{
	qsort(sample, count, sizeof *sample, compare);
	return (double)sample[(size_t)((double)(count - 1) * rank)] / 1000.0;
}

/* --- the store ------------------------------------------------------------------ */

struct client {
	struct store *s;
	int64_t until, *sample;
	size_t count;
	pthread_t thread;
};

static int append(struct tx *tx, void *arg, struct err *err)
{
	return tx_append(tx, arg, NULL, err);
}

static void *client_run(void *arg)
{
	struct client *c = arg;
	char id[ID_SIZE], key[40], actor[ID_SIZE];
	struct err err;

	id_new(actor);
	while (clock_mono_us() < c->until && c->count < SAMPLES_MAX) {
		struct fact f = { .kind = "entry",
				  .ledger = "devices",
				  .entry = id,
				  .rev = 1,
				  .op = "create",
				  .actor = actor,
				  .part = { { "internal", body, sizeof body - 1, false } },
				  .part_count = 1 };
		int64_t start = clock_mono_us();

		id_new(id);
		snprintf(key, sizeof key, "key-%.26s", id);
		must(store_write(c->s, key, append, &f, NULL, &err), &err);
		c->sample[c->count++] = clock_mono_us() - start;
	}
	return NULL;
}

struct figures {
	double per_second, p50, p99, batch;
};

static struct figures store_writes(struct store *s, int clients, int seconds)
{
	struct client c[CLIENTS_MAX];
	int64_t start = clock_mono_us(), commits = s->commit.commits, took;
	int64_t *all;
	struct figures f;
	size_t count = 0;
	int i;

	for (i = 0; i < clients; i++) {
		c[i] = (struct client){ .s = s, .until = start + seconds * 1000000LL };
		c[i].sample = malloc(SAMPLES_MAX * sizeof *c[i].sample);
		if (!c[i].sample || pthread_create(&c[i].thread, NULL, client_run, &c[i]) != 0)
			stop_with("cannot start clients");
	}
	for (i = 0; i < clients; i++) {
		pthread_join(c[i].thread, NULL);
		count += c[i].count;
	}
	took = clock_mono_us() - start;
	all = malloc(count * sizeof *all);
	if (!all)
		stop_with("out of memory");
	for (count = 0, i = 0; i < clients; i++) {
		memcpy(all + count, c[i].sample, c[i].count * sizeof *all);
		count += c[i].count;
		free(c[i].sample);
	}
	f.per_second = (double)count / ((double)took / 1e6);
	f.p50 = at_rank(all, count, 0.5);
	f.p99 = at_rank(all, count, 0.99);
	f.batch = (double)count / (double)(s->commit.commits - commits);
	free(all);
	return f;
}

/* --- bare SQLite with the same rows ------------------------------------------------- */

static sqlite3_stmt *bare[5];

static sqlite3 *bare_open(const char *path)
{
	static const char *const text[] = {
		"INSERT INTO leaf VALUES (?1, ?2, ?3)",
		"INSERT INTO part VALUES (?1, 'internal', ?2, ?3, 0)",
		"INSERT INTO revision VALUES (?1, 1, ?2, 'devices')",
		"INSERT INTO idempotency VALUES (?1, ?2, ?3, 0, ?4)",
		"UPDATE meta SET value = ?1 WHERE name = 'idempotency'",
	};
	static const char *const schema[] = {
#define SCHEMA(sql) sql,
#define MIGRATION(version, sql)
#include "store/schema.def"
#undef SCHEMA
#undef MIGRATION
	};
	sqlite3 *db;
	size_t i;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db,
			 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			 "PRAGMA cache_size=-16384",
			 NULL, NULL, NULL) != SQLITE_OK)
		stop_with("cannot open bare database");
	for (i = 0; i < sizeof schema / sizeof schema[0]; i++)
		if (sqlite3_exec(db, schema[i], NULL, NULL, NULL) != SQLITE_OK)
			stop_with(sqlite3_errmsg(db));
	sqlite3_exec(db, "INSERT INTO meta VALUES ('idempotency', '')", NULL, NULL, NULL);
	for (i = 0; i < 5; i++)
		if (sqlite3_prepare_v2(db, text[i], -1, &bare[i], NULL) != SQLITE_OK)
			stop_with(sqlite3_errmsg(db));
	return db;
}

static void bare_step(int which)
{
	if (sqlite3_step(bare[which]) != SQLITE_DONE)
		stop_with("bare insert");
	sqlite3_reset(bare[which]);
}

static void bare_row(int64_t seq)
{
	static const char rec[] =
		"{\"actor\":\"01kax5w0e3k6y7v8q9r2s3t4u5\",\"at\":1795000000000000,"
		"\"entry\":\"01kax5w0e3k6y7v8q9r2s3t4u5\",\"kind\":\"entry\",\"ledger\":"
		"\"devices\","
		"\"op\":\"create\",\"parts\":{\"internal\":\"0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef\"},\"rev\":1,\"v\":1}";
	static const uint8_t hash[HASH_SIZE];
	char id[ID_SIZE], key[40];

	id_new(id);
	snprintf(key, sizeof key, "key-%.26s", id);
	sqlite3_bind_int64(bare[0], 1, seq);
	sqlite3_bind_blob(bare[0], 2, rec, sizeof rec - 1, SQLITE_STATIC);
	sqlite3_bind_blob(bare[0], 3, hash, sizeof hash, SQLITE_STATIC);
	bare_step(0);
	sqlite3_bind_int64(bare[1], 1, seq * 8);
	sqlite3_bind_blob(bare[1], 2, hash, sizeof hash, SQLITE_STATIC);
	sqlite3_bind_blob(bare[1], 3, body, sizeof body - 1, SQLITE_STATIC);
	bare_step(1);
	sqlite3_bind_text(bare[2], 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(bare[2], 2, seq);
	bare_step(2);
	sqlite3_bind_int64(bare[3], 1, seq);
	sqlite3_bind_text(bare[3], 2, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(bare[3], 3, seq);
	sqlite3_bind_blob(bare[3], 4, hash, sizeof hash, SQLITE_STATIC);
	bare_step(3);
}

static struct figures bare_writes(sqlite3 *db, int batch, int seconds, int64_t *seq)
{
	int64_t *sample = malloc(SAMPLES_MAX * sizeof *sample), start = clock_mono_us(), took;
	int64_t until = start + seconds * 1000000LL;
	struct figures f;
	size_t count = 0;
	int i;

	if (!sample)
		stop_with("out of memory");
	while (clock_mono_us() < until && count < SAMPLES_MAX) {
		int64_t at = clock_mono_us();

		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (i = 0; i < batch; i++)
			bare_row(++*seq);
		sqlite3_bind_text(bare[4], 1, "0123456789abcdef0123456789abcdef", -1,
				  SQLITE_STATIC);
		bare_step(4);
		if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
			stop_with("bare commit");
		sample[count++] = clock_mono_us() - at;
	}
	took = clock_mono_us() - start;
	f.per_second = (double)count * batch / ((double)took / 1e6);
	f.p50 = at_rank(sample, count, 0.5);
	f.p99 = at_rank(sample, count, 0.99);
	f.batch = batch;
	free(sample);
	return f;
}

#define ROUNDS 5

/* Store and bare SQLite take turns, since other work on the machine disturbs
 * both; the middle one of the ratios counts. */
static void bench_clients(struct store *s, sqlite3 *db, int clients, int seconds, int64_t *seq)
{
	struct figures own[ROUNDS], plain[ROUNDS];
	int64_t ratio[ROUNDS];
	int i, middle = 0;

	for (i = 0; i < ROUNDS; i++) {
		own[i] = store_writes(s, clients, seconds);
		plain[i] = bare_writes(db, own[i].batch > 1 ? (int)(own[i].batch + 0.5) : 1,
				       seconds, seq);
		ratio[i] =
			(int64_t)(1e6 * (clients == 1 ? own[i].p50 / plain[i].p50
						      : own[i].per_second / plain[i].per_second));
	}
	for (i = 0; i < ROUNDS; i++) {
		int k, below = 0;

		for (k = 0; k < ROUNDS; k++)
			below += ratio[k] < ratio[i] || (ratio[k] == ratio[i] && k < i);
		if (below == ROUNDS / 2)
			middle = i;
	}
	printf("%2d clients: store %.0f/s p50 %.3f p99 %.3f ms, batch %.1f; bare %.0f/s p50 %.3f "
	       "ms; "
	       "ratio %.2f (target %s)\n",
	       clients, own[middle].per_second, own[middle].p50, own[middle].p99, own[middle].batch,
	       plain[middle].per_second, plain[middle].p50, (double)ratio[middle] / 1e6,
	       clients == 1 ? "<= 3 of p50" : ">= 0.50 of rate");
}

static void bench_writes(struct store *s, const char *root, int seconds)
{
	char path[PATH_MAX];
	int64_t seq = 0;
	sqlite3 *db;
	int i;

	snprintf(path, sizeof path, "%s/bare.db", root);
	db = bare_open(path);
	bench_clients(s, db, 1, seconds, &seq);
	bench_clients(s, db, 64, seconds, &seq);
	for (i = 0; i < 5; i++)
		sqlite3_finalize(bare[i]);
	sqlite3_close(db);
}

/* --- first page ---------------------------------------------------------------------- */

static const struct table_column columns[] = {
	{ 1, false }, { 2, false }, { 3, false }, { 4, true }, { 5, false }
};
static const struct table_index indexes[] = { { { 3, 1 } }, { { 1 } } };
static const struct table table = { "devices", columns, 5, indexes, 2 };

struct filling {
	int from, count;
};

static int fill(struct tx *tx, void *arg, struct err *err)
{
	const struct filling *w = arg;
	char name[40], place[24], number[16], entry[40];
	const char *value[] = { name, "PowerEdge R750", place, number, "2031-10-14" };
	int i, rc = table_ensure(tx, &table, err);

	for (i = w->from; rc == 0 && i < w->from + w->count; i++) {
		struct table_row row = { .entry = entry,
					 .state = i % 10 ? "confirmed" : "draft",
					 .actor = "a",
					 .rev = 1,
					 .seq = i,
					 .at_us = i,
					 .search = "端末 末",
					 .value = value };

		snprintf(name, sizeof name, "端末%u", (unsigned)i * 2654435761U % 1000003U);
		snprintf(place, sizeof place, "%d階", i % 7);
		snprintf(number, sizeof number, "%d", i);
		snprintf(entry, sizeof entry, "e%09d", i);
		rc = table_put(tx, &table, &row, err);
	}
	return rc;
}

static int ignore(void *arg, const struct table_row *row, struct err *err)
{
	(void)row;
	(void)err;
	++*(int *)arg;
	return 0;
}

/* As a page does it: snapshot, 50 rows, count up to 1,000. */
static void page(struct store *s, const struct table_query *q)
{
	struct err err = { 0 };
	struct conn *c;
	int rows = 0;
	int64_t n;

	must(store_read_begin(s, &c, &err), &err);
	must(table_query(c, &table, q, ignore, &rows, &err), &err);
	must(table_count(c, &table, q, 1000, &n, &err), &err);
	store_read_end(c);
	if (rows != 50)
		stop_with("page is not full");
}

static void bench_page(struct store *s, const char *what, const struct table_query *q, int rows,
		       double *first)
{
	int64_t sample[500];
	double p50, p99;
	size_t i;

	for (i = 0; i < 20; i++)
		page(s, q);
	for (i = 0; i < 500; i++) {
		int64_t at = clock_mono_us();

		page(s, q);
		sample[i] = clock_mono_us() - at;
	}
	p50 = at_rank(sample, 500, 0.5);
	p99 = at_rank(sample, 500, 0.99);
	if (*first == 0)
		*first = p50;
	printf("%8d rows, %s: p50 %.3f p99 %.3f ms, growth %.2f\n", rows, what, p50, p99,
	       p50 / *first);
}

static void bench_pages(struct store *s, int rows, int *have, double first[3])
{
	struct table_filter place = { 3, TABLE_EQ, "3階" },
			    state = { TABLE_STATE, TABLE_EQ, "draft" };
	struct table_query by_place = {
		.filter = &place, .filter_count = 1, .sort = 1, .limit = 50
	};
	struct table_query by_state = { .filter = &state,
					.filter_count = 1,
					.sort = TABLE_SEQ,
					.descending = true,
					.limit = 50 };
	struct table_query by_name = { .sort = 1, .limit = 50 };
	struct err err = { 0 };

	while (*have < rows) {
		struct filling w = { *have, rows - *have < 20000 ? rows - *have : 20000 };

		must(store_write(s, NULL, fill, &w, NULL, &err), &err);
		*have += w.count;
	}
	bench_page(s, "filter place, sort name", &by_place, rows, &first[0]);
	bench_page(s, "filter state, newest first", &by_state, rows, &first[1]);
	bench_page(s, "sort name", &by_name, rows, &first[2]);
}

static struct store *reopen(struct store *s, const char *data)
{
	struct err err = { 0 };
	int64_t start, took;

	store_close(s);
	start = clock_mono_us();
	must(store_open(data, 0, &s, &err), &err);
	took = clock_mono_us() - start;
	printf("cold open with %lld leaves: %.1f ms\n", (long long)s->commit.edge.size,
	       (double)took / 1000.0);
	return s;
}

int main(int argc, char **argv)
{
	static const char *const usual[] = { "10000", "100000", "1000000" };
	const char *const *sizes = argc > 2 ? (const char *const *)argv + 2 : usual;
	int count = argc > 2 ? argc - 2 : 3,
	    seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, have = 0, i;
	const char *tmp = getenv("TMPDIR");
	char root[PATH_MAX - 64], data[PATH_MAX], org[ID_SIZE], command[PATH_MAX + 32];
	struct store_init init = { .org_id = org, .org_name = "見本病院", .kind = "hospital" };
	double first[3] = { 0, 0, 0 };
	struct err err = { 0 };
	struct store *s;

	snprintf(root, sizeof root, "%s/daicho-bench-XXXXXX", tmp ? tmp : P_tmpdir);
	if (!mkdtemp(root))
		stop_with("cannot make a temporary folder");
	snprintf(data, sizeof data, "%s/data", root);
	id_new(org);
	must(store_create(data, &init, &err), &err);
	must(store_open(data, 0, &s, &err), &err);
	bench_writes(s, root, seconds);
	s = reopen(s, data);
	for (i = 0; i < count; i++)
		bench_pages(s, (int)strtol(sizes[i], NULL, 10), &have, first);
	store_close(s);
	snprintf(command, sizeof command, "rm -r '%s'", root);
	return system(command) == 0 ? 0 : 1;
}
