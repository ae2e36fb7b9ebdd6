/* Pages and totals of typed tables: the same as reading the whole table, whatever
 * conditions are joined and whatever was written in between. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "store/table_ranking.h"
#include "store/table_sets.h"

#define ROWS 300

/* Column 4 has no index, 2 is a number, all may be empty. */
static const struct table_column columns[] = {
	{ 1, false }, { 2, true }, { 3, false }, { 4, false }
};
static const struct table_index indexes[] = { { { 1 } }, { { 3, 1 } }, { { 2, 1 } } };
static const struct table things = {
	.name = "things", .column = columns, .column_count = 4, .index = indexes, .index_count = 3
};
static const struct table makers = {
	.name = "makers", .column = columns, .column_count = 1, .index = indexes, .index_count = 1
};
static const char *const named[] = { "makers" };

struct world {
	struct fixture *f;
	struct table_sets *sets;
	uint64_t chance;
	int64_t seq;
};

static unsigned roll(struct world *w, unsigned sides)
{
	w->chance = w->chance * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->chance >> 33) % sides;
}

struct put {
	const struct table *t;
	char entry[16], value[4][24];
	const char *state, *text;
	int64_t seq;
	bool fail;
};

static int ensure(struct tx *tx, void *arg, struct err *err)
{
	return table_ensure(tx, arg, err);
}

static int clear(struct tx *tx, void *arg, struct err *err)
{
	return table_clear(tx, arg, err);
}

static int put(struct tx *tx, void *arg, struct err *err)
{
	const struct put *p = arg;
	const char *value[4] = { p->value[0], p->value[1], p->value[2], p->value[3] };
	struct table_row row = { .entry = p->entry,
				 .state = p->state,
				 .actor = "a",
				 .rev = 1,
				 .seq = p->seq,
				 .value = value };
	struct buf grams;
	int rc;

	buf_init(&grams, 0);
	fold_bigrams(p->text, true, &grams);
	row.search = grams.data ? grams.data : "";
	rc = table_put(tx, p->t, &row, err);
	buf_release(&grams);
	return rc == 0 && p->fail ? err_set(err, ERR_INVALID, "わざと") : rc;
}

/* A new or changed row with values that many others have too. */
static struct put thing(struct world *w, unsigned number)
{
	static const char *const states[] = { "draft", "confirmed", "confirmed", "voided" };
	static const char *const texts[] = { "見本 端末", "見本 検査", "検査 端末", "" };
	struct put p = { .t = &things, .seq = w->seq++ };
	size_t i;

	snprintf(p.entry, sizeof p.entry, "e%04u", number);
	for (i = 0; i < 4; i++) {
		if (roll(w, 5) == 0)
			continue;
		snprintf(p.value[i], sizeof p.value[i], i == 1 ? "%u" : "v%u",
			 roll(w, i == 0 ? 200 : 12));
	}
	p.state = states[roll(w, 4)];
	p.text = texts[roll(w, 4)];
	return p;
}

static void put_ok(struct world *w, struct put p)
{
	assert_ok(w->f, store_write(w->f->s, NULL, put, &p, NULL, &w->f->err));
}

static int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	void *f;
	unsigned i;

	assert_non_null(w);
	fixture_setup(&f);
	w->f = f;
	w->chance = 20261121;
	w->sets = table_sets_new(named, 1);
	assert_non_null(w->sets);
	assert_ok(w->f,
		  store_write(w->f->s, NULL, ensure, (void *)(uintptr_t)&things, NULL, &w->f->err));
	assert_ok(w->f,
		  store_write(w->f->s, NULL, ensure, (void *)(uintptr_t)&makers, NULL, &w->f->err));
	for (i = 0; i < ROWS; i++)
		put_ok(w, thing(w, i));
	*state = w;
	return 0;
}

static int world_teardown(void **state)
{
	struct world *w = *state;
	void *f = w->f;

	table_sets_free(w->sets);
	free(w);
	return fixture_teardown(&f);
}

static int collect(void *arg, const struct table_row *r, struct err *err)
{
	(void)err;
	buf_printf(arg, "%s:%s ", r->entry, r->value[0] ? r->value[0] : "-");
	return 0;
}

/* Compares the page and the total of q with the whole table in this snapshot. */
static void compare_in(struct world *w, struct conn *c, const struct table_query *q)
{
	struct table_query all = *q;
	struct buf page, whole;
	int64_t total, counted;

	all.limit = all.offset = 0;
	buf_init(&page, 0);
	buf_init(&whole, 0);
	assert_ok(w->f, table_total(c, &things, w->sets, q, &total, &w->f->err));
	assert_ok(w->f, table_count(c, &things, &all, 0, &counted, &w->f->err));
	assert_int_equal(total, counted);
	assert_ok(w->f, table_page(c, &things, w->sets, q, collect, &page, &w->f->err));
	assert_ok(w->f, table_query(c, &things, q, collect, &whole, &w->f->err));
	assert_string_equal(page.data ? page.data : "", whole.data ? whole.data : "");
	buf_release(&page);
	buf_release(&whole);
}

