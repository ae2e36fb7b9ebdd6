/*
 * What it costs to ask the ledgers: every measure once, in one view, as a page that shows all
 * of them does.
 *
 *   bench_measure DATA [VIEWS]
 *
 * Prints views, views per second, and p50 and p99 in milliseconds; on standard error how
 * long each measure takes when the ledgers have been read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "measure/measure.h"

#define VIEWS_MAX 100000

static void must(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_measure: %s\n", err->text);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void ask_all(struct measure_cache *m, const char *column, struct err *err)
{
	size_t count, i;
	const char *const *names = measure_names(&count);
	const struct proposal *p;

	for (i = 0; i < count; i++)
		must(measure_cache_run(m, names[i], column, NULL, &p, err), err);
}

static int64_t one_view(struct store *s, struct ledgers *l, struct err *err)
{
	int64_t start = clock_mono_us();
	struct measure_cache *m;
	struct arena arena;
	struct conn *c;
	char today[DATE_SIZE];

	date_today(today);
	arena_init(&arena, 0);
	must(store_read_begin(s, &c, err), err);
	must(measure_cache_new(l, c, today, &arena, &m, err), err);
	ask_all(m, "", err);
	store_read_end(c);
	arena_release(&arena);
	return clock_mono_us() - start;
}

/* A second column asks everything again of ledgers that have been read. */
static void each(struct store *s, struct ledgers *l, struct err *err)
{
	const struct proposal *p;
	struct measure_cache *m;
	struct arena arena;
	struct conn *c;
	char today[DATE_SIZE];
	size_t count, i;
	const char *const *names = measure_names(&count);

	date_today(today);
	arena_init(&arena, 0);
	must(store_read_begin(s, &c, err), err);
	must(measure_cache_new(l, c, today, &arena, &m, err), err);
	ask_all(m, "", err);
	for (i = 0; i < count; i++) {
		int64_t start = clock_mono_us();

		must(measure_cache_run(m, names[i], "general", NULL, &p, err), err);
		fprintf(stderr, "%6lld us  %-30s %s: %s\n", (long long)(clock_mono_us() - start),
			names[i], proposal_name(p->value), p->reason);
	}
	fprintf(stderr, "%zu bytes of memory\n", arena.used);
	store_read_end(c);
	arena_release(&arena);
}

int main(int argc, char **argv)
{
	size_t views = argc > 2 ? strtoul(argv[2], NULL, 10) : 200, count, i;
	struct complaints complaints = { NULL, 0, 0 };
	struct err err = { 0 };
	struct definitions *defs;
	struct ledgers *l;
	struct store *s;
	int64_t *took, all = 0;

	if (argc < 2 || !views || views > VIEWS_MAX)
		return 2;
	took = calloc(views, sizeof *took);
	must(took ? 0 : err_nomem(&err), &err);
	must(define_load(DAICHO_SHARE "/content", measure_names(&count), count, &defs, &complaints,
			 &err),
	     &err);
	must(store_open(argv[1], STORE_READONLY, &s, &err), &err);
	must(ledgers_open(s, defs, &l, &err), &err);
	each(s, l, &err);
	for (i = 0; i < views; i++) {
		took[i] = one_view(s, l, &err);
		all += took[i];
	}
	qsort(took, views, sizeof *took, compare);
	printf("%zu %.1f %.3f %.3f\n", views, (double)views * 1e6 / (double)all,
	       (double)took[views / 2] / 1000.0, (double)took[(views - 1) * 99 / 100] / 1000.0);
	free(took);
	ledgers_free(l);
	store_close(s);
	define_free(defs);
	return 0;
}
