/* What the facility decided about anchors: the one entry of the system ledger
 * anchor_settings, written on the page /anchors. */
#ifndef DAICHO_ANCHOR_SETTINGS_H
#define DAICHO_ANCHOR_SETTINGS_H

#include "anchor/state.h"
#include "ledger/only.h"

struct anchor_settings {
	char id[ID_SIZE]; /* "" while nothing was decided */
	int64_t rev;
	const char *tsa_url, *tsa_ca;	    /* time-stamp authority; path of a PEM file */
	const char *witnesses, *witness_ca; /* lines "URL VKEY" */
	const char *smtp_url, *smtp_ca, *smtp_user;
	char *smtp_secret;		 /* wiped by anchor_settings_wipe */
	const char *mail_from, *mail_to; /* mail_to: one address a line */
	const char *copy_folder;
};

/* Reads them; members are "" where nothing is set. Strings live in the arena. Wipe with
 * anchor_settings_wipe after use. */
int anchor_settings_read(struct ledgers *l, struct conn *c, struct arena *arena,
			 struct anchor_settings *ret, struct err *err);
void anchor_settings_wipe(struct anchor_settings *s);

/* Whether anybody decided where this channel goes. */
bool anchor_configured(const struct anchor_settings *s, enum channel c);

/* Stores them, as only_save does. */
int anchor_settings_save(struct ledgers *l, const struct actor *who, const struct only_input *input,
			 int64_t base, struct receipt *ret, struct faults *faults,
			 struct err *err);

#endif
