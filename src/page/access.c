#include "page/access.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "identity/event.h"
#include "page/ledger_query.h"
#include "page/visit.h"

#define DETAIL_SIZE 240

/* Whether entries of this ledger say anything about people. */
static bool is_personal(const struct ledger_def *def)
{
	size_t i;

	for (i = 0; i < def->field_count; i++)
		if (def->field[i].class >= CLASS_PERSONAL)
			return true;
	return false;
}

void access_rows(const struct request *req, int64_t rows)
{
	struct visit *v = visit_of(req);

	if (v)
		v->rows = rows;
}

/* The value of {name} in the path, or "". */
static const char *part_of_path(struct request *req, const char *name)
{
	char braces[32];

	snprintf(braces, sizeof braces, "{%s}", name);
	return strstr(req_route(req)->pattern, braces) ? req_param(req, name) : "";
}

/* What was looked for, as the page calls it: how it was sorted or which page of it is no matter. */
static void add_conditions(struct request *req, struct buf *b)
{
	const struct visit *v = visit_of(req);
	const char *name, *value, *said;
	size_t i;

	for (i = 0; req_query_at(req, i, &name, &value); i++) {
		said = *value ? ledger_condition(req_arena(req), v->ledger, name, value) : NULL;
		if (said)
			buf_printf(b, "%s%s", b->len ? "、" : "", said);
	}
}

/* Page or file, how many rows, under which conditions; cut to a line. */
static const char *detail(struct request *req, const struct response *res)
{
	const struct visit *v = visit_of(req);
	const char *what = resp_filename(res) ? resp_filename(res) : v->title;
	struct buf b;
	char *text;
	size_t n;

	buf_init(&b, 4096);
	if (what)
		buf_puts(&b, what);
	if (v->rows >= 0)
		buf_printf(&b, "%s%lld件", b.len ? " " : "", (long long)v->rows);
	add_conditions(req, &b);
	n = b.len < DETAIL_SIZE ? b.len : DETAIL_SIZE;
	text = b.data ? b.data : "";
	text = arena_strndup(req_arena(req), text, utf8_cut(text, n));
	buf_release(&b);
	return text;
}

/* The account whose page it is, so that its owner can see who looked; else "". */
static const char *subject(struct request *req, const struct visit *v)
{
	const char *login = part_of_path(req, "login");
	struct account a = { .login = "" };
	struct conn *c = NULL;

	if (!*login || store_read_begin(v->app->store, &c, NULL) < 0)
		return "";
	(void)account_by_login(c, login, req_arena(req), &a, NULL);
	store_read_end(c);
	return arena_strdup(req_arena(req), a.id);
}

static enum event_kind kind_of(int access)
{
	return access == ACCESS_EXPORT	   ? EVENT_EXPORT
	       : access == ACCESS_PRINT	   ? EVENT_PRINT
	       : access == ACCESS_DOWNLOAD ? EVENT_DOWNLOAD
					   : EVENT_VIEW;
}

/* Looking at the same page again within a minute is one view. */
static bool is_news(struct request *req, const struct visit *v, const struct event *e)
{
	const char *what = arena_printf(req_arena(req), "%s %s %s %s %s %s %s", v->actor.account,
					v->came, req_route(req)->pattern, e->subject, e->ledger,
					e->entry, e->detail ? e->detail : "");

	return !what || event_fresh(v->app->store, what);
}

static void note_refused(struct request *req, const struct visit *v, const char *why)
{
	const struct event e = { .kind = EVENT_REFUSED,
				 .ledger = part_of_path(req, "ledger"),
				 .entry = part_of_path(req, "entry"),
				 .detail = why,
				 .refused = true };

	event_note(v->app->store, &v->actor, &e);
}

/* What the address names: an entry of a ledger, a round, an account. */
static void name_target(struct request *req, const struct visit *v, struct event *e)
{
	static const char *const kinds[][2] = { { "entry", "" },
						{ "round", "rounds" },
						{ "stocktake", "stocktakes" } };
	size_t i;

	e->ledger = v->ledger ? v->ledger->name : "";
	e->entry = "";
	for (i = 0; i < sizeof kinds / sizeof kinds[0] && !*e->entry; i++) {
		e->entry = part_of_path(req, kinds[i][0]);
		if (*e->entry && !*e->ledger)
			e->ledger = kinds[i][1];
	}
	e->subject = subject(req, v);
}

void access_note(struct request *req, const struct response *res, const struct err *err)
{
	const struct visit *v = visit_of(req);
	int access = req_route(req)->access;
	struct event e = { .kind = kind_of(access) };

	if (!v)
		return;
	if (err) {
		if (err->code == ERR_DENIED)
			note_refused(req, v, err->text);
		return;
	}
	if (access == ACCESS_PLAIN || resp_status(res) != 200)
		return;
	if (access == ACCESS_PERSONAL && v->ledger && !is_personal(v->ledger))
		return;
	name_target(req, v, &e);
	e.detail = detail(req, res);
	if (access != ACCESS_PERSONAL || is_news(req, v, &e))
		event_note(v->app->store, &v->actor, &e);
}
