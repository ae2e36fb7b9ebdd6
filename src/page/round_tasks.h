/* What is waiting about rounds, for the home page. */
#ifndef DAICHO_PAGE_ROUND_TASKS_H
#define DAICHO_PAGE_ROUND_TASKS_H

#include "page/visit.h"

struct round_task {
	int rank; /* what is urgent comes first */
	const char *path, *text, *hint;
};

/* Those this visitor can do something about, in order. ret_rounds: how many rounds there are
 * that this visitor sees. */
int round_tasks(struct request *req, struct conn *c, struct round_task **ret, size_t *ret_count,
		size_t *ret_rounds, struct err *err);

#endif
