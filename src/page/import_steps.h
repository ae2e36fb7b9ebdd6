/* What the pages of an import share. */
#ifndef DAICHO_PAGE_IMPORT_STEPS_H
#define DAICHO_PAGE_IMPORT_STEPS_H

#include "page/import_file.h"
#include "page/layout.h"

/* The page `rest` (NULL: of the columns) for this uploaded file. */
char *import_step_path(struct request *req, const char *token, const char *rest);
/* The list of the steps; `here` counts from 0. */
void import_write_steps(struct html *h, int here);
/* How the file is read travels with the mapping, as hidden fields. */
void import_write_reading(struct html *h, struct request *req);
/* Finds the uploaded file, reads its head and puts the posted mapping into f->map. */
int import_look_at(struct request *req, struct import_file *f, struct import_look *look,
		   struct err *err);
/* The file cannot be read as it is: says why and lets another way be chosen. */
int import_show_unreadable(struct request *req, struct response *res, const struct err *why,
			   struct err *err);
/* The page of the third step; `message` (may be NULL) says why the fourth failed. */
int import_show_plan(struct request *req, struct response *res, int status, struct import_file *f,
		     const char *message, struct err *err);

#endif
