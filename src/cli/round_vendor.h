/* daicho round sheet|take|link|agree: what vendors answer. */
#ifndef DAICHO_CLI_ROUND_VENDOR_H
#define DAICHO_CLI_ROUND_VENDOR_H

#include "cli/command.h"
#include "cli/data.h"
#include "round/round.h"

/* The sheet a vendor fills in, to --out. */
int round_sheet(struct data *d, const struct invocation *in, const struct actor *who,
		const struct round *round, struct err *err);
/* A sheet that came back, the argument after DATA. Rows in error: ERR_INVALID. */
int round_take(struct data *d, const struct invocation *in, const struct actor *who,
	       const struct round *round, bool json, struct err *err);
/* Gives out a page (--until), takes one back (--revoke) or lists them. */
int round_link(struct data *d, const struct invocation *in, const struct actor *who,
	       const struct round *round, bool json, struct err *err);
/* Agrees on everything both parties say alike. */
int round_agree(struct data *d, const struct actor *who, const struct round *round,
		struct err *err);

#endif
