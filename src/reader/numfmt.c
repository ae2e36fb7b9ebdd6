#include "reader/numfmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* More than any program writes for a double; such a number still fits NUMFMT_SIZE. */
#define DIGITS_MAX 40

struct numfmt numfmt_builtin(unsigned id)
{
	struct numfmt fmt = { .kind = SHEET_CELL_NUMBER };

	/* 27-36 and 50-58 are the Japanese ones (元号 and 年月日). */
	if (id == 22)
		fmt.kind = SHEET_CELL_DATETIME;
	else if ((id >= 18 && id <= 21) || id == 32 || id == 33 || (id >= 45 && id <= 47))
		fmt.kind = SHEET_CELL_TIME;
	else if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
		fmt.kind = SHEET_CELL_DATE;
	return fmt;
}

/* Steps over what is literal in a format code; 0 when `s` is no literal. */
static size_t literal(const char *s, bool *elapsed)
{
	const char *end;

	switch (*s) {
	case '"': end = strchr(s + 1, '"'); break;
	case '[':
		end = strchr(s, ']');
		*elapsed |= end && end - s > 1 && strspn(s + 1, "hHmMsS") == (size_t)(end - s - 1);
		break;
	case '\\':
	case '_':
	case '*': end = s[1] ? s + 1 : s; break;
	default: return 0;
	}
	return end ? (size_t)(end - s) + 1 : strlen(s);
}

enum token { TOKEN_OTHER, TOKEN_DAY, TOKEN_MONTH, TOKEN_TIME, TOKEN_EXPONENT };

/* What the characters at `s` ask for; *ret_len is how many they are. */
static enum token token(const char *s, size_t *ret_len)
{
	*ret_len = 1;
	if (strncasecmp(s, "AM/PM", 5) == 0) {
		*ret_len = 5;
		return TOKEN_OTHER;
	}
	if (strchr("eE", *s) && (s[1] == '+' || s[1] == '-'))
		return TOKEN_EXPONENT;
	if (strchr("yYdDgGeE", *s))
		return TOKEN_DAY;
	if (strchr("mM", *s))
		return TOKEN_MONTH;
	return strchr("hHsS", *s) ? TOKEN_TIME : TOKEN_OTHER;
}

struct numfmt numfmt_code(const char *code)
{
	struct numfmt fmt = { .kind = SHEET_CELL_NUMBER };
	bool seen[TOKEN_EXPONENT + 1] = { false };
	size_t zeros = strspn(code, "0"), n;

	if (zeros > 1 && zeros <= 20 && code[zeros] == '\0') {
		fmt.zeros = (unsigned char)zeros;
		return fmt;
	}
	if (strncasecmp(code, "General", 7) == 0)
		return fmt;
	for (const char *s = code; *s && *s != ';'; s += n) {
		n = literal(s, &seen[TOKEN_TIME]);
		if (!n)
			seen[token(s, &n)] = true;
	}
	if (seen[TOKEN_EXPONENT])
		return fmt; /* 0.00E+00 */
	if (seen[TOKEN_TIME])
		fmt.kind = seen[TOKEN_DAY] ? SHEET_CELL_DATETIME : SHEET_CELL_TIME;
	else if (seen[TOKEN_DAY] || seen[TOKEN_MONTH])
		fmt.kind = SHEET_CELL_DATE;
	return fmt;
}

/* Day of a serial number, or false outside the calendar. Excel's 1900 system
 * counts a 29 February 1900 that never was: days before it are one off, the day
 * itself is shown as Excel shows it and will be refused as a date later. */
static bool day_text(long serial, bool date1904, char ret[DATE_SIZE])
{
	if (serial < (date1904 ? 0 : 1) || serial > (date1904 ? 2957003 : 2958465))
		return false;
	if (date1904)
		date_add_days("1904-01-01", serial, ret);
	else if (serial == 60)
		snprintf(ret, DATE_SIZE, "1900-02-29");
	else
		date_add_days(serial < 60 ? "1899-12-31" : "1899-12-30", serial, ret);
	return true;
}

