/* Uses of emergency accounts: reading them, and who may do what with them now. */
#include "people/emergency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "people/fields.h"

#define MINUTE_US (INT64_C(60) * 1000000)

static const char *const names[USE_STATUS_MAX] = { "asked", "open", "closed", "reviewed" };
static const char *const labels[USE_STATUS_MAX] = { "2人目を待っている", "開封中", "見直し待ち",
						    "見直し済み" };

const char *emergency_use_label(const struct emergency_use *u)
{
	return u->lapsed ? "期限切れ（開封されなかった）" : labels[u->status];
}

/* When revision `rev` was written. */
static int written_at(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		      const char *id, int64_t rev, struct arena *arena, int64_t *ret,
		      struct err *err)
{
	struct entry e;
	int r = entry_get(l, c, def, id, rev, arena, &e, err);

	*ret = r < 0 ? 0 : e.at_us;
	return r < 0 ? r : 0;
}

static int read_status(const char *stored, struct emergency_use *ret, struct err *err)
{
	int s;

	for (s = 0; s < USE_STATUS_MAX && strcmp(names[s], stored) != 0; s++)
		;
	if (s == USE_STATUS_MAX)
		return err_set(err, ERR_CORRUPT,
			       "非常時アカウントの使用記録に知らない状態があります。");
	ret->status = (enum use_status)s;
	return 0;
}

/* The revision of an opening is the first with a code, the second by two people; that of
 * the closing follows it. */
static int read_times(struct ledgers *l, struct conn *c, const struct entry *e, struct arena *arena,
		      struct emergency_use *ret, struct err *err)
{
	int64_t opening = ret->by_code ? 1 : 2;
	int r = 0;

	if (ret->status == USE_ASKED)
		ret->lapsed = clock_now_us() - e->at_us > EMERGENCY_ASK_MINUTES * MINUTE_US;
	if (ret->status >= USE_OPEN)
		r = written_at(l, c, e->def, e->id, opening, arena, &ret->opened_us, err);
	if (r >= 0 && ret->status >= USE_CLOSED)
		r = written_at(l, c, e->def, e->id, opening + 1, arena, &ret->closed_us, err);
	return r;
}

static int read_use(struct ledgers *l, struct conn *c, const struct entry *e, struct arena *arena,
		    struct emergency_use *ret, struct err *err)
{
	const struct {
		const char **to, *field;
	} pairs[] = {
		{ &ret->title, "title" },
		{ &ret->account, "account" },
		{ &ret->asked_by, "asked_by" },
		{ &ret->opened_by, "opened_by" },
		{ &ret->reason, "reason" },
		{ &ret->declaration, "declaration" },
		{ &ret->address, "address" },
		{ &ret->closed_by, "closed_by" },
		{ &ret->acts, "acts" },
		{ &ret->result, "result" },
		{ &ret->review, "review" },
		{ &ret->reviewer, "reviewer" },
		{ &ret->reviewed_on, "reviewed_on" },
	};
	size_t i;
	int r;

	memset(ret, 0, sizeof *ret);
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		*pairs[i].to = field_text(e->def, e->value, pairs[i].field);
	memcpy(ret->id, e->id, sizeof ret->id);
	ret->rev = e->rev;
	ret->by_code = strcmp(field_text(e->def, e->value, "how"), "code") == 0;
	r = read_status(field_text(e->def, e->value, "status"), ret, err);
	return r < 0 ? r : read_times(l, c, e, arena, ret, err);
}

struct listing {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct emergency_use *item;
	size_t count, alloc;
};

static int keep_use(void *arg, const struct list_row *row, struct err *err)
{
	struct listing *k = arg;
	size_t n = k->alloc ? k->alloc * 2 : 16;
	struct emergency_use *more;
	struct entry e;
	int r;

	if (k->count == k->alloc) {
		more = arena_calloc(k->arena, n, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (k->count)
			memcpy(more, k->item, k->count * sizeof *more);
		k->item = more;
		k->alloc = n;
	}
	r = entry_get(k->l, k->c, k->def, row->id, 0, k->arena, &e, err);
	if (r >= 0)
		r = read_use(k->l, k->c, &e, k->arena, &k->item[k->count], err);
	k->count += r >= 0;
	return r < 0 ? r : 0;
}

int emergency_uses(struct ledgers *l, struct conn *c, struct arena *arena,
		   struct emergency_use **ret, size_t *ret_count, struct err *err)
{
	struct listing k = { .l = l, .c = c, .arena = arena };
	struct list_query q = { .sort = -2, .descending = true };
	int r = ledgers_find(l, "emergency_uses", &k.def, err);

	q.def = k.def;
	if (r >= 0)
		r = list_each(l, c, &q, keep_use, &k, err);
	*ret = k.item;
	*ret_count = k.count;
	return r;
}

int emergency_use_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
		      struct emergency_use *ret, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	int r = ledgers_find(l, "emergency_uses", &def, err);

	if (r >= 0)
		r = entry_get(l, c, def, id, 0, arena, &e, NULL);
	if (r == ERR_NOT_FOUND || (r >= 0 && e.state == STATE_VOIDED))
		return err_set(
			err, ERR_NOT_FOUND,
			"その使用記録はありません。「非常時アカウント」の一覧から選んでくださ"
			"い。");
	return r < 0 ? r : read_use(l, c, &e, arena, ret, err);
}

