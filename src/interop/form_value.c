/* What a cell of a form gets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "interop/form_map.h"

/* ---- dates ---- */

/* Era and year of a date: "令和8年11月20日" has them apart. */
static void era_of(const char *date, char era[32], char year[16])
{
	char text[40];
	const char *end;
	size_t n;

	date_wareki(date, text, sizeof text);
	end = strstr(text, "年");
	for (n = 0; text[n] && !(text[n] >= '0' && text[n] <= '9') &&
		    strncmp(text + n, "元", strlen("元")) != 0;)
		n++;
	snprintf(era, 32, "%.*s", (int)(n < 31 ? n : 31), text);
	snprintf(year, 16, "%.*s", end ? (int)(end - text - (long)n) : 0, text + n);
	if (strcmp(year, "元") == 0)
		snprintf(year, 16, "1");
}

static const char *initial_of(const char *era)
{
	static const char *const eras[][2] = {
		{ "令和", "R" }, { "平成", "H" }, { "昭和", "S" }, { "大正", "T" }, { "明治", "M" }
	};
	size_t i;

	for (i = 0; i < sizeof eras / sizeof eras[0]; i++)
		if (strcmp(eras[i][0], era) == 0)
			return eras[i][1];
	return "";
}

static void put_token(struct buf *b, char letter, size_t n, const char *date)
{
	int year = (int)strtol(date, NULL, 10), month = (int)strtol(date + 5, NULL, 10);
	int day = (int)strtol(date + 8, NULL, 10);
	char era[32], in_era[16];

	era_of(date, era, in_era);
	switch (letter) {
	case 'y': buf_printf(b, n > 2 ? "%04d" : "%02d", n > 2 ? year : year % 100); break;
	case 'm': buf_printf(b, n > 1 ? "%02d" : "%d", month); break;
	case 'd': buf_printf(b, n > 1 ? "%02d" : "%d", day); break;
	case 'g': buf_puts(b, n > 2 ? era : initial_of(era)); break;
	default: buf_printf(b, n > 1 ? "%02ld" : "%ld", strtol(in_era, NULL, 10)); break;
	}
}

const char *form_date(const char *date, const char *pattern, struct arena *arena)
{
	const char *ret;
	struct buf b;

	if (!date_valid(date))
		return arena_strdup(arena, date);
	buf_init(&b, 0);
	while (*pattern) {
		size_t n = 1;

		if (!strchr("ymdge", *pattern)) {
			buf_putc(&b, *pattern++);
			continue;
		}
		while (pattern[n] == *pattern)
			n++;
		put_token(&b, *pattern, n, date);
		pattern += n;
	}
	ret = buf_failed(&b) ? NULL : arena_strdup(arena, b.data ? b.data : "");
	buf_release(&b);
	return ret;
}

/* ---- answers ---- */

/* True for a value named by a word or a list of them. */
static bool named(const struct node *when, const char *value)
{
	size_t i;

	if (when->kind == NODE_SCALAR)
		return strcmp(when->text, value) == 0;
	for (i = 0; when->kind == NODE_LIST && i < when->count; i++)
		if (when->item[i]->kind == NODE_SCALAR && strcmp(when->item[i]->text, value) == 0)
			return true;
	return false;
}

/* Whether the answer is one of those: by its name, by what was given, or one of several. */
static bool is_one_of(const struct node *when, const struct answer *a, const char *name)
{
	const char *given = a->given ? a->given : "";
	char line[300];

	if (named(when, name) || (*given && named(when, given)))
		return true;
	while (*given) {
		size_t n = strcspn(given, "\n");

		snprintf(line, sizeof line, "%.*s", (int)(n < 299 ? n : 299), given);
		if (*line && named(when, line))
			return true;
		given += n + (given[n] == '\n');
	}
	return false;
}

/* The word the map has for an answer, the one of the cell first; NULL. */
static const char *word_of(const struct form_map *m, const struct form_look *look, const char *name)
{
	const struct node *maps[2] = { look->answers, m->answers };
	size_t i;

	for (i = 0; i < 2; i++)
		if (node_get(maps[i], name))
			return node_get_text(maps[i], name);
	return NULL;
}

/* yes or no of one statement, where the item as a whole is answered so. */
static const char *statement_name(const struct round_line *line, const char *id)
{
	enum answer_value value = line->now.value;
	size_t i;

	if (value != ANSWER_YES && value != ANSWER_NO)
		return answer_name(value);
	for (i = 0; i < line->item->statement_count; i++)
		if (strcmp(line->item->statement[i].id, id) == 0)
			return answer_meets(&line->now, &line->item->statement[i]) ? "yes" : "no";
	return answer_name(value);
}

static const char *answer_text(const struct form_map *m, const struct form_look *look,
			       const struct answer *a, const char *name)
{
	const char *word = word_of(m, look, name);

	if (!word && a->given && *a->given)
		word = word_of(m, look, a->given);
	if (word)
		return word;
	if (a->value == ANSWER_UNCONFIRMED)
		return "";
	if (a->value == ANSWER_GIVEN)
		return a->shown && *a->shown ? a->shown : a->given;
	return answer_label((enum answer_value)answer_parse(name));
}

/* ---- parts ---- */

static const char *or_none(const char *text)
{
	return text ? text : "";
}

static const char *evidence_text(const struct answer *a, struct arena *arena)
{
	const char *ret;
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < a->evidence_count; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "", or_none(a->evidence[i].name));
	ret = buf_failed(&b) ? "" : arena_strdup(arena, b.data ? b.data : "");
	buf_release(&b);
	return or_none(ret);
}

static const char *section_title(const struct round_view *v, const char *id)
{
	const struct catalogue *c = v->round.catalogue;
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return "";
}

