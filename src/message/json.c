#include "message/json.h"

#include <string.h>

struct json {
	struct arena *arena;
	const char *bytes;
	size_t at, len;
	enum message_fault fault;
};

static int peek(struct json *j)
{
	while (j->at < j->len && strchr(" \t\r\n", j->bytes[j->at]) && j->bytes[j->at])
		j->at++;
	return j->at < j->len ? (unsigned char)j->bytes[j->at] : -1;
}

static bool eat(struct json *j, char c)
{
	if (peek(j) != (unsigned char)c)
		return false;
	j->at++;
	return true;
}

static int hex4(struct json *j)
{
	int v = 0;

	if (j->len - j->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = j->bytes[j->at++], low = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + low - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* Writes one code point as UTF-8; returns its bytes. */
static size_t put(char *to, unsigned cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xC0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (char)(0xE0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 63));
		to[2] = (char)(0x80 | (cp & 63));
		return 3;
	}
	to[0] = (char)(0xF0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 63));
	to[2] = (char)(0x80 | (cp >> 6 & 63));
	to[3] = (char)(0x80 | (cp & 63));
	return 4;
}

/* What follows a backslash; 0 when it is no escape. A lone half of a pair is refused, and so is
 * NUL, which no text of ours can hold. */
static size_t escape(struct json *j, char *to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	int c = j->at < j->len ? j->bytes[j->at++] : 0, low;
	const char *known = c ? strchr(from, c) : NULL;

	if (known) {
		*to = into[known - from];
		return 1;
	}
	c = c == 'u' ? hex4(j) : -1;
	if (c == 0) {
		j->fault = MESSAGE_FAULT_NUL;
		j->at -= 6;
	}
	if (c <= 0 || (c >= 0xDC00 && c < 0xE000))
		return 0;
	if (c < 0xD800 || c >= 0xE000)
		return put(to, (unsigned)c);
	if (j->len - j->at < 6 || j->bytes[j->at] != '\\' || j->bytes[j->at + 1] != 'u')
		return 0;
	j->at += 2;
	low = hex4(j);
	if (low < 0xDC00 || low >= 0xE000)
		return 0;
	return put(to, 0x10000U + ((unsigned)(c - 0xD800) << 10) + (unsigned)(low - 0xDC00));
}

static const char *string(struct json *j, size_t *ret_len)
{
	size_t from, n = 0;
	const char *end;
	char *text;

	if (!eat(j, '"'))
		return NULL;
	from = j->at;
	for (end = j->bytes + from; end < j->bytes + j->len && *end != '"'; end++)
		if (*end == '\\')
			end++;
	if (end >= j->bytes + j->len)
		return NULL;
	text = arena_alloc(j->arena, (size_t)(end - j->bytes) - from + 1);
	while (text && j->bytes[j->at] != '"') {
		char c = j->bytes[j->at++];
		size_t size = 1;

		if ((unsigned char)c < 0x20)
			return NULL;
		if (c == '\\')
			size = escape(j, text + n);
		else
			text[n] = c;
		if (!size)
			return NULL;
		n += size;
	}
	j->at++;
	*ret_len = n;
	return text;
}

static bool digits(struct json *j)
{
	size_t from = j->at;

	while (j->at < j->len && j->bytes[j->at] >= '0' && j->bytes[j->at] <= '9')
		j->at++;
	return j->at > from;
}

static bool next_is(const struct json *j, const char *any)
{
	return j->at < j->len && j->bytes[j->at] && strchr(any, j->bytes[j->at]);
}

static bool number(struct json *j, struct part *p)
{
	size_t from = j->at;

	if (next_is(j, "-"))
		j->at++;
	if (next_is(j, "0"))
		j->at++;
	else if (!digits(j))
		return false;
	if (next_is(j, ".") && (j->at++, !digits(j)))
		return false;
	if (next_is(j, "eE")) {
		j->at++;
		if (next_is(j, "+-"))
			j->at++;
		if (!digits(j))
			return false;
	}
	p->kind = PART_NUMBER;
	p->len = j->at - from;
	p->text = arena_strndup(j->arena, j->bytes + from, p->len);
	return p->text;
}

static bool word(struct json *j, const char *w)
{
	size_t n = strlen(w);

	if (j->len - j->at < n || memcmp(j->bytes + j->at, w, n) != 0)
		return false;
	j->at += n;
	return true;
}

static bool scalar(struct json *j, struct part *p)
{
	switch (peek(j)) {
	case '"':
		p->kind = PART_TEXT;
		p->text = string(j, &p->len);
		return p->text;
	case 't': p->kind = PART_TRUE; return word(j, "true");
	case 'f': p->kind = PART_FALSE; return word(j, "false");
	case 'n': p->kind = PART_NULL; return word(j, "null");
	default: return number(j, p);
	}
}

static bool value(struct json *j, struct part *p, int depth);

static bool members(struct json *j, struct part *p, int depth)
{
	bool object = p->kind == PART_OBJECT;
	char end = object ? '}' : ']';

	if (eat(j, end))
		return true;
	for (;;) {
		const char *key = NULL;
		size_t key_len = 0;
		struct part *c;

		if (object && ((key = (peek(j), string(j, &key_len))) == NULL || !eat(j, ':')))
			return false;
		c = part_add(j->arena, p, PART_NULL, key, key_len);
		if (!c || !value(j, c, depth))
			return false;
		if (eat(j, end))
			return true;
		if (!eat(j, ','))
			return false;
	}
}

static bool value(struct json *j, struct part *p, int depth)
{
	int c = peek(j);
	bool ok;

	if (depth > PART_DEPTH_MAX - 4) {
		j->fault = MESSAGE_FAULT_DEEP;
		return false;
	}
	p->from = j->at;
	if (c == '{' || c == '[') {
		j->at++;
		p->kind = c == '{' ? PART_OBJECT : PART_LIST;
		ok = members(j, p, depth + 1);
	} else {
		ok = scalar(j, p);
	}
	p->to = j->at;
	return ok;
}

struct part *json_parse(struct reading *r, const char *bytes, size_t len,
			enum message_fault *ret_fault, size_t *ret_at)
{
	struct json j = { .arena = &r->arena, .bytes = bytes, .len = len };
	struct part *root = part_add(&r->arena, NULL, PART_NULL, NULL, 0);

	if (root && value(&j, root, 0) && peek(&j) < 0)
		return root;
	*ret_at = j.at < len ? j.at : len;
	*ret_fault = arena_failed(&r->arena) ? MESSAGE_FAULT_MEMORY
		     : j.fault		     ? j.fault
					     : MESSAGE_FAULT_JSON;
	return NULL;
}