static enum sheet_cell_kind show_moment(double value, enum sheet_cell_kind kind, bool date1904,
					char ret[NUMFMT_SIZE])
{
	double days = floor(value);
	long seconds = lround((value - days) * 86400), day = (long)days;
	char date[DATE_SIZE], clock[32];

	if (seconds == 86400) {
		day++;
		seconds = 0;
	}
	if (kind == SHEET_CELL_TIME) {
		seconds += day * 86400;
		day = 0;
	} else if (!day_text(day, date1904, date)) {
		return SHEET_CELL_NUMBER;
	}
	snprintf(clock, sizeof clock, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60,
		 seconds % 60);
	if (seconds % 60 == 0)
		*strrchr(clock, ':') = '\0';
	if (kind == SHEET_CELL_DATE)
		snprintf(ret, NUMFMT_SIZE, "%s", date);
	else if (kind == SHEET_CELL_TIME)
		snprintf(ret, NUMFMT_SIZE, "%s", clock);
	else
		snprintf(ret, NUMFMT_SIZE, "%s %s", date, clock);
	return kind;
}

/* Splits "-12.50E+3": false if it is no number. `digits` holds 12 and 50
 * together, *point is the number of digits before the decimal point. */
static bool split(const char *raw, bool *minus, char digits[NUMFMT_SIZE], long *point,
		  bool *exponent)
{
	size_t n = 0, whole, part;
	char *end;

	*minus = *raw == '-';
	raw += *raw == '-' || *raw == '+';
	whole = strspn(raw, "0123456789");
	part = raw[whole] == '.' ? strspn(raw + whole + 1, "0123456789") : 0;
	if (whole + part == 0 || whole + part > DIGITS_MAX)
		return false;
	memcpy(digits, raw, whole);
	memcpy(digits + whole, raw + whole + (part > 0), part);
	n = whole + part;
	digits[n] = '\0';
	*point = (long)whole;
	raw += whole + part + (raw[whole] == '.');
	*exponent = *raw == 'e' || *raw == 'E';
	if (*exponent) {
		long power = strtol(raw + 1, &end, 10);

		if (end == raw + 1 || end - raw > 5)
			return false;
		*point += power;
		raw = end;
	}
	return *raw == '\0';
}

/* Puts the point where it belongs; false if that would need too many zeros. */
static bool join(bool minus, const char *digits, long point, char ret[NUMFMT_SIZE])
{
	long count = (long)strlen(digits), at = 0;
	long from = point < 1 ? point - 1 : 0, to = point > count ? point : count;

	if (to - from > 32)
		return false;
	if (minus)
		ret[at++] = '-';
	for (long i = from; i < to; i++) {
		if (i == point)
			ret[at++] = '.';
		ret[at++] = (char)(i >= 0 && i < count ? digits[i] : '0');
	}
	ret[at] = '\0';
	if (strchr(ret, '.')) {
		char *end = ret + at;

		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			end[-1] = '\0';
	}
	return true;
}

static void pad(char ret[NUMFMT_SIZE], unsigned zeros)
{
	size_t n = strlen(ret);

	if (strspn(ret, "0123456789") != n || n >= zeros)
		return;
	memmove(ret + (zeros - n), ret, n + 1);
	memset(ret, '0', zeros - n);
}

enum sheet_cell_kind numfmt_show(const char *raw, struct numfmt fmt, bool date1904,
				 char ret[NUMFMT_SIZE])
{
	char digits[NUMFMT_SIZE], shown[NUMFMT_SIZE];
	bool minus, exponent;
	long point;
	double value;

	ret[0] = '\0';
	if (!split(raw, &minus, digits, &point, &exponent))
		return SHEET_CELL_TEXT;
	value = strtod(raw, NULL);
	if (fmt.kind != SHEET_CELL_NUMBER && value >= 0 && value < 1e7 &&
	    show_moment(value, fmt.kind, date1904, ret) == fmt.kind)
		return fmt.kind;
	/* Excel keeps 17 digits in the file and shows 15: 1.1000000000000001 is 1.1. */
	if (strlen(digits + strspn(digits, "0")) > 15 && isfinite(value)) {
		snprintf(shown, sizeof shown, "%.14e", value);
		if (!split(shown, &minus, digits, &point, &exponent))
			return SHEET_CELL_TEXT;
	} else if (!exponent && !strchr(raw, '.')) {
		snprintf(ret, NUMFMT_SIZE, "%s", raw);
		pad(ret, fmt.zeros);
		return SHEET_CELL_NUMBER;
	}
	if (!join(minus, digits, point, ret))
		snprintf(ret, NUMFMT_SIZE, "%s", raw);
	pad(ret, fmt.zeros);
	return SHEET_CELL_NUMBER;
}
