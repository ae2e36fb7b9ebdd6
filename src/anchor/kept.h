/* Anchors that lie in a folder: what others signed of this log, found and checked one by
 * one, for `daicho verify`. */
#ifndef DAICHO_ANCHOR_KEPT_H
#define DAICHO_ANCHOR_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "log/checkpoint.h"

struct kept_anchor {
	const char *kind; /* "stamp", "witness" */
	char file[128];	  /* its name below anchors/ */
	char who[256];
	int64_t at_us; /* when, as they say */
	bool trusted;  /* by a key or authority given from outside the folder; without that it
			* proves nothing against who could write the folder */
	struct checkpoint head;
	struct buf note;
};

struct kept_input {
	const char *dir;	 /* folder that holds anchors/ */
	const char *tsa_ca;	 /* PEM of believed authorities; NULL: only the token's own word */
	const char *witness_key; /* a believed witness; NULL: the keys kept beside the notes */
};

/* That the file of authorities and the witness key can be read at all, once and before
 * anything is looked at: ERR_USAGE. */
int kept_input_check(const struct kept_input *in, struct err *err);

/* Calls `each` for all that hold, `bad` for each that does not. Returns 0 when all were
 * read. A stamp of an authority that is not among the believed ones holds, but is not trusted.
 * Only whole, regular files are looked at. */
int kept_anchors(const struct kept_input *in,
		 void (*each)(void *arg, const struct kept_anchor *a),
		 void (*bad)(void *arg, const char *text), void *arg, struct err *err);

/* Copies the anchors of the data folder to `out`/anchors, for an export. 0, also where there
 * are none. */
int kept_copy(const char *data, const char *out, struct err *err);

#endif
