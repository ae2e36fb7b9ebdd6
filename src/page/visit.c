#include "page/visit.h"

#include <stdio.h>
#include <string.h>

#include "identity/sessions.h"
#include "page/access.h"
#include "page/certificate.h"
#include "page/lock.h"
#include "round/inspection.h"
#include "web/html.h"

struct visit *visit_of(const struct request *req)
{
	return req_user(req);
}

int visit_read(const struct request *req, struct conn **ret, struct err *err)
{
	struct app *app = req_app(req);

	return store_read_begin(app->store, ret, err);
}

bool visit_may(const struct request *req, enum permission p, const struct ledger_def *ledger)
{
	const struct visit *v = visit_of(req);

	return v && permit(&v->actor, p, ledger, NULL) == 0 &&
	       (!v->token || token_permit(v->token, p, ledger, NULL) == 0);
}

const struct sight *visit_sight(struct request *req, const struct ledger_def *ledger)
{
	struct visit *v = visit_of(req);
	struct sight *s;

	if (ledger == v->ledger)
		return &v->sight;
	s = arena_alloc(req_arena(req), sizeof *s);
	if (!s) {
		sight_of(NULL, ledger, &v->none);
		return &v->none;
	}
	sight_of(&v->actor, ledger, s);
	return s;
}

bool visit_knows(const struct request *req, const char *account)
{
	const struct visit *v = visit_of(req);

	return (v->actor.role != ROLE_VENDOR && v->actor.role != ROLE_INSPECTOR) ||
	       strcmp(account, v->actor.account) == 0;
}

/* What follows from v->session. */
static void begin_visit(struct app *app, struct visit *v)
{
	v->app = app;
	v->title = NULL;
	v->rows = -1;
	v->proved = false;
	v->token = NULL;
	v->link = NULL;
	v->ledger = NULL;
	v->actor.opened = NULL;
	v->actor.round = NULL;
	memcpy(v->came, v->session.token, sizeof v->came);
	memcpy(v->actor.account, v->session.account.id, sizeof v->actor.account);
	v->actor.name = v->session.account.name;
	v->actor.role = v->session.account.role;
	v->actor.profession = v->session.account.profession;
	v->actor.site = v->session.account.site;
	v->actor.department = v->session.account.department;
	v->actor.vendor = v->session.account.vendor;
	v->actor.mark = v->session.mark;
}

/* Finds the session of the cookie. 0 with *ret set, or with NULL when there is
 * none (which is no failure of the request). */
static int find_visit(struct app *app, struct request *req, struct visit **ret, struct err *err)
{
	const char *token = req_cookie(req, "__Host-" SESSION_COOKIE);
	struct visit *v;
	int r;

	*ret = NULL;
	if (!token || !*token)
		return 0;
	v = arena_alloc(req_arena(req), sizeof *v);
	if (!v)
		return err_nomem(err);
	r = session_find(app->store, token, req_arena(req), &v->session, err);
	if (r == ERR_DENIED || (r >= 0 && !certificate_holds(req, &v->session)))
		return 0;
	if (r < 0)
		return r;
	begin_visit(app, v);
	*ret = v;
	return 0;
}

/* A machine: its key decides, cookies count for nothing. The session of the visit is no
 * session, it only holds the account. ERR_DENIED without a key that is accepted. */
static int find_machine(struct app *app, struct request *req, struct visit **ret, struct err *err)
{
	const struct client_cert *cert = req_client_cert(req, NULL);
	const struct token_origin from = { req_remote(req), cert ? cert->fingerprint : NULL };
	const char *key = req_bearer(req);
	struct visit *v = arena_alloc(req_arena(req), sizeof *v);
	struct token *t = arena_alloc(req_arena(req), sizeof *t);
	int r;

	if (!v || !t)
		return err_nomem(err);
	if (!key)
		return err_set(err, ERR_DENIED,
			       "鍵がありません。見出し「Authorization: Bearer 鍵」を付けて"
			       "つないでください。");
	r = token_find(app->store, TOKEN_MACHINE, key, &from, req_arena(req), t,
		       &v->session.account, err);
	if (r >= 0)
		r = certificate_of_machine(req, &v->session.account, err);
	if (r < 0)
		return r;
	v->session.mark = ACT_TOKEN;
	/* Tells one key's views from another's. */
	snprintf(v->session.token, sizeof v->session.token, "%s", t->id);
	begin_visit(app, v);
	v->token = t;
	*ret = v;
	return 0;
}

static int to_signin(struct request *req, struct response *res, struct err *err)
{
	const char *path = "/signin";

	if (strcmp(req_method(req), "POST") != 0 && strcmp(req_target(req), "/") != 0)
		path = html_path(req_arena(req), "/signin?next=%s", req_target(req));
	return path ? (resp_redirect(res, path, err) < 0 ? err->code : 1) : err_nomem(err);
}

/* A session still waiting for its second factor, a new password or the enrolment of a
 * second factor may go to those pages only. */
static int finish_signin(const struct visit *v, struct request *req, struct response *res,
			 struct err *err)
{
	const struct account *a = &v->session.account;
	const char *want = v->session.totp_pending
				   ? (a->keys && !a->has_totp ? "/signin/key" : "/signin/code")
			   : a->must_change	   ? "/password"
			   : v->session.must_enrol ? "/settings/totp"
						   : NULL;

	if (!want || strcmp(req_path(req), want) == 0 || strcmp(req_path(req), "/signout") == 0 ||
	    (v->session.totp_pending && strncmp(req_path(req), "/signin/", 8) == 0) ||
	    (v->session.must_enrol && !a->must_change && !v->session.totp_pending &&
	     strncmp(req_path(req), "/settings/keys", 14) == 0))
		return 0;
	return resp_redirect(res, want, err) < 0 ? err->code : 1;
}

