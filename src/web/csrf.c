#include "web/csrf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "web/exchange.h"

#define LOGIN_COOKIE "form"

static const char session_use[] = "daicho csrf session 1";
static const char login_use[] = "daicho csrf sign-in 1:";

void csrf_token(const uint8_t secret[32], char ret[CSRF_TOKEN_SIZE])
{
	uint8_t mac[HASH_SIZE];

	hash_hmac(secret, session_use, sizeof session_use - 1, mac);
	hex_encode(mac, sizeof mac, ret);
}

/* Token of a form before signing in: bound to the random value of a cookie. */
static void login_token(const struct request *req, const char *cookie, char ret[CSRF_TOKEN_SIZE])
{
	uint8_t mac[HASH_SIZE];
	char text[128];
	int n = snprintf(text, sizeof text, "%s%s", login_use, cookie);

	hash_hmac(req->web->secret, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1,
		  mac);
	hex_encode(mac, sizeof mac, ret);
}

const char *csrf_session_token(const struct request *req)
{
	return req->has_session ? req->csrf : NULL;
}

void csrf_field(struct html *h, const struct request *req)
{
	/* Without a session there is nothing to bind to; the wrong attribute
	 * name makes the writer fail, so that the page is never sent. */
	if (!req->has_session) {
		html_attr(h, "on-csrf-without-session", "");
		return;
	}
	html_hidden(h, CSRF_FIELD, req->csrf);
}

static bool login_cookie_ok(const char *cookie)
{
	uint8_t bytes[16];

	return cookie && hex_decode(cookie, bytes, sizeof bytes) && strlen(cookie) == 32;
}

int csrf_login_field(struct html *h, struct request *req, struct response *res, struct err *err)
{
	const char *cookie = req_cookie(req, LOGIN_COOKIE);
	char fresh[33], token[CSRF_TOKEN_SIZE];
	uint8_t bytes[16];
	int r;

	/* An existing cookie is kept, so that two open sign-in pages both work. */
	if (!login_cookie_ok(cookie)) {
		random_bytes(bytes, sizeof bytes);
		hex_encode(bytes, sizeof bytes, fresh);
		r = resp_cookie(res, LOGIN_COOKIE, fresh, 0, err);
		if (r < 0)
			return r;
		cookie = fresh;
	}
	login_token(req, cookie, token);
	html_hidden(h, CSRF_FIELD, token);
	return 0;
}

bool csrf_origin_ok(const char *origin, const char *fetch_site, const char *host)
{
	if (fetch_site && strcmp(fetch_site, "same-origin") && strcmp(fetch_site, "none"))
		return false;
	if (!origin)
		return true;
	return host && !strncmp(origin, "https://", 8) && !strcasecmp(origin + 8, host);
}

int csrf_check_origin(struct request *req, struct err *err)
{
	if (csrf_origin_ok(req_header(req, "Origin"), req_header(req, "Sec-Fetch-Site"), req->host))
		return 0;
	return err_set(err, ERR_DENIED,
		       "ほかのサイトから送られた操作なので受け付けませんでした。"
		       "この画面を開き直して、もう一度操作してください");
}

int csrf_check_token(struct request *req, struct err *err)
{
	const char *sent = req_form(req, CSRF_FIELD);
	const char *cookie = req_cookie(req, LOGIN_COOKIE);
	char want[CSRF_TOKEN_SIZE];
	bool known = false;

	/* Whose key it is was asked before; here only that it is not a browser's cookie. */
	if (req->match.route->csrf == CSRF_BEARER && req_bearer(req))
		return 0;
	if (req->match.route->csrf == CSRF_SIGNED)
		return 0;
	if (!sent)
		sent = req_header(req, "X-CSRF-Token");
	if (req->match.route->csrf == CSRF_SESSION && req->has_session) {
		memcpy(want, req->csrf, sizeof want);
		known = true;
	} else if (req->match.route->csrf == CSRF_LOGIN && login_cookie_ok(cookie)) {
		login_token(req, cookie, want);
		known = true;
	}
	if (known && sent && strlen(sent) == sizeof want - 1 &&
	    bytes_equal(sent, want, sizeof want - 1))
		return 0;
	return err_set(err, ERR_DENIED,
		       "画面を開いてから時間がたったため、操作を受け付けませんでした。"
		       "画面を開き直して、もう一度操作してください");
}
