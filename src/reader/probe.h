/* What a child taken over might try; see enum reader_probe. */
#ifndef DAICHO_READER_PROBE_H
#define DAICHO_READER_PROBE_H

#include "reader/frame.h"
#include "reader/request.h"

/* Does what the probe asks. Comes back only where the lock did not hold or the
 * probe is about what the parent does next; then returns the exit status. */
int probe_run(enum reader_probe probe, struct frame_writer *writer);

#endif
