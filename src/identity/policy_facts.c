/* The sign-in policy as a fact and as rows. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "identity/event.h"
#include "identity/policy.h"
#include "identity/state.h"
#include "log/leaf.h"

/* The field of that name, or -1. */
static long field_index(const char *name)
{
	const struct policy_field *f;
	size_t i, n;

	f = policy_fields(&n);
	for (i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return (long)i;
	return -1;
}

int policy_load(struct conn *c, struct access_policy *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	long i;
	int r = stmt_begin(c, STMT_POLICY_LIST, &st, err);

	policy_defaults(ret);
	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		i = field_index(col_text(st, 0));
		if (i >= 0)
			r = policy_set(ret, (size_t)i, col_text(st, 1), err);
		ret->seq = col_int(st, 2);
	}
	return r;
}

int policy_current(struct store *s, struct access_policy *ret, struct err *err)
{
	struct identity_state *st = identity_state(s);
	struct conn *c = NULL;
	bool known;
	int r;

	if (!st)
		return err_nomem(err);
	pthread_mutex_lock(&st->lock);
	known = st->policy_known;
	if (known)
		*ret = st->policy;
	pthread_mutex_unlock(&st->lock);
	if (known)
		return 0;
	r = store_read_begin(s, &c, err);
	if (r < 0)
		return r;
	r = policy_load(c, ret, err);
	store_read_end(c);
	if (r < 0)
		return r;
	pthread_mutex_lock(&st->lock);
	/* Whoever wrote one meanwhile knows better. */
	if (!st->policy_known)
		st->policy = *ret;
	st->policy_known = true;
	pthread_mutex_unlock(&st->lock);
	return 0;
}

struct put {
	const struct actor *by;
	struct access_policy policy;
};

static int encode(const struct access_policy *p, struct buf *b, struct err *err)
{
	const struct policy_field *f;
	json_t *o = json_object();
	struct arena arena;
	size_t i, n;
	int r;

	arena_init(&arena, 0);
	f = policy_fields(&n);
	for (i = 0; i < n; i++)
		json_object_set_new(o, f[i].name, json_string(policy_text(p, i, &arena)));
	r = o && !arena_failed(&arena) ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	arena_release(&arena);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

static int project(struct conn *c, const struct access_policy *p, struct err *err)
{
	const struct policy_field *f;
	struct arena arena;
	struct stmt *st;
	size_t i, n;
	int r = 0;

	arena_init(&arena, 0);
	f = policy_fields(&n);
	for (i = 0; r >= 0 && i < n; i++) {
		r = stmt_begin(c, STMT_POLICY_PUT, &st, err);
		if (r < 0)
			break;
		stmt_text(st, 1, f[i].name);
		stmt_text(st, 2, policy_text(p, i, &arena));
		stmt_int(st, 3, p->seq);
		r = stmt_run(st, err);
	}
	arena_release(&arena);
	return r;
}

static int put_write(struct tx *tx, void *arg, struct err *err)
{
	struct put *p = arg;
	struct event e = { .kind = EVENT_RIGHTS, .detail = "ログインの決まりを変えました" };
	struct fact f = { .kind = "policy", .op = "revise", .actor = p->by->account };
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 65536);
	r = encode(&p->policy, &b, err);
	if (r < 0)
		return r;
	f.part[0] = (struct fact_part){ "internal", b.data, b.len, false };
	f.part_count = 1;
	r = tx_append(tx, &f, &p->policy.seq, err);
	if (r >= 0)
		r = project(tx_conn(tx), &p->policy, err);
	return r < 0 ? r : event_append(tx, p->by, &e, err);
}

int policy_put(struct store *s, const struct actor *by, const struct access_policy *policy,
	       struct err *err)
{
	struct identity_state *st = identity_state(s);
	struct put p = { by, *policy };
	int r = permit(by, PERM_ACCOUNTS, NULL, err);

	if (r >= 0)
		r = st ? store_write(s, NULL, put_write, &p, NULL, err) : err_nomem(err);
	if (r < 0)
		return r;
	pthread_mutex_lock(&st->lock);
	st->policy = p.policy;
	st->policy_known = true;
	pthread_mutex_unlock(&st->lock);
	return 0;
}

/* --- verification ---------------------------------------------------------- */

static int newest_fact(struct conn *c, int64_t *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_POLICY_NEWEST, &st, err);

	*ret = -1;
	if (r >= 0)
		r = stmt_step(st, err);
	if (r > 0 && !col_null(st, 0))
		*ret = col_int(st, 0);
	return r < 0 ? r : 0;
}

int policy_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		 struct err *err)
{
	CLEANUP(buf_release) struct buf fact;
	CLEANUP(buf_release) struct buf rows;
	struct access_policy p;
	int64_t seq = -1;
	int r;

	buf_init(&fact, 65536);
	buf_init(&rows, 65536);
	if (policy_load(c, &p, NULL) < 0) {
		found(arg, "ログインの決まりの一覧が読み取れません。");
		return 0;
	}
	r = newest_fact(c, &seq, err);
	if (r >= 0 && seq >= 0)
		r = store_part(c, seq, "internal", &fact, err);
	if (r >= 0)
		r = encode(&p, &rows, err);
	if (r < 0)
		return r;
	if (p.seq != seq ||
	    (seq >= 0 && (fact.len != rows.len || memcmp(fact.data, rows.data, fact.len) != 0)))
		found(arg, "ログインの決まりの一覧が、記録と違います。");
	return 0;
}
