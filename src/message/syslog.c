/* Syslog headers: RFC 5424, RFC 3164 and what OpenEMR sends; then what is in the message. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "message/moment.h"
#include "message/read.h"

struct header {
	struct reading *r;
	struct shape *s;
	struct part *detail; /* "syslog" of the detail */
	const char *at, *end;
	bool decoded; /* the bytes were no UTF-8, the first at `bad` */
	size_t bad;
};

static void say(struct header *h, const char *key, const char *text, size_t len)
{
	const char *copy = arena_strndup(&h->r->arena, text, len);

	if (h->detail && copy)
		part_text(&h->r->arena, h->detail, key, copy, len);
}

/* The next word up to a space, which is eaten. False at the end. */
static bool word(struct header *h, const char **ret, size_t *ret_len)
{
	const char *space = memchr(h->at, ' ', (size_t)(h->end - h->at));

	*ret = h->at;
	*ret_len = (size_t)((space ? space : h->end) - h->at);
	h->at = space ? space + 1 : h->end;
	return *ret_len;
}

static bool nil(const char *s, size_t len)
{
	return len == 1 && *s == '-';
}

/* "<85>": the number, or -1. */
static int priority(struct header *h)
{
	int v = 0, n = 0;

	if (h->at == h->end || *h->at != '<')
		return -1;
	for (const char *p = h->at + 1; p < h->end && n < 4; p++, n++) {
		if (*p == '>' && n) {
			h->at = p + 1;
			return v;
		}
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + *p - '0';
	}
	return -1;
}

static void take_value(struct header *h, struct part *data, const char *id, const char *name,
		       const char *value, size_t len)
{
	struct part *row = part_add(&h->r->arena, data, PART_LIST, NULL, 0);
	const char *all[] = { id, name };

	for (size_t i = 0; row && i < 2; i++)
		part_text(&h->r->arena, row, NULL, all[i], strlen(all[i]));
	if (row)
		part_text(&h->r->arena, row, NULL, value, len);
	if (strcmp(id, "meta") == 0 && strcmp(name, "sequenceId") == 0 && len && len < 11 &&
	    strspn(value, "0123456789") == len)
		h->s->counter = shape_number(value, 10);
	/* A sender that does not know its zone has a time without one. */
	if (strcmp(id, "timeQuality") == 0 && strcmp(name, "tzKnown") == 0 &&
	    strcmp(value, "0") == 0)
		h->s->no_zone = true;
}

static const char *until(struct header *h, const char *any)
{
	const char *from = h->at;

	while (h->at < h->end && *h->at && !strchr(any, *h->at))
		h->at++;
	return arena_strndup(&h->r->arena, from, (size_t)(h->at - from));
}

/* name="value" with \" \\ and \] ; false if it is none. */
static bool parameter(struct header *h, struct part *data, const char *id)
{
	const char *name = until(h, "=] \""), *close;
	size_t n = 0;
	char *value;

	if (!name || !*name || h->end - h->at < 2 || h->at[0] != '=' || h->at[1] != '"')
		return false;
	h->at += 2;
	for (close = h->at; close < h->end && *close != '"'; close++)
		close += *close == '\\' && h->end - close > 1;
	if (close >= h->end)
		return false;
	value = arena_alloc(&h->r->arena, (size_t)(close - h->at) + 1);
	for (; value && h->at < close; h->at++) {
		if (*h->at == '\\' && h->at[1] && strchr("\"\\]", h->at[1]))
			h->at++;
		value[n++] = *h->at;
	}
	h->at = close + 1;
	if (!value)
		return false;
	take_value(h, data, id, name, value, n);
	return true;
}

/* An element without parameters says something, too. */
static void take_bare(struct header *h, struct part *data, const char *id)
{
	struct part *row = part_add(&h->r->arena, data, PART_LIST, NULL, 0);

	if (row)
		part_text(&h->r->arena, row, NULL, id, strlen(id));
}

