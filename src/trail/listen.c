#include "trail/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sink.h"
#include "trail/listen_core.h"

#define WAIT_FIRST_US 10000
#define WAIT_MOST_US 1000000
#define UDP_BUFFER (4 * 1024 * 1024)

const char *listen_way_name(enum listen_way w)
{
	static const char *const name[LISTEN_WAYS] = { "tls", "tcp", "udp" };

	return name[w];
}

void listen_address(const struct sockaddr_storage *sa, char ret[LISTEN_ADDRESS_MAX])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;

	*ret = '\0';
	if (sa->ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, ret, LISTEN_ADDRESS_MAX);
	else if (sa->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, ret, LISTEN_ADDRESS_MAX);
	else if (sa->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, ret, LISTEN_ADDRESS_MAX);
}

void listen_net(const struct sockaddr_storage *sa, char ret[LISTEN_ADDRESS_MAX])
{
	struct sockaddr_storage net = *sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&net;

	if (sa->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		memset(v6->sin6_addr.s6_addr + 8, 0, 8);
	listen_address(&net, ret);
}

/* --- handing on ---------------------------------------------------------------------- */

static void wait_us(int64_t us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

static bool time_is_over(struct listener *l)
{
	return atomic_load(&l->stop) && clock_mono_us() >= atomic_load(&l->until_us);
}

static void unkept_add(struct listener *l, const struct listen_item *items, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		atomic_fetch_add(&l->unkept, items[i].lost ? (long long)items[i].lost : 1);
}

/* Offers the same until it is kept. False at the end of time; an error that another try would
 * meet again comes back in *ret. */
static bool offer_patiently(struct listener *l, const struct listen_peer *peer,
			    const struct listen_item *items, size_t count, bool last, int *ret)
{
	int64_t wait = WAIT_FIRST_US;
	struct err err;

	while (!time_is_over(l)) {
		*ret = l->config.take(l->config.arg, peer, items, count, &err);
		if (*ret >= 0 || (!last && *ret != ERR_IO && *ret != ERR_BUSY))
			return true;
		if (wait == WAIT_FIRST_US)
			sink_write(SINK_WARN, "syslog_waits", "way=%s code=%d",
				   listen_way_name(peer->way), *ret);
		wait_us(wait);
		wait = wait * 2 < WAIT_MOST_US ? wait * 2 : WAIT_MOST_US;
	}
	return false;
}

/* What cannot be made into events is kept as it came, so that it stops nothing behind it. */
static bool offer_bare(struct listener *l, const struct listen_peer *peer,
		       const struct listen_item *item)
{
	struct listen_item bare = *item;
	int rc;

	if (!bare.fault && !bare.lost)
		bare.fault = "電文を記録に直せませんでした（一つの電文の中身が多すぎるなど）。"
			     "届いたままの形で残します";
	sink_write(SINK_WARN, "syslog_bare", "way=%s bytes=%zu", listen_way_name(peer->way),
		   item->len);
	return offer_patiently(l, peer, &bare, 1, true, &rc);
}

/* An error that comes again is of one of the items: halves find which one. */
bool listen_offer(struct listener *l, const struct listen_peer *peer,
		  const struct listen_item *items, size_t count)
{
	size_t most = count, at = 0;
	bool kept = true;

	while (kept && at < count) {
		size_t n = most < count - at ? most : count - at;
		int rc = 0;

		kept = offer_patiently(l, peer, items + at, n, false, &rc);
		if (kept && rc < 0 && n > 1) {
			most = n / 2;
			continue;
		}
		if (kept && rc < 0)
			kept = offer_bare(l, peer, &items[at]);
		at += kept ? n : 0;
		most = most * 2;
	}
	if (!kept)
		unkept_add(l, items + at, count - at);
	return kept;
}

int64_t listen_number(struct listener *l)
{
	return atomic_fetch_add(&l->numbers, 1);
}

/* --- sockets --------------------------------------------------------------------------- */

static int place_find(const char *place, bool udp, struct addrinfo **ret)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM };
	const char *colon = strrchr(place, ':');
	size_t len = colon ? (size_t)(colon - place) : 0;
	char host[64];

	if (len >= 2 && place[0] == '[' && place[len - 1] == ']') {
		place++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof host)
		return -1;
	memcpy(host, place, len);
	host[len] = '\0';
	return getaddrinfo(host, colon + 1, &hints, ret) == 0 ? 0 : -1;
}

