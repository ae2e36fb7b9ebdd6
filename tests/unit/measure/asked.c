#include "asked.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct proposal run_for(struct hospital *h, const char *name, const char *column,
			const char *vendor)
{
	char today[DATE_SIZE];
	struct measure_cache *m;
	const struct proposal *p;
	struct conn *c;

	date_today(today);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, measure_cache_new(h->l, c, today, &h->arena, &m, &h->err));
	assert_done(h, measure_cache_run(m, name, column, vendor, &p, &h->err));
	store_read_end(c);
	return *p;
}

void assert_proposes_of(struct hospital *h, const char *name, const char *column,
			const char *vendor, enum proposal_value value, const char *words)
{
	struct proposal p = run_for(h, name, column, vendor);

	if (p.value != value || !strstr(p.reason, words))
		fail_msg("%s: %s, %s", name, proposal_label(p.value), p.reason);
	if (value == PROPOSE_YES)
		assert_string_equal(p.next_step, "");
	else
		assert_true(*p.next_step);
}

void assert_proposes(struct hospital *h, const char *name, const char *column,
		     enum proposal_value value, const char *words)
{
	assert_proposes_of(h, name, column, NULL, value, words);
}

void assert_faults(struct hospital *h, const char *name, int64_t faults, const char *words)
{
	struct proposal p = run_for(h, name, "", NULL);

	assert_int_equal(p.faults, faults);
	assert_true(p.link_count > 0);
	assert_true(p.link[0].fault);
	if (!strstr(p.link[0].text, words))
		fail_msg("%s: %s", name, p.link[0].text);
}

const char *days_ago(struct hospital *h, int days)
{
	char today[DATE_SIZE], date[DATE_SIZE];

	date_today(today);
	date_add_days(today, -days, date);
	return arena_strdup(&h->arena, date);
}

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const char *open_round(struct hospital *h, const char *catalogue, const char *scope, int year,
		       int days)
{
	static int number;

	return hospital_entry(h, "rounds", "catalogue", catalogue, "catalogue_digest", digest,
			      "year", arena_printf(&h->arena, "%d", year), "scope", scope, "title",
			      "点検", "opened_on", days_ago(h, days), "slot",
			      arena_printf(&h->arena, "枠%d", ++number), NULL);
}

void approve(struct hospital *h, const char *round, int days)
{
	const struct ledger_def *def = hospital_ledger(h, "approvals");
	const char **value = arena_calloc(&h->arena, def->field_count, sizeof *value);
	const struct {
		const char *field, *value;
	} pairs[] = { { "round", round },
		      { "kind", "approve" },
		      { "digest", digest },
		      { "approved_on", days_ago(h, days) } };
	char id[ID_SIZE];
	size_t i;

	for (i = 0; i < def->field_count; i++)
		value[i] = "";
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		value[ledger_field(def, pairs[i].field)] = pairs[i].value;
	assert_done(h, entry_change(
			       h->l, &h->executive,
			       &(struct change){
				       .def = def, .op = OP_SAVE, .confirm = true, .value = value },
			       id, NULL, &h->faults, &h->err));
}
