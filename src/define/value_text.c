/* text and longtext: length in characters, pattern, named check. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "define/value_type.h"

int apply_check(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
		struct err *err)
{
	const struct value_check_row *row = value_check_row(f->check);
	CLEANUP(buf_release) struct buf out;
	bool good;

	*ret = text;
	if (!row->function)
		return 0;
	buf_init(&out, 0);
	good = row->function(text, &out);
	if (!good)
		return not_accepted(f, err, "%s", row->accepted);
	if (buf_failed(&out))
		return err_nomem(err);
	*ret = arena_strndup(arena, out.data ? out.data : "", out.len);
	return *ret ? 0 : err_nomem(err);
}

static int check_length(const struct field_def *f, const char *text, int64_t limit, struct err *err)
{
	int64_t length = (int64_t)utf8_length(text);

	if (f->has_max && f->max < limit)
		limit = f->max;
	if (length > limit)
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」は%lld文字までです。いま%lld文字あります。短くしてください",
				 f->label.ja, (long long)limit, (long long)length);
	if (f->has_min && length < f->min)
		return err_field(err, ERR_INVALID, f->name, "「%s」は%lld文字以上で書いてください",
				 f->label.ja, (long long)f->min);
	return 0;
}

/* Patterns are ASCII and bounded by check_field.c, so compiling costs microseconds. */
static int check_pattern(const struct field_def *f, const char *text, struct err *err)
{
	regex_t regex;
	int found;

	if (!f->pattern)
		return 0;
	if (regcomp(&regex, f->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return err_nomem(err);
	found = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (found == REG_ESPACE)
		return err_nomem(err);
	if (found == 0)
		return 0;
	if (*f->example)
		return not_accepted(f, err, "決まった形（例: %.200s）で", f->example);
	return err_field(err, ERR_INVALID, f->name,
			 "「%s」の書き方が決まった形に合いません。項目の説明を読んで直してください",
			 f->label.ja);
}

static int parse_any(const struct field_def *f, const char *text, int64_t limit, struct arena *arena,
		     const char **ret, struct err *err)
{
	const char *value = NULL;
	int r = apply_check(f, text, arena, &value, err);

	if (r == 0)
		r = check_length(f, value, limit, err);
	if (r == 0)
		r = check_pattern(f, value, err);
	if (r < 0)
		return r;
	*ret = arena_strdup(arena, value);
	return *ret ? 0 : err_nomem(err);
}

int parse_text(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	       struct err *err)
{
	return parse_any(f, text, TEXT_MAX, arena, ret, err);
}

int parse_longtext(const struct field_def *f, const char *text, struct arena *arena,
		   const char **ret, struct err *err)
{
	return parse_any(f, text, LONGTEXT_MAX, arena, ret, err);
}
