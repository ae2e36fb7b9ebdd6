/* What goes out and comes back is what went out: every catalogue and crosswalk that ships. */
#include "shelf.h"

#include <stdio.h>
#include <string.h>

#include "define/show.h"
#include "interop/interop.h"

static const char *const digest[] = { "digest", NULL };

typedef void out_fn(struct shelf *s, const struct catalogue *c, struct buf *ret);

static void out_xlsx(struct shelf *s, const struct catalogue *c, struct buf *ret)
{
	struct err err = { 0 };

	if (author_catalogue(s->d, c, shelf_path(s, "c.xlsx"), &err) < 0)
		fail_msg("%s: %s", c->id, err.text);
	*ret = shelf_slurp(s, "c.xlsx");
}

static void out_oscal(struct shelf *s, const struct catalogue *c, struct buf *ret)
{
	struct err err = { 0 };
	json_t *json = NULL;
	char *text;

	assert_int_equal(oscal_catalogue(s->d, c, &json, &err), 0);
	text = json_dumps(json, 0);
	buf_init(ret, 0);
	buf_puts(ret, text);
	free(text);
	json_decref(json);
}

static void all_catalogues(struct shelf *s, out_fn *out, enum intake_kind kind)
{
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(s->d, &count);

	assert_true(count >= 10);
	for (i = 0; i < count; i++) {
		struct intake in;
		struct buf b;

		out(s, all[i], &b);
		in = shelf_read(s, INTAKE_GUESS, b.data, b.len);
		buf_release(&b);
		assert_int_equal(in.kind, kind);
		assert_int_equal(in.file_count, 1);
		if (in.note_count)
			fail_msg("%s: %s %s", all[i]->id, in.note[0].place, in.note[0].text);
		shelf_same(catalogue_json(s->d, all[i]),
			   catalogue_json(s->d, shelf_catalogue(s, &in, 0)), digest);
	}
}

static void round_trip__catalogues_through_authoring_sheets(void **state)
{
	all_catalogues(*state, out_xlsx, INTAKE_XLSX);
}

static void round_trip__catalogues_through_oscal(void **state)
{
	all_catalogues(*state, out_oscal, INTAKE_OSCAL);
}

static void round_trip__crosswalks_through_authoring_sheets(void **state)
{
	struct shelf *s = *state;
	size_t count, i;
	const struct crosswalk *const *all = define_crosswalks(s->d, &count);

	assert_true(count >= 1);
	for (i = 0; i < count; i++) {
		struct err err = { 0 };
		struct intake in;
		struct buf b;

		if (author_crosswalk(all[i], false, shelf_path(s, "w.xlsx"), &err) < 0)
			fail_msg("%s", err.text);
		b = shelf_slurp(s, "w.xlsx");
		in = shelf_read(s, INTAKE_GUESS, b.data, b.len);
		buf_release(&b);
		shelf_same(crosswalk_json(all[i], false),
			   crosswalk_json(shelf_crosswalk(s, &in, 0), false),
			   (const char *const[]){ NULL });
	}
}

/* Of a library only this is ours to get back: CISO Assistant has no place for the rest. */
static const char *const lost_head[] = { "digest", "note",    "published", "source",
					 "status", "kind",    "target",	   "columns",
					 "rights", "wording", "coverage",  NULL };
static const char *const lost_item[] = { "headings",   "role",	   "needs",   "control",
					 "area",       "patterns", "columns", "measure",
					 "attributes", "slip",	   "status",  "unconfirmed_note",
					 "cites",      "replaces", "change",  "precondition",
					 NULL };

static void drop_item(json_t *item, bool regular)
{
	size_t k;

	if (!regular)
		json_object_del(item, "number");
	for (k = 0; lost_item[k]; k++)
		json_object_del(item, lost_item[k]);
}

static const char *id_at(json_t *items, size_t i)
{
	return json_string_value(json_object_get(json_array_get(items, i), "id"));
}

