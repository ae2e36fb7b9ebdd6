/*
 * The locked screen: no content, a name and the way back to the same page. At a shared
 * terminal another person may take over; the first one's session waits, locked, and
 * the sign-in page leads back to it.
 */
#include "page/lock.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/preference.h"
#include "identity/sessions.h"
#include "page/access.h"
#include "page/handlers.h"
#include "page/layout.h"

#define KEPT_COOKIE "kept"
#define KEPT_MAX 4
#define TOKEN_LENGTH 43
/* Name of the preference that holds where somebody was when another took over. */
#define LEFT_PAGE "lock/page"

/* Where to go after unlocking: a page of this site outside the lock. */
static const char *next_of(const char *next)
{
	return next && html_path_local(next) && strncmp(next, "/lock", 5) != 0 ? next : "/";
}

static int to_lock(struct request *req, struct response *res, const char *next, struct err *err)
{
	char *path = html_path(req_arena(req), "/lock?next=%s", next_of(next));

	return path ? resp_redirect(res, path, err) : err_nomem(err);
}

/* --- the locked screen -------------------------------------------------------- */

static void unlock_form(struct html *h, struct request *req, const char *next)
{
	const struct visit *v = visit_of(req);

	form_begin(h, req, "/lock/open", false, false);
	html_hidden(h, "next", next);
	form_input(h, &(struct form_input){ .name = "password",
					    .label = "パスワード",
					    .type = "password",
					    .autocomplete = "current-password" });
	if (v->session.account.has_totp)
		form_input(h,
			   &(struct form_input){ .name = "code",
						 .label = "または確認コード（6桁）",
						 .help = "認証アプリの数字だけでも解除できます。",
						 .autocomplete = "one-time-code" });
	form_submit(h, "primary", "ロックを解除する");
	form_end(h);
}

static void change_form(struct html *h, struct request *req, const char *next)
{
	html_el(h, EL_H2, "ほかの人が使うとき");
	html_el(h, EL_P,
		"この人の画面はロックしたまま残ります。次の人は自分の利用者IDで入ります。");
	form_begin(h, req, "/lock/change", false, false);
	html_hidden(h, "next", next);
	form_submit(h, "secondary", "別の人に交代");
	form_end(h);
}

static int show_lock(struct request *req, struct response *res, int status, const char *next,
		     const char *message, struct err *err)
{
	const struct visit *v = visit_of(req);
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "画面をロックしています",
		   arena_printf(req_arena(req),
				"%sさんの画面です。パスワードを入れると、元の画面に戻ります。",
				v->actor.name));
	if (message)
		page_notice(&h, "error", NULL, message);
	unlock_form(&h, req, next);
	change_form(&h, req, next);
	return page_end(&h, req, res, status, err);
}

/* What was sent while the screen was locked: not done, and said so. */
static int show_lost(struct request *req, struct response *res, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "画面がロックされていたため、保存していません", NULL);
	page_notice(&h, "error", "送った内容は、まだ保存していません",
		    "しばらく操作がなかったため、画面がロックされていました。\n"
		    "1. 下のリンクを開き、ロックを解除します（別のタブで開きます）。\n"
		    "2. このタブでブラウザの「戻る」を押し、入力した画面に戻ります。\n"
		    "3. 内容を確かめて、もう一度送ります。");
	html_open(&h, EL_P);
	html_open(&h, EL_A);
	html_url(&h, "href", "/lock?next=/unlocked");
	html_attr(&h, "target", "_blank");
	html_attr(&h, "class", "button button-primary");
	html_text(&h, "ロックを解除する（別のタブ）");
	html_close(&h, EL_A);
	html_close(&h, EL_P);
	return page_end(&h, req, res, 423, err);
}

int lock_gate(const struct visit *v, struct request *req, struct response *res, struct err *err)
{
	const char *path = req_path(req);
	int r;

	if (!v->session.locked || strcmp(path, "/signout") == 0 || strcmp(path, "/lock") == 0 ||
	    strncmp(path, "/lock/", 6) == 0)
		return 0;
	if (strcmp(req_method(req), "POST") == 0) {
		r = show_lost(req, res, err);
		return r < 0 ? r : WEB_ANSWERED_LATER;
	}
	r = to_lock(req, res, req_target(req), err);
	return r < 0 ? r : WEB_ANSWERED;
}

int page_lock(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *next = req_query(req, "next");
	CONN_CLEANUP *c = NULL;
	int r = next ? 0 : visit_read(req, &c, err);

	/* Back from another person: to the page that was left then. */
	if (!next && r >= 0)
		r = preference_get(c, v->actor.account, LEFT_PAGE, req_arena(req), &next, err);
	if (r < 0)
		return r;
	if (v->session.locked)
		return show_lock(req, res, 200, next_of(next), NULL, err);
	return resp_redirect(res, next_of(next), err);
}

int page_lock_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = session_lock(v->app->store, &v->session, err);

	return r < 0 ? r : to_lock(req, res, req_form(req, "next"), err);
}

