/* Grants to act for another: reading them, and the check before each such entry. */
#include "ledger/proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const char *const names[PROXY_STATUS_MAX] = { "requested", "active", "refused", "revoked" };

bool proxy_holds(const struct proxy_grant *g, const char *today)
{
	return g->status == PROXY_ACTIVE && strcmp(g->from_on, today) <= 0 &&
	       strcmp(today, g->until_on) <= 0;
}

const char *proxy_status_label(const struct proxy_grant *g, const char *today)
{
	switch (g->status) {
	case PROXY_REQUESTED: return "申し出中";
	case PROXY_REFUSED: return "断った";
	case PROXY_REVOKED: return "取り消した";
	default: break;
	}
	return proxy_holds(g, today)	       ? "有効"
	       : strcmp(today, g->from_on) < 0 ? "これから"
					       : "期限切れ";
}

static const char *text(const struct ledger_def *def, const char *const *value, const char *field)
{
	int i = ledger_field(def, field);

	return i >= 0 && value[i] ? value[i] : "";
}

static int read_grant(const struct ledger_def *def, const char *const *value, struct arena *arena,
		      struct proxy_grant *ret, struct err *err)
{
	const struct {
		const char **to, *field;
	} pairs[] = {
		{ &ret->proxy, "proxy" },
		{ &ret->principal, "principal" },
		{ &ret->ledgers, "ledgers" },
		{ &ret->from_on, "from_on" },
		{ &ret->until_on, "until_on" },
		{ &ret->reason, "reason" },
		{ &ret->requested_by, "requested_by" },
		{ &ret->decided_by, "decided_by" },
		{ &ret->decided_on, "decided_on" },
		{ &ret->note, "note" },
		{ &ret->revoked_by, "revoked_by" },
		{ &ret->revoked_on, "revoked_on" },
	};
	const char *status = text(def, value, "status");
	size_t i;
	int s;

	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		*pairs[i].to = arena_strdup(arena, text(def, value, pairs[i].field));
	for (s = 0; s < PROXY_STATUS_MAX && strcmp(names[s], status) != 0; s++)
		;
	if (s == PROXY_STATUS_MAX)
		return err_set(err, ERR_CORRUPT, "代行の許可に知らない状態があります。");
	ret->status = (enum proxy_status)s;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

struct listing {
	const struct ledger_def *def;
	const char *account;
	struct arena *arena;
	struct proxy_grant *item;
	size_t count, alloc;
};

static int keep_grant(void *arg, const struct list_row *row, struct err *err)
{
	struct listing *k = arg;
	const char *proxy = text(k->def, row->value, "proxy");
	const char *principal = text(k->def, row->value, "principal");
	size_t n = k->alloc ? k->alloc * 2 : 16;
	struct proxy_grant *more;
	int r;

	if (k->account && strcmp(k->account, proxy) != 0 && strcmp(k->account, principal) != 0)
		return 0;
	if (k->count == k->alloc) {
		more = arena_calloc(k->arena, n, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (k->count)
			memcpy(more, k->item, k->count * sizeof *more);
		k->item = more;
		k->alloc = n;
	}
	r = read_grant(k->def, row->value, k->arena, &k->item[k->count], err);
	if (r < 0)
		return r;
	snprintf(k->item[k->count].id, ID_SIZE, "%s", row->id);
	k->item[k->count++].rev = row->rev;
	return 0;
}

/* Grants that meet a filter; none where the definitions know no such ledger. */
static int collect(struct ledgers *l, struct conn *c, const char *field, const char *value,
		   struct listing *k, struct err *err)
{
	struct list_filter filter = { 0, TABLE_EQ, value };
	struct list_query q = { .sort = -2, .descending = true };

	k->def = define_ledger(ledgers_defs(l), "proxies");
	if (!k->def)
		return 0;
	q.def = k->def;
	if (field) {
		filter.field = ledger_field(k->def, field);
		q.filter = &filter;
		q.filter_count = 1;
	}
	return list_each(l, c, &q, keep_grant, k, err);
}

int proxy_list(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
	       struct proxy_grant **ret, size_t *ret_count, struct err *err)
{
	struct listing k = { .account = account, .arena = arena };
	int r = collect(l, c, NULL, NULL, &k, err);

	*ret = k.item;
	*ret_count = k.count;
	return r;
}

int proxy_requests(struct ledgers *l, struct conn *c, struct arena *arena, struct proxy_grant **ret,
		   size_t *ret_count, struct err *err)
{
	struct listing k = { .arena = arena };
	int r = collect(l, c, "status", names[PROXY_REQUESTED], &k, err);

	*ret = k.item;
	*ret_count = k.count;
	return r;
}

int proxy_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
	      struct proxy_grant *ret, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	int r = ledgers_find(l, "proxies", &def, err);

	if (r >= 0)
		r = entry_get(l, c, def, id, 0, arena, &e, err);
	if (r >= 0 && e.state == STATE_VOIDED)
		r = err_set(err, ERR_NOT_FOUND,
			    "その代行の許可はありません。一覧から選んでください。");
	if (r >= 0)
		r = read_grant(def, e.value, arena, ret, err);
	if (r < 0)
		return r;
	memcpy(ret->id, e.id, sizeof ret->id);
	ret->rev = e.rev;
	return 0;
}

/* --- the check ------------------------------------------------------------------- */

static bool names_ledger(const char *ledgers, const char *name)
{
	size_t len = strlen(name), n;
	const char *p;

	for (p = ledgers; *p; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (n == len && memcmp(p, name, len) == 0)
			return true;
	}
	return false;
}

static bool grants(const struct proxy_grant *g, const char *principal, const struct ledger_def *def,
		   const char *today)
{
	return proxy_holds(g, today) && strcmp(g->principal, principal) == 0 &&
	       names_ledger(g->ledgers, def->name);
}

/* The principal must be one who could have typed it: a grant lends no rights. */
static bool may_work(const struct account *a, const struct ledger_def *def, const char *today)
{
	struct actor who = { .name = a->name, .role = a->role };

	memcpy(who.account, a->id, sizeof who.account);
	return a->kind == ACCOUNT_PERSON && account_usable(a, today) &&
	       permit(&who, PERM_LEDGER_EDIT, def, NULL) == 0;
}

static int not_granted(const struct account *a, const struct ledger_def *def, struct err *err)
{
	return err_field(
		err, ERR_DENIED, "behalf",
		"%sさんの代行で「%s」に入力する許可がありません。「代行」の画面で申し出て、"
		"認めてもらってから入力してください。",
		a->name, def->title.ja);
}

int proxy_allowed(struct ledgers *l, struct conn *c, const char *proxy, const char *principal,
		  const struct ledger_def *def, struct err *err)
{
	struct listing k = { .account = principal };
	char today[DATE_SIZE];
	struct arena arena;
	struct account a;
	bool allowed = false;
	size_t i;
	int r;

	date_today(today);
	arena_init(&arena, 0);
	k.arena = &arena;
	r = account_by_id(c, principal, &arena, &a, err);
	if (r >= 0)
		r = collect(l, c, "proxy", proxy, &k, err);
	for (i = 0; r >= 0 && i < k.count && !allowed; i++)
		allowed = grants(&k.item[i], principal, def, today);
	if (r >= 0 && (!allowed || !may_work(&a, def, today)))
		r = not_granted(&a, def, err);
	arena_release(&arena);
	return r < 0 ? r : 0;
}

int proxy_principals(struct ledgers *l, struct conn *c, const char *proxy,
		     const struct ledger_def *def, struct arena *arena, struct account **ret,
		     size_t *ret_count, struct err *err)
{
	struct listing k = { .account = proxy, .arena = arena };
	char today[DATE_SIZE];
	size_t i, j, n = 0;
	int r = collect(l, c, "proxy", proxy, &k, err);

	date_today(today);
	*ret = NULL;
	*ret_count = 0;
	if (r < 0 || !k.count)
		return r;
	*ret = arena_calloc(arena, k.count, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	for (i = 0; i < k.count; i++) {
		if (!grants(&k.item[i], k.item[i].principal, def, today))
			continue;
		for (j = 0; j < n && strcmp((*ret)[j].id, k.item[i].principal) != 0; j++)
			;
		if (j < n || account_by_id(c, k.item[i].principal, arena, &(*ret)[n], NULL) < 0)
			continue;
		n += may_work(&(*ret)[n], def, today);
	}
	*ret_count = n;
	return 0;
}

/* --- what waits ------------------------------------------------------------------ */

struct drafts {
	const struct ledger_def *def;
	const char *typist;
	struct arena *arena;
	struct proxy_draft *item;
	size_t count, limit;
};

static int keep_draft(void *arg, const struct list_row *row, struct err *err)
{
	struct drafts *k = arg;
	struct proxy_draft *d = &k->item[k->count];

	if (k->count == k->limit)
		return 0;
	*d = (struct proxy_draft){ .def = k->def, .rev = row->rev, .at_us = row->at_us };
	snprintf(d->id, sizeof d->id, "%s", row->id);
	d->typist = arena_strdup(k->arena, row->actor);
	d->principal = arena_strdup(k->arena, row->behalf);
	k->count++;
	return d->typist && d->principal ? 0 : err_nomem(err);
}

static int by_age(const void *a, const void *b)
{
	const struct proxy_draft *x = a, *y = b;

	return (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

int proxy_drafts(struct ledgers *l, struct conn *c, const char *principal, size_t limit,
		 struct arena *arena, struct proxy_draft **ret, size_t *ret_count, struct err *err)
{
	struct drafts k = { .arena = arena, .limit = limit };
	struct list_filter filter[] = { { LIST_STATE, TABLE_EQ, entry_state_name(STATE_DRAFT) },
					{ LIST_BEHALF, principal ? TABLE_EQ : TABLE_FILLED,
					  principal } };
	struct list_query q = { .filter = filter, .filter_count = 2, .sort = -2 };
	const struct ledger_def *const *defs;
	size_t count, i;
	int64_t n = 0;
	int r = 0;

	defs = define_ledgers(ledgers_defs(l), &count);
	k.item = arena_calloc(arena, limit, sizeof *k.item);
	if (!k.item)
		return err_nomem(err);
	for (i = 0; r >= 0 && i < count; i++) {
		q.def = k.def = defs[i];
		r = list_count(l, c, &q, 0, &n, err);
		if (r >= 0 && n)
			r = list_each(l, c, &q, keep_draft, &k, err);
	}
	if (k.count)
		qsort(k.item, k.count, sizeof *k.item, by_age);
	*ret = k.item;
	*ret_count = k.count;
	return r < 0 ? r : 0;
}
