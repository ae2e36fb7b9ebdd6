/* The running server: what every page needs. Constant after page_start. */
#ifndef DAICHO_PAGE_APP_H
#define DAICHO_PAGE_APP_H

#include "define/define.h"
#include "identity/identity.h"
#include "ledger/entry.h"
#include "store/store.h"
#include "web/server.h"

struct app {
	struct store *store;
	const struct definitions *defs;
	struct ledgers *ledgers;
};

/* Starts the web server with all pages. `listen` is "ADDR:PORT"; `hosts` are
 * further names people use for it (the listening address, localhost and the
 * machine's name are known). Certificate and key are tls/cert.pem and tls/key.pem of
 * the data folder, made self-signed when absent. `app` must outlive the server. */
int page_start(struct app *app, const char *listen, const char *const *hosts, size_t host_count,
	       struct web **ret, struct err *err);

/* Every route with its permission and where its row stands, for `daicho audit access`. */
const struct route *page_routes(size_t *ret_count);

#endif
