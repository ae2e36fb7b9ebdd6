/* Pieces of the pages that show what measures found: the whole facility, and one measure. */
#ifndef DAICHO_PAGE_XRAY_PARTS_H
#define DAICHO_PAGE_XRAY_PARTS_H

#include "catalogue/scope.h"
#include "measure/uses.h"
#include "page/layout.h"

/* What is known on this request. */
struct xray {
	struct html *h;
	struct request *req;
	struct conn *c;
	char today[DATE_SIZE];
	struct measure_cache *cache;
	const struct measure_uses *uses; /* one for each measure */
	struct scope scope;
};
/* Reads what the pages need; `x->req` and `x->h` are set. */
int xray_begin(struct xray *x, struct err *err);
void xray_end(struct xray *x);
int xray_ask(struct xray *x, const struct measure_def *m, const struct proposal **ret,
	     struct err *err);

/* できている あと少し 足りない 人が判断 */
const char *verdict_label(enum proposal_value v);
void write_verdict_chip(struct html *h, enum proposal_value v);
/* Why, and what to do next. */
void write_finding_reason(struct xray *x, const struct proposal *p);
/* Links to where it is mended. */
void write_mends(struct xray *x, const struct measure_def *m, const struct proposal *p);
/* At most `most` of the entries that stand for (or, `fault`, against) it, each with its link. */
void write_counted(struct xray *x, const struct proposal *p, bool fault, size_t most);
/* The items whose answer this measure proposes: those that apply here, by catalogue. */
void write_uses(struct xray *x, const struct measure_def *m);
/* How many those are. */
size_t count_uses(const struct xray *x, const struct measure_def *m);

/* From a question to what its measures found; nothing for who may not see it. */
void write_xray_links(struct html *h, struct request *req, const struct item_def *item);
/* The way to the page, for pages that lead there; nothing for who may not see it. */
void write_xray_entrance(struct html *h, struct request *req);

#endif
