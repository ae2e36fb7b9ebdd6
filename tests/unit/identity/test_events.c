/* Access events: the queue, what is lost, reading back, and the audit of the table. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "house.h"

#include "base/clock.h"
#include "identity/event_left.h"

static void note(struct house *f, const struct actor *who, const char *ledger)
{
	const struct event e = { .kind = EVENT_VIEW, .ledger = ledger, .detail = "一覧 50件" };

	event_note(f->store, who, &e);
}

static size_t list(struct house *f, struct event_query q, struct event_row **ret)
{
	struct conn *c = NULL;
	struct err err;
	size_t count;

	if (!q.limit)
		q.limit = 100;
	events_flush(f->store);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(event_list(c, &q, &f->arena, ret, &count, &err), &err);
	store_read_end(c);
	return count;
}

static void remember(void *arg, const char *text)
{
	snprintf(arg, 256, "%s", text);
}

/* The last thing the audit found, "" when all is well. */
static const char *audit(struct house *f)
{
	static char found[256];
	struct conn *c = NULL;
	struct err err;

	found[0] = '\0';
	events_flush(f->store);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(events_audit(c, remember, found, &err), &err);
	store_read_end(c);
	return found;
}

static void queue__is_written_before_the_store_closes(void **state)
{
	struct house *f = *state;
	struct event_row *rows;
	int i;

	for (i = 0; i < 600; i++)
		note(f, &f->nurse, "devices");
	house_reopen(f, 0);
	assert_int_equal(list(f, (struct event_query){ .kind = EVENT_VIEW, .limit = 1000 }, &rows),
			 600);
	assert_string_equal(rows[0].actor, f->nurse.account);
	assert_string_equal(rows[0].subject, f->nurse.account);
	assert_string_equal(rows[0].detail, "一覧 50件");
	assert_string_equal(audit(f), "");
}

static void queue__counts_what_a_full_disk_refused(void **state)
{
	struct house *f = *state;
	struct rlimit before, full = { 1, RLIM_INFINITY };
	struct event_row *rows;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	full.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &full);
	note(f, &f->nurse, "devices");
	events_flush(f->store);
	note(f, &f->nurse, "devices");
	events_flush(f->store);
	setrlimit(RLIMIT_FSIZE, &before);
	do
		note(f, &f->nurse, "vendors");
	while (list(f, (struct event_query){ .kind = EVENT_LOST }, &rows) == 0);
	assert_int_equal(
		list(f, (struct event_query){ .kind = EVENT_VIEW, .ledger = "devices" }, &rows), 0);
	assert_int_equal(list(f, (struct event_query){ .kind = EVENT_LOST }, &rows), 1);
	assert_string_equal(rows[0].actor, "system");
	assert_non_null(strstr(rows[0].detail, "件の利用の記録を書き込めませんでした"));
	/* Each that is lost is counted, whenever the disk came back. */
	assert_true(strtol(rows[0].detail, NULL, 10) >= 2);
}

static void queue__writes_nothing_into_a_folder_opened_to_read(void **state)
{
	struct house *f = *state;
	struct event_row *rows;
	size_t before = list(f, (struct event_query){ .kind = -1 }, &rows);

	house_reopen(f, STORE_READONLY);
	note(f, &f->nurse, "devices");
	assert_int_equal(list(f, (struct event_query){ .kind = -1 }, &rows), before);
}

static void fresh__only_once_a_minute(void **state)
{
	struct house *f = *state;

	assert_true(event_fresh(f->store, "token /ledger/devices"));
	assert_false(event_fresh(f->store, "token /ledger/devices"));
	assert_true(event_fresh(f->store, "token /ledger/vendors"));
	assert_true(event_fresh(f->store, "other /ledger/devices"));
	house_now += MINUTE - 1;
	assert_false(event_fresh(f->store, "token /ledger/devices"));
	house_now += 1;
	assert_true(event_fresh(f->store, "token /ledger/devices"));
}

