#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fold.h"

#define US_PER_DAY (INT64_C(86400) * 1000000)
#define JST_US (INT64_C(9) * 3600 * 1000000)

static int64_t clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a civil date, and back (Howard Hinnant's method). */
static long days_from_civil(int y, int m, int d)
{
	long era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_from_days(long z, int *y, int *m, int *d)
{
	long era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

static void date_write(long days, char ret[DATE_SIZE])
{
	char text[48];
	int y, m, d;

	civil_from_days(days, &y, &m, &d);
	if (y < 0 || y > 9999)
		y = m = d = 0;
	snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
	memcpy(ret, text, DATE_SIZE - 1);
	ret[DATE_SIZE - 1] = '\0';
}

static void split_us(int64_t us, long *days, long *seconds)
{
	int64_t day = us / US_PER_DAY;

	if (us % US_PER_DAY < 0)
		day--;
	*days = (long)day;
	*seconds = (long)((us - day * US_PER_DAY) / 1000000);
}

void date_of_us(int64_t us, char ret[DATE_SIZE])
{
	long days, seconds;

	split_us(us + JST_US, &days, &seconds);
	date_write(days, ret);
}

void date_today(char ret[DATE_SIZE])
{
	date_of_us(clock_now_us(), ret);
}

void time_text(int64_t us, bool seconds, char *ret, size_t size)
{
	char date[DATE_SIZE];
	long days, s;

	split_us(us + JST_US, &days, &s);
	date_write(days, date);
	if (seconds)
		snprintf(ret, size, "%s %02ld:%02ld:%02ld", date, s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(ret, size, "%s %02ld:%02ld", date, s / 3600, s / 60 % 60);
}

void time_rfc3339(int64_t us, char *ret, size_t size)
{
	char date[DATE_SIZE];
	long days, s;

	split_us(us, &days, &s);
	date_write(days, date);
	snprintf(ret, size, "%sT%02ld:%02ld:%02ldZ", date, s / 3600, s / 60 % 60, s % 60);
}

static bool civil_valid(int y, int m, int d)
{
	int y2, m2, d2;

	if (y < 1868 || y > 2999 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	civil_from_days(days_from_civil(y, m, d), &y2, &m2, &d2);
	return y == y2 && m == m2 && d == d2;
}

static bool date_split(const char *s, int *y, int *m, int *d)
{
	size_t i;

	if (!s || strlen(s) != 10)
		return false;
	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	*y = (int)strtol(s, NULL, 10);
	*m = (int)strtol(s + 5, NULL, 10);
	*d = (int)strtol(s + 8, NULL, 10);
	return civil_valid(*y, *m, *d);
}

bool date_valid(const char *s)
{
	int y, m, d;

	return date_split(s, &y, &m, &d);
}

/* Eras, newest first. `letter` is what office software writes (R8.11.20). */
static const struct {
	const char *name;
	char letter;
	int first_year;
	char start[DATE_SIZE];
} eras[] = {
	{ "令和", 'r', 2019, "2019-05-01" }, { "平成", 'h', 1989, "1989-01-08" },
	{ "昭和", 's', 1926, "1926-12-25" }, { "大正", 't', 1912, "1912-07-30" },
	{ "明治", 'm', 1868, "1868-01-25" },
};
#define ERA_COUNT (sizeof eras / sizeof eras[0])

/* Reads 1..max digits at *p; -1 if there is none. */
static int read_number(const char **p, int max)
{
	int n = 0, digits = 0;

	while (**p >= '0' && **p <= '9' && digits < max) {
		n = n * 10 + (**p - '0');
		(*p)++;
		digits++;
	}
	return digits ? n : -1;
}

static bool skip_separator(const char **p)
{
	static const char *const marks[] = { "年", "月", "日", "/", "-", "." };
	size_t i;

	for (i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t n = strlen(marks[i]);

		if (strncmp(*p, marks[i], n) == 0) {
			*p += n;
			return true;
		}
	}
	return false;
}

/* Reads an era name or letter; returns the offset to add to its year, else 0. */
static int read_era(const char **p)
{
	size_t i;

	for (i = 0; i < ERA_COUNT; i++) {
		size_t n = strlen(eras[i].name);

		if (strncmp(*p, eras[i].name, n) == 0) {
			*p += n;
			if (strncmp(*p, "元", strlen("元")) == 0) {
				*p += strlen("元");
				return -eras[i].first_year;
			}
			return eras[i].first_year - 1;
		}
		if (**p == eras[i].letter) {
			(*p)++;
			return eras[i].first_year - 1;
		}
	}
	return 0;
}

static bool parse_compact(const char *s, int *y, int *m, int *d)
{
	if (strlen(s) != 8 || strspn(s, "0123456789") != 8)
		return false;
	*y = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + (s[3] - '0');
	*m = (s[4] - '0') * 10 + (s[5] - '0');
	*d = (s[6] - '0') * 10 + (s[7] - '0');
	return true;
}

static bool parse_parts(const char *s, int *y, int *m, int *d)
{
	int offset = read_era(&s);

	*y = offset < 0 ? -offset : read_number(&s, 4);
	if (*y < 0)
		return false;
	if (offset > 0)
		*y += offset;
	if (!skip_separator(&s) || (*m = read_number(&s, 2)) < 0)
		return false;
	if (!skip_separator(&s) || (*d = read_number(&s, 2)) < 0)
		return false;
	(void)skip_separator(&s);
	s += *s == ' ';
	/* Spreadsheets append a midnight time to dates; it carries nothing. */
	return *s == '\0' || strcmp(s, "00:00:00") == 0 || strcmp(s, "0:00") == 0 ||
	       strcmp(s, "0:00:00") == 0;
}

bool date_parse(const char *s, char ret[DATE_SIZE])
{
	CLEANUP(buf_release) struct buf folded;
	int y, m, d;

	buf_init(&folded, 256);
	if (!s || strlen(s) > 60 || !fold_text(s, &folded) || !folded.len)
		return false;
	while (folded.data[folded.len - 1] == ' ')
		folded.data[--folded.len] = '\0';
	if (!parse_compact(folded.data, &y, &m, &d) && !parse_parts(folded.data, &y, &m, &d))
		return false;
	if (!civil_valid(y, m, d))
		return false;
	date_write(days_from_civil(y, m, d), ret);
	return true;
}

static long date_days(const char *date)
{
	int y, m, d;

	return date_split(date, &y, &m, &d) ? days_from_civil(y, m, d) : 0;
}

long date_days_between(const char *a, const char *b)
{
	return date_days(b) - date_days(a);
}

void date_add_days(const char *date, long days, char ret[DATE_SIZE])
{
	date_write(date_days(date) + days, ret);
}

int date_fiscal_year(const char *date)
{
	int y, m, d;

	if (!date_split(date, &y, &m, &d))
		return 0;
	return m >= 4 ? y : y - 1;
}

void fiscal_year_range(int year, char ret_first[DATE_SIZE], char ret_last[DATE_SIZE])
{
	date_write(days_from_civil(year, 4, 1), ret_first);
	date_write(days_from_civil(year + 1, 3, 31), ret_last);
}

static void era_year(const char *date, int year, const char **ret_name, char ret_year[16])
{
	size_t i;

	for (i = 0; i + 1 < ERA_COUNT && strcmp(date, eras[i].start) < 0; i++)
		;
	*ret_name = eras[i].name;
	if (year == eras[i].first_year)
		snprintf(ret_year, 16, "元");
	else
		snprintf(ret_year, 16, "%d", year - eras[i].first_year + 1);
}

void date_wareki(const char *date, char *ret, size_t size)
{
	const char *name;
	char number[16];
	int y, m, d;

	ret[0] = '\0';
	if (!date_split(date, &y, &m, &d))
		return;
	era_year(date, y, &name, number);
	snprintf(ret, size, "%s%s年%d月%d日", name, number, m, d);
}

void fiscal_year_wareki(int year, char *ret, size_t size)
{
	const char *name;
	char date[DATE_SIZE], number[16];

	/* Offices call April 2019 to March 2020 令和元年度, though it began in 平成. */
	date_write(year == 2019 ? days_from_civil(2019, 5, 1) : days_from_civil(year, 4, 1), date);
	era_year(date, year, &name, number);
	snprintf(ret, size, "%s%s年度", name, number);
}
