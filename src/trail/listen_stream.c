/* Streams of syslog: one thread for each connection. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sink.h"
#include "trail/listen_core.h"

#define CHUNK ((size_t)64 * 1024)
#define LOOK_MS 250	  /* how often a silent connection looks whether it must end */
#define IDLE_LOOKS 4	  /* silent so often: a whole line is a message */
#define FULL_US 60000000 /* at most one event a minute about connections refused */

struct stream {
	struct stream *next;
	struct listener *l;
	struct listen_peer peer;
	char net[LISTEN_ADDRESS_MAX];
	int fd;
	int64_t begun_us;
	bool spoke;
	struct listen_session session; /* of TLS */
	struct framer framer;
	char chunk[CHUNK];
	struct listen_item item[LISTEN_ITEMS_MAX];
};

/* --- bytes in ------------------------------------------------------------------------- */

enum { READ_END = 0, READ_IDLE = -1 };

static ssize_t read_some(struct stream *s)
{
	ssize_t n;

	if (s->session.tls) {
		n = gnutls_record_recv(s->session.tls, s->chunk, sizeof s->chunk);
		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ||
		    (n < 0 && !gnutls_error_is_fatal((int)n)))
			return READ_IDLE;
	} else {
		n = recv(s->fd, s->chunk, sizeof s->chunk, 0);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return READ_IDLE;
	}
	return n < 0 ? READ_END : n;
}

/* Hands on everything that is whole. False when it could not be kept before the end. */
static bool hand_on(struct stream *s, enum frame_more more)
{
	int64_t now = clock_now_us();
	struct frame frame;
	size_t n = 0;
	bool kept = true;

	while (kept && framer_next(&s->framer, more, &frame) != FRAME_NONE) {
		s->item[n++] = (struct listen_item){ .bytes = frame.bytes,
						     .len = frame.len,
						     .at_us = now,
						     .number = listen_number(s->l),
						     .fault = frame.fault == FRAME_GOOD
								      ? NULL
								      : frame_fault_text(frame.fault) };
		if (n == LISTEN_ITEMS_MAX) {
			kept = listen_offer(s->l, &s->peer, s->item, n);
			n = 0;
		}
	}
	return kept && (n == 0 || listen_offer(s->l, &s->peer, s->item, n));
}

static bool must_end(const struct listener *l, bool idle)
{
	return atomic_load(&l->stop) && (idle || clock_mono_us() > atomic_load(&l->until_us));
}

/* Whether it keeps a place that others may need without ever having said anything. */
static bool must_yield(struct stream *s)
{
	struct listener *l = s->l;
	unsigned taken = 0;
	const struct stream *other;

	if (s->spoke || clock_mono_us() - s->begun_us < (int64_t)l->config.first_ms * 1000)
		return false;
	pthread_mutex_lock(&l->lock);
	for (other = l->streams; other; other = other->next)
		taken += other->peer.way == s->peer.way;
	pthread_mutex_unlock(&l->lock);
	return taken * 2 > l->config.connections;
}

/* What is left when nothing can be kept any more. */
static void unkept_count(struct stream *s)
{
	struct frame frame;

	while (framer_next(&s->framer, FRAME_END, &frame) != FRAME_NONE)
		atomic_fetch_add(&s->l->unkept, 1);
}

/* What was read is fed before anything ends. */
static void stream_read(struct stream *s, struct err *err)
{
	bool kept = true, over = false;
	int looks = 0;

	while (kept && !over && !s->framer.broken) {
		ssize_t n = read_some(s);

		if (n == READ_END ||
		    (s->session.tls && listen_tls_again(s->l->tls, &s->session, err) < 0))
			break;
		looks = n == READ_IDLE ? looks + 1 : 0;
		s->spoke = s->spoke || n > 0;
		if (must_yield(s))
			break;
		if (n > 0 && framer_feed(&s->framer, s->chunk, (size_t)n, err) < 0)
			break;
		over = must_end(s->l, n == READ_IDLE);
		if (!over && (n > 0 || looks == IDLE_LOOKS))
			kept = hand_on(s, n > 0 ? FRAME_MORE : FRAME_IDLE);
	}
	if (!kept || !hand_on(s, FRAME_END))
		unkept_count(s);
}

/* --- a connection ------------------------------------------------------------------------- */

static void fault_offer(struct listener *l, const struct listen_peer *peer, const char *reason)
{
	struct listen_item item = { .bytes = "",
				    .at_us = clock_now_us(),
				    .fault = reason,
				    .number = listen_number(l) };

	listen_offer(l, peer, &item, 1);
}

static void stream_forget(struct stream *s)
{
	struct listener *l = s->l;
	struct stream **p;

	pthread_mutex_lock(&l->lock);
	for (p = &l->streams; *p != s; p = &(*p)->next)
		;
	*p = s->next;
	l->stream_count--;
	/* The listener may be gone as soon as the lock is. */
	free(s);
	pthread_cond_broadcast(&l->gone);
	pthread_mutex_unlock(&l->lock);
}

