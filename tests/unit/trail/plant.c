/* plant DATA: events of October and November 2026 into a data folder, for scenarios. The clock is
 * turned, so that October is closed. One line per event on standard input:
 * time in microseconds, class, user, patient, terminal, separated by tabs ("-": empty). */
#include <stdio.h>
#include <string.h>

#include "store/core.h"
#include "store/evidence.h"
#include "store/evidence_core.h"

static int64_t now;

static int64_t clock_turned(void)
{
	return now;
}

static const char *text(const char *s)
{
	return strcmp(s, "-") == 0 ? "" : s;
}

static int plant(struct store *s, struct err *err)
{
	char class[64], user[64], patient[64], terminal[64], raw[400];
	long long at;
	int r = 0;

	while (r >= 0 && scanf("%lld %63s %63s %63s %63s", &at, class, user, patient, terminal) == 5) {
		struct evidence_event e = { .source = "karte", .counter = -1, .at_us = at,
					    .class = class, .keep = "standard", .outcome = "ok",
					    .user = text(user), .patient = text(patient),
					    .terminal = text(terminal), .raw = raw };

		e.raw_len = (size_t)snprintf(raw, sizeof raw, "%lld %s %s", at, class, user);
		now = at;
		r = evidence_append(s, &e, 1, NULL, err);
	}
	return r < 0 ? r : evidence_head_now(s, err);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct store *s = NULL;
	int r = argc == 2 ? store_open(argv[1], 0, &s, &err) : ERR_USAGE;

	if (r == 0) {
		s->evidence->clock = clock_turned;
		r = plant(s, &err);
	}
	store_close(s);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	return r < 0;
}
