/*
 * What a newer edition changes, item by item: against the same catalogue by the item's id, against
 * an older one by what the newer says it replaces, else by the crosswalk between them.
 */
#ifndef DAICHO_CATALOGUE_COMPARE_H
#define DAICHO_CATALOGUE_COMPARE_H

#include "base/arena.h"
#include "define/editions.h"

enum change_kind {
	CHANGE_SAME,	 /* the same is demanded */
	CHANGE_UNKNOWN,	 /* it took over from an item; nobody has seen the text it has now */
	CHANGE_REWORDED, /* it took over from an item, with a difference */
	CHANGE_NEW,
	CHANGE_RETIRED, /* an older item that nothing takes over */
	CHANGE_KIND_MAX
};
const char *change_kind_name(enum change_kind k);  /* unchanged unknown reworded new ... */
const char *change_kind_label(enum change_kind k); /* 変わらない項目 ... */

/* An item of an older edition. */
struct former {
	const struct catalogue *catalogue;
	int item;
};

struct item_change {
	enum change_kind kind;
	const struct item_def *item; /* of the newer edition; of the older one when retired */
	const struct former *former; /* what it took over from; none when new */
	size_t former_count;
	const char *what;    /* what differs, in words; "" when nothing does */
	const char *remains; /* still to be done where the former is met; "" when not said */
	bool advice;	     /* only what to do and to show has changed */
};

struct comparison {
	const struct item_change *item; /* in the order of the newer edition, then the retired */
	size_t count;
	size_t of_kind[CHANGE_KIND_MAX];
	/* Items of the older ones that stay as they are because the newer one only tells what
	 * has changed (kind notes), or speaks of something else. */
	const struct former *untouched;
	size_t untouched_count;
};

/* True if both demand the same, word for word. */
bool same_demand(const struct item_def *a, const struct item_def *b);
/* Everything lives in `arena`, or in the catalogues. */
int compare_editions(const struct definitions *d, const struct catalogue *const *before,
		     size_t before_count, const struct catalogue *after, struct arena *arena,
		     struct comparison *ret, struct err *err);

#endif
