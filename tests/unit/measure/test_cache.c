/* One view of the ledgers: read once, run once. */
#include <string.h>

#include "asked.h"

static void runs_once_for_a_column_and_a_vendor(void **state)
{
	struct hospital *h = *state;
	const struct proposal *all, *again, *server;
	struct measure_cache *m;
	char column[] = "server";
	struct conn *c;

	hospital_entry(h, "devices", "name", "受付PC", "kind", "terminal", NULL);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, measure_cache_new(h->l, c, "2026-11-20", &h->arena, &m, &h->err));
	assert_done(h, measure_cache_run(m, "devices_owned", "", NULL, &all, &h->err));
	assert_done(h, measure_cache_run(m, "devices_owned", column, NULL, &server, &h->err));
	assert_int_equal(all->value, PROPOSE_NO);
	assert_int_equal(server->value, PROPOSE_NONE);
	/* The caller's text may change; what was said stays. */
	column[0] = 'x';
	assert_done(h, measure_cache_run(m, "devices_owned", "server", NULL, &again, &h->err));
	assert_ptr_equal(again, server);
	assert_done(h, measure_cache_run(m, "devices_owned", "", NULL, &again, &h->err));
	assert_ptr_equal(again, all);
	store_read_end(c);
}

/* Many good entries must not crowd out the few that want attention. */
static void faults_are_always_linked(void **state)
{
	struct hospital *h = *state;
	struct proposal p;
	size_t i;

	for (i = 0; i < 55; i++)
		hospital_entry(
			h, "contacts", "organisation", arena_printf(&h->arena, "相手%02zu", i),
			"kind", "external", "category", "other", "phone", "03-0000-0000", "order",
			arena_printf(&h->arena, "%zu", i + 1), "checked_on", days_ago(h, 1), NULL);
	for (i = 0; i < 3; i++)
		hospital_entry(h, "contacts", "organisation",
			       arena_printf(&h->arena, "古い相手%zu", i), "kind", "external",
			       "category", "other", "phone", "03-0000-0000", "order", "99", NULL);
	p = run_for(h, "contacts_checked", "", NULL);
	assert_int_equal(p.counted, 58);
	assert_int_equal(p.link_count, 50);
	for (i = 0; i < p.link_count; i++)
		assert_int_equal(p.link[i].fault, i < 3);
}

static void every_measure__has_a_title_and_a_ledger(void **state)
{
	struct hospital *h = *state;
	size_t count, i;
	const struct measure_def *all = measure_defs(&count);

	for (i = 0; i < count; i++) {
		const struct ledger_def *def = hospital_ledger(h, all[i].ledger);
		const char *equals = strchr(all[i].preset, '=');
		char field[40] = "";

		assert_ptr_equal(measure_find(all[i].name), &all[i]);
		assert_true(*all[i].title);
		/* In the order of the subjects, so that pages can group them. */
		assert_true(i == 0 || all[i - 1].subject <= all[i].subject);
		assert_true(*measure_subject_label(all[i].subject));
		if (!*all[i].preset)
			continue;
		assert_non_null(equals);
		memcpy(field, all[i].preset, (size_t)(equals - all[i].preset));
		assert_non_null(
			enum_find(def->field[ledger_field(def, field)].enum_def, equals + 1));
	}
	assert_null(measure_find("no_such_measure"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(runs_once_for_a_column_and_a_vendor),
		T(faults_are_always_linked),
		T(every_measure__has_a_title_and_a_ledger),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
