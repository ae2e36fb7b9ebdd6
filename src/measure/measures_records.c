/* Measures that ask for a record of something done within a year: training, audit, drill. */
#include <string.h>

#include "measure/things.h"

/* --- records of a kind ------------------------------------------------------------------ */

/* The last of the days a record may carry. */
static const char *record_day(const struct tally *t, const struct list_row *row)
{
	static const char *const fields[] = { "decided_on", "drilled_on", "reviewed_on" };
	const char *last = "", *day;
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		day = tally_value(t, row, fields[i]);
		if (date_valid(day) && strcmp(day, last) > 0)
			last = day;
	}
	return last;
}

static TALLY_LOOK(recorded)
{
	const char *day;

	if (!tally_is(t, row, "kind", t->field) ||
	    (tally_vendor_side(t->in) && !tally_of_vendor(t, row, "vendor")))
		return tally_skip;
	day = record_day(t, row);
	if (strcmp(day, t->newest) > 0)
		memcpy(t->newest, day, DATE_SIZE);
	if (!*day)
		return "行った日が未記入";
	if (date_days_between(day, t->in->today) > DAYS_YEAR)
		return arena_printf(t->in->arena, "%s（1年以上前）", day);
	return NULL;
}

static int no_record(struct tally *t, const char *what, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;

	if (tally_vendor_side(t->in))
		return tally_result(
			t, PROPOSE_NONE,
			arena_printf(a, "文書台帳に、この事業者の%sはありません。", what),
			"事業者に尋ね、記録をもらえたら「事業者」を選んで登録してください。", ret,
			err);
	return tally_result(t, PROPOSE_NO, arena_printf(a, "文書台帳に%sがありません。", what),
			    "行った日、出席者、資料が分かる記録を、文書台帳に登録してください。",
			    ret, err);
}

static int record_of(const struct measure_input *in, const char *kind, const char *what,
		     struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	t.field = kind;
	r = tally_walk(&t, "documents", recorded, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return no_record(&t, what, ret, err);
	return tally_result(
		&t, t.faults < t.counted ? PROPOSE_YES : PROPOSE_PARTLY,
		arena_printf(in->arena, "%sは%lld件で、最後に行ったのは%sです。%s", what,
			     (long long)t.counted, *t.newest ? t.newest : "（日付が未記入）",
			     t.faults < t.counted ? "" : "1年以内の記録がありません。"),
		"今年度の分を行い、行った日を付けて文書台帳に登録してください。", ret, err);
}

int measure_training_documented(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	return record_of(in, "training", "研修・訓練の記録", ret, err);
}

int measure_audit_documented(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return record_of(in, "audit", "点検・監査の記録", ret, err);
}

/* --- drills --------------------------------------------------------------------------------- */

static const char *drilled(struct tally *t, const struct list_row *row, const char *field)
{
	long age = tally_day(t, row, field);

	if (age == TALLY_NO_DATE)
		return "訓練・復旧テストをした日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "訓練・復旧テストが%s（1年以上前）",
				    tally_value(t, row, field));
	return NULL;
}

static TALLY_LOOK(document_drilled)
{
	bool plan = tally_is(t, row, "kind", "bcp") || tally_is(t, row, "kind", "backup") ||
		    tally_is(t, row, "kind", "incident");

	if (!plan && !tally_has(t, row, "drilled_on"))
		return tally_skip;
	return drilled(t, row, "drilled_on");
}

/* A declared emergency that was a drill is one too. */
static TALLY_LOOK(declaration_drilled)
{
	return tally_is(t, row, "kind", "drill") && tally_is(t, row, "status", "ended")
		       ? drilled(t, row, "from_on")
		       : tally_skip;
}

int measure_drill_done(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;
	bool any;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = tally_walk(&t, "documents", document_drilled, err);
	if (r == 0)
		r = tally_walk(&t, "emergency_declarations", declaration_drilled, err);
	if (r < 0)
		return r;
	if (!*t.newest)
		return tally_result(
			&t, PROPOSE_NO, "訓練・復旧テストをした記録がありません。",
			"BCPやバックアップの手順で訓練を行い、文書台帳のその文書に「訓練・復旧テス"
			"トをした日」を記入してください。",
			ret, err);
	any = t.faults < t.counted;
	return tally_result(&t, any ? PROPOSE_YES : PROPOSE_PARTLY,
			    arena_printf(in->arena, "最後の訓練・復旧テストは%sです。%s", t.newest,
					 any ? "" : "1年以上前なので、今年度の分が要ります。"),
			    "訓練を行い、「訓練・復旧テストをした日」を記入してください。", ret,
			    err);
}
