#include "identity/event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/fold.h"
#include "identity/event_row.h"

static const struct {
	const char *name, *label;
} kinds[] = {
#define EVENT(id, name, label) { name, label },
#include "identity/events.def"
#undef EVENT
};

static const char *const marks[] = { "", "bypass", "emergency", "token" };

const char *event_name(enum event_kind k)
{
	return (unsigned)k < EVENT_MAX ? kinds[k].name : "";
}

const char *event_label(enum event_kind k)
{
	return (unsigned)k < EVENT_MAX ? kinds[k].label : "";
}

int event_parse(const char *name)
{
	int k;

	for (k = 0; k < EVENT_MAX; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return k;
	return -1;
}

const char *act_mark_name(enum act_mark m)
{
	return (unsigned)m < ACT_MARK_MAX ? marks[m] : "";
}

int act_mark_parse(const char *name)
{
	int m;

	for (m = 0; m < ACT_MARK_MAX; m++)
		if (strcmp(marks[m], name) == 0)
			return m;
	return -1;
}

/* What is no UTF-8 behind a good beginning (a text cut to its room) must not cost the whole text.
 */
static void set_text(json_t *o, const char *key, const char *value)
{
	size_t len = value ? strlen(value) : 0, bad;

	if (len && !utf8_valid(value, len, &bad))
		len = bad;
	if (len)
		json_object_set_new(o, key, json_stringn(value, len));
}

static int encode(const struct event_row *e, struct buf *b, struct err *err)
{
	json_t *o = json_object();
	int r;

	set_text(o, "subject", e->subject);
	set_text(o, "ledger", e->ledger);
	set_text(o, "entry", e->entry);
	set_text(o, "mark", act_mark_name(e->mark));
	set_text(o, "detail", e->detail);
	if (e->refused)
		json_object_set_new(o, "refused", json_true());
	r = o ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

int event_decode(const char *bytes, size_t len, struct arena *arena, struct event_row *ret,
		 struct err *err)
{
	json_t *o = NULL;
	int mark, r = json_read(bytes, len, &o, err);

	if (r < 0)
		return r;
	mark = act_mark_parse(json_str(o, "mark", ""));
	ret->subject = arena_strdup(arena, json_str(o, "subject", ""));
	ret->ledger = arena_strdup(arena, json_str(o, "ledger", ""));
	ret->entry = arena_strdup(arena, json_str(o, "entry", ""));
	ret->detail = arena_strdup(arena, json_str(o, "detail", ""));
	ret->refused = json_is_true(json_object_get(o, "refused"));
	json_decref(o);
	if (mark < 0)
		return err_set(err, ERR_CORRUPT, "利用の記録に知らない印があります。");
	ret->mark = (enum act_mark)mark;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

static int project(struct conn *c, const struct event_row *e, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ACCESS_PUT, &st, err);

	if (r < 0)
		return r;
	stmt_int(st, 1, e->seq);
	stmt_int(st, 2, e->at_us);
	stmt_text(st, 3, e->actor);
	stmt_text(st, 4, event_name(e->kind));
	stmt_text(st, 5, e->subject);
	stmt_text(st, 6, e->ledger);
	stmt_text(st, 7, e->entry);
	stmt_text(st, 8, act_mark_name(e->mark));
	stmt_int(st, 9, e->refused);
	return stmt_step(st, err);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

int event_append(struct tx *tx, const struct actor *who, const struct event *e, struct err *err)
{
	struct event_row row = {
		.at_us = tx_now(tx),
		.kind = e->kind,
		.actor = *who->account ? who->account : "-",
		.subject = e->subject && *e->subject ? e->subject : who->account,
		.ledger = or_empty(e->ledger),
		.entry = or_empty(e->entry),
		.detail = or_empty(e->detail),
		.mark = who->mark,
		.refused = e->refused,
	};
	struct fact f = { .kind = "access", .op = event_name(e->kind), .actor = row.actor };
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 65536);
	r = encode(&row, &b, err);
	if (r < 0)
		return r;
	f.part[0] = (struct fact_part){ "personal", b.data, b.len, false };
	f.part_count = 1;
	r = tx_append(tx, &f, &row.seq, err);
	return r < 0 ? r : project(tx_conn(tx), &row, err);
}

struct write {
	const struct actor *who;
	const struct event *event;
};

static int write_one(struct tx *tx, void *arg, struct err *err)
{
	const struct write *w = arg;

	return event_append(tx, w->who, w->event, err);
}

int event_write(struct store *s, const struct actor *who, const struct event *e, struct err *err)
{
	struct write w = { who, e };

	return store_write(s, NULL, write_one, &w, NULL, err);
}
