/* The uploaded file between the steps of an import: kept in the work folder
 * under the account and a token, so that nobody else can reach it. */
#ifndef DAICHO_PAGE_IMPORT_FILE_H
#define DAICHO_PAGE_IMPORT_FILE_H

#include <limits.h>

#include "ledger/import.h"
#include "page/visit.h"

struct import_file {
	char path[PATH_MAX];
	const char *name; /* as the person named it */
	const char *token;
	struct import_map map;
};

/* Keeps an upload; ret_token is an id. Old ones of this account (over a day) go. */
int import_file_keep(struct request *req, const struct upload *up, char ret_token[ID_SIZE],
		     struct err *err);
/* Finds it by {token} in the path. ERR_NOT_FOUND asks to choose the file again. */
int import_file_find(struct request *req, struct import_file *ret, struct err *err);
void import_file_drop(const struct import_file *f);
/* Reads the posted mapping (m-0, m-1 ... = field name; encoding, delimiter, sheet,
 * header) over the one that was found. */
int import_file_map(struct request *req, const struct import_look *look, struct import_file *f,
		    struct err *err);
/* How the file is to be read, as posted or asked in the address. */
int import_file_options(struct request *req, struct sheet_options *ret, struct err *err);

#endif
