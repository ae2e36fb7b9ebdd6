#include "trail.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/core.h"
#include "store/evidence_core.h"

int64_t trail_now;

static int64_t clock_turned(void)
{
	return __atomic_load_n(&trail_now, __ATOMIC_SEQ_CST);
}

void trail_clock(struct fixture *f)
{
	if (trail_now == 0)
		trail_now = NOVEMBER;
	f->s->evidence->clock = clock_turned;
}

void trail_event(int i, struct trail_texts *t, struct evidence_event *ret)
{
	snprintf(t->user, sizeof t->user, "user%d", i % 7);
	snprintf(t->patient, sizeof t->patient, "P%05d", i % 13);
	snprintf(t->terminal, sizeof t->terminal, "term-%d", i % 3);
	snprintf(t->raw, sizeof t->raw,
		 "2026-11-18 emr[%d]: user%d opened chart of P%05d at term-%d", i, i % 7, i % 13,
		 i % 3);
	*ret = (struct evidence_event){ .source = "emr",
					.counter = i,
					.at_us = NOVEMBER + i * 60000000LL,
					.class = i % 4 ? "view" : "change",
					.keep = i % 5 ? "standard" : "long",
					.outcome = "ok",
					.user = t->user,
					.patient = t->patient,
					.terminal = t->terminal,
					.raw = t->raw,
					.raw_len = strlen(t->raw) };
}

void trail_fill(struct fixture *f, int from, int count, int batch)
{
	struct trail_texts text[256];
	struct evidence_event event[256];
	int i, n;

	for (i = from; i < from + count; i += n) {
		for (n = 0; n < batch && i + n < from + count; n++)
			trail_event(i + n, &text[n], &event[n]);
		assert_ok(f, evidence_append(f->s, event, (size_t)n, NULL, &f->err));
	}
}

/* The keeper feeds what waits after a few seconds; here it is told to at once. */
void trail_index(struct fixture *f)
{
	struct evidence *ev = f->s->evidence;
	struct tail *t = &ev->tail_rows;
	bool done = false;
	int tries;

	for (tries = 0; !done && tries < 600; tries++) {
		pthread_mutex_lock(&ev->keep_lock);
		ev->keep_due = true;
		pthread_cond_signal(&ev->keep_wake);
		pthread_mutex_unlock(&ev->keep_lock);
		usleep(20000);
		pthread_rwlock_rdlock(&t->lock);
		done = t->count == 0 && !mark_before(t->until, t->end);
		pthread_rwlock_unlock(&t->lock);
	}
	assert_true(done);
}

/* --- behind its back ------------------------------------------------------------------ */

static sqlite3 *raw(struct fixture *f, const char *file)
{
	char name[64];
	sqlite3 *db;

	snprintf(name, sizeof name, "trail/%s", file);
	assert_int_equal(sqlite3_open(fixture_path(f, name), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

void trail_sql(struct fixture *f, const char *file, const char *sql)
{
	sqlite3 *db = raw(f, file);
	char *message = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

int64_t trail_sql_int(struct fixture *f, const char *file, const char *sql)
{
	sqlite3 *db = raw(f, file);
	sqlite3_stmt *st;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

/* --- examination -------------------------------------------------------------------------- */

struct trail_findings trail_findings;

static void keep(void *arg, const struct evidence_finding *f)
{
	struct trail_findings *t = arg;

	if (t->count == 64)
		return;
	snprintf(t->item[t->count].kind, sizeof t->item[0].kind, "%s", f->kind);
	t->item[t->count].month = f->month;
	t->item[t->count].seq = f->seq;
	snprintf(t->item[t->count++].text, sizeof t->item[0].text, "%s", f->text);
}

void trail_verify(struct fixture *f)
{
	struct evidence_audit in = { .found = keep, .arg = &trail_findings };
	struct conn *c;

	memset(&trail_findings, 0, sizeof trail_findings);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, evidence_verify(f->s, c, &in, &trail_findings.result, &f->err));
	store_read_end(c);
}

bool trail_has(const char *kind, int month)
{
	int i;

	for (i = 0; i < trail_findings.count; i++)
		if (strcmp(trail_findings.item[i].kind, kind) == 0 &&
		    (month == 0 || trail_findings.item[i].month == month))
			return true;
	return false;
}

void trail_clean(struct fixture *f)
{
	int i;

	trail_verify(f);
	for (i = 0; i < trail_findings.count; i++)
		print_message("%s %d %lld: %s\n", trail_findings.item[i].kind,
			      trail_findings.item[i].month, (long long)trail_findings.item[i].seq,
			      trail_findings.item[i].text);
	assert_int_equal(trail_findings.result.findings, 0);
}
