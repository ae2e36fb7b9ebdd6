/*
 * Killed with SIGKILL under load, again and again: every acknowledged receipt is
 * there, none is there twice, the tree verifies, writing goes on.
 *
 *   fault_kill [ROUNDS]
 *
 * A child writes with 32 threads and reports each acknowledged write through a
 * pipe; each child also replaces the signing key, stores an attachment and
 * publishes checkpoints, so that kills fall into those as well.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "folder.h"
#include "store/core.h"

#define THREADS 32
#define ROUNDS_PER_FOLDER 20

/* Smaller than PIPE_BUF, so a write of it is never torn. */
struct ack {
	int64_t seq;
	char entry[ID_SIZE];
	char key[40];
};

struct writer {
	struct store *s;
	int number, pipe;
};

static void *write_on(void *arg)
{
	const struct writer *w = arg;
	char upload[PATH_MAX + 16];
	struct log_head head;
	struct file_info info;
	struct receipt r;
	struct err err;
	struct ack a;
	int i;

	snprintf(upload, sizeof upload, "%s/../upload", store_path(w->s));
	for (i = 0;; i++) {
		memset(&a, 0, sizeof a);
		id_new(a.entry);
		snprintf(a.key, sizeof a.key, "k-%.26s", a.entry);
		if (entry_write(w->s, a.key, a.entry, 1, &r, &err) < 0)
			die("child: %s", err.text);
		a.seq = r.seq;
		if (write(w->pipe, &a, sizeof a) != (ssize_t)sizeof a)
			die("child: pipe");
		if (w->number == 0 && i % 20 == 3 && store_head(w->s, &head, &err) < 0)
			die("child: head: %s", err.text);
		if (w->number == 1 && i % 50 == 1 &&
		    store_file_put(w->s, upload, "a.txt", "text/plain", &info, &err) < 0)
			die("child: file: %s", err.text);
	}
	return NULL;
}

static void child_main(const char *data, int pipe)
{
	struct writer w[THREADS];
	pthread_t thread[THREADS];
	struct store *s = data_open(data);
	int i;

	s->commit.signer_at = 0; /* an earlier day's key */
	for (i = 0; i < THREADS; i++) {
		w[i] = (struct writer){ s, i, pipe };
		if (pthread_create(&thread[i], NULL, write_on, &w[i]) != 0)
			die("child: thread");
	}
	for (;;)
		pause();
}

struct acks {
	struct ack *item;
	size_t count, alloc;
};

static bool acks_read(struct acks *list, int pipe)
{
	struct ack a;
	ssize_t n = read(pipe, &a, sizeof a);

	if (n != (ssize_t)sizeof a)
		return false;
	if (list->count == list->alloc) {
		list->alloc = list->alloc ? 2 * list->alloc : 1024;
		list->item = reallocarray(list->item, list->alloc, sizeof a);
		if (!list->item)
			die("out of memory");
	}
	list->item[list->count++] = a;
	return true;
}

/* Runs a child until it is killed, `ms` after its first acknowledgement, or, with
 * ms 0, at some moment while it still opens the folder. */
static void round_kill(const char *data, int ms, struct acks *list)
{
	int ends[2], status;
	struct pollfd p;
	int64_t until = 0;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		die("cannot fork");
	if (child == 0) {
		close(ends[0]);
		child_main(data, ends[1]);
	}
	close(ends[1]);
	p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	if (ms == 0)
		usleep((useconds_t)(random() % 20000));
	while (ms > 0 && (until == 0 || clock_mono_us() < until)) {
		if (poll(&p, 1, 5) > 0 && !acks_read(list, ends[0]))
			die("the child ended by itself");
		if (until == 0 && list->count > 0)
			until = clock_mono_us() + ms * 1000;
	}
	kill(child, SIGKILL);
	while (acks_read(list, ends[0]))
		;
	close(ends[0]);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		die("the child ended by itself");
}

static void round_check(struct store *s, const struct acks *list)
{
	struct receipt r;
	struct conn *c;
	struct err err;
	size_t i;

	if (store_read_begin(s, &c, &err) < 0)
		die("read: %s", err.text);
	for (i = 0; i < list->count; i++)
		if (!entry_is(c, list->item[i].seq, list->item[i].entry, 1))
			die("acknowledged receipt %lld is lost", (long long)list->item[i].seq);
	store_read_end(c);
	/* The same form sent once more is recognised. */
	for (i = 0; i < list->count; i += 1 + list->count / 20) {
		const struct ack *a = &list->item[i];

		if (entry_write(s, a->key, a->entry, 1, &r, &err) < 0 || !r.repeated ||
		    r.seq != a->seq)
			die("receipt %lld is not recognised again", (long long)a->seq);
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20, i;
	char root[PATH_MAX], data[PATH_MAX + 16], upload[PATH_MAX + 16];
	int64_t slowest = 0, acknowledged = 0;
	struct err err;

	folder_temporary(root);
	srandom((unsigned)getpid());
	snprintf(data, sizeof data, "%s/data", root);
	snprintf(upload, sizeof upload, "%s/upload", root);
	if (file_write(upload, "attachment", 10, 0600, &err) < 0)
		die("%s", err.text);
	for (i = 0; i < rounds; i++) {
		struct acks list = { 0 };
		struct store *s;
		int64_t start;

		if (i % ROUNDS_PER_FOLDER == 0) {
			folder_remove(data);
			data_create(data);
		}
		round_kill(data, i % 5 == 4 ? 0 : 1 + (int)(random() % 120), &list);
		start = clock_mono_us();
		s = data_open(data);
		if (clock_mono_us() - start > slowest)
			slowest = clock_mono_us() - start;
		round_check(s, &list);
		data_audit(s, "after a kill");
		store_close(s);
		acknowledged += (int64_t)list.count;
		free(list.item);
	}
	folder_remove(root);
	printf("%d kills, %lld acknowledged writes, 0 lost, 0 doubled; slowest restart %lld ms\n",
	       rounds, (long long)acknowledged, (long long)slowest / 1000);
	return 0;
}
