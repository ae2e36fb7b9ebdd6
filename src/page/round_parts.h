/* Pieces that several pages about rounds show. */
#ifndef DAICHO_PAGE_ROUND_PARTS_H
#define DAICHO_PAGE_ROUND_PARTS_H

#include "page/layout.h"
#include "round/round.h"

/* Column id in addresses; "-" stands for an item without printed columns. */
#define NO_COLUMN "-"

char *question_path(struct request *req, const struct round_view *v, const struct round_line *line);
char *round_path(struct request *req, const struct round *r, const char *rest);
/* はい いいえ ... as a chip. */
void write_answer_chip(struct html *h, const struct answer *a);
void write_proposal(struct html *h, struct request *req, const struct proposal *p);
/* はい 20  いいえ 2 ... */
void write_round_totals(struct html *h, const struct round_view *v);
/* Whether it is approved, by whom, and whether something changed since. */
void write_approval_state(struct html *h, const struct round_view *v);
void write_evidence(struct html *h, struct request *req, const struct round_view *v,
		    const struct answer *a);
/* The round of {round} in the path; one out of sight (sight_round) is answered like one
 * that does not exist. */
int read_round(struct request *req, struct conn *c, bool with_proposals, struct round_view *ret,
	       struct err *err);

/* All rounds this visitor may see, newest year first. */
int read_rounds(struct request *req, struct conn *c, struct round **ret, size_t *ret_count,
		struct err *err);
/* A list of them, one `item` each; `none` where there is none. */
int write_round_list(struct html *h, struct request *req, struct conn *c,
		 void (*item)(struct html *h, struct request *req, const struct round *r),
		 const char *none, struct err *err);

#endif