/* A text that was cut to its room inside a character. */
static void detail__keeps_its_beginning(void **state)
{
	struct house *f = *state;
	const struct event e = { .kind = EVENT_REFUSED,
				 .detail = "見本の一覧\xe4\xbb",
				 .refused = true };
	struct event_row *rows;
	struct err err;

	ok(event_write(f->store, &f->nurse, &e, &err), &err);
	list(f, (struct event_query){ .kind = EVENT_REFUSED }, &rows);
	assert_string_equal(rows[0].detail, "見本の一覧");
	ok(event_leave(f->data, &f->nurse, &e, &err), &err);
	assert_int_equal(events_take_left(f->store, &err), 1);
	list(f, (struct event_query){ .kind = EVENT_REFUSED }, &rows);
	assert_string_equal(rows[0].detail, "見本の一覧");
}

/* What cannot be read waits, is told, and hinders nothing else. */
static void left__one_that_cannot_be_read_stops_no_other(void **state)
{
	struct house *f = *state;
	const struct event e = { .kind = EVENT_EXPORT, .ledger = "devices" };
	char path[1200], other[1200], id[ID_SIZE];
	struct event_row *rows;
	struct err err;
	int i;

	for (i = 0; i < 8; i++) {
		ok(event_leave(f->data, &f->nurse, &e, &err), &err);
		id_new(id);
		snprintf(path, sizeof path, "%s/noted/%s", f->data, id);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(events_take_left(f->store, &err), ERR_IO);
	assert_non_null(strstr(err.text, "/noted/"));
	assert_int_equal(list(f, (struct event_query){ .kind = EVENT_EXPORT }, &rows), 8);
	assert_int_equal(access(path, F_OK), 0);
	/* Neither is the whole folder passed over in silence; only one that is not there is. */
	snprintf(path, sizeof path, "%s/noted", f->data);
	snprintf(other, sizeof other, "%s/noted-before", f->data);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(events_take_left(f->store, &err), ERR_IO);
	assert_int_equal(event_leave(f->data, &f->nurse, &e, &err), ERR_IO);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(events_take_left(f->store, &err), 0);
}

static void left__times_that_are_none_are_put_aside(void **state)
{
	static const char *const times[] = { "-9223372036854775808", "0", "-1" };
	struct house *f = *state;
	char path[1200], id[ID_SIZE];
	struct event_row *rows;
	struct err err;
	FILE *file;
	size_t i;

	snprintf(path, sizeof path, "%s/noted", f->data);
	(void)mkdir(path, 0700);
	for (i = 0; i < sizeof times / sizeof times[0]; i++) {
		id_new(id);
		snprintf(path, sizeof path, "%s/noted/%s", f->data, id);
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fprintf(file, "{\"actor\":\"system\",\"event\":\"export\",\"at\":%s}",
			      times[i]);
		(void)fclose(file);
		ok(events_take_left(f->store, &err), &err);
		assert_int_not_equal(access(path, F_OK), 0);
		snprintf(path, sizeof path, "%s/noted/bad-%s", f->data, id);
		assert_int_equal(access(path, F_OK), 0);
	}
	assert_int_equal(list(f, (struct event_query){ .kind = EVENT_EXPORT }, &rows), 0);
}

static void put_event(struct house *f, const struct actor *who, struct event e)
{
	struct err err;

	ok(event_write(f->store, who, &e, &err), &err);
}

/* Two people, several kinds; the account's own events of the set-up stand before. */
static void fill(struct house *f)
{
	struct actor bypass = f->nurse;

	bypass.mark = ACT_BYPASS;
	put_event(f, &f->nurse, (struct event){ .kind = EVENT_VIEW, .ledger = "devices" });
	put_event(f, &f->nurse,
		  (struct event){ .kind = EVENT_REFUSED, .ledger = "vendors", .refused = true });
	put_event(f, &bypass, (struct event){ .kind = EVENT_EXPORT, .ledger = "devices" });
	put_event(f, &f->planner,
		  (struct event){ .kind = EVENT_SESSION_ENDED, .subject = f->nurse.account });
	put_event(
		f, &f->planner,
		(struct event){ .kind = EVENT_VIEW, .ledger = "staff", .entry = "staff-of-nurse" });
	put_event(f, &f->planner, (struct event){ .kind = EVENT_VIEW, .ledger = "devices" });
}

static void list__of_a_person_has_what_was_done_and_what_was_suffered(void **state)
{
	struct house *f = *state;
	struct event_query q = { .person = f->nurse.account, .kind = -1 };
	struct event_row *rows;
	size_t with_setup;

	fill(f);
	with_setup = list(f, q, &rows);
	assert_int_equal(rows[0].kind, EVENT_SESSION_ENDED);
	assert_int_equal(rows[1].kind, EVENT_EXPORT);
	assert_int_equal(rows[2].kind, EVENT_REFUSED);
	assert_int_equal(rows[3].kind, EVENT_VIEW);
	assert_true(with_setup >= 4);
	q.staff = "staff-of-nurse";
	assert_int_equal(list(f, q, &rows), with_setup + 1);
	assert_string_equal(rows[0].ledger, "staff");
	q.kind = EVENT_VIEW;
	assert_int_equal(list(f, q, &rows), 2);
}

static void list__keeps_to_every_condition(void **state)
{
	struct house *f = *state;
	struct event_row *rows, *all;
	size_t count;

	fill(f);
	count = list(f, (struct event_query){ .kind = -1 }, &all);
	assert_int_equal(list(f, (struct event_query){ .kind = EVENT_VIEW }, &rows), 3);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .ledger = "devices" }, &rows),
			 3);
	assert_int_equal(
		list(f, (struct event_query){ .kind = EVENT_VIEW, .ledger = "devices" }, &rows), 2);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .refused = true }, &rows), 1);
	assert_int_equal(rows[0].kind, EVENT_REFUSED);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .special = true }, &rows), 1);
	assert_int_equal(rows[0].mark, ACT_BYPASS);
	assert_int_equal(list(f,
			      (struct event_query){ .kind = -1, .special = true, .refused = true },
			      &rows),
			 0);
	/* Page by page nothing is missed and nothing comes twice. */
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .limit = 2 }, &rows), 2);
	assert_int_equal(rows[1].seq, all[1].seq);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .before = rows[1].seq }, &rows),
			 count - 2);
	assert_int_equal(rows[0].seq, all[2].seq);
}

