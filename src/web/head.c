/*
 * Refuses what libmicrohttpd lets through (RFC 9112 sections 2.2, 3, 5, 6).
 *
 * The library hands out pointers into the bytes it received, with every CRLF
 * replaced by two NULs and nothing else moved. So a well-formed head is a chain
 * in which each piece begins exactly where the one before ended; folded lines,
 * NULs inside values and bare line feeds break it. Pointers are only compared.
 */
#include <string.h>
#include <strings.h>

#include "base/fold.h"
#include "web/exchange.h"

struct walk {
	const char *expect; /* where the next header must begin */
	bool broken;
	unsigned host_count, length_count, encoding_count, single_count[5];
	const char *host, *cookie;
};

/* Headers a client may send once only, besides those counted by name. */
static const char *const single[] = { "cookie", "content-type", "origin", "sec-fetch-site",
				      "authorization" };

static int refuse(struct err *err, int status, const char *text)
{
	err_set(err, ERR_INVALID, "%s", text);
	return status;
}

static int malformed(struct err *err)
{
	return refuse(err, 400,
		      "要求の形が正しくないため受け付けませんでした。"
		      "ブラウザーでアドレスを開き直してください");
}

static bool token(const char *s)
{
	const char *p;

	for (p = s; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F ||
		    strchr("\"(),/:;<=>?@[\\]{}", *p))
			return false;
	return p > s;
}

static bool value_plain(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7F)
			return false;
	return true;
}

static void note(struct walk *w, const char *key, const char *value)
{
	size_t i;

	if (!strcasecmp(key, "host")) {
		w->host_count++;
		w->host = value;
	} else if (!strcasecmp(key, "content-length")) {
		w->length_count++;
	} else if (!strcasecmp(key, "transfer-encoding")) {
		w->encoding_count++;
	}
	for (i = 0; i < sizeof single / sizeof single[0]; i++)
		if (!strcasecmp(key, single[i]))
			w->single_count[i]++;
	if (!strcasecmp(key, "cookie"))
		w->cookie = value;
}

static enum MHD_Result walk_header(void *cls, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	struct walk *w = cls;
	const char *colon = key + strlen(key);

	(void)kind;
	/* A pointer outside the chain is not followed any further. */
	if (key != w->expect || !value || value <= colon || !token(key) || !value_plain(value)) {
		w->broken = true;
		return MHD_NO;
	}
	while (++colon < value)
		if (*colon != ' ' && *colon != '\t') {
			w->broken = true;
			return MHD_NO;
		}
	note(w, key, value);
	w->expect = value + strlen(value) + 2;
	return MHD_YES;
}

/* True if request line and headers are one unbroken chain. */
static bool chain_whole(struct request *req, const char *method, const char *version,
			struct walk *w)
{
	const union MHD_ConnectionInfo *size =
		MHD_get_connection_info(req->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	w->expect = version + strlen("HTTP/1.1") + 2;
	if (!size || !token(method) || req->raw != method + strlen(method) + 1 ||
	    version != req->raw + strlen(req->target) + 1)
		return false;
	MHD_get_connection_values(req->mhd, MHD_HEADER_KIND, walk_header, w);
	return !w->broken && w->expect + 2 == method + size->header_size;
}

static int check_counts(const struct walk *w, struct err *err)
{
	size_t i;

	if (w->host_count != 1)
		return refuse(err, 400,
			      "要求に宛先（Host）が1つだけ必要です。"
			      "ブラウザーでアドレスを開き直してください");
	if (w->encoding_count)
		return refuse(err, w->length_count ? 400 : 411,
			      "長さを示さない送り方（Transfer-Encoding）は受け付けません。"
			      "Content-Lengthを付けて送ってください");
	if (w->length_count > 1)
		return malformed(err);
	for (i = 0; i < sizeof single / sizeof single[0]; i++)
		if (w->single_count[i] > 1)
			return malformed(err);
	return 0;
}

/* Host is one of the configured names, with or without a port. */
static int check_host(struct request *req, const char *host, struct err *err)
{
	bool bracket = host[0] == '[';
	size_t len = bracket ? strcspn(host + 1, "]") : strcspn(host, ":");
	const char *name = host + bracket, *rest = name + len + (bracket && name[len] == ']');
	size_t i;

	if (!*host || strlen(host) > 300 ||
	    (*rest && (*rest != ':' || !rest[1] || rest[1 + strspn(rest + 1, "0123456789")])))
		return malformed(err);
	for (i = 0; i < req->web->config.host_count; i++) {
		const char *known = req->web->config.hosts[i];

		if (strlen(known) == len && !strncasecmp(known, name, len)) {
			req->host = host;
			return 0;
		}
	}
	return refuse(err, 421,
		      "このサーバーの名前ではない宛先で開かれました。管理者に正しいアドレスを"
		      "確かめるか、サーバーの設定に名前を加えてもらってください");
}

/* A path without empty or dot segments, decoded to text without controls. */
static bool decode_path(struct request *req)
{
	char *path = arena_alloc(&req->arena, strlen(req->raw_path) + 1);
	long len = path ? percent_decode(req->raw_path, strlen(req->raw_path), false, path) : -1;
	const char *p;

	if (len < 0 || path[0] != '/' || req->raw_path[1] == '/' ||
	    !utf8_valid(path, (size_t)len, NULL) || text_has_control(path, false) ||
	    strchr(path, '\\'))
		return false;
	for (p = path; p; p = strchr(p + 1, '/'))
		if (!strcmp(p, "/.") || !strcmp(p, "/..") || !strncmp(p, "/./", 3) ||
		    !strncmp(p, "/../", 4))
			return false;
	req->path = path;
	return true;
}

static int parse_target(struct request *req, struct err *err)
{
	const char *query = strchr(req->target, '?'), *p;
	int r;

	for (p = req->target; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F || *p == '#')
			return malformed(err);
	req->raw_path = arena_strndup(&req->arena, req->target,
				      query ? (size_t)(query - req->target) : strlen(req->target));
	if (!req->raw_path || !decode_path(req))
		return malformed(err);
	if (!query)
		return 0;
	r = fields_urlencoded(&req->query, query + 1, strlen(query + 1), err);
	return r < 0 ? 400 : 0;
}

int head_check(struct request *req, const char *method, const char *version, struct err *err)
{
	struct walk w = { 0 };
	int status;

	if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0"))
		return refuse(err, 505, "HTTP/1.1で送ってください");
	if (!chain_whole(req, method, version, &w))
		return malformed(err);
	status = check_counts(&w, err);
	if (!status)
		status = check_host(req, w.host, err);
	if (!status)
		status = parse_target(req, err);
	if (status)
		return status;
	if (w.cookie && fields_cookie(&req->cookies, w.cookie, strlen(w.cookie), err) < 0)
		return 400;
	return 0;
}
