/*
 * What is answered so far for one scope: of every item in force the newest answers, in
 * whichever round they were given. Private to the room.
 */
#ifndef DAICHO_ROUND_KNOWN_H
#define DAICHO_ROUND_KNOWN_H

#include "catalogue/compare.h"
#include "round/answers.h"
#include "round/round.h"

/* Why an answer says nothing about today. */
enum staleness {
	STALE_NOT,	   /* it counts */
	STALE_UNCONFIRMED, /* nobody has confirmed it */
	STALE_REWORDED,	   /* the item has been reworded since */
	STALE_OLD,	   /* confirmed more than a year ago */
	STALE_EXCLUDED,	   /* the item does not apply */
	STALE_OPEN,	   /* agreed in a contract, with something left to be done */
	STALE_MAX
};
const char *staleness_label(enum staleness s); /* a sentence; "" for STALE_NOT */

/* The newest answer of an item in one column of one scope. */
struct known_answer {
	const struct round *round;
	const char *column, *confirmed_on, *target_on, *note, *statements;
	const char *evidence_refs, *evidence_files; /* as stored */
	enum answer_value value;
	int64_t at_us;
	enum staleness stale;
	struct known_answer *next; /* another column */
};

struct known {
	const struct definitions *defs;
	const struct catalogue *const *catalogue; /* in force when it was read */
	size_t catalogue_count;
	struct known_answer ***answer; /* per catalogue, NULL without answers; then per item */
	size_t *contracts; /* per catalogue: contracts whose agreement counts for the facility */
	struct scope *scope;
	const char *today;
	struct arena *arena;
};

/* Answers of one round that have been read already, and live as long as the arena. */
struct known_ready {
	const char *round; /* id */
	const struct stored_answers *answers;
};

/* Reads the answers of these rounds that are about `scope`, of fiscal year `since` or later. For
 * the facility (scope "") what was agreed in each of its contracts counts too: an item of a sheet
 * of roles is met when all contracts say so. What is agreed but still open does not count.
 * Those of a round among `ready` are taken from there. */
int known_read(struct ledgers *l, struct conn *c, const char *scope, const struct round *rounds,
	       size_t round_count, int since, const char *today, const struct known_ready *ready,
	       size_t ready_count, struct arena *arena, struct known *ret, struct err *err);
/* Index of a catalogue in force, or -1. */
int known_catalogue(const struct known *k, const struct catalogue *c);
/* The answers of an item; NULL when there are none. */
const struct known_answer *known_of(const struct known *k, int catalogue, int item);
/* Why an item in force does not apply; NULL if it does. */
const char *known_excludes(const struct known *k, int catalogue, int item);

/* An item as a whole, all its columns together. */
enum standing {
	STANDING_OPEN,	/* not answered, or nothing that counts */
	STANDING_MET,	/* はい everywhere it was asked */
	STANDING_UNMET, /* いいえ somewhere */
	STANDING_NA
};
/* `column`: only the answer in this column where there is one; "" for all of them. */
enum standing known_standing(const struct known *k, int catalogue, int item, const char *column);
/* Whether every answer that counts marks this statement as met. */
bool known_meets(const struct known *k, int catalogue, int item,
		 const struct statement_def *statement);

#endif
