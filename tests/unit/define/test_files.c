/* Definition files: what is refused, where, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "define/define.h"

#define FIXTURES DAICHO_TEST_FIXTURES

static const char *const measures[] = { "officer_appointed" };

struct checking {
	struct definitions *good;
	struct complaints complaints;
	struct err err;
};

static int setup(void **state)
{
	struct checking *k = calloc(1, sizeof *k);

	assert_non_null(k);
	if (define_load(FIXTURES "/good", measures, 1, &k->good, &k->complaints, &k->err) < 0)
		fail_msg("%s: %s", k->err.text,
			 k->complaints.count ? k->complaints.item[0].text : "");
	*state = k;
	return 0;
}

static int teardown(void **state)
{
	struct checking *k = *state;

	define_free(k->good);
	complaints_release(&k->complaints);
	free(k);
	return 0;
}

/* Reads "line:column words". */
static void read_expected(const char *path, int *ret_line, int *ret_column, char words[400])
{
	FILE *f = fopen(path, "r");

	if (!f)
		fail_msg("%s is missing", path);
	assert_int_equal(fscanf(f, "%d:%d %399[^\n]", ret_line, ret_column, words), 3);
	fclose(f);
}

static bool complained(const struct complaints *c, int line, int column, const char *words)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->item[i].line == line && c->item[i].column == column &&
		    strstr(c->item[i].text, words))
			return true;
	return false;
}

/* True if the file is refused at the place and in the words of its companion. */
static bool refused_as_expected(struct checking *k, const char *kind, const char *folder,
				const char *file)
{
	char path[PATH_MAX], expected[PATH_MAX], words[400];
	int line, column, r;
	const struct err *first;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	snprintf(expected, sizeof expected, "%.*s.expected", (int)(strlen(path) - 5), path);
	read_expected(expected, &line, &column, words);
	complaints_release(&k->complaints);
	r = define_check_file(k->good, kind, path, &k->complaints, &k->err);
	if (r != ERR_INVALID || !k->complaints.count) {
		print_error("%s: accepted (%d)\n", file, r);
		return false;
	}
	first = &k->complaints.item[0];
	assert_string_equal(first->file, path);
	if (complained(&k->complaints, line, column, words))
		return true;
	print_error("%s: expected %d:%d %s, got %d:%d %s\n", file, line, column, words, first->line,
		    first->column, first->text);
	return false;
}

static int is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static void check_folder(struct checking *k, const char *kind, const char *folder, int at_least)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_yaml, alphasort), i, wrong = 0;

	for (i = 0; i < count; i++) {
		wrong += !refused_as_expected(k, kind, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	assert_int_equal(wrong, 0);
	assert_true(count >= at_least);
}

static void ledger__is_refused_at_the_slip(void **state)
{
	check_folder(*state, "ledger", FIXTURES "/bad/ledgers", 75);
}

static void catalogue__is_refused_at_the_slip(void **state)
{
	check_folder(*state, "catalogue", FIXTURES "/bad/catalogues", 42);
}

static void crosswalk__is_refused_at_the_slip(void **state)
{
	check_folder(*state, "crosswalk", FIXTURES "/bad/crosswalks", 24);
}

static void glossary__is_refused_at_the_slip(void **state)
{
	check_folder(*state, "glossary", FIXTURES "/bad/glossary", 7);
}

static void scope__is_refused_at_the_slip(void **state)
{
	check_folder(*state, "scope", FIXTURES "/bad/scope", 6);
}

/* What one list of printed numbers has to say about sample-r9; NULL: nothing. */
static void check_list(struct checking *k, const char *list, const char *words)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof path, FIXTURES "/coverage/%s", list);
	complaints_release(&k->complaints);
	r = define_check_coverage(define_catalogue(k->good, "sample-r9"), path, &k->complaints,
				  &k->err);
	if (!words) {
		assert_int_equal(r, 0);
		return;
	}
	assert_int_equal(r, ERR_INVALID);
	if (k->complaints.count != 1 || !strstr(k->complaints.item[0].text, words))
		fail_msg("%s: %s", list, k->complaints.item[0].text);
}

