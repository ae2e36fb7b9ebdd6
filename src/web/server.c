#include "web/server.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "web/exchange.h"

#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3:%SERVER_PRECEDENCE"
/* The high-security set of CRYPTREC for 1.2: ECDHE and AEAD only. */
#define TLS12                                                                         \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:" \
	"-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:"    \
	"%SERVER_PRECEDENCE"

static void limits_default(struct web_limits *l)
{
	static const struct web_limits d = {
		.connections = 512,
		.connections_per_address = 128,
		.head_seconds = 10,
		.idle_seconds = 60,
		.body_seconds = 300,
		.answer_seconds = 900,
		.head_bytes = (size_t)32 * 1024,
		.field_bytes = (size_t)1024 * 1024,
		.field_count = 2000,
		.arena_bytes = (size_t)64 * 1024 * 1024,
		.stack_bytes = (size_t)1024 * 1024,
	};

#define DEFAULT(name) l->name = l->name ? l->name : d.name
	DEFAULT(connections);
	DEFAULT(connections_per_address);
	DEFAULT(head_seconds);
	DEFAULT(idle_seconds);
	DEFAULT(body_seconds);
	DEFAULT(answer_seconds);
	DEFAULT(head_bytes);
	DEFAULT(field_bytes);
	DEFAULT(field_count);
	DEFAULT(arena_bytes);
	DEFAULT(stack_bytes);
#undef DEFAULT
}

static int copy_config(struct web *w, const struct web_config *from, struct err *err)
{
	struct web_config *c = &w->config;
	const char **hosts;
	size_t i;

	*c = *from;
	limits_default(&c->limits);
	if (!c->authorise || !c->host_count)
		return err_set(err, ERR_USAGE,
			       "サーバーの設定が足りません（権限の確認とサーバー名）。"
			       "設定を見直してください");
	c->listen = arena_strdup(&w->arena, from->listen);
	c->upload_dir = arena_strdup(&w->arena, from->upload_dir);
	c->static_dir = NULL;
	c->cert_path = arena_strdup(&w->arena, from->cert_path);
	c->key_path = arena_strdup(&w->arena, from->key_path);
	if (from->client_ca_path)
		c->client_ca_path = arena_strdup(&w->arena, from->client_ca_path);
	if (from->crl_path)
		c->crl_path = arena_strdup(&w->arena, from->crl_path);
	hosts = arena_calloc(&w->arena, c->host_count, sizeof *hosts);
	for (i = 0; hosts && i < c->host_count; i++) {
		/* "[::1]" is compared as "::1". */
		bool bracket = from->hosts[i][0] == '[';
		const char *host = from->hosts[i] + bracket;

		hosts[i] =
			arena_strndup(&w->arena, host, bracket ? strcspn(host, "]") : strlen(host));
	}
	c->hosts = hosts;
	return arena_failed(&w->arena) ? err_nomem(err) : 0;
}

/* Splits "host:port" or "[host]:port". */
static int resolve(const char *listen, struct addrinfo **ret, struct err *err)
{
	const char *colon = listen ? strrchr(listen, ':') : NULL;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV | AI_NUMERICHOST };
	char host[64];
	size_t len = colon ? (size_t)(colon - listen) : 0;

	if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
		listen++;
		len -= 2;
	}
	snprintf(host, sizeof host, "%.*s", (int)(len < sizeof host ? len : 0), listen);
	if (!len || len >= sizeof host || getaddrinfo(host, colon + 1, &hints, ret))
		return err_set(err, ERR_USAGE,
			       "待ち受けるアドレスが正しくありません: %s。"
			       "「127.0.0.1:8443」や「[::]:8443」のように書いてください",
			       listen ? listen : "");
	return 0;
}

static int open_listener(struct web *w, struct err *err)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof bound;
	struct addrinfo *ai;
	int one = 1, off = 0, fd, r = resolve(w->config.listen, &ai, err);

	if (r < 0)
		return r;
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		if (ai->ai_family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	}
	if (fd < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, 512) ||
	    getsockname(fd, (struct sockaddr *)&bound, &len)) {
		r = errno == EADDRINUSE
			    ? err_set(err, ERR_IO,
				      "%s は別のプログラムが使っています。"
				      "そのプログラムを終えるか、--listen "
				      "で別の番号を選んでください",
				      w->config.listen)
			    : err_errno(err, errno, "%s で待ち受けできません", w->config.listen);
		if (fd >= 0)
			close(fd);
		freeaddrinfo(ai);
		return r;
	}
	freeaddrinfo(ai);
	w->listen_fd = fd;
	w->port = ntohs(bound.ss_family == AF_INET6
				? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
				: ((struct sockaddr_in *)(void *)&bound)->sin_port);
	return 0;
}

