#include "web/multipart.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/fold.h"

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID,
		       "送られたフォームの形が正しくありません（%s）。"
		       "画面を開き直して、もう一度送ってください",
		       what);
}

static bool boundary_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("'()+_,-./:=?", c));
}

int multipart_init(struct multipart *m, const char *content_type,
		   const struct multipart_events *events, void *ctx, struct err *err)
{
	static const char type[] = "multipart/form-data";
	const char *s = content_type + sizeof type - 1;
	size_t len = 0;
	bool quoted;

	memset(m, 0, sizeof *m);
	buf_init(&m->hold, 0);
	m->events = events;
	m->ctx = ctx;
	if (strncasecmp(content_type, type, sizeof type - 1))
		return malformed(err, "形式の名前");
	s += strspn(s, " \t");
	if (*s++ != ';')
		return malformed(err, "区切りの指定");
	s += strspn(s, " \t");
	if (strncasecmp(s, "boundary=", 9))
		return malformed(err, "区切りの指定");
	s += 9;
	quoted = *s == '"';
	s += quoted;
	while (boundary_char(s[len]))
		len++;
	if (!len || len > MULTIPART_BOUNDARY_MAX || strcmp(s + len, quoted ? "\"" : ""))
		return malformed(err, "区切りの指定");
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, s, len);
	m->delimiter_len = len + 4;
	/* The first boundary stands at the start; with the CRLF supplied here it
	 * looks like any other. */
	buf_add(&m->hold, "\r\n", 2);
	return 0;
}

void multipart_release(struct multipart *m)
{
	buf_release(&m->hold);
}

/* Reads a quoted or plain parameter value in place; *s moves behind it. Only
 * \" is an escape: browsers leave backslashes of file names alone. */
static char *parameter_value(char **s)
{
	char *out, *value, *p = *s;

	if (*p != '"') {
		size_t len = strcspn(p, "; \t\"");

		if (!len)
			return NULL;
		/* A plain token ends at ';' or at the end, not in white space. */
		if (p[len] && p[len] != ';')
			return NULL;
		*s = p + len + (p[len] == ';');
		if (p[len])
			p[len] = '\0';
		return p;
	}
	for (value = out = ++p; *p && *p != '"'; p++) {
		if (p[0] == '\\' && p[1] == '"')
			p++;
		*out++ = *p;
	}
	if (*p != '"')
		return NULL;
	p++;
	p += strspn(p, " \t");
	if (*p && *p != ';')
		return NULL;
	*s = p + (*p == ';');
	*out = '\0';
	return value;
}

static int parse_disposition(char *s, struct part_head *head, struct err *err)
{
	static const char kind[] = "form-data";

	if (head->name || strncasecmp(s, kind, sizeof kind - 1) || s[sizeof kind - 1] != ';')
		return malformed(err, "Content-Disposition");
	s += sizeof kind;
	while (*(s += strspn(s, " \t"))) {
		size_t len = strcspn(s, "= \t;\"");
		bool is_name = len == 4 && !strncasecmp(s, "name", 4);
		bool is_file = len == 8 && !strncasecmp(s, "filename", 8);
		const char **slot = is_name ? &head->name : &head->filename;
		char *value;

		if (s[len] != '=' || (!is_name && !is_file) || *slot)
			return malformed(err, "Content-Disposition");
		s += len + 1;
		value = parameter_value(&s);
		if (!value)
			return malformed(err, "Content-Disposition");
		*slot = value;
	}
	return head->name && *head->name ? 0 : malformed(err, "欄の名前がない");
}

static int parse_header(char *line, struct part_head *head, struct err *err)
{
	char *value = strchr(line, ':');

	if (!value || value == line || line[strcspn(line, " \t:")] != ':')
		return malformed(err, "見出し");
	*value++ = '\0';
	value += strspn(value, " \t");
	if (!strcasecmp(line, "Content-Disposition"))
		return parse_disposition(value, head, err);
	if (!strcasecmp(line, "Content-Type")) {
		if (*head->type)
			return malformed(err, "Content-Type");
		head->type = value;
		return strncasecmp(value, "multipart/", 10) ? 0 : malformed(err, "入れ子");
	}
	if (!strcasecmp(line, "Content-Transfer-Encoding") && strcasecmp(value, "binary") &&
	    strcasecmp(value, "8bit") && strcasecmp(value, "7bit"))
		return malformed(err, "Content-Transfer-Encoding");
	return 0;
}

/* Parses the headers text[0..len), which end with CRLF each. */
static int parse_head(char *text, size_t len, struct part_head *head, struct err *err)
{
	char *end = text + len;

	*head = (struct part_head){ .type = "" };
	if (!utf8_valid(text, len, NULL))
		return malformed(err, "UTF-8ではない文字");
	while (text < end) {
		char *stop = memmem(text, (size_t)(end - text), "\r\n", 2);
		int r;

		if (!stop)
			return malformed(err, "見出しの改行");
		*stop = '\0';
		if (strpbrk(text, "\r\n"))
			return malformed(err, "見出しの改行");
		r = parse_header(text, head, err);
		if (r < 0)
			return r;
		text = stop + 2;
	}
	return head->name ? 0 : malformed(err, "欄の名前がない");
}

