#include "people/stocktake_find.h"

#include <string.h>

#include "base/clock.h"
#include "people/fields.h"

const char *finding_name(enum finding f)
{
	static const char *const names[] = {
#define FINDING(id, name, label, text) name,
#include "people/findings.def"
#undef FINDING
	};

	return names[f];
}

const char *finding_label(enum finding f)
{
	static const char *const labels[] = {
#define FINDING(id, name, label, text) label,
#include "people/findings.def"
#undef FINDING
	};

	return labels[f];
}

const char *finding_text(enum finding f)
{
	static const char *const texts[] = {
#define FINDING(id, name, label, text) text,
#include "people/findings.def"
#undef FINDING
	};

	return texts[f];
}

unsigned findings_parse(const char *text)
{
	unsigned found = 0;
	int f;

	while (*text) {
		size_t n = strcspn(text, " ");

		for (f = 0; f < FINDING_MAX; f++)
			if (strlen(finding_name((enum finding)f)) == n &&
			    strncmp(text, finding_name((enum finding)f), n) == 0)
				found |= 1U << f;
		text += n + (text[n] == ' ');
	}
	return found;
}

/* --- one account ------------------------------------------------------------------- */

struct finding_work {
	const struct account_facts *a;
	struct arena *arena;
	unsigned found;
	const char *detail;
};

static const char *account_text(const struct finding_work *w, const char *field)
{
	return field_text(w->a->accounts, w->a->value, field);
}

static const char *person_text(const struct finding_work *w, const char *field)
{
	return w->a->person ? field_text(w->a->staff, w->a->person, field) : "";
}

static bool is_kind(const struct finding_work *w, const char *kind)
{
	return strcmp(account_text(w, "kind"), kind) == 0;
}

/* `detail` NULL: the finding says it all. */
static void note(struct finding_work *w, enum finding f, const char *detail)
{
	w->found |= 1U << f;
	if (detail && w->detail)
		w->detail =
			arena_printf(w->arena, "%s%s%s", w->detail, *w->detail ? "\n" : "", detail);
}

static void look_at_owner(struct finding_work *w)
{
	const char *today = w->a->today, *from = person_text(w, "leave_from"),
		   *to = person_text(w, "leave_to"), *left = person_text(w, "left_on");

	if (w->a->person && person_gone(w->a->staff, w->a->person, today))
		note(w, FINDING_LEAVER,
		     *left ? arena_printf(w->arena, "退職日 %s", left)
			   : arena_printf(w->arena, "人事の名簿から消えた日 %s",
					  person_text(w, "missing_on")));
	if (*from && strcmp(from, today) <= 0 && (!*to || strcmp(to, today) >= 0))
		note(w, FINDING_ON_LEAVE,
		     arena_printf(w->arena, "休職 %s から %s", from,
				  *to ? to : "（終わりは未定）"));
	if (w->a->person || !is_kind(w, "personal"))
		return;
	note(w,
	     strcmp(account_text(w, "person_by"), "ambiguous") == 0 ? FINDING_AMBIGUOUS
								    : FINDING_NO_PERSON,
	     NULL);
}

static void look_at_kind(struct finding_work *w)
{
	const char *why = account_text(w, "why_shared");
	bool led = w->a->responsible && !person_gone(w->a->staff, w->a->responsible, w->a->today);

	if (is_kind(w, "shared"))
		note(w, FINDING_SHARED,
		     arena_printf(w->arena, "共用の理由: %s", *why ? why : "書かれていません"));
	if (!is_kind(w, "personal") && !led && !w->a->person)
		note(w, FINDING_NO_OWNER, w->a->responsible ? "責任者は退職しています" : NULL);
	if (strcmp(account_text(w, "privileged"), "1") == 0 || is_kind(w, "admin"))
		note(w, FINDING_PRIVILEGED, NULL);
}

static void look_at_use(struct finding_work *w)
{
	const char *used = account_text(w, "last_used"), *since = account_text(w, "created_on");
	long days;

	if (*used) {
		days = date_days_between(used, w->a->today);
		if (days > w->a->unused_days)
			note(w, FINDING_UNUSED,
			     arena_printf(w->arena, "最後に使った日 %s（%ld日前）", used, days));
		return;
	}
	if (!*since)
		since = account_text(w, "listed_on");
	if (w->a->use_known && *since && date_days_between(since, w->a->today) > w->a->unused_days)
		note(w, FINDING_UNUSED,
		     arena_printf(w->arena, "使った記録がありません（%s から）", since));
}

static bool needs_end(const struct finding_work *w)
{
	static const char *const employed[] = { "dispatched", "contracted", "trainee" };
	size_t i;

	for (i = 0; i < sizeof employed / sizeof employed[0]; i++)
		if (strcmp(person_text(w, "employment"), employed[i]) == 0)
			return true;
	return is_kind(w, "maintenance") || is_kind(w, "emergency");
}

static void look_at_end(struct finding_work *w)
{
	const char *end = account_text(w, "expires_on");

	if (*end && strcmp(end, w->a->today) < 0)
		note(w, FINDING_EXPIRED, arena_printf(w->arena, "期限 %s", end));
	if (!*end && needs_end(w))
		note(w, FINDING_NO_EXPIRY, NULL);
}

unsigned account_findings(const struct account_facts *a, struct arena *arena,
			  const char **ret_detail)
{
	struct finding_work w = { .a = a, .arena = arena, .detail = "" };
	const char *gone = account_text(&w, "gone_on");

	if (*gone) {
		note(&w, FINDING_GONE, arena_printf(arena, "一覧から消えた日 %s", gone));
	} else if (strcmp(account_text(&w, "enabled"), "0") != 0) {
		look_at_owner(&w);
		look_at_kind(&w);
		look_at_use(&w);
		if (strcmp(account_text(&w, "factor"), "no") == 0)
			note(&w, FINDING_NO_FACTOR, NULL);
		look_at_end(&w);
		if (a->owned > 1 && is_kind(&w, "personal"))
			note(&w, FINDING_SEVERAL, arena_printf(arena, "使えるIDが%dつ", a->owned));
	}
	if (a->is_new && !*gone)
		note(&w, FINDING_NEW, NULL);
	*ret_detail = arena_failed(arena) ? NULL : w.detail;
	return w.found;
}

bool account_counts(const struct account_facts *a, const char *since)
{
	const char *gone = field_text(a->accounts, a->value, "gone_on");

	if (!*gone)
		return true;
	return a->person && !person_gone(a->staff, a->person, a->today) && strcmp(gone, since) >= 0;
}
