/* Lists: search as people type, filters, sorting, paging. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(struct desk *d, const char *name, const char *kind, const char *price,
		const char *count, const char *bought)
{
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .value = desk_values(d, d->items, "name", name, "kind", kind, "price",
						  price, "count", count, "bought", bought, NULL) };

	assert_done(d, desk_change(d, &d->planner, ch, NULL, NULL));
}

static const char *search(struct desk *d, const char *words)
{
	return desk_find(d, (struct list_query){ .search = words, .sort = -1 });
}

static void search__finds_however_it_is_written(void **state)
{
	static const struct {
		const char *typed, *found;
	} cases[] = {
		{ "サーバ", "ファイルサーバー" },
		{ "ｻｰﾊﾞ", "ファイルサーバー" },
		{ "さーば", "ファイルサーバー" },
		{ "高橋", "髙橋のパソコン" },
		{ "髙橋", "髙橋のパソコン" },
		{ "橋", "髙橋のパソコン" },
		{ "髙", "髙橋のパソコン" },
		{ "ＰＣ０１", "PC01 予備" },
		{ "pc01", "PC01 予備" },
		{ "予備 ｐｃ", "PC01 予備" },
		{ "予備　サーバ", "" },
		{ "発熱", "" },
		{ "\" OR *", "" },
		{ "ーバ", "ファイルサーバー" },
		{ "機", "ファイルサーバー" }, /* the label of its kind */
	};
	struct desk *d = *state;
	size_t i;

	put(d, "ファイルサーバー", "server", "", "", "");
	put(d, "髙橋のパソコン", "", "", "", "");
	put(d, "PC01 予備", "other", "", "", "");
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *found = search(d, cases[i].typed);

		if (strcmp(found, cases[i].found) != 0)
			fail_msg("%s found %s", cases[i].typed, found);
	}
	assert_string_equal(search(d, " "), "PC01 予備,ファイルサーバー,髙橋のパソコン");
}

static void search__follows_the_name_of_what_is_referred_to(void **state)
{
	struct desk *d = *state;
	const char *place = desk_place(d, "北館3階");
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .value = desk_values(d, d->items, "name", "A", "place", place, NULL) };

	assert_done(d, desk_change(d, &d->planner, ch, NULL, NULL));
	assert_string_equal(search(d, "北館"), "A");
	ch = (struct change){ .def = d->places,
			      .entry = place,
			      .base_rev = 2,
			      .value = desk_values(d, d->places, "name", "南館3階", NULL) };
	assert_done(d, desk_change(d, &d->planner, ch, NULL, NULL));
	assert_string_equal(search(d, "北館"), "");
	assert_string_equal(search(d, "南館"), "A");
	assert_string_equal(desk_audit(d), "");
}

static void filter__meets_stored_values(void **state)
{
	struct desk *d = *state;
	struct list_filter by[2] = { { ledger_field(d->items, "kind"), TABLE_EQ, "pc" } };
	struct list_query q = { .filter = by, .filter_count = 1, .sort = -1 };

	put(d, "A", "pc", "100.00", "1", "2026-04-01");
	put(d, "B", "pc", "20.00", "10", "2025-03-31");
	put(d, "C", "server", "3.50", "2", "");
	assert_string_equal(desk_find(d, q), "A,B");
	by[0] = (struct list_filter){ ledger_field(d->items, "price"), TABLE_GE, "20.00" };
	assert_string_equal(desk_find(d, q), "A,B");
	by[0] = (struct list_filter){ ledger_field(d->items, "count"), TABLE_LT, "10" };
	assert_string_equal(desk_find(d, q), "A,C");
	by[0] = (struct list_filter){ ledger_field(d->items, "bought"), TABLE_EMPTY, NULL };
	assert_string_equal(desk_find(d, q), "C");
	by[0] = (struct list_filter){ ledger_field(d->items, "bought"), TABLE_GE, "2025-04-01" };
	by[1] = (struct list_filter){ -1, TABLE_EQ, "confirmed" };
	q.filter_count = 2;
	assert_string_equal(desk_find(d, q), "A");
	by[1].value = "draft";
	assert_string_equal(desk_find(d, q), "");
	q.search = "A";
	by[1].value = "confirmed";
	assert_string_equal(desk_find(d, q), "A");
}

