/* Which lines of a round a page shows, as its address asks: a queue, a section, words, a page. */
#ifndef DAICHO_PAGE_ROUND_FILTER_H
#define DAICHO_PAGE_ROUND_FILTER_H

#include "page/layout.h"
#include "round/queue.h"

#define ROUND_PAGE_SIZE 100

struct round_filter {
	enum round_queue show;
	const char *section; /* id, or NULL for all */
	const char *search;  /* as typed, or "" */
	const char *folded;  /* the same for comparison */
	long long page;	     /* from 1 */
	const struct actor *who;
};

/* Reads ?show= &section= &q= &page=. ERR_INVALID for what there is not. */
int round_filter_read(struct request *req, const struct round_view *v, struct round_filter *ret,
		      struct err *err);
bool round_filter_has(const struct round_filter *f, const struct round_line *l);
/* True if something is left out. */
bool round_filter_narrows(const struct round_filter *f);
/* The address with the filter, without the page. NULL when memory runs out. */
char *round_filter_path(struct request *req, const char *path, const struct round_filter *f);
/* Hidden fields of a form that goes back to the same lines; `but` is left out (NULL: none). */
void round_filter_hidden(struct html *h, const struct round_filter *f, const char *but);
/* "未確認、区分「2」" or "". */
const char *round_filter_text(struct request *req, const struct round_view *v,
			      const struct round_filter *f);
/* Title of a section of the catalogue, its id when it has none. */
const char *round_section(const struct catalogue *c, const char *id);

/* Links to the queues that hold something, choice of section, words. `path`: of this page. */
void write_round_filter(struct html *h, struct request *req, const struct round_view *v,
			const struct round_filter *f, const char *path);
/* Links to the pages before and after; `total` lines of `size` each. */
void write_round_pages(struct html *h, struct request *req, const struct round_filter *f,
		       const char *path, size_t total, size_t size);

#endif
