/* The store as its users see it: folder, writes, receipts, reading. */
#include "fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "log/checkpoint.h"
#include "log/leaf.h"
#include "store/folder.h"

static void read_part(struct fixture *f, int64_t seq, const char *class, struct buf *b)
{
	struct conn *c;

	buf_clear(b);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_part(c, seq, class, b, &f->err));
	store_read_end(c);
}

static int64_t size_of(struct fixture *f)
{
	struct conn *c;
	int64_t size;

	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_size(c, &size, &f->err));
	store_read_end(c);
	return size;
}

/* --- folder ------------------------------------------------------------------ */

static void folder__is_private_and_complete(void **state)
{
	static const char *const names[] = { "keys/master.key", "keys/data.keys", "keys/log.key" };
	struct fixture *f = *state;
	struct stat st;
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(stat(fixture_path(f, names[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(stat(f->data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(file_exists(fixture_path(f, "anchors/latest")));
	assert_false(file_exists(fixture_path(f, ".creating")));
	assert_string_equal(store_org_name(f->s), "見本病院");
	assert_string_equal(store_org_kind(f->s), "hospital");
	assert_int_equal(size_of(f), 1);
}

static void folder__is_not_made_over_another(void **state)
{
	struct fixture *f = *state;
	char org[ID_SIZE];
	struct store_init init = { .org_id = org, .org_name = "別", .kind = "clinic" };
	int64_t before = fixture_sql_int(f, "SELECT count(*) FROM leaf");

	id_new(org);
	assert_int_equal(store_create(f->data, &init, &f->err), ERR_CONFLICT);
	assert_int_equal(store_create(f->root, &init, &f->err), ERR_CONFLICT);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), before);
}

static void folder__half_made_is_made_anew(void **state)
{
	struct fixture *f = *state;
	char org[ID_SIZE], from[PATH_MAX];
	struct store_init init = { .org_id = org, .org_name = "施設", .kind = "care" };

	/* As a crash would leave it just before the database is moved. */
	fixture_close(f);
	assert_int_equal(mkdir(fixture_path(f, ".creating"), 0700), 0);
	snprintf(from, sizeof from, "%s", fixture_path(f, "daicho.db"));
	assert_int_equal(rename(from, fixture_path(f, ".creating/daicho.db")), 0);
	unlink(fixture_path(f, "reserve"));
	assert_int_equal(fixture_try_open(f, 0), ERR_NOT_FOUND);
	id_new(org);
	assert_ok(f, store_create(f->data, &init, &f->err));
	fixture_open(f);
	assert_string_equal(store_org_name(f->s), "施設");
}

static void folder__second_open_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *second = NULL;
	char pid[32];

	assert_int_equal(store_open(f->data, 0, &second, &f->err), ERR_BUSY);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	assert_non_null(strstr(f->err.text, pid));
	/* Looking is allowed meanwhile. */
	assert_ok(f, store_open(f->data, STORE_READONLY, &second, &f->err));
	assert_int_equal(store_write(second, NULL, NULL, NULL, NULL, &f->err), ERR_DENIED);
	store_close(second);
}

struct looker {
	const char *data;
	atomic_bool stop;
};

static void *look_always(void *arg)
{
	struct looker *l = arg;

	while (!atomic_load(&l->stop))
		store_writer(l->data);
	return NULL;
}

/* A command that asks who writes must not look like somebody who does. */
static void folder__is_not_lost_to_who_only_looks(void **state)
{
	struct fixture *f = *state;
	struct looker l = { .data = f->data };
	struct folder folder;
	pthread_t thread;

	fixture_close(f);
	assert_ok(f, folder_open(f->data, &folder, &f->err));
	assert_int_equal(pthread_create(&thread, NULL, look_always, &l), 0);
	for (int i = 0; i < 100; i++) {
		assert_ok(f, folder_lock(&folder, &f->err));
		folder_release(&folder);
		sched_yield();
	}
	atomic_store(&l.stop, true);
	pthread_join(thread, NULL);
	fixture_open(f);
}

static void folder__missing_or_broken_is_said_clearly(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	fixture_close(f);
	assert_int_equal(store_open("/nonexistent/daicho", 0, &s, &f->err), ERR_NOT_FOUND);
	assert_int_equal(truncate(fixture_path(f, "daicho.db"), 0), 0);
	assert_int_equal(fixture_try_open(f, 0), ERR_CORRUPT);
	assert_int_equal(unlink(fixture_path(f, "daicho.db")), 0);
	assert_int_equal(fixture_try_open(f, 0), ERR_NOT_FOUND);
}

static void folder__missing_keys_are_said_clearly(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	assert_int_equal(unlink(fixture_path(f, "keys/master.key")), 0);
	assert_int_equal(fixture_try_open(f, 0), ERR_CORRUPT);
	assert_non_null(strstr(f->err.text, "master.key"));
}

static void folder__foreign_keys_are_refused(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	assert_int_equal(file_write(fixture_path(f, "keys/master.key"),
				    "00112233445566778899aabbccddeeff"
				    "00112233445566778899aabbccddeeff\n",
				    65, 0600, &f->err),
			 0);
	assert_int_equal(fixture_try_open(f, 0), ERR_CORRUPT);
}

static void folder__newer_version_is_refused_untouched(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	fixture_sql(f, "PRAGMA user_version=99");
	assert_int_equal(fixture_try_open(f, 0), ERR_INVALID);
	assert_non_null(strstr(f->err.text, "99"));
	assert_int_equal(fixture_sql_int(f, "PRAGMA user_version"), 99);
}

/* --- writing -------------------------------------------------------------------- */

static void write__gives_receipts_in_order(void **state)
{
	struct fixture *f = *state;
	struct receipt first, second;
	char a[ID_SIZE], b[ID_SIZE];
	struct buf text;

	id_new(a);
	id_new(b);
	buf_init(&text, 0);
	assert_ok(f, try_write_entry(f, NULL, a, 1, "{\"1\":\"サーバー\"}", "{\"2\":\"秘密\"}",
				     &first));
	assert_ok(f, try_write_entry(f, NULL, b, 1, "{\"1\":\"端末\"}", NULL, &second));
	assert_int_equal(first.seq, 1);
	assert_int_equal(second.seq, 2);
	assert_true(second.at_us >= first.at_us);
	read_part(f, 1, "internal", &text);
	assert_string_equal(text.data, "{\"1\":\"サーバー\"}");
	read_part(f, 1, "patient", &text);
	assert_string_equal(text.data, "{\"2\":\"秘密\"}");
	buf_release(&text);
}

static void write__survives_reopening(void **state)
{
	struct fixture *f = *state;
	char id[ID_SIZE];
	struct buf text;
	int i;

	id_new(id);
	buf_init(&text, 0);
	for (i = 1; i <= 600; i++)
		write_entry(f, id, i, "{\"1\":\"値\"}", NULL);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(size_of(f), 601);
	assert_int_equal(write_entry(f, id, 601, "{}", NULL), 601);
	read_part(f, 300, "internal", &text);
	assert_string_equal(text.data, "{\"1\":\"値\"}");
	buf_release(&text);
}

static void write__second_editor_is_told(void **state)
{
	struct fixture *f = *state;
	char id[ID_SIZE];

	id_new(id);
	write_entry(f, id, 1, "{}", NULL);
	write_entry(f, id, 2, "{\"1\":\"先\"}", NULL);
	assert_int_equal(try_write_entry(f, NULL, id, 2, "{\"1\":\"後\"}", NULL, NULL),
			 ERR_CONFLICT);
	assert_non_null(strstr(f->err.text, "先に更新"));
	assert_int_equal(try_write_entry(f, NULL, id, 4, "{}", NULL, NULL), ERR_CONFLICT);
	assert_int_equal(size_of(f), 3);
	assert_int_equal(write_entry(f, id, 3, "{}", NULL), 3);
}

static void write__same_key_is_written_once(void **state)
{
	struct fixture *f = *state;
	struct receipt first, second;
	char id[ID_SIZE];

	id_new(id);
	assert_ok(f, try_write_entry(f, "form-1", id, 1, "{}", NULL, &first));
	assert_false(first.repeated);
	assert_ok(f, try_write_entry(f, "form-1", id, 1, "{}", NULL, &second));
	assert_true(second.repeated);
	assert_int_equal(second.seq, first.seq);
	assert_int_equal(second.at_us, first.at_us);
	fixture_close(f);
	fixture_open(f);
	assert_ok(f, try_write_entry(f, "form-1", id, 1, "{}", NULL, &second));
	assert_true(second.repeated);
	assert_int_equal(size_of(f), 2);
}

static void write__failed_key_may_be_used_again(void **state)
{
	struct fixture *f = *state;
	struct receipt receipt;
	char id[ID_SIZE];

	id_new(id);
	assert_int_equal(try_write_entry(f, "form-2", id, 5, "{}", NULL, NULL), ERR_CONFLICT);
	assert_ok(f, try_write_entry(f, "form-2", id, 1, "{}", NULL, &receipt));
	assert_false(receipt.repeated);
}

static int half_then_fail(struct tx *tx, void *arg, struct err *err)
{
	struct fact fact = { .kind = "note", .actor = "system" };
	int rc = tx_append(tx, &fact, NULL, err);

	(void)arg;
	if (rc < 0)
		return rc;
	return err_set(err, ERR_INVALID, "わざと失敗");
}

static void write__failure_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	char id[ID_SIZE];
	int i;

	id_new(id);
	for (i = 1; i <= 254; i++)
		write_entry(f, id, i, "{}", NULL);
	/* The next leaf completes a group of 256: its node must go again too. */
	assert_int_equal(store_write(f->s, NULL, half_then_fail, NULL, NULL, &f->err), ERR_INVALID);
	assert_string_equal(f->err.text, "わざと失敗");
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM node"), 0);
	assert_int_equal(write_entry(f, id, 255, "{}", NULL), 255);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM node"), 1);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(size_of(f), 256);
}

static int swallow_failure(struct tx *tx, void *arg, struct err *err)
{
	struct fact fact = { .kind = "note", .actor = "system" };
	struct fact_part big = { "internal", "x", 1, false };

	(void)arg;
	(void)err;
	fact.part[0] = big;
	fact.part[1] = big; /* the same class twice */
	fact.part_count = 2;
	return tx_append(tx, &fact, NULL, NULL) < 0 ? 0 : ERR_BUG;
}

static void write__bad_fact_is_refused_and_harmless(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, store_write(f->s, NULL, swallow_failure, NULL, NULL, &f->err));
	assert_int_equal(size_of(f), 1);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM part"), 1);
}

/* --- many at once ------------------------------------------------------------------ */

#define THREADS 32
#define EACH 40

struct worker {
	struct fixture *f;
	pthread_t thread;
	int number;
	struct receipt receipt[EACH];
	int failed;
};

static void *write_many(void *arg)
{
	struct worker *w = arg;
	struct fixture local = *w->f;
	char id[ID_SIZE];
	int i;

	for (i = 0; i < EACH; i++) {
		id_new(id);
		/* Every fifth is wrong and must not disturb its neighbours. */
		if (i % 5 == 4) {
			if (try_write_entry(&local, NULL, id, 7, "{}", NULL, NULL) != ERR_CONFLICT)
				w->failed++;
			w->receipt[i].seq = -1;
		} else if (try_write_entry(&local, NULL, id, 1, "{\"1\":\"並\"}", "{\"2\":\"列\"}",
					   &w->receipt[i]) < 0) {
			w->failed++;
		}
	}
	return NULL;
}

static int note_again(struct tx *tx, void *arg, struct err *err)
{
	struct fact fact = { .kind = "note", .actor = "system" };

	(void)arg;
	return tx_append(tx, &fact, NULL, err);
}

static void *write_repeatable(void *arg)
{
	struct worker *w = arg;
	struct err err;
	char key[32];
	int i, rc;

	for (i = 0; i < EACH; i++) {
		bool bad = i % 5 == 4;

		snprintf(key, sizeof key, "again-%d-%d", w->number, i);
		rc = store_write_repeatable(w->f->s, key, bad ? half_then_fail : note_again, NULL,
					    &w->receipt[i], &err);
		w->failed += rc != (bad ? ERR_INVALID : 0);
		if (bad)
			w->receipt[i].seq = -1;
	}
	return NULL;
}

static void check_tree(struct fixture *f)
{
	struct tree_edge edge;
	uint8_t root[HASH_SIZE], stored[HASH_SIZE], hash[HASH_SIZE];
	struct tree_source source;
	struct conn *c;
	struct buf rec;
	int64_t size, i;

	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_size(c, &size, &f->err));
	tree_edge_init(&edge);
	buf_init(&rec, 0);
	for (i = 0; i < size; i++) {
		buf_clear(&rec);
		assert_ok(f, store_leaf(c, i, &rec, &f->err));
		tree_leaf_hash(rec.data, rec.len, hash);
		tree_edge_append(&edge, hash);
	}
	tree_edge_root(&edge, root);
	source = store_tree(c);
	assert_ok(f, tree_root_at(&source, (uint64_t)size, stored, &f->err));
	assert_memory_equal(root, stored, HASH_SIZE);
	buf_release(&rec);
	store_read_end(c);
}

