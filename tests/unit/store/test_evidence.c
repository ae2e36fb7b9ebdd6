/* Access events: taken in, read back, recognised, found, proven. */
#include "trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "log/proof.h"
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

static void events_come_back_as_they_were(void **state)
{
	struct fixture *f = *state;
	CLEANUP(arena_release) struct arena a;
	struct evidence_receipt r[2];
	struct trail_texts t[2];
	struct evidence_event e[2];
	struct evidence_item item;

	arena_init(&a, 0);
	trail_event(0, &t[0], &e[0]);
	trail_event(1, &t[1], &e[1]);
	e[1].user = "山田 \"花子\"\n";
	e[1].detail = "{\"a\":1}";
	e[1].detail_len = 7;
	e[1].at_us = 0;
	assert_ok(f, evidence_append(f->s, e, 2, r, &f->err));
	assert_int_equal(r[0].month, 202611);
	assert_int_equal(r[0].seq, 1); /* leaf 0 is the month's own */
	assert_int_equal(r[1].seq, 2);
	assert_false(r[1].repeated);
	assert_ok(f, evidence_get(f->s, 202611, 2, &a, &item, &f->err));
	assert_string_equal(item.user, "山田 \"花子\"\n");
	assert_string_equal(item.patient, "P00001");
	assert_string_equal(item.class, "view");
	assert_string_equal(item.keep, "standard");
	assert_string_equal(item.source, "emr");
	assert_int_equal(item.counter, 1);
	assert_string_equal(item.outcome, "ok");
	assert_string_equal(item.raw, t[1].raw);
	assert_string_equal(item.detail, "{\"a\":1}");
	assert_true(item.no_time);
	assert_int_equal(item.at_us, r[1].at_us);
	assert_false(item.disposed);
	/* Nothing of it can be read from the disk. */
	assert_false(fixture_grep(f, "P00001"));
	assert_false(fixture_grep(f, "opened chart"));
	assert_int_equal(evidence_get(f->s, 202611, 3, &a, &item, &f->err), ERR_NOT_FOUND);
	assert_int_equal(evidence_get(f->s, 202610, 1, &a, &item, &f->err), ERR_NOT_FOUND);
}

static void bad_events_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct trail_texts t;
	struct evidence_event good, bad;
	struct evidence_event two[2];

	trail_event(0, &t, &good);
#define REFUSED(member, value)                                                               \
	do {                                                                                 \
		bad = good;                                                                  \
		bad.member = value;                                                          \
		two[0] = good;                                                               \
		two[1] = bad;                                                                \
		assert_int_equal(evidence_append(f->s, two, 2, NULL, &f->err), ERR_INVALID); \
		assert_non_null(strstr(f->err.text, "2件目"));                               \
	} while (0)
	REFUSED(source, "");
	REFUSED(source, "EMR 1");
	REFUSED(class, "見る");
	REFUSED(keep, "../../x");
	REFUSED(outcome, "O K");
	REFUSED(at_us, -1);
	REFUSED(at_us, INT64_MAX);
	REFUSED(user, "\xff");
#undef REFUSED
	assert_false(fixture_grep(f, "\"source\":\"emr\""));
	assert_ok(f, evidence_append(f->s, &good, 1, NULL, &f->err));
}

static void a_repeated_delivery_gets_the_first_receipt(void **state)
{
	struct fixture *f = *state;
	struct evidence_receipt first[3], again[3];
	struct trail_texts t[3];
	struct evidence_event e[3];
	int round, i;

	for (i = 0; i < 3; i++)
		trail_event(i, &t[i], &e[i]);
	e[2].counter = -1;
	assert_ok(f, evidence_append(f->s, e, 3, first, &f->err));
	for (round = 0; round < 2; round++) {
		assert_ok(f, evidence_append(f->s, e, 3, again, &f->err));
		for (i = 0; i < 3; i++) {
			assert_true(again[i].repeated);
			assert_int_equal(again[i].seq, first[i].seq);
			assert_int_equal(again[i].at_us, first[i].at_us);
		}
		fixture_close(f); /* also after a restart */
		fixture_open(f);
		trail_clock(f);
	}
}

/* Without time and counter the same bytes are another event if the detail differs. */
static void equal_bytes_without_time_and_counter_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct evidence_receipt r[2];
	struct trail_texts t;
	struct evidence_event e[2];
	int round;

	trail_event(0, &t, &e[0]);
	e[0].at_us = 0;
	e[0].counter = -1;
	e[0].detail = "{\"number\":1}";
	e[0].detail_len = 12;
	e[1] = e[0];
	e[1].detail = "{\"number\":2}";
	for (round = 0; round < 3; round++) {
		assert_ok(f, evidence_append(f->s, e, 2, r, &f->err));
		assert_int_equal(r[0].repeated, round > 0);
		assert_int_equal(r[1].repeated, round > 0);
		assert_int_equal(r[0].seq, 1);
		assert_int_equal(r[1].seq, 2);
		if (round == 1) { /* also after a restart */
			fixture_close(f);
			fixture_open(f);
			trail_clock(f);
		}
	}
}

