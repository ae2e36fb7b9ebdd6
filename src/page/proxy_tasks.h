/* What is to be done about acting for another, for the home page. */
#ifndef DAICHO_PAGE_PROXY_TASKS_H
#define DAICHO_PAGE_PROXY_TASKS_H

#include "page/visit.h"

#define PROXY_TASKS_MAX 4

/* Texts live in the request's arena. */
struct proxy_task {
	const char *path, *text, *hint;
};
int proxy_tasks(struct request *req, struct conn *c, struct proxy_task ret[PROXY_TASKS_MAX],
		size_t *ret_count, struct err *err);

#endif