static void sort__orders_numbers_as_numbers(void **state)
{
	struct desk *d = *state;
	int price = ledger_field(d->items, "price"), count = ledger_field(d->items, "count");

	put(d, "A", "pc", "100.00", "1", "");
	put(d, "B", "pc", "20.00", "10", "");
	put(d, "C", "server", "-3.50", "2", "");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = price }), "C,B,A");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = count, .descending = true }),
			    "B,C,A");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -2, .descending = true }),
			    "C,B,A");
	assert_string_equal(
		desk_find(d, (struct list_query){ .sort = -1, .limit = 2, .offset = 1 }), "B,C");
}

static int check_price(void *arg, const struct list_row *r, struct err *err)
{
	const char **prices = arg;

	(void)err;
	assert_string_equal(r->value[3], prices[strtol(r->value[4], NULL, 10)]);
	assert_string_equal(r->value[11], "");
	assert_int_equal(r->state, STATE_CONFIRMED);
	return 0;
}

static void list__gives_values_in_stored_form(void **state)
{
	static const char *const prices[] = { "0.05", "-0.50", "12.34", "-123.00", "0.00", "1.00" };
	struct desk *d = *state;
	struct list_query q = { .def = d->items, .sort = -1 };
	struct conn *c;
	char name[16], count[16];
	size_t i;

	for (i = 0; i < sizeof prices / sizeof prices[0]; i++) {
		snprintf(name, sizeof name, "A%zu", i);
		snprintf(count, sizeof count, "%zu", i);
		put(d, name, "", prices[i], count, "");
	}
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, list_each(d->l, c, &q, check_price, (void *)(uintptr_t)prices, &d->err));
	store_read_end(c);
}

static void list__leaves_voided_ones_out_unless_asked(void **state)
{
	struct desk *d = *state;
	struct list_filter voided = { -1, TABLE_EQ, "voided" };
	const char *id = desk_item(d, "A");

	desk_item(d, "B");
	assert_done(d, desk_act(d, &d->planner, d->items, id, OP_VOID));
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "B");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1, .with_voided = true }),
			    "A,B");
	assert_string_equal(
		desk_find(d,
			  (struct list_query){ .sort = -1, .filter = &voided, .filter_count = 1 }),
		"A");
}

static void list__counts_no_further_than_asked(void **state)
{
	struct desk *d = *state;
	struct list_query q = { .def = d->items, .sort = -1 };
	struct conn *c;
	int64_t n = 0;

	desk_item(d, "A");
	desk_item(d, "B");
	desk_item(d, "C");
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, list_count(d->l, c, &q, 2, &n, &d->err));
	assert_int_equal(n, 2);
	assert_done(d, list_count(d->l, c, &q, 0, &n, &d->err));
	assert_int_equal(n, 3);
	q.sort = 99;
	assert_int_equal(list_count(d->l, c, &q, 0, &n, &d->err), ERR_INVALID);
	store_read_end(c);
}

static void ledgers__are_found_by_name(void **state)
{
	struct desk *d = *state;
	const struct ledger_def *def;

	assert_done(d, ledgers_find(d->l, "places", &def, &d->err));
	assert_ptr_equal(def, d->places);
	assert_int_equal(ledgers_find(d->l, "nothing", &def, &d->err), ERR_NOT_FOUND);
	assert_says(d, "items");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		T(search__finds_however_it_is_written),
		T(search__follows_the_name_of_what_is_referred_to),
		T(filter__meets_stored_values),
		T(sort__orders_numbers_as_numbers),
		T(list__gives_values_in_stored_form),
		T(list__leaves_voided_ones_out_unless_asked),
		T(list__counts_no_further_than_asked),
		T(ledgers__are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
