/* The running server: what every page needs. Constant after page_start. */
#ifndef DAICHO_PAGE_APP_H
#define DAICHO_PAGE_APP_H

#include "anchor/keeper.h"
#include "catalogue/shelf.h"
#include "define/define.h"
#include "identity/identity.h"
#include "ledger/entry.h"
#include "store/store.h"
#include "trail/who.h"
#include "web/server.h"

struct app {
	struct store *store;
	const struct definitions *defs;
	struct ledgers *ledgers;
	struct anchors *anchors;      /* who sees to the anchors */
	struct who *who;	      /* people behind the logins of every system */
	struct shelf_keeper *shelves; /* what is worked out from the catalogues */
};

/* Where and how the pages are served. */
struct page_place {
	const char *listen;	  /* "ADDR:PORT" */
	const char *const *hosts; /* further names people use for it; the listening address,
				   * localhost and the machine's name are known */
	size_t host_count;
	bool tls12;			   /* also for browsers that know no TLS 1.3 */
	bool hsts_subdomains;		   /* only HTTPS for the names below this one too */
	unsigned connections, per_address; /* at once; 0: as in struct web_limits */
};
/* Starts the web server with all pages. Certificate and key are tls/cert.pem and
 * tls/key.pem of the data folder, made self-signed when absent; where tls/client-ca.pem
 * exists clients are asked for certificates of its authorities, less those of tls/crl.pem.
 * `app` must outlive the server. */
int page_start(struct app *app, const struct page_place *place, struct web **ret, struct err *err);

/* Every route with its permission and where its row stands, for `daicho audit access`. */
const struct route *page_routes(size_t *ret_count);

#endif
