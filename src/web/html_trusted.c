/* Checks pictures the program drew, so that a mistake in drawing code cannot
 * become markup that acts. */
#include <string.h>
#include <strings.h>

#include "web/html.h"

#define SVG_DEPTH_MAX 32

struct scan {
	const char *p, *end;
	size_t stack[SVG_DEPTH_MAX];
	size_t depth;
	const char *fault; /* what was found, NULL while all is well */
};

static const char *const svg_elements[] = {
	"svg",	"g",	    "path",    "rect",	   "circle",	     "ellipse",
	"line", "polyline", "polygon", "text",	   "tspan",	     "title",
	"desc", "defs",	    "marker",  "clipPath", "linearGradient", "radialGradient",
	"stop", "pattern",  "use",     "symbol",
};

#define SVG_ELEMENT_COUNT (sizeof svg_elements / sizeof svg_elements[0])

static bool fault(struct scan *s, const char *what)
{
	if (!s->fault)
		s->fault = what;
	return false;
}

static size_t name_length(const struct scan *s)
{
	size_t n = 0;

	while (s->p + n < s->end &&
	       strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:_.",
		      s->p[n]) &&
	       s->p[n])
		n++;
	return n;
}

static void skip_space(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n", *s->p) && *s->p)
		s->p++;
}

static bool element_name(struct scan *s, size_t *ret)
{
	size_t n = name_length(s), i;

	for (i = 0; i < SVG_ELEMENT_COUNT; i++)
		if (strlen(svg_elements[i]) == n && !memcmp(svg_elements[i], s->p, n)) {
			s->p += n;
			*ret = i;
			return true;
		}
	return fault(s, "element");
}

static bool equals(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(p, word, n);
}

/* The five escapes of text; any other could hide an address. */
static bool escapes_plain(const char *p, const char *end)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	size_t i;

	while ((p = memchr(p, '&', (size_t)(end - p)))) {
		for (i = 0; i < sizeof known / sizeof known[0]; i++)
			if ((size_t)(end - p) >= strlen(known[i]) &&
			    !memcmp(p, known[i], strlen(known[i])))
				break;
		if (i == sizeof known / sizeof known[0])
			return false;
		p++;
	}
	return true;
}

/* Every reference must stay inside the picture. */
static bool value_safe(const char *p, size_t n, bool reference)
{
	const char *paren = p, *end = p + n;

	if (memchr(p, '<', n) || !escapes_plain(p, end) || (reference && (!n || *p != '#')))
		return false;
	while ((paren = memchr(paren, '(', (size_t)(end - paren)))) {
		bool is_url = paren - p >= 3 && !strncasecmp(paren - 3, "url", 3);

		if (is_url && (end - paren < 2 || paren[1] != '#'))
			return false;
		paren++;
	}
	return true;
}

static bool attribute(struct scan *s)
{
	const char *name = s->p, *value, *stop;
	size_t n = name_length(s);
	bool reference = equals(name, n, "href") || equals(name, n, "xlink:href");
	/* Names of namespaces are addresses that nothing loads. */
	bool space = equals(name, n, "xmlns") || equals(name, n, "xmlns:xlink");

	if (!n || (n > 1 && !strncasecmp(name, "on", 2)) || equals(name, n, "style"))
		return fault(s, "attribute");
	s->p += n;
	if (s->end - s->p < 2 || s->p[0] != '=' || s->p[1] != '"')
		return fault(s, "attribute");
	value = s->p + 2;
	stop = memchr(value, '"', (size_t)(s->end - value));
	if (!stop)
		return fault(s, "attribute");
	if (!space && !value_safe(value, (size_t)(stop - value), reference))
		return fault(s, "attribute value");
	s->p = stop + 1;
	return true;
}

static bool open_tag(struct scan *s)
{
	size_t element;

	if (!element_name(s, &element))
		return false;
	for (skip_space(s); s->p < s->end && *s->p != '>' && *s->p != '/'; skip_space(s))
		if (!attribute(s))
			return false;
	if (s->p == s->end)
		return fault(s, "end");
	if (*s->p == '/') {
		s->p++;
		if (s->p == s->end || *s->p != '>')
			return fault(s, "tag");
	} else if (s->depth == SVG_DEPTH_MAX) {
		return fault(s, "depth");
	} else {
		s->stack[s->depth++] = element;
	}
	s->p++;
	return true;
}

static bool close_tag(struct scan *s)
{
	size_t element;

	s->p++;
	if (!element_name(s, &element))
		return false;
	if (!s->depth || s->stack[s->depth - 1] != element || s->p == s->end || *s->p != '>')
		return fault(s, "closing tag");
	s->depth--;
	s->p++;
	return true;
}

int html_trusted_svg(const char *svg, size_t len, struct html_trusted *ret, struct err *err)
{
	struct scan s = { .p = svg, .end = svg + len };
	bool ok = len > 4 && !memcmp(svg, "<svg", 4);

	if (!ok)
		fault(&s, "start");
	while (ok && s.p < s.end) {
		if (*s.p != '<')
			s.p++;
		else if (++s.p < s.end && *s.p == '/')
			ok = close_tag(&s);
		else
			ok = open_tag(&s);
		/* Nothing but line ends may follow the outermost element. */
		if (ok && !s.depth) {
			while (s.p < s.end && (*s.p == '\r' || *s.p == '\n'))
				s.p++;
			ok = s.p == s.end;
		}
	}
	if (!ok || s.depth)
		return err_set(err, ERR_BUG,
			       "図を画面に載せられませんでした（%s）。"
			       "お手数ですが、管理者に知らせてください",
			       s.fault ? s.fault : "structure");
	*ret = (struct html_trusted){ svg, len };
	return 0;
}
