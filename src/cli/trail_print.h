/* An answer about access events as text, JSON, CSV or XLSX. */
#ifndef DAICHO_CLI_TRAIL_PRINT_H
#define DAICHO_CLI_TRAIL_PRINT_H

#include "cli/data.h"
#include "trail/question.h"

/* ERR_USAGE for a format that does not exist, or that needs a file. NULL: text. */
int trail_print_known(const char *format, const char *out, struct err *err);
/* Writes the answer to the file `out`, or NULL to standard output. */
int trail_print(struct data *d, const struct question_ask *ask, const struct question_answer *a,
		const char *format, const char *out, struct err *err);

#endif
