/* One snapshot of who is who; inside src/trail only. */
#ifndef DAICHO_TRAIL_WHO_LIST_H
#define DAICHO_TRAIL_WHO_LIST_H

#include <stdatomic.h>

#include "trail/who.h"

#define WHO_SYSTEM_KEYS 4

struct who_entry {
	struct who_login login;
	const char *key; /* folded login */
	const char *system_key[WHO_SYSTEM_KEYS]; /* folded name, service, device; "" none */
	bool gone; /* not listed any more: one that is listed counts before it */
	bool second; /* another key of an account that is there already */
};

struct who_source {
	const char *id, *name;
	const char *system_key[WHO_SYSTEM_KEYS];
};

/* A place of the hash: the account of a system and login, or that there are several owners. */
struct who_slot {
	const char *system, *key; /* NULL: free */
	const struct who_entry *entry;
	bool torn; /* listed for two people */
};

struct who_list {
	atomic_int holders;
	int64_t size; /* of the log when it was read */
	struct arena arena;
	struct who_person *person; /* sorted by id */
	size_t person_count, person_alloc;
	struct who_entry *entry;
	size_t entry_count, entry_alloc;
	struct who_source *source;
	size_t source_count, source_alloc;
	struct who_slot *slot;
	size_t slot_count; /* a power of two */
};

/* Reads everything on this snapshot of the store. who_drop frees it. */
int who_read(struct ledgers *l, struct conn *c, struct who_list **ret, struct err *err);
/* Makes the hash of what was read. */
int who_index(struct who_list *list, struct err *err);

#endif
