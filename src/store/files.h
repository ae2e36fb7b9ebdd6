/* Attachments as the rest of src/store sees them. */
#ifndef DAICHO_STORE_FILES_H
#define DAICHO_STORE_FILES_H

#include "store/core.h"

#define FILE_KIND "file"      /* kind of the fact */
#define FILE_CLASS "personal" /* its only part, sealed: a file's name may name somebody */

/* Name, type and size from the part of a file fact; at_us stays 0. */
int file_info_read(const char *json, size_t len, struct file_info *ret, struct err *err);
/* As store_file_get; with out -1 it only checks. */
int file_open_check(const struct store *s, const char *hash, int out, struct err *err);

#endif
