/* What leaves a ledger, and that it comes back unchanged. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "importer.h"

#include "base/file.h"
#include "base/fold.h"
#include "ledger/export.h"
#include "reader/child.h"

/* Cells that a spreadsheet would take for formulas, and characters CP932 lacks. */
static const char *const hard_names[] = { "=1+1",   "+81-3",	    "-5度の冷蔵庫", "@計算",
					  "'引用",  "'=1+1",	    "''二重",	    "髙橋のPC",
					  "𠮷野PC", "\"引用\", 点", "＝全角",	    "12-3" };
#define HARD (sizeof hard_names / sizeof hard_names[0])

static void fill(struct hospital *h)
{
	const char *vendor = hospital_entry(h, "vendors", "name", "㈱見本システムズ", NULL);
	char number[16];
	size_t i;

	for (i = 0; i < HARD; i++) {
		snprintf(number, sizeof number, "%04zu", i);
		hospital_entry(h, "devices", "asset_no", number, "name", hard_names[i], "kind",
			       "端末PC", "status", "稼働", "introduced_on", "2024-04-01", "vendor",
			       vendor, "remote_maintenance", "いいえ", "ip", "192.0.2.1, 192.0.2.2",
			       "note", "一行目\n=二行目", NULL);
	}
}

static int export_as(struct hospital *h, const char *ledger, enum export_format format,
		     bool substitute, const char *path)
{
	struct list_query q = { .def = hospital_ledger(h, ledger), .sort = -1 };
	struct conn *c;
	int r;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	err_clear(&h->err);
	r = export_ledger(h->l, c, &h->planner, &q, format, substitute, path, &h->err);
	store_read_end(c);
	return r;
}

static void assert_comes_back(struct hospital *h, const char *ledger, const char *path,
			      int64_t rows)
{
	struct plan p;
	size_t i;

	plan_file(h, ledger, path, &p);
	for (i = 0; i < p.count; i++)
		if (p.row[i].status != IMPORT_UNCHANGED)
			print_error("%s: %s%s", p.row[i].name, p.row[i].faults, p.row[i].changes);
	assert_int_equal(p.totals.row[IMPORT_UNCHANGED], rows);
	assert_int_equal(p.totals.row[IMPORT_ERROR] + p.totals.row[IMPORT_CHANGED] +
				 p.totals.row[IMPORT_NEW],
			 0);
}

static void csv__comes_back_unchanged(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.csv"), *text;

	fill(h);
	assert_done(h, export_as(h, "devices", EXPORT_CSV, false, path));
	text = hospital_read(h, path);
	assert_ptr_equal(strstr(text, "\xEF\xBB\xBF管理番号,機器名（コンピュータ名）,"), text);
	assert_non_null(strstr(text, "'=1+1"));
	assert_null(strstr(text, ",=1+1"));
	assert_comes_back(h, "devices", path, HARD);
	assert_done(h, export_as(h, "vendors", EXPORT_CSV, false, path));
	assert_comes_back(h, "vendors", path, 1);
}

/* Two columns of one name could not be told apart. */
static void csv__header_names_each_column_once(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.csv");
	struct import_look look;
	size_t i, n;

	fill(h);
	assert_done(h, export_as(h, "devices", EXPORT_CSV, false, path));
	assert_done(h, import_look(h->l, hospital_ledger(h, "devices"), path, NULL, &h->arena,
				   &look, &h->err));
	for (i = 0; i < look.map.column_count; i++)
		for (n = 0; n < i; n++)
			assert_string_not_equal(look.map.header[i], look.map.header[n]);
}

static void xlsx__comes_back_unchanged(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.xlsx");

	fill(h);
	assert_done(h, export_as(h, "devices", EXPORT_XLSX, false, path));
	assert_comes_back(h, "devices", path, HARD);
}

static void cp932__is_refused_with_the_characters_it_lacks(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.csv");

	fill(h);
	assert_int_equal(export_as(h, "devices", EXPORT_CSV_CP932, false, path), ERR_INVALID);
	assert_says(h, "𠮷");
	/* 髙 is one of the characters that CP932 has beyond Shift_JIS. */
	assert_null(strstr(h->err.text, "髙"));
	assert_int_equal(access(path, F_OK), -1);
}

static void cp932__writes_a_mark_when_asked(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.csv");
	struct buf raw, text;

	fill(h);
	assert_done(h, export_as(h, "devices", EXPORT_CSV_CP932, true, path));
	buf_init(&raw, 0);
	buf_init(&text, 0);
	assert_done(h, file_read(path, 1 << 20, &raw, &h->err));
	assert_true(cp932_decode(raw.data, raw.len, &text, NULL));
	assert_non_null(strstr(text.data, "〓野PC"));
	assert_non_null(strstr(text.data, "髙橋のPC"));
	buf_release(&text);
	buf_release(&raw);
}

static void json__holds_stored_values(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.json");
	json_t *all, *entries, *fields;
	json_error_t why;

	fill(h);
	assert_done(h, export_as(h, "devices", EXPORT_JSON, false, path));
	all = json_loads(hospital_read(h, path), 0, &why);
	if (!all)
		fail_msg("%s", why.text);
	assert_string_equal(json_string_value(json_object_get(all, "ledger")), "devices");
	entries = json_object_get(all, "entries");
	assert_int_equal(json_array_size(entries), HARD);
	fields = json_object_get(json_array_get(entries, 0), "fields");
	assert_string_equal(json_string_value(json_object_get(fields, "name")), "=1+1");
	assert_string_equal(json_string_value(json_object_get(fields, "status")), "in_use");
	assert_null(json_object_get(fields, "os"));
	json_decref(all);
}

static void json__of_an_empty_ledger_is_whole(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_path(h, "devices.json");
	json_t *all;

	assert_done(h, export_as(h, "devices", EXPORT_JSON, false, path));
	all = json_loads(hospital_read(h, path), 0, NULL);
	assert_non_null(all);
	assert_int_equal(json_array_size(json_object_get(all, "entries")), 0);
	json_decref(all);
}

static void export__needs_permission(void **state)
{
	struct hospital *h = *state;
	struct list_query q = { .def = hospital_ledger(h, "devices"), .sort = -1 };
	const char *path = hospital_path(h, "devices.csv");
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(
		export_ledger(h->l, c, &h->executive, &q, EXPORT_CSV, false, path, &h->err),
		ERR_DENIED);
	store_read_end(c);
	assert_int_equal(access(path, F_OK), -1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(csv__comes_back_unchanged),
		T(csv__header_names_each_column_once),
		T(xlsx__comes_back_unchanged),
		T(cp932__is_refused_with_the_characters_it_lacks),
		T(cp932__writes_a_mark_when_asked),
		T(json__holds_stored_values),
		T(json__of_an_empty_ledger_is_whole),
		T(export__needs_permission),
#undef T
	};
	int r = reader_child_main(argc, argv);

	if (r >= 0)
		_exit(r);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
