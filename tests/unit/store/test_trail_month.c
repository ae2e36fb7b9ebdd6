/* The life of a month: its end, complete answers, disposal. */
#include "trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/answer.h"
#include "log/leaf.h"
#include "store/core.h"
#include "store/evidence_core.h"

static int setup(void **state)
{
	trail_now = NOVEMBER;
	if (fixture_setup(state) != 0)
		return -1;
	trail_clock(*state);
	return 0;
}

/* 600 events in November, which is then over, and 40 in December. */
static void two_months(struct fixture *f)
{
	trail_fill(f, 0, 600, 20);
	trail_now = NOVEMBER + 14 * DAY;
	trail_fill(f, 600, 40, 20);
	assert_ok(f, evidence_head_now(f->s, &f->err));
}

static int count_month(void *arg, const struct evidence_month *m)
{
	int *n = arg;

	assert_int_equal(m->month, *n == 0 ? 202611 : 202612);
	assert_int_equal(m->closed, *n == 0);
	assert_int_equal(m->size, *n == 0 ? 601 : 41);
	assert_int_equal(m->head_size, m->size);
	++*n;
	return 0;
}

static void a_month_ends_and_the_next_names_it(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	two_months(f);
	assert_ok(f, evidence_months(f->s, count_month, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(fixture_sql_int(f, "SELECT COUNT(*) FROM trail WHERE op = 'close'"), 1);
	assert_int_equal(
		trail_sql_int(f, "2026-12.db",
			      "SELECT instr(rec, '\"previous\":{\"month\":202611') > 0 FROM "
			      "leaf WHERE seq = 0"),
		1);
	trail_index(f);
	trail_clean(f);
	assert_int_equal(trail_findings.result.payloads, 640);
	assert_int_equal(trail_findings.result.leaves, 642);
	assert_int_equal(trail_findings.result.headed, 642);
	assert_true(trail_findings.result.indexed > 3000);
}

static void a_month_ends_without_events_too(void **state)
{
	struct fixture *f = *state;

	trail_fill(f, 0, 5, 5);
	trail_now = NOVEMBER + 14 * DAY;
	assert_ok(f, evidence_head_now(f->s, &f->err));
	assert_int_equal(fixture_sql_int(f, "SELECT COUNT(*) FROM trail WHERE op = 'close'"), 1);
	trail_clean(f);
	/* A clock set back does not lead into the old month again. */
	trail_now = NOVEMBER;
	trail_fill(f, 5, 5, 5);
	fixture_close(f);
	fixture_open(f);
	trail_clock(f);
	trail_fill(f, 10, 1, 1);
	assert_ok(f, evidence_head_now(f->s, &f->err));
	assert_int_equal(trail_sql_int(f, "2026-12.db", "SELECT COUNT(*) FROM leaf"), 7);
	trail_clean(f);
}

/* --- answers --------------------------------------------------------------------------- */

static struct note_key first_key(struct fixture *f)
{
	CLEANUP(buf_release) struct buf rec;
	CLEANUP(arena_release) struct arena a;
	struct note_key key;
	struct leaf leaf;
	struct conn *c;

	buf_init(&rec, 0);
	arena_init(&a, 0);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_leaf(c, 0, &rec, &f->err));
	store_read_end(c);
	assert_ok(f, leaf_read(rec.data, rec.len, &a, &leaf, &f->err));
	assert_ok(f, note_vkey_read(leaf.key, &key, &f->err));
	return key;
}

static int check(struct fixture *f, const struct buf *b, struct answer_result *ret)
{
	struct note_key key = first_key(f);

	return answer_check(b->data, b->len, &key, 1, ret, &f->err);
}

static int64_t accesses(int patient, int from, int to)
{
	int64_t n = 0;
	int i;

	for (i = from; i < to; i++)
		n += i % 13 == patient;
	return n;
}

static void answers_are_complete_and_checkable(void **state)
{
	static const int window[][2] = { { 0, 600 },   { 100, 300 }, { 1, 2 },
					 { 590, 600 }, { 0, 1 },     { 300, 300 } };
	struct fixture *f = *state;
	struct answer_result r;
	CLEANUP(buf_release) struct buf b;
	char patient[16];
	int p;
	size_t w;

	buf_init(&b, 0);
	trail_fill(f, 0, 600, 20);
	assert_int_equal(evidence_answer(f->s, 202611, "P00003", 0, 0, true, &b, &f->err),
			 ERR_CONFLICT);
	trail_now = NOVEMBER + 14 * DAY;
	assert_ok(f, evidence_head_now(f->s, &f->err));
	for (p = 0; p < 15; p++) /* two of them were never there */
		for (w = 0; w < sizeof window / sizeof window[0]; w++) {
			snprintf(patient, sizeof patient, "P%05d", p);
			buf_clear(&b);
			assert_ok(f, evidence_answer(f->s, 202611, patient,
						     NOVEMBER + window[w][0] * 60000000LL,
						     NOVEMBER + window[w][1] * 60000000LL,
						     w % 2 == 0, &b, &f->err));
			assert_ok(f, check(f, &b, &r));
			assert_int_equal(r.count, accesses(p, window[w][0], window[w][1]));
			assert_int_equal(r.opened, w % 2 == 0 ? r.count : 0);
			assert_int_equal(r.month, 202611);
			assert_string_equal(r.patient, patient);
		}
}

/* Each change must be noticed. */
static void false_answers_are_refused(void **state)
{
	struct fixture *f = *state;
	struct answer_result r;
	CLEANUP(buf_release) struct buf b;
	json_t *doc, *part, *list, *entry;
	struct note_key other;
	int i;

	buf_init(&b, 0);
	two_months(f);
	assert_ok(f, evidence_answer(f->s, 202611, "P00003", NOVEMBER + 3600000000LL,
				     NOVEMBER + 8 * 3600000000LL, true, &b, &f->err));
	assert_ok(f, check(f, &b, &r));
	assert_true(r.count > 30);
	for (i = 0; i < 16; i++) {
		CLEANUP(buf_release) struct buf lie;

		buf_init(&lie, 0);
		assert_ok(f, json_read(b.data, b.len, &doc, &f->err));
		part = json_array_get(json_object_get(doc, "parts"), 1);
		list = json_object_get(part, "entries");
		entry = json_array_get(list, 3);
		switch (i) {
		case 0: json_array_remove(list, 0); break;
		case 1: json_array_remove(list, 5); break;
		case 2: json_array_remove(list, json_array_size(list) - 1); break;
		case 3: json_object_del(part, "before"); break;
		case 4: json_object_del(part, "after"); break;
		case 5: json_object_set_new(entry, "at", json_integer(NOVEMBER)); break;
		case 6: json_object_set_new(entry, "user", json_string("0011223344556677")); break;
		case 7: json_object_set_new(part, "first", json_integer(0)); break;
		case 8: json_array_remove(json_object_get(doc, "parts"), 0); break;
		case 9: json_object_set_new(doc, "patient", json_string("P00004")); break;
		case 10: json_object_set_new(doc, "to", json_integer(NOVEMBER + DAY)); break;
		case 11: json_object_set_new(doc, "month", json_integer(202612)); break;
		case 12:
			json_object_set_new(json_object_get(entry, "event"), "who",
					    json_string("{\"patient\":\"P00003\"}"));
			break;
		case 13:
			json_object_set(json_array_get(list, 4), "event",
					json_object_get(entry, "event"));
			break;
		case 14:
			json_object_set_new(json_object_get(doc, "close"), "content",
					    json_string("{\"classes\":[]}"));
			break;
		default: json_array_remove(json_object_get(part, "path"), 0);
		}
		assert_ok(f, canon_write(doc, &lie, &f->err));
		json_decref(doc);
		if (check(f, &lie, &r) != ERR_INVALID)
			fail_msg("lie %d was believed", i);
	}
	assert_ok(f, note_key_new("elsewhere", &other, &f->err));
	assert_true(answer_check(b.data, b.len, &other, 1, &r, &f->err) < 0);
}

/* --- disposal ------------------------------------------------------------------------------ */

static const struct evidence_order order = { .month = 202611,
					     .keep = "standard",
					     .basis = "保存期間5年の満了",
					     .actor = "system",
					     .approver = "院長" };

static int64_t file_size(struct fixture *f, const char *name)
{
	FILE *file = fopen(fixture_path(f, name), "r");
	long size;

	if (!file)
		return -1;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static int count_rows(void *arg, const struct evidence_row *row, struct err *err)
{
	(void)row;
	(void)err;
	++*(int *)arg;
	return 0;
}

static void disposal_leaves_a_tree_that_verifies(void **state)
{
	struct fixture *f = *state;
	struct evidence_query q = { .by = EVIDENCE_BY_PATIENT, .value = "P00003" };
	CLEANUP(arena_release) struct arena a;
	CLEANUP(buf_release) struct buf b;
	struct evidence_item item;
	struct answer_result r;
	int64_t count, i;
	int rows = 0, tries;

	arena_init(&a, 0);
	buf_init(&b, 0);
	two_months(f);
	trail_index(f);
	assert_ok(f, evidence_dispose(f->s, &order, &count, &f->err));
	assert_int_equal(count, 480);
	assert_int_equal(evidence_dispose(f->s, &order, &count, &f->err), ERR_CONFLICT);
	assert_int_equal(file_size(f, "keys/trail/2026-11.standard"), -1);
	assert_true(file_size(f, "keys/trail/2026-11.long") > 0);
	assert_ok(f, evidence_get(f->s, 202611, 2, &a, &item, &f->err));
	assert_true(item.disposed);
	assert_string_equal(item.user, "");
	assert_string_equal(item.class, "view");
	assert_ok(f, evidence_get(f->s, 202611, 1, &a, &item, &f->err));
	assert_false(item.disposed); /* event 0 is of the other class */
	assert_string_equal(item.patient, "P00000");
	/* The index loses what was disposed of, sooner or later. */
	for (tries = 0; tries < 300; tries++) {
		rows = 0;
		assert_ok(f, evidence_find(f->s, &q, count_rows, &rows, &f->err));
		for (count = i = 0; i < 640; i++)
			count += i % 13 == 3 && (i % 5 == 0 || i >= 600);
		if (rows == count)
			break;
		trail_index(f);
	}
	assert_int_equal(rows, count);
	trail_clean(f);
	assert_int_equal(trail_findings.result.disposed, 480);
	assert_int_equal(trail_findings.result.payloads, 160);
	/* An answer shows that one class was lawfully disposed of. */
	assert_ok(f, evidence_answer(f->s, 202611, "P00003", 0, 0, true, &b, &f->err));
	assert_ok(f, check(f, &b, &r));
	assert_int_equal(r.disposed, 1);
	assert_int_equal(r.count, count - accesses(3, 600, 640));
	fixture_close(f);
	fixture_open(f);
	trail_clock(f);
	trail_clean(f);
}

static void a_hold_forbids_disposal(void **state)
{
	struct fixture *f = *state;
	struct evidence_order all = order, bad = order;
	int64_t count;

	two_months(f);
	all.keep = NULL;
	assert_false(evidence_held(f->s, 202611, "standard"));
	assert_ok(f, evidence_hold(f->s, &all, true, &f->err));
	assert_true(evidence_held(f->s, 202611, "standard"));
	assert_false(evidence_held(f->s, 202612, "standard"));
	assert_int_equal(evidence_dispose(f->s, &order, &count, &f->err), ERR_CONFLICT);
	assert_ok(f, evidence_hold(f->s, &all, false, &f->err));
	assert_ok(f, evidence_hold(f->s, &order, true, &f->err));
	assert_true(evidence_held(f->s, 202611, "standard"));
	assert_false(evidence_held(f->s, 202611, "long"));
	assert_ok(f, evidence_hold(f->s, &order, false, &f->err));
	bad.basis = "";
	assert_int_equal(evidence_dispose(f->s, &bad, &count, &f->err), ERR_INVALID);
	bad = order;
	bad.month = 202612;
	assert_int_equal(evidence_dispose(f->s, &bad, &count, &f->err), ERR_CONFLICT);
	bad = order;
	bad.keep = "other";
	assert_int_equal(evidence_dispose(f->s, &bad, &count, &f->err), ERR_NOT_FOUND);
	assert_ok(f, evidence_dispose(f->s, &order, &count, &f->err));
	trail_clean(f);
}

static void a_disposal_cut_short_is_completed(void **state)
{
	struct fixture *f = *state;
	int64_t count;
	int tries;

	two_months(f);
	fixture_copy(f, "before");
	assert_ok(f, evidence_dispose(f->s, &order, &count, &f->err));
	fixture_close(f);
	/* As after a crash behind the fact: key and rows are still there. */
	fixture_copy(f, "after");
	{
		char command[5 * PATH_MAX];

		snprintf(command, sizeof command,
			 "cp -a '%s'/before/trail/* '%s'/trail/ && cp -a '%s'/before/keys/trail "
			 "'%s'/keys/",
			 f->root, f->data, f->root, f->data);
		assert_int_equal(system(command), 0);
	}
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	trail_verify(f);
	assert_true(trail_has("disposal", 202611));
	fixture_close(f);
	fixture_open(f);
	trail_clock(f);
	assert_true(evidence_writable(f->s, &f->err));
	for (tries = 0; tries < 200 && file_size(f, "keys/trail/2026-11.standard") >= 0; tries++)
		usleep(50000);
	for (tries = 0; tries < 200; tries++) {
		trail_verify(f);
		if (trail_findings.result.findings == 0)
			break;
		usleep(50000);
	}
	trail_clean(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		T(a_month_ends_and_the_next_names_it),	 T(a_month_ends_without_events_too),
		T(answers_are_complete_and_checkable),	 T(false_answers_are_refused),
		T(disposal_leaves_a_tree_that_verifies), T(a_hold_forbids_disposal),
		T(a_disposal_cut_short_is_completed),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
