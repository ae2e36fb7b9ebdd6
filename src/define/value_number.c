/* Whole numbers, decimals and dates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "define/value_types.h"

/* Digits as typed in any width, without thousands separators and blanks. */
static char *digits_of(const char *typed, struct arena *arena)
{
	const char *s = value_narrow(typed, arena);
	char *out = s ? arena_alloc(arena, strlen(s) + 1) : NULL;
	size_t n = 0;

	for (; out && *s; s++)
		if (*s != ',' && *s != ' ')
			out[n++] = *s;
	return out;
}

static int bounds(const struct field_def *f, long long v, struct err *err)
{
	if (f->has_min && v < f->min)
		return err_field(err, ERR_INVALID, f->name, "「%s」は%lld以上の数を書いてください",
				 f->label.ja, (long long)f->min);
	if (f->has_max && v > f->max)
		return err_field(err, ERR_INVALID, f->name, "「%s」は%lld以下の数を書いてください",
				 f->label.ja, (long long)f->max);
	return 0;
}

int value_int(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	      struct err *err)
{
	const char *s = digits_of(typed, arena);
	char *end;
	long long v;
	int r;

	if (!s)
		return err_nomem(err);
	errno = 0;
	v = strtoll(s, &end, 10);
	/* Spreadsheets write whole numbers as 12.0. */
	if (end != s && end[0] == '.' && strspn(end + 1, "0") == strlen(end + 1))
		end += strlen(end);
	if (errno || end == s || *end)
		return err_field(err, ERR_INVALID, f->name, "「%s」には数字を書いてください",
				 f->label.ja);
	r = bounds(f, v, err);
	if (r < 0)
		return r;
	*ret = arena_printf(arena, "%lld", v);
	return *ret ? 0 : err_nomem(err);
}

/* The bounds are whole numbers: what stands after the point decides only when the
 * part before it is the bound itself. */
static int decimal_bounds(const struct field_def *f, const char *stored, struct err *err)
{
	long long whole = strtoll(stored, NULL, 10);
	const char *point = strchr(stored, '.');
	bool more = point && strspn(point + 1, "0") != strlen(point + 1);

	if (more && *stored == '-' && f->has_min && whole == f->min)
		whole--;
	if (more && *stored != '-' && f->has_max && whole == f->max)
		whole++;
	return bounds(f, whole, err);
}

int value_decimal(const struct field_def *f, const char *typed, struct arena *arena,
		  const char **ret, struct err *err)
{
	const char *s = digits_of(typed, arena), *point;
	size_t whole, places;

	if (!s)
		return err_nomem(err);
	whole = strspn(s + (*s == '-'), "0123456789");
	point = s + (*s == '-') + whole;
	places = *point == '.' ? strspn(point + 1, "0123456789") : 0;
	if (!whole || whole > 15 || point[*point == '.' ? places + 1 : 0])
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」には数字（小数）を書いてください", f->label.ja);
	if (places > (size_t)f->scale)
		return err_field(err, ERR_INVALID, f->name, "「%s」は小数点以下%d桁までです",
				 f->label.ja, f->scale);
	if (!f->scale)
		*ret = arena_strndup(arena, s, (size_t)(point - s));
	else
		*ret = arena_printf(arena, "%.*s.%.*s%.*s", (int)(point - s), s, (int)places,
				    places ? point + 1 : "", f->scale - (int)places, "000000000");
	return *ret ? decimal_bounds(f, *ret, err) : err_nomem(err);
}

int value_date(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err)
{
	char date[DATE_SIZE];

	if (!date_parse(typed, date))
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」は日付で書いてください（例: "
				 "2026-11-20、2026/11/20、令和8年11月20日）",
				 f->label.ja);
	*ret = arena_strdup(arena, date);
	return *ret ? value_run_check(f, ret, arena, err) : err_nomem(err);
}
