/* Pieces of the pages that install catalogues. */
#ifndef DAICHO_PAGE_UPDATE_FILE_H
#define DAICHO_PAGE_UPDATE_FILE_H

#include "page/layout.h"

/* The steps, of which the first are done. */
void update_write_steps(struct html *h, size_t here);

#endif
