/* What the pages about emergency accounts share. */
#ifndef DAICHO_PAGE_EMERGENCY_H
#define DAICHO_PAGE_EMERGENCY_H

#include "page/layout.h"
#include "people/emergency.h"

/* The state of an account as a chip. */
void emergency_chip(struct html *h, enum emergency_state state);
/* The sheet for the envelope: login, code, what to do, places for seals. Sent once. */
int emergency_sheet(struct request *req, struct response *res, const char *login, const char *name,
		    const char *keeper, const char *place, const char *code, struct err *err);
/* The notice on home pages: an opening without a declaration that nobody has reviewed, and an
 * account that nobody closes. For who may see emergency accounts. */
int emergency_alarms(struct html *h, struct request *req, struct conn *c, struct err *err);
/* A large text field that keeps what was typed. */
void emergency_area(struct html *h, struct request *req, const char *name, const char *label,
		    const char *help);

/* A thing to do for the home page; path, text and hint live in the request's arena. */
struct emergency_task {
	const char *path, *text, *hint;
};
#define EMERGENCY_TASKS_MAX 16
int emergency_tasks(struct request *req, struct conn *c,
		    struct emergency_task ret[EMERGENCY_TASKS_MAX], size_t *ret_count,
		    struct err *err);

#endif
