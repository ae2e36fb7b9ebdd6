/* What every SVG written here needs: escaped text and locale-free numbers. */
#ifndef DAICHO_REPORT_SVG_H
#define DAICHO_REPORT_SVG_H

#include "base/buf.h"

/* Appends text for element content or a quoted attribute. Characters that XML
 * forbids and malformed UTF-8 become U+FFFD. */
void svg_text(struct buf *b, const char *text);
/* Appends a number with at most two decimals and a point, whatever the locale. */
void svg_number(struct buf *b, double value);
/* Appends ' name="value"' with a number, or with escaped text. */
void svg_attr_number(struct buf *b, const char *name, double value);
void svg_attr(struct buf *b, const char *name, const char *value);

#endif
