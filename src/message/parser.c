#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "message/child.h"
#include "message/message.h"
#include "message/wire.h"

#define STOPPED "記録の読み取りを中止しました: "
#define SECONDS 2 /* of processor time for one input; of waiting for an answer, three times that \
		   */
#define CHUNK ((size_t)256 << 10)

struct parser {
	pid_t pid; /* 0: none runs */
	int socket;
	unsigned seconds;
	bool probing;
	struct buf in; /* answers that are not whole yet */
};

/* The inputs of one call and how far they are. */
struct batch {
	const struct message_input *input;
	size_t count, answered, sent; /* inputs */
	size_t sent_bytes;	      /* of the request being sent */
	bool careful;		      /* each answered at once, so that we know who killed it */
	int64_t now_us;
	struct arena *arena;
	struct message **lists; /* messages of each input */
	size_t *counts;
};

int parser_new_probing(struct parser **ret, unsigned seconds, struct err *err)
{
	struct parser *p = calloc(1, sizeof *p);

	if (!p)
		return err_nomem(err);
	p->socket = -1;
	p->seconds = seconds;
	p->probing = true;
	buf_init(&p->in, WIRE_ANSWER_MAX + sizeof(struct wire_answer) + CHUNK);
	*ret = p;
	return 0;
}

int parser_new(struct parser **ret, struct err *err)
{
	int rc = parser_new_probing(ret, SECONDS, err);

	if (rc == 0)
		(*ret)->probing = false;
	return rc;
}

/* Ends the child; true if it was for the time it took. */
static bool end_child(struct parser *p)
{
	int status = 0;

	if (p->socket >= 0)
		close(p->socket);
	p->socket = -1;
	buf_clear(&p->in);
	if (p->pid <= 0)
		return false;
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
}

void parser_free(struct parser *p)
{
	if (!p)
		return;
	end_child(p);
	buf_release(&p->in);
	free(p);
}

static int start_child(struct parser *p, struct err *err)
{
	static char name[] = "daicho-message", word[] = MESSAGE_CHILD_ARG;
	static char yes[] = "1", no[] = "0";
	CLEANUP(close_fd) int theirs = -1;
	char seconds[16];
	char *argv[] = { name, word, seconds, p->probing ? yes : no, NULL };
	int ends[2], rc;

	if (p->pid)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_errno(err, errno, STOPPED "読み取り用プログラムを準備できません");
	p->socket = ends[0];
	/* Above 2, so that putting it in place overwrites nothing. */
	theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
	close(ends[1]);
	snprintf(seconds, sizeof seconds, "%u", p->seconds);
	rc = theirs < 0 ? errno : spawn_self(&p->pid, argv, MESSAGE_CHILD_ENV "=1", theirs, theirs);
	if (rc == 0)
		return 0;
	p->pid = 0;
	end_child(p);
	return err_errno(err, rc, STOPPED "読み取り用プログラムを開始できません");
}

