/*
 * Locks a child that parses untrusted bytes in: no new privileges, no files (Landlock where the
 * kernel has it, and no descriptor can be opened), no network, limits on memory
 * and CPU time, and a short list of system calls; any other ends the process.
 *
 * Built with AddressSanitizer the address space is not limited (its shadow
 * memory takes terabytes) and the list holds the calls its runtime makes.
 */
#ifndef DAICHO_BASE_SANDBOX_H
#define DAICHO_BASE_SANDBOX_H

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_ASAN 1
#endif
#endif
#ifndef SANDBOX_ASAN
#define SANDBOX_ASAN 0
#endif

#include <stdbool.h>
#include <stddef.h>

struct sandbox_rules {
	unsigned cpu_seconds; /* of its whole life; 0: it sets itself a timer for each task */
	size_t data_bytes;    /* what it may allocate */
	size_t address_bytes; /* that with what it maps, its libraries and its stack */
	bool converses;	      /* may read descriptor 0 and set its timer; else it only writes */
};

/* Locks the calling process in for good. Afterwards only descriptor 1 can be
 * written to. Returns NULL, or the English name of the step that failed. */
const char *sandbox_enter(const struct sandbox_rules *rules);

#endif