/* [id a="b"][id c="d"] or "-". False, and nothing is eaten, if it is neither. */
static bool structured(struct header *h)
{
	struct header back = *h;
	struct part *data;

	if (h->at < h->end && *h->at == '-') {
		h->at++;
		return true;
	}
	data = part_add(&h->r->arena, NULL, PART_LIST, "data", 4);
	while (data && h->at < h->end && *h->at == '[') {
		const char *id;
		bool bare = true;

		h->at++;
		id = until(h, "=] \"");
		for (; id && h->at < h->end && *h->at == ' '; bare = false) {
			h->at++;
			if (!parameter(h, data, id))
				goto bad;
		}
		if (!id || !*id || h->at == h->end || *h->at != ']')
			goto bad;
		if (bare)
			take_bare(h, data, id);
		h->at++;
	}
	if (!data || h->at == back.at)
		goto bad;
	data->next = NULL;
	if (h->detail->last)
		h->detail->last->next = data;
	h->detail->last = data;
	h->detail->count++;
	return true;
bad:
	h->at = back.at;
	return false;
}

static void set_time(struct header *h, const char *s, size_t len)
{
	int64_t us;
	bool no_zone;

	if (moment_iso(s, len, &us, &no_zone) == len) {
		h->s->at_us = us;
		h->s->no_zone = no_zone;
	}
	say(h, "time", s, len);
}

/* VERSION 1 behind the priority. */
static void rfc5424(struct header *h)
{
	static const char *const keys[] = { "host", "app", "proc", "msgid" };
	const char *s;
	size_t len;

	if (word(h, &s, &len) && !nil(s, len))
		set_time(h, s, len);
	for (size_t i = 0; i < 4; i++) {
		if (!word(h, &s, &len) || nil(s, len))
			continue;
		say(h, keys[i], s, len);
		if (i < 2)
			shape_set(h->s, i ? TEXT_APP : TEXT_HOST, s, len);
	}
	structured(h);
	if (h->at < h->end && *h->at == ' ')
		h->at++;
	if (h->end - h->at >= 3 && memcmp(h->at, "\xEF\xBB\xBF", 3) == 0)
		h->at += 3;
}

/* "TAG[123]: text": eats it and tells the program. */
static void take_tag(struct header *h)
{
	const char *p = h->at, *from = p;

	while (p < h->end && p - from < 64 && *p && !strchr(": [\n", *p))
		p++;
	if (p == from || p == h->end || (*p != ':' && *p != '['))
		return;
	shape_set(h->s, TEXT_APP, from, (size_t)(p - from));
	say(h, "app", from, (size_t)(p - from));
	if (*p == '[') {
		const char *close = memchr(p, ']', (size_t)(h->end - p));

		if (!close)
			return;
		say(h, "proc", p + 1, (size_t)(close - p - 1));
		p = close + 1;
	}
	if (p < h->end && *p == ':')
		p++;
	if (p < h->end && *p == ' ')
		p++;
	h->at = p;
}

/* Date, host and tag as far as they are there. */
static bool rfc3164(struct header *h)
{
	size_t n, len;
	int64_t us = 0;
	bool no_zone = true;
	const char *from = h->at, *s;

	n = moment_bsd(h->at, (size_t)(h->end - h->at), h->r->now_us, &us);
	if (!n)
		n = moment_iso(h->at, (size_t)(h->end - h->at), &us, &no_zone);
	if (!n || (size_t)(h->end - h->at) == n || h->at[n] != ' ')
		return false;
	say(h, "time", from, n);
	h->s->at_us = us;
	h->s->no_zone = no_zone;
	h->at += n + 1;
	s = h->at;
	for (len = 0; s + len < h->end && s[len] != ' ' && s[len] != '\n' && s[len] != '\r'; len++)
		;
	shape_set(h->s, TEXT_HOST, s, len);
	say(h, "host", s, len);
	h->at += len + (s + len < h->end);
	take_tag(h);
	return true;
}

