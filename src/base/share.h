/* Where the program's own data lies: content/ and web/ of this version. */
#ifndef DAICHO_BASE_SHARE_H
#define DAICHO_BASE_SHARE_H

#include <stddef.h>

/* Writes the path of `sub` ("content/ledgers") below the first of: the
 * environment's DAICHO_SHARE, the folder above the program's own, the source
 * folder it was built from. Returns 0 or ERR_LIMIT when it does not fit. */
int share_path(const char *sub, char *ret, size_t size);

#endif
