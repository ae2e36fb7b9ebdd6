/* The sheet out, filled in, and back. */
#include <string.h>
#include <unistd.h>

#include "supplier.h"

#include "reader/child.h"
#include "report/xlsx.h"
#include "vendor/reply.h"
#include "vendor/sheet.h"
#include "vendor/take.h"

struct desk {
	struct supplier s;
	struct asked asked;
	struct typed_answer *typed;
	const char *path;
	struct take take;
	struct receipt receipt;
};

static struct desk begin(struct hospital *h)
{
	struct desk d = { .s = supplier_begin(h) };
	struct conn *c;
	size_t i;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, asked_read(h->l, c, &h->planner, d.s.round, &h->arena, &d.asked, &h->err));
	store_read_end(c);
	d.typed = arena_calloc(&h->arena, d.asked.count, sizeof *d.typed);
	for (i = 0; i < d.asked.count; i++)
		typed_clear(&d.typed[i]);
	d.path = hospital_path(h, "sheet.xlsx");
	return d;
}

/* What the vendor writes into a line. */
static void fill(struct desk *d, const char *item, const char *doer, const char *value)
{
	int i = asked_find(&d->asked, item, COLUMN_VENDOR);

	assert_true(i >= 0);
	d->typed[i].text[ASKED_DOER] = doer;
	d->typed[i].text[ASKED_VALUE] = value;
}

static void send_back(struct desk *d, const char *name)
{
	struct hospital *h = d->s.h;

	assert_done(h, sheet_write(h->l, &d->asked, d->typed, name, "保守部", d->path, &h->arena,
				   &h->err));
}

static int look(struct desk *d)
{
	struct hospital *h = d->s.h;

	err_clear(&h->err);
	return take_look(h->l, &h->planner, d->s.round, d->path, &h->arena, &d->take, &h->err);
}

static int take(struct desk *d)
{
	struct hospital *h = d->s.h;

	err_clear(&h->err);
	return take_commit(h->l, &h->planner, d->s.round, d->path, NULL, &h->arena, &d->take,
			   &d->receipt, &h->err);
}

static struct take_row *row_of(struct desk *d, const char *item)
{
	size_t i;

	for (i = 0; i < d->take.row_count; i++)
		if (strcmp(d->take.row[i].item, item) == 0)
			return &d->take.row[i];
	fail_msg("no row %s", item);
	return NULL;
}

/* --- the round trip ------------------------------------------------------------------------ */

static void sheet__comes_back_and_twice_is_harmless(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);
	struct answer a;
	int at = asked_find(&d.asked, FIRST, COLUMN_VENDOR);
	int64_t facts;

	fill(&d, FIRST, "vendor", "no");
	d.typed[at].text[ASKED_TARGET] = supplier_day(h, 40);
	d.typed[at].text[ASKED_RESPONSIBLE] = "保守部 例田";
	d.typed[at].text[ASKED_NOTE] = "版を上げてから、\n試験します";
	d.typed[at].text[ASKED_POINTS] = "試験の日";
	fill(&d, SECOND, "", "na");
	d.typed[asked_find(&d.asked, SECOND, COLUMN_VENDOR)].text[ASKED_NOTE] = "=1+1";
	send_back(&d, "例田 亮");
	assert_done(h, look(&d));
	assert_int_equal(d.take.row_count, 38);
	assert_int_equal(d.take.in[TAKE_NEW], 2);
	assert_int_equal(d.take.in[TAKE_EMPTY], 36);
	assert_int_equal(d.take.in[TAKE_ERROR], 0);
	assert_int_equal(d.take.missing_count, 0);
	assert_int_equal(hospital_count(h, "answers"), 0);
	assert_done(h, take(&d));
	assert_true(d.receipt.seq >= 0);
	a = supplier_answer(h, d.s.round, FIRST, COLUMN_VENDOR);
	assert_int_equal(a.value, ANSWER_NO);
	assert_int_equal(a.doer, DOER_VENDOR);
	assert_string_equal(a.target_on, supplier_day(h, 40));
	assert_string_equal(a.note, "版を上げてから、\n試験します");
	assert_string_equal(a.answered_by, "例田 亮（保守部）");
	assert_string_equal(a.by, "管理 花子");
	assert_string_equal(supplier_answer(h, d.s.round, SECOND, COLUMN_VENDOR).note, "=1+1");
	assert_int_equal(hospital_count(h, "round_replies"), 1);
	/* Once more: nothing is written. */
	facts = hospital_count(h, "answers");
	assert_done(h, take(&d));
	assert_int_equal(d.receipt.seq, -1);
	assert_int_equal(d.take.in[TAKE_UNCHANGED], 2);
	assert_int_equal(hospital_count(h, "answers"), facts);
	assert_int_equal(hospital_count(h, "round_replies"), 1);
	/* The sheet written again holds the answers, and is unchanged. */
	d = (struct desk){ .s = d.s, .asked = d.asked, .path = d.path };
	{
		struct conn *c;

		assert_done(h, store_read_begin(h->f->s, &c, &h->err));
		assert_done(h, asked_read(h->l, c, &h->planner, d.s.round, &h->arena, &d.asked,
					  &h->err));
		store_read_end(c);
	}
	send_back(&d, "例田 亮");
	assert_done(h, look(&d));
	assert_int_equal(d.take.in[TAKE_UNCHANGED], 2);
}

