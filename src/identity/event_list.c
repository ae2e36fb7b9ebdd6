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

int event_list(struct conn *c, const char *actor, const char *subject, int64_t before, size_t limit,
	       struct arena *arena, struct event_row **ret, size_t *ret_count, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	enum stmt_id id = actor	    ? STMT_ACCESS_OF_ACTOR
			  : subject ? STMT_ACCESS_OF_SUBJECT
				    : STMT_ACCESS_LIST;
	struct event_row *list = arena_calloc(arena, limit ? limit : 1, sizeof *list);
	size_t i, n = 0;
	int r = list ? stmt_begin(c, id, &st, err) : err_nomem(err);

	if (r < 0)
		return r;
	stmt_int(st, 1, before ? before : INT64_MAX);
	stmt_int(st, 2, (int64_t)limit);
	if (actor || subject)
		stmt_text(st, 3, actor ? actor : subject);
	while (n < limit && (r = stmt_step(st, err)) > 0) {
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
