#include "web/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct element {
	const char *name;
	bool is_void;
};

static const struct element elements[] = {
#define X(name, text, is_void) { text, is_void },
	HTML_ELEMENTS(X)
#undef X
};

_Static_assert(EL_MAX < 256, "the stack holds elements in a byte");

void html_init(struct html *h, size_t cap)
{
	memset(h, 0, sizeof *h);
	buf_init(&h->out, cap ? cap : (size_t)64 * 1024 * 1024);
}

void html_release(struct html *h)
{
	buf_release(&h->out);
	h->depth = 0;
	h->tag_open = false;
}

bool html_failed(const struct html *h)
{
	return h->err.code != 0 || buf_failed(&h->out);
}

static void fail(struct html *h, const char *what, const char *name)
{
	if (!h->err.code)
		err_set(&h->err, ERR_BUG,
			"画面を作れませんでした（%s: %s）。お手数ですが、管理者に知らせてください",
			what, name);
}

static void tag_end(struct html *h)
{
	if (h->tag_open)
		buf_putc(&h->out, '>');
	h->tag_open = false;
}

int html_end(struct html *h, struct err *err)
{
	tag_end(h);
	if (h->depth && !h->err.code)
		fail(h, "閉じていない要素", elements[h->stack[h->depth - 1]].name);
	if (h->err.code) {
		if (err)
			*err = h->err;
		return h->err.code;
	}
	if (buf_failed(&h->out))
		return err_set(err, ERR_LIMIT,
			       "画面が大きくなりすぎました。表示する件数を減らしてください");
	return 0;
}

void html_doctype(struct html *h)
{
	if (h->out.len || h->depth)
		fail(h, "途中の宣言", "DOCTYPE");
	else if (!html_failed(h))
		buf_puts(&h->out, "<!DOCTYPE html>\n");
}

void html_open(struct html *h, enum html_element el)
{
	if (html_failed(h))
		return;
	if ((unsigned)el >= EL_MAX) {
		fail(h, "知らない要素", "");
		return;
	}
	if (h->depth == HTML_DEPTH_MAX) {
		fail(h, "深すぎる入れ子", elements[el].name);
		return;
	}
	tag_end(h);
	buf_putc(&h->out, '<');
	buf_puts(&h->out, elements[el].name);
	h->tag_open = true;
	if (!elements[el].is_void)
		h->stack[h->depth++] = (unsigned char)el;
}

void html_close(struct html *h, enum html_element el)
{
	if (html_failed(h))
		return;
	if (!h->depth || h->stack[h->depth - 1] != el) {
		fail(h, "合わない閉じ", (unsigned)el < EL_MAX ? elements[el].name : "");
		return;
	}
	tag_end(h);
	h->depth--;
	buf_puts(&h->out, "</");
	buf_puts(&h->out, elements[el].name);
	buf_putc(&h->out, '>');
}

/* Characters that XML and HTML know no text for are dropped: they cannot be
 * escaped, and a browser would guess. */
static void escape(struct buf *b, const char *s, size_t len)
{
	size_t i, start = 0;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *entity = c == '&'	 ? "&amp;"
				     : c == '<'	 ? "&lt;"
				     : c == '>'	 ? "&gt;"
				     : c == '"'	 ? "&quot;"
				     : c == '\'' ? "&#39;"
						 : NULL;

		if (!entity && (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7F)
			continue;
		buf_add(b, s + start, i - start);
		if (entity)
			buf_puts(b, entity);
		start = i + 1;
	}
	buf_add(b, s + start, len - start);
}