static int heard(void *arg, const struct evidence_source *s)
{
	*(int64_t *)arg = s->last_at_us;
	return 0;
}

/* Who repeats itself is not silent. */
static void a_repeated_delivery_is_heard(void **state)
{
	struct fixture *f = *state;
	struct evidence_receipt r;
	struct trail_texts t;
	struct evidence_event e;
	int64_t last = 0;

	trail_event(0, &t, &e);
	assert_ok(f, evidence_append(f->s, &e, 1, &r, &f->err));
	trail_now += 3600000000;
	assert_ok(f, evidence_append(f->s, &e, 1, &r, &f->err));
	assert_true(r.repeated);
	assert_ok(f, evidence_sources(f->s, heard, &last, &f->err));
	assert_true(last >= trail_now);
}

static void another_message_under_a_used_counter_is_kept_and_marked(void **state)
{
	struct fixture *f = *state;
	CLEANUP(arena_release) struct arena a;
	struct evidence_receipt r;
	struct trail_texts t, u;
	struct evidence_event e, other;
	struct evidence_item item;

	arena_init(&a, 0);
	trail_event(5, &t, &e);
	trail_event(6, &u, &other);
	other.counter = 5;
	assert_ok(f, evidence_append(f->s, &e, 1, &r, &f->err));
	assert_ok(f, evidence_append(f->s, &other, 1, &r, &f->err));
	assert_true(r.clash);
	assert_false(r.repeated);
	assert_int_equal(r.seq, 2);
	assert_ok(f, evidence_append(f->s, &other, 1, &r, &f->err));
	assert_true(r.repeated && r.clash);
	assert_ok(f, evidence_get(f->s, 202611, 2, &a, &item, &f->err));
	assert_true(item.clash);
	assert_string_equal(item.raw, u.raw);
}

struct found {
	struct evidence_row row[400];
	char class[400][16];
	int count;
};

static int keep_row(void *arg, const struct evidence_row *row, struct err *err)
{
	struct found *fd = arg;

	(void)err;
	snprintf(fd->class[fd->count], sizeof fd->class[0], "%s", row->class);
	fd->row[fd->count++] = *row;
	return 0;
}

/* What evidence_find must give, worked out the long way. */
static void expect_patient(struct fixture *f, int events, int patient, int from, int to, bool down)
{
	struct evidence_query q = { .by = EVIDENCE_BY_PATIENT, .descending = down, .limit = 7 };
	struct found *all = calloc(1, sizeof *all);
	char name[16];
	int i, n = 0;

	snprintf(name, sizeof name, "P%05d", patient);
	q.value = name;
	q.from_us = NOVEMBER + from * 60000000LL;
	q.to_us = NOVEMBER + to * 60000000LL;
	do {
		n = all->count;
		assert_ok(f, evidence_find(f->s, &q, keep_row, all, &f->err));
		if (all->count)
			q.after = all->row[all->count - 1].place;
	} while (all->count > n);
	n = 0;
	for (i = down ? events - 1 : 0; i >= 0 && i < events; i += down ? -1 : 1) {
		if (i % 13 != patient || i < from || i >= to)
			continue;
		assert_true(n < all->count);
		assert_int_equal(all->row[n].place.at_us, NOVEMBER + i * 60000000LL);
		assert_string_equal(all->class[n], i % 4 ? "view" : "change");
		n++;
	}
	assert_int_equal(n, all->count);
	free(all);
}

struct counts {
	int64_t count[16];
	uint64_t tag[16];
	int n;
};

static int keep_count(void *arg, const struct evidence_count *c, struct err *err)
{
	struct counts *k = arg;

	(void)err;
	k->tag[k->n] = c->tag;
	k->count[k->n++] = c->count;
	return 0;
}

static void expect_tally(struct fixture *f, int events)
{
	struct evidence_query q = { .by = EVIDENCE_BY_PATIENT, .value = "P00003" };
	struct counts k = { .n = 0 };
	int64_t want[7] = { 0 }, sum = 0, total = 0;
	char user[16];
	int i, u;

	for (i = 0; i < events; i++)
		if (i % 13 == 3) {
			want[i % 7]++;
			total++;
		}
	assert_ok(f, evidence_tally(f->s, &q, EVIDENCE_BY_USER, keep_count, &k, &f->err));
	for (i = 0; i < k.n; i++) {
		assert_true(i == 0 || k.count[i - 1] >= k.count[i]);
		sum += k.count[i];
		for (u = 0; u < 7; u++) {
			snprintf(user, sizeof user, "user%d", u);
			if (evidence_tag(f->s, EVIDENCE_BY_USER, user) == k.tag[i])
				assert_int_equal(k.count[i], want[u]);
		}
	}
	assert_int_equal(sum, total);
}

static int64_t sum_days;

static int add_day(void *arg, const struct evidence_day *d, struct err *err)
{
	(void)arg;
	(void)err;
	sum_days += d->count;
	return 0;
}

