/* A listener on loopback that keeps what it hears, for the tests of src/trail. */
#ifndef DAICHO_TESTS_TRAIL_EARS_H
#define DAICHO_TESTS_TRAIL_EARS_H

#include <pthread.h>

#include "base/buf.h"
#include "trail/listen.h"

struct ears {
	char dir[64], cert[96], key[96], authority[96], crl[96];
	char sender_cert[96], sender_key[96], stranger_cert[96], stranger_key[96];
	struct listener *listener;
	pthread_mutex_t lock;
	pthread_cond_t heard;
	struct buf text;     /* "tls emr-1 message\n", "udp - !lost 3\n", "tcp - !reason\n" */
	int64_t messages, faults, lost, refused;
	const char *slow;    /* what begins so takes 20 ms each */
	bool addresses;	     /* text tells them: "udp - 127.0.0.2 message" */
	bool refuse;	     /* nothing can be kept at the moment */
	const char *blocked; /* nothing that begins so; NULL: none */
	const char *hopeless; /* no message that begins so can ever be kept; NULL: none */
};

/* Makes certificates too. */
void ears_open(struct ears *e, const struct listen_config *limits);
/* As in a data folder: with an authority of `daicho tls` in dir/ca, which issued the server's
 * certificate. There are no certificates of senders. */
void ears_open_house(struct ears *e, const struct listen_config *limits);
/* Stops, and listens anew with the files as they are. */
void ears_restart(struct ears *e, const struct listen_config *limits);
/* Stops; returns what could not be kept. The text stays until ears_release. */
int64_t ears_close(struct ears *e, unsigned seconds);
void ears_release(struct ears *e);
void ears_refuse(struct ears *e, bool refuse);
/* Waits until so many were heard, at most ten seconds. */
bool ears_wait(struct ears *e, int64_t messages, int64_t faults);
bool ears_wait_ms(struct ears *e, int64_t messages, int64_t faults, long ms);
/* Waits until it was heard, at most ten seconds. */
bool ears_wait_text(struct ears *e, const char *text);
/* Waits until something could not be kept. */
void ears_wait_refused(struct ears *e);
bool ears_has(struct ears *e, const char *line);
/* A connected socket; of another address of this host (127.0.0.2: 0x7f000002). */
int ears_connect(const struct ears *e, enum listen_way way);
int ears_connect_from(const struct ears *e, enum listen_way way, uint32_t from);
/* Connects a socket that is there already. */
void ears_connect_by(const struct ears *e, enum listen_way way, int fd);
void ears_send(int fd, const char *text, size_t len);

#endif
