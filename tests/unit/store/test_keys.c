/* The signing key changes daily, and no crash on the way loses the log's key. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/audit.h"
#include "store/core.h"
#include "store/signer.h"

static void keep(struct fixture *f, const char *name, struct buf *b)
{
	buf_init(b, 0);
	assert_ok(f, file_read(fixture_path(f, name), 65536, b, &f->err));
}

static void put_back(struct fixture *f, const char *name, const struct buf *b)
{
	assert_ok(f, file_write(fixture_path(f, name), b->data, b->len, 0600, &f->err));
}

/* As if the key in use were of an earlier day. */
static void let_a_day_pass(struct fixture *f)
{
	f->s->commit.signer_at = 0;
}

static void assert_clean(struct fixture *f, int64_t keys)
{
	struct audit_input in = { 0 };
	struct audit_result result;
	struct conn *c;

	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_audit(c, &in, &result, &f->err));
	store_read_end(c);
	if (result.findings)
		fail_msg("%s", result.log.failure[0].text);
	assert_int_equal(result.log.key_count, keys);
}

static void key__is_replaced_when_the_day_is_over(void **state)
{
	struct fixture *f = *state;
	struct log_head head;
	struct buf before, after;
	char id[ID_SIZE];

	id_new(id);
	keep(f, "keys/log.key", &before);
	let_a_day_pass(f);
	/* The key leaf comes first, then the write. */
	assert_int_equal(write_entry(f, id, 1, "{}", NULL), 2);
	assert_int_equal(write_entry(f, id, 2, "{}", NULL), 3);
	keep(f, "keys/log.key", &after);
	assert_string_not_equal(before.data, after.data);
	assert_false(file_exists(fixture_path(f, "keys/log.next")));
	before.data[before.len - 1] = '\0';
	assert_false(fixture_grep(f, before.data));
	assert_ok(f, store_head(f->s, &head, &f->err));
	assert_clean(f, 2);
	fixture_close(f);
	fixture_open(f);
	let_a_day_pass(f);
	assert_ok(f, store_head(f->s, &head, &f->err));
	assert_int_equal(head.size, 5);
	assert_clean(f, 3);
	buf_release(&before);
	buf_release(&after);
}

static void key__unused_next_key_is_destroyed(void **state)
{
	struct fixture *f = *state;
	struct note_key stray;
	char id[ID_SIZE];

	/* Crash before the key leaf was committed. */
	id_new(id);
	assert_ok(f, note_key_new(store_origin(f->s), &stray, &f->err));
	fixture_close(f);
	assert_ok(f, signer_write(f->data, "keys/log.next", &stray, &f->err));
	fixture_open(f);
	assert_false(file_exists(fixture_path(f, "keys/log.next")));
	write_entry(f, id, 1, "{}", NULL);
	fixture_close(f);
	fixture_open(f);
	assert_clean(f, 1);
}

static void key__replacement_is_completed_after_a_crash(void **state)
{
	struct fixture *f = *state;
	struct buf before, after;
	int torn;

	for (torn = 0; torn < 3; torn++) {
		struct log_head head;

		/* Crash after the commit: the old file is untouched, half
		 * overwritten, or gone. */
		keep(f, "keys/log.key", &before);
		let_a_day_pass(f);
		assert_ok(f, store_head(f->s, &head, &f->err));
		fixture_close(f);
		keep(f, "keys/log.key", &after);
		put_back(f, "keys/log.next", &after);
		if (torn == 1)
			memset(before.data, 'x', before.len / 2);
		put_back(f, "keys/log.key", &before);
		if (torn == 2)
			unlink(fixture_path(f, "keys/log.key"));
		fixture_open(f);
		assert_false(file_exists(fixture_path(f, "keys/log.next")));
		assert_clean(f, torn + 2);
		buf_release(&before);
		keep(f, "keys/log.key", &before);
		assert_string_equal(before.data, after.data);
		buf_release(&before);
		buf_release(&after);
	}
}

static void key__of_another_folder_is_refused(void **state)
{
	struct fixture *f = *state;
	struct note_key other;

	assert_ok(f, note_key_new(store_origin(f->s), &other, &f->err));
	fixture_close(f);
	assert_ok(f, signer_write(f->data, "keys/log.key", &other, &f->err));
	assert_int_equal(fixture_try_open(f, 0), ERR_CORRUPT);
	assert_non_null(strstr(f->err.text, "署名鍵"));
}

static void key__last_anchor_of_a_day_is_kept(void **state)
{
	struct fixture *f = *state;
	struct log_head head;
	struct buf latest, day;
	char id[ID_SIZE];

	id_new(id);
	keep(f, "anchors/latest", &latest);
	f->s->commit.note_at = 1000000LL * 86400 * 365 * 50; /* 2019-12-20 */
	write_entry(f, id, 1, "{}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	keep(f, "anchors/2019-12-20", &day);
	assert_string_equal(day.data, latest.data);
	assert_clean(f, 1);
	buf_release(&latest);
	buf_release(&day);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(key__is_replaced_when_the_day_is_over),
		T(key__unused_next_key_is_destroyed),
		T(key__replacement_is_completed_after_a_crash),
		T(key__of_another_folder_is_refused),
		T(key__last_anchor_of_a_day_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
