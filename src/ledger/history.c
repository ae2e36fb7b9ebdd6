/* The history of one entry, with what changed from revision to revision. */
#include <string.h>

#include "ledger/content.h"
#include "ledger/scope.h"

static int add_differences(struct ledgers *l, struct conn *c, const struct sight *sight,
			   const struct entry *e, const struct entry *before, struct arena *arena,
			   struct revision *ret, struct err *err)
{
	struct difference *d = arena_calloc(arena, e->def->field_count + 1, sizeof *d);
	size_t i;

	if (!d)
		return err_nomem(err);
	for (i = 0; i < e->def->field_count; i++) {
		const struct field_def *f = &e->def->field[i];
		const char *old = before ? before->value[i] : "";

		if (strcmp(old, e->value[i]) == 0 || (sight && !sight_field(sight, (int)i)))
			continue;
		d[ret->difference_count++] =
			(struct difference){ f, entry_show(l, c, f, old, arena),
					     entry_show(l, c, f, e->value[i], arena) };
	}
	ret->difference = d;
	return 0;
}

static void describe(struct conn *c, const struct entry *e, struct arena *arena,
		     struct revision *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->rev = e->rev;
	ret->seq = e->seq;
	ret->at_us = e->at_us;
	ret->state = e->state;
	ret->op = e->op;
	ret->actor_name = account_name(c, e->actor, arena);
	ret->behalf_name = *e->behalf ? account_name(c, e->behalf, arena) : "";
	ret->reason = e->reason;
}

/* Leaves of at most `limit` revisions before `before_rev`, newest first. */
static int history_leaves(struct conn *c, const struct ledger_def *def, const char *id,
			  int64_t before_rev, size_t limit, int64_t *seq, size_t *ret_count,
			  struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ENTRY_HISTORY, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, id);
	stmt_text(st, 2, def->name);
	stmt_int(st, 3, before_rev > 0 ? before_rev : INT64_MAX);
	stmt_int(st, 4, (int64_t)limit);
	*ret_count = 0;
	while ((r = stmt_step(st, err)) > 0)
		seq[(*ret_count)++] = col_int(st, 1);
	return r;
}

/* Keeps the revisions that may be seen. */
static void narrow(const struct sight *sight, struct entry *e, size_t *n)
{
	size_t i, kept = 0;

	for (i = 0; i < *n; i++)
		if (scope_sees(sight, &e[i]))
			e[kept++] = e[i];
	*n = kept;
}

static int read_revisions(struct ledgers *l, struct conn *c, const struct ledger_def *def,
			  const struct sight *sight, const char *id, int64_t before_rev,
			  size_t limit, struct arena *arena, struct entry *e, size_t *n,
			  struct err *err)
{
	int64_t *seq = arena_calloc(arena, limit, sizeof *seq);
	struct entry now;
	size_t i;
	int r = seq ? 0 : err_nomem(err);

	/* The newest decides about the entry. */
	if (r == 0 && sight)
		r = entry_see(l, c, sight, id, 0, arena, &now, err);
	if (r == 0)
		r = history_leaves(c, def, id, before_rev, limit, seq, n, err);
	for (i = 0; i < *n && r >= 0; i++)
		r = content_read(c, def, seq[i], arena, &e[i], err);
	if (r >= 0 && sight)
		narrow(sight, e, n);
	return r;
}

int entry_history(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		  const struct sight *sight, const char *id, int64_t before_rev, size_t limit,
		  struct arena *arena, struct revision **ret, size_t *ret_count, struct err *err)
{
	struct entry *e = arena_calloc(arena, limit + 1, sizeof *e);
	struct revision *list = arena_calloc(arena, limit + 1, sizeof *list);
	size_t i, n = 0;
	int r;

	if (!e || !list)
		return err_nomem(err);
	/* One more than asked for: the last one is compared with it. */
	r = read_revisions(l, c, def, sight, id, before_rev, limit + 1, arena, e, &n, err);
	for (i = 0; i < n && i < limit && r >= 0; i++) {
		describe(c, &e[i], arena, &list[i]);
		r = add_differences(l, c, sight, &e[i], i + 1 < n ? &e[i + 1] : NULL, arena,
				    &list[i], err);
	}
	if (r < 0)
		return r;
	if (arena_failed(arena))
		return err_nomem(err);
	*ret = list;
	*ret_count = n < limit ? n : limit;
	return 0;
}