/* What is left of the items, by name: a library has them below their headings, in one run each. */
static void reduce(json_t *catalogue)
{
	/* Here names are section, group and number joined, so that the number can be told. */
	const char *name = json_string_value(json_object_get(catalogue, "catalogue"));
	bool regular = strncmp(name, "mhlw-6.0-", 9) == 0;
	json_t *items = json_object_get(catalogue, "items"), *sorted = json_object(), *item;
	const char *id;
	size_t i;

	for (i = 0; i < json_array_size(items); i++) {
		drop_item(json_array_get(items, i), regular);
		json_object_set(sorted, id_at(items, i), json_array_get(items, i));
	}
	json_array_clear(items);
	json_object_foreach(sorted, id, item) json_object_del(item, "id");
	json_object_set_new(catalogue, "items", sorted);
}

static void round_trip__catalogues_through_ciso_assistant(void **state)
{
	struct shelf *s = *state;
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(s->d, &count);

	for (i = 0; i < count; i++) {
		json_t *before = catalogue_json(s->d, all[i]), *after;
		struct err err = { 0 };
		struct intake in;
		struct buf b;

		buf_init(&b, 0);
		assert_int_equal(ciso_catalogue(all[i], &b, &err), 0);
		in = shelf_read(s, INTAKE_GUESS, b.data, b.len);
		buf_release(&b);
		assert_int_equal(in.kind, INTAKE_CISO);
		after = catalogue_json(s->d, shelf_catalogue(s, &in, 0));
		reduce(before);
		reduce(after);
		shelf_same(before, after, lost_head);
	}
}

static void round_trip__crosswalks_through_ciso_assistant(void **state)
{
	static const char *const lost[] = { "note", "source", "wording", NULL };
	struct shelf *s = *state;
	size_t count, i;
	const struct crosswalk *const *all = define_crosswalks(s->d, &count);

	for (i = 0; i < count; i++) {
		struct err err = { 0 };
		struct intake in;
		struct buf b;

		buf_init(&b, 0);
		assert_int_equal(ciso_crosswalk(all[i], &b, &err), 0);
		in = shelf_read(s, INTAKE_CISO, b.data, b.len);
		buf_release(&b);
		assert_int_equal(in.file_count, 1);
		assert_string_equal(in.file[0].lacks, "");
		shelf_same(crosswalk_json(all[i], false),
			   crosswalk_json(shelf_crosswalk(s, &in, 0), false), lost);
	}
}

static void round_trip__definition_files_pass_as_they_are(void **state)
{
	struct shelf *s = *state;
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(s->d, &count);

	for (i = 0; i < count; i++) {
		const struct catalogue *again;
		struct intake in;
		struct buf b;
		char path[300];
		FILE *f;

		snprintf(path, sizeof path, DAICHO_SHARE "/content/catalogues/%s.yaml", all[i]->id);
		f = fopen(path, "rb");
		assert_non_null(f);
		buf_init(&b, 0);
		for (int c; (c = fgetc(f)) != EOF;)
			buf_putc(&b, (char)c);
		fclose(f);
		in = shelf_read(s, INTAKE_GUESS, b.data, b.len);
		buf_release(&b);
		again = shelf_catalogue(s, &in, 0);
		shelf_same(catalogue_json(s->d, all[i]), catalogue_json(s->d, again), digest);
		/* What we write we read the same way, for ever. */
		in = shelf_read(s, INTAKE_YAML, in.file[0].yaml, in.file[0].len);
		assert_string_equal(shelf_catalogue(s, &in, 0)->digest, again->digest);
	}
}

int main(int argc, char **argv)
{
	int child = reader_child_main(argc, argv);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip__catalogues_through_authoring_sheets),
		cmocka_unit_test(round_trip__catalogues_through_oscal),
		cmocka_unit_test(round_trip__crosswalks_through_authoring_sheets),
		cmocka_unit_test(round_trip__catalogues_through_ciso_assistant),
		cmocka_unit_test(round_trip__crosswalks_through_ciso_assistant),
		cmocka_unit_test(round_trip__definition_files_pass_as_they_are),
	};

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, shelf_setup, shelf_teardown);
}