/* --- who may ------------------------------------------------------------------------- */

/* Nobody with borrowed rights opens or judges an emergency account. */
static bool is_self(const struct actor *who)
{
	return who->mark == ACT_NORMAL;
}

bool emergency_may_confirm(const struct actor *who, const struct emergency_use *u)
{
	return u->status == USE_ASKED && !u->lapsed && is_self(who) &&
	       permit(who, PERM_EMERGENCY, NULL, NULL) == 0 &&
	       strcmp(who->account, u->asked_by) != 0;
}

bool emergency_may_close(const struct actor *who, const struct emergency_use *u)
{
	bool own = strcmp(who->account, u->account) == 0;

	return u->status == USE_OPEN &&
	       (own || (is_self(who) && permit(who, PERM_EMERGENCY, NULL, NULL) == 0));
}

bool emergency_may_review(const struct actor *who, const struct emergency_use *u)
{
	return u->status == USE_CLOSED && is_self(who) &&
	       permit(who, PERM_ACCOUNTS, NULL, NULL) == 0 &&
	       strcmp(who->account, u->asked_by) != 0 && strcmp(who->account, u->opened_by) != 0;
}

/* --- the envelope ---------------------------------------------------------------------- */

int emergency_envelope(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		       struct emergency_envelope *ret, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	char id[ID_SIZE];
	int r = ledgers_find(l, "emergency_accounts", &def, err);

	*ret = (struct emergency_envelope){ .keeper = "", .place = "", .sealed_on = "" };
	if (r >= 0)
		r = list_find(l, c, def, ledger_field(def, "account"), account, id, NULL);
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r >= 0)
		r = entry_get(l, c, def, id, 0, arena, &e, err);
	if (r < 0)
		return r;
	memcpy(ret->id, e.id, sizeof ret->id);
	ret->rev = e.rev;
	ret->keeper = field_text(def, e.value, "keeper");
	ret->place = field_text(def, e.value, "place");
	ret->sealed_on = field_text(def, e.value, "sealed_on");
	return 0;
}

/* --- what was done ----------------------------------------------------------------------- */

int emergency_acts(struct conn *c, const struct emergency_use *u, size_t limit, struct arena *arena,
		   struct event_row **ret, size_t *ret_count, struct err *err)
{
	/* The closing itself is written in the microsecond of its revision. */
	struct event_query q = { .person = u->account,
				 .kind = -1,
				 .from_us = u->opened_us,
				 .to_us = u->closed_us ? u->closed_us + 1 : 0,
				 .limit = limit };

	*ret = NULL;
	*ret_count = 0;
	return u->opened_us ? event_list(c, &q, arena, ret, ret_count, err) : 0;
}

/* --- declarations ---------------------------------------------------------------------------- */

struct search {
	const struct ledger_def *def;
	struct arena *arena;
	struct emergency_declaration *found;
	char today[DATE_SIZE];
	bool any;
};

static int look(void *arg, const struct list_row *row, struct err *err)
{
	struct search *k = arg;
	const char *until = field_text(k->def, row->value, "until_on");
	const struct {
		const char **to, *field;
	} pairs[] = {
		{ &k->found->title, "title" },	     { &k->found->kind, "kind" },
		{ &k->found->reason, "reason" },     { &k->found->from_on, "from_on" },
		{ &k->found->until_on, "until_on" }, { &k->found->declared_by, "declared_by" },
	};
	size_t i;

	if (k->any || (*until && strcmp(until, k->today) < 0))
		return 0;
	k->any = true;
	snprintf(k->found->id, ID_SIZE, "%s", row->id);
	k->found->rev = row->rev;
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		*pairs[i].to =
			arena_strdup(k->arena, field_text(k->def, row->value, pairs[i].field));
	return arena_failed(k->arena) ? err_nomem(err) : 0;
}

int emergency_declared(struct ledgers *l, struct conn *c, struct arena *arena,
		       struct emergency_declaration *ret, struct err *err)
{
	struct search k = { .arena = arena, .found = ret };
	struct list_filter filter = { 0, TABLE_EQ, "declared" };
	struct list_query q = {
		.filter = &filter, .filter_count = 1, .sort = -2, .descending = true
	};
	int r = ledgers_find(l, "emergency_declarations", &k.def, err);

	memset(ret, 0, sizeof *ret);
	date_today(k.today);
	if (r < 0)
		return r;
	q.def = k.def;
	filter.field = ledger_field(k.def, "status");
	r = list_each(l, c, &q, look, &k, err);
	return r < 0 ? r : k.any;
}
