/* Remembered mappings, one per ledger and header, for the whole site; for
 * imports of src/ledger and src/people. */
#ifndef DAICHO_LEDGER_IMPORT_MAPS_H
#define DAICHO_LEDGER_IMPORT_MAPS_H

#include "ledger/import.h"

/* Puts a remembered mapping for this header into map->field, if there is one. */
int import_map_recall(struct ledgers *l, const struct ledger_def *def, struct import_map *map,
		      struct arena *arena, bool *ret_found, struct err *err);
int import_map_remember(struct ledgers *l, const struct ledger_def *def,
			const struct import_map *map, struct err *err);

#endif
