/* What the pages share on which a vendor answers a round: by a link, or signed in. */
#ifndef DAICHO_PAGE_REPLY_H
#define DAICHO_PAGE_REPLY_H

#include "page/layout.h"
#include "vendor/reply.h"

/* Questions on one page; a printed section with more is divided. */
#define REPLY_PART_LINES 40
#define REPLY_PARTS_MAX 64

struct reply_part {
	const char *title;
	size_t first, count; /* asked lines */
};

struct reply_page {
	struct html *h;
	struct request *req;
	struct response *res;
	const char *base; /* address of the first page, without the end slash */
	const char *round;
	enum reply_through through;
	const struct actor *who;
	struct reply_view view;
	struct reply_part part[REPLY_PARTS_MAX];
	size_t part_count;
	struct faults faults;
	const char *message; /* why it was not saved, beside the faults */
	bool posted;
	bool attached; /* the files of a form whose other faults are shown are kept */
};

/* Where this request answers what; reads the reply. */
int reply_page_read(struct reply_page *p, struct request *req, struct response *res,
		    struct err *err);
/* Address below the first page; `rest` is a constant or made by html_path, NULL: that page. */
char *reply_path(const struct reply_page *p, const char *rest);
char *reply_part_path(const struct reply_page *p, size_t part);
/* The part a line stands in. */
size_t reply_part_of(const struct reply_page *p, size_t line);
/* Lines of a part with an answer. */
size_t reply_part_answered(const struct reply_page *p, size_t part);

/* A POST form with what guards it: the token of the session, or of a cookie for links. */
int reply_form_begin(struct reply_page *p, const char *path, bool files, struct err *err);
/* Names the questions of this page: a form of other questions than the round has now is
 * refused. In the arena. */
const char *reply_fingerprint(const struct reply_page *p, size_t part);

/* An answer as it stands, to read. */
void reply_write_answer(struct reply_page *p, size_t line);
/* Opens the page with its heading and what has to be said on all of them. */
void reply_begin(struct reply_page *p, const char *title, const char *lead);

#endif
