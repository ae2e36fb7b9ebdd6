/* Reading access events back. */
#include <string.h>

#include "base/cleanup.h"
#include "identity/event_row.h"

int event_row(struct stmt *st, struct arena *arena, struct event_row *ret, struct err *err)
{
	int kind = event_parse(col_text(st, 3)), mark = act_mark_parse(col_text(st, 7));

	memset(ret, 0, sizeof *ret);
	ret->seq = col_int(st, 0);
	if (kind < 0 || mark < 0)
		return err_set(err, ERR_CORRUPT,
			       "利用の記録（受付番号%lld）が読み取れません。"
			       "「改ざん検査」を行ってください。",
			       (long long)ret->seq);
	ret->kind = (enum event_kind)kind;
	ret->mark = (enum act_mark)mark;
	ret->at_us = col_int(st, 1);
	ret->actor = arena_strdup(arena, col_text(st, 2));
	ret->subject = arena_strdup(arena, col_text(st, 4));
	ret->ledger = arena_strdup(arena, col_text(st, 5));
	ret->entry = arena_strdup(arena, col_text(st, 6));
	ret->refused = col_int(st, 8) != 0;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* The details stand only in the fact. */
static int add_detail(struct conn *c, struct arena *arena, struct event_row *e, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 65536);
	r = store_part(c, e->seq, "personal", &b, err);
	return r < 0 ? r : event_decode(b.data, b.len, arena, e, err);
}

/* The first leaf of this time or later; INT64_MAX when there is none. */
static int leaf_from(struct conn *c, int64_t at_us, int64_t *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ACCESS_FROM_TIME, &st, err);

	if (r < 0)
		return r;
	stmt_int(st, 1, at_us);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	*ret = r == 0 || col_null(st, 0) ? INT64_MAX : col_int(st, 0);
	return 0;
}

/* Each kind of question has a statement that walks along an index of its own. */
static enum stmt_id choose(const struct event_query *q)
{
	return q->person		  ? STMT_ACCESS_OF_PERSON
	       : q->refused || q->special ? STMT_ACCESS_SPECIAL
	       : q->ledger		  ? STMT_ACCESS_BY_LEDGER
	       : q->kind >= 0		  ? STMT_ACCESS_BY_EVENT
					  : STMT_ACCESS_ANY;
}

/* Times never go back along the log, so a span of time is a span of leaves. */
static int bind(struct conn *c, struct stmt *st, const struct event_query *q, struct err *err)
{
	int64_t before = q->before ? q->before : INT64_MAX, from = 0, to = INT64_MAX;
	int r = 0;

	if (q->from_us)
		r = leaf_from(c, q->from_us, &from, err);
	if (r >= 0 && q->to_us)
		r = leaf_from(c, q->to_us, &to, err);
	stmt_int(st, 1, before < to ? before : to);
	stmt_int(st, 2, (int64_t)q->limit);
	stmt_int(st, 3, from);
	stmt_text(st, 4, q->kind >= 0 ? event_name((enum event_kind)q->kind) : "");
	stmt_text(st, 5, q->ledger ? q->ledger : "");
	stmt_int(st, 6, q->refused);
	stmt_int(st, 7, q->special);
	if (q->person) {
		stmt_text(st, 8, q->person);
		stmt_text(st, 9, q->staff ? q->staff : "");
	}
	return r;
}

int event_list(struct conn *c, const struct event_query *q, struct arena *arena,
	       struct event_row **ret, size_t *ret_count, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct event_row *list = arena_calloc(arena, q->limit ? q->limit : 1, sizeof *list);
	size_t i, n = 0;
	int r = list ? stmt_begin(c, choose(q), &st, err) : err_nomem(err);

	if (r >= 0)
		r = bind(c, st, q, err);
	if (r < 0)
		return r;
	while (n < q->limit && (r = stmt_step(st, err)) > 0) {
		r = event_row(st, arena, &list[n++], err);
		if (r < 0)
			return r;
	}
	for (i = 0; r >= 0 && i < n; i++)
		r = add_detail(c, arena, &list[i], err);
	if (r < 0)
		return r;
	*ret = list;
	*ret_count = n;
	return 0;
}

int event_counts(struct conn *c, int64_t from_us, int64_t to_us, struct event_count ret[EVENT_MAX],
		 struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int kind, r = stmt_begin(c, STMT_ACCESS_COUNT_EVENTS, &st, err);

	if (r < 0)
		return r;
	memset(ret, 0, EVENT_MAX * sizeof *ret);
	stmt_int(st, 1, from_us);
	stmt_int(st, 2, to_us);
	while ((r = stmt_step(st, err)) > 0) {
		kind = event_parse(col_text(st, 0));
		if (kind < 0)
			continue;
		ret[kind] = (struct event_count){ col_int(st, 1), col_int(st, 2), col_int(st, 3),
						  col_int(st, 4), col_int(st, 5) };
	}
	return r < 0 ? r : 0;
}
