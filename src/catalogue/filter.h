/*
 * Choosing items across all catalogues: by guideline, by who answers for them, by kind of
 * organisation, by level, area, nature and topic.
 */
#ifndef DAICHO_CATALOGUE_FILTER_H
#define DAICHO_CATALOGUE_FILTER_H

#include "catalogue/neighbours.h"
#include "define/define.h"

/* The kinds of catalogue as people look for them. */
enum shelf_group {
	GROUP_GUIDELINE,
	GROUP_CHECKLIST,
	GROUP_CONTRACT,
	GROUP_SURVEY,
	GROUP_DISCLOSURE,
	GROUP_OTHER,
	GROUP_MAX
};
enum shelf_group catalogue_group(const struct catalogue *c);
const char *catalogue_group_label(enum shelf_group g); /* ガイドライン ... */

/* What is not asked is -1 or NULL. */
struct item_filter {
	const char *catalogue; /* id */
	const char *level;     /* "C", "D", "遵守" */
	const char *topic;     /* stands in topic or headings, folded by the caller with fold_key */
	int group;	       /* enum shelf_group */
	int role;	       /* enum role: among those who answer for it */
	int org;	       /* enum org_kind: is for it (an item that says nothing is for all) */
	int control;	       /* enum control_kind; what is both is either */
	int area;	       /* enum area */
	int term;	       /* of the glossary: its texts use the word */
	bool unconfirmed;      /* only those */
};
void filter_init(struct item_filter *f);
/* Whether an item is asked for; `term` is left to the caller. */
bool filter_takes(const struct item_filter *f, const struct item_ref *at);

#endif