static void expect_questions(struct fixture *f, int events)
{
	struct evidence_query q = { .by = EVIDENCE_BY_CLASS, .value = "change" };
	struct found *all = calloc(1, sizeof *all);
	int i, changes = 0, views = 0;

	for (i = 0; i < events; i++) {
		changes += i % 4 == 0 && i % 7 == 2;
		views += i % 4 != 0 && i % 3 == 1;
	}
	expect_patient(f, events, 3, 0, events, false);
	expect_patient(f, events, 3, 0, events, true);
	expect_patient(f, events, 12, 50, 200, false);
	expect_patient(f, events, 12, 50, 200, true);
	expect_tally(f, events);
	q.user = "user2";
	assert_ok(f, evidence_find(f->s, &q, keep_row, all, &f->err));
	assert_int_equal(all->count, changes);
	all->count = 0;
	q = (struct evidence_query){ .by = EVIDENCE_BY_TERMINAL,
				     .value = "term-1",
				     .class = "view" };
	assert_ok(f, evidence_find(f->s, &q, keep_row, all, &f->err));
	assert_int_equal(all->count, views);
	q = (struct evidence_query){ .by = EVIDENCE_BY_PATIENT, .value = "P99999" };
	all->count = 0;
	assert_ok(f, evidence_find(f->s, &q, keep_row, all, &f->err));
	assert_int_equal(all->count, 0);
	sum_days = 0;
	assert_ok(f, evidence_activity(f->s, "emr", "2026-11-01", "2026-11-30", add_day, NULL,
				       &f->err));
	assert_int_equal(sum_days, events);
	free(all);
}

static void questions_see_index_and_tail_alike(void **state)
{
	struct fixture *f = *state;

	trail_fill(f, 0, 240, 10);
	expect_questions(f, 240); /* all in the tail */
	trail_index(f);
	expect_questions(f, 240); /* all in the index */
	trail_fill(f, 240, 60, 7);
	expect_questions(f, 300); /* both */
	fixture_close(f);
	/* Another process, which reads what the index lacks from the month. */
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	expect_questions(f, 300);
	/* Without any index. */
	fixture_close(f);
	remove(fixture_path(f, "trail/index.db"));
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	expect_questions(f, 300);
	fixture_close(f);
	fixture_open(f);
	trail_clock(f);
	trail_fill(f, 300, 3, 3);
	trail_index(f);
	expect_questions(f, 303);
}

static void heads_become_facts_and_prove_events(void **state)
{
	struct fixture *f = *state;
	struct buf proof, note, vkey;
	CLEANUP(arena_release) struct arena a;
	struct proof_file file;
	struct checkpoint head;
	struct note_key key;

	buf_init(&proof, 0);
	buf_init(&note, 0);
	buf_init(&vkey, 0);
	arena_init(&a, 0);
	trail_fill(f, 0, 700, 50);
	assert_int_equal(evidence_proof(f->s, 202611, 5, &proof, &f->err), ERR_NOT_FOUND);
	assert_ok(f, evidence_head_now(f->s, &f->err));
	assert_int_equal(fixture_sql_int(f, "SELECT COUNT(*) FROM trail"), 1);
	assert_int_equal(fixture_sql_int(f, "SELECT size FROM trail"), 701);
	/* Nothing new: no new head. */
	assert_ok(f, evidence_head_now(f->s, &f->err));
	assert_int_equal(fixture_sql_int(f, "SELECT COUNT(*) FROM trail"), 1);
	assert_ok(f, evidence_proof(f->s, 202611, 5, &proof, &f->err));
	assert_ok(f, evidence_note(f->s, 202611, &note, &vkey, &f->err));
	assert_ok(f, note_vkey_read(vkey.data, &key, &f->err));
	assert_ok(f, proof_file_read(proof.data, proof.len, &a, &file, &f->err));
	assert_ok(f, proof_file_check(&file, file.extra, file.extra_len, &key, 1, &head, &f->err));
	assert_int_equal(head.size, 701);
	assert_non_null(strstr(head.origin, "/trail/2026-11"));
	buf_release(&proof);
	buf_release(&note);
	buf_release(&vkey);
	/* At the end there is a head for what came last. */
	trail_fill(f, 700, 1, 1);
	fixture_close(f);
	assert_int_equal(fixture_sql_int(f, "SELECT MAX(size) FROM trail"), 702);
}

static void a_folder_without_trails_stays_without(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	assert_int_equal(fixture_try_open(f, 0), 0);
	assert_false(fixture_sql_int(f, "SELECT COUNT(*) FROM trail"));
	assert_int_not_equal(access(fixture_path(f, "trail"), 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		T(events_come_back_as_they_were),
		T(bad_events_change_nothing),
		T(a_repeated_delivery_gets_the_first_receipt),
		T(equal_bytes_without_time_and_counter_are_told_apart),
		T(a_repeated_delivery_is_heard),
		T(another_message_under_a_used_counter_is_kept_and_marked),
		T(questions_see_index_and_tail_alike),
		T(heads_become_facts_and_prove_events),
		T(a_folder_without_trails_stays_without),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