static void compare(struct world *w, const struct table_query *q)
{
	struct conn *c;

	assert_ok(w->f, store_read_begin(w->f->s, &c, &w->f->err));
	compare_in(w, c, q);
	store_read_end(c);
}

static const int sorts[] = { 1, 2, 3, 4, TABLE_SEQ, TABLE_AT, TABLE_ENTRY, TABLE_STATE };

/* A query as people put one together. */
static void compare_any(struct world *w)
{
	static const char *const words[] = { NULL, NULL, "見本", "検査 端末", "無い", " " };
	struct table_filter by[4], either[2];
	struct table_any any = { either, 2 };
	char value[4][24];
	size_t i, count = roll(w, 4);
	struct table_query q = { .filter = by, .filter_count = count, .any = &any };

	for (i = 0; i < count; i++) {
		int column = 1 + (int)roll(w, 4);

		snprintf(value[i], sizeof value[i], column == 2 ? "%u" : "v%u",
			 roll(w, column == 1 ? 200 : 12));
		by[i] = (struct table_filter){ column, (enum table_op)roll(w, 8), value[i] };
	}
	if (roll(w, 2))
		by[q.filter_count++] = (struct table_filter){ TABLE_STATE, TABLE_NE, "voided" };
	either[0] = (struct table_filter){ 3, TABLE_EQ, "v1" };
	either[1] = (struct table_filter){ 4, TABLE_NE, "v2" };
	q.any_count = roll(w, 4) == 0;
	q.search = words[roll(w, 6)];
	q.sort = sorts[roll(w, 8)];
	q.descending = roll(w, 2);
	q.limit = 1 + roll(w, 60);
	q.offset = roll(w, 3) ? 0 : roll(w, 320);
	compare(w, &q);
}

static void page__is_a_piece_of_the_whole(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 400; i++)
		compare_any(w);
}

static void page__follows_every_write(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 300; i++) {
		compare_any(w);
		put_ok(w, thing(w, roll(w, ROWS + 60)));
	}
}

static void page__of_an_older_snapshot_does_not_see_what_came_later(void **state)
{
	struct world *w = *state;
	struct table_filter by = { 3, TABLE_EQ, "v3" };
	struct table_query q = { .filter = &by, .filter_count = 1, .sort = 1, .limit = 500 };
	struct conn *before;
	unsigned i;

	assert_ok(w->f, store_read_begin(w->f->s, &before, &w->f->err));
	compare_in(w, before, &q);
	for (i = 0; i < ROWS; i++)
		put_ok(w, thing(w, i));
	compare(w, &q);
	compare_in(w, before, &q);
	store_read_end(before);
	compare(w, &q);
}

static void page__forgets_a_write_that_failed(void **state)
{
	struct world *w = *state;
	struct table_query q = { .sort = 1, .limit = 500, .search = "見本" };
	struct put p;
	unsigned i;

	compare(w, &q);
	for (i = 0; i < 20; i++) {
		p = thing(w, ROWS + i);
		p.fail = true;
		assert_int_equal(store_write(w->f->s, NULL, put, &p, NULL, &w->f->err),
				 ERR_INVALID);
		compare(w, &q);
	}
}

/* The search text of a thing changes with the name of its maker: no new leaf. */
static void page__follows_a_name_of_another_table(void **state)
{
	struct world *w = *state;
	struct table_query q = { .sort = 1, .limit = 500, .search = "北館" };
	struct put p = thing(w, 7),
		   maker = { .t = &makers, .entry = "m", .state = "draft", .text = "" };

	put_ok(w, p);
	put_ok(w, thing(w, 8));
	compare(w, &q);
	maker.seq = w->seq++;
	p.text = "北館";
	put_ok(w, p);
	put_ok(w, maker);
	compare(w, &q);
	put_ok(w, thing(w, 9));
	compare(w, &q);
}

static void page__after_a_rebuild_reads_anew(void **state)
{
	struct world *w = *state;
	struct table_filter by = { 3, TABLE_EQ, "v3" };
	struct table_query q = { .filter = &by, .filter_count = 1, .sort = 1, .limit = 500 };
	int64_t first = w->seq;
	unsigned i;

	compare(w, &q);
	assert_ok(w->f,
		  store_write(w->f->s, NULL, clear, (void *)(uintptr_t)&things, NULL, &w->f->err));
	table_sets_clear(w->sets);
	for (i = ROWS; i-- > 0;) {
		struct put p = thing(w, i);

		p.seq = first - 1 - i;
		put_ok(w, p);
	}
	compare(w, &q);
}

