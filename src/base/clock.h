/*
 * Time: UTC microseconds for the log, the monotonic clock for sessions, and
 * Japanese calendar dates for people.
 *
 * Dates are text "YYYY-MM-DD" (proleptic Gregorian), which sorts and compares
 * as text. Local time is Japan Standard Time, a fixed UTC+9.
 */
#ifndef DAICHO_BASE_CLOCK_H
#define DAICHO_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_SIZE 11 /* "YYYY-MM-DD" and NUL */

/* Microseconds since 1970-01-01T00:00:00Z, by the system clock. */
int64_t clock_now_us(void);
/* Microseconds since some start, never going back; for limits and sessions. */
int64_t clock_mono_us(void);

/* Today's date in Japan. */
void date_today(char ret[DATE_SIZE]);
/* The date in Japan of a UTC time in microseconds. */
void date_of_us(int64_t us, char ret[DATE_SIZE]);
/* "2026-11-20 14:05" (minutes) or with seconds, in Japan. ret holds size bytes. */
void time_text(int64_t us, bool seconds, char *ret, size_t size);
/* "2026-11-20T05:05:00Z". */
void time_rfc3339(int64_t us, char *ret, size_t size);

/* True for an existing date written YYYY-MM-DD, years 1868 to 2999. */
bool date_valid(const char *s);
/* Reads a date as people write it: 2026-11-20, 2026/1/5, 20261120, 2026年11月20日,
 * 令和8年11月20日, R8.11.20, 平成30/4/1, full-width digits. False if it is none. */
bool date_parse(const char *s, char ret[DATE_SIZE]);
/* Days from a to b (b - a); both must be valid. */
long date_days_between(const char *a, const char *b);
/* The date `days` after `date` (days may be negative). */
void date_add_days(const char *date, long days, char ret[DATE_SIZE]);
/* Japanese fiscal year of a valid date: 2026-03-31 -> 2025, 2026-04-01 -> 2026. */
int date_fiscal_year(const char *date);
/* First and last day of a fiscal year: 2026 -> 2026-04-01, 2027-03-31. */
void fiscal_year_range(int year, char ret_first[DATE_SIZE], char ret_last[DATE_SIZE]);
/* "令和8年11月20日"; "" for an invalid date. size 40 is always enough. */
void date_wareki(const char *date, char *ret, size_t size);
/* "令和8年度" for 2026 (the era of its first day, 2019 being 令和元年度). */
void fiscal_year_wareki(int year, char *ret, size_t size);

#endif
