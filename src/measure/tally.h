/* Counting entries for a measure: how many, which stand against "yes", why. */
#ifndef DAICHO_MEASURE_TALLY_H
#define DAICHO_MEASURE_TALLY_H

#include <limits.h>

#include "measure/cache.h"
#include "measure/measures.h"

/* At most so many entries are linked. */
#define TALLY_LINKS 50
/* The age of a day that is not filled in. */
#define TALLY_NO_DATE LONG_MIN

struct tally {
	const struct measure_input *in;
	const struct ledger_def *def; /* of the ledger being walked */
	struct kept *kept;	      /* its entries */
	int64_t counted, faults;
	int64_t broken; /* faults that make the answer "no" even if all others are well */
	struct proposal_link *fault, *good;
	size_t fault_count, good_count;
	char oldest[DATE_SIZE], newest[DATE_SIZE]; /* of the days seen by tally_day; "" if none */
	const char *field, *field_fault;	   /* of measures that ask one field */
	void *arg;
};

/* What a row says: NULL stands for "yes", tally_skip is not counted, anything else is the
 * reason why it stands against "yes". Reasons made on the way live in t->in->arena. */
extern const char tally_skip[];
#define TALLY_LOOK(name) const char *name(struct tally *t, const struct list_row *row)

void tally_init(struct tally *t, const struct measure_input *in);
/* Looks at every entry of `ledger` that is not voided, in its default order. */
int tally_walk(struct tally *t, const char *ledger, TALLY_LOOK((*look)), struct err *err);
/* Only those whose `field` has this stored value: for ledgers that grow without end. Read
 * anew each time. */
int tally_walk_where(struct tally *t, const char *ledger, const char *field, const char *value,
		     TALLY_LOOK((*look)), struct err *err);
/* Counts and links something beside the walk; `reason` as a look returns it. `ledger` and
 * `entry` are "" for what stands in no ledger. */
void tally_add(struct tally *t, const char *ledger, const char *entry, const char *name,
	       const char *reason);

/* Stored value of a field of the row being walked; "" if the ledger has no such field. */
const char *tally_value(const struct tally *t, const struct list_row *row, const char *field);
bool tally_is(const struct tally *t, const struct list_row *row, const char *field,
	      const char *value);
/* True if something is written there that does not just say "none". */
bool tally_has(const struct tally *t, const struct list_row *row, const char *field);
/* Days from the stored date to today, negative for one to come; TALLY_NO_DATE when empty. */
long tally_age(const struct tally *t, const struct list_row *row, const char *field);
/* As tally_age; also notes the day for the reason. */
long tally_day(struct tally *t, const struct list_row *row, const char *field);
/* Notes the reason and that it alone makes the answer "no". */
const char *tally_broken(struct tally *t, const char *reason);

/* True if the device is of the kind that the printed column asks about. */
bool tally_in_column(const struct tally *t, const struct list_row *row);
/* True if the entry concerns the vendor of a vendor round (always true otherwise). */
bool tally_of_vendor(const struct tally *t, const struct list_row *row, const char *field);
/* True if the vendor is to answer for itself: what the hospital has says nothing then. */
bool tally_vendor_side(const struct measure_input *in);
/* サーバ, 端末, ネットワーク機器 or 機器, as the printed column asks. */
const char *tally_device_noun(const struct measure_input *in);

/* How a measure puts its counts into words. "NOUN 42 UNIT のすべて GOOD。" and "NOUN 42 UNIT
 * のうち 3 UNIT BAD。", then the oldest day, if `day` names what it is. Without a noun it is
 * about one vendor: "この事業者 GOOD。" */
struct tally_words {
	const char *noun, *unit, *good, *bad;
	const char *day;	       /* "最も古い確認日", or NULL */
	const char *next;	       /* what to do about the faults */
	const char *none, *none_next;  /* when nothing was counted */
	enum proposal_value when_none; /* PROPOSE_NONE or PROPOSE_NO */
};
/* Fills a proposal from the counts: yes without faults, no when all or a broken one stand
 * against it, partly otherwise. */
int tally_words(struct tally *t, const struct tally_words *w, struct proposal *ret,
		struct err *err);
/* The value as tally_words gives it. */
enum proposal_value tally_judge(const struct tally *t);
/* Proposes nothing: the vendor of the round is asked about itself, and these ledgers only
 * know the hospital. */
int tally_not_ours(struct tally *t, struct proposal *ret, struct err *err);
/* Fills a proposal in own words; `next_step` is dropped for "yes". */
int tally_result(struct tally *t, enum proposal_value value, const char *reason,
		 const char *next_step, struct proposal *ret, struct err *err);

#endif
