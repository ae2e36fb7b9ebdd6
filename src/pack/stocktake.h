/* Documents of a stock-take: sheets to be stamped, the report for management. */
#ifndef DAICHO_PACK_STOCKTAKE_H
#define DAICHO_PACK_STOCKTAKE_H

#include "people/stocktake.h"

#define STOCKTAKE_REPORT "stocktake-report.pdf"
#define STOCKTAKE_SHEET_MAX 160

/* The file name of the sheet of the department with this index in the view. */
void pack_stocktake_sheet(size_t index, const char *department, char ret[STOCKTAKE_SHEET_MAX]);
/* Writes a sheet for each department into the folder `dir` (made if absent) and, for
 * everybody but staff, who get only what they decide, the report for management.
 * `which`: as for stocktake_find. */
int pack_stocktake(struct ledgers *l, const struct actor *who, const char *which, const char *dir,
		   struct err *err);

#endif
