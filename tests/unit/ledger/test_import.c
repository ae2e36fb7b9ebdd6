/* From the file people keep to entries, seen first, all or nothing, and back. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "importer.h"

#include "base/file.h"
#include "base/fold.h"
#include "reader/child.h"

/* What a clerk's Excel sheet looks like: title lines, own column names, CP932, blank rows. */
static const char sheet_utf8[] = "見本病院　機器一覧,,,,\r\n"
				 "令和8年10月1日現在,,,,\r\n"
				 "機器番号,品名,区分,置き場所,購入年月日\r\n"
				 "K1,受付PC,パソコン,1階 受付,令和6年4月1日\r\n"
				 "K2,薬局PC,ノートPC,薬局,2024/5/1\r\n"
				 "K3,主サーバ,サーバー,サーバ室,R6.4.1\r\n"
				 ",,,,\r\n"
				 ",,,,\r\n";

static void import_sheet(struct hospital *h, struct import_result *ret)
{
	assert_done(h, commit_file(h, "devices", cp932_file(h, "list.csv", sheet_utf8), false, NULL,
				   ret));
}

static void look__finds_header_encoding_and_columns(void **state)
{
	struct hospital *h = *state;
	struct plan p;

	plan_file(h, "devices", cp932_file(h, "list.csv", sheet_utf8), &p);
	assert_int_equal(p.look.meta.encoding, SHEET_ENCODING_CP932);
	assert_int_equal(p.look.meta.header_row, 3);
	assert_int_equal(p.look.meta.junk_rows, 2);
	assert_int_equal(p.look.map.column_count, 5);
	assert_string_equal(p.look.map.header[3], "置き場所");
	assert_string_equal(hospital_ledger(h, "devices")->field[p.look.map.field[1]].name, "name");
	assert_string_equal(hospital_ledger(h, "devices")->field[p.look.map.field[4]].name,
			    "introduced_on");
	assert_int_equal(p.look.sample_count, 3);
	assert_string_equal(p.look.sample[1][1], "薬局PC");
	assert_false(p.look.remembered);
}

static void plan__tells_each_row_and_changes_nothing(void **state)
{
	struct hospital *h = *state;
	struct plan p;

	hospital_entry(h, "devices", "asset_no", "K1", "name", "受付PC", "kind", "端末PC", "place",
		       "2階", "introduced_on", "2024-04-01", NULL);
	hospital_entry(h, "devices", "asset_no", "K3", "name", "主サーバ", "kind", "サーバ",
		       "place", "サーバ室", "introduced_on", "2024-04-01", "note",
		       "消えてはならない", NULL);
	plan_file(h, "devices",
		  cp932_file(h, "list.csv",
			     "機器番号,品名,区分,置き場所,購入年月日\r\n"
			     "K1,受付PC,パソコン,1階 受付,令和6年4月1日\r\n"
			     "K2,薬局PC,ノートPC,薬局,2024/5/1\r\n"
			     "K3,主サーバ,サーバー,サーバ室,R6.4.1\r\n"
			     "K4,冷蔵庫PC,冷蔵庫,台所,2024/2/30\r\n"
			     "K5,,PC,台所,\r\n"),
		  &p);
	assert_int_equal(p.totals.row[IMPORT_NEW], 1);
	assert_int_equal(p.totals.row[IMPORT_CHANGED], 1);
	assert_int_equal(p.totals.row[IMPORT_UNCHANGED], 1);
	assert_int_equal(p.totals.row[IMPORT_ERROR], 2);
	assert_int_equal(planned_row(&p, 2)->status, IMPORT_CHANGED);
	assert_string_equal(planned_row(&p, 2)->changes, "place: 2階 > 1階 受付\n");
	assert_int_equal(planned_row(&p, 3)->status, IMPORT_NEW);
	assert_int_equal(planned_row(&p, 4)->status, IMPORT_UNCHANGED);
	assert_non_null(strstr(planned_row(&p, 5)->faults, "区分: "));
	assert_non_null(strstr(planned_row(&p, 5)->faults, "端末PC"));
	assert_non_null(strstr(planned_row(&p, 5)->faults, "購入年月日: "));
	assert_non_null(strstr(planned_row(&p, 6)->faults, "品名: "));
	assert_int_equal(hospital_count(h, "devices"), 2);
	assert_int_equal(hospital_count(h, "imports"), 0);
}

