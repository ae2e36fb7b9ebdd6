/* The frame of every page: head, skip link, navigation, notices, footer. */
#ifndef DAICHO_PAGE_LAYOUT_H
#define DAICHO_PAGE_LAYOUT_H

#include "page/visit.h"
#include "web/csrf.h"
#include "web/html.h"
#include "web/response.h"

enum nav {
	NAV_NONE,
	NAV_HOME,
	NAV_LEDGERS,
	NAV_ROUNDS,
	NAV_CATALOGUES,
	NAV_PACKS,
	NAV_IDS,
	NAV_VERIFY,
	NAV_SETTINGS
};

/* Opens the page down to <main>, with <h1> = title. `lead` (may be NULL) is one
 * line of plain explanation under it. */
void page_begin(struct html *h, struct request *req, enum nav here, const char *title,
		const char *lead);
/* Closes everything page_begin opened and sends it. */
int page_end(struct html *h, struct request *req, struct response *res, int status,
	     struct err *err);
/* The receipt of the write that led here: shown by page_begin of the next page
 * after a redirect to page_done(). */
char *page_done(struct arena *a, const char *path, const struct receipt *receipt);
/* An error summary at the top of a form: each fault links to its field. */
void page_faults(struct html *h, const struct faults *faults);
/* A notice box: kind is "info", "success", "warning" or "error". */
void page_notice(struct html *h, const char *kind, const char *title, const char *text);
/* The steps of a task of several pages; `here` counts from 0, those before are done. */
void page_steps(struct html *h, const char *label, const char *const *names, size_t count,
		size_t here);
/* web_config.error_page. */
void page_error(void *app, struct request *req, int status, const struct err *err, struct html *h);

/* POST form to `path` with the CSRF field and, if `key` is given, a fresh
 * idempotency key field `key`. Close with form_end. */
void form_begin(struct html *h, struct request *req, const char *path, bool key, bool files);
void form_end(struct html *h);
/* One labelled input of a form. Members may be NULL where there is none. */
struct form_input {
	const char *name, *label, *help;
	const char *type, *autocomplete; /* NULL: "text", "off" */
	const char *value;
	bool required;
};
void form_input(struct html *h, const struct form_input *in);
/* One of several radio buttons in a line. */
void form_choice(struct html *h, const char *name, const char *value, const char *label,
		 bool checked);
/* <button type=submit class="button button-<kind>">text</button>; kind primary, secondary, danger.
 */
void form_submit(struct html *h, const char *kind, const char *text);

#define HTML_CLEANUP __attribute__((cleanup(html_release))) struct html

#endif
