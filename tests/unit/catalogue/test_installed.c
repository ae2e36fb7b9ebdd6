/* Installing catalogues: looked at, on trial, back or for good. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "catalogue/edition.h"
#include "catalogue/installed.h"

#define TOP(id, edition)                                                           \
	"format: 1\ncatalogue: " id "\ntitle: 見本の指針\nedition: " edition       \
	"\npublisher: 見本\nsource: 見本\nkind: guideline\ntarget: facility\n" \
	"sections:\n  - {id: \"1\", title: 一}\nitems:\n"
#define ITEM(number, says, more)                                       \
	"  - {id: \"1-" number "\", section: \"1\", number: \"" number \
	"\", topic: 見出し, says: " says more "}\n"
static const char first[] = TOP("sample", "第1版") ITEM("①", "甲を行います。", "")
	ITEM("②", "乙を行います。", ", do: [まず聞きます。]") ITEM("③", "丙を行います。", "");
static const char second[] = TOP("sample", "第2版") ITEM("①", "甲を行います。", "")
	ITEM("②", "乙をすべて行います。", ", do: [まず聞きます。]") ITEM("④", "丁を行います。", "");
static const char advice[] = TOP("sample", "第1版") ITEM("①", "甲を行います。", "")
	ITEM("②", "乙を行います。", ", do: [まず尋ねます。]") ITEM("③", "丙を行います。", "");
#define TAKES(id, change) ", replaces: {catalogue: sample, id: \"1-" id "\"}" change
static const char next[] =
	TOP("sample-next", "第3版") ITEM("①", "甲を行います。", TAKES("①", ", change: 同じ"))
		ITEM("②", "乙を広く行います。", TAKES("②", ", change: 追記"))
			ITEM("⑨", "戊を行います。", "");
static const char walk[] =
	"format: 1\nfrom: sample\nto: care-issues\ntitle: 見本の対応\nsource: 見本\npairs:\n"
	"  - {from: \"1-①\", to: 1-1, relation: equal, confidence: high, reason: "
	"同じことを求める。}\n"
	"  - {from: \"1-③\", to: 1-2, relation: equal, confidence: high, reason: "
	"丙は1-2と同じ。}\n";

static int try_apply(struct hospital *h, const struct actor *who, const char *bytes, bool crosswalk,
		     const char *key, char ret_id[ID_SIZE])
{
	struct install_wish wish = { crosswalk, bytes, strlen(bytes), "見本.yaml" };
	struct complaints complaints = { NULL, 0, 0 };
	struct receipt receipt;
	int r = install_apply(h->l, who, &wish, key, ret_id, &receipt, &complaints, &h->err);

	complaints_release(&complaints);
	return r;
}

static const char *apply(struct hospital *h, const char *bytes)
{
	char *id = arena_alloc(&h->arena, ID_SIZE);

	assert_done(h, try_apply(h, &h->planner, bytes, bytes == walk, NULL, id));
	return id;
}

static void confirm(struct hospital *h, const char *id)
{
	struct receipt receipt;

	assert_done(h, install_confirm(h->l, &h->planner, id, NULL, &receipt, &h->err));
}

static int undo(struct hospital *h, const char *id)
{
	struct receipt receipt;

	return install_undo(h->l, &h->planner, id, "", NULL, &receipt, &h->err);
}

static struct install_plan plan(struct hospital *h, const char *bytes)
{
	struct install_wish wish = { bytes == walk, bytes, strlen(bytes), "見本.yaml" };
	struct complaints complaints = { NULL, 0, 0 };
	struct install_plan p;

	if (install_plan(h->l, &wish, &h->arena, &p, &complaints, &h->err) < 0)
		fail_msg("%s %s", h->err.text, complaints.count ? complaints.item[0].text : "");
	return p;
}

static const struct item_change *change_of(const struct install_plan *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->comparison.count; i++)
		if (strcmp(p->comparison.item[i].item->id, id) == 0)
			return &p->comparison.item[i];
	fail_msg("no change %s", id);
	return NULL;
}

static const char *edition_of(struct hospital *h, const char *id)
{
	const struct catalogue *c = define_catalogue(h->defs, id);

	return c ? c->edition : "";
}

static void plan__tells_new_reworded_and_retired_items_and_changes_nothing(void **state)
{
	struct hospital *h = *state;
	struct install_plan p = plan(h, first);

	assert_null(p.now);
	assert_int_equal(p.comparison.of_kind[CHANGE_NEW], 3);
	confirm(h, apply(h, first));
	p = plan(h, second);
	assert_string_equal(p.now->edition, "第1版");
	assert_int_equal(change_of(&p, "1-①")->kind, CHANGE_SAME);
	assert_int_equal(change_of(&p, "1-②")->kind, CHANGE_REWORDED);
	assert_string_equal(change_of(&p, "1-②")->what, "求めること");
	assert_int_equal(change_of(&p, "1-④")->kind, CHANGE_NEW);
	assert_int_equal(change_of(&p, "1-③")->kind, CHANGE_RETIRED);
	assert_string_equal(edition_of(h, "sample"), "第1版");
	/* Other advice is no other demand. */
	p = plan(h, advice);
	assert_int_equal(change_of(&p, "1-②")->kind, CHANGE_SAME);
	assert_true(change_of(&p, "1-②")->advice);
	assert_string_equal(change_of(&p, "1-②")->what, "すること");
}

