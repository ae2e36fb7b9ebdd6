/* What a cache holds; private to the room. */
#ifndef DAICHO_MEASURE_CACHE_H
#define DAICHO_MEASURE_CACHE_H

#include "base/clock.h"
#include "identity/identity.h"
#include "measure/kept.h"
#include "measure/measure.h"

struct memo;

struct measure_cache {
	struct ledgers *ledgers;
	struct conn *conn;
	struct arena *arena;
	char today[DATE_SIZE];
	struct kept *kept;  /* ledgers read so far */
	struct memo **memo; /* per measure: what it said, by column and vendor */
	struct account *account;
	size_t account_count;
	bool accounts_read;
};

/* The entries of a ledger; read at the first call. */
int cache_kept(struct measure_cache *m, const char *ledger, struct kept **ret, struct err *err);
/* All accounts of daicho itself; read at the first call. */
int cache_accounts(struct measure_cache *m, const struct account **ret, size_t *ret_count,
		   struct err *err);

#endif
