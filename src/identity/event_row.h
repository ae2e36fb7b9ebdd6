/* Access events as rows and facts; inside identity only. */
#ifndef DAICHO_IDENTITY_EVENT_ROW_H
#define DAICHO_IDENTITY_EVENT_ROW_H

#include "identity/event.h"

/* Reads one row of a statement over the access columns, without the detail. */
int event_row(struct stmt *st, struct arena *arena, struct event_row *ret, struct err *err);
/* What the personal part of a fact says; seq, time, actor and kind stay as they are. */
int event_decode(const char *bytes, size_t len, struct arena *arena, struct event_row *ret,
		 struct err *err);

#endif
