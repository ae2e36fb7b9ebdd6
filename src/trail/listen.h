/*
 * Ears for syslog: TLS (RFC 5425), TCP (RFC 6587) and UDP (RFC 5426).
 *
 * Each stream has a thread of its own, which reads no further while what it read is not kept:
 * a full store slows senders down instead of losing messages, and one sender's flood takes
 * nothing from another. UDP knows no such brake: messages of each address wait in a queue of
 * their own, and what does not fit is counted and handed on as lost.
 *
 * A connection that has never said anything is closed after a while, once half of all places are
 * taken: so nobody keeps others out by being silent, and who has yet nothing to say loses nothing.
 *
 * Syslog acknowledges nothing. What was read is handed on before the ears close.
 */
#ifndef DAICHO_TRAIL_LISTEN_H
#define DAICHO_TRAIL_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "trail/frame.h"

enum listen_way { LISTEN_TLS, LISTEN_TCP, LISTEN_UDP, LISTEN_WAYS };
const char *listen_way_name(enum listen_way w); /* "tls", "tcp", "udp" */

#define LISTEN_ITEMS_MAX 512 /* in one call of take */
#define LISTEN_NAME_MAX 255
#define LISTEN_ADDRESS_MAX 46

/* Who is at the other end. */
struct listen_peer {
	enum listen_way way;
	char address[LISTEN_ADDRESS_MAX]; /* "192.0.2.1", "2001:db8::1" */
	char name[LISTEN_NAME_MAX + 1];	  /* CN of its verified certificate; "" without TLS */
};

/* One message, or what went wrong. */
struct listen_item {
	const char *bytes;
	size_t len;
	int64_t at_us;	   /* when it was read, UTC */
	const char *fault; /* in Japanese; NULL: a message */
	int64_t lost;	   /* messages that found no room (UDP); then there are no bytes */
	int64_t times;	   /* how often the fault was met since it was told last; 0: once */
	int64_t number;	   /* no other item of this listener has it; stays when offered again */
};

struct listen_config {
	const char *place[LISTEN_WAYS]; /* "ADDR:PORT", port 0 picks a free one; NULL: not */
	/* PEM files, looked at again every few seconds; new ones are used at once, also for open
	 * connections. A sender must show a certificate of the authority; crl may be NULL. Where
	 * ca/issued.json lies beside `cert` (web/ca.h), it must be one issued to a machine. */
	const char *cert, *key, *authority, *crl;
	size_t message_max;   /* bytes of one message */
	unsigned connections; /* at once, of TLS and of TCP each; 0: 256 */
	unsigned per_address; /* of them; an IPv6 /64 counts as one; 0: 64 */
	unsigned first_ms;    /* who is silent for so long may lose its place; 0: 30000 */
	size_t queue_max;     /* UDP messages waiting of one address; 0: 4096 */
	unsigned slow_ms;     /* UDP: whose turn took longer is served last; 0: 1000 */
	/* Keeps `count` items of one peer and returns when they are durable. May be called by
	 * many threads. Negative: not all were kept. After ERR_IO and ERR_BUSY the same items are
	 * offered again, after other errors fewer at once. Required. */
	int (*take)(void *arg, const struct listen_peer *peer, const struct listen_item *items,
		    size_t count, struct err *err);
	void *arg;
};

struct listener;

/* The strings are needed only during the call. Messages name what to correct. */
int listen_start(const struct listen_config *config, struct listener **ret, struct err *err);
/* Looks at the files of the certificates now, not in some seconds. */
void listen_reload(struct listener *l);
/* The port of one way; 0: it does not listen there. */
int listen_port(const struct listener *l, enum listen_way way);
/* Takes no new connection, hands on what was read, and frees. Returns how many messages could
 * not be kept within `seconds`. NULL-safe. */
int64_t listen_stop(struct listener *l, unsigned seconds);

#endif
