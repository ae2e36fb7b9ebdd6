/* The inspection pack, read by other people's programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../ledger/hospital.h"
#include "../report/outside.h"

#include "base/file.h"
#include "ledger/attach.h"
#include "pack/pack.h"

#define CATALOGUE "mhlw-checklist-r7-hospital"

static const char evidence_text[] = "委員会の議事録\n実物を確かめました。\n";

static struct round_view view_of(struct hospital *h, const char *round)
{
	struct round_view v;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(h->l, c, round, true, &h->arena, &v, &h->err));
	store_read_end(c);
	return v;
}

static const char *evidence_file(struct hospital *h)
{
	struct file_info info;

	assert_done(h, attach_put(h->l, &h->planner, hospital_ledger(h, "documents"),
				  hospital_file(h, "minutes.txt", evidence_text), "議事録 6月.txt",
				  0, &info, &h->err));
	return arena_strdup(&h->arena, info.hash);
}

static void answer(struct hospital *h, const char *round, const struct round_line *l,
		   enum answer_value value, const char *refs, const char *files)
{
	struct receipt receipt;
	struct answer_change a = { .round = round,
				   .item = l->item->id,
				   .column = l->column ? l->column->id : "",
				   .value = value,
				   .target_on = value == ANSWER_NO ? "2027-03-31" : NULL,
				   .note = value == ANSWER_NO ? "来年2月に入れ替えます" : "",
				   .evidence_refs = refs,
				   .evidence_files = files };

	assert_done(h, round_answer(h->l, &h->planner, &a, &receipt, &h->faults, &h->err));
}

static void fill_ledgers(struct hospital *h)
{
	const char *vendor =
		hospital_entry(h, "vendors", "name", "㈱見本システムズ", "contract", "yes", NULL);

	hospital_entry(h, "devices", "asset_no", "M-001", "name", "主サーバ", "kind", "server",
		       "os", "Linux", "ip", "192.0.2.11", "place", "サーバ室", "vendor", vendor,
		       NULL);
	hospital_entry(h, "devices", "asset_no", "M-002", "name", "=受付PC", "kind", "terminal",
		       NULL);
	hospital_entry(h, "people", "name", "見本 次郎", "post", "safety_officer", "from_date",
		       "2024-04-01", NULL);
	hospital_entry(h, "contacts", "organisation", "システム係", "kind", "internal", "category",
		       "system", "phone", "内線 123", "order", "1", NULL);
	hospital_entry(h, "contacts", "organisation", "見本システムズ窓口", "kind", "external",
		       "category", "vendor", "phone", "03-0000-0000", "order", "2", "called_by",
		       "システム係", NULL);
	hospital_entry(h, "documents", "title", "運用管理規程", "kind", "rules", "decided_on",
		       "2025-04-01", NULL);
}

/* A round answered in part: the first no, the second with evidence, one left open. */
static const char *fill_round(struct hospital *h)
{
	char *round = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;
	struct round_view v;
	const char *device, *file;
	size_t i;

	fill_ledgers(h);
	assert_done(h, round_open(h->l, &h->planner, CATALOGUE, 2026, "", NULL, round, &receipt,
				  &h->err));
	v = view_of(h, round);
	device = arena_printf(&h->arena, "devices/%s", hospital_find(h, "devices", "主サーバ"));
	file = evidence_file(h);
	answer(h, round, &v.line[0], ANSWER_NO, NULL, NULL);
	answer(h, round, &v.line[1], ANSWER_YES, device, file);
	for (i = 2; i + 1 < v.line_count; i++)
		answer(h, round, &v.line[i], ANSWER_YES, NULL, NULL);
	v = view_of(h, round);
	assert_done(h, round_approve(h->l, &h->executive, round, v.digest, "来年度に更新すること",
				     true, NULL, &receipt, &h->err));
	return round;
}

static const char *make_pack(struct hospital *h, const char *round)
{
	const char *dir = hospital_path(h, "pack");

	assert_done(h, pack_inspection(h->l, round, dir, &h->err));
	return dir;
}

static const char *in(struct hospital *h, const char *dir, const char *name)
{
	return arena_printf(&h->arena, "%s/%s", dir, name);
}

