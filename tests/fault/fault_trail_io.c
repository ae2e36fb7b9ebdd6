/*
 * Every write, sync, truncation, rename and making of a file fails once, or from there
 * on, with EIO and with ENOSPC, while events come in, a month ends, heads are recorded
 * and a class is disposed of. What was acknowledged is there, what failed said so, all
 * verifies, and taking in resumes without a restart.
 *
 *   fault_trail_io [STEP]      tries every STEP-th call (default 1)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sink.h"
#include "inject.h"
#include "store/core.h"
#include "store/evidence_core.h"
#include "trail.h"

#define EVENTS 8
#define MONTH_US (31LL * 86400 * 1000000)

static const struct evidence_order order = {
	.keep = "long", .basis = "満了", .actor = "system", .approver = "院長"
};

static int64_t ahead;

static int64_t clock_ahead(void)
{
	return clock_now_us() + ahead;
}

struct run {
	struct evidence_receipt receipt[EVENTS];
	int rc[EVENTS], head_rc, dispose_rc, month;
};

static void expect_words(int rc, const struct err *err, const char *what)
{
	if (rc < 0 && (err->code != rc || !err->text[0]))
		die("%s failed (%s) without a message", what, inject_what());
	if (rc == ERR_BUG)
		die("%s failed (%s) as our own mistake: %s", what, inject_what(), err->text);
}

static void deeds(struct store *s, struct run *r)
{
	struct evidence_order o = order;
	struct err err = { 0 };
	int i;

	for (i = 0; i < EVENTS; i++) {
		if (i == EVENTS / 2)
			ahead += MONTH_US; /* a new month begins */
		err_clear(&err);
		r->rc[i] = trail_append(s, 1, i, &r->receipt[i], &err);
		expect_words(r->rc[i], &err, "event");
	}
	err_clear(&err);
	r->head_rc = evidence_head_now(s, &err);
	expect_words(r->head_rc, &err, "head");
	o.month = r->month;
	err_clear(&err);
	r->dispose_rc = evidence_dispose(s, &o, NULL, &err);
	expect_words(r->dispose_rc, &err, "disposal");
}

/* What was said to be kept is kept; the rest may be sent again, and is there once. */
static void check_deeds(struct store *s, struct run *r, bool again)
{
	struct evidence_receipt now;
	struct err err;
	int i, tries, rc;

	for (i = 0; i < EVENTS; i++) {
		bool disposed = i % 3 == 0 && r->dispose_rc == 0 && r->receipt[i].month == r->month;

		if (r->rc[i] == 0 && !disposed && r->dispose_rc == 0)
			trail_is(s, &r->receipt[i], 1, i);
		if (!again || disposed || r->dispose_rc < 0)
			continue;
		for (tries = 0, rc = -1; rc < 0 && tries < 40; tries++) {
			rc = trail_append(s, 1, i, &now, &err);
			if (rc < 0)
				usleep(100000);
		}
		if (rc < 0)
			die("%s: taking in does not resume: %s", inject_what(), err.text);
		if (r->rc[i] == 0 && (!now.repeated || now.seq != r->receipt[i].seq))
			die("%s: a kept event was written twice", inject_what());
	}
}

/* After a disposal that failed half way the next start completes it. */
static void settle(struct store *s, struct run *r)
{
	struct evidence_order o = order;
	struct err err;
	int tries, rc = -1;

	o.month = r->month;
	for (tries = 0; rc < 0 && tries < 100; tries++) {
		if (evidence_head_now(s, &err) == 0)
			rc = evidence_dispose(s, &o, NULL, &err);
		/* Recorded already: it only had to be carried out. */
		if (rc == ERR_CONFLICT && strstr(err.text, "もう"))
			rc = 0;
		if (rc == ERR_NOT_FOUND)
			rc = 0; /* no event of the class got there */
		if (rc < 0)
			usleep(50000);
	}
	if (rc < 0)
		die("%s: disposal does not resume: %s", inject_what(), err.text);
}

static void audit_settled(struct store *s)
{
	struct evidence_audit in = { .found = NULL };
	struct evidence_result result = { .findings = 1 };
	struct conn *c;
	struct err err;
	int tries;

	for (tries = 0; result.findings && tries < 100; tries++) {
		if (store_read_begin(s, &c, &err) < 0 ||
		    evidence_verify(s, c, &in, &result, &err) < 0)
			die("cannot examine: %s", err.text);
		store_read_end(c);
		if (result.findings)
			usleep(50000);
	}
	trail_audit(s, inject_what());
}

/* One sequence with one failure. False when the sequence has fewer calls. */
static bool one(const char *root, int nth, int error, bool forever)
{
	char data[PATH_MAX + 16], template[PATH_MAX + 16];
	struct run r = { .month = 0 };
	struct store *s;
	int failed;

	snprintf(data, sizeof data, "%s/data", root);
	snprintf(template, sizeof template, "%s/template", root);
	folder_remove(data);
	folder_copy(template, data);
	ahead = 0;
	s = data_open(data);
	s->evidence->clock = clock_ahead;
	r.month = month_of_us(clock_now_us());
	inject_arm(data, nth, error, forever);
	deeds(s, &r);
	failed = inject_disarm();
	check_deeds(s, &r, true);
	settle(s, &r);
	store_close(s);
	s = data_open(data);
	s->evidence->clock = clock_ahead;
	check_deeds(s, &r, false);
	if (!evidence_writable(s, NULL))
		die("%s: does not start again", inject_what());
	audit_settled(s);
	data_audit(s, inject_what());
	store_close(s);
	return failed > 0;
}

int main(int argc, char **argv)
{
	static const int errors[] = { EIO, ENOSPC };
	int step = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, nth, mode, count = 0;
	char root[PATH_MAX], path[PATH_MAX + 16];

	sink_quiet(1);
	folder_temporary(root);
	snprintf(path, sizeof path, "%s/template", root);
	data_create(path);
	for (mode = 0; mode < 4; mode++)
		for (nth = 1 + mode % step; one(root, nth, errors[mode % 2], mode >= 2);
		     nth += step)
			count++;
	folder_remove(root);
	if (count < 60 / step)
		die("only %d failures could be injected", count);
	printf("%d injected failures: 0 lost, 0 doubled, all said, all resumed\n", count);
	return 0;
}
