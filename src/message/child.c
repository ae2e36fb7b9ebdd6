#include "message/child.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/fold.h"
#include "base/sandbox.h"
#include "message/read.h"
#include "message/wire.h"

#define EXIT_USAGE 2
#define EXIT_PIPE 3
#define READ_SIZE ((size_t)256 << 10)
#define FLUSH_SIZE ((size_t)128 << 10)

struct child {
	struct reading reading;
	struct buf in, out, messages;
	size_t at; /* of `in` is answered */
	unsigned seconds;
	bool probing;
	int at_large; /* what a probe got that it must not get */
};

static bool flush(struct child *c)
{
	size_t done = 0;

	while (done < c->out.len) {
		ssize_t n = write(1, c->out.data + done, c->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	buf_clear(&c->out);
	return true;
}

/* Reads what there is; false at the end of the conversation. */
static bool fill(struct child *c)
{
	ssize_t n;
	char *room;

	if (c->at == c->in.len) {
		buf_clear(&c->in);
		c->at = 0;
	} else if (c->at > READ_SIZE) {
		memmove(c->in.data, c->in.data + c->at, c->in.len - c->at);
		buf_cut(&c->in, c->in.len - c->at);
		c->at = 0;
	}
	room = buf_room(&c->in, READ_SIZE);
	if (!room)
		return false;
	do
		n = read(0, room, READ_SIZE);
	while (n < 0 && errno == EINTR);
	buf_cut(&c->in, c->in.len - READ_SIZE + (n > 0 ? (size_t)n : 0));
	return n > 0;
}

/* Never done, and takes no processor time: a byte of an answer now and then. */
static void drip(void)
{
	const struct wire_answer a = { .magic = WIRE_MAGIC, .count = 1, .len = 1024 };
	const struct timespec pause = { .tv_nsec = 100000000 };
	static uint32_t word;

	for (size_t i = 0; i < 1024; i++) {
		if (write(1, i < sizeof a ? (const char *)&a + i : "", 1) != 1)
			_exit(EXIT_PIPE);
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &pause, NULL, 0);
	}
}

static void probe(struct child *c, unsigned what)
{
	static const char zeros[64] = { 0 };

	switch (what) {
	case MESSAGE_PROBE_CRASH: abort();
	case MESSAGE_PROBE_SPIN:
		for (volatile unsigned long n = 0;; n = n + 1)
			;
	case MESSAGE_PROBE_DRIP: drip(); break;
	/* Whoever comes back from these was not stopped, and says so by an answer. */
	case MESSAGE_PROBE_OPEN: c->at_large = open("/etc/passwd", O_RDONLY | O_CLOEXEC); break;
	case MESSAGE_PROBE_SOCKET: c->at_large = socket(AF_INET, SOCK_STREAM, 0); break;
	case MESSAGE_PROBE_MEMORY:
		for (;;) {
			char *volatile p = malloc((size_t)1 << 20);

			if (!p)
				abort();
			memset(p, 1, (size_t)1 << 20);
		}
	default: break;
	}
	buf_add(&c->out, zeros, sizeof zeros);
}

static void answer(struct child *c, const struct wire_request *q, const char *bytes)
{
	struct wire_answer a = { .magic = WIRE_MAGIC };
	struct buf *b = &c->messages;

	if (c->probing && q->format >= MESSAGE_PROBE_NONE) {
		probe(c, q->format);
		return;
	}
	buf_clear(b);
	c->reading.now_us = q->now_us;
	a.count = (uint32_t)reading_run(&c->reading, (enum message_format)q->format, bytes,
					(size_t)q->len, b);
	if (buf_failed(b))
		_exit(EXIT_PIPE);
	a.len = b->len;
	buf_add(&c->out, &a, sizeof a);
	buf_add(&c->out, b->data, b->len);
}

static void set_timer(unsigned seconds)
{
	struct itimerval t = { .it_value.tv_sec = seconds };

	/* Its end is that of the process. */
	setitimer(ITIMER_PROF, &t, NULL);
}

/* Answers every whole request that is there. False when the parent breaks the rules or is gone. */
static bool turn(struct child *c)
{
	for (;;) {
		struct wire_request q;

		if (c->in.len - c->at < sizeof q)
			return true;
		memcpy(&q, c->in.data + c->at, sizeof q);
		if (q.len > MESSAGE_INPUT_MAX ||
		    (q.format >= MESSAGE_FORMATS && !(c->probing && q.format < MESSAGE_PROBES)))
			return false;
		if (c->in.len - c->at - sizeof q < q.len)
			return true;
		set_timer(c->seconds);
		answer(c, &q, c->in.data + c->at + sizeof q);
		c->at += sizeof q + (size_t)q.len;
		if (buf_failed(&c->out))
			return false;
		if ((q.flush || c->out.len > FLUSH_SIZE) && !flush(c))
			return false;
	}
}

static bool warm_up(void)
{
	struct buf b;
	size_t bad;
	bool ok = iconv_open("UTF-8", "CP932") != (iconv_t)-1;

	buf_init(&b, 0);
	ok = ok && cp932_decode("\x95\x5C", 2, &b, &bad);
	buf_release(&b);
	return ok;
}

static int converse(unsigned seconds, bool probing)
{
	static const struct sandbox_rules rules = {
		.data_bytes = (size_t)512 << 20,
		.address_bytes = (size_t)1 << 30,
		.converses = true,
	};
	struct child c = { .seconds = seconds, .probing = probing };

	if (!warm_up() || sandbox_enter(&rules))
		return EXIT_USAGE;
	reading_init(&c.reading, 0);
	buf_init(&c.in, 2 * MESSAGE_INPUT_MAX + 2 * READ_SIZE);
	buf_init(&c.out, WIRE_ANSWER_MAX + 2 * FLUSH_SIZE);
	buf_init(&c.messages, WIRE_ANSWER_MAX);
	while (fill(&c))
		if (!turn(&c) || !flush(&c))
			return EXIT_PIPE;
	return 0;
}

int message_child_main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], MESSAGE_CHILD_ARG) != 0)
		return -1;
	if (argc != 4 || !getenv(MESSAGE_CHILD_ENV))
		return EXIT_USAGE;
	return converse((unsigned)strtoul(argv[2], NULL, 10), argv[3][0] == '1');
}