static int page_inside(struct tx *tx, void *arg, struct err *err)
{
	struct world *w = arg;
	struct table_query q = { .sort = 1, .limit = 500, .search = "見本" };
	struct put p = thing(w, ROWS + 1);

	put(tx, &p, err);
	compare_in(w, tx_conn(tx), &q);
	return err_set(err, ERR_INVALID, "わざと");
}

static void page__inside_a_write_keeps_nothing(void **state)
{
	struct world *w = *state;
	struct table_query q = { .sort = 1, .limit = 500, .search = "見本" };

	assert_int_equal(store_write(w->f->s, NULL, page_inside, w, NULL, &w->f->err), ERR_INVALID);
	compare(w, &q);
	w->seq--;
	put_ok(w, thing(w, ROWS + 2));
	compare(w, &q);
}

/* --- rankings ------------------------------------------------------------------- */

/* The ranking of a column in this snapshot; a page of it, of some of the rows, too. */
static void compare_ranking(struct world *w, struct conn *c, int sort)
{
	struct table_query all = { .sort = sort, .descending = roll(w, 2) };
	struct table_filter by = { 3, TABLE_EQ, "v3" };
	struct table_query some = { .filter = &by,
				    .filter_count = 1,
				    .sort = sort,
				    .descending = all.descending,
				    .limit = 1 + roll(w, 20),
				    .offset = roll(w, 20) };
	struct table_ranking *r;
	struct table_view v;
	struct table_set *every, *three;
	int64_t id[ROWS * 2];
	struct buf got, wanted;
	size_t count;

	assert_ok(w->f, table_view_open(c, &things, w->sets, &v, &w->f->err));
	assert_ok(w->f, table_ranking_take(&v, sort, &r, &w->f->err));
	assert_ok(w->f, table_set_take(&v, &(struct table_cond){ 0 }, &every, &w->f->err));
	assert_ok(w->f,
		  table_set_take(&v, &(struct table_cond){ .filter = &by }, &three, &w->f->err));
	buf_init(&got, 0);
	buf_init(&wanted, 0);
	assert_ok(w->f, table_query(c, &things, &all, collect, &wanted, &w->f->err));
	count = table_ranking_span(r, &every->rows, all.descending, 0, id, ROWS * 2);
	assert_int_equal(count, r->count);
	assert_ok(w->f, table_rows(c, &things, id, count, collect, &got, &w->f->err));
	assert_string_equal(got.data, wanted.data);
	buf_clear(&got);
	buf_clear(&wanted);
	assert_ok(w->f, table_query(c, &things, &some, collect, &wanted, &w->f->err));
	count = table_ranking_span(r, &three->rows, some.descending, (size_t)some.offset, id,
				   (size_t)some.limit);
	assert_ok(w->f, table_rows(c, &things, id, count, collect, &got, &w->f->err));
	assert_string_equal(got.data ? got.data : "", wanted.data ? wanted.data : "");
	buf_release(&got);
	buf_release(&wanted);
	table_set_drop(w->sets, three);
	table_set_drop(w->sets, every);
	table_ranking_drop(w->sets, r);
}

/* Single writes are merged; many at once make it be read whole. */
static void ranking__follows_every_write(void **state)
{
	struct world *w = *state;
	struct conn *c;
	unsigned i, more;

	for (i = 0; i < 200; i++) {
		assert_ok(w->f, store_read_begin(w->f->s, &c, &w->f->err));
		compare_ranking(w, c, sorts[roll(w, 8)]);
		store_read_end(c);
		for (more = roll(w, 20) ? roll(w, 4) : 120; more > 0; more--)
			put_ok(w, thing(w, roll(w, ROWS + 60)));
	}
}

/* A reader of an older snapshot gets its own order, though a later one is kept. */
static void ranking__of_an_older_snapshot_does_not_see_what_came_later(void **state)
{
	struct world *w = *state;
	struct conn *before[6], *now;
	unsigned i, j;

	for (i = 0; i < 20; i++) {
		int sort = sorts[roll(w, 8)];

		for (j = 0; j < 6; j++) {
			assert_ok(w->f, store_read_begin(w->f->s, &before[j], &w->f->err));
			if (roll(w, 2))
				compare_ranking(w, before[j], sort);
			put_ok(w, thing(w, ROWS + 6 * i + j));
			put_ok(w, thing(w, roll(w, ROWS)));
		}
		assert_ok(w->f, store_read_begin(w->f->s, &now, &w->f->err));
		compare_ranking(w, now, sort);
		store_read_end(now);
		for (j = 0; j < 6; j++) {
			compare_ranking(w, before[j], sort);
			store_read_end(before[j]);
		}
	}
}

