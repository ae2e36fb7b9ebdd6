/* Export of a ledger as CSV, XLSX or JSON. */
#ifndef DAICHO_LEDGER_EXPORT_H
#define DAICHO_LEDGER_EXPORT_H

#include "ledger/entry.h"

enum export_format { EXPORT_CSV, EXPORT_CSV_CP932, EXPORT_XLSX, EXPORT_JSON };

/* Writes all entries that match `q` (limit and offset ignored) to the file at
 * `path`. CSV: UTF-8 with BOM and CRLF, formula characters neutralised (csv.h).
 * CP932: refused with a list of the characters it cannot hold, unless
 * `substitute` (then 〓 stands for them). Columns: every field the actor may see,
 * headed by its Japanese label, so that the file can be imported again. Secret
 * and patient fields are decrypted only for roles that may read the ledger. */
int export_ledger(struct ledgers *l, struct conn *c, const struct actor *who,
		  const struct list_query *q, enum export_format format, bool substitute,
		  const char *path, struct err *err);

#endif
