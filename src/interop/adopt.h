/*
 * Taking a file from outside into use: read in the sandbox (intake.h), looked at, installed on
 * trial (catalogue/installed.h). A file may hold several catalogues and crosswalks.
 */
#ifndef DAICHO_INTEROP_ADOPT_H
#define DAICHO_INTEROP_ADOPT_H

#include "catalogue/installed.h"
#include "interop/intake.h"
#include "round/round.h"

enum adopt_state {
	ADOPT_READY,  /* can be installed */
	ADOPT_SAME,   /* is in force as it is */
	ADOPT_WAITS,  /* a crosswalk that needs a catalogue of this very file first */
	ADOPT_LACKS,  /* a crosswalk of which a catalogue is nowhere */
	ADOPT_FAULTY, /* text tells why */
	ADOPT_STATE_MAX
};
const char *adopt_state_name(enum adopt_state s);  /* ready same waits lacks faulty */
const char *adopt_state_label(enum adopt_state s); /* 使い始められます ... */

struct adopt_item {
	const struct intake_file *file;
	enum adopt_state state;
	const char *text;	   /* why it is not ready; "" when it is */
	struct install_plan plan;  /* when ready */
	const struct round *round; /* open rounds of the catalogue: they go on as they are */
	size_t round_count;
	char entry[ID_SIZE]; /* once installed, else "" */
	struct receipt receipt;
};

struct adoption {
	struct intake intake;
	struct adopt_item *item; /* catalogues first */
	size_t count, ready;
};

/* A file as people chose it. */
struct adopt_wish {
	enum intake_kind kind;
	const char *name;
	const void *bytes;
	size_t len;
};
/* Reads the file and looks at all that is in it; writes nothing. Everything lives in `arena`.
 * Errors as of intake_read. */
int adopt_look(struct ledgers *l, const struct adopt_wish *wish, struct arena *arena,
	       struct adoption *ret, struct err *err);
/* The same, and installs on trial what is ready, and then what waited for it. All or nothing:
 * where one of them fails, those before are taken back. ERR_INVALID if nothing is ready.
 * The same `key` again installs nothing more. */
int adopt_apply(struct ledgers *l, const struct actor *who, const struct adopt_wish *wish,
		const char *key, struct arena *arena, struct adoption *ret, struct err *err);

#endif
