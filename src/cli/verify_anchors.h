/* How far others hold what is verified: anchors of the folder, months of access events. */
#ifndef DAICHO_CLI_VERIFY_ANCHORS_H
#define DAICHO_CLI_VERIFY_ANCHORS_H

#include <jansson.h>

#include "anchor/kept.h"
#include "log/tree.h"
#include "store/store.h"

struct anchor_report {
	json_t *anchors; /* those that fit: kind, by, time, size, file, trusted */
	json_t *months;	 /* month, size, proven */
	/* The farthest one that a key from outside the folder shows to be another's: whoever could
	 * write the folder could have made the rest. size: leaves it covers; 0: there is none. */
	uint64_t size;
	char by[256], time[40], kind[16];
	size_t loose; /* those that fit, but by a key nobody gave from outside */
	char loose_last[400]; /* the farthest of them in words */
	uint64_t loose_size;
	/* while it is made */
	struct tree_source tree;
	uint64_t count;
	void (*found)(void *arg, const char *text);
	void *arg;
};

void anchor_report_init(struct anchor_report *r);
void anchor_report_release(struct anchor_report *r);
/* Checks every anchor below in->dir against the tree of `count` leaves; `found` is told of
 * each that does not hold or does not fit. */
int anchor_report_make(struct anchor_report *r, const struct kept_input *in,
		       const struct tree_source *tree, uint64_t count,
		       void (*found)(void *arg, const char *text), void *arg, struct err *err);
/* A checkpoint given on the command line, which fitted. */
void anchor_report_held(struct anchor_report *r, const char *file, uint64_t size, int64_t at_us);
/* How many events of each month are under a head that the farthest anchor covers. */
int anchor_report_months(struct anchor_report *r, struct store *s, struct conn *c,
			 struct err *err);
/* Says it in words. */
void anchor_report_print(const struct anchor_report *r, uint64_t count);
/* Adds "anchors", "proven" and "unfixed". */
void anchor_report_json(const struct anchor_report *r, uint64_t count, json_t *out);

#endif
