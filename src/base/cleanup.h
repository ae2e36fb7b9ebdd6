/* Handles tied to scope: CLEANUP(free_ptr) char *p = NULL; */
#ifndef DAICHO_BASE_CLEANUP_H
#define DAICHO_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void free_ptr(void *pp)
{
	free(*(void **)pp);
}

static inline void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