/* Sends as much as the socket takes now. False when the child is gone. */
static bool send_some(struct parser *p, struct batch *b)
{
	while (b->sent < b->count && (!b->careful || b->sent == b->answered)) {
		const struct message_input *in = &b->input[b->sent];
		struct wire_request q = { .format = (uint32_t)in->format,
					  .flush = b->careful,
					  .len = in->len,
					  .now_us = b->now_us };
		size_t head = b->sent_bytes < sizeof q ? sizeof q - b->sent_bytes : 0;
		size_t body = b->sent_bytes > sizeof q ? b->sent_bytes - sizeof q : 0;
		union {
			const void *given;
			void *base;
		} bytes = { .given = (const char *)in->bytes + body };
		struct iovec parts[] = { { (char *)&q + sizeof q - head, head },
					 { bytes.base, in->len - body } };
		struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
		ssize_t n = sendmsg(p->socket, &m, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		b->sent_bytes += (size_t)n;
		if (b->sent_bytes < sizeof q + in->len)
			continue;
		b->sent++;
		b->sent_bytes = 0;
	}
	return true;
}

/* Takes one whole answer off the bytes at `at`. 0 if it is not there yet, negative if it is none.
 */
static ssize_t take_answer(struct batch *b, const char *at, size_t len)
{
	struct wire_answer a;
	const char *copy;
	struct message *list;

	if (len < sizeof a)
		return 0;
	memcpy(&a, at, sizeof a);
	if (a.magic != WIRE_MAGIC || a.count == 0 || a.count > MESSAGE_EACH_MAX ||
	    a.len > WIRE_ANSWER_MAX || b->answered >= b->sent)
		return -1;
	if (len - sizeof a < a.len)
		return 0;
	copy = arena_memdup(b->arena, at + sizeof a, (size_t)a.len);
	list = arena_calloc(b->arena, a.count, sizeof *list);
	if (copy && list &&
	    !wire_read(copy, (size_t)a.len, a.count, b->answered, b->input[b->answered].len,
		       b->arena, list) &&
	    !arena_failed(b->arena))
		return -1;
	b->lists[b->answered] = list;
	b->counts[b->answered++] = a.count;
	return (ssize_t)(sizeof a + a.len);
}

/* Reads what the child said. False when it is gone or talks nonsense. */
static bool receive(struct parser *p, struct batch *b, bool *ret_garbled)
{
	char *room = buf_room(&p->in, CHUNK);
	ssize_t n = room ? recv(p->socket, room, CHUNK, MSG_DONTWAIT) : -1, took;
	size_t at = 0;

	if (room)
		buf_cut(&p->in, p->in.len - CHUNK + (n > 0 ? (size_t)n : 0));
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	while ((took = take_answer(b, p->in.data + at, p->in.len - at)) > 0)
		at += (size_t)took;
	if (at) {
		memmove(p->in.data, p->in.data + at, p->in.len - at);
		buf_cut(&p->in, p->in.len - at);
	}
	*ret_garbled = took < 0;
	return took >= 0;
}

static int64_t answer_due(const struct parser *p)
{
	return clock_mono_us() + (int64_t)p->seconds * 3000000;
}

/* One step of the conversation. False when the child is lost. */
static bool speak(struct parser *p, struct batch *b, int wait_ms, enum message_fault *ret)
{
	bool more = b->sent < b->count && (!b->careful || b->sent == b->answered), garbled = false;
	struct pollfd fd = { .fd = p->socket, .events = (short)(POLLIN | (more ? POLLOUT : 0)) };
	int ready = poll(&fd, 1, wait_ms);

	if (ready < 0 && errno == EINTR)
		return true;
	/* What it said before it died counts. */
	if (fd.revents & (POLLIN | POLLHUP | POLLERR) && !receive(p, b, &garbled)) {
		if (garbled)
			*ret = MESSAGE_FAULT_GARBLED;
		return false;
	}
	return !(fd.revents & POLLOUT) || send_some(p, b) || fd.revents & POLLIN;
}

/* Talks until all is answered (true), or the child is lost. Only a whole answer gives it time for
 * the next one: bytes that drip in do not. */
static bool converse(struct parser *p, struct batch *b, enum message_fault *ret)
{
	int64_t due = answer_due(p), left;

	*ret = MESSAGE_FAULT_DIED;
	while (b->answered < b->count && !arena_failed(b->arena)) {
		size_t before = b->answered;

		left = due - clock_mono_us();
		if (left <= 0) {
			*ret = MESSAGE_FAULT_SLOW;
			return false;
		}
		if (!speak(p, b, (int)(left / 1000) + 1, ret))
			return false;
		if (b->answered > before)
			due = answer_due(p);
	}
	return true;
}

static bool mark_fault(struct batch *b, enum message_fault fault)
{
	struct message *m = arena_alloc(b->arena, sizeof *m);

	if (!m)
		return false;
	m->input = b->answered;
	m->to = b->input[b->answered].len;
	m->counter = -1;
	b->lists[b->answered] = m;
	b->counts[b->answered++] = 1;
	return wire_fault(m, fault, 0, b->arena);
}

/* A child lost in a crowd of inputs tells nothing: they are asked again one by one, and the one
 * on which the next child is lost is the one. It stays so to the end of the batch, as who sent one
 * such input sends more, and each would cost a crowd, too. The last one is no crowd. */
static int run_batch(struct parser *p, struct batch *b, struct err *err)
{
	enum message_fault fault;

	while (b->answered < b->count) {
		int rc = start_child(p, err);

		if (rc < 0)
			return rc;
		b->sent = b->answered;
		b->sent_bytes = 0;
		b->careful = b->careful || b->count - b->answered == 1;
		if (converse(p, b, &fault))
			break;
		if (end_child(p))
			fault = MESSAGE_FAULT_SLOW;
		if (b->careful && !mark_fault(b, fault))
			break;
		b->careful = true;
	}
	if (!arena_failed(b->arena))
		return 0;
	end_child(p);
	return err_nomem(err);
}

static int join(const struct batch *b, struct message **ret, size_t *ret_count, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < b->count; i++)
		n += b->counts[i];
	*ret = arena_calloc(b->arena, n ? n : 1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	*ret_count = n;
	n = 0;
	for (size_t i = 0; i < b->count; i++) {
		memcpy(*ret + n, b->lists[i], b->counts[i] * sizeof **ret);
		n += b->counts[i];
	}
	return 0;
}

int parser_run(struct parser *p, const struct message_input *in, size_t count, struct arena *arena,
	       struct message **ret, size_t *ret_count, struct err *err)
{
	struct batch b = { .input = in, .count = count, .arena = arena, .now_us = clock_now_us() };
	int rc;

	if (count > MESSAGE_BATCH_MAX)
		return err_set(err, ERR_LIMIT, STOPPED "一度に読めるのは%d件までです",
			       MESSAGE_BATCH_MAX);
	for (size_t i = 0; i < count; i++)
		if (in[i].len > MESSAGE_INPUT_MAX)
			return err_set(err, ERR_LIMIT,
				       STOPPED "%zu件目が大きすぎます（%zu MiBまで）。"
					       "分けてから取り込んでください",
				       i + 1, MESSAGE_INPUT_MAX >> 20);
	b.lists = arena_calloc(arena, count ? count : 1, sizeof *b.lists);
	b.counts = arena_calloc(arena, count ? count : 1, sizeof *b.counts);
	if (!b.lists || !b.counts)
		return err_nomem(err);
	rc = run_batch(p, &b, err);
	return rc < 0 ? rc : join(&b, ret, ret_count, err);
}
