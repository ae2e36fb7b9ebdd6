/* A raw TLS client for the server tests: sends bytes as they are. */
#ifndef DAICHO_TESTS_WEB_CLIENT_H
#define DAICHO_TESTS_WEB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct client;

/* Connects from `source` (NULL: any) to 127.0.0.1:port and shakes hands with
 * the given GnuTLS priorities (NULL: normal). NULL if that fails. */
struct client *client_open(int port, const char *source, const char *priorities);
/* As client_open with a client certificate from PEM files (NULL: none). */
struct client *client_open_with(int port, const char *cert, const char *key);
void client_close(struct client *c); /* NULL-safe */
/* SHA-256 of the server's certificate. */
void client_saw(const struct client *c, unsigned char ret[32]);
bool client_send(struct client *c, const void *data, size_t len);
/* Reads until one whole answer (by Content-Length or chunks) is there, the
 * connection ends or `timeout_ms` passes without a byte. Appends to b. True if
 * the connection is still open. */
bool client_answer(struct client *c, int timeout_ms, struct buf *b);
/* True if the server closes within timeout_ms. */
bool client_closed(struct client *c, int timeout_ms);

/* One connection, one request, whole answer. Returns the status, 0 if none. */
int client_ask(int port, const char *request, size_t len, struct buf *b);

#endif
