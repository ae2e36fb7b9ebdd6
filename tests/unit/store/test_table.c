/* Typed tables: writing, filters, sorting, search, growth, undoing. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "store/table.h"

static const struct table_column columns[] = { { 1, false }, { 2, true }, { 3, false } };
static const struct table_index indexes[] = { { { 3, 1 } }, { { TABLE_STATE, 2 } } };
static const struct table devices = {
	.name = "devices", .column = columns, .column_count = 3, .index = indexes, .index_count = 2
};

struct put {
	const struct table *t;
	const char *entry, *state, *text;
	const char *value[4];
	int64_t rev, seq;
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
	struct table_row row = { .entry = p->entry,
				 .state = p->state ? p->state : "draft",
				 .actor = "a",
				 .rev = p->rev ? p->rev : 1,
				 .seq = p->seq,
				 .at_us = tx_now(tx),
				 .value = p->value };
	struct buf folded, grams;
	int rc;

	buf_init(&folded, 0);
	buf_init(&grams, 0);
	fold_text(p->text ? p->text : "", &folded);
	fold_bigrams(folded.data ? folded.data : "", true, &grams);
	row.search = grams.data ? grams.data : "";
	rc = table_put(tx, p->t ? p->t : &devices, &row, err);
	buf_release(&folded);
	buf_release(&grams);
	if (rc == 0 && p->fail)
		rc = err_set(err, ERR_INVALID, "わざと");
	return rc;
}

static void put_ok(struct fixture *f, struct put p)
{
	assert_ok(f, store_write(f->s, NULL, put, &p, NULL, &f->err));
}

static int collect(void *arg, const struct table_row *r, struct err *err)
{
	(void)err;
	buf_printf(arg, "%s:%s:%s ", r->entry, r->value[0] ? r->value[0] : "-",
		   r->value[1] ? r->value[1] : "-");
	return 0;
}

static const char *query(struct fixture *f, const struct table_query *q)
{
	static char text[4096];
	struct conn *c;
	struct buf b;

	buf_init(&b, 0);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, table_query(c, &devices, q, collect, &b, &f->err));
	store_read_end(c);
	snprintf(text, sizeof text, "%s", b.data ? b.data : "");
	buf_release(&b);
	return text;
}

static const char *search(struct fixture *f, const char *words)
{
	struct table_query q = { .search = words, .sort = TABLE_ENTRY };

	return query(f, &q);
}

static void fill(struct fixture *f)
{
	assert_ok(f, store_write(f->s, NULL, ensure, (void *)(uintptr_t)&devices, NULL, &f->err));
	put_ok(f, (struct put){ .entry = "a",
				.value = { "サーバー", "10", "1階" },
				.seq = 1,
				.text = "サーバー 発熱外来" });
	put_ok(f, (struct put){ .entry = "b",
				.value = { "端末", "9", "2階" },
				.seq = 2,
				.state = "confirmed",
				.text = "端末 千代田区 ABC-100" });
	put_ok(f, (struct put){ .entry = "c",
				.value = { "ルータ", "", "1階" },
				.seq = 3,
				.text = "ルータ 高橋 \"引用\"" });
}

static void table__filters_and_sorts(void **state)
{
	struct fixture *f = *state;
	struct table_filter floor = { 3, TABLE_EQ, "1階" }, more = { 2, TABLE_GE, "10" },
			    empty = { 2, TABLE_EMPTY, NULL }, not = { 2, TABLE_NE, "10" },
			    state_is = { TABLE_STATE, TABLE_EQ, "confirmed" },
			    bad = { 2, TABLE_EQ, "x" }, both[2];
	struct table_query q = { .filter = &floor, .filter_count = 1 };
	struct conn *c;
	int64_t n;

	fill(f);
	assert_string_equal(query(f, &q), "a:サーバー:10 c:ルータ:- ");
	q.descending = true;
	assert_string_equal(query(f, &q), "c:ルータ:- a:サーバー:10 ");
	q = (struct table_query){ .filter = &more, .filter_count = 1 };
	assert_string_equal(query(f, &q), "a:サーバー:10 ");
	q.filter = &empty;
	assert_string_equal(query(f, &q), "c:ルータ:- ");
	q.filter = &not ;
	assert_string_equal(query(f, &q), "b:端末:9 c:ルータ:- ");
	q.filter = &state_is;
	assert_string_equal(query(f, &q), "b:端末:9 ");
	both[0] = floor;
	both[1] = more;
	q = (struct table_query){ .filter = both, .filter_count = 2 };
	assert_string_equal(query(f, &q), "a:サーバー:10 ");
	/* Numbers sort as numbers. */
	q = (struct table_query){ .sort = 2 };
	assert_string_equal(query(f, &q), "c:ルータ:- b:端末:9 a:サーバー:10 ");
	q = (struct table_query){ .sort = TABLE_AT, .descending = true, .limit = 1, .offset = 1 };
	assert_string_equal(query(f, &q), "b:端末:9 ");
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	q = (struct table_query){ .filter = &floor, .filter_count = 1 };
	assert_ok(f, table_count(c, &devices, &q, 0, &n, &f->err));
	assert_int_equal(n, 2);
	assert_ok(f, table_count(c, &devices, &q, 1, &n, &f->err));
	assert_int_equal(n, 1);
	q.filter = &bad;
	assert_int_equal(table_count(c, &devices, &q, 0, &n, &f->err), ERR_INVALID);
	q = (struct table_query){ .sort = 99 };
	assert_int_equal(table_query(c, &devices, &q, collect, NULL, &f->err), ERR_BUG);
	store_read_end(c);
}

