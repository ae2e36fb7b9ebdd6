/* Addresses inside this site: made, extended, checked. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "web/html.h"

void url_encode(struct buf *b, const char *s, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    c == '-' || c == '.' || c == '_' || c == '~') {
			buf_putc(b, (char)c);
		} else {
			buf_putc(b, '%');
			buf_putc(b, digits[c >> 4]);
			buf_putc(b, digits[c & 15]);
		}
	}
}

/* Writes the number that the conversion after '%' at *fmt names; *fmt moves to
 * the conversion's last character. */
static bool format_number(struct buf *b, const char **fmt, va_list *ap)
{
	const char *f = *fmt;
	bool size = *f == 'z';
	int longs = 0;

	f += size;
	while (*f == 'l' && longs < 2) {
		longs++;
		f++;
	}
	if (*f != 'd' && *f != 'u')
		return false;
	*fmt = f;
	if (size)
		buf_printf(b, "%zu", va_arg(*ap, size_t));
	else if (*f == 'd' && longs == 2)
		buf_printf(b, "%lld", va_arg(*ap, long long));
	else if (*f == 'd' && longs == 1)
		buf_printf(b, "%ld", va_arg(*ap, long));
	else if (*f == 'd')
		buf_printf(b, "%d", va_arg(*ap, int));
	else if (longs == 2)
		buf_printf(b, "%llu", va_arg(*ap, unsigned long long));
	else if (longs == 1)
		buf_printf(b, "%lu", va_arg(*ap, unsigned long));
	else
		buf_printf(b, "%u", va_arg(*ap, unsigned));
	return true;
}

static bool format_path(struct buf *b, const char *fmt, va_list *ap)
{
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			buf_putc(b, *fmt);
			continue;
		}
		fmt++;
		if (*fmt == '%') {
			buf_putc(b, '%');
		} else if (*fmt == 's') {
			const char *s = va_arg(*ap, const char *);

			if (!s)
				return false;
			url_encode(b, s, strlen(s));
		} else if (!format_number(b, &fmt, ap)) {
			return false;
		}
	}
	return true;
}

char *html_path(struct arena *a, const char *fmt, ...)
{
	struct buf b;
	char *path = NULL;
	va_list ap;
	bool ok;

	buf_init(&b, 64 * 1024);
	va_start(ap, fmt);
	ok = format_path(&b, fmt, &ap);
	va_end(ap);
	if (ok && !buf_failed(&b) && b.len)
		path = arena_strndup(a, b.data, b.len);
	buf_release(&b);
	return path;
}

char *html_path_add(struct arena *a, const char *path, const char *name, const char *value)
{
	struct buf b;
	char *longer = NULL;

	if (!path || !value)
		return path ? arena_strdup(a, path) : NULL;
	buf_init(&b, 64 * 1024);
	buf_puts(&b, path);
	buf_putc(&b, strchr(path, '?') ? '&' : '?');
	url_encode(&b, name, strlen(name));
	buf_putc(&b, '=');
	url_encode(&b, value, strlen(value));
	if (!buf_failed(&b))
		longer = arena_strndup(a, b.data, b.len);
	buf_release(&b);
	return longer;
}

bool html_path_local(const char *path)
{
	const char *p;

	if (!path || path[0] != '/' || path[1] == '/')
		return false;
	for (p = path; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F || *p == '\\')
			return false;
	return true;
}