static void mistakes__are_named_by_row_and_nothing_is_written(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);

	fill(&d, FIRST, "vendor", "yes");
	fill(&d, SECOND, "", "yes");
	fill(&d, "1-B-1", "社長", "no");
	fill(&d, "1-B-2", "joint", "no");
	d.typed[asked_find(&d.asked, "1-B-3①", COLUMN_VENDOR)].text[ASKED_NOTE] = "備考だけ";
	d.typed[asked_find(&d.asked, "1-B-3②", COLUMN_VENDOR)].text[ASKED_CONFIRMED] = "来週";
	fill(&d, "1-B-3②", "joint", "yes");
	send_back(&d, "例田 亮");
	assert_done(h, look(&d));
	assert_int_equal(d.take.in[TAKE_ERROR], 5);
	assert_int_equal(d.take.in[TAKE_NEW], 1);
	assert_string_equal(row_of(&d, SECOND)->fault[0].field, "doer");
	assert_string_equal(row_of(&d, "1-B-1")->fault[0].field, "doer");
	assert_string_equal(row_of(&d, "1-B-2")->fault[0].field, "target_on");
	assert_string_equal(row_of(&d, "1-B-3①")->fault[0].field, "value");
	assert_string_equal(row_of(&d, "1-B-3②")->fault[0].field, "confirmed_on");
	assert_int_equal(row_of(&d, FIRST)->row, SHEET_HEADER_ROW + 1);
	assert_int_equal(take(&d), ERR_INVALID);
	assert_says(h, "5行");
	assert_int_equal(hospital_count(h, "answers"), 0);
	assert_int_equal(hospital_count(h, "round_replies"), 0);
}

static void nameless__is_not_taken(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);

	fill(&d, FIRST, "vendor", "yes");
	send_back(&d, "");
	assert_done(h, look(&d));
	assert_int_equal(d.take.refused.code, ERR_INVALID);
	assert_int_equal(take(&d), ERR_INVALID);
	assert_says(h, "4行目");
}

/* --- sheets that are not ours ----------------------------------------------------------------- */

static void foreign_sheets__are_refused(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);
	const char *second =
		supplier_open(h, SHEET_OF_ROLES,
			      arena_printf(&h->arena, "contract:%s/%s", d.s.vendor,
					   hospital_entry(h, "contracts", "name", "画像の契約",
							  "vendor", d.s.vendor, NULL)));
	const char *round = d.s.round;

	send_back(&d, "例田");
	d.s.round = second;
	assert_int_equal(look(&d), ERR_INVALID);
	assert_says(h, "電子カルテ保守契約"); /* the round it belongs to */
	assert_says(h, "画像の契約");
	d.s.round = round;
	d.path = hospital_file(h, "some.csv", "項番,回答\n1-A-1,はい\n");
	assert_int_equal(look(&d), ERR_INVALID);
	d.path = hospital_file(h, "some.xlsx", "これは表ではありません");
	assert_int_equal(look(&d), ERR_INVALID);
}

struct forged {
	const char *head, *item, *mark;
	size_t copies;
};

