#include "client.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
	int fd;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t trust;
};

static int connect_from(int port, const char *source)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (source && (inet_pton(AF_INET, source, &from.sin_addr) != 1 ||
		       bind(fd, (struct sockaddr *)&from, sizeof from))) {
		close(fd);
		return -1;
	}
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct client *open_as(int port, const char *source, const char *priorities,
			      const char *cert, const char *key)
{
	struct client *c = calloc(1, sizeof *c);
	int r;

	c->fd = connect_from(port, source);
	if (c->fd < 0) {
		free(c);
		return NULL;
	}
	gnutls_certificate_allocate_credentials(&c->trust);
	if (cert)
		gnutls_certificate_set_x509_key_file(c->trust, cert, key, GNUTLS_X509_FMT_PEM);
	/* An attacker shows what there is, whoever issued it. */
	gnutls_init(&c->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT);
	gnutls_priority_set_direct(c->tls, priorities ? priorities : "NORMAL", NULL);
	gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, c->trust);
	gnutls_transport_set_int(c->tls, c->fd);
	gnutls_handshake_set_timeout(c->tls, 5000);
	do
		r = gnutls_handshake(c->tls);
	while (r < 0 && !gnutls_error_is_fatal(r));
	if (r < 0) {
		client_close(c);
		return NULL;
	}
	return c;
}

struct client *client_open(int port, const char *source, const char *priorities)
{
	return open_as(port, source, priorities, NULL, NULL);
}

struct client *client_open_with(int port, const char *cert, const char *key)
{
	return open_as(port, NULL, NULL, cert, key);
}

void client_close(struct client *c)
{
	if (!c)
		return;
	gnutls_deinit(c->tls);
	gnutls_certificate_free_credentials(c->trust);
	close(c->fd);
	free(c);
}

void client_saw(const struct client *c, unsigned char ret[32])
{
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(c->tls, &count);
	size_t size = 32;

	memset(ret, 0, 32);
	if (chain && count)
		gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], ret, &size);
}

bool client_send(struct client *c, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = gnutls_record_send(c->tls, p, len);

		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* 1 bytes came, 0 time is up, -1 the connection ended. */
static int read_some(struct client *c, int timeout_ms, struct buf *b)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char chunk[16384];
	ssize_t n;

	if (!gnutls_record_check_pending(c->tls) && poll(&p, 1, timeout_ms) <= 0)
		return 0;
	n = gnutls_record_recv(c->tls, chunk, sizeof chunk);
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return 1;
	if (n <= 0)
		return -1;
	buf_add(b, chunk, (size_t)n);
	return 1;
}

static bool answer_whole(const struct buf *b)
{
	const char *head = b->len ? strstr(b->data, "\r\n\r\n") : NULL;
	const char *length = head ? strcasestr(b->data, "\r\nContent-Length: ") : NULL;

	if (!head)
		return false;
	if (length && length < head)
		return b->len - (size_t)(head + 4 - b->data) >= (size_t)atol(length + 18);
	if (strcasestr(b->data, "Transfer-Encoding: chunked"))
		return b->len > 5 && !memcmp(b->data + b->len - 5, "0\r\n\r\n", 5);
	return true;
}

bool client_answer(struct client *c, int timeout_ms, struct buf *b)
{
	int r = 1;

	while (!answer_whole(b) && r > 0)
		r = read_some(c, timeout_ms, b);
	return r > 0;
}

bool client_closed(struct client *c, int timeout_ms)
{
	struct buf rest;
	int r;

	buf_init(&rest, 0);
	do
		r = read_some(c, timeout_ms, &rest);
	while (r > 0);
	buf_release(&rest);
	return r < 0;
}

int client_ask(int port, const char *request, size_t len, struct buf *b)
{
	struct client *c = client_open(port, NULL, NULL);
	int status = 0;

	buf_clear(b);
	if (!c)
		return 0;
	if (client_send(c, request, len))
		client_answer(c, 5000, b);
	if (b->len > 12 && !memcmp(b->data, "HTTP/1.", 7))
		status = atoi(b->data + 9);
	client_close(c);
	return status;
}
