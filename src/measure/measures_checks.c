/* Measures about looking back: the monthly review of use, the approved self-check. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "log/leaf.h"
#include "measure/contracts.h"
#include "measure/things.h"

/* --- the records of use, month by month -------------------------------------------------- */

#define MONTH_SIZE 8 /* "YYYY-MM" */
#define MONTHS_ASKED 12

/* The last day before the month is in the one before. */
static void month_before(const char *month, char ret[MONTH_SIZE])
{
	char first[DATE_SIZE], last[DATE_SIZE];

	snprintf(first, sizeof first, "%.7s-01", month);
	date_add_days(first, -1, last);
	memcpy(ret, last, MONTH_SIZE - 1);
	ret[MONTH_SIZE - 1] = '\0';
}

struct months {
	char first[MONTH_SIZE]; /* from when there is something to review */
	struct kept *reviews;
};

/* The month in which the log begins. */
static int first_month(struct conn *c, char ret[MONTH_SIZE], struct err *err)
{
	struct leaf_view view;
	char date[DATE_SIZE] = "";
	struct buf leaf;
	int r;

	buf_init(&leaf, 0);
	r = store_leaf(c, 0, &leaf, err);
	if (r == 0)
		r = leaf_scan(leaf.data, leaf.len, &view, err);
	if (r == 0)
		date_of_us(view.at_us, date);
	buf_release(&leaf);
	snprintf(ret, MONTH_SIZE, "%.7s", date);
	return r;
}

/* Reviews kept before daicho came (brought in from elsewhere) count as a beginning too. */
static TALLY_LOOK(earlier)
{
	struct months *m = t->arg;
	const char *month = tally_value(t, row, "month");

	if (strlen(month) == MONTH_SIZE - 1 && strcmp(month, m->first) < 0)
		memcpy(m->first, month, MONTH_SIZE);
	return tally_skip;
}

static const struct list_row *review_of(const struct tally *t, const char *month)
{
	const struct kept_row *k;

	for (k = t->kept->first; k; k = k->next)
		if (tally_is(t, &k->row, "month", month))
			return &k->row;
	return NULL;
}

/* The finding must be dealt with too, not only found. */
static void look_at_month(struct tally *t, const char *month)
{
	const struct list_row *row = review_of(t, month);
	const char *name = arena_strdup(t->in->arena, month);

	if (!row)
		tally_add(t, "", "", name, "見直していない");
	else
		tally_add(t, "access_reviews", row->id, name,
			  tally_is(t, row, "result", "action") ? "対応が済んでいない" : NULL);
}

int measure_access_reviewed_monthly(const struct measure_input *in, struct proposal *ret,
				    struct err *err)
{
	static const struct tally_words words = {
		.noun = "見直すべき月",
		.unit = "か月",
		.good = "で、利用の記録を見直しています",
		.bad = "で、利用の記録の見直しか、その後の対応が済んでいません",
		.next = "「利用の記録を月ごとに見直す」で、抜けている月を見直してください。",
		.none = "使い始めた月なので、見直す月はまだありません。",
		.none_next =
			"月が替わったら「利用の記録を月ごとに見直す」で先月分を見直してください"
			"。",
	};
	struct months m;
	struct tally t;
	char month[MONTH_SIZE];
	int i, r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &m;
	r = first_month(in->cache->conn, m.first, err);
	if (r == 0)
		r = tally_walk(&t, "access_reviews", earlier, err);
	if (r < 0)
		return r;
	snprintf(month, sizeof month, "%.7s", in->today);
	for (i = 0; i < MONTHS_ASKED; i++) {
		month_before(month, month);
		if (strcmp(month, m.first) < 0)
			break;
		look_at_month(&t, month);
	}
	return tally_words(&t, &words, ret, err);
}

/* --- the self-check, seen by management ------------------------------------------------------ */

/* The newest approval of a round. */
struct approved {
	const char *round, *on;
	int64_t seq;
};

