/*
 * The power fails before every single call of a short sequence, once with
 * everything unsynced gone, and several times with a random half of the unsynced
 * blocks there: the folder opens, what was acknowledged is in it, it verifies, and
 * a published checkpoint is still true.
 *
 *   fault_power [STEP]      tries every STEP-th call (default 1)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sink.h"
#include "folder.h"
#include "power.h"
#include "store/core.h"

#define ENTRIES 4
#define MIXES 3

struct run {
	char entry[ENTRIES][ID_SIZE];
	struct receipt receipt[ENTRIES];
	struct file_info info;
	int acked; /* deeds done: entries 0, 1, file, entry 2, head, entry 3 */
};

static void deed_entry(struct store *s, struct run *r, int i)
{
	struct err err;

	id_new(r->entry[i]);
	if (entry_write(s, NULL, r->entry[i], 1, &r->receipt[i], &err) < 0)
		die("write: %s", err.text);
	__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
}

static void deeds(struct store *s, const char *upload, struct run *r)
{
	struct log_head head;
	struct err err;

	deed_entry(s, r, 0);
	deed_entry(s, r, 1);
	if (store_file_put(s, upload, "a.txt", "text/plain", &r->info, &err) < 0)
		die("attachment: %s", err.text);
	__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
	deed_entry(s, r, 2);
	if (store_head(s, &head, &err) < 0)
		die("head: %s", err.text);
	__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
	deed_entry(s, r, 3);
}

/* Entry i was acknowledged when more than this many deeds were done. */
static const int entry_after[ENTRIES] = { 0, 1, 3, 5 };

static void check(const char *image, const struct run *r, int acked)
{
	CLEANUP(close_fd) int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct store *s = data_open(image);
	struct conn *c;
	struct err err;
	char entry[ID_SIZE];
	int i;

	if (store_read_begin(s, &c, &err) < 0)
		die("read: %s", err.text);
	for (i = 0; i < ENTRIES; i++)
		if (acked > entry_after[i] && !entry_is(c, r->receipt[i].seq, r->entry[i], 1))
			die("acknowledged entry %d is lost (%d deeds were done)", i, acked);
	store_read_end(c);
	if (acked > 2 && store_file_get(s, r->info.hash, nowhere, &err) < 0)
		die("acknowledged attachment is lost: %s", err.text);
	data_audit(s, "after a power cut");
	id_new(entry);
	if (entry_write(s, NULL, entry, 1, NULL, &err) < 0)
		die("writing does not go on: %s", err.text);
	data_audit(s, "going on after a power cut");
	store_close(s);
}

/* False when the sequence has fewer calls. */
static bool one(const char *root, int nth, bool mix)
{
	char data[PATH_MAX + 16], template[PATH_MAX + 16], upload[PATH_MAX + 16],
		image[PATH_MAX + 16];
	struct run r = { .acked = 0 };
	struct store *s;
	int acked = 0;
	bool cut;

	snprintf(data, sizeof data, "%s/data", root);
	snprintf(template, sizeof template, "%s/template", root);
	snprintf(upload, sizeof upload, "%s/upload", root);
	snprintf(image, sizeof image, "%s/image", root);
	folder_remove(data);
	folder_remove(image);
	folder_copy(template, data);
	power_begin(data, nth, image, mix, &r.acked, &acked);
	s = data_open(data);
	s->commit.signer_at = 0; /* the key is replaced on the way */
	deeds(s, upload, &r);
	store_close(s);
	cut = power_end();
	if (cut)
		check(image, &r, acked);
	return cut;
}

int main(int argc, char **argv)
{
	int step = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, nth, mode, count = 0;
	char root[PATH_MAX], path[PATH_MAX + 16];
	struct err err;

	sink_quiet(1);
	srandom(20261120);
	folder_temporary(root);
	snprintf(path, sizeof path, "%s/upload", root);
	if (file_write(path, "attachment\n", 11, 0600, &err) < 0)
		die("%s", err.text);
	snprintf(path, sizeof path, "%s/template", root);
	data_create(path);
	for (mode = 0; mode <= MIXES; mode++)
		for (nth = 1 + mode % step; one(root, nth, mode > 0); nth += step)
			count++;
	folder_remove(root);
	if (count < 100 / step)
		die("only %d cuts could be made", count);
	printf("%d power cuts: 0 acknowledged lost, 0 unreadable\n", count);
	return 0;
}
