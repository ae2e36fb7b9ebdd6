/* What is waiting about people and accounts, for the home page. */
#ifndef DAICHO_PAGE_PEOPLE_TASKS_H
#define DAICHO_PAGE_PEOPLE_TASKS_H

#include "page/visit.h"

#define PEOPLE_TASKS_MAX 6

struct people_task {
	const char *path, *text, *hint;
};

/* Those this visitor can do something about; `ret` has room for PEOPLE_TASKS_MAX. */
int people_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err);

#endif
