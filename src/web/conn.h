/*
 * Open connections and how long each may take for what it is doing.
 *
 * libmicrohttpd only knows an idle time, which a client that sends one byte
 * now and then never reaches. So each connection has one total deadline per
 * phase, and a thread cuts those that pass it.
 */
#ifndef DAICHO_WEB_CONN_H
#define DAICHO_WEB_CONN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "web/tls.h"

enum conn_phase {
	CONN_HEAD,   /* accepted: handshake and head of the first request */
	CONN_BODY,   /* head complete, body arriving */
	CONN_HANDLE, /* our turn: no deadline */
	CONN_ANSWER, /* sending the answer */
	CONN_IDLE,   /* between requests, up to the end of the next head */
	CONN_PHASE_MAX
};

struct web_conn {
	struct web_conn *prev, *next;
	int fd;
	enum conn_phase phase;
	int64_t deadline_us;
	bool cut;
	struct tls_set *set; /* the certificates it was opened with */
	struct tls_peer peer;
};

struct conns {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t watcher;
	struct web_conn *head;
	size_t running; /* connections in BODY, HANDLE or ANSWER */
	int64_t allowed_us[CONN_PHASE_MAX];
	bool stopping; /* no new work */
	bool stopped;  /* the watcher ends */
};

/* Starts the watching thread. `seconds` per phase. */
int conns_start(struct conns *c, const unsigned seconds[CONN_PHASE_MAX], struct err *err);
/* Registers an accepted socket. NULL when memory runs out: it is then cut. */
struct web_conn *conns_add(struct conns *c, int fd);
/* The socket is about to be closed. NULL-safe. */
void conns_remove(struct conns *c, struct web_conn *conn);
/* The connection does something else now. NULL-safe. */
void conns_phase(struct conns *c, struct web_conn *conn, enum conn_phase phase);
/* True once stopping has begun: answers then close their connection. */
bool conns_stopping(struct conns *c);
/* Begins stopping: cuts idle connections, waits up to `seconds` for running
 * requests, cuts those left and returns how many they were. */
int conns_drain(struct conns *c, unsigned seconds);
/* Ends the thread; no connection may be left. */
void conns_stop(struct conns *c);

#endif
