/* QR codes (error correction M) as a matrix and as SVG. */
#ifndef DAICHO_REPORT_QR_H
#define DAICHO_REPORT_QR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define QR_QUIET 4 /* modules of white around a code, ISO/IEC 18004 */

struct qr {
	int size;	      /* modules on a side, without the quiet zone */
	unsigned char *cells; /* size*size, row by row, 1 dark; owned */
};

/* Encodes text as bytes. ERR_LIMIT if it is too long for a QR code (2,331
 * bytes). Release with qr_release. */
int qr_init(struct qr *q, const char *text, struct err *err);
void qr_release(struct qr *q); /* also after a failed qr_init */
/* True if the module is dark; everything outside is light. */
bool qr_dark(const struct qr *q, int row, int column);

/* Appends an <svg> element with quiet zone; `label` is its accessible name. Its
 * size on the page is left to CSS (class "qr"). */
int qr_svg(const char *text, const char *label, struct buf *out, struct err *err);

#endif
