/* The answers about the organisation and what they leave out, with the content that ships. */
#include <stdio.h>
#include <string.h>

#include "../ledger/hospital.h"

#include "catalogue/scope.h"

#define CONTROL "mhlw-6.0-control"

static struct facts facts_of(struct hospital *h)
{
	struct facts f;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, facts_read(h->l, c, &f, &h->err));
	store_read_end(c);
	return f;
}

static struct scope scope_of(struct hospital *h)
{
	struct scope s;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, scope_read(h->l, c, &h->arena, &s, &h->err));
	store_read_end(c);
	return s;
}

static int answer_as(struct hospital *h, const struct actor *who, const char *fact,
		     enum fact_answer answer)
{
	struct facts f = facts_of(h);

	f.answer[define_fact(h->defs, fact)] = answer;
	err_clear(&h->err);
	return facts_save(h->l, who, &f, NULL, NULL, &h->err);
}

static void answer(struct hospital *h, const char *fact, enum fact_answer a)
{
	assert_done(h, answer_as(h, &h->planner, fact, a));
}

static void facility(struct hospital *h, const char *kind, const char *beds)
{
	(void)hospital_entry(h, "facility", "name", "見本の施設", "kind", kind, "beds", beds, NULL);
}

/* An item that applies to these kinds and needs this fact (NULL: none). */
static struct item_def item(struct hospital *h, org_set applies, const char *needs)
{
	return (struct item_def){ .applies = applies,
				  .needs = needs ? 1U << define_fact(h->defs, needs) : 0 };
}

static const char *excludes(struct hospital *h, struct item_def it)
{
	struct scope s = scope_of(h);

	return scope_excludes(h->defs, &s, &it);
}

/* --- answers ------------------------------------------------------------------------------ */

static void nothing_answered__nothing_is_left_out(void **state)
{
	struct hospital *h = *state;
	struct facts f = facts_of(h);

	assert_string_equal(f.entry, "");
	assert_int_equal(f.answer[define_fact(h->defs, "wireless")], FACT_OPEN);
	assert_null(excludes(h, item(h, 0, "wireless")));
	assert_null(excludes(h, item(h, 1U << ORG_HOSPITAL, NULL)));
}

static void answers__are_one_entry_and_keep_their_history(void **state)
{
	struct hospital *h = *state;
	struct facts f;

	answer(h, "wireless", FACT_NO);
	answer(h, "cloud", FACT_YES);
	answer(h, "wireless", FACT_YES);
	f = facts_of(h);
	assert_int_equal(hospital_count(h, "scope"), 1);
	assert_int_equal(f.rev, 3);
	assert_int_equal(f.answer[define_fact(h->defs, "wireless")], FACT_YES);
	assert_int_equal(f.answer[define_fact(h->defs, "cloud")], FACT_YES);
	assert_int_equal(f.answer[define_fact(h->defs, "byod")], FACT_OPEN);
}

static void only_no_leaves_out_with_its_printed_reason(void **state)
{
	struct hospital *h = *state;
	const struct item_def it = item(h, 0, "wireless");

	answer(h, "wireless", FACT_UNKNOWN);
	assert_null(excludes(h, it));
	answer(h, "wireless", FACT_NO);
	assert_string_equal(excludes(h, it), "業務に無線LANを使っていないため、対象外です。");
	answer(h, "wireless", FACT_YES);
	assert_null(excludes(h, it));
}

static void who_may_not__changes_nothing(void **state)
{
	struct hospital *h = *state;

	assert_int_equal(answer_as(h, &h->auditor, "wireless", FACT_NO), ERR_DENIED);
	assert_int_equal(hospital_count(h, "scope"), 0);
}

static void changed_meanwhile__is_a_conflict(void **state)
{
	struct hospital *h = *state;
	struct facts old;

	answer(h, "wireless", FACT_NO);
	old = facts_of(h);
	answer(h, "wireless", FACT_YES);
	old.answer[define_fact(h->defs, "cloud")] = FACT_NO;
	assert_int_equal(facts_save(h->l, &h->planner, &old, NULL, NULL, &h->err), ERR_CONFLICT);
	assert_int_equal(facts_of(h).answer[define_fact(h->defs, "cloud")], FACT_OPEN);
}

