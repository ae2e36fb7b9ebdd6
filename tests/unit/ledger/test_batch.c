/* Many changes in one write, and the audit and rebuilding of projections. */
#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "ledger/batch.h"

static int add(struct desk *d, struct batch *b, const char *name, char *ret_id)
{
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .value = desk_values(d, d->items, "name", name, NULL) };

	return batch_add(b, &ch, ret_id, &d->faults, &d->err);
}

static void batch__writes_all_with_one_receipt(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .batch = "01jd0000000000000000000000" };
	const char *old = desk_item(d, "Z");
	struct receipt receipt;
	struct batch *b;
	struct entry e;
	char first[ID_SIZE], second[ID_SIZE];

	assert_done(d, batch_new(d->l, &d->planner, "import-1", &b, &d->err));
	assert_done(d, add(d, b, "A", first));
	/* The second one refers to the first. */
	ch.value = desk_values(d, d->items, "name", "B", "related", first, NULL);
	assert_done(d, batch_add(b, &ch, second, &d->faults, &d->err));
	ch = (struct change){ .def = d->items,
			      .entry = old,
			      .base_rev = 1,
			      .op = OP_VOID,
			      .reason = "取り込みの取り消し",
			      .undo = true };
	assert_done(d, batch_add(b, &ch, NULL, &d->faults, &d->err));
	assert_int_equal(batch_count(b), 3);
	assert_done(d, batch_commit(b, &receipt, NULL, &d->faults, &d->err));
	assert_false(receipt.repeated);
	batch_free(b);
	e = desk_get(d, d->items, second);
	assert_string_equal(e.op, "import");
	assert_string_equal(e.batch, "01jd0000000000000000000000");
	assert_int_equal(e.seq, receipt.seq + 1);
	assert_string_equal(desk_get(d, d->items, old).op, "undo");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "A,B");
	assert_string_equal(desk_audit(d), "");
	/* A second click of the same import changes nothing. */
	assert_done(d, batch_new(d->l, &d->planner, "import-1", &b, &d->err));
	assert_done(d, add(d, b, "A", NULL));
	ch.reason = "もう一度";
	assert_done(d, batch_add(b, &ch, NULL, &d->faults, &d->err));
	assert_done(d, batch_commit(b, &receipt, NULL, &d->faults, &d->err));
	assert_true(receipt.repeated);
	batch_free(b);
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "A,B");
}

static void batch__writes_nothing_on_any_fault(void **state)
{
	struct desk *d = *state;
	const char *old = desk_item(d, "Z");
	struct change ch = { .def = d->items,
			     .entry = old,
			     .base_rev = 1,
			     .confirm = true,
			     .value = desk_values(d, d->items, "name", "Z2", NULL) };
	struct batch *b;
	size_t bad = 99;

	/* Two rows with the same unique name. */
	assert_done(d, batch_new(d->l, &d->planner, NULL, &b, &d->err));
	assert_done(d, add(d, b, "A", NULL));
	assert_done(d, add(d, b, "B", NULL));
	assert_done(d, add(d, b, "A", NULL));
	assert_int_equal(batch_commit(b, NULL, &bad, &d->faults, &d->err), ERR_INVALID);
	assert_int_equal(bad, 2);
	assert_string_equal(d->faults.item[0].field, "name");
	batch_free(b);
	/* A row that is refused at once spoils the whole. */
	assert_done(d, batch_new(d->l, &d->planner, NULL, &b, &d->err));
	assert_done(d, add(d, b, "A", NULL));
	assert_int_equal(add(d, b, "", NULL), ERR_INVALID);
	assert_int_equal(batch_commit(b, NULL, &bad, &d->faults, &d->err), ERR_INVALID);
	assert_int_equal(bad, 1);
	batch_free(b);
	/* So does a reference to nothing, and somebody who was faster. */
	assert_done(d, batch_new(d->l, &d->planner, NULL, &b, &d->err));
	assert_done(d, add(d, b, "A", NULL));
	assert_done(d, batch_add(b, &ch, NULL, &d->faults, &d->err));
	assert_done(d, desk_act(d, &d->executive, d->items, old, OP_APPROVE));
	assert_int_equal(batch_commit(b, NULL, &bad, &d->faults, &d->err), ERR_CONFLICT);
	assert_int_equal(bad, 1);
	assert_says(d, "院長 次郎");
	batch_free(b);
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "Z");
	assert_string_equal(desk_audit(d), "");
}

static void batch__needs_the_permission_of_each_change(void **state)
{
	struct desk *d = *state;
	struct batch *b;

	assert_done(d, batch_new(d->l, &d->staff, NULL, &b, &d->err));
	assert_int_equal(add(d, b, "A", NULL), ERR_DENIED);
	batch_free(b);
	batch_free(NULL);
}

/* --- audit and rebuild --------------------------------------------------------------- */

