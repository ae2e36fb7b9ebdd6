/* What define_load leaves; private to define. */
#ifndef DAICHO_DEFINE_FROZEN_H
#define DAICHO_DEFINE_FROZEN_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "define/editions.h"
#include "define/parse.h"

/* The pairs of one catalogue: those of item i are at[start[i]] .. at[start[i + 1] - 1]. */
struct pair_index {
	const size_t *start;
	const struct pair_at *at;
};

/* What is in force. Never changes once others can see it. */
struct in_force {
	const struct catalogue **catalogue; /* by id */
	size_t catalogue_count;
	const struct crosswalk **crosswalk;
	size_t crosswalk_count;
	const struct pair_index *pairs; /* per catalogue; NULL while content/ is read */
	uint64_t generation;
};

/* What has come since the start; freed with the definitions. */
struct addition {
	struct arena arena;
	struct addition *next;
};

/* The part that changes. */
struct growth {
	_Atomic(const struct in_force *) now;
	pthread_mutex_t lock; /* of what follows, and for changing `now` */
	struct addition *additions;
	const struct catalogue **edition; /* all that are known */
	size_t edition_count, edition_alloc;
};

struct definitions {
	struct arena arena;
	const struct ledger_def **ledger;
	size_t ledger_count;
	struct in_force shipped; /* of content/ */
	struct growth *growth;
	const struct term_def *term;
	size_t term_count;
	struct facts facts;
	const char *const *measures; /* those of the program; static */
	size_t measure_count;
};

static inline const struct in_force *in_force(const struct definitions *d)
{
	return atomic_load_explicit(&d->growth->now, memory_order_acquire);
}

/* While content/ is read, what is read is in force at once. NULL: out of memory. */
struct growth *growth_new(const struct in_force *shipped);
void growth_free(struct growth *g); /* NULL-safe */
/* Works out what lookups need, once content/ is read. */
int growth_begin(struct definitions *d, struct err *err);

/* The pairs of every catalogue of *f; NULL: out of memory. */
const struct pair_index *index_pairs(const struct in_force *f, struct arena *arena);

#endif