/* A sheet as somebody may make by hand: one row, or several alike. */
static void forge(struct desk *d, const struct forged *f)
{
	struct hospital *h = d->s.h;
	const struct xlsx_form_line lines[SHEET_LINES] = {
		[SHEET_LINE_ROUND] = { "確認表", "x", false },
		[SHEET_LINE_HOSPITAL] = { "医療機関", "x", false },
		[SHEET_LINE_NAME] = { "氏名", "例田", true },
		[SHEET_LINE_POST] = { "役職", "担当", true },
		[SHEET_LINE_REMARKS] = { "連絡", "", true },
		[SHEET_LINE_MARK] = { "照合",
				      f->head ? f->head
					      : sheet_head(&d->asked.view.round, &h->arena),
				      false },
	};
	struct xlsx_form_column columns[SHEET_COLUMN_MAX] = { 0 };
	const char *cells[SHEET_COLUMN_MAX];
	int order[SHEET_COLUMN_MAX];
	size_t count = sheet_columns(&d->asked, order), i, n;
	struct xlsx *x;

	assert_done(h, xlsx_new(d->path, &(struct xlsx_info){ .title = "x" }, &x, &h->err));
	for (i = 0; i < count; i++)
		columns[i].column.title = sheet_title(&d->asked, order[i]);
	assert_done(h, xlsx_form(x,
				 &(struct xlsx_form){ .name = SHEET_NAME,
						      .title = "x",
						      .line = lines,
						      .line_count = SHEET_LINES,
						      .value_column = 1,
						      .column = columns,
						      .column_count = count },
				 &h->err));
	for (n = 0; n < f->copies; n++) {
		for (i = 0; i < count; i++)
			cells[i] = order[i] == SHEET_ITEM		    ? f->item
				   : order[i] == SHEET_MARK		    ? f->mark
				   : order[i] == SHEET_ANSWER + ASKED_DOER  ? "共同"
				   : order[i] == SHEET_ANSWER + ASKED_VALUE ? "はい"
									    : "";
		assert_done(h, xlsx_row(x, cells, &h->err));
	}
	assert_done(h, xlsx_close(x, &h->err));
	xlsx_free(x);
}

static const char *mark_of(struct desk *d, const char *item)
{
	char *mark = arena_alloc(&d->s.h->arena, SHEET_MARK_SIZE);

	sheet_mark(d->s.h->f->s, &d->asked.view.round,
		   d->asked.line[asked_find(&d->asked, item, COLUMN_VENDOR)], mark);
	return mark;
}

static void rows_that_were_moved_or_made_up__are_found(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);

	forge(&d, &(struct forged){ NULL, FIRST, mark_of(&d, FIRST), 1 });
	assert_done(h, look(&d));
	assert_int_equal(d.take.in[TAKE_NEW], 1);
	assert_int_equal(d.take.missing_count, 37);
	/* The number of another item over the mark of this one. */
	forge(&d, &(struct forged){ NULL, SECOND, mark_of(&d, FIRST), 1 });
	assert_done(h, look(&d));
	assert_int_equal(d.take.in[TAKE_ERROR], 1);
	assert_non_null(strstr(d.take.row[0].fault[0].text, FIRST));
	forge(&d, &(struct forged){ NULL, FIRST, "0123456789abcdef", 1 });
	assert_done(h, look(&d));
	assert_non_null(strstr(d.take.row[0].fault[0].text, "この点検の行ではありません"));
	forge(&d, &(struct forged){ NULL, FIRST, mark_of(&d, FIRST), 2 });
	assert_done(h, look(&d));
	assert_int_equal(d.take.in[TAKE_ERROR], 1);
	assert_non_null(strstr(d.take.row[1].fault[0].text, "9行目"));
}

static void editions__must_be_the_same(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);
	char *head = arena_strdup(&h->arena, sheet_head(&d.asked.view.round, &h->arena));

	head[strlen(head) - 1] = head[strlen(head) - 1] == '0' ? '1' : '0';
	forge(&d, &(struct forged){ head, FIRST, mark_of(&d, FIRST), 1 });
	assert_int_equal(look(&d), ERR_INVALID);
	assert_says(h, "別の版");
	forge(&d, &(struct forged){ "", FIRST, mark_of(&d, FIRST), 1 });
	assert_int_equal(look(&d), ERR_INVALID);
	assert_says(h, "渡した表ではありません");
}

static void vendor__takes_its_own_sheet_only(void **state)
{
	struct hospital *h = *state;
	struct desk d = begin(h);
	struct actor stranger = supplier_account(h, "betsu", d.s.other);

	fill(&d, FIRST, "vendor", "yes");
	send_back(&d, "例田");
	assert_int_equal(take_look(h->l, &stranger, d.s.round, d.path, &h->arena, &d.take, &h->err),
			 ERR_NOT_FOUND);
	assert_int_equal(
		take_look(h->l, &h->auditor, d.s.round, d.path, &h->arena, &d.take, &h->err),
		ERR_DENIED);
	assert_done(h, take_commit(h->l, &d.s.person, d.s.round, d.path, NULL, &h->arena, &d.take,
				   &d.receipt, &h->err));
	assert_string_equal(supplier_answer(h, d.s.round, FIRST, COLUMN_VENDOR).by, "例田 亮");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, hospital_setup, hospital_teardown)
		T(sheet__comes_back_and_twice_is_harmless),
		T(mistakes__are_named_by_row_and_nothing_is_written),
		T(nameless__is_not_taken),
		T(foreign_sheets__are_refused),
		T(rows_that_were_moved_or_made_up__are_found),
		T(editions__must_be_the_same),
		T(vendor__takes_its_own_sheet_only),
#undef T
	};
	int r = reader_child_main(argc, argv);

	if (r >= 0)
		_exit(r);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
