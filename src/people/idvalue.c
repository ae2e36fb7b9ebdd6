#include "people/idvalue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

/* Microseconds from 1601 (Windows) to 1970. */
#define FILETIME_TO_UNIX_US (INT64_C(11644473600) * 1000000)
#define FILETIME_NEVER INT64_C(0x7FFFFFFFFFFFFFFF)
#define HOUR_US (INT64_C(3600) * 1000000)

static bool is_never(const char *text)
{
	static const char *const words[] = { "",	"0",	  "-",	       "--",   "never",
					     "(never)", "null",	  "none",      "なし", "無し",
					     "無期限",	"未使用", "未ログイン" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static int day_of(int64_t us, char ret[DATE_SIZE])
{
	date_of_us(us, ret);
	return date_valid(ret) ? 1 : -1;
}

static bool write_day(int year, int month, int day, char ret[DATE_SIZE])
{
	char text[40];

	snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
	if (!date_valid(text))
		return false;
	memcpy(ret, text, DATE_SIZE);
	return true;
}

/* A day and time in UTC as a day in Japan. */
static int utc_day(const char *date, int hour, char ret[DATE_SIZE])
{
	if (!date_valid(date))
		return -1;
	date_add_days(date, hour >= 15, ret);
	return 1;
}

/* 100 ns since 1601 (accountExpires, lastLogonTimestamp). */
static int filetime(const char *text, int64_t minus_us, char ret[DATE_SIZE])
{
	long long n = strtoll(text, NULL, 10);

	if (n <= 0 || n >= FILETIME_NEVER)
		return 0;
	return day_of((int64_t)(n / 10) - FILETIME_TO_UNIX_US - minus_us, ret);
}

/* "20261120093000.0Z" */
static int generalized(const char *text, char ret[DATE_SIZE])
{
	char date[DATE_SIZE];
	int year, month, day, hour;

	if (sscanf(text, "%4d%2d%2d%2d", &year, &month, &day, &hour) != 4)
		return -1;
	if (!write_day(year, month, day, date))
		return -1;
	return utc_day(date, text[strlen(text) - 1] == 'Z' ? hour : 0, ret);
}

/* "11/20/2026 9:05:33 AM"; 20/11/2026 when it can be nothing else. */
static int slashes(const char *text, char ret[DATE_SIZE])
{
	int a, b, year;

	if (sscanf(text, "%2d/%2d/%4d", &a, &b, &year) != 3 || year < 1000)
		return -1;
	if (a > 12) {
		int swap = a;

		a = b;
		b = swap;
	}
	return write_day(year, a, b, ret) ? 1 : -1;
}

/* Hour of the time after the date, or -1 without one. *ret_midnight: exactly 0:00. */
static int hour_of(const char *rest, bool *ret_midnight)
{
	int hour, minute, second = 0;
	bool pm = strstr(rest, "PM") || strstr(rest, "午後"),
	     am = strstr(rest, "AM") || strstr(rest, "午前");
	const char *digits = rest + strcspn(rest, "0123456789");

	*ret_midnight = false;
	if (sscanf(digits, "%2d:%2d:%2d", &hour, &minute, &second) < 2)
		return -1;
	if ((am || pm) && hour == 12)
		hour = 0;
	hour += pm ? 12 : 0;
	*ret_midnight = hour == 0 && minute == 0 && second == 0;
	return hour;
}

/* Date, then perhaps a time. */
static int written(const char *text, bool *ret_midnight, char ret[DATE_SIZE])
{
	char date[40], found[DATE_SIZE];
	size_t len = strcspn(text, " T");
	int hour, r;

	*ret_midnight = false;
	if (len >= sizeof date)
		return -1;
	memcpy(date, text, len);
	date[len] = '\0';
	hour = hour_of(text + len, ret_midnight);
	r = date_parse(date, found) ? 1 : slashes(date, found);
	if (r < 0)
		return r;
	if (text[len] && text[strlen(text) - 1] == 'Z')
		return utc_day(found, hour, ret);
	memcpy(ret, found, DATE_SIZE);
	return 1;
}

static int read_day(const char *text, bool expiry, char ret[DATE_SIZE])
{
	char folded[64];
	size_t digits;
	bool midnight;
	int r;

	while (*text == ' ')
		text++;
	if (is_never(text))
		return 0;
	/* Half-width digits; the blank between date and time is needed. */
	if (strlen(text) >= sizeof folded)
		return -1;
	memcpy(folded, text, strlen(text) + 1);
	for (r = (int)strlen(folded); r > 0 && folded[r - 1] == ' '; r--)
		folded[r - 1] = '\0';
	digits = strspn(folded, "0123456789");
	if (digits >= 16 && !folded[digits])
		return filetime(folded, expiry ? 1 : 0, ret);
	if (digits == 14)
		return generalized(folded, ret);
	r = written(folded, &midnight, ret);
	if (r == 1 && expiry && midnight) {
		char day[DATE_SIZE];

		memcpy(day, ret, DATE_SIZE);
		date_add_days(day, -1, ret);
	}
	return r;
}

int idvalue_date(const char *text, char ret[DATE_SIZE])
{
	return read_day(text, false, ret);
}

int idvalue_expiry(const char *text, char ret[DATE_SIZE])
{
	return read_day(text, true, ret);
}

int idvalue_switch(const char *text)
{
	static const char *const yes[] = { "true",   "yes",    "1",	 "on",	   "enabled",
					   "active", "はい",   "有",	 "有り",   "あり",
					   "有効",   "○",      "◯",	 "使用中", "利用中",
					   "利用可", "使用可", "管理者", "在職",   "●",
					   "使える", "する" };
	static const char *const no[] = { "false",    "no",	"0",	"off",	  "disabled",
					  "inactive", "いいえ", "無",	"無し",	  "なし",
					  "無効",     "×",	"停止", "停止中", "利用不可",
					  "使用不可", "一般",	"退職", "ロック", "locked",
					  "使えない", "しない" };
	char key[128], word[128];
	size_t i;

	if (!text[strspn(text, " \n\t")])
		return -1;
	if (fold_key(text, key, sizeof key) <= 0)
		return -2;
	for (i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (fold_key(yes[i], word, sizeof word) > 0 && strcmp(word, key) == 0)
			return 1;
	for (i = 0; i < sizeof no / sizeof no[0]; i++)
		if (fold_key(no[i], word, sizeof word) > 0 && strcmp(word, key) == 0)
			return 0;
	return -2;
}

/* --- names of directories ------------------------------------------------------- */

static int hex_of(char c)
{
	const char *digits = "0123456789abcdef", *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Copies an escaped value up to an unescaped `,` or `+`. */
static const char *unescape(const char *s, struct arena *arena)
{
	char *out = arena_alloc(arena, strlen(s) + 1), *p = out;

	while (out && *s && *s != ',' && *s != '+') {
		if (*s == '\\' && hex_of(s[1]) >= 0 && hex_of(s[2]) >= 0) {
			*p++ = (char)(hex_of(s[1]) * 16 + hex_of(s[2]));
			s += 3;
			continue;
		}
		if (*s == '\\' && s[1])
			s++;
		*p++ = *s++;
	}
	if (out && !utf8_valid(out, (size_t)(p - out), NULL))
		return "";
	return out;
}

const char *idvalue_rdn(const char *dn, struct arena *arena)
{
	size_t name =
		strspn(dn, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

	if (!name || dn[name] != '=')
		return arena_strdup(arena, dn);
	return unescape(dn + name + 1, arena);
}

/* Lists of system names never are people's groups. */
static bool rules(const char *group)
{
	static const char *const names[] = {
#define GROUP(name) name,
#include "people/idgroups.def"
#undef GROUP
	};
	char key[256], word[256];
	size_t i;

	if (strstr(group, "管理者"))
		return true;
	if (fold_key(group, key, sizeof key) <= 0)
		return false;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (fold_key(names[i], word, sizeof word) > 0 && strcmp(key, word) == 0)
			return true;
	return false;
}

const char *idvalue_groups(const char *text, struct arena *arena, bool *ret_admin)
{
	const char *all = "", *start = text, *p;

	*ret_admin = false;
	/* What Export-Csv prints when nobody expanded the list: says nothing. */
	if (strncmp(text, "Microsoft.ActiveDirectory.", 26) == 0)
		return "";
	for (p = text; all; p++) {
		if (*p == '\\' && p[1]) {
			p++;
			continue;
		}
		if (*p && *p != ';' && *p != '\n')
			continue;
		if (p > start) {
			const char *one = arena_strndup(arena, start, (size_t)(p - start));

			one = one ? idvalue_rdn(one, arena) : NULL;
			if (!one)
				return NULL;
			*ret_admin |= rules(one);
			all = arena_printf(arena, "%s%s%s", all, *all ? "\n" : "", one);
		}
		if (!*p)
			break;
		start = p + 1;
	}
	return all;
}
