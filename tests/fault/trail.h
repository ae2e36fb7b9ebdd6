/* What the fault tests of access events share. */
#ifndef DAICHO_TEST_FAULT_TRAIL_H
#define DAICHO_TEST_FAULT_TRAIL_H

#include "folder.h"
#include "store/evidence.h"

struct trail_text {
	char user[32], patient[32], raw[128];
};

/* Event `number` of source "s<source>". */
void trail_event(int source, int64_t number, struct trail_text *t, struct evidence_event *ret);
/* Takes it in. */
int trail_append(struct store *s, int source, int64_t number, struct evidence_receipt *ret,
		 struct err *err);
/* Dies unless the receipt leads to this very event. */
void trail_is(struct store *s, const struct evidence_receipt *r, int source, int64_t number);
/* Examines all months; dies naming the first finding. */
void trail_audit(struct store *s, const char *when);

#endif
