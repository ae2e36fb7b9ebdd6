#include "message/shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "message/wire.h"

void shape_begin(struct shape *s, struct reading *r, const char *format, size_t from, size_t to)
{
	for (size_t i = 0; i < TEXTS; i++)
		s->text[i][0] = '\0';
	s->from = from;
	s->to = to;
	s->at_us = 0;
	s->counter = -1;
	s->no_zone = false;
	s->action = MESSAGE_OTHER;
	s->outcome = MESSAGE_UNKNOWN;
	s->fault = MESSAGE_FAULT_NONE;
	s->fault_at = 0;
	s->more_count = 0;
	s->detail = part_add(&r->arena, NULL, PART_OBJECT, NULL, 0);
	part_text(&r->arena, s->detail, "format", format, strlen(format));
}

/* Controls, and the marks that make text run backwards. */
static bool misleading(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x202A && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200E || cp == 0x200F;
}

static void clean(const char *text, size_t len, char ret[MESSAGE_TEXT_MAX + 1])
{
	size_t n = 0, i = 0;

	while (len && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')))
		text++, len--;
	while (len && (text[len - 1] == ' ' || (text[len - 1] >= '\t' && text[len - 1] <= '\r')))
		len--;
	while (i < len) {
		uint32_t cp;
		const char *from = text + i;
		size_t size = utf8_decode(from, &cp);

		i += size;
		if (misleading(cp)) {
			from = "\xEF\xBF\xBD";
			size = 3;
		}
		if (n + size > MESSAGE_TEXT_MAX)
			break;
		memcpy(ret + n, from, size);
		n += size;
	}
	ret[n] = '\0';
}

void shape_set(struct shape *s, enum shape_text which, const char *text, size_t len)
{
	clean(text, len, s->text[which]);
}

void shape_put(struct shape *s, enum shape_text which, const char *text)
{
	clean(text, strlen(text), s->text[which]);
}

bool shape_patient(struct shape *s, const char *id, size_t len)
{
	char *place;

	if (!s->text[TEXT_PATIENT][0]) {
		shape_set(s, TEXT_PATIENT, id, len);
		return s->text[TEXT_PATIENT][0];
	}
	if (s->more_count == MESSAGE_PATIENTS_MAX)
		return false;
	place = s->more[s->more_count];
	clean(id, len, place);
	if (!*place || strcmp(place, s->text[TEXT_PATIENT]) == 0)
		return false;
	for (size_t i = 0; i < s->more_count; i++)
		if (strcmp(place, s->more[i]) == 0)
			return false;
	s->more_count++;
	return true;
}

int64_t shape_number(const char *text, int radix)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, radix);
	return errno || end == text || v < 0 ? -1 : v;
}

static void blank(struct shape *s, enum message_fault fault, size_t at)
{
	s->action = MESSAGE_UNPARSED;
	s->outcome = MESSAGE_UNKNOWN;
	s->fault = fault;
	/* Text that was decoded first is longer than its bytes: then the message's own place. */
	s->fault_at = at <= s->to ? at : s->from;
	s->more_count = 0;
	for (size_t i = TEXT_USER; i < TEXTS; i++)
		s->text[i][0] = '\0';
}

void shape_emit(struct shape *s, struct reading *r)
{
	buf_clear(&r->detail);
	if (s->fault == MESSAGE_FAULT_NONE) {
		if (arena_failed(&r->arena))
			blank(s, MESSAGE_FAULT_MEMORY, s->from);
		else if (!part_write(s->detail, &r->detail))
			blank(s, buf_failed(&r->detail) ? MESSAGE_FAULT_LARGE : MESSAGE_FAULT_TWICE,
			      s->from);
	}
	if (s->fault != MESSAGE_FAULT_NONE)
		buf_clear(&r->detail);
	wire_write(s, r->detail.len ? r->detail.data : "", r->detail.len, r->out);
	r->count++;
}

void shape_fault(struct shape *s, struct reading *r, enum message_fault fault, size_t at)
{
	blank(s, fault, at);
	shape_emit(s, r);
}
