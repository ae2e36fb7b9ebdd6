/*
 * What of one ledger somebody may see: which entries, and which of their fields.
 * Worked out once per request from the account and the definition (access.* of the
 * ledger file), then used by everything that shows or changes entries, so that lists,
 * counts, search, exports and forms agree. Pure: no database, cannot fail.
 *
 * permit() says whether somebody may do an act at all; a sight says with which entries.
 * Guideline 6.0 control 14 (2), management 13 (3): access by need, by profession.
 */
#ifndef DAICHO_IDENTITY_SIGHT_H
#define DAICHO_IDENTITY_SIGHT_H

#include "identity/identity.h"

#define SIGHT_FIELDS_MAX 128
#define SIGHT_MATCHES_MAX 8

/* An entry is in scope if one of the fields holds the value. */
struct sight_match {
	int field; /* field index, or -1: the entry's own id */
	const char *value;
};

struct sight {
	const struct ledger_def *def;
	const char *account;
	bool all;				     /* every entry, voided ones included */
	struct sight_match match[SIGHT_MATCHES_MAX]; /* otherwise: any of these */
	size_t match_count;			     /* 0 without `all`: nothing */
	bool drafts;				     /* of others too */
	bool hides;				     /* at least one field is hidden */
	bool hidden[SIGHT_FIELDS_MAX];
};

/* Pointers of `who` and `def` must outlive *ret. */
void sight_of(const struct actor *who, const struct ledger_def *def, struct sight *ret);
/* False for a field beyond those known here: default deny. */
bool sight_field(const struct sight *s, int field);

/* What decides about one entry, as it stands in one revision. */
struct sighted {
	const char *id;
	const char *const *value;   /* stored form per field */
	bool draft, voided;	    /* draft: not confirmed yet, or returned */
	const char *actor, *behalf; /* who wrote this revision, and for whom ("" for nobody) */
};
/* True if the entry may be seen. */
bool sight_sees(const struct sight *s, const struct sighted *e);
/* True if it lies in the rows this person has to do with, whatever its state. */
bool sight_in_scope(const struct sight *s, const char *id, const char *const *value);

/* Rounds: those about one's own vendor entry or a contract of it (a link: only its one), or
 * opened to an inspector; everybody else who may read rounds sees all. `scope`: "",
 * "vendor:<entry>", "contract:<entry of the vendor>/<entry of the contract>". */
bool sight_round(const struct actor *who, const char *id, const char *scope);
/* True if the planner has opened `kind` ("ledger", "round") `name` to this inspector. */
bool actor_opened(const struct actor *who, const char *kind, const char *name);

#endif
