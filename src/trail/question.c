#include "trail/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "trail/question_plan.h"

static const struct {
	const char *name, *label;
} questions[] = {
#define QUESTION(id, name, label, needs) { name, label },
#include "trail/question.def"
#undef QUESTION
};

const char *const question_rules[] = {
	"時刻は日本時間です。記録を出したシステムの時計によります。時刻のない記録は受け取った時刻で"
	"数えます。",
	"1件は、システムが出した1つの記録です。1回の操作で複数の記録を出すシステムもあります。",
	"人は、ID台帳で持ち主が分かるIDをまとめて数えます。持ち主の分からないIDと、共用・保守用・"
	"非常時用のIDは、IDのまま数えます。",
	"受け取ったばかりで索引にない記録も含みます。",
	"閉じた月の患者の記録は、漏れのないことの証明を付けられます。開いている月はまだ増えます。",
	NULL,
};

const char *question_name(enum question q)
{
	return questions[q].name;
}

const char *question_label(enum question q)
{
	return questions[q].label;
}

int question_parse(const char *name)
{
	int i;

	for (i = 0; i < QUESTION_MAX; i++)
		if (strcmp(questions[i].name, name) == 0)
			return i;
	return -1;
}

bool question_time(const char *typed, bool end, int64_t *ret_us)
{
	char day[DATE_SIZE];
	int hour = 0, minute = 0, n = 0;
	bool timed = strlen(typed) == 16 && (typed[10] == ' ' || typed[10] == 'T');

	snprintf(day, sizeof day, "%.10s", typed);
	if (timed && (sscanf(typed + 11, "%2d:%2d%n", &hour, &minute, &n) != 2 || n != 5 ||
		      hour < 0 || hour > 23 || minute < 0 || minute > 59))
		return false;
	if (timed ? !date_valid(day) : !date_parse(typed, day))
		return false;
	*ret_us = ((int64_t)date_days_between("1970-01-01", day) + (end && !timed)) * 86400000000 +
		  (hour * 60 + minute - 9 * 60) * 60000000LL;
	return true;
}

bool question_month(const char *typed, int *ret)
{
	int year, month, n = 0;

	if (sscanf(typed, "%4d-%2d%n", &year, &month, &n) != 2 || n != 7 || typed[7] ||
	    year < 1868 || year > 2998 || month < 1 || month > 12)
		return false;
	*ret = year * 100 + month;
	return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

int plan_item(const struct plan *p, struct evidence_place place, struct evidence_item *ret,
	      struct err *err)
{
	const char **text[] = { &ret->source, &ret->class, &ret->keep, &ret->outcome,
				&ret->user,   &ret->patient, &ret->terminal };
	struct arena whole;
	size_t i;
	int r;

	arena_init(&whole, 0);
	r = evidence_get(p->s, place.month, place.seq, &whole, ret, err);
	for (i = 0; r >= 0 && i < sizeof text / sizeof text[0]; i++)
		*text[i] = *text[i] ? arena_strdup(p->arena, *text[i]) : NULL;
	arena_release(&whole);
	ret->leaf = ret->detail = ret->raw = "";
	ret->leaf_len = ret->detail_len = ret->raw_len = 0;
	return r >= 0 && arena_failed(p->arena) ? err_nomem(err) : r;
}

static int fill_row(const struct plan *p, const struct hit *h, struct question_row *row,
		    struct err *err)
{
	int r = plan_item(p, h->place, &row->item, err);

	if (r < 0)
		return r;
	row->source = who_source(p->list, row->item.source);
	if (row->item.disposed) {
		/* What is left is the open leaf and the place in the index. */
		row->item.at_us = h->place.at_us;
		row->item.user = row->item.patient = row->item.terminal = row->item.outcome = "";
		return 0;
	}
	row->person = who_person(p->list, row->item.user);
	if (row->person)
		return 0;
	row->account = who_account(p->list, row->item.source, row->item.user);
	row->person = who_person(p->list, who_of(p->list, row->item.source, row->item.user));
	return 0;
}

static int fill_rows(const struct plan *p, struct question_answer *ret, struct err *err)
{
	size_t i, limit = p->ask->limit;
	struct hits hits;
	int r = plan_hits(p, true, limit ? limit + 1 : 0, &hits, err);

	if (r == 0) {
		ret->more = limit && hits.count > limit;
		ret->row_count = ret->more ? limit : hits.count;
		ret->row = arena_calloc(p->arena, ret->row_count + 1, sizeof *ret->row);
		if (!ret->row)
			r = err_nomem(err);
	}
	for (i = 0; r == 0 && i < ret->row_count; i++)
		r = fill_row(p, &hits.item[i], &ret->row[i], err);
	hits_release(&hits);
	return r;
}

/* --- completeness ------------------------------------------------------------------------------- */

struct months {
	const struct plan *p;
	struct question_answer *ret;
};

static int keep_month(void *arg, const struct evidence_month *m)
{
	struct months *w = arg;
	struct evidence_month *more = arena_calloc(w->p->arena, w->ret->months + 1, sizeof *more);

	if (!more)
		return ERR_NOMEM;
	if (w->ret->months)
		memcpy(more, w->ret->month, w->ret->months * sizeof *more);
	more[w->ret->months++] = *m;
	w->ret->month = more;
	return 0;
}

int question_run(struct store *s, const struct who_list *list, const struct question_ask *ask,
		 struct arena *arena, struct question_answer *ret, struct err *err)
{
	struct question_ask asked = *ask;
	struct plan p = { .s = s, .list = list, .ask = &asked, .arena = arena };
	struct months months = { &p, ret };
	int r;

	memset(ret, 0, sizeof *ret);
	if (asked.source)
		asked.source = who_source_id(list, asked.source);
	r = plan_questions(&p, err);
	ret->person = p.person;
	if (r >= 0)
		r = fill_rows(&p, ret, err);
	if (r >= 0)
		r = plan_count(&p, ret, err);
	if (r >= 0)
		r = evidence_months(s, keep_month, &months, err);
	return r < 0 ? r : arena_failed(arena) ? err_nomem(err) : 0;
}
