#include "round/reminder.h"

#include <string.h>

#include "base/clock.h"

/* Before the end of the fiscal year. */
#define YEAR_END_DAYS 90

const char *reminder_name(enum reminder_kind k)
{
	static const char *const names[REMINDERS_MAX] = { "overdue", "soon", "year_end", "approve",
							  "approve_again" };

	return names[k];
}

bool round_superseded(const struct round *rounds, size_t count, size_t i)
{
	size_t n;

	for (n = 0; n < count; n++)
		if (n != i && round_precedes(&rounds[i], &rounds[n]))
			return true;
	return false;
}

/* The nearest target among those overdue, or those soon. */
static const char *nearest(const struct round_view *v, bool overdue)
{
	const char *first = "";
	size_t i;

	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		if ((overdue ? l->overdue : l->soon) &&
		    (!*first || strcmp(l->now.target_on, first) < 0))
			first = l->now.target_on;
	}
	return first;
}

static bool year_end(const struct round_view *v, struct arena *arena, struct reminder *ret)
{
	char today[DATE_SIZE], first[DATE_SIZE], last[DATE_SIZE];
	long left;

	date_today(today);
	fiscal_year_range(v->round.year, first, last);
	left = date_days_between(today, last);
	if (!v->unconfirmed || v->precondition_no || left > YEAR_END_DAYS ||
	    (left < 0 && v->approval.state == APPROVAL_CURRENT))
		return false;
	*ret = (struct reminder){
		.kind = REMIND_YEAR_END,
		.count = v->unconfirmed,
		.date = arena_strdup(arena, last),
		.text = left < 0
				? arena_printf(arena,
					       "年度が終わりましたが、未確認の項目が%lld件あります",
					       (long long)v->unconfirmed)
				: arena_printf(
					  arena,
					  "年度末まであと%ld日です。未確認の項目が%lld件あります",
					  left, (long long)v->unconfirmed)
	};
	return true;
}

static bool approval(const struct round_view *v, struct reminder *ret)
{
	bool answered = v->line_count && (!v->unconfirmed || v->precondition_no);

	if (v->approval.state == APPROVAL_CURRENT ||
	    (v->approval.state == APPROVAL_NONE && !answered))
		return false;
	*ret = (struct reminder){
		.kind = v->approval.state == APPROVAL_OUTDATED ? REMIND_AGAIN : REMIND_APPROVE,
		.count = (int64_t)v->line_count,
		.date = "",
		.text = v->approval.state == APPROVAL_OUTDATED
				? "承認のあとで回答が変わりました。もう一度承認を受けます"
				: "すべての項目に答えが付き、承認を待っています"
	};
	return true;
}

size_t round_reminders(const struct round_view *v, bool superseded, struct arena *arena,
		       struct reminder ret[REMINDERS_MAX])
{
	size_t n = 0;

	if (superseded)
		return 0;
	if (v->overdue)
		ret[n++] =
			(struct reminder){ REMIND_OVERDUE, v->overdue, nearest(v, true),
					   arena_printf(arena,
							"目標日を過ぎた「いいえ」が%lld件あります",
							(long long)v->overdue) };
	if (v->soon)
		ret[n++] = (struct reminder){
			REMIND_SOON, v->soon, nearest(v, false),
			arena_printf(arena, "目標日が30日以内に来る「いいえ」が%lld件あります",
				     (long long)v->soon)
		};
	n += year_end(v, arena, &ret[n]);
	n += approval(v, &ret[n]);
	return n;
}
