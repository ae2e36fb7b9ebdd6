/*
 * UDP: one thread empties the socket into queues, one for each address; the other hands them
 * on in turn. So a flood fills its own queue only, and what it loses is counted.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "trail/listen_core.h"

#define LOOK_MS 250
#define DATAGRAM_MAX 65536
#define ADDRESSES_MAX 256 /* the others share one queue */
#define QUEUE_BYTES ((size_t)4 * 1024 * 1024)
#define ALL_BYTES ((size_t)64 * 1024 * 1024)
#define TURN 128	  /* messages of one address before the next has its turn, at most */
#define LAST_US 30000000

struct datagram {
	struct datagram *next;
	char address[LISTEN_ADDRESS_MAX];
	int64_t at_us;
	size_t len;
	char bytes[];
};

struct queue {
	char address[LISTEN_ADDRESS_MAX]; /* "": of all who find no queue */
	struct datagram *head, **tail;
	size_t count, bytes;
	int64_t lost;
	size_t most;	  /* messages of its next turn: more each time */
	int64_t slow_until_us; /* its last turn took long: until then others come first */
};

struct turn;

struct listen_udp {
	struct listener *l;
	pthread_t reader, writer;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct turn *turn; /* of the writer */
	bool ended;	   /* no more comes */
	struct queue queue[ADDRESSES_MAX];
	size_t queue_count, bytes_all;
	uint32_t dropped; /* by the system, as it told last */
	char bytes[DATAGRAM_MAX];
};

/* --- in ---------------------------------------------------------------------------------- */

static void queue_begin(struct queue *q, const char *address)
{
	memset(q, 0, sizeof *q);
	q->tail = &q->head;
	q->most = 1;
	memccpy(q->address, address, '\0', sizeof q->address);
}

/* Under lock. The queue of an address; an empty one becomes that of the next; the first one is
 * that of all who find none. */
static struct queue *queue_of(struct listen_udp *u, const char *address)
{
	int64_t now = clock_mono_us();
	struct queue *empty = NULL;
	size_t i;

	for (i = 1; i < u->queue_count; i++) {
		if (strcmp(u->queue[i].address, address) == 0)
			return &u->queue[i];
		if (!empty && !u->queue[i].head && !u->queue[i].lost &&
		    u->queue[i].slow_until_us <= now)
			empty = &u->queue[i];
	}
	if (u->queue_count < ADDRESSES_MAX)
		empty = &u->queue[u->queue_count++];
	if (!empty)
		return &u->queue[0];
	queue_begin(empty, address);
	return empty;
}

static bool has_room(const struct listen_udp *u, const struct queue *q, size_t len)
{
	return q->count < u->l->config.queue_max && q->bytes + len <= QUEUE_BYTES &&
	       u->bytes_all + len <= ALL_BYTES;
}

static void datagram_put(struct listen_udp *u, const char *address, size_t len)
{
	struct datagram *d = malloc(sizeof *d + len);
	struct queue *q;

	pthread_mutex_lock(&u->lock);
	q = queue_of(u, address);
	if (!d || !has_room(u, q, len)) {
		q->lost++;
		free(d);
	} else {
		d->next = NULL;
		memccpy(d->address, address, '\0', sizeof d->address);
		d->at_us = clock_now_us();
		d->len = len;
		memcpy(d->bytes, u->bytes, len);
		*q->tail = d;
		q->tail = &d->next;
		q->count++;
		q->bytes += len;
		u->bytes_all += len;
	}
	pthread_cond_signal(&u->wake);
	pthread_mutex_unlock(&u->lock);
}

/* What the system threw away because its buffer was full, of whomever. Under lock. */
static void dropped_count(struct listen_udp *u, struct msghdr *m)
{
	struct cmsghdr *c;
	uint32_t all;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&all, CMSG_DATA(c), sizeof all);
		u->queue[0].lost += (uint32_t)(all - u->dropped);
		u->dropped = all;
	}
}

/* The length of the next datagram, or -1. */
static ssize_t receive(struct listen_udp *u, struct sockaddr_storage *ret)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
	struct iovec part = { u->bytes, sizeof u->bytes };
	struct msghdr m = { .msg_name = ret,
			    .msg_namelen = sizeof *ret,
			    .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof control };
	ssize_t n = recvmsg(u->l->fd[LISTEN_UDP], &m, MSG_DONTWAIT);

	if (n >= 0) {
		pthread_mutex_lock(&u->lock);
		dropped_count(u, &m);
		pthread_mutex_unlock(&u->lock);
	}
	return n;
}

