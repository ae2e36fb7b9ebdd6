#include "web/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fold.h"
#include "web/exchange.h"

#define COOKIE_PREFIX "__Host-"

struct arena *req_arena(struct request *req)
{
	return &req->arena;
}

void *req_app(const struct request *req)
{
	return req->web->config.app;
}

void *req_user(const struct request *req)
{
	return req->user;
}

void req_set_user(struct request *req, void *user)
{
	req->user = user;
}

void req_set_session_secret(struct request *req, const uint8_t secret[32])
{
	memcpy(req->session_secret, secret, sizeof req->session_secret);
	req->has_session = true;
	csrf_token(req->session_secret, req->csrf);
}

const char *req_id(const struct request *req)
{
	return req->id;
}

const char *req_method(const struct request *req)
{
	return req->method;
}

const char *req_path(const struct request *req)
{
	return req->path ? req->path : "/";
}

const char *req_target(const struct request *req)
{
	return req->path ? req->target : "/";
}

const char *req_remote(const struct request *req)
{
	return req->remote;
}

const char *req_host(const struct request *req)
{
	return req->host ? req->host : "";
}

const struct client_cert *req_client_cert(struct request *req, const char **ret_why)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	struct tls_peer *peer = req->conn ? &req->conn->peer : NULL;

	if (ret_why)
		*ret_why = NULL;
	if (!info || !peer)
		return NULL;
	tls_look(&req->web->tls, info->tls_session, peer);
	if (ret_why)
		*ret_why = peer->why;
	return peer->good ? &peer->cert : NULL;
}

bool req_asks_certificate(const struct request *req)
{
	return tls_asks(&req->web->tls);
}

void req_tls_ends(const struct request *req, struct web_tls_ends *ret)
{
	tls_ends(&req->web->tls, ret);
}

const struct route *req_route(const struct request *req)
{
	return req->match.route;
}

const char *req_header(struct request *req, const char *name)
{
	const char *value = MHD_lookup_connection_value(req->mhd, MHD_HEADER_KIND, name);

	return value && utf8_valid(value, strlen(value), NULL) ? value : NULL;
}

const char *req_bearer(struct request *req)
{
	const char *value = req_header(req, "Authorization");

	if (!value || strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	value += 7 + strspn(value + 7, " ");
	return *value && !strchr(value, ' ') ? value : NULL;
}

const char *req_cookie(struct request *req, const char *name)
{
	bool has_prefix = !strncmp(name, COOKIE_PREFIX, sizeof COOKIE_PREFIX - 1);
	char full[FIELD_NAME_MAX + 16];

	if ((size_t)snprintf(full, sizeof full, "%s%s", has_prefix ? "" : COOKIE_PREFIX, name) >=
	    sizeof full)
		return NULL;
	/* Two cookies of one name cannot come from us. */
	if (fields_nth(&req->cookies, full, 1))
		return NULL;
	return fields_nth(&req->cookies, full, 0);
}

bool req_wants_json(struct request *req)
{
	const char *accept = req_header(req, "Accept");

	return req->body.kind == BODY_JSON ||
	       (req->match.route && req->match.route->csrf == CSRF_BEARER) ||
	       (accept && strstr(accept, "application/json") && !strstr(accept, "text/html"));
}

const char *req_param(const struct request *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->match.param_count; i++) {
		const struct route_param *p = &req->match.params[i];

		if (strlen(name) == p->name_len && !memcmp(name, p->name, p->name_len))
			return req->params[i];
	}
	return NULL;
}

const char *req_query(const struct request *req, const char *name)
{
	return fields_nth(&req->query, name, 0);
}

const char *req_form(const struct request *req, const char *name)
{
	return fields_nth(&req->body.form, name, 0);
}

const char *req_query_nth(const struct request *req, const char *name, size_t n)
{
	return fields_nth(&req->query, name, n);
}

const char *req_form_nth(const struct request *req, const char *name, size_t n)
{
	return fields_nth(&req->body.form, name, n);
}

static bool field_at(const struct fields *f, size_t i, const char **ret_name,
		     const char **ret_value)
{
	if (i >= f->count)
		return false;
	*ret_name = f->items[i].name;
	*ret_value = f->items[i].value;
	return true;
}

bool req_query_at(const struct request *req, size_t i, const char **ret_name,
		  const char **ret_value)
{
	return field_at(&req->query, i, ret_name, ret_value);
}

bool req_form_at(const struct request *req, size_t i, const char **ret_name, const char **ret_value)
{
	return field_at(&req->body.form, i, ret_name, ret_value);
}

/* A file field without a chosen file is sent with an empty name and no bytes;
 * upload_name made "file" of that name. */
static bool chosen(const struct upload *u)
{
	return u->size || strcmp(u->name, "file");
}

const struct upload *req_file_nth(const struct request *req, const char *name, size_t n)
{
	const struct body_upload *u;

	for (u = req->body.uploads; u; u = u->next)
		if (chosen(&u->shown) && !strcmp(u->shown.field, name) && n-- == 0)
			return &u->shown;
	return NULL;
}

const struct upload *req_file(const struct request *req, const char *name)
{
	return req_file_nth(req, name, 0);
}

const char *req_json(const struct request *req, size_t *ret_len)
{
	if (req->body.kind != BODY_JSON)
		return NULL;
	if (ret_len)
		*ret_len = req->body.text.len;
	return req->body.text.len ? req->body.text.data : "";
}

const char *req_text(const struct request *req, size_t *ret_len)
{
	if (req->body.kind != BODY_TEXT)
		return NULL;
	*ret_len = req->body.text.len;
	return req->body.text.len ? req->body.text.data : "";
}

int req_query_only(const struct request *req, const char *const *names, size_t count,
		   struct err *err)
{
	return fields_only(&req->query, names, count, err);
}

int req_form_only(const struct request *req, const char *const *names, size_t count,
		  struct err *err)
{
	const char *allowed[256] = { CSRF_FIELD };
	struct field files[1];
	struct fields one = { .items = files, .count = 1 };
	const struct body_upload *u;
	int r;

	if (count >= sizeof allowed / sizeof allowed[0])
		return err_set(err, ERR_BUG,
			       "画面の項目が多すぎます。お手数ですが、管理者に知らせてください");
	memcpy(allowed + 1, names, count * sizeof names[0]);
	r = fields_only(&req->body.form, allowed, count + 1, err);
	for (u = req->body.uploads; u && r >= 0; u = u->next) {
		files[0] = (struct field){ u->shown.field, "" };
		r = fields_only(&one, allowed, count + 1, err);
	}
	return r;
}

const char *static_path(struct request *req, const char *name)
{
	const struct static_file *f = static_find(req->web->files, name);
	const char *path = f ? html_path(&req->arena, STATIC_PREFIX "%s?v=%s", name, f->version)
			     : html_path(&req->arena, STATIC_PREFIX "%s", name);

	return path ? path : STATIC_PREFIX;
}