static const char *line_text(const struct form_look *look, const struct round_view *v,
			     const struct round_line *l, struct arena *arena)
{
	switch (look->part) {
	case FORM_ITEM: return l->item->id;
	case FORM_SECTION: return l->item->section;
	case FORM_SECTION_TITLE: return section_title(v, l->item->section);
	case FORM_GROUP: return l->item->group;
	case FORM_NUMBER: return l->item->number;
	case FORM_TOPIC: return l->item->topic;
	case FORM_SAYS: return l->item->says;
	case FORM_COLUMN: return l->column ? l->column->label : "";
	case FORM_CONFIRMED: return or_none(l->now.confirmed_on);
	case FORM_TARGET: return or_none(l->now.target_on);
	case FORM_COMPLETED: return or_none(l->now.completed_on);
	case FORM_NOTE: return or_none(l->now.note);
	case FORM_RESPONSIBLE: return or_none(l->now.responsible_name);
	case FORM_EVIDENCE: return evidence_text(&l->now, arena);
	case FORM_BY: return or_none(l->now.by);
	default: return "";
	}
}

static const char *count_text(int64_t n, struct arena *arena)
{
	return or_none(arena_printf(arena, "%lld", (long long)n));
}

static const char *date_text(int64_t us, struct arena *arena)
{
	char date[DATE_SIZE];

	date_of_us(us, date);
	return or_none(arena_strdup(arena, date));
}

static const char *round_text(const struct form_look *look, const struct round_view *v,
			      const char *org, struct arena *arena)
{
	bool approved = v->approval.state == APPROVAL_CURRENT;

	switch (look->part) {
	case FORM_ORGANISATION: return org;
	case FORM_TITLE: return v->round.title;
	case FORM_CATALOGUE: return v->round.catalogue->title;
	case FORM_EDITION: return v->round.catalogue->edition;
	/* Its first day, so that a pattern can write it in either calendar. */
	case FORM_YEAR: return or_none(arena_printf(arena, "%04d-04-01", v->round.year));
	case FORM_SCOPE: return or_none(v->round.scope_name);
	case FORM_OPENED: return or_none(v->round.opened_on);
	case FORM_TODAY: return date_text(clock_now_us(), arena);
	case FORM_APPROVED: return approved ? date_text(v->approval.at_us, arena) : "";
	case FORM_APPROVED_BY: return approved ? or_none(v->approval.by) : "";
	case FORM_YES: return count_text(v->yes, arena);
	case FORM_NO: return count_text(v->no, arena);
	case FORM_NA: return count_text(v->na, arena);
	case FORM_UNCONFIRMED: return count_text(v->unconfirmed, arena);
	default: return "";
	}
}

static bool is_date(enum form_part part)
{
	return part == FORM_CONFIRMED || part == FORM_TARGET || part == FORM_COMPLETED ||
	       part == FORM_OPENED || part == FORM_TODAY || part == FORM_APPROVED ||
	       part == FORM_YEAR;
}

/* ---- the cell ---- */

static enum fill_kind kind_of(const struct form_look *look)
{
	bool count = look->part >= FORM_YES && look->part <= FORM_UNCONFIRMED;

	if (look->as == FORM_AS_NUMBER || (look->as == FORM_AS_FITS && count))
		return FILL_NUMBER;
	return FILL_TEXT;
}

static bool is_number(const char *text)
{
	size_t n = strspn(text + (*text == '-'), "0123456789.");

	return n > 0 && n < 16 && !text[n + (*text == '-')];
}

/* Excel counts days from the last one of 1899. */
static bool put_serial(const char *date, struct arena *arena, struct fill_edit *ret)
{
	ret->kind = FILL_NUMBER;
	ret->text = arena_printf(arena, "%ld", date_days_between("1899-12-30", date));
	return ret->text != NULL;
}

static bool put_mark(const struct form_look *look, bool matches, struct fill_edit *ret)
{
	if (look->as == FORM_AS_BOOL) {
		ret->kind = FILL_BOOL;
		ret->text = matches ? "1" : "0";
		return true;
	}
	ret->kind = FILL_TEXT;
	ret->text = matches ? look->mark : look->other;
	if (ret->text && !*ret->text)
		ret->kind = FILL_EMPTY;
	return ret->text != NULL;
}

static bool put_text(const struct form_look *look, const char *text, struct arena *arena,
		     struct fill_edit *ret)
{
	if (is_date(look->part) && date_valid(text)) {
		if (strcmp(look->date, "serial") == 0)
			return put_serial(text, arena, ret);
		text = form_date(text, look->date, arena);
	}
	ret->text = text;
	ret->kind = kind_of(look);
	if (ret->kind == FILL_NUMBER && text && !is_number(text))
		ret->kind = FILL_TEXT;
	/* Nothing to say leaves the form as it was printed. */
	return text && *text;
}

bool form_value(const struct form_map *m, const struct form_look *look, const struct round_view *v,
		const struct round_line *line, const char *org, struct arena *arena,
		struct fill_edit *ret)
{
	const struct answer *a;
	const char *name;

	if (look->part > FORM_BY)
		return put_text(look, round_text(look, v, org, arena), arena, ret);
	if (!line)
		return false;
	if (look->part != FORM_ANSWER && look->part != FORM_BEFORE)
		return put_text(look, line_text(look, v, line, arena), arena, ret);
	a = look->part == FORM_BEFORE ? &line->before : &line->now;
	if (look->part == FORM_BEFORE && !a->id[0])
		return false;
	name = look->part == FORM_ANSWER && *look->statement ? statement_name(line, look->statement)
							     : answer_name(a->value);
	if (look->when)
		return put_mark(look, is_one_of(look->when, a, name), ret);
	return put_text(look, answer_text(m, look, a, name), arena, ret);
}
