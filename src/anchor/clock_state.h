/* The state of the system clock: whether and how it is kept right. */
#ifndef DAICHO_ANCHOR_CLOCK_STATE_H
#define DAICHO_ANCHOR_CLOCK_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct clock_report {
	const char *by;	   /* "chrony", "timedatectl", "kernel" */
	bool synchronised;
	bool has_offset;
	int64_t offset_us; /* how far the clock is off, as its keeper says; after a sign */
	char server[128];  /* "" if unknown */
};

/* Asks chrony, else systemd, else the kernel. Takes at most a few seconds. */
void clock_report(struct clock_report *ret);
/* Reads what `chronyc -c tracking` and `timedatectl show` print. False if it is not that. */
bool clock_read_chrony(const char *text, struct clock_report *ret);
bool clock_read_timedatectl(const char *text, struct clock_report *ret);

#define CLOCK_STEP_US 500000 /* a jump by more than this is a step */

/* Watches for steps: compares the system clock with one that never jumps. */
struct clock_watch {
	bool known;
	int64_t difference_us; /* system - monotonic at the last look */
};
/* Returns by how much the clock jumped since the last look (negative: back), 0 for no
 * step. */
int64_t clock_watch_look(struct clock_watch *w, int64_t system_us, int64_t mono_us);

#endif
