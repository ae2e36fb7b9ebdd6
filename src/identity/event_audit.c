/* Comparing the access table with the facts it is a projection of. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "identity/event_row.h"
#include "log/leaf.h"

struct audit {
	struct conn *c;
	struct arena arena; /* of one event */
	void (*found)(void *arg, const char *text);
	void *arg;
};

static void report(const struct audit *a, int64_t seq, const char *what)
{
	char text[256];

	snprintf(text, sizeof text, "利用の記録（受付番号%lld）%s", (long long)seq, what);
	a->found(a->arg, text);
}

static int read_fact(struct audit *a, int64_t seq, struct event_row *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct leaf leaf;
	int kind, r;

	memset(ret, 0, sizeof *ret);
	buf_init(&b, 0);
	r = store_leaf(a->c, seq, &b, err);
	if (r >= 0)
		r = leaf_read(b.data, b.len, &a->arena, &leaf, err);
	if (r < 0)
		return r;
	kind = event_parse(leaf.op);
	if (strcmp(leaf.kind, "access") != 0 || kind < 0)
		return err_set(err, ERR_CORRUPT, "種類が違います。");
	*ret = (struct event_row){ .seq = seq, .at_us = leaf.at_us, .actor = leaf.actor };
	ret->kind = (enum event_kind)kind;
	buf_clear(&b);
	r = store_part(a->c, seq, "personal", &b, err);
	return r < 0 ? r : event_decode(b.data, b.len, &a->arena, ret, err);
}

static bool same(const struct event_row *a, const struct event_row *b)
{
	return a->at_us == b->at_us && a->kind == b->kind && a->mark == b->mark &&
	       a->refused == b->refused && strcmp(a->actor, b->actor) == 0 &&
	       strcmp(a->subject, b->subject) == 0 && strcmp(a->ledger, b->ledger) == 0 &&
	       strcmp(a->entry, b->entry) == 0;
}

static int check_one(struct audit *a, int64_t seq, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct event_row fact, row;
	int r;

	if (read_fact(a, seq, &fact, NULL) < 0) {
		report(a, seq, "の中身が読み取れません。");
		return 0;
	}
	r = stmt_begin(a->c, STMT_ACCESS_ONE, &st, err);
	if (r < 0)
		return r;
	stmt_int(st, 1, seq);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r == 0)
		report(a, seq, "が一覧から消されています。");
	else if (event_row(st, &a->arena, &row, NULL) < 0 || !same(&fact, &row))
		report(a, seq, "の一覧の内容が、記録と違います。");
	return 0;
}

int events_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		 struct err *err)
{
	STMT_CLEANUP *st = NULL;
	STMT_CLEANUP *count = NULL;
	struct audit a = { .c = c, .found = found, .arg = arg };
	int64_t n = 0;
	int r;

	arena_init(&a.arena, 0);
	r = stmt_begin(c, STMT_ACCESS_FACTS, &st, err);
	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		n++;
		r = check_one(&a, col_int(st, 0), err);
		arena_release(&a.arena);
	}
	if (r >= 0)
		r = stmt_begin(c, STMT_ACCESS_COUNT, &count, err);
	if (r >= 0)
		r = stmt_step(count, err);
	if (r > 0 && col_int(count, 0) > n)
		found(arg, "利用の記録の一覧に、記録のない行が加えられています。");
	return r < 0 ? r : 0;
}
