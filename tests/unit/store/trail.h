/* What the tests of access events share. */
#ifndef DAICHO_TEST_STORE_TRAIL_H
#define DAICHO_TEST_STORE_TRAIL_H

#include "fixture.h"

#include "store/evidence.h"

#define NOVEMBER 1795000000000000LL /* 2026-11-18, in microseconds */
#define DAY 86400000000LL

/* The trail's clock, which the tests turn. */
extern int64_t trail_now;
/* Lets the open store use it. */
void trail_clock(struct fixture *f);

/* Event number i of a made-up clinic: 7 users, 13 patients, 3 terminals, two classes,
 * retention class "standard", every fifth "long"; one minute apart. */
struct trail_texts {
	char user[32], patient[32], terminal[32], raw[160];
};
void trail_event(int i, struct trail_texts *t, struct evidence_event *ret);
/* Takes in events from .. from + count - 1, `batch` at a time. */
void trail_fill(struct fixture *f, int from, int count, int batch);
/* Lets the index take everything in. */
void trail_index(struct fixture *f);
/* SQL on a file below trail/, behind daicho's back. */
void trail_sql(struct fixture *f, const char *file, const char *sql);
int64_t trail_sql_int(struct fixture *f, const char *file, const char *sql);

/* What the last examination found. */
struct trail_findings {
	int count;
	struct {
		char kind[16];
		int month;
		int64_t seq;
		char text[640];
	} item[64];
	struct evidence_result result;
};
extern struct trail_findings trail_findings;
void trail_verify(struct fixture *f);
/* True if there is a finding of this kind and month (0: any). */
bool trail_has(const char *kind, int month);
/* The examination finds nothing. */
void trail_clean(struct fixture *f);

#endif
