/*
 * Packs: the documents people take away. Gathers rows from rounds and ledgers
 * of one snapshot and hands them to report. Each carries the newest checkpoint.
 *
 * Drawing needs pango and fontconfig, which do not belong into a server with
 * many threads: pages call pack_spawn, which runs the program's own report
 * command on a snapshot in a process of its own.
 */
#ifndef DAICHO_PACK_PACK_H
#define DAICHO_PACK_PACK_H

#include "ledger/entry.h"
#include "round/round.h"

/* Writes inspection.pdf, inspection.xlsx, evidence/ (decrypted evidence files,
 * numbered) and evidence/index.csv into the folder `dir`, made if absent; existing
 * files of these names are replaced. `round`: as for round_find. */
int pack_inspection(struct ledgers *l, const char *round, const char *dir, struct err *err);
/* A vendor round as one printable checklist: vendor-checklist.pdf and .xlsx. */
int pack_vendor(struct ledgers *l, const char *round, const char *dir, struct err *err);
/* The sharing of roles of a contract as an agreement for both parties: agreement.pdf and
 * agreement.xlsx. ERR_INVALID for a round of another kind. */
int pack_agreement(struct ledgers *l, const char *round, const char *dir, struct err *err);
/* One ledger as it stands: <ledger>.pdf and <ledger>.xlsx. */
int pack_ledger(struct ledgers *l, const struct actor *who, const char *ledger, const char *dir,
		struct err *err);

/* Publishes the newest checkpoint and runs "report KIND DATA --snapshot --out dir" in
 * a process of its own, at most 60 seconds. `which` is the round for the kinds inspection,
 * vendor and agreement, the ledger for the kind ledger, the stock-take for
 * the kind stocktake. `login`: as whom the rows are seen. err carries what it said. */
int pack_spawn(struct store *s, const char *kind, const char *which, const char *login,
	       const char *dir, struct err *err);

#endif