static void write__repeatable_failure_does_not_disturb_its_neighbours(void **state)
{
	struct fixture *f = *state;
	struct worker *w = calloc(THREADS, sizeof *w);
	char *seen = calloc(1, THREADS * EACH + 2);
	int i, k, good = THREADS * EACH / 5 * 4;

	for (i = 0; i < THREADS; i++) {
		w[i].f = f;
		w[i].number = i;
		assert_int_equal(pthread_create(&w[i].thread, NULL, write_repeatable, &w[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(w[i].thread, NULL);
		assert_int_equal(w[i].failed, 0);
		for (k = 0; k < EACH; k++) {
			if (w[i].receipt[k].seq < 0)
				continue;
			assert_in_range(w[i].receipt[k].seq, 1, good);
			assert_int_equal(seen[w[i].receipt[k].seq]++, 0);
		}
	}
	assert_int_equal(size_of(f), 1 + good);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM idempotency"), good);
	check_tree(f);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(size_of(f), 1 + good);
	free(seen);
	free(w);
}

static void write__many_threads_get_distinct_receipts(void **state)
{
	struct fixture *f = *state;
	struct worker *w = calloc(THREADS, sizeof *w);
	char *seen = calloc(1, THREADS * EACH + 2);
	int i, k, written = 0;

	for (i = 0; i < THREADS; i++) {
		w[i].f = f;
		w[i].number = i;
		assert_int_equal(pthread_create(&w[i].thread, NULL, write_many, &w[i]), 0);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(w[i].failed, 0);
		for (k = 0; k < EACH; k++) {
			int64_t seq = w[i].receipt[k].seq;

			if (seq < 0)
				continue;
			assert_in_range(seq, 1, THREADS * EACH);
			assert_int_equal(seen[seq], 0);
			seen[seq] = 1;
			written++;
		}
	}
	assert_int_equal(written, THREADS * EACH * 4 / 5);
	assert_int_equal(size_of(f), written + 1);
	check_tree(f);
	free(seen);
	free(w);
}

static void *submit_same(void *arg)
{
	struct worker *w = arg;
	struct fixture local = *w->f;
	char key[32];
	int i;

	for (i = 0; i < EACH; i++) {
		char id[ID_SIZE];

		id_new(id);
		snprintf(key, sizeof key, "click-%d", i);
		if (try_write_entry(&local, key, id, 1, "{}", NULL, &w->receipt[i]) < 0)
			w->failed++;
	}
	return NULL;
}

static void write__double_clicks_at_once_count_once(void **state)
{
	struct fixture *f = *state;
	struct worker w[8];
	int i, k, fresh;

	memset(w, 0, sizeof w);
	for (i = 0; i < 8; i++) {
		w[i].f = f;
		assert_int_equal(pthread_create(&w[i].thread, NULL, submit_same, &w[i]), 0);
	}
	for (i = 0; i < 8; i++)
		pthread_join(w[i].thread, NULL);
	for (k = 0; k < EACH; k++) {
		fresh = 0;
		for (i = 0; i < 8; i++) {
			assert_int_equal(w[i].failed, 0);
			fresh += !w[i].receipt[k].repeated;
			assert_int_equal(w[i].receipt[k].seq, w[0].receipt[k].seq);
		}
		assert_int_equal(fresh, 1);
	}
	assert_int_equal(size_of(f), EACH + 1);
}

/* --- checkpoints ------------------------------------------------------------------------ */

static void checkpoint__covers_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct log_head head, again;
	struct checkpoint c;
	char id[ID_SIZE];
	struct buf anchor;

	id_new(id);
	write_entry(f, id, 1, "{}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	assert_int_equal(head.size, 2);
	assert_string_equal(head.origin, store_origin(f->s));
	buf_init(&anchor, 0);
	assert_ok(f, file_read(fixture_path(f, "anchors/latest"), 65536, &anchor, &f->err));
	assert_string_equal(anchor.data, head.note);
	assert_ok(f, checkpoint_peek(head.note, strlen(head.note), &c, &f->err));
	/* Asked again without a write: the very same note, no second row. */
	assert_ok(f, store_head(f->s, &again, &f->err));
	assert_string_equal(again.note, head.note);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM checkpoint"), 2);
	buf_release(&anchor);
}

static void checkpoint__rolled_back_folder_is_refused(void **state)
{
	struct fixture *f = *state;
	struct log_head head;
	char id[ID_SIZE], latest[PATH_MAX], kept[PATH_MAX];

	fixture_close(f);
	fixture_copy(f, "old");
	fixture_open(f);
	id_new(id);
	write_entry(f, id, 1, "{}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	fixture_close(f);
	/* The database goes back, the anchor stays. */
	snprintf(latest, sizeof latest, "%s", fixture_path(f, "anchors/latest"));
	snprintf(kept, sizeof kept, "%s/latest", f->root);
	assert_int_equal(rename(latest, kept), 0);
	fixture_restore(f, "old");
	assert_int_equal(rename(kept, latest), 0);
	assert_int_equal(fixture_try_open(f, 0), ERR_CORRUPT);
	assert_non_null(strstr(f->err.text, "控えは 2 件"));
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(folder__is_private_and_complete),
		T(folder__is_not_made_over_another),
		T(folder__half_made_is_made_anew),
		T(folder__second_open_is_refused),
		T(folder__is_not_lost_to_who_only_looks),
		T(folder__missing_or_broken_is_said_clearly),
		T(folder__missing_keys_are_said_clearly),
		T(folder__foreign_keys_are_refused),
		T(folder__newer_version_is_refused_untouched),
		T(write__gives_receipts_in_order),
		T(write__survives_reopening),
		T(write__second_editor_is_told),
		T(write__same_key_is_written_once),
		T(write__failed_key_may_be_used_again),
		T(write__failure_leaves_nothing),
		T(write__bad_fact_is_refused_and_harmless),
		T(write__many_threads_get_distinct_receipts),
		T(write__repeatable_failure_does_not_disturb_its_neighbours),
		T(write__double_clicks_at_once_count_once),
		T(checkpoint__covers_what_was_written),
		T(checkpoint__rolled_back_folder_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
