/* What contracts and vendors want somebody to do, for the start page. */
#ifndef DAICHO_PAGE_VENDOR_TASKS_H
#define DAICHO_PAGE_VENDOR_TASKS_H

#include "page/people_tasks.h"

#define VENDOR_TASKS_MAX 24

/* Fills ret (VENDOR_TASKS_MAX); nothing for those who do not look after contracts. */
int vendor_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err);

#endif
