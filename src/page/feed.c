/* One's own calendar: its address, and what a calendar program gets from there. */
#include <string.h>

#include "base/clock.h"
#include "page/feed_dates.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/prove.h"
#include "report/ics.h"

#define SUFFIX ".ics"

int page_feed(struct request *req, struct response *res, struct err *err)
{
	const char *name = req_param(req, "token");
	size_t len = strlen(name), cut = sizeof SUFFIX - 1;
	struct app *app = req_app(req);
	const struct token *t;
	CONN_CLEANUP *c = NULL;
	struct buf b;
	char *key;
	int r;

	if (len > cut && strcmp(name + len - cut, SUFFIX) == 0)
		len -= cut;
	key = arena_strndup(req_arena(req), name, len);
	if (!key)
		return err_nomem(err);
	r = visit_feed(req, key, &t, err);
	if (r >= 0)
		r = token_feed_pace(app->store, t, err);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	buf_init(&b, 0);
	ics_begin(&b, arena_printf(req_arena(req), "%s 台帳の期限", store_org_name(app->store)));
	r = feed_dates(req, c, &b, err);
	ics_end(&b);
	if (r >= 0)
		r = resp_bytes(res, "text/calendar; charset=utf-8", "daicho.ics", &b, err);
	buf_release(&b);
	return r;
}

/* --- the settings page ---------------------------------------------------------------- */

static void write_state(struct html *h, const struct token *t)
{
	char made[40], until[DATE_SIZE], used[40] = "まだ読まれていません";

	time_text(t->made_us, false, made, sizeof made);
	date_of_us(t->expires_us - 1, until);
	if (t->used_us)
		time_text(t->used_us, false, used, sizeof used);
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	html_el(h, EL_DT, "作った日時");
	html_el(h, EL_DD, made);
	html_el(h, EL_DT, "最後に読まれた日時");
	html_el(h, EL_DD, used);
	html_el(h, EL_DT, "使える最後の日");
	html_el(h, EL_DD, until);
	html_close(h, EL_DL);
}

static void write_stop(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "使うのをやめる");
	form_begin(h, req, "/settings/calendar/stop", false, false);
	form_submit(h, "danger", "今のアドレスを使えなくする");
	form_end(h);
}

static int show(struct request *req, struct response *res, int status, const char *url,
		const char *message, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct token *list;
	size_t count;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = token_list(c, TOKEN_FEED, v->actor.account, req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_SETTINGS, "カレンダー",
		   "サポート終了、文書の見直し、契約の終わりなど、自分に関わる期限を、"
		   "ふだんのカレンダーで見られるようにします。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (!count && !url && req_query(req, "ended"))
		page_notice(
			&h, "warning",
			"パスワードを変えたので、カレンダーの前のアドレスは使えなくなりました",
			"ふだんのカレンダーで期限を見続けるときは、下で新しいアドレスを作り、カレ"
			"ンダーに登録し直してください。使わないときは、何もしなくて構いません。");
	if (url) {
		page_notice(&h, "success", "カレンダーのアドレスを作りました",
			    "この画面は一度しか出ません。カレンダーの「URLで追加」に貼り付けてくだ"
			    "さい。");
		html_open(&h, EL_P);
		html_el_class(&h, EL_CODE, "hash", url);
		html_close(&h, EL_P);
	}
	html_el(&h, EL_P,
		"このアドレスを知っている人は、期限の一覧を見られます。人に教えないでください。"
		"パスワードを変えると、アドレスも使えなくなります。"
		"患者さんや職員の名前は出ません。外のサービスに登録してよいかは、"
		"企画管理者に確かめてください。");
	if (count)
		write_state(&h, &list[0]);
	html_el(&h, EL_H2, count ? "アドレスを作り直す" : "アドレスを作る");
	if (count)
		html_el(&h, EL_P, "作り直すと、前のアドレスはすぐに使えなくなります。");
	form_begin(&h, req, "/settings/calendar", false, false);
	prove_fields(&h, req);
	form_submit(&h, "primary", count ? "作り直す" : "作る");
	form_end(&h);
	if (count)
		write_stop(&h, req);
	return page_end(&h, req, res, status, err);
}

int page_calendar(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, NULL, err);
}

int page_calendar_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char text[TOKEN_TEXT_SIZE] = "";
	const char *url;
	struct err why;
	int r = prove_check(req, err);

	if (r >= 0)
		r = token_make_feed(v->app->store, &v->actor, text, err);
	if (r < 0 && prove_again(r)) {
		why = *err;
		return show(req, res, 422, NULL, why.text, err);
	}
	if (r < 0)
		return r;
	url = arena_printf(req_arena(req), "https://%s/feed/%s%s", req_host(req), text, SUFFIX);
	bytes_wipe(text, sizeof text);
	return url ? show(req, res, 200, url, NULL, err) : err_nomem(err);
}

int page_calendar_stop(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct token *list;
	size_t count, i;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = token_list(c, TOKEN_FEED, v->actor.account, req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	store_read_end(c);
	c = NULL;
	for (i = 0; r >= 0 && i < count; i++)
		r = token_revoke(v->app->store, &v->actor, list[i].id, err);
	return r < 0 ? r : resp_redirect(res, "/settings/calendar", err);
}