static void *stream_main(void *arg)
{
	struct stream *s = arg;
	struct err err = { 0 };

	if (s->peer.way != LISTEN_TLS ||
	    listen_tls_greet(s->l->tls, s->fd, &s->session, s->peer.name, &err) == 0) {
		stream_read(s, &err);
		if (s->session.tls)
			gnutls_bye(s->session.tls, GNUTLS_SHUT_WR);
	}
	if (err.code)
		listen_fault(s->l, &s->peer, err.text);
	if (s->peer.way == LISTEN_TLS)
		listen_tls_end(s->l->tls, &s->session);
	framer_release(&s->framer);
	close(s->fd);
	stream_forget(s);
	return NULL;
}

/* --- the door --------------------------------------------------------------------------------- */

/* False when there are too many, in all or of this address. */
static bool stream_enter(struct stream *s)
{
	struct listener *l = s->l;
	const struct stream *other;
	unsigned all = 0, same = 0;
	bool room;

	pthread_mutex_lock(&l->lock);
	for (other = l->streams; other; other = other->next) {
		if (other->peer.way != s->peer.way)
			continue;
		all++;
		same += strcmp(other->net, s->net) == 0;
	}
	room = all < l->config.connections && same < l->config.per_address;
	if (room) {
		s->next = l->streams;
		l->streams = s;
		l->stream_count++;
	}
	pthread_mutex_unlock(&l->lock);
	return room;
}

static void stream_refuse(struct stream *s, int64_t *told_us, const char *reason)
{
	int64_t now = clock_mono_us();

	sink_write(SINK_WARN, "syslog_refused", "way=%s", listen_way_name(s->peer.way));
	if (!*told_us || now - *told_us > FULL_US) {
		*told_us = now;
		fault_offer(s->l, &s->peer, reason);
	}
	close(s->fd);
	framer_release(&s->framer);
	free(s);
}

static bool stream_begin(struct stream *s)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool begun;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	begun = pthread_create(&thread, &attr, stream_main, s) == 0;
	pthread_attr_destroy(&attr);
	return begun;
}

/* The system refused: as a rule for want of descriptors or memory, and asking again at once would
 * meet the same. */
static void accept_failed(struct listener *l, enum listen_way way)
{
	const struct listen_peer nobody = { .way = way };
	const struct timespec look = { 0, LOOK_MS * 1000000L };

	sink_write(SINK_ERROR, "syslog_accept", "way=%s errno=%d", listen_way_name(way), errno);
	listen_fault(l, &nobody,
		     "サーバーの資源が足りず、送り元からの接続を受け付けられませんでした");
	nanosleep(&look, NULL);
}

/* False when nobody waits. */
static bool accept_one(struct listener *l, enum listen_way way, int64_t *told_us)
{
	const struct timeval look = { 0, LOOK_MS * 1000 }, patience = { 10, 0 };
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int fd = accept4(l->fd[way], (struct sockaddr *)&sa, &len, SOCK_CLOEXEC), one = 1;
	struct stream *s;

	if (fd < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR &&
		    errno != ECONNABORTED)
			accept_failed(l, way);
		return false;
	}
	s = calloc(1, sizeof *s);
	if (!s) {
		close(fd);
		accept_failed(l, way);
		return true;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	s->l = l;
	s->fd = fd;
	s->peer.way = way;
	s->begun_us = clock_mono_us();
	listen_address(&sa, s->peer.address);
	listen_net(&sa, s->net);
	framer_init(&s->framer, l->config.message_max);
	if (!stream_enter(s)) {
		stream_refuse(s, told_us, "同時につながる送り元が多すぎるため、接続を断りました");
	} else if (!stream_begin(s)) {
		close(fd);
		framer_release(&s->framer);
		stream_forget(s);
		accept_failed(l, way);
	}
	return true;
}

void *listen_stream_main(void *arg)
{
	struct stream_door door = *(struct stream_door *)arg;
	struct pollfd p = { .fd = door.l->fd[door.way], .events = POLLIN };
	int64_t told_us = 0;

	free(arg);
	while (!atomic_load(&door.l->stop)) {
		listen_faults_tell(door.l, false);
		if (door.way == LISTEN_TLS)
			listen_tls_look(door.l->tls, atomic_exchange(&door.l->reload, false));
		if (poll(&p, 1, LOOK_MS) > 0)
			accept_one(door.l, door.way, &told_us);
	}
	/* Who stands at the door may have sent already. */
	while (clock_mono_us() < atomic_load(&door.l->until_us) &&
	       accept_one(door.l, door.way, &told_us))
		;
	return NULL;
}
