/*
 * The power fails before every single call while events come in, a month ends and heads
 * are recorded, once with everything unsynced gone and several times with a random half
 * of it there: the folder opens, every acknowledged event is in it, no head claims more
 * than there is, all verifies, taking in goes on.
 *
 *   fault_trail_power [STEP]      tries every STEP-th call (default 1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sink.h"
#include "power.h"
#include "store/core.h"
#include "store/evidence_core.h"
#include "trail.h"

#define EVENTS 6
#define MIXES 2
#define MONTH_US (31LL * 86400 * 1000000)

static int64_t ahead;

static int64_t clock_ahead(void)
{
	return clock_now_us() + ahead;
}

struct run {
	struct evidence_receipt receipt[EVENTS];
	int acked; /* events acknowledged */
};

static void deeds(struct store *s, struct run *r)
{
	struct err err;
	int i;

	for (i = 0; i < EVENTS; i++) {
		if (i == 4)
			ahead = MONTH_US;
		if (trail_append(s, 2, i, &r->receipt[i], &err) < 0)
			die("event: %s", err.text);
		__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
		if ((i == 1 || i == 4) && evidence_head_now(s, &err) < 0)
			die("head: %s", err.text);
	}
}

static void check(const char *image, const struct run *r, int acked)
{
	struct store *s = data_open(image);
	struct evidence_receipt again;
	struct err err;
	int i;

	s->evidence->clock = clock_ahead;
	for (i = 0; i < acked; i++) {
		trail_is(s, &r->receipt[i], 2, i);
		if (trail_append(s, 2, i, &again, &err) < 0 || !again.repeated)
			die("event %d is not recognised after a power cut: %s", i, err.text);
	}
	trail_audit(s, "after a power cut");
	if (trail_append(s, 2, 1000, NULL, &err) < 0 || evidence_head_now(s, &err) < 0)
		die("taking in does not go on: %s", err.text);
	trail_audit(s, "going on after a power cut");
	data_audit(s, "going on after a power cut");
	store_close(s);
}

/* False when the sequence has fewer calls. */
static bool one(const char *root, int nth, bool mix)
{
	char data[PATH_MAX + 16], template[PATH_MAX + 16], image[PATH_MAX + 16];
	struct run r = { .acked = 0 };
	struct store *s;
	int acked = 0;
	bool cut;

	snprintf(data, sizeof data, "%s/data", root);
	snprintf(template, sizeof template, "%s/template", root);
	snprintf(image, sizeof image, "%s/image", root);
	folder_remove(data);
	folder_remove(image);
	folder_copy(template, data);
	ahead = 0;
	power_begin(data, nth, image, mix, &r.acked, &acked);
	s = data_open(data);
	s->evidence->clock = clock_ahead;
	deeds(s, &r);
	store_close(s);
	cut = power_end();
	if (cut)
		check(image, &r, acked);
	return cut;
}

int main(int argc, char **argv)
{
	int step = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, nth, mode, count = 0;
	char root[PATH_MAX], path[PATH_MAX + 16];

	sink_quiet(1);
	srandom(20261120);
	folder_temporary(root);
	snprintf(path, sizeof path, "%s/template", root);
	data_create(path);
	for (mode = 0; mode <= MIXES; mode++)
		for (nth = 1 + mode % step; one(root, nth, mode > 0); nth += step)
			count++;
	folder_remove(root);
	if (count < 100 / step)
		die("only %d cuts could be made", count);
	printf("%d power cuts: 0 acknowledged lost, 0 unreadable\n", count);
	return 0;
}
