/* Attachments and sealed parts: unreadable on disk, whole when read back. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static void put_file(struct fixture *f, const char *name, const void *data, size_t len,
		     struct file_info *ret)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/upload", f->root);
	assert_ok(f, file_write(path, data, len, 0600, &f->err));
	assert_ok(f, store_file_put(f->s, path, name, "text/plain", ret, &f->err));
	unlink(path);
}

static int get_file(struct fixture *f, const char *hash, struct buf *b)
{
	char path[PATH_MAX];
	int fd, rc;

	snprintf(path, sizeof path, "%s/download", f->root);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	rc = store_file_get(f->s, hash, fd, &f->err);
	close(fd);
	buf_clear(b);
	if (rc == 0)
		assert_ok(f, file_read(path, 64 * 1024 * 1024, b, &f->err));
	return rc;
}

static void file__comes_back_whole_at_every_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 1000000 };
	struct fixture *f = *state;
	char *data = malloc(1000000);
	struct file_info info;
	struct buf b;
	size_t i, k;

	buf_init(&b, 0);
	for (i = 0; i < 1000000; i++)
		data[i] = (char)(i * 7 + i / 256);
	for (k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		put_file(f, "a.bin", data, sizes[k], &info);
		assert_int_equal(info.size, sizes[k]);
		assert_int_equal(get_file(f, info.hash, &b), 0);
		assert_int_equal(b.len, sizes[k]);
		if (sizes[k])
			assert_memory_equal(b.data, data, sizes[k]);
	}
	buf_release(&b);
	free(data);
}

static void file__is_kept_once_and_described(void **state)
{
	struct fixture *f = *state;
	struct file_info first, second, read;
	struct conn *c;

	put_file(f, "議事録.txt", "内容", 6, &first);
	put_file(f, "別名.txt", "内容", 6, &second);
	assert_string_equal(first.hash, second.hash);
	assert_string_equal(second.name, "別名.txt");
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM file"), 1);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), 2);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_file_info(c, first.hash, &read, &f->err));
	assert_string_equal(read.name, "議事録.txt");
	assert_string_equal(read.mime, "text/plain");
	assert_int_equal(read.size, 6);
	assert_true(read.at_us > 0);
	assert_int_equal(store_file_info(c, "00", &read, &f->err), ERR_NOT_FOUND);
	store_read_end(c);
	assert_int_equal(store_file_get(f->s, "../../keys/master.key", 1, &f->err), ERR_NOT_FOUND);
}

static void file__nothing_sealed_is_readable_on_disk(void **state)
{
	struct fixture *f = *state;
	struct file_info info;
	char id[ID_SIZE];

	id_new(id);
	write_entry(f, id, 1, "{\"1\":\"plain-marker-731\"}", "{\"2\":\"sealed-marker-732\"}");
	put_file(f, "name-marker-733.txt", "body-marker-734", 15, &info);
	assert_true(fixture_grep(f, "plain-marker-731"));
	assert_false(fixture_grep(f, "sealed-marker-732"));
	assert_false(fixture_grep(f, "name-marker-733"));
	assert_false(fixture_grep(f, "body-marker-734"));
	fixture_close(f);
	assert_false(fixture_grep(f, "sealed-marker-732"));
	assert_false(fixture_grep(f, "name-marker-733"));
	assert_false(fixture_grep(f, "body-marker-734"));
}

static void file__damage_is_noticed(void **state)
{
	struct fixture *f = *state;
	struct file_info info, again;
	char path[PATH_MAX + 256];
	struct buf b, out;
	size_t i;

	buf_init(&b, 0);
	buf_init(&out, 0);
	put_file(f, "a.txt", "大事な内容", 15, &info);
	snprintf(path, sizeof path, "%s/files/%.2s/%s", f->data, info.hash, info.hash);
	assert_ok(f, file_read(path, 1 << 20, &b, &f->err));
	for (i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		assert_ok(f, file_write(path, b.data, b.len, 0600, &f->err));
		assert_int_equal(get_file(f, info.hash, &out), ERR_CORRUPT);
		b.data[i] ^= 1;
	}
	for (i = 0; i < b.len; i++) {
		assert_ok(f, file_write(path, b.data, i, 0600, &f->err));
		assert_int_equal(get_file(f, info.hash, &out), ERR_CORRUPT);
	}
	unlink(path);
	assert_int_equal(get_file(f, info.hash, &out), ERR_CORRUPT);
	/* Storing the same content again heals it. */
	put_file(f, "a.txt", "大事な内容", 15, &again);
	assert_int_equal(get_file(f, info.hash, &out), 0);
	assert_string_equal(out.data, "大事な内容");
	buf_release(&b);
	buf_release(&out);
}

static void file__missing_upload_is_said(void **state)
{
	struct fixture *f = *state;
	struct file_info info;

	assert_int_equal(store_file_put(f->s, "/nonexistent/x", "x", "text/plain", &info, &f->err),
			 ERR_IO);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), 1);
}

static void tag__is_keyed_and_differs_by_field(void **state)
{
	struct fixture *f = *state;
	char a[33], b[33], c[33];

	store_tag(f->s, "patients", 1, "12345", a);
	store_tag(f->s, "patients", 2, "12345", b);
	store_tag(f->s, "patients", 1, "12346", c);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, c);
	fixture_close(f);
	fixture_open(f);
	store_tag(f->s, "patients", 1, "12345", b);
	assert_string_equal(a, b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(file__comes_back_whole_at_every_size),
		T(file__is_kept_once_and_described),
		T(file__nothing_sealed_is_readable_on_disk),
		T(file__damage_is_noticed),
		T(file__missing_upload_is_said),
		T(tag__is_keyed_and_differs_by_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