/* Every session gets its certificate in on_connection; nothing is served without. */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
			  const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
			  gnutls_pcert_st **ret, unsigned *ret_count, gnutls_privkey_t *ret_key)
{
	(void)session;
	(void)names;
	(void)name_count;
	(void)algorithms;
	(void)algorithm_count;
	(void)ret;
	(void)ret_key;
	*ret_count = 0;
	return -1;
}

static struct web_conn *begin_connection(struct web *w, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *tls =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	struct web_conn *conn = fd ? conns_add(&w->conns, fd->connect_fd) : NULL;

	if (conn && tls)
		conn->set = tls_give(&w->tls, tls->tls_session);
	/* Without a set the handshake fails at no_certificate. */
	return conn;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct web *w = cls;
	struct web_conn *conn = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = begin_connection(w, mhd);
	} else if (conn) {
		tls_let_go(&w->tls, conn->set);
		conns_remove(&w->conns, conn);
		*context = NULL;
	}
}

static int start_daemon(struct web *w, struct err *err)
{
	const struct web_limits *l = &w->config.limits;

	/* No error log of the library: it may quote what clients sent. */
	w->daemon = MHD_start_daemon(
		MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			MHD_USE_POLL | MHD_USE_ITC,
		0, NULL, NULL, exchange_step, w,	     /* handler */
		MHD_OPTION_LISTEN_SOCKET, w->listen_fd,	     /* ours */
		MHD_OPTION_STRICT_FOR_CLIENT, 1,	     /* RFC 9112 */
		MHD_OPTION_CONNECTION_LIMIT, l->connections, /* in all */
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, l->connections_per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, l->idle_seconds,	   /* without a byte */
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, l->head_bytes, /* head */
		MHD_OPTION_THREAD_STACK_SIZE, l->stack_bytes,	   /* virtual */
		MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, w,	   /* raw target */
		MHD_OPTION_NOTIFY_COMPLETED, exchange_end, w,	   /* log */
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, w,	   /* deadlines */
		MHD_OPTION_HTTPS_CERT_CALLBACK, no_certificate,	   /* see there */
		MHD_OPTION_HTTPS_PRIORITIES, w->config.allow_tls12 ? TLS12 : TLS13, MHD_OPTION_END);
	if (!w->daemon) {
		/* Depending on where it failed, the library has closed the socket;
		 * closing it twice could hit somebody else's. */
		w->listen_fd = -1;
		return err_set(err, ERR_IO,
			       "HTTPSサーバーを起動できません。"
			       "メモリの空きと証明書を確かめてから、もう一度起動してください");
	}
	return 0;
}

static int start(struct web *w, const struct web_config *config, struct err *err)
{
	const struct web_limits *l = &w->config.limits;
	unsigned seconds[CONN_PHASE_MAX] = { 0 };
	int r = copy_config(w, config, err);

	if (r >= 0)
		r = route_check(config->routes, config->route_count, err);
	if (r >= 0 && config->static_dir)
		r = static_load(config->static_dir, &w->files, err);
	if (r >= 0)
		r = open_listener(w, err);
	if (r < 0)
		return r;
	seconds[CONN_HEAD] = l->head_seconds;
	seconds[CONN_BODY] = l->body_seconds;
	seconds[CONN_ANSWER] = l->answer_seconds;
	seconds[CONN_IDLE] = l->idle_seconds + l->head_seconds;
	r = conns_start(&w->conns, seconds, err);
	if (r < 0)
		return r;
	if (w->config.upload_dir)
		body_sweep(w->config.upload_dir);
	r = tls_start(&w->tls, &w->config, err);
	if (r >= 0)
		r = start_daemon(w, err);
	if (r < 0)
		conns_stop(&w->conns);
	return r;
}

static void web_free(struct web *w)
{
	if (w->listen_fd >= 0)
		close(w->listen_fd);
	tls_stop(&w->tls);
	static_free(w->files);
	bytes_wipe(w->secret, sizeof w->secret);
	arena_release(&w->arena);
	free(w);
}

int web_start(const struct web_config *config, struct web **ret, struct err *err)
{
	struct web *w = calloc(1, sizeof *w);
	int r;

	if (!w)
		return err_nomem(err);
	w->listen_fd = -1;
	arena_init(&w->arena, 0);
	random_bytes(w->secret, sizeof w->secret);
	r = start(w, config, err);
	if (r < 0) {
		web_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

int web_port(const struct web *web)
{
	return web->port;
}

int web_reload(struct web *web, bool again, struct err *err)
{
	return tls_reload(&web->tls, again, err);
}

void web_tls_ends(struct web *web, struct web_tls_ends *ret)
{
	tls_ends(&web->tls, ret);
}

int web_stop(struct web *web, unsigned seconds)
{
	int left;

	if (!web)
		return 0;
	/* From here on the listening socket is ours to close again. */
	MHD_quiesce_daemon(web->daemon);
	left = conns_drain(&web->conns, seconds);
	MHD_stop_daemon(web->daemon);
	conns_stop(&web->conns);
	web_free(web);
	return left;
}
