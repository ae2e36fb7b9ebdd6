/*
 * Measures: named predicates in C that look into the ledgers and propose the
 * answer of a checklist item, with a reason a person can check. They never
 * confirm anything.
 */
#ifndef DAICHO_MEASURE_MEASURE_H
#define DAICHO_MEASURE_MEASURE_H

#include "base/arena.h"
#include "ledger/entry.h"

enum proposal_value { PROPOSE_NONE, PROPOSE_YES, PROPOSE_NO, PROPOSE_PARTLY, PROPOSE_MAX };
const char *proposal_name(enum proposal_value v);  /* none yes no partly */
const char *proposal_label(enum proposal_value v); /* はい（見込み） ... */

struct proposal_link {
	/* An entry that was counted or is missing something; both "" for somebody who stands
	 * in no ledger. */
	const char *ledger, *entry;
	const char *text;
	bool fault; /* it stands against "yes" */
};

struct proposal {
	enum proposal_value value;
	const char *reason; /* "機器42台を登録、最終棚卸しは12日前。責任者が未記入の機器が3台" */
	int64_t counted, faults;
	const struct proposal_link *link; /* faults first, at most 50 */
	size_t link_count;
	const char *next_step; /* what to do to come to "yes"; "" when nothing */
};

/* What a measure is about; the order in which people read them. */
enum measure_subject {
#define SUBJECT(id, name, label) MEASURE_##id,
#include "measure/subjects.def"
#undef SUBJECT
	MEASURE_SUBJECT_MAX
};
const char *measure_subject_name(enum measure_subject s);  /* "devices" ... */
const char *measure_subject_label(enum measure_subject s); /* 機器 ... */

/* One row of measure.def. */
struct measure_def {
	const char *name;
	enum measure_subject subject;
	const char *ledger; /* the ledger that is to be filled or mended */
	const char *preset; /* "field=value" of a new entry there, "" when none */
	const char *title;  /* what holds when it is "yes", in Japanese */
};
/* All of them, in the order of the subjects. */
const struct measure_def *measure_defs(size_t *ret_count);
/* NULL when there is none of this name. */
const struct measure_def *measure_find(const char *name);
/* All names, for define_load. */
const char *const *measure_names(size_t *ret_count);

/* What the ledgers say in one snapshot: each ledger is read once, each measure runs once
 * for a column and a vendor. Belongs to one request. */
struct measure_cache;

/* `today` is YYYY-MM-DD. The cache and all it hands out live in the arena; ledgers and
 * conn must outlive its use. */
int measure_cache_new(struct ledgers *ledgers, struct conn *conn, const char *today,
		      struct arena *arena, struct measure_cache **ret, struct err *err);
/* What a measure says. `column` is the printed answer column (general server terminal
 * network hospital vendor, "" if none), `vendor` the entry of the vendor a round is about or
 * NULL. ERR_NOT_FOUND for an unknown name. */
int measure_cache_run(struct measure_cache *m, const char *name, const char *column,
		      const char *vendor, const struct proposal **ret, struct err *err);

#endif
