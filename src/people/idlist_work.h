/* A list of accounts being compared; inside src/people only. */
#ifndef DAICHO_PEOPLE_IDLIST_WORK_H
#define DAICHO_PEOPLE_IDLIST_WORK_H

#include "base/clock.h"
#include "people/idlist.h"
#include "people/idmatch.h"

/* An account of this system as the ledger has it. */
struct idlist_known {
	char id[ID_SIZE];
	int64_t rev;
	const char *const *value;
	bool seen; /* in the list, too */
};

struct idlist_work {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	struct idlist *list;
	struct idmatch match;
	struct idlist_known *known;
	size_t known_count, known_alloc;
	json_t *known_at;	      /* folded account -> index into known */
	json_t *seen;		      /* folded account -> row */
	const char *service, *device; /* the system in these ledgers, or "" */
	char today[DATE_SIZE];
};

/* Reads the ledger and everybody. Release with idlist_work_release. */
int idlist_work_init(struct idlist_work *w, struct ledgers *l, struct conn *c, const char *system,
		     struct arena *arena, struct idlist *ret, struct err *err);
void idlist_work_release(struct idlist_work *w);

/* Takes one account of the list: `given` per field of the ledger, NULL where the list
 * says nothing. `account` is given[account], trimmed and not empty. */
int idlist_take(struct idlist_work *w, int64_t row, const char **given, const char *account,
		struct err *err);
/* Notes a row that cannot be taken. */
int idlist_refuse(struct idlist_work *w, int64_t row, const char *account, const char *why,
		  struct err *err);
/* Notes everything known and not seen as gone. */
int idlist_take_gone(struct idlist_work *w, struct err *err);

/* Writes what was compared, without a file (idlist_commit.c). */
int idlist_write_own(struct ledgers *l, const struct actor *who, struct idlist *list,
		     struct arena *arena, struct receipt *ret, struct err *err);

/* One row of a file into `given` (idlist_row.c). Adds or refuses the line. */
int idlist_row(struct idlist_work *w, const struct import_map *map, const struct sheet_row *row,
	       struct err *err);

#endif
