/* What the files of listen*.c share. */
#ifndef DAICHO_TRAIL_LISTEN_CORE_H
#define DAICHO_TRAIL_LISTEN_CORE_H

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "trail/listen.h"

struct listen_udp;
struct listen_tls;

#define LISTEN_FAULTS_MAX 256

/* A fault told less than a minute ago; the first place is that of all who find none. */
struct listen_fault {
	struct listen_peer peer;
	char reason[256];
	int64_t since_us; /* monotonic; 0: free */
	int64_t again;	  /* how often since */
};

struct listener {
	struct listen_config config; /* strings are not kept */
	int fd[LISTEN_WAYS];	     /* -1: none */
	pthread_t thread[LISTEN_WAYS];
	bool running[LISTEN_WAYS];
	int port[LISTEN_WAYS];
	struct listen_tls *tls; /* NULL: no TLS */
	struct listen_udp *udp;

	atomic_bool stop, reload; /* reload: look at the certificates at once */
	atomic_llong until_us; /* monotonic: after that nothing is tried again */
	atomic_llong unkept;
	atomic_llong numbers; /* of items */

	pthread_mutex_t lock;
	pthread_cond_t gone;
	struct stream *streams; /* under lock */
	unsigned stream_count;
	struct listen_fault fault[LISTEN_FAULTS_MAX];
};

/* Offers items until they are kept. False when they could not be before the end. Where take says
 * that it never can, they are offered in smaller numbers, and one that fails even alone as a fault
 * with its bytes. */
bool listen_offer(struct listener *l, const struct listen_peer *peer,
		  const struct listen_item *items, size_t count);
/* The next number for an item. */
int64_t listen_number(struct listener *l);
/* Writes the address of a socket without scope and port. */
void listen_address(const struct sockaddr_storage *sa, char ret[LISTEN_ADDRESS_MAX]);
/* What counts as one address: of IPv6 the first 64 bits. */
void listen_net(const struct sockaddr_storage *sa, char ret[LISTEN_ADDRESS_MAX]);

/* --- listen_fault.c ----------------------------------------------------------------- */

/* Hands on that something failed with this peer, unless the same was just told: then it counts. */
void listen_fault(struct listener *l, const struct listen_peer *peer, const char *reason);
/* Hands on what was counted for a minute, or all. */
void listen_faults_tell(struct listener *l, bool all);

/* --- listen_tls.c ------------------------------------------------------------------- */

/* The certificates, used anew when their files change. Errors name what to correct. */
int listen_tls_open(const struct listen_config *config, struct listen_tls **ret, struct err *err);
void listen_tls_close(struct listen_tls *t); /* NULL-safe; no session may be left */
/* Looks whether the files changed, every few seconds or at once. Files that cannot be used leave
 * those in use. Call it from one thread. */
void listen_tls_look(struct listen_tls *t, bool at_once);

struct listen_session {
	gnutls_session_t tls;
	struct listen_set *set; /* what it was verified by last */
	int64_t checked_us;	/* monotonic */
};
/* Shakes hands within some seconds. 0, or ERR_DENIED with the reason for people; name is
 * filled with the CN. *ret is to be ended even then. */
int listen_tls_greet(struct listen_tls *t, int fd, struct listen_session *ret,
		     char name[LISTEN_NAME_MAX + 1], struct err *err);
/* Whether the certificate still holds: asked before bytes are believed; looked at when the files
 * changed, and each minute. ERR_DENIED with the reason. */
int listen_tls_again(struct listen_tls *t, struct listen_session *s, struct err *err);
void listen_tls_end(struct listen_tls *t, struct listen_session *s);

/* --- listen_stream.c ----------------------------------------------------------------- */

/* Accepts until the end; arg is a struct stream_door. */
struct stream_door {
	struct listener *l;
	enum listen_way way;
};
void *listen_stream_main(void *arg);

/* --- listen_udp.c ---------------------------------------------------------------------- */

int listen_udp_start(struct listener *l, struct err *err);
void listen_udp_stop(struct listener *l);

#endif
