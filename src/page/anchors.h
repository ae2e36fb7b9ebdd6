/* What the home page says about anchors. */
#ifndef DAICHO_PAGE_ANCHORS_H
#define DAICHO_PAGE_ANCHORS_H

#include "page/visit.h"

#define ANCHOR_TASKS_MAX 6

struct anchor_task {
	const char *path, *text, *hint;
};

/* Channels that fail, stand still or raised an alarm, for who may see them; alarms first. */
void anchor_tasks(struct request *req, struct anchor_task ret[ANCHOR_TASKS_MAX], size_t *ret_count);

#endif
