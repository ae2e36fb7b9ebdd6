/*
 * Values of fields: from what people type to the one stored form, and back.
 *
 * Stored form (always text, "" = empty): text and longtext as typed, trimmed,
 * newlines as \n; int as decimal digits; decimal with exactly `scale` digits
 * after the point; date "YYYY-MM-DD"; bool "1" or "0"; enum its value; ref an
 * entry id; refs and files ids or hashes, one per line; account an account id.
 */
#ifndef DAICHO_DEFINE_VALUE_H
#define DAICHO_DEFINE_VALUE_H

#include "base/arena.h"
#include "define/define.h"

/* Normalises `typed` (UTF-8) into the stored form in `arena` and checks type,
 * length, range, pattern and named check. Full-width digits, 和暦 dates,
 * ○×/有無/はいいいえ for booleans, labels and aliases for enums are accepted. Refs and
 * accounts are passed through trimmed: only the ledger can resolve them.
 * ERR_INVALID with err.field = field name and a message that says what is
 * accepted. An empty value is fine here; see value_check_entry. */
int value_parse(const struct field_def *f, const char *typed, struct arena *arena,
		const char **ret, struct err *err);

/* What a person reads for a stored value ("はい", "2026-11-20（令和8年11月20日）" is not
 * added here: plain date). Refs come back as stored. */
const char *value_show(const struct field_def *f, const char *stored, struct arena *arena);

/* Checks a whole entry: `values[i]` belongs to l->field[i] (stored form, never
 * NULL). Required fields and cross-field checks. Calls `complain` for each
 * fault; returns the number of faults. */
size_t value_check_entry(const struct ledger_def *l, const char *const *values,
			 void (*complain)(void *arg, const struct err *e), void *arg);

#endif
