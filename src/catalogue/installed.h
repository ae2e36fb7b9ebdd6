/*
 * Catalogues and crosswalks installed beside those of the program: entries of the system ledger
 * `catalogue_files`, their bytes as attachments.
 *
 * Installing one puts it in force at once, for everybody and without a restart, on trial: until
 * a second act confirms it, it can be taken back, and what was in force before is again. The
 * newest one of an id that was not taken back is in force. Nothing answered is touched: a round
 * keeps the edition it was opened with.
 */
#ifndef DAICHO_CATALOGUE_INSTALLED_H
#define DAICHO_CATALOGUE_INSTALLED_H

#include "catalogue/compare.h"
#include "ledger/entry.h"

struct installed {
	char id[ID_SIZE];
	int64_t rev, at_us;
	bool crosswalk, trial, taken_back; /* trial: not confirmed yet */
	bool in_force;			   /* nothing newer stands in its place */
	const char *title, *definition, *edition, *digest, *file, *source_name, *instead_of;
	const char *changes, *applied_on, *by; /* by: readable name */
};

/* All that was ever installed, newest first. */
int installed_list(struct ledgers *l, struct conn *c, struct arena *arena, struct installed **ret,
		   size_t *ret_count, struct err *err);
int installed_find(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
		   struct installed *ret, struct err *err);

/* Puts in force what is installed; to be called once the ledgers are open. What cannot be read is
 * passed over (installed_audit names it): the one before it stays in force. */
int installed_load(struct ledgers *l, struct err *err);

/* A definition file of ours, checked already where it comes from outside. */
struct install_wish {
	bool crosswalk;
	const char *bytes;
	size_t len;
	const char *source_name; /* of the file as people chose it */
};
/* What installing it would change, for people to look at first. */
struct install_plan {
	const struct catalogue *catalogue; /* NULL for a crosswalk */
	const struct crosswalk *walk;	   /* NULL for a catalogue */
	const struct catalogue *now;	   /* what is in force under its id, NULL: nothing */
	const struct catalogue **before;   /* what it was compared with: now, or what it replaces */
	size_t before_count;
	struct comparison comparison; /* of a catalogue */
	size_t lost_pairs;	      /* of crosswalks in force that lose an end */
	size_t pairs_before;	      /* of a crosswalk: those in force now */
};
/* Reads and checks it against what is in force, and compares. Everything lives in `arena`.
 * ERR_INVALID with complaints; ERR_CONFLICT if it is in force already. */
int install_plan(struct ledgers *l, const struct install_wish *wish, struct arena *arena,
		 struct install_plan *ret, struct complaints *complaints, struct err *err);
/* Installs it on trial. The same `key` again returns the first receipt. ERR_DENIED;
 * else as install_plan. */
int install_apply(struct ledgers *l, const struct actor *who, const struct install_wish *wish,
		  const char *key, char ret_id[ID_SIZE], struct receipt *ret,
		  struct complaints *complaints, struct err *err);
/* The second act: it stays in force for good. */
int install_confirm(struct ledgers *l, const struct actor *who, const char *id, const char *key,
		    struct receipt *ret, struct err *err);
/* Takes one on trial back; `reason` "" says so in general. */
int install_undo(struct ledgers *l, const struct actor *who, const char *id, const char *reason,
		 const char *key, struct receipt *ret, struct err *err);

/* For verify: every installed file must be there, whole and readable; calls `found` with the
 * name of each that is not. */
int installed_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		    void *arg, struct err *err);

#endif
