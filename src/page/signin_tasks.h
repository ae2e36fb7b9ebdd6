/* What is waiting about ways into daicho, for the home page. */
#ifndef DAICHO_PAGE_SIGNIN_TASKS_H
#define DAICHO_PAGE_SIGNIN_TASKS_H

#include "page/people_tasks.h"

#define SIGNIN_TASKS_MAX 5

/* Those this visitor can do something about; `ret` has room for SIGNIN_TASKS_MAX. */
int signin_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err);

#endif