struct checks {
	struct contracts contracts;
	const char *vendor; /* "" for the facility itself */
};

static void newest_approval(struct tally *t, const char *round, struct approved *ret)
{
	struct kept *before = t->kept, *approvals = ((struct checks *)t->arg)->contracts.approvals;
	const struct kept_row *k;

	*ret = (struct approved){ .round = round };
	t->kept = approvals;
	for (k = approvals->first; k; k = k->next)
		if (tally_is(t, &k->row, "round", round) && k->row.seq > ret->seq &&
		    tally_is(t, &k->row, "kind", "approve")) {
			ret->seq = k->row.seq;
			ret->on = tally_value(t, &k->row, "approved_on");
		}
	t->kept = before;
}

static int note_change(void *arg, const struct list_row *row, struct err *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

/* True if an answer of the round was written after the approval. */
static bool changed_since(const struct tally *t, const struct approved *a)
{
	const struct measure_cache *m = t->in->cache;
	struct list_filter filter = { 0, TABLE_EQ, a->round };
	struct list_query q = {
		.filter = &filter, .filter_count = 1, .sort = -2, .limit = 1, .after = a->seq
	};
	bool changed = false;

	if (ledgers_find(m->ledgers, "answers", &q.def, NULL) < 0)
		return true;
	filter.field = ledger_field(q.def, "round");
	return list_each(m->ledgers, m->conn, &q, note_change, &changed, NULL) < 0 || changed;
}

static TALLY_LOOK(round_approved)
{
	struct checks *c = t->arg;
	struct approved a;
	long age;

	/* Of the vendor that is asked; else of the facility and its sites. */
	if (strcmp(contract_round_vendor(&c->contracts, tally_value(t, row, "scope"), t->in->arena),
		   c->vendor) != 0)
		return tally_skip;
	newest_approval(t, row->id, &a);
	age = a.on && date_valid(a.on) ? date_days_between(a.on, t->in->today) : TALLY_NO_DATE;
	/* What was checked in earlier years is history. */
	if (age > DAYS_YEAR || (age == TALLY_NO_DATE && tally_age(t, row, "opened_on") > DAYS_YEAR))
		return tally_skip;
	if (age == TALLY_NO_DATE)
		return "まだ承認されていない";
	if (strcmp(a.on, t->newest) > 0)
		memcpy(t->newest, a.on, DATE_SIZE);
	return changed_since(t, &a)
		       ? arena_printf(t->in->arena, "%sの承認の後に回答が変わった", a.on)
		       : NULL;
}

static int no_round(struct tally *t, struct proposal *ret, struct err *err)
{
	return tally_result(
		t, t->in->vendor ? PROPOSE_NONE : PROPOSE_NO,
		t->in->vendor ? "この事業者についての点検は、1年以内にありません。"
			      : "1年以内に始めたか、承認された点検がありません。",
		"「年度の点検」で今年度の点検を始め、答えて、経営層の承認を受けてください"
		"。",
		ret, err);
}

int measure_self_check_approved(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	struct checks c = { .vendor = tally_vendor_side(in) ? in->vendor : "" };
	struct tally t;
	bool any;
	int r;

	tally_init(&t, in);
	t.arg = &c;
	r = contracts_read(in->cache, &c.contracts, err);
	if (r == 0)
		r = tally_walk(&t, "rounds", round_approved, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return no_round(&t, ret, err);
	any = t.faults < t.counted;
	return tally_result(
		&t, any ? PROPOSE_YES : PROPOSE_PARTLY,
		arena_printf(in->arena,
			     "1年以内の点検%lld件のうち、今の内容で承認されたものは%lld件です。%s",
			     (long long)t.counted, (long long)(t.counted - t.faults),
			     *t.newest ? arena_printf(in->arena, "最後の承認は%sです。", t.newest)
				       : ""),
		"点検に答え終えて、経営層に確かめて承認してもらってください。", ret, err);
}