static void printed_numbers__are_compared_both_ways(void **state)
{
	struct checking *k = *state;

	check_list(k, "sample-r9.tsv", NULL);
	check_list(k, "without-heading.tsv", NULL);
	/* A folder: the list the catalogue names. */
	check_list(k, "", NULL);
	check_list(k, "missing.tsv", "印刷された番号「1 ③」が基準 sample-r9 にありません");
	assert_int_equal(k->complaints.item[0].line, 4);
	check_list(k, "foreign.tsv", "番号「1 ②」は一覧");
	assert_int_equal(k->complaints.item[0].line, 35);
	check_list(k, "twice.tsv", "一覧に番号「1 ②」が2回あります");
	assert_int_equal(k->complaints.item[0].line, 4);
	complaints_release(&k->complaints);
	assert_int_equal(define_check_coverage(define_catalogue(k->good, "sample-r9"),
					       FIXTURES "/coverage/other-group.tsv", &k->complaints,
					       &k->err),
			 ERR_INVALID);
	assert_int_equal(k->complaints.count, 2);
}

static void printed_numbers__of_a_file_are_compared_once_it_is_sound(void **state)
{
	struct checking *k = *state;

	complaints_release(&k->complaints);
	assert_int_equal(define_check_covered(k->good, FIXTURES "/good/catalogues/sample-r9.yaml",
					      FIXTURES "/coverage/missing.tsv", &k->complaints,
					      &k->err),
			 ERR_INVALID);
	assert_int_equal(k->complaints.count, 1);
	complaints_release(&k->complaints);
	assert_int_equal(
		define_check_covered(k->good, FIXTURES "/bad/catalogues/says-too-long.yaml",
				     FIXTURES "/coverage/missing.tsv", &k->complaints, &k->err),
		ERR_INVALID);
	assert_int_equal(k->complaints.count, 1);
	assert_non_null(strstr(k->complaints.item[0].text, "says"));
}

/* One slip must not bury its place under a heap of consequences. */
static void too_many_fields__are_one_complaint(void **state)
{
	struct checking *k = *state;

	complaints_release(&k->complaints);
	assert_int_equal(define_check_file(k->good, "ledger",
					   FIXTURES "/bad/ledgers/over-80-fields.yaml",
					   &k->complaints, &k->err),
			 ERR_INVALID);
	assert_int_equal(k->complaints.count, 1);
}

static void good_files__are_frozen_as_written(void **state)
{
	struct checking *k = *state;
	const struct ledger_def *places = define_ledger(k->good, "places");
	const struct catalogue *c = define_catalogue(k->good, "sample-r8");
	const struct crosswalk *w;
	size_t count;

	assert_non_null(places);
	assert_int_equal(places->field_count, 8);
	assert_ptr_equal(places->field[ledger_field(places, "parent")].ref, places);
	assert_string_equal(enum_find(places->enums, "ward")->label.en, "Ward");
	assert_int_equal(places->field[ledger_field(places, "code")].class, CLASS_SECRET);
	assert_true(places->sort[1].descending);
	assert_int_equal(places->workflow.confirm.roles, 1u << ROLE_PLANNER | 1u << ROLE_OPERATOR);
	assert_false(places->workflow.approve.present);
	assert_int_equal(places->pos.line, 1);
	assert_non_null(c);
	assert_int_equal(strlen(c->digest), 64);
	assert_string_equal(c->item[catalogue_item(c, "1-(2)")].replaces_id, "1-(9)");
	assert_true(c->item[1].unconfirmed);
	assert_int_equal(c->item[0].column_count, 2);
	c = define_catalogue(k->good, "sample-r9");
	assert_string_equal(c->item[0].statement[1].id, "b");
	assert_int_equal(c->item[0].applies, 1u << ORG_HOSPITAL | 1u << ORG_CLINIC_WITH_SERVER);
	assert_int_equal(c->item[0].needs, 1u << define_fact(k->good, "own_server"));
	assert_string_equal(c->item[0].level, "遵守");
	assert_string_equal(c->item[1].change, "追記");
	assert_int_equal(c->item[1].ask, ASK_CHOICE);
	w = define_crosswalk(k->good, "sample-r7", "sample-r9");
	assert_int_equal(w->pair_count, 4);
	assert_int_equal(w->pair[1].to.statement, 0);
	assert_int_equal(w->pair[2].to.item_count, 2);
	assert_null(define_crosswalk(k->good, "sample-r9", "sample-r7"));
	/* Menu order: the number, then the name. */
	assert_string_equal(define_ledgers(k->good, &count)[0]->name, "places");
	assert_int_equal(count, 3);
	assert_null(define_ledger(k->good, "none"));
}