static void table__finds_words_however_typed(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_string_equal(search(f, "発熱"), "a:サーバー:10 ");
	assert_string_equal(search(f, "ｻｰﾊﾞｰ"), "a:サーバー:10 ");
	assert_string_equal(search(f, "さーばー 外来"), "a:サーバー:10 ");
	assert_string_equal(search(f, "髙橋"), "c:ルータ:- ");
	assert_string_equal(search(f, "ＡＢＣ"), "b:端末:9 ");
	assert_string_equal(search(f, "区"), "b:端末:9 ");
	assert_string_equal(search(f, "来"), "a:サーバー:10 ");
	assert_string_equal(search(f, "発外"), "");
	assert_string_equal(search(f, "\"引用\""), "c:ルータ:- ");
	assert_string_equal(search(f, "\" OR rowid:*"), "");
	assert_string_equal(search(f, "  "), "a:サーバー:10 b:端末:9 c:ルータ:- ");
}

static int check(struct fixture *f)
{
	struct conn *c;
	int rc;

	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	rc = table_check_search(c, &devices, &f->err);
	store_read_end(c);
	return rc;
}

static void table__replaces_and_undoes(void **state)
{
	struct fixture *f = *state;
	struct put bad = {
		.entry = "a", .value = { "消える", "1", "" }, .text = "消滅", .fail = true
	};

	fill(f);
	put_ok(f, (struct put){ .entry = "a",
				.value = { "新サーバー", "11", "3階" },
				.rev = 2,
				.seq = 4,
				.text = "新サーバー 内科" });
	assert_string_equal(search(f, "発熱"), "");
	assert_string_equal(search(f, "内科"), "a:新サーバー:11 ");
	assert_int_equal(store_write(f->s, NULL, put, &bad, NULL, &f->err), ERR_INVALID);
	assert_string_equal(search(f, "消滅"), "");
	assert_string_equal(search(f, "内科"), "a:新サーバー:11 ");
	assert_int_equal(check(f), 0);
	assert_ok(f, store_write(f->s, NULL, clear, (void *)(uintptr_t)&devices, NULL, &f->err));
	assert_string_equal(search(f, "内科"), "");
	assert_int_equal(check(f), 0);
}

struct many {
	int from, count;
	bool fail;
};