static void sent_twice__is_written_once(void **state)
{
	struct hospital *h = *state;
	struct facts f = facts_of(h);

	f.answer[define_fact(h->defs, "iot")] = FACT_NO;
	assert_done(h, facts_save(h->l, &h->planner, &f, "form-1", NULL, &h->err));
	assert_done(h, facts_save(h->l, &h->planner, &f, "form-1", NULL, &h->err));
	assert_int_equal(hospital_count(h, "scope"), 1);
	assert_int_equal(facts_of(h).rev, 1);
}

/* --- kinds of organisation --------------------------------------------------------------- */

static void kind__from_the_facility_or_the_folder(void **state)
{
	struct hospital *h = *state;
	struct scope s = scope_of(h);

	/* The folder was made for a hospital. */
	assert_true(s.kind_known && s.kind == ORG_HOSPITAL);
	assert_int_equal(s.beds, -1);
	facility(h, "薬局", "0");
	s = scope_of(h);
	assert_int_equal(s.kind, ORG_PHARMACY);
	assert_int_equal(s.beds, 0);
	assert_string_equal(excludes(h, item(h, 1U << ORG_HOSPITAL, NULL)),
			    "薬局は対象外の項目です。");
}

static void clinic__with_and_without_a_server(void **state)
{
	struct hospital *h = *state;
	const struct item_def with = item(h, 1U << ORG_CLINIC_WITH_SERVER, NULL);
	const struct item_def without = item(h, 1U << ORG_CLINIC_WITHOUT_SERVER, NULL);

	facility(h, "診療所・歯科診療所", "0");
	/* Not answered: it may be either. */
	assert_null(excludes(h, with));
	assert_null(excludes(h, without));
	answer(h, "own_server", FACT_UNKNOWN);
	assert_null(excludes(h, with));
	answer(h, "own_server", FACT_NO);
	assert_string_equal(excludes(h, with),
			    "院内にサーバを置いていない診療所は対象外の項目です。");
	assert_null(excludes(h, without));
	answer(h, "own_server", FACT_YES);
	assert_null(excludes(h, with));
	assert_string_equal(excludes(h, without), "院内にサーバがある診療所は対象外の項目です。");
}

static void clinic_without_a_server__has_fewer_items(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *c = define_catalogue(h->defs, CONTROL);
	struct scope s;
	size_t all, fewer, i, reasons = 0;

	facility(h, "診療所・歯科診療所", "0");
	s = scope_of(h);
	all = scope_count(h->defs, &s, c);
	answer(h, "own_server", FACT_NO);
	s = scope_of(h);
	fewer = scope_count(h->defs, &s, c);
	assert_true(fewer < all);
	for (i = 0; i < c->item_count; i++)
		reasons += scope_excludes(h->defs, &s, &c->item[i]) != NULL;
	assert_int_equal(reasons, c->item_count - fewer);
}

static void care_services__bring_the_items_of_care(void **state)
{
	struct hospital *h = *state;
	const struct item_def care = item(h, 1U << ORG_CARE, NULL);

	assert_string_equal(excludes(h, care), "病院は対象外の項目です。");
	answer(h, "care_services", FACT_YES);
	assert_null(excludes(h, care));
}

static void duties_of_vendors__say_so(void **state)
{
	struct hospital *h = *state;
	const struct item_def it = item(h, 1U << ORG_VENDOR, NULL);
	struct scope vendor;

	assert_string_equal(excludes(h, it), "事業者が行う項目のため、対象外です。");
	scope_vendor(&vendor);
	assert_null(scope_excludes(h->defs, &vendor, &it));
}

static void supposing__writes_nothing(void **state)
{
	struct hospital *h = *state;
	const struct item_def it = item(h, 0, "takeout");
	struct scope now = scope_of(h), then;
	struct facts f = facts_of(h);

	f.answer[define_fact(h->defs, "takeout")] = FACT_NO;
	scope_suppose(h->defs, &now, &f, &then);
	assert_non_null(scope_excludes(h->defs, &then, &it));
	assert_null(excludes(h, it));
	assert_int_equal(hospital_count(h, "scope"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_answered__nothing_is_left_out),
		T(answers__are_one_entry_and_keep_their_history),
		T(only_no_leaves_out_with_its_printed_reason),
		T(who_may_not__changes_nothing),
		T(changed_meanwhile__is_a_conflict),
		T(sent_twice__is_written_once),
		T(kind__from_the_facility_or_the_folder),
		T(clinic__with_and_without_a_server),
		T(clinic_without_a_server__has_fewer_items),
		T(care_services__bring_the_items_of_care),
		T(duties_of_vendors__say_so),
		T(supposing__writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
