/* Catalogues and crosswalks in the formats of others, from the command line. */
#ifndef DAICHO_CLI_INTEROP_H
#define DAICHO_CLI_INTEROP_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/data.h"
#include "define/define.h"

enum interop_format { FORMAT_OURS, FORMAT_OSCAL, FORMAT_CISO, FORMAT_XLSX };

/* FORMAT_OURS for text, json or nothing, which others print. */
int interop_format(const struct invocation *in, enum interop_format *ret, struct err *err);
/* Writes to --out, or to standard output without it; both release what they are given. */
int interop_put_json(const struct invocation *in, json_t *document, struct err *err);
int interop_put_text(const struct invocation *in, struct buf *b, struct err *err);
/* The value of --out, which a workbook needs. */
int interop_out(const struct invocation *in, const char **ret, struct err *err);

int interop_show_catalogue(const struct invocation *in, const struct definitions *d,
			   const struct catalogue *c, enum interop_format format, struct err *err);
int interop_show_crosswalk(const struct invocation *in, const struct crosswalk *w, bool inverse,
			   enum interop_format format, struct err *err);

/* daicho catalogue import FILE [--kind K] --out FOLDER; the exit code. */
int catalogue_import(const struct invocation *in);

/* daicho round fill DATA --form FILE --map FILE --out FILE, for the round of this id. */
int round_fill(const struct invocation *in, struct data *d, const char *round, struct err *err);

#endif
