#include "page/facility.h"

#include <stdio.h>
#include <string.h>

static int keep_id(void *arg, const struct list_row *row, struct err *err)
{
	(void)err;
	snprintf(arg, ID_SIZE, "%s", row->id);
	return 0;
}

int facility_read(struct request *req, struct conn *c, struct entry *ret, struct err *err)
{
	struct app *app = req_app(req);
	struct list_query q = { .sort = -1, .limit = 1 };
	char id[ID_SIZE] = "";
	int r = ledgers_find(app->ledgers, "facility", &q.def, err);

	if (r == 0)
		r = list_each(app->ledgers, c, &q, keep_id, id, err);
	if (r < 0 || !*id)
		return r < 0 ? r : 0;
	/* entry_get: everybody is told what the hospital is called, also before signing in. */
	r = entry_get(app->ledgers, c, q.def, id, 0, req_arena(req), ret, err);
	return r < 0 ? r : 1;
}

bool facility_ready(const struct entry *e)
{
	int done = ledger_field(e->def, "setup_done");

	return done >= 0 && strcmp(e->value[done], "1") == 0;
}
