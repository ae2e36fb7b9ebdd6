/* int and decimal: full-width digits, thousands separators, signs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "define/value_type.h"

#define TEXT_SIZE 64

/* A number taken apart: digits without leading zeros ("" for 0) and the digits
 * after the point. */
struct number {
	bool negative;
	char whole[TEXT_SIZE], fraction[TEXT_SIZE];
};

/* Copies digits, dropping commas. A comma must have three digits behind it, so that
 * a comma typed for a point is not taken for a thousands separator. */
static bool take_whole(const char **p, char ret[TEXT_SIZE])
{
	size_t n = 0, group = 0;
	bool comma = false;

	for (; (**p >= '0' && **p <= '9') || **p == ','; (*p)++) {
		if (**p == ',') {
			if (group == 0 || group > 3 || (comma && group != 3))
				return false;
			comma = true;
			group = 0;
			continue;
		}
		group++;
		if (n == 0 && **p == '0')
			continue;
		if (n + 1 >= TEXT_SIZE)
			return false;
		ret[n++] = **p;
	}
	ret[n] = '\0';
	return group > 0 && (!comma || group == 3);
}

static bool take_number(const char *text, struct number *ret)
{
	CLEANUP(buf_release) struct buf b;
	size_t n = 0;
	const char *p;

	memset(ret, 0, sizeof *ret);
	buf_init(&b, 0);
	narrow(text, &b);
	if (buf_failed(&b) || !b.len || b.len >= TEXT_SIZE)
		return false;
	p = b.data;
	ret->negative = *p == '-';
	p += *p == '-' || *p == '+';
	if (!take_whole(&p, ret->whole))
		return false;
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++)
			ret->fraction[n++] = *p;
		if (n == 0)
			return false;
	}
	while (n && ret->fraction[n - 1] == '0')
		ret->fraction[--n] = '\0';
	if (!*ret->whole && !n)
		ret->negative = false;
	return *p == '\0';
}

static int out_of_range(const struct field_def *f, struct err *err)
{
	if (f->has_min && f->has_max)
		return not_accepted(f, err, "%lldから%lldまでの数字で", (long long)f->min,
				    (long long)f->max);
	if (f->has_min)
		return not_accepted(f, err, "%lld以上の数字で", (long long)f->min);
	return not_accepted(f, err, "%lld以下の数字で", (long long)f->max);
}

/* Whole part, rounded away from zero when a fraction follows: enough to compare
 * with whole-numbered bounds. */
static bool in_range(const struct field_def *f, const struct number *n)
{
	int64_t v = *n->whole ? strtoll(n->whole, NULL, 10) : 0;
	int64_t up = *n->fraction ? v + 1 : v;

	if (n->negative)
		return (!f->has_min || -up >= f->min) && (!f->has_max || -v <= f->max);
	return (!f->has_min || v >= f->min) && (!f->has_max || up <= f->max);
}

int parse_int(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	      struct err *err)
{
	struct number n;

	if (!take_number(text, &n) || *n.fraction || strlen(n.whole) > INT_DIGITS_MAX)
		return not_accepted(f, err, "整数（例: 60、1,200）で、単位を付けずに");
	if (!in_range(f, &n))
		return out_of_range(f, err);
	*ret = arena_printf(arena, "%s%s", n.negative ? "-" : "", *n.whole ? n.whole : "0");
	return *ret ? 0 : err_nomem(err);
}

int parse_decimal(const struct field_def *f, const char *text, struct arena *arena,
		  const char **ret, struct err *err)
{
	size_t scale = (size_t)f->scale, digits;
	struct number n;

	if (!take_number(text, &n) || strlen(n.whole) + scale > INT_DIGITS_MAX ||
	    strlen(n.fraction) > scale)
		return not_accepted(f, err, "数字（小数点の下は%d桁まで）で、単位を付けずに", f->scale);
	if (!in_range(f, &n))
		return out_of_range(f, err);
	for (digits = strlen(n.fraction); digits < scale; digits++)
		n.fraction[digits] = '0';
	*ret = arena_printf(arena, "%s%s%s%s", n.negative ? "-" : "", *n.whole ? n.whole : "0",
			    scale ? "." : "", n.fraction);
	return *ret ? 0 : err_nomem(err);
}
