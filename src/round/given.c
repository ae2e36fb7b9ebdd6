#include "round/given.h"

#include <string.h>

#include "define/value.h"

#define GIVEN_MAX 4000 /* characters, as the ledger `answers` keeps */
#define PLACES 6       /* digits after the point of a number */

bool lines_have(const char *text, const char *line)
{
	size_t want = strlen(line);

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len == want && memcmp(text, line, len) == 0)
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

size_t lines_count(const char *text)
{
	size_t n = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		n += len > 0;
		text += len + (text[len] == '\n');
	}
	return n;
}

/* --- one value ----------------------------------------------------------------------- */

static int parse_as(const struct item_def *item, enum field_type type, const char *typed,
		    struct arena *arena, const char **ret, struct err *err)
{
	const struct field_def f = { .name = "given",
				     .type = type,
				     .label = { item->topic, item->topic },
				     .help = { "", "" },
				     .example = "",
				     .scale = PLACES,
				     .has_max = type == FIELD_LONGTEXT,
				     .max = GIVEN_MAX };

	return value_parse(&f, typed, arena, ret, err);
}

/* 12.500000 as 12.5: a sheet does not say how many places it wants. */
static int trim_places(struct arena *arena, const char **value, struct err *err)
{
	const char *point = strchr(*value, '.');
	size_t len = strlen(*value);

	if (!point)
		return 0;
	while ((*value)[len - 1] == '0')
		len--;
	len -= (*value)[len - 1] == '.';
	*value = arena_strndup(arena, *value, len);
	return *value ? 0 : err_nomem(err);
}

/* --- choices -------------------------------------------------------------------------- */

static bool is_option(const struct item_def *item, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < item->options.count; i++)
		if (strlen(item->options.item[i]) == len &&
		    memcmp(item->options.item[i], text, len) == 0)
			return true;
	return false;
}

static int check_options(const struct item_def *item, const char *typed, struct err *err)
{
	while (*typed) {
		size_t len = strcspn(typed, "\n");

		if (len && !is_option(item, typed, len))
			return err_field(err, ERR_INVALID, "given",
					 "「%.*s」は選べる言葉にありません。一覧から選び直してくだ"
					 "さい",
					 (int)(len > 90 ? 90 : len), typed);
		typed += len + (typed[len] == '\n');
	}
	return 0;
}

static int parse_options(const struct item_def *item, const char *typed, struct arena *arena,
			 const char **ret, struct err *err)
{
	const char *clean, *all = "";
	size_t i;
	int r = parse_as(item, FIELD_LONGTEXT, typed, arena, &clean, err);

	if (r == 0)
		r = check_options(item, clean, err);
	if (r < 0)
		return r;
	for (i = 0; all && i < item->options.count; i++)
		if (lines_have(clean, item->options.item[i]))
			all = arena_printf(arena, "%s%s%s", all, *all ? "\n" : "",
					   item->options.item[i]);
	*ret = all;
	if (!all)
		return err_nomem(err);
	if (item->ask == ASK_CHOICE && lines_count(all) > 1)
		return err_field(err, ERR_INVALID, "given", "答えは1つだけ選んでください");
	return 0;
}

int given_parse(const struct item_def *item, const char *typed, struct arena *arena,
		const char **ret, struct err *err)
{
	int r;

	switch (item->ask) {
	case ASK_NUMBER:
		r = parse_as(item, FIELD_DECIMAL, typed, arena, ret, err);
		return r < 0 ? r : trim_places(arena, ret, err);
	case ASK_DATE: return parse_as(item, FIELD_DATE, typed, arena, ret, err);
	case ASK_CHOICE:
	case ASK_CHOICES: return parse_options(item, typed, arena, ret, err);
	default: return parse_as(item, FIELD_LONGTEXT, typed, arena, ret, err);
	}
}

const char *given_show(const struct item_def *item, const char *stored, struct arena *arena)
{
	const char *all = "";

	if (!item || item->ask != ASK_CHOICES)
		return stored;
	while (all && *stored) {
		size_t len = strcspn(stored, "\n");

		all = arena_printf(arena, "%s%s%.*s", all, *all ? "、" : "", (int)len, stored);
		stored += len + (stored[len] == '\n');
	}
	return all;
}

/* --- statements ------------------------------------------------------------------------- */

int statements_parse(const struct item_def *item, const char *typed, struct arena *arena,
		     const char **ret, struct err *err)
{
	const char *all = "";
	size_t i, found = 0;

	for (i = 0; all && i < item->statement_count; i++)
		if (lines_have(typed, item->statement[i].id)) {
			all = arena_printf(arena, "%s%s%s", all, *all ? "\n" : "",
					   item->statement[i].id);
			found++;
		}
	if (!all)
		return err_nomem(err);
	*ret = all;
	/* Each line was one of them, and none stood there twice. */
	if (lines_count(typed) != found)
		return err_field(err, ERR_INVALID, "statements",
				 "印を付けた文がこの項目にありません。画面を開き直してください");
	return 0;
}
