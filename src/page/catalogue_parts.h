/* What the pages about catalogues share: texts with their words explained, links, chips. */
#ifndef DAICHO_PAGE_CATALOGUE_PARTS_H
#define DAICHO_PAGE_CATALOGUE_PARTS_H

#include "catalogue/scope.h"
#include "catalogue/shelf.h"
#include "page/layout.h"

/* SHELF_CLEANUP s = { 0 }; taken by read_shelf, given back at the end of the scope. */
struct shelf_user {
	const struct shelf *shelf;
	struct shelf_keeper *keeper;
};
int read_shelf(struct request *req, struct shelf_user *ret, struct err *err);
void shelf_user_release(struct shelf_user *u);
#define SHELF_CLEANUP __attribute__((cleanup(shelf_user_release))) struct shelf_user
/* What applies to whoever looks: a vendor sees what vendors have to do. */
int read_scope(struct request *req, struct conn *c, struct scope *ret, struct err *err);
/* The catalogue or the item of the path; ERR_NOT_FOUND says where to choose one. */
int read_catalogue(struct request *req, const struct catalogue **ret, struct err *err);
int read_item(struct request *req, struct item_ref *ret, struct err *err);

char *catalogue_path(struct request *req, const struct catalogue *c);
char *item_path(struct request *req, const struct item_ref *r);
/* "1.1 ① 責任者を決める" */
const char *item_title(struct request *req, const struct item_def *item);
/* Title of the section an item stands in; "" when it has none. */
const char *section_title(const struct catalogue *c, const struct item_def *item);
const char *role_text(struct request *req, const struct item_def *item); /* 企画管理者、… */

/* The way to a page: pairs of path and text, ended by NULL; the page itself is left out. */
void write_breadcrumb(struct html *h, const char *const *path_and_text);
/* Level, unconfirmed, whether it applies. `reason` as of scope_excludes, may be NULL. */
void write_item_chips(struct html *h, const struct item_def *item, const char *reason);
/* One line of a list of items: link, chips, what it says with the words looked for marked,
 * and why it does not apply. `query` may be NULL; `where` is what stands before the topic
 * (the catalogue), or NULL. */
int write_item_line(struct html *h, struct request *req, const struct item_ref *at,
		    const struct search_query *query, const char *where, const char *reason,
		    struct err *err);
/* Text with the words looked for in <mark>. */
int write_marked(struct html *h, struct request *req, const struct search_query *query,
		 const char *text, struct err *err);

/* Texts whose words of the glossary lead to an explanation: at its first place on the page a
 * word is a link to the list at the end, which shows the explanation when the pointer or the
 * keyboard is on it, without script. The list is also what is printed. */
struct words {
	struct html *h;
	struct request *req;
	const struct shelf *shelf;
	bool *seen; /* per term */
};
int words_begin(struct words *w, struct html *h, struct request *req, const struct shelf *s,
		struct err *err);
void words_write(struct words *w, const char *text);
/* <li> per text. */
void words_list(struct words *w, const char *title, const struct strings *list);
/* The list of what was linked; nothing when nothing was. */
void words_end(struct words *w);

/* GET form fields. */
void choice_begin(struct html *h, const char *name, const char *label, const char *any);
void choice_option(struct html *h, const char *value, const char *text, const char *selected);
void choice_end(struct html *h);
void search_field(struct html *h, const char *label, const char *value);

#endif