int page_lock_open(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	const char *next = next_of(req_form(req, "next"));
	struct err why;
	int r = session_unlock(v->app->store, &v->session, req_form(req, "password"),
			       req_form(req, "code"), req_arena(req), err);

	/* The script of a page with unsaved input asks for JSON and stays where it is. */
	if (req_wants_json(req))
		return r < 0 ? r : resp_text(res, 200, "opened", err);
	if (r == ERR_DENIED || r == ERR_BUSY) {
		why = *err;
		return show_lock(req, res, r == ERR_BUSY ? 429 : 403, next, why.text, err);
	}
	return r < 0 ? r : resp_redirect(res, next, err);
}

/* Says in the second tab that the first one can go on. */
int page_unlocked(struct request *req, struct response *res, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "ロックを解除しました",
		   "このタブは閉じて構いません。元のタブでブラウザの「戻る」を押し、"
		   "もう一度送ってください。");
	return page_end(&h, req, res, 200, err);
}

/* The gate has noted the use already. */
int page_alive(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	return resp_text(res, 200, "", err);
}

/* --- changing people ----------------------------------------------------------- */

/* Tokens of locked sessions that this browser keeps, without `left_out`; returns how many. */
static size_t kept_tokens(struct request *req, const char *left_out, char ret[KEPT_MAX][44])
{
	const char *p = req_cookie(req, KEPT_COOKIE);
	size_t n = 0, len;

	for (; p && *p && n < KEPT_MAX; p += len + (p[len] == '.')) {
		len = strcspn(p, ".");
		if (len != TOKEN_LENGTH || (left_out && strncmp(p, left_out, TOKEN_LENGTH) == 0))
			continue;
		memcpy(ret[n], p, TOKEN_LENGTH);
		ret[n++][TOKEN_LENGTH] = '\0';
	}
	return n;
}

/* Keeps `added` (NULL: none) in front of what is kept but `left_out`. */
static int keep_tokens(struct request *req, struct response *res, const char *added,
		       const char *left_out, struct err *err)
{
	char tokens[KEPT_MAX][44];
	size_t n = kept_tokens(req, left_out, tokens), i;
	struct buf b;
	int r;

	buf_init(&b, 4096);
	if (added)
		buf_puts(&b, added);
	for (i = 0; i < n && i < KEPT_MAX - (added != NULL); i++)
		if (!added || strcmp(tokens[i], added) != 0)
			buf_printf(&b, "%s%s", b.len ? "." : "", tokens[i]);
	if (b.len)
		r = resp_cookie(res, KEPT_COOKIE, b.data, 0, err);
	else
		r = resp_cookie_clear(res, KEPT_COOKIE, err);
	buf_release(&b);
	return r;
}

int page_lock_change(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = session_lock(v->app->store, &v->session, err);

	if (r >= 0)
		r = preference_put(v->app->store, v->actor.account, LEFT_PAGE,
				   next_of(req_form(req, "next")), err);
	if (r >= 0)
		r = keep_tokens(req, res, v->session.token, NULL, err);
	if (r >= 0)
		r = resp_cookie_clear(res, SESSION_COOKIE, err);
	return r < 0 ? r : resp_redirect(res, "/signin", err);
}

static int write_kept(struct html *h, struct request *req, struct response *res, const char *token,
		      size_t place, struct err *err)
{
	struct app *app = req_app(req);
	const char *name;
	int64_t started;
	char when[40], number[24];
	int r = session_peek(app->store, token, req_arena(req), &name, &started, err);

	/* Ended meanwhile. */
	if (r == ERR_DENIED)
		return 0;
	if (r < 0)
		return r;
	time_text(started, false, when, sizeof when);
	snprintf(number, sizeof number, "%zu", place);
	html_open(h, EL_LI);
	html_open(h, EL_FORM);
	html_attr(h, "method", "post");
	html_url(h, "action", "/lock/return");
	r = csrf_login_field(h, req, res, err);
	html_hidden(h, "place", number);
	html_textf(h, "%sさん（%s から） ", name, when);
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_textf(h, "%sさんの画面に戻る", name);
	html_close(h, EL_BUTTON);
	html_close(h, EL_FORM);
	html_close(h, EL_LI);
	return r;
}

int lock_kept(struct html *h, struct request *req, struct response *res, struct err *err)
{
	char tokens[KEPT_MAX][44];
	size_t n = kept_tokens(req, NULL, tokens), i;
	int r = 0;

	if (!n)
		return 0;
	html_open(h, EL_SECTION);
	html_el(h, EL_H2, "この端末でロック中の人");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < n && r >= 0; i++)
		r = write_kept(h, req, res, tokens[i], i, err);
	html_close(h, EL_UL);
	html_close(h, EL_SECTION);
	return r;
}

int page_lock_return(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *place = req_form(req, "place");
	char tokens[KEPT_MAX][44];
	size_t n = kept_tokens(req, NULL, tokens), i;
	int r;

	/* Whoever is signed in now leaves first. */
	if (v && !v->session.locked)
		return resp_redirect(res, "/", err);
	i = place && strlen(place) == 1 ? (size_t)(*place - '0') : n;
	if (i >= n)
		return resp_redirect(res, "/signin", err);
	r = keep_tokens(req, res, v ? v->session.token : NULL, tokens[i], err);
	if (r >= 0)
		r = resp_cookie(res, SESSION_COOKIE, tokens[i], 0, err);
	return r < 0 ? r : resp_redirect(res, "/lock", err);
}
