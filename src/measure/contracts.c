#include "measure/contracts.h"

#include <string.h>

int contracts_read(struct measure_cache *m, struct contracts *ret, struct err *err)
{
	int r = cache_kept(m, "vendors", &ret->vendors, err);

	if (r == 0)
		r = cache_kept(m, "contracts", &ret->contracts, err);
	if (r == 0)
		r = cache_kept(m, "rounds", &ret->rounds, err);
	return r < 0 ? r : cache_kept(m, "approvals", &ret->approvals, err);
}

/* --- until when ------------------------------------------------------------------------ */

/* Both ledgers name the fields of a term alike. */
struct term {
	bool any, unknown, runs;
	const char *last; /* the last day of the one that ended or ends last */
};

static void add_term(struct term *term, const struct tally *t, const struct list_row *row)
{
	const char *to = tally_value(t, row, "contract_to");
	bool renews = tally_is(t, row, "auto_renew", "yes");

	term->any = true;
	if (renews || (date_valid(to) && strcmp(to, t->in->today) >= 0))
		term->runs = true;
	else if (!date_valid(to))
		term->unknown = true;
	if (!renews && strcmp(to, term->last) > 0)
		term->last = to;
}

static void add_contracts(struct term *term, struct tally *t, struct kept *contracts,
			  const char *vendor)
{
	struct kept *before = t->kept;
	const struct kept_row *k;

	t->kept = contracts;
	for (k = contracts->first; k; k = k->next)
		if (tally_is(t, &k->row, "vendor", vendor))
			add_term(term, t, &k->row);
	t->kept = before;
}

static void note_end(struct tally *t, const char *day)
{
	if (date_valid(day) && (!*t->oldest || strcmp(day, t->oldest) < 0))
		memcpy(t->oldest, day, DATE_SIZE);
}

const char *contract_term_fault(struct tally *t, struct contracts *c, const struct list_row *vendor)
{
	struct term term = { .last = "" };
	struct kept *before = t->kept;

	add_contracts(&term, t, c->contracts, vendor->id);
	if (!term.any) {
		t->kept = c->vendors;
		add_term(&term, t, vendor);
		t->kept = before;
	}
	if (term.runs) {
		note_end(t, term.last);
		return NULL;
	}
	if (term.unknown || !*term.last)
		return "契約の終わりが未記入";
	return arena_printf(t->in->arena, "契約が%sに終わっている", term.last);
}

/* --- rounds about them -------------------------------------------------------------------- */

const char *contract_round_vendor(struct contracts *c, const char *scope, struct arena *arena)
{
	const struct list_row *contract;
	int field;

	if (strncmp(scope, "vendor:", 7) == 0)
		return scope + 7;
	if (strncmp(scope, "contract:", 9) != 0)
		return "";
	contract = kept_find(c->contracts, scope + 9, arena);
	field = kept_field(c->contracts, "vendor");
	return contract && field >= 0 ? contract->value[field] : "";
}

static bool is_approved(struct tally *t, struct contracts *c, const char *round)
{
	const struct kept_row *k;
	bool found = false;

	t->kept = c->approvals;
	for (k = c->approvals->first; k && !found; k = k->next)
		found = tally_is(t, &k->row, "round", round) &&
			tally_is(t, &k->row, "kind", "approve");
	t->kept = c->rounds;
	return found;
}

bool contract_round_approved(struct tally *t, struct contracts *c, const char *vendor,
			     bool (*wanted)(const struct tally *t, const struct list_row *round,
					    const void *arg),
			     const void *arg)
{
	struct kept *before = t->kept;
	const struct kept_row *k;
	bool found = false;

	t->kept = c->rounds;
	for (k = c->rounds->first; k && !found; k = k->next)
		found = strcmp(contract_round_vendor(c, tally_value(t, &k->row, "scope"),
						     t->in->arena),
			       vendor) == 0 &&
			wanted(t, &k->row, arg) && is_approved(t, c, k->row.id);
	t->kept = before;
	return found;
}