static void plan__of_a_successor_follows_what_it_replaces(void **state)
{
	struct hospital *h = *state;
	struct install_plan p;

	confirm(h, apply(h, first));
	p = plan(h, next);
	assert_null(p.now);
	assert_int_equal(p.before_count, 1);
	assert_int_equal(change_of(&p, "1-①")->kind, CHANGE_SAME);
	assert_int_equal(change_of(&p, "1-②")->kind, CHANGE_REWORDED);
	assert_string_equal(change_of(&p, "1-②")->what, "追記");
	assert_int_equal(change_of(&p, "1-⑨")->kind, CHANGE_NEW);
	assert_int_equal(p.comparison.of_kind[CHANGE_RETIRED], 1);
}

static void applied__is_in_force_at_once_and_can_be_taken_back(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *kept;
	const char *one = apply(h, first), *two;

	confirm(h, one);
	kept = define_catalogue(h->defs, "sample");
	two = apply(h, second);
	assert_string_equal(edition_of(h, "sample"), "第2版");
	assert_done(h, undo(h, two));
	assert_ptr_equal(define_catalogue(h->defs, "sample"), kept);
	assert_int_equal(undo(h, two), ERR_CONFLICT);
	/* What was confirmed stays. */
	assert_int_equal(undo(h, one), ERR_CONFLICT);
	assert_non_null(strstr(h->err.text, "確定しています"));
}

static void newest__counts_and_an_older_file_may_come_again(void **state)
{
	struct hospital *h = *state;

	confirm(h, apply(h, first));
	confirm(h, apply(h, second));
	confirm(h, apply(h, first));
	assert_string_equal(edition_of(h, "sample"), "第1版");
	assert_int_equal(try_apply(h, &h->planner, first, false, NULL, h->err.text), ERR_CONFLICT);
	assert_int_equal(hospital_count(h, "catalogue_files"), 3);
}

static void installed__is_there_after_a_restart(void **state)
{
	struct hospital *h = *state;
	struct complaints complaints = { NULL, 0, 0 };

	confirm(h, apply(h, first));
	apply(h, walk);
	apply(h, second);
	assert_done(h, undo(h, apply(h, next)));
	ledgers_free(h->l);
	define_free(h->defs);
	assert_done(h,
		    define_load(DAICHO_SHARE "/content", NULL, 0, &h->defs, &complaints, &h->err));
	assert_done(h, ledgers_open(h->f->s, h->defs, &h->l, &h->err));
	assert_string_equal(edition_of(h, "sample"), "");
	assert_done(h, installed_load(h->l, &h->err));
	assert_string_equal(edition_of(h, "sample"), "第2版");
	assert_string_equal(edition_of(h, "sample-next"), "");
	/* The pair of the item that is gone is left out. */
	assert_int_equal(define_crosswalk(h->defs, "sample", "care-issues")->pair_count, 1);
}

static void crosswalk__is_installed_and_loses_pairs_with_its_items(void **state)
{
	struct hospital *h = *state;
	const char *id;

	confirm(h, apply(h, first));
	id = apply(h, walk);
	assert_int_equal(define_crosswalk(h->defs, "sample", "care-issues")->pair_count, 2);
	assert_int_equal(plan(h, second).lost_pairs, 1);
	assert_done(h, undo(h, id));
	assert_null(define_crosswalk(h->defs, "sample", "care-issues"));
}