static void list__of_a_span_of_time(void **state)
{
	struct house *f = *state;
	struct event_row *rows, *all;
	struct event_count counts[EVENT_MAX];
	struct conn *c = NULL;
	struct err err;
	size_t count;

	fill(f);
	count = list(f, (struct event_query){ .kind = -1 }, &all);
	assert_int_equal(
		list(f, (struct event_query){ .kind = -1, .from_us = all[1].at_us }, &rows), 2);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .to_us = all[1].at_us }, &rows),
			 count - 2);
	assert_int_equal(list(f, (struct event_query){ .kind = -1, .from_us = INT64_MAX }, &rows),
			 0);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(event_counts(c, all[1].at_us, INT64_MAX, counts, &err), &err);
	store_read_end(c);
	assert_int_equal(counts[EVENT_VIEW].all, 2);
	assert_int_equal(counts[EVENT_VIEW].last_seq, all[0].seq);
	assert_int_equal(counts[EVENT_REFUSED].all, 0);
}

static void audit__finds_a_changed_row(void **state)
{
	struct house *f = *state;

	fill(f);
	assert_string_equal(audit(f), "");
	house_sql(f, "UPDATE access SET actor = 'nobody' WHERE event = 'export'");
	assert_non_null(strstr(audit(f), "の一覧の内容が、記録と違います"));
}

static void audit__finds_a_deleted_row(void **state)
{
	struct house *f = *state;

	fill(f);
	house_sql(f, "DELETE FROM access WHERE event = 'refused'");
	assert_non_null(strstr(audit(f), "が一覧から消されています"));
}

static void audit__finds_an_added_row(void **state)
{
	struct house *f = *state;

	fill(f);
	house_sql(f, "INSERT INTO access SELECT 100000, at, actor, event, subject, ledger, entry,"
		     " mark, refused FROM access LIMIT 1");
	assert_string_equal(audit(f), "利用の記録の一覧に、記録のない行が加えられています。");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(queue__is_written_before_the_store_closes),
		TEST(queue__counts_what_a_full_disk_refused),
		TEST(queue__writes_nothing_into_a_folder_opened_to_read),
		TEST(fresh__only_once_a_minute),
		TEST(detail__keeps_its_beginning),
		TEST(left__one_that_cannot_be_read_stops_no_other),
		TEST(left__times_that_are_none_are_put_aside),
		TEST(list__of_a_person_has_what_was_done_and_what_was_suffered),
		TEST(list__keeps_to_every_condition),
		TEST(list__of_a_span_of_time),
		TEST(audit__finds_a_changed_row),
		TEST(audit__finds_a_deleted_row),
		TEST(audit__finds_an_added_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
