/*
 * What systems write into lists of accounts, into stored values: dates of
 * Windows and of three locales, switches, groups. Pure; inside src/people only.
 */
#ifndef DAICHO_PEOPLE_IDVALUE_H
#define DAICHO_PEOPLE_IDVALUE_H

#include "base/arena.h"
#include "base/clock.h"

/* Bits of userAccountControl (Active Directory). */
#define UAC_DISABLED 0x2L

/* Reads a day: Japanese, ISO and US notation with or without time, RFC 4517
 * generalized time, Windows FILETIME numbers. UTC times become days in Japan.
 * 1 with the date, 0 for "never" and nothing, -1 if it is none of these. */
int idvalue_date(const char *text, char ret[DATE_SIZE]);
/* As idvalue_date for the moment an account ends to be usable: the last whole day
 * (Windows names the midnight after it). */
int idvalue_expiry(const char *text, char ret[DATE_SIZE]);
/* 1 yes, 0 no, -1 empty, -2 not understood. */
int idvalue_switch(const char *text);
/* The first value of a distinguished name (RFC 4514), unescaped: "CN=a\, b,DC=c"
 * gives "a, b". The text itself when it is no such name; NULL when memory ran out. */
const char *idvalue_rdn(const char *dn, struct arena *arena);
/* Groups as a list names them, separated by newlines or, outside of escapes, by
 * semicolons; names of directories shortened. One per line. *ret_admin says that
 * one of them rules over others (idgroups.def). NULL when memory ran out. */
const char *idvalue_groups(const char *text, struct arena *arena, bool *ret_admin);

#endif