static void commit__writes_all_and_records_the_batch(void **state)
{
	struct hospital *h = *state;
	struct import_result r;
	const char *id;

	import_sheet(h, &r);
	assert_int_equal(r.totals.row[IMPORT_NEW], 3);
	assert_int_equal(r.totals.blank, 2);
	assert_true(r.receipt.seq >= 0);
	assert_int_equal(hospital_count(h, "devices"), 3);
	id = hospital_find(h, "devices", "薬局PC");
	assert_non_null(id);
	assert_string_equal(hospital_value(h, "devices", id, "kind"), "terminal");
	assert_string_equal(hospital_value(h, "devices", id, "introduced_on"), "2024-05-01");
	assert_string_equal(hospital_value(h, "imports", r.batch, "ledger"), "devices");
	assert_string_equal(hospital_value(h, "imports", r.batch, "rows_new"), "3");
	assert_string_equal(hospital_value(h, "imports", r.batch, "file_name"), "list.csv");
}

static void commit__again_writes_nothing(void **state)
{
	struct hospital *h = *state;
	struct import_result r;

	import_sheet(h, &r);
	import_sheet(h, &r);
	assert_true(r.nothing_to_do);
	assert_int_equal(r.totals.row[IMPORT_UNCHANGED], 3);
	assert_int_equal(hospital_count(h, "devices"), 3);
	assert_int_equal(hospital_count(h, "imports"), 1);
}

/* A button pressed twice sends the same key twice. */
static void commit__with_a_known_key_gives_the_first_receipt(void **state)
{
	struct hospital *h = *state;
	const char *path = cp932_file(h, "list.csv", sheet_utf8);
	struct import_result first, second;

	assert_done(h, commit_file(h, "devices", path, false, "form-1", &first));
	assert_false(first.receipt.repeated);
	assert_done(h, commit_file(h, "devices", path, false, "form-1", &second));
	assert_true(second.receipt.repeated);
	assert_int_equal(second.receipt.seq, first.receipt.seq);
	assert_string_equal(second.batch, first.batch);
	assert_int_equal(second.totals.row[IMPORT_NEW], 3);
	assert_int_equal(hospital_count(h, "devices"), 3);
}

static const char faulty[] =
	"管理番号,機器名,種別\nA1,一号機,サーバ\nA2,二号機,冷蔵庫\nA3,三号機,端末PC\n";

static void commit__is_all_or_nothing(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_file(h, "faulty.csv", faulty);
	struct import_result r;

	assert_int_equal(commit_file(h, "devices", path, false, NULL, &r), ERR_INVALID);
	assert_says(h, "1行");
	assert_int_equal(hospital_count(h, "devices"), 0);
	assert_int_equal(hospital_count(h, "imports"), 0);
}

static void commit__takes_the_good_rows_when_asked(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_file(h, "faulty.csv", faulty);
	struct import_result r;

	assert_done(h, commit_file(h, "devices", path, true, NULL, &r));
	assert_int_equal(r.totals.row[IMPORT_ERROR], 1);
	assert_int_equal(hospital_count(h, "devices"), 2);
	assert_null(hospital_find(h, "devices", "二号機"));
}

static void commit__needs_permission(void **state)
{
	struct hospital *h = *state;
	const char *path = cp932_file(h, "list.csv", sheet_utf8);
	const struct ledger_def *def = hospital_ledger(h, "devices");
	struct import_look look;
	struct import_result r;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	assert_int_equal(import_commit(h->l, &h->auditor, def, path, "list.csv", &look.map, false,
				       NULL, &r, &h->err),
			 ERR_DENIED);
	assert_int_equal(hospital_count(h, "devices"), 0);
}

static void errors__come_back_as_a_file_to_correct(void **state)
{
	struct hospital *h = *state;
	const char *path = hospital_file(h, "faulty.csv", faulty), *text;
	const char *out = hospital_path(h, "errors.csv");
	int fd = open(out, O_RDWR | O_CREAT, 0600);
	struct plan p;

	plan_file(h, "devices", path, &p);
	assert_true(fd >= 0);
	assert_done(h, import_write_errors(h->l, &h->planner, hospital_ledger(h, "devices"), path,
					   &p.look.map, fd, &h->err));
	close(fd);
	text = hospital_read(h, out);
	assert_ptr_equal(strstr(text, "\xEF\xBB\xBF管理番号,機器名,種別,"), text);
	assert_non_null(strstr(text, "A2,二号機,冷蔵庫,3,"));
	assert_null(strstr(text, "一号機"));
	/* Corrected, it can be imported as it is. */
	text = arena_printf(&h->arena, "%.*s端末PC%s", (int)(strstr(text, "冷蔵庫") - text), text,
			    strstr(text, "冷蔵庫") + strlen("冷蔵庫"));
	plan_file(h, "devices", hospital_file(h, "corrected.csv", text), &p);
	assert_int_equal(p.totals.row[IMPORT_NEW], 1);
	assert_int_equal(p.totals.row[IMPORT_ERROR], 0);
}

