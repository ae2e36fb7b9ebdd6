/* A running server with a few pages, for the tests of src/web. */
#ifndef DAICHO_TESTS_WEB_WORLD_H
#define DAICHO_TESTS_WEB_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "web/route.h"
#include "web/server.h"

#define HOST "Host: localhost\r\n"
#define FORM "application/x-www-form-urlencoded"

struct world {
	char dir[64], uploads[80];
	struct web *web;
	int port;
	struct buf got;
	int handled; /* handlers that ran */
	int authorised;
	char upload_path[256];
	long upload_size;
};

/* Secret of the session everybody has. */
extern const uint8_t session_secret[32];
/* Pages: /who /hello /item/{id} /slow /fail /export /secret /login /post */
extern const struct route routes[];

/* A configuration for the files of *w. */
void world_config(struct world *w, struct web_config *c);
int world_setup(void **state);
int world_teardown(void **state);
/* Sends one request on a connection of its own; the answer is in w->got. */
int ask(struct world *w, const char *request);
bool has(const struct world *w, const char *text);

#endif