static void hold_drop(struct multipart *m, size_t n)
{
	memmove(m->hold.data, m->hold.data + n, m->hold.len - n);
	m->hold.len -= n;
	m->hold.data[m->hold.len] = '\0';
}

static int step_start(struct multipart *m, struct err *err)
{
	size_t n = m->hold.len < m->delimiter_len ? m->hold.len : m->delimiter_len;

	if (memcmp(m->hold.data, m->delimiter, n))
		return malformed(err, "最初の区切り");
	if (n < m->delimiter_len)
		return 0;
	hold_drop(m, n);
	m->state = MULTIPART_AFTER;
	return 1;
}

static int step_after(struct multipart *m, struct err *err)
{
	if (m->hold.len < 2)
		return 0;
	if (!memcmp(m->hold.data, "\r\n", 2)) {
		m->state = MULTIPART_HEAD;
		if (++m->parts > MULTIPART_PARTS_MAX)
			return err_set(err, ERR_LIMIT,
				       "項目の数が多すぎます（最大%d件）。分けて送ってください",
				       MULTIPART_PARTS_MAX);
	} else if (!memcmp(m->hold.data, "--", 2)) {
		m->state = MULTIPART_DONE;
	} else {
		return malformed(err, "区切り");
	}
	hold_drop(m, 2);
	return 1;
}

static int step_head(struct multipart *m, struct err *err)
{
	char *end = memmem(m->hold.data, m->hold.len, "\r\n\r\n", 4);
	size_t len = end ? (size_t)(end - m->hold.data) + 4 : m->hold.len;
	struct part_head head;
	int r;

	if (len > MULTIPART_HEAD_MAX)
		return malformed(err, "見出しが長すぎる");
	if (!end)
		return 0;
	r = parse_head(m->hold.data, len - 2, &head, err);
	if (r >= 0)
		r = m->events->begin(m->ctx, &head, err);
	if (r < 0)
		return r;
	/* The CRLF that ends the head stays: an empty part has its delimiter
	 * directly behind the head and shares that CRLF. */
	hold_drop(m, len - 2);
	m->skip = 2;
	m->state = MULTIPART_DATA;
	return 1;
}

static int step_data(struct multipart *m, struct err *err)
{
	char *found = memmem(m->hold.data, m->hold.len, m->delimiter, m->delimiter_len);
	size_t keep = m->delimiter_len - 1;
	size_t n = m->hold.len > keep ? m->hold.len - keep : 0;
	int r = 0;

	if (found)
		n = (size_t)(found - m->hold.data);
	if (n > m->skip)
		r = m->events->data(m->ctx, m->hold.data + m->skip, n - m->skip, err);
	if (r < 0)
		return r;
	m->skip = m->skip > n ? m->skip - n : 0;
	hold_drop(m, found ? n + m->delimiter_len : n);
	if (!found)
		return 0;
	m->state = MULTIPART_AFTER;
	r = m->events->end(m->ctx, err);
	return r < 0 ? r : 1;
}

static int step(struct multipart *m, struct err *err)
{
	switch (m->state) {
	case MULTIPART_START: return step_start(m, err);
	case MULTIPART_AFTER: return step_after(m, err);
	case MULTIPART_HEAD: return step_head(m, err);
	case MULTIPART_DATA: return step_data(m, err);
	case MULTIPART_DONE: break;
	}
	if (m->hold.len > 2 || memcmp(m->hold.data, "\r\n", m->hold.len))
		return malformed(err, "最後の区切りの後");
	return 0;
}

int multipart_feed(struct multipart *m, const char *p, size_t n, struct err *err)
{
	int r;

	buf_add(&m->hold, p, n);
	if (buf_failed(&m->hold))
		return err_nomem(err);
	do
		r = step(m, err);
	while (r > 0);
	return r;
}

int multipart_finish(struct multipart *m, struct err *err)
{
	if (m->state != MULTIPART_DONE)
		return err_set(
			err, ERR_INVALID,
			"フォームが途中で切れています。通信を確かめて、もう一度送ってください");
	return 0;
}

/* Code points that make a name look like another one, or break a line. */
static bool misleading(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/* Copies at most `cap` bytes in whole characters; returns the bytes written. */
static size_t copy_shown(const char *s, size_t len, char *ret, size_t cap)
{
	size_t i = 0, n = 0;

	while (i < len) {
		uint32_t c;
		size_t bytes = utf8_decode(s + i, &c);

		if (n + bytes > cap)
			break;
		if (misleading(c) || strchr("\"*:<>?|", (int)(c < 0x80 ? c : 'a'))) {
			ret[n++] = '_';
		} else {
			memcpy(ret + n, s + i, bytes);
			n += bytes;
		}
		i += bytes;
	}
	return n;
}

void upload_name(const char *filename, char ret[201])
{
	const char *base = filename, *dot, *p;
	size_t len, ext, n;

	for (p = filename; *p; p++)
		if (*p == '/' || *p == '\\')
			base = p + 1;
	len = strlen(base);
	dot = strrchr(base, '.');
	ext = dot && dot != base && strlen(dot) <= 12 ? strlen(dot) : 0;
	n = copy_shown(base, len - ext, ret, 200 - ext);
	if (ext)
		n += copy_shown(base + len - ext, ext, ret + n, 200 - n);
	ret[n] = '\0';
	if (strspn(ret, ". ") == n)
		memcpy(ret, "file", sizeof "file");
}
