#include "page/facility.h"

#include <string.h>

#include "ledger/only.h"

int facility_read(struct request *req, struct conn *c, struct entry *ret, struct err *err)
{
	struct app *app = req_app(req);

	/* Everybody is told what the hospital is called, also before signing in. */
	return only_read(app->ledgers, c, "facility", req_arena(req), ret, err);
}

bool facility_ready(const struct entry *e)
{
	int done = ledger_field(e->def, "setup_done");

	return done >= 0 && strcmp(e->value[done], "1") == 0;
}
