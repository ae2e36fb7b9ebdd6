#include "vendor/contracts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "round/fields.h"
#include "vendor/invite.h"

#define CONTRACTS_MAX 5000

static const struct {
	const char *name, *label;
} states[CONTRACT_STATE_MAX] = {
	[CONTRACT_UNOPENED] = { "unopened", "まだ始めていない" },
	[CONTRACT_VENDOR] = { "vendor", "事業者の答え待ち" },
	[CONTRACT_HOSPITAL] = { "hospital", "医療機関の答え待ち" },
	[CONTRACT_DIFFERS] = { "differs", "答えの違いがある" },
	[CONTRACT_ALIKE] = { "alike", "合意できる" },
	[CONTRACT_CHANGED] = { "changed", "合意の後に変わった" },
	[CONTRACT_AGREED] = { "agreed", "合意済み（承認前）" },
	[CONTRACT_APPROVED] = { "approved", "承認済み" },
};

const char *contract_state_name(enum contract_state s)
{
	return states[s].name;
}

const char *contract_state_label(enum contract_state s)
{
	return states[s].label;
}

enum contract_state contract_judge(const struct round_view *v, const struct sharing *s)
{
	if (s->in[SHARING_CHANGED])
		return CONTRACT_CHANGED;
	if (s->in[SHARING_AGREED] == s->count)
		return v->approval.state == APPROVAL_CURRENT ? CONTRACT_APPROVED : CONTRACT_AGREED;
	/* What is agreed already needs no answer of either any more. */
	if (s->in[SHARING_VENDOR] + s->in[SHARING_NOBODY])
		return CONTRACT_VENDOR;
	if (s->in[SHARING_HOSPITAL])
		return CONTRACT_HOSPITAL;
	return s->in[SHARING_DIFFERS] ? CONTRACT_DIFFERS : CONTRACT_ALIKE;
}

/* --- gathering ----------------------------------------------------------------------- */

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def, *vendors;
	struct arena *arena;
	struct contract *item;
	size_t count, alloc;
	char today[DATE_SIZE], soon[DATE_SIZE];
	struct round *rounds;
	size_t round_count;
	struct invite *invites;
	size_t invite_count;
};

/* Not yet past, and near. */
static bool is_near(const struct gather *g, const char *day)
{
	return *day && strcmp(day, g->today) >= 0 && strcmp(day, g->soon) <= 0;
}

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct contract *k = &g->item[g->count];

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "契約が多すぎます（%d件まで）", CONTRACTS_MAX);
	g->count++;
#define KEEP(field) arena_strdup(g->arena, system_value(g->def, row->value, field))
	*k = (struct contract){ .name = KEEP("name"),
				.number = KEEP("number"),
				.systems = KEEP("systems"),
				.vendor = KEEP("vendor"),
				.from = KEEP("contract_from"),
				.to = KEEP("contract_to"),
				.notice_by = KEEP("notice_by"),
				.title = "",
				.opened_on = "",
				.approved_on = "",
				.asked_on = "",
				.until = "" };
#undef KEEP
	if (arena_failed(g->arena))
		return err_nomem(err);
	snprintf(k->id, sizeof k->id, "%s", row->id);
	k->vendor_name = entry_name(g->l, g->c, g->vendors, k->vendor, g->arena);
	k->renews = strcmp(system_value(g->def, row->value, "auto_renew"), "yes") == 0;
	k->ended = *k->to && !k->renews && strcmp(k->to, g->today) < 0;
	k->expiring = !k->ended && (is_near(g, k->to) || is_near(g, k->notice_by));
	return 0;
}

static const struct round *newest_round(const struct gather *g, const struct contract *k)
{
	const struct round *found = NULL;
	size_t i;

	for (i = 0; i < g->round_count; i++) {
		const struct round *r = &g->rounds[i];

		if (r->about == ABOUT_CONTRACT && strcmp(r->contract, k->id) == 0 &&
		    catalogue_shares(r->catalogue) && (!found || r->year > found->year))
			found = r;
	}
	return found;
}

/* The newest page that was not taken back: they come newest first. */
static void note_asked(const struct gather *g, struct contract *k)
{
	size_t i;

	for (i = 0; i < g->invite_count; i++)
		if (strcmp(g->invites[i].round, k->round) == 0 && !*g->invites[i].revoked_on) {
			k->asked_on = g->invites[i].made_on;
			k->until = g->invites[i].until;
			return;
		}
}

static int note_round(struct gather *g, struct contract *k, const struct round *r, struct err *err)
{
	struct round_view v;
	char day[DATE_SIZE];
	int rc = round_view(g->l, g->c, r->id, ROUND_UNNAMED, g->arena, &v, err);

	if (rc == 0)
		rc = sharing_read(&v, g->arena, &k->sharing, err);
	if (rc < 0)
		return rc;
	memcpy(k->round, r->id, sizeof k->round);
	k->title = r->title;
	k->opened_on = r->opened_on;
	k->year = r->year;
	k->state = contract_judge(&v, &k->sharing);
	if (v.approval.state == APPROVAL_CURRENT) {
		date_of_us(v.approval.at_us, day);
		k->approved_on = arena_strdup(g->arena, day);
	}
	note_asked(g, k);
	k->late = *k->until && strcmp(k->until, g->today) < 0 && k->sharing.vendor_open;
	return k->approved_on ? 0 : err_nomem(err);
}

static int note_rounds(struct gather *g, struct err *err)
{
	size_t i;
	int r = round_list(g->l, g->c, g->arena, &g->rounds, &g->round_count, err);

	if (r == 0)
		r = invite_list(g->l, g->c, NULL, g->arena, &g->invites, &g->invite_count, err);
	for (i = 0; r == 0 && i < g->count; i++) {
		const struct round *newest = newest_round(g, &g->item[i]);

		if (newest)
			r = note_round(g, &g->item[i], newest, err);
	}
	return r;
}

/* Those that run first, then by their end and name. */
static int by_end(const void *a, const void *b)
{
	const struct contract *x = a, *y = b;
	const char *to_x = *x->to ? x->to : "9999", *to_y = *y->to ? y->to : "9999";
	int r = (x->ended > y->ended) - (x->ended < y->ended);

	if (!r)
		r = strcmp(to_x, to_y);
	return r ? r : strcmp(x->name, y->name);
}

int contract_list(struct ledgers *l, struct conn *c, struct arena *arena, struct contract **ret,
		  size_t *ret_count, struct err *err)
{
	struct gather g = { .l = l, .c = c, .arena = arena };
	struct list_query q = { .sort = -1, .limit = CONTRACTS_MAX };
	int64_t total = 0;
	int r = ledgers_find(l, "contracts", &g.def, err);

	if (r == 0)
		r = ledgers_find(l, "vendors", &g.vendors, err);
	if (r < 0)
		return r;
	date_today(g.today);
	date_add_days(g.today, CONTRACT_SOON_DAYS, g.soon);
	q.def = g.def;
	r = list_count(l, c, &q, CONTRACTS_MAX, &total, err);
	if (r < 0)
		return r;
	g.alloc = (size_t)total;
	g.item = arena_calloc(arena, g.alloc + 1, sizeof *g.item);
	r = g.item ? list_each(l, c, &q, gather_row, &g, err) : err_nomem(err);
	if (r >= 0)
		r = note_rounds(&g, err);
	if (r >= 0 && g.count)
		qsort(g.item, g.count, sizeof *g.item, by_end);
	*ret = g.item;
	*ret_count = g.count;
	return r < 0 ? r : 0;
}
