#include "message/wire.h"

#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/fold.h"

#define AT_MAX (INT64_C(32503680000) * 1000000) /* 3000-01-01 */

void wire_write(const struct shape *s, const char *detail, size_t detail_len, struct buf *out)
{
	struct wire_head h = { .at_us = s->at_us,
			       .counter = s->counter,
			       .from = s->from,
			       .to = s->to,
			       .fault_at = s->fault_at,
			       .detail_len = (uint32_t)detail_len,
			       .action = (uint8_t)s->action,
			       .outcome = (uint8_t)s->outcome,
			       .no_zone = s->no_zone,
			       .fault = (uint8_t)s->fault,
			       .more = (uint8_t)s->more_count };

	for (size_t i = 0; i < TEXTS; i++)
		h.text_len[i] = (uint16_t)strlen(s->text[i]);
	buf_add(out, &h, sizeof h);
	for (size_t i = 0; i < TEXTS; i++)
		buf_add(out, s->text[i], h.text_len[i] + 1U);
	for (size_t i = 0; i < s->more_count; i++)
		buf_add(out, s->more[i], strlen(s->more[i]) + 1);
	buf_add(out, detail, detail_len);
	buf_putc(out, '\0');
}

/* Takes one text; NULL if it is not as long as said, or no clean UTF-8. */
static const char *take(const char **at, const char *end, size_t most)
{
	const char *s = *at, *nul = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;
	size_t len;

	if (!nul)
		return NULL;
	len = (size_t)(nul - s);
	if (len > most || !utf8_valid(s, len, NULL) || text_has_control(s, false))
		return NULL;
	*at = nul + 1;
	return s;
}

static bool take_texts(const struct wire_head *h, const char **at, const char *end,
		       struct message *m)
{
	const char *text[TEXTS];

	for (size_t i = 0; i < TEXTS; i++) {
		text[i] = take(at, end, MESSAGE_TEXT_MAX);
		if (!text[i] || strlen(text[i]) != h->text_len[i])
			return false;
	}
#define TEXT(constant, member) m->member = text[TEXT_##constant];
#include "message/texts.def"
#undef TEXT
	return true;
}

static bool take_more(const struct wire_head *h, const char **at, const char *end, struct arena *a,
		      struct message *m)
{
	const char **more;

	if (h->more == 0)
		return true;
	if (h->more > MESSAGE_PATIENTS_MAX)
		return false;
	more = arena_calloc(a, h->more, sizeof *more);
	for (size_t i = 0; more && i < h->more; i++) {
		more[i] = take(at, end, MESSAGE_TEXT_MAX);
		if (!more[i] || !*more[i])
			return false;
	}
	m->more_patients = more;
	m->more_count = h->more;
	return more;
}

static bool in_range(const struct wire_head *h, size_t input_len)
{
	static const uint8_t zero[3];

	return h->from <= h->to && h->to <= input_len && h->fault_at <= input_len &&
	       h->at_us >= 0 && h->at_us < AT_MAX && h->counter >= -1 &&
	       h->detail_len <= MESSAGE_DETAIL_MAX && h->action < MESSAGE_ACTIONS &&
	       h->outcome <= MESSAGE_FAILED && h->no_zone <= 1 && h->fault < MESSAGE_FAULTS &&
	       (h->fault != MESSAGE_FAULT_NONE) == (h->action == MESSAGE_UNPARSED) &&
	       memcmp(h->zero, zero, sizeof zero) == 0;
}

static bool read_one(const char **at, const char *end, size_t input_len, struct arena *a,
		     struct message *m)
{
	struct wire_head h;

	if ((size_t)(end - *at) < sizeof h)
		return false;
	memcpy(&h, *at, sizeof h);
	*at += sizeof h;
	if (!in_range(&h, input_len) || !take_texts(&h, at, end, m) ||
	    !take_more(&h, at, end, a, m))
		return false;
	if ((size_t)(end - *at) <= h.detail_len || (*at)[h.detail_len] != '\0')
		return false;
	m->from = (size_t)h.from;
	m->to = (size_t)h.to;
	m->at_us = h.at_us;
	m->no_zone = h.no_zone;
	m->counter = h.counter;
	m->action = (enum message_action)h.action;
	m->outcome = (enum message_outcome)h.outcome;
	m->fault = "";
	m->detail = *at;
	m->detail_len = h.detail_len;
	*at += h.detail_len + 1;
	if (h.fault)
		return h.detail_len == 0 && wire_fault(m, h.fault, (size_t)h.fault_at, a);
	return wire_canonical(m->detail, m->detail_len);
}

/* What the child says of places is believed only as far as no byte gets lost: what it leaves out
 * goes to the message behind it, at the end to the last. */
static void give_all(struct message *m, size_t count, size_t input_len)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		m[i].from = at;
		at = m[i].to;
	}
	if (count)
		m[count - 1].to = input_len;
}

bool wire_read(const char *bytes, size_t len, size_t count, size_t input, size_t input_len,
	       struct arena *a, struct message *ret)
{
	const char *at = bytes, *end = bytes + len;

	for (size_t i = 0; i < count; i++) {
		memset(&ret[i], 0, sizeof ret[i]);
		ret[i].input = input;
		if (!read_one(&at, end, input_len, a, &ret[i]))
			return false;
		if (i && ret[i].from < ret[i - 1].to)
			return false;
	}
	give_all(ret, count, input_len);
	return at == end;
}

static const char *sentence(enum message_fault fault, size_t at, struct arena *a)
{
	static const char *const texts[MESSAGE_FAULTS] = {
		"",
#define FAULT(name, text) text,
#include "message/faults.def"
#undef FAULT
	};
	const char *text = texts[fault], *place = strstr(text, "@");

	if (!place)
		return text;
	return arena_printf(a, "%.*s%llu%s", (int)(place - text), text, (unsigned long long)at + 1,
			    place + 1);
}

/* What is known of it beside the bytes stands in the detail, too. */
bool wire_fault(struct message *m, enum message_fault fault, size_t at, struct arena *a)
{
	struct buf b;

	m->action = MESSAGE_UNPARSED;
	m->fault = sentence(fault, at, a);
	if (!m->host)
		m->host = m->app = m->source_id = m->user = m->user_name = m->role = m->terminal =
			m->patient = m->patient_name = m->object = m->object_kind = m->session = "";
	if (!m->fault)
		return false;
	buf_init(&b, 0);
	buf_puts(&b, "{\"app\":");
	canon_string(m->app, strlen(m->app), &b);
	buf_puts(&b, ",\"fault\":");
	canon_string(m->fault, strlen(m->fault), &b);
	buf_puts(&b, ",\"host\":");
	canon_string(m->host, strlen(m->host), &b);
	buf_putc(&b, '}');
	m->detail_len = b.len;
	m->detail = buf_failed(&b) ? NULL : arena_strndup(a, b.data, b.len);
	buf_release(&b);
	return m->detail;
}