/* Without white space: a cell may be broken into lines anywhere. */
static char *squeezed(char *text)
{
	char *to = text, *p;

	for (p = text; *p; p++)
		if (!strchr(" \n\r\t\f", *p))
			*to++ = *p;
	*to = '\0';
	return text;
}

static void assert_holds(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("not in the document: %s", words);
}

static void pdf__says_everything_of_the_round(void **state)
{
	struct hospital *h = *state;
	const char *round = fill_round(h), *dir = make_pack(h, round);
	struct round_view v = view_of(h, round);
	struct log_head head;
	char *text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "inspection.pdf")));
	size_t i;

	for (i = 0; i < v.line_count; i++)
		assert_holds(text, v.line[i].item->id);
	for (i = 0; i < v.round.catalogue->section_count; i++)
		assert_holds(text, squeezed(arena_strdup(&h->arena,
							 v.round.catalogue->section[i].title)));
	assert_holds(text, "来年2月に入れ替えます");
	assert_holds(text, "2027-03-31");
	assert_holds(text, "未確認");
	assert_holds(text, "対象外");
	assert_holds(text, "M-001");
	assert_holds(text, "=受付PC");
	assert_holds(text, "192.0.2.11");
	assert_holds(text, "見本システムズ窓口");
	assert_holds(text, "議事録6月.txt");
	assert_holds(text, "承認済み");
	assert_holds(text, "院長次郎");
	assert_holds(text, "来年度に更新すること");
	assert_holds(text, v.digest);
	assert_done(h, store_head(h->f->s, &head, &h->err));
	assert_holds(text, head.origin);
	assert_holds(text, head.root_hex);
	assert_holds(text, arena_strndup(&h->arena, head.root_hex, 16));
	free(text);
}

static const char sheet_reader[] =
	"python3 -c \"\n"
	"import sys, zipfile, xml.etree.ElementTree as E\n"
	"z = zipfile.ZipFile(sys.argv[1])\n"
	"n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'\n"
	"assert z.testzip() is None\n"
	"for name in z.namelist():\n"
	"    if name.endswith('.xml') or name.endswith('.rels'): E.fromstring(z.read(name))\n"
	"for s in E.fromstring(z.read('xl/workbook.xml')).iter(n + 'sheet'): print(s.get('name'))\n"
	"for name in z.namelist():\n"
	"    if name.startswith('xl/worksheets/sheet') or name == 'xl/sharedStrings.xml':\n"
	"        for c in E.fromstring(z.read(name)).iter():\n"
	"            assert c.tag != n + 'f', 'a formula'\n"
	"            if c.tag == n + 't' and c.text: print(c.text)\n"
	"\" %s";

static void xlsx__holds_the_checklist_and_each_ledger(void **state)
{
	struct hospital *h = *state;
	const char *dir = make_pack(h, fill_round(h));
	char *text = outside_run(sheet_reader, in(h, dir, "inspection.xlsx"));

	assert_holds(text, "チェックリスト\n");
	assert_holds(text, "機器台帳\n");
	assert_holds(text, "事業者台帳\n");
	assert_holds(text, "この資料について\n");
	assert_holds(text, "1-①\n");
	assert_holds(text, "来年2月に入れ替えます\n");
	assert_holds(text, "=受付PC\n");
	assert_holds(text, "㈱見本システムズ\n");
	free(text);
}

static size_t times(const char *text, const char *words)
{
	size_t n = 0;

	for (text = strstr(text, words); text; text = strstr(text + 1, words))
		n++;
	return n;
}

/* Nobody may take a proposal for an answer: it stands beside one only when it bears it out,
 * or as a contradiction that says so. */
static void pack__marks_answers_the_ledgers_contradict(void **state)
{
	struct hospital *h = *state;
	const char *round = fill_round(h), *dir = make_pack(h, round);
	struct round_view v = view_of(h, round);
	char *text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "inspection.pdf")));
	char *cells = outside_run(sheet_reader, in(h, dir, "inspection.xlsx"));
	size_t i, against = 0;

	for (i = 0; i < v.line_count; i++) {
		const struct round_line *l = &v.line[i];

		if (l->proposal.value == PROPOSE_NONE)
			continue;
		if (l->now.value == ANSWER_YES || l->now.value == ANSWER_NO)
			against +=
				(l->now.value == ANSWER_YES) != (l->proposal.value == PROPOSE_YES);
	}
	assert_true(against > 0);
	assert_int_equal(times(text, "台帳の状態と食い違い"), against);
	assert_true(times(text, "台帳の状態と一致") > 0);
	assert_int_equal(times(text, "台帳の状況"), 0);
	assert_int_equal(times(text, "見込み"), 0);
	assert_holds(cells, "台帳の状態と食い違い: ");
	assert_int_equal(times(cells, "台帳からの提案"), 0);
	free(cells);
	free(text);
}

