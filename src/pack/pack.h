/*
 * Packs: the documents people take away. Gathers rows from rounds and ledgers
 * of one snapshot and hands them to report. Each carries the newest checkpoint.
 *
 * Drawing runs in a child process made by re-running the program
 * (pack_child_main), since pango and fontconfig must not share a process with
 * the threads of the server.
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
/* One ledger as it stands: <ledger>.pdf and <ledger>.xlsx. */
int pack_ledger(struct ledgers *l, const struct actor *who, const char *ledger, const char *dir,
		struct err *err);
/* The contact tree as one <svg> element for a page, appended to b. */
int pack_contact_svg(struct ledgers *l, struct conn *c, struct buf *b, struct err *err);

/* If this process was started as a drawing child, does its work and returns its
 * exit code; else -1. main calls it first. */
int pack_child_main(int argc, char **argv);

#endif