static void fill(struct desk *d)
{
	const char *place = desk_place(d, "北館");
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .value = desk_values(d, d->items, "name", "A", "place", place, "price",
						  "12.50", "leased", "1", "patient", "P-1", NULL) };

	assert_done(d, desk_change(d, &d->planner, ch, NULL, NULL));
	desk_item(d, "B");
	desk_item(d, "C");
}

static void audit__names_changed_deleted_and_invented_rows(void **state)
{
	static const struct {
		const char *sql, *says;
	} cases[] = {
		{ "UPDATE l_items SET f1 = 'X' WHERE f1 = 'B'", "名称" },
		{ "UPDATE l_items SET f4 = 1 WHERE f1 = 'A'", "価格" },
		{ "UPDATE l_items SET f13 = 'x' WHERE f1 = 'A'", "患者番号" },
		{ "UPDATE l_items SET f7 = NULL WHERE f1 = 'A'", "リース" },
		{ "UPDATE l_items SET state = 'approved' WHERE f1 = 'B'", "状態" },
		{ "UPDATE l_items SET actor = 'x' WHERE f1 = 'B'", "入力者" },
		{ "UPDATE l_items SET at_us = 1 WHERE f1 = 'B'", "日時" },
		{ "UPDATE l_items SET rev = 2 WHERE f1 = 'B'", "版" },
		{ "UPDATE l_items SET search = '' WHERE f1 = 'B'", "検索用の索引" },
		{ "DELETE FROM l_items WHERE f1 = 'B'", "消されています" },
		{ "DELETE FROM l_items WHERE f1 = 'C'", "消されています" },
		{ "INSERT INTO l_items (entry, rev, state, seq, at_us, actor, search, f1) SELECT"
		  " '01zz0000000000000000000000', rev, state, seq, at_us, actor, search, 'D' FROM"
		  " l_items WHERE f1 = 'B'",
		  "登録した跡がない" },
	};
	struct desk *d = *state;
	size_t i;

	fill(d);
	assert_string_equal(desk_audit(d), "");
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *found, *said;

		fixture_sql(d->f, cases[i].sql);
		found = desk_audit(d);
		said = strstr(found, cases[i].says);
		/* One row is named, first; the index of the search may differ then too. */
		if (!said || strcspn(found, "\n") < (size_t)(said - found))
			fail_msg("%s: %s", cases[i].sql, found);
		assert_done(d, ledgers_rebuild(d->l, &d->err));
		assert_string_equal(desk_audit(d), "");
	}
}

static void audit__names_a_search_that_finds_something_else(void **state)
{
	struct desk *d = *state;

	fill(d);
	fixture_sql(d->f,
		    "INSERT INTO l_items_fts (l_items_fts, rowid, search) SELECT 'delete', id,"
		    " search FROM l_items WHERE f1 = 'B'");
	assert_non_null(strstr(desk_audit(d), "備品台帳"));
	assert_done(d, ledgers_rebuild(d->l, &d->err));
	assert_string_equal(desk_audit(d), "");
}

static void rebuild__gives_the_same_rows_and_search(void **state)
{
	struct desk *d = *state;

	fill(d);
	fixture_sql(d->f, "CREATE TABLE copy AS SELECT * FROM l_items");
	assert_done(d, ledgers_rebuild(d->l, &d->err));
	assert_int_equal(fixture_sql_int(d->f,
					 "SELECT count(*) FROM (SELECT entry, rev, state, seq,"
					 " at_us, actor, behalf, search, f1, f3, f4, f7, f13"
					 " FROM copy EXCEPT SELECT entry, rev, state, seq, at_us,"
					 " actor, behalf, search, f1, f3, f4, f7, f13 FROM"
					 " l_items)"),
			 0);
	assert_int_equal(fixture_sql_int(d->f, "SELECT count(*) FROM l_items"), 3);
	assert_string_equal(desk_find(d, (struct list_query){ .search = "北館", .sort = -1 }), "A");
	fixture_sql(d->f, "DROP TABLE copy");
}

static void open__rebuilds_what_another_definition_made(void **state)
{
	struct desk *d = *state;

	fill(d);
	fixture_sql(d->f, "UPDATE projection SET digest = 'old' WHERE ledger = 'items'");
	fixture_sql(d->f, "UPDATE l_items SET f1 = 'X'");
	desk_reopen(d);
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "A,B,C");
	assert_string_equal(desk_audit(d), "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		T(batch__writes_all_with_one_receipt),
		T(batch__writes_nothing_on_any_fault),
		T(batch__needs_the_permission_of_each_change),
		T(audit__names_changed_deleted_and_invented_rows),
		T(audit__names_a_search_that_finds_something_else),
		T(rebuild__gives_the_same_rows_and_search),
		T(open__rebuilds_what_another_definition_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