static int bound(const struct addrinfo *a, bool udp)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1,
	    room = UDP_BUFFER;

	if (fd < 0)
		return -1;
	if (!udp) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	} else {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
		setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
	}
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || (!udp && listen(fd, 128) != 0)) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;

	if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
		return 0;
	return ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
					      : ((struct sockaddr_in *)&sa)->sin_port);
}

static int place_open(struct listener *l, enum listen_way way, const char *place, struct err *err)
{
	struct addrinfo *a = NULL;

	if (place_find(place, way == LISTEN_UDP, &a) != 0)
		return err_set(err, ERR_USAGE,
			       "--syslog-%s には 192.0.2.1:6514 や [2001:db8::1]:6514 のように"
			       "アドレスとポートを書いてください: %.100s",
			       listen_way_name(way), place);
	l->fd[way] = bound(a, way == LISTEN_UDP);
	freeaddrinfo(a);
	if (l->fd[way] < 0)
		return err_errno(err, errno, "syslogを %.100s で待ち受けられません（%s）", place,
				 listen_way_name(way));
	l->port[way] = port_of(l->fd[way]);
	return 0;
}

/* --- life --------------------------------------------------------------------------------- */

static int door_open(struct listener *l, enum listen_way way, struct err *err)
{
	struct stream_door *door = malloc(sizeof *door);

	if (!door)
		return err_nomem(err);
	*door = (struct stream_door){ l, way };
	if (pthread_create(&l->thread[way], NULL, listen_stream_main, door) != 0) {
		free(door);
		return err_set(err, ERR_IO, "syslogを待ち受けるスレッドを始められません");
	}
	l->running[way] = true;
	return 0;
}

static int open_all(struct listener *l, const struct listen_config *config, struct err *err)
{
	int way, rc = 0;

	if (config->place[LISTEN_TLS])
		rc = listen_tls_open(config, &l->tls, err);
	for (way = 0; rc == 0 && way < LISTEN_WAYS; way++)
		if (config->place[way])
			rc = place_open(l, (enum listen_way)way, config->place[way], err);
	for (way = 0; rc == 0 && way < LISTEN_UDP; way++)
		if (l->fd[way] >= 0)
			rc = door_open(l, (enum listen_way)way, err);
	if (rc == 0 && l->fd[LISTEN_UDP] >= 0)
		rc = listen_udp_start(l, err);
	return rc;
}

int listen_start(const struct listen_config *config, struct listener **ret, struct err *err)
{
	struct listener *l = calloc(1, sizeof *l);
	int way, rc;

	if (!l)
		return err_nomem(err);
	l->config = *config;
	if (!l->config.connections)
		l->config.connections = 256;
	if (!l->config.first_ms)
		l->config.first_ms = 30000;
	if (!l->config.slow_ms)
		l->config.slow_ms = 1000;
	if (!l->config.per_address)
		l->config.per_address = 64;
	if (!l->config.queue_max)
		l->config.queue_max = 4096;
	for (way = 0; way < LISTEN_WAYS; way++)
		l->fd[way] = -1;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->gone, NULL);
	rc = open_all(l, config, err);
	if (rc < 0)
		listen_stop(l, 0);
	else
		*ret = l;
	return rc;
}

void listen_reload(struct listener *l)
{
	if (l->tls)
		atomic_store(&l->reload, true);
}

int listen_port(const struct listener *l, enum listen_way way)
{
	return l->port[way];
}

int64_t listen_stop(struct listener *l, unsigned seconds)
{
	int64_t unkept;
	int way;

	if (!l)
		return 0;
	atomic_store(&l->until_us, clock_mono_us() + (int64_t)seconds * 1000000);
	atomic_store(&l->stop, true);
	for (way = 0; way < LISTEN_UDP; way++)
		if (l->running[way])
			pthread_join(l->thread[way], NULL);
	listen_udp_stop(l);
	pthread_mutex_lock(&l->lock);
	while (l->stream_count > 0)
		pthread_cond_wait(&l->gone, &l->lock);
	pthread_mutex_unlock(&l->lock);
	listen_faults_tell(l, true);
	for (way = 0; way < LISTEN_WAYS; way++)
		if (l->fd[way] >= 0)
			close(l->fd[way]);
	listen_tls_close(l->tls);
	pthread_cond_destroy(&l->gone);
	pthread_mutex_destroy(&l->lock);
	unkept = atomic_load(&l->unkept);
	free(l);
	return unkept;
}
