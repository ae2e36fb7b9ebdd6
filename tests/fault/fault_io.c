/*
 * Every write, sync, truncation, rename and opening of a short sequence fails
 * once, or from there on, with EIO and with ENOSPC. Whatever was acknowledged is
 * there afterwards, what failed said so in words, the folder verifies, and
 * writing resumes without a restart as soon as the disk works again.
 *
 *   fault_io [STEP]      tries every STEP-th call (default 1)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sink.h"
#include "folder.h"
#include "inject.h"
#include "store/core.h"
#include "store/table.h"

#define ENTRIES 3

struct deed {
	char entry[ID_SIZE], key[40];
	struct receipt receipt;
	int rc;
};

struct run {
	struct deed deed[ENTRIES];
	struct file_info info;
	int file_rc, head_rc, table_rc;
	struct log_head head;
};

static const struct table_column columns[] = { { 1, false } };
static const struct table table = { .name = "devices", .column = columns, .column_count = 1 };

static int put_row(struct tx *tx, void *arg, struct err *err)
{
	const char *value[] = { "値" };
	struct table_row row = { .entry = arg,
				 .state = "draft",
				 .actor = "a",
				 .rev = 1,
				 .search = "発熱 熱",
				 .value = value };
	int rc = table_ensure(tx, &table, err);

	return rc < 0 ? rc : table_put(tx, &table, &row, err);
}

static void expect_words(int rc, const struct err *err, const char *what)
{
	if (rc < 0 && (err->code != rc || !err->text[0]))
		die("%s failed (%s) without a message", what, inject_what());
	if (rc == ERR_BUG)
		die("%s failed (%s) as our own mistake: %s", what, inject_what(), err->text);
}

static void deeds(struct store *s, const char *upload, struct run *r)
{
	struct err err = { 0 };
	int i;

	for (i = 0; i < ENTRIES; i++) {
		struct deed *d = &r->deed[i];
		char id[ID_SIZE];

		id_new(id);
		memcpy(d->entry, id, sizeof id);
		snprintf(d->key, sizeof d->key, "k-%.26s", id);
		err_clear(&err);
		d->rc = entry_write(s, d->key, d->entry, 1, &d->receipt, &err);
		expect_words(d->rc, &err, "write");
	}
	r->file_rc = store_file_put(s, upload, "a.txt", "text/plain", &r->info, &err);
	expect_words(r->file_rc, &err, "attachment");
	r->table_rc = store_write(s, NULL, put_row, r->deed[0].entry, NULL, &err);
	expect_words(r->table_rc, &err, "table");
	r->head_rc = store_head(s, &r->head, &err);
	expect_words(r->head_rc, &err, "checkpoint");
	/* Reading goes on whatever the disk says. */
	{
		struct conn *c;
		int64_t size;

		if (store_read_begin(s, &c, &err) < 0 || store_size(c, &size, &err) < 0)
			die("reading stopped (%s): %s", inject_what(), err.text);
		store_read_end(c);
	}
}

/* What was said to be saved is saved; what was not may be sent again. */
static void check_deeds(struct store *s, struct run *r)
{
	struct receipt again;
	struct err err;
	struct conn *c;
	int i;

	if (store_read_begin(s, &c, &err) < 0)
		die("read: %s", err.text);
	for (i = 0; i < ENTRIES; i++)
		if (r->deed[i].rc == 0 && !entry_is(c, r->deed[i].receipt.seq, r->deed[i].entry, 1))
			die("%s: a saved entry is lost", inject_what());
	store_read_end(c);
	for (i = 0; i < ENTRIES; i++) {
		struct deed *d = &r->deed[i];

		if (entry_write(s, d->key, d->entry, 1, &again, &err) < 0)
			die("%s: writing does not resume: %s", inject_what(), err.text);
		if (d->rc == 0 && (!again.repeated || again.seq != d->receipt.seq))
			die("%s: a saved entry was written twice", inject_what());
		d->rc = 0;
		d->receipt = again;
	}
}

static void check_file(struct store *s, const struct run *r)
{
	struct err err;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (r->file_rc == 0 && store_file_get(s, r->info.hash, fd, &err) < 0)
		die("%s: a saved attachment is lost: %s", inject_what(), err.text);
	close(fd);
}

/* One sequence with one failure. False when the sequence has fewer calls. */
static bool one(const char *root, int nth, int error, bool forever)
{
	char data[PATH_MAX + 16], template[PATH_MAX + 16], upload[PATH_MAX + 16];
	struct run r = { 0 };
	struct store *s;
	int failed;

	snprintf(data, sizeof data, "%s/data", root);
	snprintf(template, sizeof template, "%s/template", root);
	snprintf(upload, sizeof upload, "%s/upload", root);
	folder_remove(data);
	folder_copy(template, data);
	s = data_open(data);
	s->commit.signer_at = 0; /* the key is replaced on the way */
	inject_arm(data, nth, error, forever);
	deeds(s, upload, &r);
	failed = inject_disarm();
	check_deeds(s, &r);
	check_file(s, &r);
	data_audit(s, inject_what());
	store_close(s);
	s = data_open(data);
	check_deeds(s, &r);
	check_file(s, &r);
	data_audit(s, inject_what());
	if (r.head_rc == 0) {
		/* A checkpoint that was handed out must stay true. */
		struct log_head now;
		struct err err;

		if (store_head(s, &now, &err) < 0 || now.size < r.head.size)
			die("%s: a published checkpoint is lost", inject_what());
	}
	store_close(s);
	return failed > 0;
}

int main(int argc, char **argv)
{
	static const int errors[] = { EIO, ENOSPC };
	int step = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, nth, mode, count = 0;
	char root[PATH_MAX], path[PATH_MAX + 16];
	struct err err;

	sink_quiet(1);
	folder_temporary(root);
	snprintf(path, sizeof path, "%s/upload", root);
	if (file_write(path, "attachment", 10, 0600, &err) < 0)
		die("%s", err.text);
	snprintf(path, sizeof path, "%s/template", root);
	data_create(path);
	for (mode = 0; mode < 4; mode++)
		for (nth = 1 + mode % step; one(root, nth, errors[mode % 2], mode >= 2);
		     nth += step)
			count++;
	folder_remove(root);
	if (count < 40 / step)
		die("only %d failures could be injected", count);
	printf("%d injected failures: 0 lost, 0 doubled, all said, all resumed\n", count);
	return 0;
}