static void mapping__is_remembered(void **state)
{
	struct hospital *h = *state;
	const struct ledger_def *def = hospital_ledger(h, "devices");
	const char *path = hospital_file(h, "own.csv", "番号札,よびな,くさぐさ\n1,一号機,古い\n");
	struct import_look look;
	struct import_result r;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	assert_int_equal(look.map.field[1], -1);
	look.map.field[0] = ledger_field(def, "asset_no");
	look.map.field[1] = ledger_field(def, "name");
	assert_done(h, import_commit(h->l, &h->planner, def, path, "own.csv", &look.map, false,
				     NULL, &r, &h->err));
	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	assert_true(look.remembered);
	assert_int_equal(look.map.field[1], ledger_field(def, "name"));
	assert_int_equal(look.map.field[2], -1);
}

static int read_map(struct hospital *h, const char *text, struct import_map *map)
{
	err_clear(&h->err);
	return import_map_read(hospital_ledger(h, "devices"), hospital_file(h, "own.map", text),
			       map, &h->arena, &h->err);
}

static void mapping_file__says_where_it_is_wrong(void **state)
{
	struct hospital *h = *state;
	const struct ledger_def *def = hospital_ledger(h, "devices");
	const char *path = hospital_file(h, "own.csv", "番号札,よびな,割合=%\n1,一号機,3\n");
	struct import_look look;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	/* As Notepad saves it. */
	assert_done(h, read_map(h,
				"\xEF\xBB\xBF番号札 = asset_no\r\n\r\n# 列の対応\r\n"
				"よびな=name\r\n割合=% = -\r\n",
				&look.map));
	assert_int_equal(look.map.field[0], ledger_field(def, "asset_no"));
	assert_int_equal(look.map.field[1], ledger_field(def, "name"));
	assert_int_equal(look.map.field[2], -1);
	assert_int_equal(read_map(h, "番号札 = asset_no\nよびな = nickname\n", &look.map),
			 ERR_INVALID);
	assert_int_equal(h->err.line, 2);
	assert_says(h, "nickname");
	assert_int_equal(read_map(h, "番号 = asset_no\n", &look.map), ERR_INVALID);
	assert_says(h, "列「番号」");
	assert_int_equal(read_map(h, "番号札\n", &look.map), ERR_INVALID);
	assert_int_equal(h->err.line, 1);
}

static void mapping__of_two_columns_to_one_field_is_refused(void **state)
{
	struct hospital *h = *state;
	struct plan p;
	struct import_totals t;
	const char *path = cp932_file(h, "list.csv", sheet_utf8);

	plan_file(h, "devices", path, &p);
	p.look.map.field[3] = p.look.map.field[1];
	assert_int_equal(import_plan(h->l, &h->planner, hospital_ledger(h, "devices"), path,
				     &p.look.map, NULL, NULL, &t, &h->err),
			 ERR_INVALID);
	assert_says(h, "置き場所");
}

static void references__are_found_by_name(void **state)
{
	struct hospital *h = *state;
	const char *vendor = hospital_entry(h, "vendors", "name", "㈱見本システムズ", NULL);
	struct import_result r;
	struct plan p;

	plan_file(h, "contacts",
		  hospital_file(h, "c.csv",
				"組織名,院内・院外,カテゴリ,電話番号,事業者\n"
				"見本窓口,院外,事業者,03-0000-0001,（株）見本システムズ\n"
				"知らない窓口,院外,事業者,03-0000-0002,知らない会社\n"),
		  &p);
	assert_string_equal(planned_row(&p, 2)->faults, "");
	assert_int_equal(p.totals.row[IMPORT_ERROR], 1);
	assert_non_null(strstr(planned_row(&p, 3)->faults, "知らない会社"));
	assert_done(h, commit_file(h, "contacts", hospital_path(h, "c.csv"), true, NULL, &r));
	assert_string_equal(
		hospital_value(h, "contacts", hospital_find(h, "contacts", "見本窓口"), "vendor"),
		vendor);
}

static void doubles__within_the_file_are_faults(void **state)
{
	struct hospital *h = *state;
	struct plan p;

	plan_file(h, "devices",
		  hospital_file(h, "d.csv", "管理番号,機器名\nA1,一号機\nA2,二号機\nA1,三号機\n"),
		  &p);
	assert_int_equal(p.totals.row[IMPORT_NEW], 2);
	assert_int_equal(p.totals.row[IMPORT_ERROR], 1);
	assert_non_null(strstr(planned_row(&p, 4)->faults, "2行目"));
}