static void *reader_main(void *arg)
{
	struct listen_udp *u = arg;
	struct pollfd p = { .fd = u->l->fd[LISTEN_UDP], .events = POLLIN };
	char address[LISTEN_ADDRESS_MAX];
	struct sockaddr_storage sa;
	ssize_t n;

	while (!atomic_load(&u->l->stop) || clock_mono_us() < atomic_load(&u->l->until_us)) {
		n = receive(u, &sa);
		if (n >= 0) {
			listen_address(&sa, address);
			datagram_put(u, address, (size_t)n);
		} else if (atomic_load(&u->l->stop)) {
			break;
		} else {
			poll(&p, 1, LOOK_MS);
		}
	}
	pthread_mutex_lock(&u->lock);
	u->ended = true;
	pthread_cond_signal(&u->wake);
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

/* --- out ----------------------------------------------------------------------------------- */

struct turn {
	struct listen_peer peer;
	struct datagram *list;
	struct listen_item item[TURN + 1];
	size_t count, at; /* at: which queue it was of */
};

static void item_take(struct listen_udp *u, struct queue *q, const struct datagram *d,
		      struct turn *t)
{
	t->item[t->count++] = (struct listen_item){ .bytes = d->bytes,
						    .len = d->len,
						    .at_us = d->at_us,
						    .number = listen_number(u->l) };
	q->count--;
	q->bytes -= d->len;
	u->bytes_all -= d->len;
}

static bool is_of(const struct datagram *d, const struct listen_peer *peer)
{
	return strcmp(d->address, peer->address) == 0;
}

static void lost_take(struct listen_udp *u, struct queue *q, struct turn *t)
{
	t->item[t->count++] = (struct listen_item){ .bytes = "",
						    .at_us = clock_now_us(),
						    .lost = q->lost,
						    .number = listen_number(u->l) };
	q->lost = 0;
}

static void queue_take(struct listen_udp *u, struct queue *q, struct turn *t)
{
	struct datagram **end = &q->head;

	t->peer = (struct listen_peer){ .way = LISTEN_UDP };
	memcpy(t->peer.address, q->head ? q->head->address : q->address, sizeof t->peer.address);
	t->list = q->head;
	for (t->count = 0; *end && t->count < q->most && is_of(*end, &t->peer); end = &(*end)->next)
		item_take(u, q, *end, t);
	q->head = *end;
	*end = NULL;
	if (!q->head)
		q->tail = &q->head;
	if (q->lost && strcmp(q->address, t->peer.address) == 0)
		lost_take(u, q, t);
}

/* Takes the turn of the next queue that holds something, of those that are slow only if there is
 * no other. Under lock. */
static bool turn_take(struct listen_udp *u, size_t *at, struct turn *t)
{
	int64_t now = clock_mono_us();
	size_t i, slow = ADDRESSES_MAX, found = ADDRESSES_MAX;

	for (i = 0; i < u->queue_count && found == ADDRESSES_MAX; i++) {
		size_t n = (*at + i) % u->queue_count;
		const struct queue *q = &u->queue[n];

		if (!q->head && !q->lost)
			continue;
		if (q->slow_until_us <= now)
			found = n;
		else if (slow == ADDRESSES_MAX)
			slow = n;
	}
	if (found == ADDRESSES_MAX)
		found = slow;
	if (found == ADDRESSES_MAX)
		return false;
	*at = (found + 1) % u->queue_count;
	t->at = found;
	queue_take(u, &u->queue[found], t);
	return true;
}

/* A queue whose turn took long is for a while the last, with one message at a time. */
static void turn_done(struct listen_udp *u, const struct turn *t, int64_t took_us)
{
	struct queue *q = &u->queue[t->at];

	pthread_mutex_lock(&u->lock);
	/* It may be another's by now. */
	if (t->at == 0 || strcmp(q->address, t->peer.address) == 0) {
		bool slow = took_us > (int64_t)u->l->config.slow_ms * 1000;

		q->most = slow ? 1 : q->most * 2 < TURN ? q->most * 2 : TURN;
		q->slow_until_us = slow ? clock_mono_us() + LAST_US : 0;
	}
	pthread_mutex_unlock(&u->lock);
}

static bool turn_next(struct listen_udp *u, size_t *at, struct turn *t)
{
	bool has;

	pthread_mutex_lock(&u->lock);
	while (!(has = turn_take(u, at, t)) && !u->ended)
		pthread_cond_wait(&u->wake, &u->lock);
	pthread_mutex_unlock(&u->lock);
	return has;
}

static void *writer_main(void *arg)
{
	struct listen_udp *u = arg;
	struct turn *t = u->turn;
	struct datagram *next;
	size_t at = 0;

	while (turn_next(u, &at, t)) {
		int64_t began_us = clock_mono_us();

		listen_offer(u->l, &t->peer, t->item, t->count);
		turn_done(u, t, clock_mono_us() - began_us);
		for (; t->list; t->list = next) {
			next = t->list->next;
			free(t->list);
		}
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------------------------ */

static void udp_free(struct listen_udp *u)
{
	struct datagram *d;
	size_t i;

	for (i = 0; i < u->queue_count; i++)
		while ((d = u->queue[i].head)) {
			u->queue[i].head = d->next;
			free(d);
		}
	pthread_cond_destroy(&u->wake);
	pthread_mutex_destroy(&u->lock);
	free(u->turn);
	free(u);
}

int listen_udp_start(struct listener *l, struct err *err)
{
	struct listen_udp *u = calloc(1, sizeof *u);
	bool reads;

	if (!u)
		return err_nomem(err);
	u->l = l;
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->wake, NULL);
	queue_begin(&u->queue[u->queue_count++], "");
	u->turn = calloc(1, sizeof *u->turn);
	reads = u->turn && pthread_create(&u->reader, NULL, reader_main, u) == 0;
	if (reads && pthread_create(&u->writer, NULL, writer_main, u) == 0) {
		l->udp = u;
		return 0;
	}
	atomic_store(&l->stop, true);
	if (reads)
		pthread_join(u->reader, NULL);
	udp_free(u);
	return err_set(err, ERR_IO, "syslogを待ち受けるスレッドを始められません");
}

void listen_udp_stop(struct listener *l)
{
	struct listen_udp *u = l->udp;

	if (!u)
		return;
	pthread_join(u->reader, NULL);
	pthread_join(u->writer, NULL);
	udp_free(u);
	l->udp = NULL;
}