static void evidence__is_what_was_attached(void **state)
{
	struct hospital *h = *state;
	const char *round = fill_round(h), *dir = make_pack(h, round), *index;
	struct round_view v = view_of(h, round);
	struct stat st;

	assert_string_equal(hospital_read(h, in(h, dir, "evidence/01_議事録 6月.txt")),
			    evidence_text);
	index = hospital_read(h, in(h, dir, "evidence/index.csv"));
	assert_ptr_equal(strstr(index, "\xEF\xBB\xBF番号,項番,欄,ファイル,SHA-256,バイト数\r\n"),
			 index);
	assert_holds(index, arena_printf(&h->arena, "1,%s,", v.line[1].item->id));
	assert_holds(index, arena_printf(&h->arena, ",01_議事録 6月.txt,%s,%zu\r\n",
					 v.line[1].now.evidence[1].file, strlen(evidence_text)));
	/* Decrypted evidence is nobody else's business. */
	assert_int_equal(stat(in(h, dir, "evidence/01_議事録 6月.txt"), &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
}

static void pack__can_be_made_again_in_its_place(void **state)
{
	struct hospital *h = *state;
	const char *round = fill_round(h);

	make_pack(h, round);
	make_pack(h, round);
	assert_int_equal(pack_inspection(h->l, "99", hospital_path(h, "none"), &h->err),
			 ERR_NOT_FOUND);
}

static void empty_hospital__gets_its_pack_too(void **state)
{
	struct hospital *h = *state;
	char round[ID_SIZE];
	struct receipt receipt;
	char *text;

	assert_done(h, round_open(h->l, &h->planner, CATALOGUE, 2026, "", NULL, round, &receipt,
				  &h->err));
	text = outside_run("pdftotext -layout %s -", in(h, make_pack(h, round), "inspection.pdf"));
	assert_holds(text, "未承認");
	/* An empty table must not look as if rows had been left out. */
	assert_int_equal(outside_count(text, "登録はありません。"), 8);
	free(text);
}

static void vendor_pack__is_the_checklist_of_one_vendor(void **state)
{
	struct hospital *h = *state;
	const char *vendor = hospital_entry(h, "vendors", "name", "㈱見本システムズ", NULL);
	const char *dir = hospital_path(h, "vendor");
	char round[ID_SIZE], *text;
	struct receipt receipt;

	hospital_entry(h, "devices", "asset_no", "M-001", "name", "よその会社に見せない機器", NULL);
	assert_done(h, round_open(h->l, &h->planner, "mhlw-checklist-r7-vendor", 2026,
				  arena_printf(&h->arena, "vendor:%s", vendor), NULL, round,
				  &receipt, &h->err));
	assert_done(h, pack_vendor(h->l, round, dir, &h->err));
	text = outside_run("pdftotext -layout %s -", in(h, dir, "vendor-checklist.pdf"));
	assert_holds(text, "㈱見本システムズ");
	assert_null(strstr(text, "よその会社に見せない機器"));
	free(text);
}

/* --- other kinds ------------------------------------------------------------------------------ */

static const char *open_other(struct hospital *h, const char *catalogue, const char *scope)
{
	char *round = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;

	assert_done(h, round_open(h->l, &h->planner, catalogue, 2026, scope, NULL, round, &receipt,
				  &h->err));
	return round;
}

static void send(struct hospital *h, struct answer_change a)
{
	struct receipt receipt;

	assert_done(h, round_answer(h->l, &h->planner, &a, &receipt, &h->faults, &h->err));
}

static void self_check__prints_marks_and_what_is_left_out(void **state)
{
	struct hospital *h = *state;
	const char *round = open_other(h, "bcp-confirmation-r6", ""), *dir;
	char *text, *cells;

	fill_ledgers(h);
	send(h, (struct answer_change){ .round = round,
					.item = "1-1",
					.column = "",
					.value = ANSWER_NO,
					.target_on = "2027-03-31",
					.responsible = "事務長",
					.statements = "a\nc" });
	/* A pharmacy has a sheet of its own. */
	send(h, (struct answer_change){ .round = round,
					.item = "2-1",
					.column = "",
					.value = ANSWER_YES,
					.note = "朝礼で伝えています" });
	dir = make_pack(h, round);
	text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "inspection.pdf")));
	cells = outside_run(sheet_reader, in(h, dir, "inspection.xlsx"));
	assert_holds(text, "BCP（非常時の計画）の確認");
	assert_holds(text, "事務長");
	assert_int_equal(times(text, "満たしている文"), 0);
	assert_int_equal(times(text, "満たしているか"), 2);
	assert_holds(text, "どのシステムが止まると");
	assert_int_equal(times(text, "答えない項目と理由"), 0);
	assert_holds(text, "M-001");
	assert_holds(cells, "a、c\n");
	assert_holds(cells, "事務長\n");
	free(cells);
	free(text);
	hospital_entry(h, "facility", "name", "見本薬局", "kind", "薬局", NULL);
	dir = make_pack(h, round);
	text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "inspection.pdf")));
	cells = outside_run(sheet_reader, in(h, dir, "inspection.xlsx"));
	assert_holds(text, "答えない項目と理由");
	assert_int_equal(times(text, "薬局は対象外の項目です"), 21);
	assert_holds(text, "朝礼で伝えています");
	assert_holds(text, "答える項目はありません");
	assert_holds(cells, "答えない項目\n");
	assert_holds(cells, "薬局は対象外の項目です。\n");
	free(cells);
	free(text);
}

