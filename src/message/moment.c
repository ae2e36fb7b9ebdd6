#include "message/moment.h"

#include <string.h>

#define JST (9 * 3600)
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* Days since 1970 of a civil date (Howard Hinnant's method). */
static int64_t days(int y, int m, int d)
{
	int era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return (int64_t)era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool exists(int y, int m, int d)
{
	static const int most[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m >= 1 && m <= 12 && d >= 1 && d <= most[m - 1] + (m == 2 && leap);
}

struct cursor {
	const char *s, *end;
};

/* Exactly n digits; -1 if they are none. */
static int digits(struct cursor *c, int n)
{
	int v = 0;

	if (c->end - c->s < n)
		return -1;
	for (int i = 0; i < n; i++) {
		if (c->s[i] < '0' || c->s[i] > '9')
			return -1;
		v = v * 10 + c->s[i] - '0';
	}
	c->s += n;
	return v;
}

static bool eat(struct cursor *c, const char *any)
{
	if (c->s == c->end || !*c->s || !strchr(any, *c->s))
		return false;
	c->s++;
	return true;
}

/* Seconds of the day; -1 if it is no time. A leap second counts as the one before. */
static int clock_time(struct cursor *c)
{
	int h = digits(c, 2), m, s = 0;

	if (h < 0 || h > 24 || !eat(c, ":"))
		return -1;
	m = digits(c, 2);
	if (m < 0 || m > 59)
		return -1;
	if (eat(c, ":")) {
		s = digits(c, 2);
		if (s < 0 || s > 60)
			return -1;
	}
	return h * 3600 + m * 60 + (s == 60 ? 59 : s);
}

static int64_t fraction(struct cursor *c)
{
	int64_t us = 0;
	int n = 0;

	if (!eat(c, ".,"))
		return 0;
	for (; c->s < c->end && *c->s >= '0' && *c->s <= '9'; c->s++, n++)
		if (n < 6)
			us = us * 10 + *c->s - '0';
	for (; n < 6; n++)
		us *= 10;
	return us;
}

/* Seconds east of UTC; false if there is no zone. */
static bool zone(struct cursor *c, int *ret)
{
	struct cursor back = *c;
	int sign, h, m;

	if (eat(c, "Zz")) {
		*ret = 0;
		return true;
	}
	sign = eat(c, "+") ? 1 : eat(c, "-") ? -1 : 0;
	if (!sign)
		return false;
	h = digits(c, 2);
	eat(c, ":");
	m = digits(c, 2);
	if (h < 0 || h > 15 || m < 0 || m > 59) {
		*c = back;
		return false;
	}
	*ret = sign * (h * 3600 + m * 60);
	return true;
}

/* Years far off are some clock's fault: better no time than one that sorts to the end. */
static int64_t bounded(int64_t us)
{
	return us > 0 && us < INT64_C(32503680000) * SECOND ? us : 0;
}

size_t moment_iso(const char *s, size_t len, int64_t *ret_us, bool *ret_no_zone)
{
	struct cursor c = { s, s + len };
	int y = digits(&c, 4), m, d, t, east = JST;
	int64_t us;

	if (y < 0 || !eat(&c, "-/"))
		return 0;
	m = digits(&c, 2);
	if (m < 0 || !eat(&c, "-/"))
		return 0;
	d = digits(&c, 2);
	if (!exists(y, m, d) || !eat(&c, "Tt "))
		return 0;
	t = clock_time(&c);
	if (t < 0)
		return 0;
	us = fraction(&c);
	*ret_no_zone = !zone(&c, &east);
	*ret_us = bounded(days(y, m, d) * DAY + (t - east) * SECOND + us);
	return (size_t)(c.s - s);
}

static int month_of(struct cursor *c)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (c->end - c->s < 4)
		return 0;
	for (int i = 0; i < 12; i++)
		if (memcmp(names + i * 3, c->s, 3) == 0) {
			c->s += 3;
			return i + 1;
		}
	return 0;
}

/* The newest year in which that day and time is not more than a day ahead of now. */
static int64_t newest(int m, int d, int t, int64_t now_us)
{
	int y = (int)(now_us / DAY / 365) + 1971;

	for (; y >= 1970; y--) {
		int64_t us = days(y, m, d) * DAY + (t - JST) * SECOND;

		if (exists(y, m, d) && us <= now_us + DAY)
			return us;
	}
	return 0;
}

size_t moment_bsd(const char *s, size_t len, int64_t now_us, int64_t *ret_us)
{
	struct cursor c = { s, s + len }, back;
	int m = month_of(&c), d, y, t;

	if (!m || !eat(&c, " "))
		return 0;
	eat(&c, " ");
	back = c;
	d = digits(&c, 2);
	if (d < 0) {
		c = back;
		d = digits(&c, 1);
	}
	if (d < 1 || !eat(&c, " "))
		return 0;
	back = c;
	y = digits(&c, 4);
	if (y < 0 || !eat(&c, " ")) {
		c = back;
		y = -1;
	}
	t = clock_time(&c);
	if (t < 0 || (y >= 0 && !exists(y, m, d)))
		return 0;
	*ret_us = y >= 0 ? bounded(days(y, m, d) * DAY + (t - JST) * SECOND)
			 : newest(m, d, t, now_us);
	return (size_t)(c.s - s);
}

bool moment_set(struct shape *s, const char *text)
{
	int64_t us;
	bool no_zone;

	if (!moment_iso(text, strlen(text), &us, &no_zone) || us == 0)
		return false;
	s->at_us = us;
	s->no_zone = no_zone;
	return true;
}
