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
/* What the ledgers say. `about` names it apart from others of the page for those who hear it;
 * NULL where it stands alone. */
void write_proposal(struct html *h, struct request *req, const char *about,
		    const struct proposal *p);
/* What answers elsewhere propose; nothing where there is none. */
void write_inherited(struct html *h, struct request *req, const struct round_line *line);
/* はい 20  いいえ 2 ... */
void write_round_totals(struct html *h, const struct round_view *v);
/* Whether it is approved, by whom, and whether something changed since. */
void write_approval_state(struct html *h, const struct round_view *v);
void write_evidence(struct html *h, struct request *req, const struct round_view *v,
		    const struct answer *a);
/* `detail` (enum round_detail) as far as this visitor may read: a vendor what is agreed in a
 * sheet of a contract, and what the ledgers propose only those who see the ledgers. */
unsigned round_detail(const struct request *req, unsigned detail);
/* The round of {round} in the path; one out of sight (sight_round) is answered like one
 * that does not exist. `detail`: as for round_view. */
int read_round(struct request *req, struct conn *c, unsigned detail, struct round_view *ret,
	       struct err *err);
/* The same with the proposals of one item only. */
int read_round_item(struct request *req, struct conn *c, const char *item, struct round_view *ret,
		    struct err *err);

/* All rounds this visitor may see, newest year first. */
int read_rounds(struct request *req, struct conn *c, struct round **ret, size_t *ret_count,
		struct err *err);
/* A list of them, one `item` each; `none` where there is none. */
int write_round_list(struct html *h, struct request *req, struct conn *c,
		     void (*item)(struct html *h, struct request *req, const struct round *r),
		     const char *none, struct err *err);

/* The page of all rounds; `message` says why opening failed, or NULL. */
int show_rounds(struct request *req, struct response *res, int status, const char *message,
		struct err *err);
/* The form to open rounds; folded away unless `unfolded`. */
int write_open_form(struct html *h, struct request *req, struct conn *c, bool unfolded,
		    struct err *err);

#endif