static void survey__prints_what_was_given_and_no_ledgers(void **state)
{
	struct hospital *h = *state;
	const char *round = open_other(h, "hearing-facility", "site:訪問看護みほん"), *dir;
	struct round_view v = view_of(h, round);
	char *text, *cells;
	size_t i;

	fill_ledgers(h);
	for (i = 0; v.line[i].item->ask != ASK_CHOICES; i++)
		;
	send(h, (struct answer_change){ .round = round,
					.item = v.line[i].item->id,
					.column = "",
					.value = ANSWER_GIVEN,
					.given = arena_printf(&h->arena, "%s\n%s",
							      v.line[i].item->options.item[0],
							      v.line[i].item->options.item[2]) });
	dir = make_pack(h, round);
	text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "inspection.pdf")));
	cells = outside_run(sheet_reader, in(h, dir, "inspection.xlsx"));
	assert_holds(text, "訪問看護みほん");
	assert_holds(text,
		     squeezed(arena_printf(&h->arena, "%s、%s", v.line[i].item->options.item[0],
					   v.line[i].item->options.item[2])));
	assert_null(strstr(text, "M-001"));
	assert_null(strstr(cells, "機器台帳\n"));
	assert_holds(cells, arena_printf(&h->arena, "%s、%s\n", v.line[i].item->options.item[0],
					 v.line[i].item->options.item[2]));
	free(cells);
	free(text);
}

static void ledger_pack__asks_for_permission(void **state)
{
	struct hospital *h = *state;
	const char *dir = hospital_path(h, "ledger");
	char *text;

	fill_ledgers(h);
	assert_int_equal(pack_ledger(h->l, &h->executive, "devices", dir, &h->err), ERR_DENIED);
	assert_done(h, pack_ledger(h->l, &h->planner, "devices", dir, &h->err));
	text = squeezed(outside_run("pdftotext -layout %s -", in(h, dir, "devices.pdf")));
	assert_holds(text, "M-001");
	free(text);
	text = outside_run(sheet_reader, in(h, dir, "devices.xlsx"));
	assert_holds(text, "主サーバ\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(pdf__says_everything_of_the_round),
		T(pack__marks_answers_the_ledgers_contradict),
		T(xlsx__holds_the_checklist_and_each_ledger),
		T(evidence__is_what_was_attached),
		T(pack__can_be_made_again_in_its_place),
		T(empty_hospital__gets_its_pack_too),
		T(vendor_pack__is_the_checklist_of_one_vendor),
		T(self_check__prints_marks_and_what_is_left_out),
		T(survey__prints_what_was_given_and_no_ledgers),
		T(ledger_pack__asks_for_permission),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
