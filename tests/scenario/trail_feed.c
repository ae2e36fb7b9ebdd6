/* Takes access events into a data folder as intake does: trail_feed DATA FIRST COUNT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/evidence.h"

static int feed(struct store *s, int i, struct err *err)
{
	char user[32], patient[32], raw[128];
	struct evidence_event e = { .source = "emr", .counter = i, .class = "view",
				    .keep = "standard", .outcome = "ok", .user = user,
				    .patient = patient, .terminal = "term-1", .raw = raw };

	(void)snprintf(user, sizeof user, "user%d", i % 7);
	(void)snprintf(patient, sizeof patient, "P%05d", i % 13);
	(void)snprintf(raw, sizeof raw, "emr[%d]: %s opened %s", i, user, patient);
	e.raw_len = strlen(raw);
	return evidence_append(s, &e, 1, NULL, err);
}

int main(int argc, char **argv)
{
	struct store *s = NULL;
	struct err err = { 0 };
	int i, r = argc == 4 ? store_open(argv[1], 0, &s, &err) : ERR_USAGE;

	for (i = 0; r == 0 && i < atoi(argv[3]); i++)
		r = feed(s, atoi(argv[2]) + i, &err);
	if (r == 0)
		r = evidence_head_now(s, &err);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	store_close(s);
	return r < 0;
}
