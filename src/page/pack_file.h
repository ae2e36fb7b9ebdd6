/* One file of a pack, made for a request. */
#ifndef DAICHO_PAGE_PACK_FILE_H
#define DAICHO_PAGE_PACK_FILE_H

#include "page/visit.h"

/* Makes the pack (pack_spawn) in a folder of its own, opens the wanted file and removes
 * the folder: the open file stays readable until it is sent. The caller owns *ret. */
int pack_file_make(struct request *req, const char *kind, const char *which, const char *file,
		   int *ret, struct err *err);

#endif