static bool one_of(const char *name, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

static bool name_plain(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* Begins an attribute; false if it may not be written. */
static bool attr_begin(struct html *h, const char *name)
{
	static const char *const refused[] = { "style",	   "href",   "src",  "action", "formaction",
					       "srcset",   "srcdoc", "ping", "poster", "background",
					       "manifest", "data",   "cite" };

	if (html_failed(h))
		return false;
	if (!h->tag_open)
		fail(h, "要素の外の属性", name);
	else if (!name_plain(name) || !strncmp(name, "on", 2) ||
		 one_of(name, refused, sizeof refused / sizeof refused[0]))
		fail(h, "使えない属性", name);
	return !h->err.code;
}

static void attr_write(struct html *h, const char *name, const char *value, size_t len)
{
	buf_putc(&h->out, ' ');
	buf_puts(&h->out, name);
	buf_puts(&h->out, "=\"");
	escape(&h->out, value, len);
	buf_putc(&h->out, '"');
}

void html_attr(struct html *h, const char *name, const char *value)
{
	if (!attr_begin(h, name))
		return;
	/* A refresh can lead anywhere, so meta has none. */
	if (!strcmp(name, "http-equiv"))
		fail(h, "使えない属性", name);
	else
		attr_write(h, name, value ? value : "", value ? strlen(value) : 0);
}

void html_attrf(struct html *h, const char *name, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		fail(h, "メモリ", name);
		return;
	}
	html_attr(h, name, text);
	free(text);
}

void html_flag(struct html *h, const char *name, bool on)
{
	if (!on || !attr_begin(h, name))
		return;
	buf_putc(&h->out, ' ');
	buf_puts(&h->out, name);
}

void html_url(struct html *h, const char *name, const char *path)
{
	static const char *const holders[] = { "href", "src", "action", "formaction" };
	bool local = path && (html_path_local(path) ||
			      ((path[0] == '?' || path[0] == '#') && !strpbrk(path, " \t\r\n\\")));

	if (html_failed(h))
		return;
	if (!h->tag_open || !one_of(name, holders, sizeof holders / sizeof holders[0]))
		fail(h, "使えない属性", name);
	else if (!local)
		fail(h, "このサイトの外の行き先", name);
	else
		attr_write(h, name, path, strlen(path));
}

void html_textn(struct html *h, const char *s, size_t len)
{
	if (html_failed(h) || !s)
		return;
	if (len && h->depth && h->stack[h->depth - 1] == EL_SCRIPT) {
		fail(h, "文字を入れられない要素", "script");
		return;
	}
	/* HTML drops a line end directly behind these tags. */
	if (len && *s == '\n' && h->tag_open && h->depth &&
	    (h->stack[h->depth - 1] == EL_TEXTAREA || h->stack[h->depth - 1] == EL_PRE)) {
		tag_end(h);
		buf_putc(&h->out, '\n');
	}
	tag_end(h);
	escape(&h->out, s, len);
}

void html_text(struct html *h, const char *s)
{
	if (s)
		html_textn(h, s, strlen(s));
}

void html_textf(struct html *h, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		fail(h, "メモリ", "");
		return;
	}
	html_textn(h, text, (size_t)n);
	free(text);
}

void html_lines(struct html *h, const char *s)
{
	while (s && *s) {
		size_t len = strcspn(s, "\n");

		html_textn(h, s, len);
		if (!s[len])
			break;
		html_open(h, EL_BR);
		s += len + 1;
	}
}

void html_el(struct html *h, enum html_element el, const char *text)
{
	html_open(h, el);
	html_text(h, text);
	html_close(h, el);
}

void html_el_class(struct html *h, enum html_element el, const char *class, const char *text)
{
	html_open(h, el);
	if (class)
		html_attr(h, "class", class);
	html_text(h, text);
	html_close(h, el);
}

void html_link(struct html *h, const char *path, const char *text)
{
	html_open(h, EL_A);
	html_url(h, "href", path);
	html_text(h, text);
	html_close(h, EL_A);
}

void html_link_out(struct html *h, const char *url, const char *text)
{
	static const char *const schemes[] = { "https://", "http://", "mailto:", "tel:" };
	size_t i;

	for (i = 0; url && i < sizeof schemes / sizeof schemes[0]; i++) {
		if (strncasecmp(url, schemes[i], strlen(schemes[i])))
			continue;
		if (html_failed(h))
			return;
		html_open(h, EL_A);
		attr_write(h, "href", url, strlen(url));
		html_attr(h, "rel", "noopener noreferrer");
		html_text(h, text);
		html_close(h, EL_A);
		return;
	}
	html_text(h, text);
}

void html_hidden(struct html *h, const char *name, const char *value)
{
	html_open(h, EL_INPUT);
	html_attr(h, "type", "hidden");
	html_attr(h, "name", name);
	html_attr(h, "value", value);
}

void html_raw(struct html *h, struct html_trusted t)
{
	if (html_failed(h))
		return;
	tag_end(h);
	buf_add(&h->out, t.data, t.len);
}

void html_append(struct html *h, struct html *part)
{
	if (html_failed(h))
		return;
	if (html_failed(part) || part->depth) {
		fail(h, "html_append", html_failed(part) ? part->err.text : "open element");
		return;
	}
	tag_end(part);
	tag_end(h);
	buf_add(&h->out, part->out.data ? part->out.data : "", part->out.len);
	buf_clear(&part->out);
}
