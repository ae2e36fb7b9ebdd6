/* Catalogues that come while the program runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "define/editions.h"

#define FIXTURES DAICHO_TEST_FIXTURES

static const char *const measures[] = { "officer_appointed" };

/* sample-r9 as it could be revised: 1-② is gone, 1-③ is new. */
#define HEAD                                                                                    \
	"format: 1\ncatalogue: sample-r9\ntitle: 見本の指針\nedition: 令和9年度 改\n" \
	"publisher: 見本\nsource: https://example.jp/r9\nkind: guideline\ntarget: facility\n" \
	"sections:\n  - {id: \"1\", title: 体制}\nitems:\n"
#define FIRST                                                                                         \
	"  - id: \"1-①\"\n    section: \"1\"\n    number: \"①\"\n    topic: 責任者を置く\n" \
	"    says: 責任者を決めておきます。\n    statements:\n"                           \
	"      - {id: a, says: 名前を紙に書いています。}\n"
#define THIRD                                                                                \
	"  - id: \"1-③\"\n    section: \"1\"\n    number: \"③\"\n    topic: 見直す\n" \
	"    says: 毎年見直します。\n"
static const char revised[] = HEAD FIRST THIRD;

static int setup(void **state)
{
	struct complaints complaints = { NULL, 0, 0 };
	struct definitions *d = NULL;
	struct err err;
	int r = define_load(FIXTURES "/good", measures, 1, &d, &complaints, &err);

	complaints_release(&complaints);
	*state = d;
	return r;
}

static int teardown(void **state)
{
	define_free(*state);
	return 0;
}

