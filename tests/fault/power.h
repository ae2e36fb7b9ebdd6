/*
 * Power cuts: a model of what is really on the disk. Contents are there as of the
 * last fsync of their file, names as of the last fsync of their folder; of
 * everything written since, any 512-byte block may or may not have arrived.
 */
#ifndef DAICHO_TEST_FAULT_POWER_H
#define DAICHO_TEST_FAULT_POWER_H

#include <stdbool.h>

/* Takes what lies in `folder` now as safely on disk. Just before call number
 * `nth` the image of a cut is written to the new folder `image`; with `mix`,
 * unsynced blocks survive at random. *acked is copied to *ret_acked then. */
void power_begin(const char *folder, int nth, const char *image, bool mix, const int *acked,
		 int *ret_acked);
/* Ends it. True if the cut happened. */
bool power_end(void);

/* For inject.c: before each call that changes something, and after each sync. */
void power_before(void);
void power_synced(int fd);

#endif
