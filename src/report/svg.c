#include "report/svg.h"

#include <math.h>
#include <string.h>

#include "base/fold.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* U+FFFE and U+FFFF are well-formed UTF-8 but no XML characters. */
static bool xml_forbids(uint32_t ch)
{
	return (ch < 0x20 && ch != '\t' && ch != '\n' && ch != '\r') || ch == 0xFFFE ||
	       ch == 0xFFFF;
}

static void put_char(struct buf *b, const char *s, size_t n, uint32_t ch)
{
	switch (ch) {
	case '&': buf_puts(b, "&amp;"); break;
	case '<': buf_puts(b, "&lt;"); break;
	case '>': buf_puts(b, "&gt;"); break;
	case '"': buf_puts(b, "&quot;"); break;
	case '\'': buf_puts(b, "&#39;"); break;
	default:
		if (xml_forbids(ch))
			buf_puts(b, REPLACEMENT);
		else
			buf_add(b, s, n);
	}
}

void svg_text(struct buf *b, const char *text)
{
	size_t end = strlen(text), done = 0, good = 0;

	while (done < end) {
		uint32_t ch;
		size_t n;

		if (done >= good) { /* up to where is it well-formed? */
			good = end - done;
			utf8_valid(text + done, end - done, &good);
			good += done;
		}
		if (done == good) {
			buf_puts(b, REPLACEMENT);
			done++;
			continue;
		}
		n = utf8_decode(text + done, &ch);
		put_char(b, text + done, n, ch);
		done += n;
	}
}

void svg_number(struct buf *b, double value)
{
	long hundredths = lround(value * 100);

	if (hundredths < 0) {
		buf_putc(b, '-');
		hundredths = -hundredths;
	}
	buf_printf(b, "%ld", hundredths / 100);
	if (hundredths % 10)
		buf_printf(b, ".%02ld", hundredths % 100);
	else if (hundredths % 100)
		buf_printf(b, ".%ld", hundredths % 100 / 10);
}

void svg_attr_number(struct buf *b, const char *name, double value)
{
	buf_printf(b, " %s=\"", name);
	svg_number(b, value);
	buf_putc(b, '"');
}

void svg_attr(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " %s=\"", name);
	svg_text(b, value);
	buf_putc(b, '"');
}