static const struct catalogue *keep(const struct definitions *d, const char *bytes)
{
	const struct catalogue *c = NULL;
	struct err err;

	if (define_keep_catalogue(d, "installed.yaml", bytes, strlen(bytes), &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

static void lay(const struct definitions *d, const struct catalogue *c)
{
	struct err err;

	assert_int_equal(define_overlay(d, &(struct overlay){ &c, c ? 1 : 0, NULL, 0 }, &err), 0);
}

static void kept_edition__is_found_by_its_bytes_and_not_in_force(void **state)
{
	const struct catalogue *shipped = define_catalogue(*state, "sample-r9");
	const struct catalogue *c = keep(*state, revised);

	assert_ptr_equal(keep(*state, revised), c);
	assert_ptr_equal(define_edition(*state, "sample-r9", c->digest), c);
	assert_null(define_edition(*state, "sample-r8", c->digest));
	assert_ptr_equal(define_edition(*state, "sample-r9", shipped->digest), shipped);
	assert_ptr_equal(define_catalogue(*state, "sample-r9"), shipped);
	assert_int_equal(c->size, strlen(revised));
}

static void overlay__takes_the_place_of_what_shipped_and_can_be_taken_back(void **state)
{
	const struct catalogue *shipped = define_catalogue(*state, "sample-r9");
	uint64_t before = define_generation(*state);
	const struct catalogue *c = keep(*state, revised);
	size_t count;

	lay(*state, c);
	assert_ptr_equal(define_catalogue(*state, "sample-r9"), c);
	assert_ptr_equal(define_shipped(*state, "sample-r9"), shipped);
	define_catalogues(*state, &count);
	assert_int_equal(count, 3);
	assert_true(define_generation(*state) > before);
	/* Whoever holds the old one reads on. */
	assert_string_equal(shipped->item[1].topic, "台帳を整える");
	lay(*state, NULL);
	assert_ptr_equal(define_catalogue(*state, "sample-r9"), shipped);
}

static void pairs__follow_the_edition_in_force(void **state)
{
	const struct catalogue *old = define_catalogue(*state, "sample-r9"), *c;
	const struct catalogue *from = define_catalogue(*state, "sample-r7");
	size_t count;
	const struct pair_at *at = define_pairs(*state, old, catalogue_item(old, "1-②"), &count);

	/* An equal pair of its own, and as part of the group. */
	assert_int_equal(count, 2);
	assert_true(at[0].inverse);
	assert_int_equal(at[1].pair->relation, PAIR_EQUAL);
	c = keep(*state, revised);
	lay(*state, c);
	assert_int_equal(define_crosswalk(*state, "sample-r7", "sample-r9")->pair_count, 3);
	assert_ptr_equal(define_crosswalk(*state, "sample-r7", "sample-r9")->to, c);
	at = define_pairs(*state, c, catalogue_item(c, "1-③"), &count);
	assert_int_equal(count, 1);
	assert_int_equal(at[0].pair->to.item_count, 2);
	define_pairs(*state, from, catalogue_item(from, "1-(9)"), &count);
	assert_int_equal(count, 1);
	define_pairs(*state, old, 0, &count);
	assert_int_equal(count, 0);
}

static void reading__tells_faults_without_keeping_anything(void **state)
{
	static const char bad[] = HEAD FIRST "  - id: \"1-②\"\n";
	struct complaints complaints = { NULL, 0, 0 };
	const struct catalogue *c;
	struct arena arena;
	struct err err;
	uint64_t before = define_generation(*state);

	arena_init(&arena, 0);
	assert_int_equal(define_read_catalogue(*state, "new.yaml", bad, strlen(bad), &arena, &c,
					       &complaints, &err),
			 ERR_INVALID);
	assert_true(complaints.count >= 1);
	assert_string_equal(complaints.item[0].file, "new.yaml");
	complaints_release(&complaints);
	assert_int_equal(define_read_catalogue(*state, "new.yaml", revised, strlen(revised), &arena,
					       &c, &complaints, &err),
			 0);
	assert_null(define_edition(*state, "sample-r9", c->digest));
	assert_int_equal(define_generation(*state), before);
	arena_release(&arena);
}

static void reading__refuses_what_replaces_nothing(void **state)
{
	static const char bad[] = HEAD FIRST "    replaces: {catalogue: sample-r7, id: none}\n";
	struct complaints complaints = { NULL, 0, 0 };
	const struct catalogue *c;
	struct arena arena;
	struct err err;

	arena_init(&arena, 0);
	assert_int_equal(define_read_catalogue(*state, "new.yaml", bad, strlen(bad), &arena, &c,
					       &complaints, &err),
			 ERR_INVALID);
	assert_non_null(strstr(complaints.item[0].text, "sample-r7 none"));
	complaints_release(&complaints);
	arena_release(&arena);
}

/* Once in force, readable for ever: even if the program has forgotten a measure or a fact. */
static void kept_edition__may_name_what_is_no_more(void **state)
{
	static const char old[] = HEAD FIRST "    measure: [forgotten]\n    needs: [forgotten]\n";

	assert_string_equal(keep(*state, old)->item[0].says, "責任者を決めておきます。");
}

static void crosswalk__may_come_too(void **state)
{
	static const char text[] =
		"format: 1\nfrom: sample-r8\nto: sample-r9\ntitle: 見本\nsource: 見本\npairs:\n"
		"  - {from: 1-(1), to: \"1-①\", relation: equal, confidence: high, reason: "
		"同じ。}\n";
	struct complaints complaints = { NULL, 0, 0 };
	const struct crosswalk *w;
	struct arena arena;
	struct err err;

	arena_init(&arena, 0);
	assert_int_equal(define_read_crosswalk(*state, "w.yaml", text, strlen(text), &arena, &w,
					       &complaints, &err),
			 0);
	arena_release(&arena);
	assert_int_equal(define_keep_crosswalk(*state, "w.yaml", text, strlen(text), &w, &err), 0);
	assert_int_equal(define_overlay(*state, &(struct overlay){ NULL, 0, &w, 1 }, &err), 0);
	w = define_crosswalk(*state, "sample-r8", "sample-r9");
	assert_non_null(w);
	assert_int_equal(w->pair[0].to.item_count, 1);
}

static atomic_bool stop;

static void *look_on(void *arg)
{
	size_t count, i, pairs, total = 0;

	while (!atomic_load(&stop)) {
		const struct catalogue *const *all = define_catalogues(arg, &count);

		for (i = 0; i < count; i++) {
			define_pairs(arg, all[i], 0, &pairs);
			total += strlen(all[i]->item[0].says) + pairs;
		}
	}
	return (void *)(uintptr_t)(total != 0);
}

static void readers__see_old_or_new_while_it_changes(void **state)
{
	const struct catalogue *c = keep(*state, revised);
	pthread_t thread;
	void *seen;
	int i;

	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, look_on, *state), 0);
	for (i = 0; i < 200; i++)
		lay(*state, i & 1 ? c : NULL);
	atomic_store(&stop, true);
	pthread_join(thread, &seen);
	assert_ptr_equal(define_catalogue(*state, "sample-r9"), c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(kept_edition__is_found_by_its_bytes_and_not_in_force),
		T(overlay__takes_the_place_of_what_shipped_and_can_be_taken_back),
		T(pairs__follow_the_edition_in_force),
		T(reading__tells_faults_without_keeping_anything),
		T(reading__refuses_what_replaces_nothing),
		T(kept_edition__may_name_what_is_no_more),
		T(crosswalk__may_come_too),
		T(readers__see_old_or_new_while_it_changes),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