/* An inspector begins at what was opened; what that is decides about everything else. */
static int find_opened(struct visit *v, struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r;

	if (v->actor.role != ROLE_INSPECTOR)
		return 0;
	if (strcmp(req_path(req), "/") == 0)
		return resp_redirect(res, "/inspect/view", err) < 0 ? err->code : 1;
	r = visit_read(req, &c, err);
	return r < 0 ? r
		     : inspection_opened(v->app->ledgers, c, v->actor.account, req_arena(req),
					 &v->actor.opened, err);
}

static int find_ledger(struct visit *v, struct request *req, const struct route *route,
		       struct err *err)
{
	if (!strstr(route->pattern, "{ledger}"))
		return 0;
	v->ledger = define_ledger(v->app->defs, req_param(req, "ledger"));
	if (!v->ledger || v->ledger->system)
		return err_set(err, ERR_NOT_FOUND,
			       "その台帳はありません。「台帳」の一覧から選んでください");
	sight_of(&v->actor, v->ledger, &v->sight);
	return 0;
}

int visit_feed(struct request *req, const char *key, const struct token **ret, struct err *err)
{
	const struct token_origin from = { req_remote(req), NULL };
	struct app *app = req_app(req);
	struct visit *v = arena_alloc(req_arena(req), sizeof *v);
	struct token *t = arena_alloc(req_arena(req), sizeof *t);
	int r;

	if (!v || !t)
		return err_nomem(err);
	r = token_find(app->store, TOKEN_FEED, key, &from, req_arena(req), t, &v->session.account,
		       err);
	if (r == ERR_DENIED)
		return err_set(err, ERR_NOT_FOUND,
			       "このカレンダーはありません。「設定」の「カレンダー」で、"
			       "今のアドレスを確かめてください。");
	if (r < 0)
		return r;
	v->session.mark = ACT_TOKEN;
	snprintf(v->session.token, sizeof v->session.token, "%s", t->id);
	begin_visit(app, v);
	req_set_user(req, v);
	*ret = t;
	return permit(&v->actor, PERM_FEED, NULL, err);
}

/* Whoever holds the address of a page: it alone decides, cookies count for nothing. */
static int authorise_link(struct app *app, struct request *req, struct err *err)
{
	struct visit *v = arena_calloc(req_arena(req), 1, sizeof *v);
	struct link_use *link = arena_alloc(req_arena(req), sizeof *link);
	int r;

	if (!v || !link)
		return err_nomem(err);
	r = link_find(app->store, req_param(req, "link"), req_remote(req), req_arena(req), link,
		      err);
	if (r < 0)
		return r;
	v->session.account = link->account;
	/* Tells one link's views from another's. */
	snprintf(v->session.token, sizeof v->session.token, "%s", link->token.id);
	begin_visit(app, v);
	v->link = link;
	v->actor.round = link->round;
	req_set_user(req, v);
	return 0;
}

static int authorise_machine(struct app *app, struct request *req, const struct route *route,
			     struct err *err)
{
	struct visit *v = NULL;
	int r = find_machine(app, req, &v, err);

	if (r < 0)
		return r;
	req_set_user(req, v);
	r = find_ledger(v, req, route, err);
	if (r == 0)
		r = permit(&v->actor, (enum permission)route->permission, v->ledger, err);
	return r < 0 ? r
		     : token_permit(v->token, (enum permission)route->permission, v->ledger, err);
}

int visit_authorise(void *arg, struct request *req, const struct route *route, struct response *res,
		    struct err *err)
{
	struct app *app = arg;
	struct visit *v;
	int r;

	if (route->csrf == CSRF_BEARER)
		return authorise_machine(app, req, route, err);
	if (route->permission == PERM_LINK)
		return authorise_link(app, req, err);
	r = find_visit(app, req, &v, err);
	if (r < 0)
		return r;
	if (v) {
		req_set_user(req, v);
		req_set_session_secret(req, v->session.csrf_secret);
	}
	if (route->permission == PERM_PUBLIC)
		return 0;
	if (!v)
		return to_signin(req, res, err);
	r = lock_gate(v, req, res, err);
	if (r == 0)
		r = finish_signin(v, req, res, err);
	if (r == 0)
		r = find_opened(v, req, res, err);
	if (r == 0)
		r = find_ledger(v, req, route, err);
	return r ? r : permit(&v->actor, (enum permission)route->permission, v->ledger, err);
}

void visit_answered(void *app, struct request *req, struct response *res, const struct err *err)
{
	struct visit *v = visit_of(req);

	(void)app;
	/* Failing (a full disk) it keeps the token it has. */
	/* Also with an error page: the old token is worth nothing any more. */
	if (v && v->proved)
		(void)session_rotate(v->app->store, &v->session, NULL);
	if (v && strcmp(v->came, v->session.token) != 0)
		(void)resp_cookie(res, SESSION_COOKIE, v->session.token, 0, NULL);
	access_note(req, res, err);
}

int visit_prove(struct request *req, const struct proof_shown *shown, struct err *err)
{
	struct visit *v = visit_of(req);
	int r = session_prove(v->app->store, &v->session, shown, err);

	v->proved = v->proved || r >= 0;
	return r;
}

int visit_reauth(struct request *req, const char *password, struct err *err)
{
	struct visit *v = visit_of(req);
	int r = session_reauth(v->app->store, &v->session, password ? password : "", err);

	v->proved = v->proved || r >= 0;
	return r;
}

int64_t visit_idle_seconds(const struct request *req)
{
	const struct visit *v = visit_of(req);
	struct session_limits limits;

	session_limits(v->app->store, v->session.terminal, &limits);
	return limits.idle_us / 1000000;
}