static void access__is_frozen_with_its_defaults(void **state)
{
	struct checking *k = *state;
	const struct ledger_def *places = define_ledger(k->good, "places");
	const struct ledger_def *vendors = define_ledger(k->good, "vendors");
	const struct role_access *role = places->access.role;

	assert_int_equal(role[ROLE_PLANNER].scope, SCOPE_ALL);
	assert_true(role[ROLE_PLANNER].classes & 1u << CLASS_SECRET);
	assert_int_equal(role[ROLE_AUDITOR].scope, SCOPE_NONE);
	assert_int_equal(role[ROLE_STAFF].scope, SCOPE_NONE);
	assert_int_equal(role[ROLE_INSPECTOR].scope, SCOPE_OPENED);
	role = vendors->access.role;
	assert_int_equal(role[ROLE_AUDITOR].scope, SCOPE_NONE);
	assert_int_equal(role[ROLE_INSPECTOR].scope, SCOPE_NONE);
	assert_int_equal(role[ROLE_STAFF].scope, SCOPE_OWN);
	assert_int_equal(role[ROLE_STAFF].field[0], ledger_field(vendors, "keeper"));
	assert_int_equal(role[ROLE_STAFF].classes, 1u << CLASS_PUBLIC | 1u << CLASS_PATIENT);
	assert_int_equal(role[ROLE_VENDOR].scope, SCOPE_VENDOR);
	assert_int_equal(role[ROLE_VENDOR].hidden[0], ledger_field(vendors, "note"));
	assert_string_equal(vendors->access.patient.item[0], "医師");
	assert_int_equal(vendors->access.drafts, 1u << ROLE_STAFF);
	assert_int_equal(role[ROLE_STAFF].rows_pos.line, vendors->access.pos.line + 2);
}

static void one_file__may_be_checked_alone(void **state)
{
	struct checking *k = *state;

	complaints_release(&k->complaints);
	assert_int_equal(define_check_file(NULL, "ledger", FIXTURES "/good/ledgers/places.yaml",
					   &k->complaints, &k->err),
			 0);
	assert_int_equal(define_check_file(k->good, "catalogue",
					   FIXTURES "/good/catalogues/sample-r9.yaml",
					   &k->complaints, &k->err),
			 0);
	assert_int_equal(define_check_file(k->good, "crosswalk",
					   FIXTURES "/good/crosswalks/sample-r7--sample-r9.yaml",
					   &k->complaints, &k->err),
			 0);
	assert_int_equal(define_check_file(k->good, "glossary", FIXTURES "/good/glossary.yaml",
					   &k->complaints, &k->err),
			 0);
	assert_int_equal(define_check_file(k->good, "scope", FIXTURES "/good/scope.yaml",
					   &k->complaints, &k->err),
			 0);
	assert_int_equal(k->complaints.count, 0);
}

static void large_file__is_refused(void **state)
{
	struct checking *k = *state;
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];
	FILE *f;
	int fd, i;

	snprintf(path, sizeof path, "%s/daicho-large-XXXXXX", tmp ? tmp : P_tmpdir);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	for (i = 0; i < 20000; i++)
		fputs("# sixty characters of a remark that nobody will ever read ###\n", f);
	fclose(f);
	complaints_release(&k->complaints);
	assert_int_equal(define_check_file(k->good, "ledger", path, &k->complaints, &k->err),
			 ERR_INVALID);
	unlink(path);
	assert_int_equal(k->complaints.count, 1);
	assert_string_equal(k->complaints.item[0].file, path);
}

static void several_slips__are_reported_in_one_run(void **state)
{
	struct checking *k = *state;
	struct definitions *none = NULL;

	complaints_release(&k->complaints);
	assert_int_equal(define_load(FIXTURES "/bad", measures, 1, &none, &k->complaints, &k->err),
			 ERR_INVALID);
	assert_null(none);
	/* Enough to work through, not an endless list. */
	assert_in_range(k->complaints.count, 20, 50);
}

static void missing_folder__is_an_error(void **state)
{
	struct checking *k = *state;
	struct definitions *none = NULL;

	assert_true(define_load(FIXTURES "/nowhere", NULL, 0, &none, &k->complaints, &k->err) < 0);
	assert_null(none);
	assert_non_null(strstr(k->err.text, "nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(ledger__is_refused_at_the_slip),
		T(catalogue__is_refused_at_the_slip),
		T(crosswalk__is_refused_at_the_slip),
		T(glossary__is_refused_at_the_slip),
		T(scope__is_refused_at_the_slip),
		T(printed_numbers__are_compared_both_ways),
		T(printed_numbers__of_a_file_are_compared_once_it_is_sound),
		T(too_many_fields__are_one_complaint),
		T(good_files__are_frozen_as_written),
		T(access__is_frozen_with_its_defaults),
		T(one_file__may_be_checked_alone),
		T(large_file__is_refused),
		T(several_slips__are_reported_in_one_run),
		T(missing_folder__is_an_error),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