static void rows__without_a_number_meet_by_name(void **state)
{
	struct hospital *h = *state;
	struct plan p;

	hospital_entry(h, "devices", "name", "番号のない機器", "place", "倉庫", NULL);
	hospital_entry(h, "devices", "name", "同じ名前", NULL);
	hospital_entry(h, "devices", "name", "同じ名前", NULL);
	plan_file(
		h, "devices",
		hospital_file(h, "n.csv", "機器名,設置場所\n番号のない機器,受付\n同じ名前,受付\n"),
		&p);
	assert_int_equal(planned_row(&p, 2)->status, IMPORT_CHANGED);
	assert_int_equal(planned_row(&p, 3)->status, IMPORT_ERROR);
	assert_non_null(strstr(planned_row(&p, 3)->faults, "2件以上"));
}

static void cells__beyond_the_header_are_faults(void **state)
{
	struct hospital *h = *state;
	struct plan p;

	plan_file(h, "devices",
		  hospital_file(h, "w.csv",
				"管理番号,機器名,種別,設置場所\n"
				"A1,一号機,サーバ,受付\nA2,二号機,サーバ,受付,はみ出し\n"),
		  &p);
	assert_int_equal(p.totals.row[IMPORT_ERROR], 1);
	assert_non_null(strstr(planned_row(&p, 3)->faults, "見出しのない列"));
}

static void undo(struct hospital *h, const char *batch, int64_t undone, int64_t left)
{
	struct receipt receipt;
	int64_t was_undone, was_left;

	assert_done(h, import_undo(h->l, &h->planner, batch, "違うファイルを取り込んだため", NULL,
				   &was_undone, &was_left, &receipt, &h->err));
	assert_int_equal(was_undone, undone);
	assert_int_equal(was_left, left);
}

static void undo__takes_back_what_nobody_touched_since(void **state)
{
	struct hospital *h = *state;
	const char *old = hospital_entry(h, "devices", "asset_no", "K1", "name", "受付PC", "place",
					 "2階", NULL);
	struct import_result r;
	int64_t a, b;

	import_sheet(h, &r);
	assert_int_equal(r.totals.row[IMPORT_CHANGED], 1);
	assert_string_equal(hospital_value(h, "devices", old, "place"), "1階 受付");
	hospital_revise(h, "devices", hospital_find(h, "devices", "薬局PC"), "note", "手で直した",
			NULL);
	undo(h, r.batch, 2, 1);
	assert_string_equal(hospital_value(h, "devices", old, "place"), "2階");
	assert_string_equal(hospital_value(h, "devices", old, "kind"), "");
	assert_null(hospital_find(h, "devices", "主サーバ"));
	assert_non_null(hospital_find(h, "devices", "薬局PC"));
	assert_int_equal(hospital_count(h, "devices"), 2);
	assert_string_equal(hospital_value(h, "imports", r.batch, "undone"), "1");
	assert_int_equal(
		import_undo(h->l, &h->planner, r.batch, "もう一度", NULL, &a, &b, NULL, &h->err),
		ERR_CONFLICT);
}

static int import_as(struct hospital *h, const struct actor *who, struct import_result *ret)
{
	const struct ledger_def *def = hospital_ledger(h, "devices");
	const char *path = hospital_file(h, "own.csv", "管理番号,機器名,種別,設置場所\n"
						       "A1,一号機,サーバ,受付\n"
						       "A2,二号機,サーバ,受付\n");
	struct import_look look;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	return import_commit(h->l, who, def, path, "own.csv", &look.map, false, NULL, ret,
			     &h->err);
}

static void undo__is_open_to_whoever_imported(void **state)
{
	struct hospital *h = *state;
	struct actor colleague = h->operator;
	struct import_result r;
	struct receipt first, second;
	int64_t undone, left;

	assert_done(h, import_as(h, &h->operator, &r));
	memcpy(colleague.account, h->executive.account, sizeof colleague.account);
	assert_int_equal(import_undo(h->l, &colleague, r.batch, "誤り", NULL, &undone, &left,
				     &first, &h->err),
			 ERR_DENIED);
	assert_says(h, "本人か、「");
	assert_int_equal(hospital_count(h, "devices"), 2);
	hospital_revise(h, "devices", hospital_find(h, "devices", "二号機"), "note", "手で直した",
			NULL);
	assert_done(h, import_undo(h->l, &h->operator, r.batch, "誤り", "form-9", &undone, &left,
				   &first, &h->err));
	assert_int_equal(undone, 1);
	assert_int_equal(left, 1);
	assert_non_null(hospital_find(h, "devices", "二号機"));
	/* A second click is harmless and says the same. */
	assert_done(h, import_undo(h->l, &h->operator, r.batch, "誤り", "form-9", &undone, &left,
				   &second, &h->err));
	assert_int_equal(second.seq, first.seq);
	assert_int_equal(undone, 1);
	assert_int_equal(left, 1);
}

