/*
 * The sharing of roles in a contract: hospital and vendor each answer who does an item and
 * whether it is settled; what they agree on is an answer of its own (column `agreed`), and
 * what is approved. 医療情報システムの契約における当事者間の役割分担等に関する確認表.
 */
#ifndef DAICHO_ROUND_SHARING_H
#define DAICHO_ROUND_SHARING_H

#include "round/round.h"

#define COLUMN_HOSPITAL "hospital"
#define COLUMN_VENDOR "vendor"
#define COLUMN_AGREED "agreed"

/* True for a catalogue of kind contract that has these three columns. */
bool catalogue_shares(const struct catalogue *c);
/* True if the vendor the round is about answers this column: its own one in a sheet of a
 * contract, all of a sheet for vendors. `column` "" or NULL: none. */
bool round_asks_vendor(const struct round *round, const char *column);

/* How far an item has come. */
enum sharing_state {
	SHARING_NOBODY,	  /* neither has answered */
	SHARING_HOSPITAL, /* the hospital's answer is missing */
	SHARING_VENDOR,	  /* the vendor's answer is missing */
	SHARING_DIFFERS,  /* both have answered, not alike */
	SHARING_SAME,	  /* both alike, not agreed yet */
	SHARING_AGREED,
	SHARING_CHANGED, /* agreed, and then one of them has answered otherwise */
	SHARING_MAX
};
const char *sharing_name(enum sharing_state s);	 /* "nobody" ... */
const char *sharing_label(enum sharing_state s); /* どちらも未回答 ... */

struct sharing_item {
	const struct item_def *item;
	const struct round_line *hospital, *vendor, *agreed; /* never NULL */
	enum sharing_state state;
	bool doer_differs, value_differs; /* of the two parties */
	bool open;    /* agreed, but not settled: いいえ without a day, or open points */
	bool overdue; /* and its target day has passed */
};

struct sharing {
	const struct sharing_item *item;
	size_t count;
	size_t in[SHARING_MAX]; /* how many items are in each state */
	size_t open, overdue;
	size_t vendor_open;    /* items the vendor has not answered */
	const char *agreed_on; /* the last day something was agreed, "" when nothing is */
};

/* What the lines of a view come to; lives in the arena. ERR_INVALID for other catalogues. */
int sharing_read(const struct round_view *v, struct arena *arena, struct sharing *ret,
		 struct err *err);
/* True if the answer is there and can be agreed on as it stands, without anybody writing
 * more: both parties say the same, and nothing in it differs that would have to be chosen. */
bool sharing_ready(const struct sharing_item *i);
/* The answer both have given, to be confirmed as agreed on `today`. Texts live in the arena. */
struct answer_change sharing_proposed(const struct round_view *v, const struct sharing_item *i,
				      struct arena *arena);
/* Confirms every item that is ready, `count` of them, in one durable write: ERR_CONFLICT if
 * there are others now. */
int sharing_agree(struct ledgers *l, const struct actor *who, const char *round, size_t count,
		  const char *key, struct receipt *ret, struct err *err);

#endif
