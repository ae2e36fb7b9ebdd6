/* A round keeps the very edition it was opened with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "base/file.h"
#include "catalogue/edition.h"
#include "round/round.h"

#define BCP "bcp-confirmation-r6"

static const char *open_round(struct hospital *h, const char *catalogue)
{
	char *id = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;

	assert_done(
		h, round_open(h->l, &h->planner, catalogue, 2026, "", NULL, id, &receipt, &h->err));
	return id;
}

static struct round_view view_of(struct hospital *h, struct ledgers *l, const char *round)
{
	struct round_view v;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(l, c, round, 0, &h->arena, &v, &h->err));
	store_read_end(c);
	return v;
}

/* The bytes of a catalogue with its first "topic: " told otherwise. */
static char *reworded(struct hospital *h, const struct catalogue *c)
{
	char *copy = arena_strndup(&h->arena, c->bytes, c->size);
	char *at = copy ? strstr(copy, "topic: ") : NULL;

	assert_non_null(at);
	memcpy(at + strlen("topic: "), "甲", strlen("甲"));
	return copy;
}

/* The program of a later day: content/ with another file in place of the one that shipped. */
static void update_program(struct hospital *h, const char *id, const char *bytes,
			   struct definitions **ret_defs, struct ledgers **ret)
{
	struct complaints complaints = { NULL, 0, 0 };
	char command[PATH_MAX * 2], path[PATH_MAX * 2];

	snprintf(command, sizeof command, "cp -r '%s/content' '%s/content'", DAICHO_SHARE,
		 h->f->root);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof path, "%s/content/catalogues/%s.yaml", h->f->root, id);
	if (bytes) {
		assert_done(h, file_write(path, bytes, strlen(bytes), 0600, &h->err));
	} else {
		assert_int_equal(remove(path), 0);
		snprintf(command, sizeof command, "rm -f '%s'/content/crosswalks/*%s*", h->f->root,
			 id);
		assert_int_equal(system(command), 0);
	}
	snprintf(path, sizeof path, "%s/content", h->f->root);
	if (define_load(path, NULL, 0, ret_defs, &complaints, &h->err) < 0)
		fail_msg("%s %s", h->err.text, complaints.count ? complaints.item[0].text : "");
	complaints_release(&complaints);
	assert_done(h, ledgers_open(h->f->s, *ret_defs, ret, &h->err));
}

static void round__reads_its_edition_after_a_program_update(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *shipped = define_catalogue(h->defs, BCP);
	const char *id = open_round(h, BCP), *digest = view_of(h, h->l, id).digest;
	struct definitions *defs;
	struct round_view v;
	struct ledgers *l;

	update_program(h, BCP, reworded(h, shipped), &defs, &l);
	v = view_of(h, l, id);
	assert_string_equal(v.round.catalogue->digest, shipped->digest);
	assert_string_equal(v.line[0].item->topic, shipped->item[0].topic);
	assert_false(v.round.catalogue_changed);
	assert_non_null(v.round.newer);
	assert_string_not_equal(v.round.newer->item[0].topic, shipped->item[0].topic);
	/* What was approved stays approved. */
	assert_string_equal(v.digest, digest);
	ledgers_free(l);
	define_free(defs);
}

static void round__stays_readable_when_its_catalogue_is_shipped_no_more(void **state)
{
	struct hospital *h = *state;
	const char *id = open_round(h, "care-issues");
	struct definitions *defs;
	struct round_view v;
	struct ledgers *l;

	update_program(h, "care-issues", NULL, &defs, &l);
	assert_null(define_catalogue(defs, "care-issues"));
	v = view_of(h, l, id);
	assert_string_equal(v.round.catalogue->id, "care-issues");
	assert_null(v.round.newer);
	ledgers_free(l);
	define_free(defs);
}

static void damaged_edition__is_told_and_the_one_in_force_stands_in(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *shipped = define_catalogue(h->defs, BCP);
	const char *id = open_round(h, BCP);
	struct definitions *defs;
	char name[128];
	struct round_view v;
	struct ledgers *l;
	struct conn *c;

	snprintf(name, sizeof name, "files/%.2s/%s", shipped->digest, shipped->digest);
	assert_int_equal(truncate(fixture_path(h->f, name), 100), 0);
	update_program(h, BCP, reworded(h, shipped), &defs, &l);
	v = view_of(h, l, id);
	assert_true(v.round.catalogue_changed);
	assert_string_not_equal(v.round.catalogue->digest, shipped->digest);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(edition_check(l, c, BCP, shipped->digest, &h->err), ERR_CORRUPT);
	store_read_end(c);
	ledgers_free(l);
	define_free(defs);
}

static void editions__are_stored_once(void **state)
{
	struct hospital *h = *state;
	int64_t files;

	open_round(h, BCP);
	assert_done(h, edition_keep(h->l, define_catalogue(h->defs, BCP), &h->err));
	fixture_close(h->f);
	files = fixture_sql_int(h->f, "SELECT count(*) FROM file");
	assert_int_equal(files, 1);
	fixture_open(h->f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(round__reads_its_edition_after_a_program_update),
		T(round__stays_readable_when_its_catalogue_is_shipped_no_more),
		T(damaged_edition__is_told_and_the_one_in_force_stands_in),
		T(editions__are_stored_once),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