static void applying__is_for_planners(void **state)
{
	struct hospital *h = *state;
	char id[ID_SIZE];

	assert_int_equal(try_apply(h, &h->operator, first, false, NULL, id), ERR_DENIED);
	assert_int_equal(try_apply(h, &h->auditor, first, false, NULL, id), ERR_DENIED);
	assert_string_equal(edition_of(h, "sample"), "");
}

static void faulty_file__changes_nothing(void **state)
{
	static const char bad[] = TOP("sample", "第1版") "  - {id: \"1-①\"}\n";
	struct hospital *h = *state;
	struct install_wish wish = { false, bad, strlen(bad), "見本.yaml" };
	struct complaints complaints = { NULL, 0, 0 };
	struct receipt receipt;
	char id[ID_SIZE];

	assert_int_equal(
		install_apply(h->l, &h->planner, &wish, NULL, id, &receipt, &complaints, &h->err),
		ERR_INVALID);
	assert_true(complaints.count > 0);
	assert_string_equal(complaints.item[0].file, "見本.yaml");
	complaints_release(&complaints);
	assert_int_equal(hospital_count(h, "catalogue_files"), 0);
	assert_string_equal(edition_of(h, "sample"), "");
}

static void same_form_twice__installs_once(void **state)
{
	struct hospital *h = *state;
	char one[ID_SIZE], two[ID_SIZE];

	assert_done(h, try_apply(h, &h->planner, first, false, "key", one));
	assert_done(h, try_apply(h, &h->planner, first, false, "key", two));
	assert_string_equal(one, two);
	assert_int_equal(hospital_count(h, "catalogue_files"), 1);
}

static void note(void *arg, const char *text)
{
	snprintf(arg, 600, "%s", text);
}

static void damaged_file__is_named_and_the_one_before_stays_in_force(void **state)
{
	struct hospital *h = *state;
	char name[128], told[600] = "";
	struct complaints complaints = { NULL, 0, 0 };
	struct conn *c;

	confirm(h, apply(h, first));
	confirm(h, apply(h, second));
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, installed_audit(h->l, c, note, told, &h->err));
	assert_string_equal(told, "");
	snprintf(name, sizeof name, "files/%.2s/%s", define_catalogue(h->defs, "sample")->digest,
		 define_catalogue(h->defs, "sample")->digest);
	assert_int_equal(truncate(fixture_path(h->f, name), 90), 0);
	assert_done(h, installed_audit(h->l, c, note, told, &h->err));
	assert_non_null(strstr(told, "取り込んだ基準 sample（第2版）"));
	store_read_end(c);
	ledgers_free(h->l);
	define_free(h->defs);
	assert_done(h,
		    define_load(DAICHO_SHARE "/content", NULL, 0, &h->defs, &complaints, &h->err));
	assert_done(h, ledgers_open(h->f->s, h->defs, &h->l, &h->err));
	assert_done(h, installed_load(h->l, &h->err));
	assert_string_equal(edition_of(h, "sample"), "第1版");
}

static void list__tells_what_is_in_force(void **state)
{
	struct hospital *h = *state;
	struct installed *list;
	struct conn *c;
	size_t count;

	confirm(h, apply(h, first));
	apply(h, second);
	assert_done(h, undo(h, apply(h, next)));
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, installed_list(h->l, c, &h->arena, &list, &count, &h->err));
	store_read_end(c);
	assert_int_equal(count, 3);
	assert_true(list[0].taken_back && !list[0].in_force);
	assert_true(list[1].trial && list[1].in_force);
	assert_true(!list[2].trial && !list[2].in_force);
	assert_string_equal(list[1].by, "管理 花子");
	assert_non_null(strstr(list[1].changes, "新しい項目（1件）: 1-④"));
	assert_non_null(strstr(list[1].changes, "なくなった項目（1件）: 1-③"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(plan__tells_new_reworded_and_retired_items_and_changes_nothing),
		T(plan__of_a_successor_follows_what_it_replaces),
		T(applied__is_in_force_at_once_and_can_be_taken_back),
		T(newest__counts_and_an_older_file_may_come_again),
		T(installed__is_there_after_a_restart),
		T(crosswalk__is_installed_and_loses_pairs_with_its_items),
		T(applying__is_for_planners),
		T(faulty_file__changes_nothing),
		T(same_form_twice__installs_once),
		T(damaged_file__is_named_and_the_one_before_stays_in_force),
		T(list__tells_what_is_in_force),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
