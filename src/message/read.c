#include "message/read.h"

#include <string.h>

#include "base/fold.h"
#include "message/json.h"
#include "message/markup.h"

#define ARENA_MAX ((size_t)160 << 20)

void reading_init(struct reading *r, int64_t now_us)
{
	memset(r, 0, sizeof *r);
	r->now_us = now_us;
	arena_init(&r->arena, ARENA_MAX);
	buf_init(&r->detail, MESSAGE_DETAIL_MAX);
}

void reading_release(struct reading *r)
{
	markup_release(r);
	arena_release(&r->arena);
	buf_release(&r->detail);
}

void read_mark(char *text, size_t len)
{
	size_t at = 0, bad;

	/* What stands before a bad byte is not looked at again. */
	while (at < len && !utf8_valid(text + at, len - at, &bad)) {
		at += bad;
		text[at++] = '?';
	}
}

void read_keep(struct shape *s, const char *key, struct part *p)
{
	p->key = key;
	p->key_len = strlen(key);
	/* An element under our own name stands alone. */
	if (s->detail->last)
		s->detail->last->next = p;
	else
		s->detail->first = p;
	s->detail->last = p;
	p->next = NULL;
	s->detail->count++;
}

void read_xml(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base)
{
	enum message_fault fault;
	size_t at, skip = 0;
	struct part *root;
	const char *name;

	/* Blank lines before the declaration are no XML, but they are sent. */
	while (skip < len && strchr(" \t\r\n", bytes[skip]) && bytes[skip])
		skip++;
	if (!utf8_valid(bytes, len, &at)) {
		shape_fault(s, r, MESSAGE_FAULT_ENCODING, base + at);
		return;
	}
	root = markup_read(r, bytes + skip, len - skip, &fault, &at);
	if (!root) {
		shape_fault(s, r, fault, base + skip + at);
		return;
	}
	name = strchr(root->key, ':') ? strchr(root->key, ':') + 1 : root->key;
	if (strcmp(name, "AuditMessage") == 0) {
		s->detail->first->text = "atna";
		s->detail->first->len = 4;
		atna_fill(r, s, root);
	} else if (strcmp(name, "Event") == 0) {
		s->detail->first->text = "windows";
		s->detail->first->len = 7;
		windows_fill(r, s, root);
	} else {
		s->fault = MESSAGE_FAULT_ROOT;
	}
	if (s->fault)
		shape_fault(s, r, s->fault, base + skip);
	else
		shape_emit(s, r);
}

static size_t trim(const char *bytes, size_t len)
{
	while (len && (bytes[len - 1] == '\0' || strchr(" \t\r\n", bytes[len - 1])))
		len--;
	return len;
}

static void run(struct reading *r, struct shape *s, enum message_format format, const char *bytes,
		size_t len)
{
	static const char *const names[MESSAGE_FORMATS] = { "syslog", "atna",	 "fhir", "windows",
							    "linux",  "journal", "json" };
	size_t used = trim(bytes, len);

	shape_begin(s, r, names[format], 0, len);
	if (!used) {
		shape_fault(s, r, MESSAGE_FAULT_EMPTY, 0);
		return;
	}
	if (used > MESSAGE_BYTES_MAX && format != MESSAGE_WINDOWS && format != MESSAGE_FHIR) {
		shape_fault(s, r, MESSAGE_FAULT_LARGE, 0);
		return;
	}
	switch (format) {
	case MESSAGE_ATNA: read_xml(r, s, bytes, used, 0); break;
	case MESSAGE_FHIR: read_fhir(r, s, bytes, used, 0); break;
	case MESSAGE_WINDOWS: read_windows(r, s, bytes, len); break;
	case MESSAGE_LINUX: read_linux(r, s, bytes, used); break;
	case MESSAGE_JOURNAL: read_journal(r, s, bytes, used); break;
	case MESSAGE_JSON: read_json(r, s, bytes, used, 0); break;
	case MESSAGE_AUTO:
	case MESSAGE_FORMATS: read_syslog(r, s, bytes, used); break;
	}
}

size_t reading_run(struct reading *r, enum message_format format, const char *bytes, size_t len,
		   struct buf *out)
{
	struct shape s;

	r->out = out;
	r->count = 0;
	run(r, &s, format, bytes, len);
	arena_release(&r->arena);
	return r->count;
}
