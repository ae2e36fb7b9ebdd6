/* Comparing the account table with the facts it is a projection of. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "identity/account.h"
#include "identity/client_cert.h"
#include "identity/event.h"
#include "identity/policy.h"
#include "log/leaf.h"

struct audit {
	struct conn *c;
	struct arena *arena; /* cleared for each account */
	void (*found)(void *arg, const char *text);
	void *arg;
};

__attribute__((format(printf, 2, 3))) static void report(const struct audit *a, const char *fmt,
							 ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	a->found(a->arg, text);
}

/* 1 and the account as leaf `seq` left it, 0 if that leaf is no account. */
static int account_of_leaf(const struct audit *a, int64_t seq, struct account *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct leaf leaf;
	int r;

	buf_init(&b, 0);
	r = store_leaf(a->c, seq, &b, err);
	if (r >= 0)
		r = leaf_read(b.data, b.len, a->arena, &leaf, err);
	if (r < 0)
		return r;
	if (strcmp(leaf.kind, "account") != 0)
		return 0;
	buf_clear(&b);
	r = store_part(a->c, seq, "personal", &b, err);
	if (r >= 0)
		r = account_decode(b.data, b.len, a->arena, ret, err);
	if (r < 0)
		return r;
	snprintf(ret->id, sizeof ret->id, "%s", leaf.entry);
	ret->rev = leaf.rev;
	return 1;
}

static int check_one(const struct audit *a, const char *id, int64_t seq, struct err *err)
{
	struct account fact, row;
	int64_t row_seq = 0;
	int r = account_of_leaf(a, seq, &fact, err);

	if (r == ERR_CORRUPT || r == ERR_INVALID || r == ERR_NOT_FOUND) {
		report(a, "利用者（%s）の記録（受付番号%lld）が読み取れません。", id,
		       (long long)seq);
		return 0;
	}
	if (r <= 0)
		return r;
	r = account_load(a->c, id, NULL, a->arena, &row, &row_seq, err);
	if (r == ERR_NOT_FOUND)
		report(a, "利用者「%s」が一覧から消されています（受付番号%lld）。", fact.login,
		       (long long)seq);
	else if (r == ERR_CORRUPT || (r == 0 && (row_seq != seq || !account_same(&fact, &row))))
		report(a, "利用者「%s」の一覧の内容が記録（受付番号%lld）と違います。", fact.login,
		       (long long)seq);
	return r == ERR_NOT_FOUND || r == ERR_CORRUPT ? 0 : r;
}

/* Calls check_one with the newest revision of each account. */
static int check_facts(struct audit *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	char id[ID_SIZE] = "";
	int64_t seq = 0;
	int more, r = stmt_begin(a->c, STMT_ACCOUNT_REVISIONS, &st, err);

	if (r < 0)
		return r;
	do {
		more = stmt_step(st, err);
		if (*id && (more <= 0 || strcmp(id, col_text(st, 0)) != 0)) {
			r = more < 0 ? more : check_one(a, id, seq, err);
			arena_release(a->arena);
		}
		if (more <= 0 || r < 0)
			break;
		snprintf(id, sizeof id, "%s", col_text(st, 0));
		seq = col_int(st, 2);
	} while (true);
	return more < 0 ? more : r;
}

/* Rows that no fact stands behind. */
static int check_rows(struct audit *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct account row, fact;
	int64_t seq = 0;
	int r = stmt_begin(a->c, STMT_ACCOUNT_LIST, &st, err);

	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		r = account_row(st, a->arena, &row, &seq, NULL);
		if (r >= 0)
			r = account_of_leaf(a, seq, &fact, NULL);
		if (r <= 0 || strcmp(fact.id, row.id) != 0)
			report(a, "利用者「%s」は、記録にないのに一覧にあります。",
			       col_text(st, 1));
		arena_release(a->arena);
		r = 0;
	}
	return r;
}

int identity_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		   struct err *err)
{
	struct arena arena;
	struct audit a = { c, &arena, found, arg };
	int r;

	arena_init(&arena, 0);
	r = check_facts(&a, err);
	if (r >= 0)
		r = check_rows(&a, err);
	if (r >= 0)
		r = certs_audit(c, found, arg, err);
	if (r >= 0)
		r = events_audit(c, found, arg, err);
	if (r >= 0)
		r = policy_audit(c, found, arg, err);
	arena_release(&arena);
	return r < 0 ? r : 0;
}