static void columns__never_feed_files(void **state)
{
	struct hospital *h = *state;
	const struct ledger_def *def = hospital_ledger(h, "devices");
	const char *path = hospital_file(h, "f.csv", "管理番号,機器名,控え\nA1,一号機,x\n");
	struct import_totals totals;
	struct import_look look;
	size_t i;

	assert_done(h, import_look(h->l, def, path, NULL, &h->arena, &look, &h->err));
	for (i = 0; i < def->field_count && def->field[i].type != FIELD_FILES; i++)
		;
	assert_true(i < def->field_count);
	look.map.field[2] = (int)i;
	assert_int_equal(import_plan(h->l, &h->planner, def, path, &look.map, NULL, NULL, &totals,
				     &h->err),
			 ERR_INVALID);
	assert_says(h, "ファイルの項目");
}

static void undo__leaves_the_way_free_to_import_again(void **state)
{
	struct hospital *h = *state;
	struct import_result r;

	import_sheet(h, &r);
	undo(h, r.batch, 3, 0);
	assert_int_equal(hospital_count(h, "devices"), 0);
	import_sheet(h, &r);
	assert_int_equal(r.totals.row[IMPORT_NEW], 3);
	assert_int_equal(hospital_count(h, "devices"), 3);
}

static const char *in_utf8(struct hospital *h, const char *path)
{
	struct buf raw, text;
	const char *copy;

	buf_init(&raw, 0);
	buf_init(&text, 0);
	assert_done(h, file_read(path, 1 << 20, &raw, &h->err));
	assert_true(cp932_decode(raw.data, raw.len, &text, NULL));
	copy = arena_strndup(&h->arena, text.data, text.len);
	buf_release(&text);
	buf_release(&raw);
	return copy;
}

static const char *replaced(struct hospital *h, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return arena_printf(&h->arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* The sheet that ships: three rows are wrong on purpose. */
static void sample__is_wrong_in_three_rows_and_goes_in_when_put_right(void **state)
{
	struct hospital *h = *state;
	const char *path = DAICHO_SHARE "/content/sample/devices-excel.csv", *text;
	struct import_result r;
	struct plan p;

	plan_file(h, "devices", path, &p);
	assert_int_equal(p.totals.row[IMPORT_ERROR], 3);
	assert_int_equal(p.totals.row[IMPORT_NEW], 37);
	assert_non_null(strstr(planned_row(&p, 20)->faults, "ＩＰアドレス"));
	assert_non_null(strstr(planned_row(&p, 23)->faults, "購入年月日"));
	assert_non_null(strstr(planned_row(&p, 30)->faults, "区分"));
	text = in_utf8(h, path);
	text = replaced(h, text, "192.0.2.300", "192.0.2.29");
	text = replaced(h, text, "2024/2/30", "2024/2/29");
	text = replaced(h, text, "パソコン一式", "パソコン");
	assert_done(h,
		    commit_file(h, "devices", cp932_file(h, "right.csv", text), false, NULL, &r));
	assert_int_equal(r.totals.row[IMPORT_NEW], 40);
	assert_int_equal(hospital_count(h, "devices"), 40);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(look__finds_header_encoding_and_columns),
		T(plan__tells_each_row_and_changes_nothing),
		T(commit__writes_all_and_records_the_batch),
		T(commit__again_writes_nothing),
		T(commit__with_a_known_key_gives_the_first_receipt),
		T(commit__is_all_or_nothing),
		T(commit__takes_the_good_rows_when_asked),
		T(commit__needs_permission),
		T(errors__come_back_as_a_file_to_correct),
		T(mapping__is_remembered),
		T(mapping_file__says_where_it_is_wrong),
		T(mapping__of_two_columns_to_one_field_is_refused),
		T(references__are_found_by_name),
		T(doubles__within_the_file_are_faults),
		T(rows__without_a_number_meet_by_name),
		T(cells__beyond_the_header_are_faults),
		T(undo__takes_back_what_nobody_touched_since),
		T(undo__is_open_to_whoever_imported),
		T(columns__never_feed_files),
		T(undo__leaves_the_way_free_to_import_again),
		T(sample__is_wrong_in_three_rows_and_goes_in_when_put_right),
#undef T
	};
	int r = reader_child_main(argc, argv);

	if (r >= 0)
		_exit(r);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
