/* Lists of accounts and stock-takes as text and JSON. */
#ifndef DAICHO_CLI_STOCKTAKE_PRINT_H
#define DAICHO_CLI_STOCKTAKE_PRINT_H

#include <stdbool.h>

#include "people/idlist.h"
#include "people/stocktake.h"

/* What a list would change, or has changed; receipt -1 for neither. */
void idlist_print(const struct idlist *list, const struct import_look *look, bool dry_run,
		  int64_t receipt, const char *batch, bool json);
void stocktakes_print(const struct stocktake *list, size_t count, bool json);
void stocktake_print(const struct stocktake_view *v, bool json);
/* "受付番号", or {"receipt": ...} with the id if one is given. */
void stocktake_print_receipt(const struct receipt *receipt, const char *id, bool json);

#endif
