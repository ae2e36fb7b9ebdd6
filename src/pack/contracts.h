/* Where the agreements with vendors stand, as a part of the inspection pack; private to pack. */
#ifndef DAICHO_PACK_CONTRACTS_H
#define DAICHO_PACK_CONTRACTS_H

#include "pack/gather.h"

int contracts_pdf_table(struct gather *g, struct pdf *p, struct err *err);
int contracts_xlsx_sheet(struct gather *g, struct xlsx *x, struct err *err);

#endif
