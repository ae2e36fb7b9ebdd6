/* The rows that no leaf commits to, and counts. */
#ifndef DAICHO_STORE_AUDIT_ROWS_H
#define DAICHO_STORE_AUDIT_ROWS_H

#include "store/audit_run.h"

/* Checks of the tables as a whole, after all leaves have passed. */
int audit_rows(struct audit *a, struct err *err);

#endif