/* Text in no encoding we know stays visible: what is no UTF-8 is tried as CP932, else marked. */
static const char *readable(struct reading *r, struct shape *s, const char *bytes, size_t *len)
{
	struct buf b;
	size_t bad;
	char *copy;

	if (utf8_valid(bytes, *len, NULL))
		return bytes;
	buf_init(&b, MESSAGE_DETAIL_MAX);
	if (memchr(bytes, '\0', *len) || !cp932_decode(bytes, *len, &b, &bad)) {
		buf_clear(&b);
		buf_add(&b, bytes, *len);
		if (!buf_failed(&b))
			read_mark(b.data, b.len);
		part_text(&r->arena, s->detail, "encoding", "unknown", 7);
	} else {
		part_text(&r->arena, s->detail, "encoding", "cp932", 5);
	}
	*len = b.len;
	copy = buf_failed(&b) ? NULL : arena_strndup(&r->arena, b.data, b.len);
	buf_release(&b);
	if (!copy)
		*len = 0;
	return copy ? copy : "";
}

/* What stands behind the header. */
static void content(struct header *h, const char *whole)
{
	const char *p = h->at;
	size_t base, len;

	while (p < h->end && strchr(" \t\r\n", *p) && *p)
		p++;
	base = (size_t)(p - whole);
	len = (size_t)(h->end - p);
	/* XML and JSON are UTF-8; what had to be decoded is not theirs. */
	if (h->decoded && len && (*p == '<' || *p == '{')) {
		shape_fault(h->s, h->r, MESSAGE_FAULT_ENCODING, h->bad);
		return;
	}
	if (len && *p == '<') {
		read_xml(h->r, h->s, p, len, base);
		return;
	}
	if (len > 5 && memcmp(p, "@cee:", 5) == 0)
		for (p += 5, len -= 5, base += 5; len && *p == ' '; p++, len--, base++)
			;
	if (len && *p == '{') {
		bool fhir = memmem(p, len, "\"AuditEvent\"", 12);

		h->s->detail->first->text = fhir ? "fhir" : "json";
		h->s->detail->first->len = 4;
		(fhir ? read_fhir : read_json)(h->r, h->s, p, len, base);
		return;
	}
	linux_fill(h->r, h->s, h->at, (size_t)(h->end - h->at));
	shape_emit(h->s, h->r);
}

void read_syslog(struct reading *r, struct shape *s, const char *bytes, size_t len)
{
	struct header h = { .r = r, .s = s };
	const char *text;
	int pri;

	h.decoded = !utf8_valid(bytes, len, &h.bad);
	text = readable(r, s, bytes, &len);
	h.at = text;
	h.end = text + len;
	h.detail = part_add(&r->arena, s->detail, PART_OBJECT, "syslog", 6);
	pri = priority(&h);
	if (!h.detail) {
		shape_fault(s, r, MESSAGE_FAULT_MEMORY, 0);
	} else if (pri < 0 && len && (*text == '{' || *text == '<')) {
		content(&h, text);
	} else if (pri < 0 || pri > 191) {
		shape_fault(s, r, pri < 0 ? MESSAGE_FAULT_HEADER : MESSAGE_FAULT_PRIORITY, 0);
	} else {
		part_number(&r->arena, h.detail, "pri", pri);
		if (h.end - h.at > 2 && h.at[0] == '1' && h.at[1] == ' ') {
			h.at += 2;
			rfc5424(&h);
		} else {
			rfc3164(&h);
		}
		content(&h, text);
	}
}

void read_linux(struct reading *r, struct shape *s, const char *bytes, size_t len)
{
	struct header h = { .r = r, .s = s };

	bytes = readable(r, s, bytes, &len);
	h.at = bytes;
	h.end = bytes + len;
	h.detail = part_add(&r->arena, s->detail, PART_OBJECT, "syslog", 6);
	if (!h.detail || !rfc3164(&h)) {
		shape_fault(s, r, MESSAGE_FAULT_LINE, 0);
		return;
	}
	linux_fill(r, s, h.at, (size_t)(h.end - h.at));
	shape_emit(s, r);
}
