/*
 * HTML writer: the shortest call is the safe one.
 *
 * Elements come from an enum and are closed by the writer in the right order;
 * text and attribute values are always escaped; addresses pass a check; there
 * is no way to write raw text except a struct html_trusted.
 *
 * Failures are sticky: a wrong nesting, a forbidden attribute or a full buffer
 * sets the writer failed with a message, later calls do nothing, and
 * html_end() (called by resp_html) reports it. So calls need no checking.
 */
#ifndef DAICHO_WEB_HTML_H
#define DAICHO_WEB_HTML_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* clang-format off */
/* Name, text, void element (has no closing tag). */
#define HTML_ELEMENTS(X) \
	X(A, "a", 0) X(ABBR, "abbr", 0) X(ADDRESS, "address", 0) X(ARTICLE, "article", 0) \
	X(ASIDE, "aside", 0) X(B, "b", 0) X(BODY, "body", 0) X(BR, "br", 1) \
	X(BUTTON, "button", 0) X(CAPTION, "caption", 0) X(CODE, "code", 0) X(COL, "col", 1) \
	X(COLGROUP, "colgroup", 0) X(DATALIST, "datalist", 0) X(DD, "dd", 0) X(DEL, "del", 0) \
	X(DETAILS, "details", 0) X(DIV, "div", 0) X(DL, "dl", 0) X(DT, "dt", 0) X(EM, "em", 0) \
	X(FIELDSET, "fieldset", 0) X(FIGCAPTION, "figcaption", 0) X(FIGURE, "figure", 0) \
	X(FOOTER, "footer", 0) X(FORM, "form", 0) X(H1, "h1", 0) X(H2, "h2", 0) X(H3, "h3", 0) \
	X(H4, "h4", 0) X(HEAD, "head", 0) X(HEADER, "header", 0) X(HR, "hr", 1) \
	X(HTML, "html", 0) X(IMG, "img", 1) X(INPUT, "input", 1) X(INS, "ins", 0) \
	X(LABEL, "label", 0) X(LEGEND, "legend", 0) X(LI, "li", 0) X(LINK, "link", 1) \
	X(MAIN, "main", 0) X(MARK, "mark", 0) X(META, "meta", 1) X(METER, "meter", 0) \
	X(NAV, "nav", 0) X(OL, "ol", 0) X(OPTGROUP, "optgroup", 0) X(OPTION, "option", 0) \
	X(OUTPUT, "output", 0) X(P, "p", 0) X(PRE, "pre", 0) X(PROGRESS, "progress", 0) \
	X(RP, "rp", 0) X(RT, "rt", 0) X(RUBY, "ruby", 0) X(S, "s", 0) X(SCRIPT, "script", 0) \
	X(SEARCH, "search", 0) X(SECTION, "section", 0) X(SELECT, "select", 0) \
	X(SMALL, "small", 0) X(SPAN, "span", 0) X(STRONG, "strong", 0) X(SUB, "sub", 0) \
	X(SUMMARY, "summary", 0) X(SUP, "sup", 0) X(TABLE, "table", 0) X(TBODY, "tbody", 0) \
	X(TD, "td", 0) X(TEXTAREA, "textarea", 0) X(TFOOT, "tfoot", 0) X(TH, "th", 0) \
	X(THEAD, "thead", 0) X(TIME, "time", 0) X(TITLE, "title", 0) X(TR, "tr", 0) \
	X(UL, "ul", 0) X(WBR, "wbr", 1)
/* clang-format on */

enum html_element {
#define X(name, text, is_void) EL_##name,
	HTML_ELEMENTS(X)
#undef X
		EL_MAX
};

#define HTML_DEPTH_MAX 64

struct html {
	struct buf out;
	unsigned char stack[HTML_DEPTH_MAX]; /* open elements, outermost first */
	size_t depth;
	bool tag_open;	/* "<td" written, attributes may follow */
	struct err err; /* first failure; code 0 while all is well */
};

/* Markup the program itself made. Only html_trusted_svg fills it. */
struct html_trusted {
	const char *data;
	size_t len;
};

/* Prepares *h for at most `cap` bytes (0: 64 MiB). Allocates nothing. */
void html_init(struct html *h, size_t cap);
void html_release(struct html *h);
bool html_failed(const struct html *h);
/* ERR_BUG (or ERR_LIMIT, ERR_NOMEM) if a call failed or an element is open. */
int html_end(struct html *h, struct err *err);

/* "<!DOCTYPE html>", before everything else. */
void html_doctype(struct html *h);
/* Opens an element; attributes may follow until the next other call. A void
 * element is complete with its attributes and is never closed. */
void html_open(struct html *h, enum html_element el);
/* Closes the innermost element, which must be `el`. */
void html_close(struct html *h, enum html_element el);

/* An attribute of the element just opened. Names are lower case constants;
 * event handlers, style and attributes that hold addresses are refused. */
void html_attr(struct html *h, const char *name, const char *value);
void html_attrf(struct html *h, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* An attribute without value ("required"), written only if `on`. */
void html_flag(struct html *h, const char *name, bool on);
/* href, src, action or formaction with an address inside this site: "/path",
 * "?query" or "#part". Anything else fails. */
void html_url(struct html *h, const char *name, const char *path);

/* Text, escaped. NULL writes nothing. */
void html_text(struct html *h, const char *s);
void html_textn(struct html *h, const char *s, size_t len);
void html_textf(struct html *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text whose line ends become <br>. */
void html_lines(struct html *h, const char *s);

/* Whole elements: <el>text</el>, and with a class (NULL: none). */
void html_el(struct html *h, enum html_element el, const char *text);
void html_el_class(struct html *h, enum html_element el, const char *class, const char *text);
/* <a href=path>text</a> */
void html_link(struct html *h, const char *path, const char *text);
/* A link out of the site; the address comes from a ledger and may be anything:
 * what is not http, https, mailto or tel is written as plain text. */
void html_link_out(struct html *h, const char *url, const char *text);
/* <input type=hidden> */
void html_hidden(struct html *h, const char *name, const char *value);
/* Adds the elements written to `part`, in which nothing may be open; part is
 * empty afterwards. For a piece whose summary stands above it. */
void html_append(struct html *h, struct html *part);
/* Inserts trusted markup. */
void html_raw(struct html *h, struct html_trusted t);

/* Checks that `svg` is one <svg> element of drawing elements only: no script,
 * style, links out of the picture, event handlers, entities of its own or
 * declarations. The bytes are borrowed. ERR_BUG names what it found. */
int html_trusted_svg(const char *svg, size_t len, struct html_trusted *ret, struct err *err);

/* Makes a local path: the text of fmt stays, each %s is percent-encoded as one
 * component, %d %ld %lld %u %lu %llu %zu are numbers, %% is a percent sign.
 * html_path(a, "/ledger/%s?q=%s&page=%d", id, "あ い", 2). NULL on failure. */
char *html_path(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Adds "&name=value" or "?name=value", encoded. NULL value: path unchanged. */
char *html_path_add(struct arena *a, const char *path, const char *name, const char *value);
/* True for an address inside this site: begins with one '/', not followed by
 * '/' or '\', no control character, space or backslash anywhere. For checking
 * "next" parameters before a redirect. */
bool html_path_local(const char *path);
/* Appends s percent-encoded (RFC 3986 unreserved characters stay). */
void url_encode(struct buf *b, const char *s, size_t len);

#endif
