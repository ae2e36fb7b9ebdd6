/* Attachments: what they are is told by their content; active ones are refused. */
#ifndef DAICHO_LEDGER_ATTACH_H
#define DAICHO_LEDGER_ATTACH_H

#include "ledger/entry.h"

#define ATTACH_SIZE_MAX (INT64_C(50) * 1024 * 1024)

/* Stores the file at `path` encrypted, under the name people gave it (its last
 * part, at most 255 bytes). `def` is the ledger it is for: `who` must be allowed
 * to create or edit there. `limit` in bytes, 0 for ATTACH_SIZE_MAX.
 * ERR_LIMIT when larger; ERR_INVALID when empty, when it can carry a program or a
 * script (HTML, SVG, programs, documents with macros) or is not what its name says. */
int attach_put(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
	       const char *path, const char *filename, int64_t limit, struct file_info *ret,
	       struct err *err);
/* What people call an attachment; the hash itself if it is not there. */
const char *attach_name(struct conn *c, const char *hash, struct arena *arena);
/* Whether one of the files fields of this revision names `hash`: a page must ask
 * before it serves a file to somebody who may read the ledger. */
bool attach_belongs(const struct entry *e, const char *hash);

/* What a form carries for a file it shows: the hash with a keyed mark that this account was
 * shown it, so that it may come back (an upload survives the correction of a fault). */
const char *attach_offer(struct ledgers *l, const struct actor *who, const char *hash,
			 struct arena *arena);
/* Whether a posted file may be attached to `entry` (NULL: a new one): the entry holds or held
 * it, or it carries the mark of this account. Knowing a hash is not enough: whoever may
 * read the entry could read the file there. 0 and the hash, or ERR_INVALID. */
int attach_accept(struct ledgers *l, struct conn *c, const struct actor *who,
		  const struct ledger_def *def, const char *entry, const char *posted,
		  char ret_hash[HASH_HEX_SIZE], struct err *err);

#endif