/* --- many at once ------------------------------------------------------------------ */

#define READERS 4
#define LOOKS 150

struct crowd {
	struct world *w;
	uint64_t chance;
	bool same;
	struct err err;
};

/* One page in one snapshot, beside the whole: no assertions, which belong to one thread. */
static void crowd_look(struct crowd *r, struct world *mine, struct err *err)
{
	char value[24];
	struct table_filter by = { 3, roll(mine, 2) ? TABLE_EQ : TABLE_NE, value };
	struct table_query q = { .filter = &by,
				 .filter_count = 1,
				 .sort = 4,
				 .descending = roll(mine, 2),
				 .limit = 40,
				 .offset = roll(mine, 40) };
	struct buf page, whole;
	struct conn *c;
	int rc;

	snprintf(value, sizeof value, "v%u", roll(mine, 3));
	buf_init(&page, 0);
	buf_init(&whole, 0);
	rc = store_read_begin(r->w->f->s, &c, err);
	r->same = rc == 0;
	if (rc < 0)
		return;
	rc = table_page(c, &things, r->w->sets, &q, collect, &page, err);
	if (rc == 0)
		rc = table_query(c, &things, &q, collect, &whole, err);
	store_read_end(c);
	r->same = rc == 0 && page.len == whole.len &&
		  (page.len == 0 || memcmp(page.data, whole.data, page.len) == 0);
	buf_release(&page);
	buf_release(&whole);
}

static void *crowd_read(void *arg)
{
	struct crowd *r = arg;
	struct world mine = { .chance = r->chance };
	unsigned looks;

	/* No further than that: readers that never rest would keep the writer waiting. */
	for (looks = 0; looks < LOOKS && r->same; looks++) {
		crowd_look(r, &mine, &r->err);
		if (roll(&mine, 50) == 0)
			table_sets_clear(r->w->sets);
	}
	return NULL;
}

static void page__is_right_for_many_readers_while_one_writes(void **state)
{
	struct world *w = *state;
	struct crowd reader[READERS];
	pthread_t thread[READERS];
	unsigned i;

	for (i = 0; i < READERS; i++) {
		reader[i] = (struct crowd){ .w = w, .chance = i, .same = true };
		assert_int_equal(pthread_create(&thread[i], NULL, crowd_read, &reader[i]), 0);
	}
	for (i = 0; i < 150; i++)
		put_ok(w, thing(w, roll(w, ROWS + 60)));
	for (i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_string_equal(reader[i].err.text, "");
		assert_true(reader[i].same);
	}
}

static void rowset__filled_ends_at_the_last(void **state)
{
	int64_t last[] = { 0, 1, 62, 63, 64, 127, 200 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof last / sizeof last[0]; i++) {
		struct rowset s = { NULL, 0 };

		assert_true(rowset_fill(&s, last[i]));
		assert_int_equal(rowset_count(&s), last[i]);
		assert_false(rowset_has(&s, last[i] + 1));
		assert_int_equal(rowset_next(&s, 0), last[i] > 0);
		rowset_release(&s);
	}
}

static void rowset__refuses_ids_that_no_table_has(void **state)
{
	struct rowset s = { NULL, 0 };

	(void)state;
	assert_false(rowset_put(&s, INT64_MAX, true));
	assert_false(rowset_put(&s, 0, true));
	assert_false(rowset_put(&s, -1, true));
	assert_true(rowset_put(&s, 63, true) && rowset_put(&s, 64, true));
	assert_int_equal(rowset_next(&s, 0), 63);
	assert_int_equal(rowset_next(&s, 63), 64);
	assert_int_equal(rowset_next(&s, 64), 0);
	assert_false(rowset_has(&s, INT64_MAX));
	rowset_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
		T(page__is_a_piece_of_the_whole),
		T(page__follows_every_write),
		T(page__of_an_older_snapshot_does_not_see_what_came_later),
		T(page__forgets_a_write_that_failed),
		T(page__follows_a_name_of_another_table),
		T(page__after_a_rebuild_reads_anew),
		T(page__inside_a_write_keeps_nothing),
		T(ranking__follows_every_write),
		T(ranking__of_an_older_snapshot_does_not_see_what_came_later),
		T(page__is_right_for_many_readers_while_one_writes),
		cmocka_unit_test(rowset__filled_ends_at_the_last),
		cmocka_unit_test(rowset__refuses_ids_that_no_table_has),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