/* Enough text to pass the limit at which postponed rows are written early. */
static int put_many(struct tx *tx, void *arg, struct err *err)
{
	const struct many *m = arg;
	char entry[16], *text = malloc(60001);
	int i, rc = text ? 0 : ERR_NOMEM;

	for (i = 0; text && i < 60000; i += 6)
		memcpy(text + i, "発熱", 6);
	if (text)
		text[60000] = '\0';
	for (i = 0; rc == 0 && i < m->count; i++) {
		struct put p = { .entry = entry, .value = { "x", "1", "" }, .text = text };

		snprintf(entry, sizeof entry, "m%d", m->from + i);
		rc = put(tx, &p, err);
	}
	free(text);
	return rc == 0 && m->fail ? err_set(err, ERR_INVALID, "わざと") : rc;
}

static void table__large_changes_undo_completely(void **state)
{
	struct fixture *f = *state;
	struct many bad = { 0, 120, true }, good = { 50, 120, false };

	fill(f);
	assert_int_equal(store_write(f->s, NULL, put_many, &bad, NULL, &f->err), ERR_INVALID);
	assert_int_equal(check(f), 0);
	assert_string_equal(search(f, "発熱"), "a:サーバー:10 ");
	assert_ok(f, store_write(f->s, NULL, put_many, &good, NULL, &f->err));
	assert_int_equal(check(f), 0);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM l_devices"), 123);
}

static void table__grows_with_its_definition(void **state)
{
	static const struct table_column more[] = {
		{ 1, false }, { 2, true }, { 3, false }, { 7, false }
	};
	static const struct table_index more_indexes[] = { { { 7, 2 } } };
	struct table grown = { "devices", more, 4, more_indexes, 1 };
	struct fixture *f = *state;

	fill(f);
	assert_ok(f, store_write(f->s, NULL, ensure, &grown, NULL, &f->err));
	assert_ok(f, store_write(f->s, NULL, ensure, &grown, NULL, &f->err));
	put_ok(f, (struct put){ .t = &grown, .entry = "d", .value = { "新", "1", "", "追加" } });
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM l_devices WHERE f7 = '追加'"), 1);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM l_devices"), 4);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM sqlite_master WHERE name ="
					    " 'l_devices_i_f7_f2'"),
			 1);
}

static int count_group(void *arg, const char *value, int64_t n, struct err *err)
{
	(void)err;
	buf_printf(arg, "%s=%lld ", value, (long long)n);
	return 0;
}

static int list_name(void *arg, const char *name, struct err *err)
{
	(void)err;
	buf_printf(arg, "%s ", name);
	return 0;
}

static void table__groups_and_lists(void **state)
{
	struct fixture *f = *state;
	struct table_query q = { 0 };
	struct conn *c;
	struct buf b;

	fill(f);
	buf_init(&b, 0);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, table_group(c, &devices, &q, 3, 10, count_group, &b, &f->err));
	assert_string_equal(b.data, "1階=2 2階=1 ");
	buf_clear(&b);
	assert_ok(f, table_list(c, list_name, &b, &f->err));
	assert_string_equal(b.data, "devices ");
	store_read_end(c);
	buf_release(&b);
}

static void table__names_are_checked(void **state)
{
	static const char *const bad[] = {
		"", "A", "x; DROP TABLE leaf", "1a", "a_fts", "a b", "é"
	};
	struct table t = { .name = NULL };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		t.name = bad[i];
		assert_int_equal(store_write(f->s, NULL, ensure, &t, NULL, &f->err), ERR_BUG);
	}
}

static void table__index_tampering_is_found(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_int_equal(check(f), 0);
	fixture_sql(f, "INSERT INTO l_devices_fts (l_devices_fts, rowid, search)"
		       " SELECT 'delete', id, search FROM l_devices WHERE entry = 'a'");
	assert_string_equal(search(f, "発熱"), "");
	assert_int_equal(check(f), ERR_CORRUPT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(table__filters_and_sorts),	     T(table__finds_words_however_typed),
		T(table__replaces_and_undoes),	     T(table__large_changes_undo_completely),
		T(table__grows_with_its_definition), T(table__groups_and_lists),
		T(table__names_are_checked),	     T(table__index_tampering_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
