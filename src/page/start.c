/* Starts the server: the route table, certificate and names. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/share.h"
#include "page/access.h"
#include "page/app.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/visit.h"
#include "web/cert.h"

#define KB 1024
#define MB (1024 * 1024)

#define ROUTE(method, pattern, handler, permission, csrf, body_limit, doc, access) \
	{ ROUTE_##method, pattern, handler, permission, csrf,                      \
	  body_limit,	  doc,	   access,  __FILE__,	__LINE__ },
static const struct route routes[] = {
#include "page/routes.def"
};
#undef ROUTE

const struct route *page_routes(size_t *ret_count)
{
	*ret_count = sizeof routes / sizeof routes[0];
	return routes;
}

static const struct {
	const char *pattern, *names;
} forms[] = {
#define FORM(pattern, names) { pattern, names },
#include "page/form_names.def"
#undef FORM
};

static const char *form_names(const struct route *route)
{
	size_t i;

	for (i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(forms[i].pattern, route->pattern) == 0)
			return forms[i].names;
	return NULL;
}

#define HOSTS_MAX 16

struct paths {
	char cert[PATH_MAX], key[PATH_MAX], authority[PATH_MAX], list[PATH_MAX];
	char folder[PATH_MAX], work[PATH_MAX], web[PATH_MAX];
};

static int make_paths(const struct app *app, struct paths *p, struct err *err)
{
	const char *data = store_path(app->store);

	if (snprintf(p->folder, sizeof p->folder, "%s/tls", data) >= (int)sizeof p->folder - 16 ||
	    snprintf(p->cert, sizeof p->cert, "%s/tls/cert.pem", data) >= (int)sizeof p->cert ||
	    snprintf(p->key, sizeof p->key, "%s/tls/key.pem", data) >= (int)sizeof p->key ||
	    snprintf(p->authority, sizeof p->authority, "%s/tls/client-ca.pem", data) >=
		    (int)sizeof p->authority ||
	    snprintf(p->list, sizeof p->list, "%s/tls/crl.pem", data) >= (int)sizeof p->list ||
	    snprintf(p->work, sizeof p->work, "%s/work", data) >= (int)sizeof p->work ||
	    share_path("web", p->web, sizeof p->web) < 0)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	return dir_make(p->work, 0700, err);
}

/* The address without its port, and the names the machine goes by. */
static size_t collect_hosts(const char *listen, const char *const *extra, size_t extra_count,
			    char address[256], char machine[256], const char *ret[HOSTS_MAX])
{
	const char *colon = strrchr(listen, ':');
	size_t n = 0, i;

	ret[n++] = "localhost";
	ret[n++] = "127.0.0.1";
	ret[n++] = "[::1]";
	if (colon && (size_t)(colon - listen) < 256) {
		memcpy(address, listen, (size_t)(colon - listen));
		address[colon - listen] = '\0';
		if (*address && strcmp(address, "0.0.0.0") != 0 && strcmp(address, "[::]") != 0 &&
		    strcmp(address, "127.0.0.1") != 0)
			ret[n++] = address;
	}
	if (gethostname(machine, 255) == 0 && *machine)
		ret[n++] = machine;
	for (i = 0; i < extra_count && n < HOSTS_MAX; i++)
		ret[n++] = extra[i];
	return n;
}

static int ensure_certificate(const struct paths *p, const char *const *hosts, size_t count,
			      struct err *err)
{
	int r;

	if (file_exists(p->cert) && file_exists(p->key))
		return 0;
	r = dir_make(p->folder, 0700, err);
	return r < 0 ? r : web_cert_make(p->cert, p->key, hosts, count, err);
}

/* A row of a form that no route has would protect nothing. */
static int check_forms(struct err *err)
{
	size_t i, j;

	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		for (j = 0; j < sizeof routes / sizeof routes[0]; j++)
			if (routes[j].method == ROUTE_POST &&
			    strcmp(routes[j].pattern, forms[i].pattern) == 0)
				break;
		if (j == sizeof routes / sizeof routes[0])
			return err_set(err, ERR_BUG, "form_names.def: %s に送る画面がありません",
				       forms[i].pattern);
	}
	return 0;
}

int page_start(struct app *app, const struct page_place *place, struct web **ret, struct err *err)
{
	const char *names[HOSTS_MAX];
	char address[256] = "", machine[256] = "";
	struct paths paths;
	struct web_config config = { .listen = place->listen,
				     .allow_tls12 = place->tls12,
				     .hsts_subdomains = place->hsts_subdomains,
				     .limits = { .connections = place->connections,
						 .connections_per_address = place->per_address },
				     .hosts = names,
				     .routes = routes,
				     .route_count = sizeof routes / sizeof routes[0],
				     .app = app,
				     .authorise = visit_authorise,
				     .form_names = form_names,
				     .answered = visit_answered,
				     .error_page = page_error };
	int r = check_forms(err);

	if (r == 0)
		r = make_paths(app, &paths, err);
	config.host_count = collect_hosts(place->listen, place->hosts, place->host_count, address,
					  machine, names);
	if (r == 0)
		r = ensure_certificate(&paths, names, config.host_count, err);
	if (r < 0)
		return r;
	config.cert_path = paths.cert;
	config.key_path = paths.key;
	config.client_ca_path = paths.authority;
	config.crl_path = paths.list;
	config.upload_dir = paths.work;
	config.static_dir = paths.web;
	return web_start(&config, ret, err);
}
