/* Windows events as XML: what wevtutil and the viewer export, in UTF-8 or UTF-16LE. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "message/moment.h"
#include "message/read.h"
#include "message/windows.h"

#define BY_STATUS (-2)
#define BY_MASK (-3)

struct event_row {
	const char *provider;
	int id, action, outcome;
	char who;
};

static const struct event_row *row_of(const char *provider, long id)
{
	static const struct event_row rows[] = {
#define MESSAGE_BY_STATUS BY_STATUS
#define MESSAGE_BY_MASK BY_MASK
#define EVENT(provider, id, action, outcome, who) \
	{ provider, id, MESSAGE_##action, MESSAGE_##outcome, who },
#include "message/windows.def"
#undef EVENT
#undef MESSAGE_BY_STATUS
#undef MESSAGE_BY_MASK
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].id == id &&
		    (*rows[i].provider ? strcmp(rows[i].provider, provider) == 0
				       : !*provider || strstr(provider, "Security-Auditing") ||
						 strstr(provider, "Eventlog")))
			return &rows[i];
	return NULL;
}

/* FILE_WRITE_DATA, FILE_APPEND_DATA; DELETE. */
static enum message_action of_mask(const char *mask)
{
	unsigned long v = strtoul(mask, NULL, 0);

	return v & 0x10000 ? MESSAGE_DELETE : v & 0x6 ? MESSAGE_CHANGE : MESSAGE_VIEW;
}

static bool is(const char *s, const char *one)
{
	return strcmp(s, one) == 0;
}

const char *windows_address(const char *s)
{
	if (strncmp(s, "::ffff:", 7) == 0)
		s += 7;
	return is(s, "-") || is(s, "::1") || is(s, "127.0.0.1") || is(s, "LOCAL") ? "" : s;
}

static const char *dash(const char *s)
{
	return is(s, "-") ? "" : s;
}

static void take_who(struct shape *s, const struct event_row *row, windows_value *get, void *arg)
{
	bool target = row->who == 'T';
	const char *place = windows_address(get(arg, "IpAddress"));

	shape_put(s, TEXT_USER, dash(get(arg, target ? "TargetUserName" : "SubjectUserName")));
	if (!s->text[TEXT_USER][0] && row->id >= 4778 && row->id <= 4779)
		shape_put(s, TEXT_USER, dash(get(arg, "AccountName")));
	shape_put(s, TEXT_SESSION, get(arg, target ? "TargetLogonId" : "SubjectLogonId"));
	if (!*place)
		place = windows_address(get(arg, "ClientAddress"));
	if (!*place)
		place = dash(get(arg, "WorkstationName"));
	if (!*place)
		place = dash(get(arg, "Workstation"));
	shape_put(s, TEXT_TERMINAL, *place ? place : s->text[TEXT_HOST]);
}

static void take_object(struct shape *s, const struct event_row *row, windows_value *get, void *arg)
{
	const char *name = dash(get(arg, "ObjectName"));

	if (!*name)
		name = dash(get(arg, "ShareName"));
	if (*name) {
		shape_put(s, TEXT_OBJECT, name);
		shape_put(s, TEXT_OBJECT_KIND, get(arg, "ObjectType"));
	} else if (row->action == MESSAGE_SETTING && row->who == 'S') {
		shape_put(s, TEXT_OBJECT, dash(get(arg, "TargetUserName")));
		shape_put(s, TEXT_OBJECT_KIND, s->text[TEXT_OBJECT][0] ? "account" : "");
	}
}

void windows_meaning(struct shape *s, long id, const char *provider, bool refused,
		     windows_value *get, void *arg)
{
	const struct event_row *row = row_of(provider, id);
	const char *status = get(arg, "Status");

	if (!row)
		return;
	s->action = row->action == BY_MASK ? of_mask(get(arg, "AccessMask"))
					   : (enum message_action)row->action;
	s->outcome = row->outcome != BY_STATUS	     ? (enum message_outcome)row->outcome
		     : strtoul(status, NULL, 0) == 0 ? MESSAGE_OK
						     : MESSAGE_DENIED;
	if (refused) {
		s->outcome = MESSAGE_DENIED;
		if (id == 4656 || id == 4663 || id == 5140 || id == 5145)
			s->action = MESSAGE_REFUSED;
	}
	if (row->who != 'N')
		take_who(s, row, get, arg);
	take_object(s, row, get, arg);
	if (s->action == MESSAGE_PRINT) {
		/* PrintService tells document, user, client and printer by number. */
		shape_put(s, TEXT_OBJECT, get(arg, "Param2"));
		shape_put(s, TEXT_USER, get(arg, "Param3"));
		shape_put(s, TEXT_TERMINAL, get(arg, "Param4"));
	}
}

/* EventData: <Data Name="x">; UserData: <Any><x>. */
static const char *value_of(void *arg, const char *name)
{
	const struct part *event = arg, *data, *user = part_get(event, "UserData");

	for (data = part_get(part_get(event, "EventData"), "Data"); data; data = part_again(data))
		if (is(part_str(data, "@Name"), name))
			return part_own(data);
	for (data = user ? user->first : NULL; data; data = data->next)
		if (data->kind == PART_ELEMENT && part_get(data, name))
			return part_str(data, name);
	return "";
}

void windows_fill(struct reading *r, struct shape *s, struct part *root)
{
	const struct part *system = part_get(root, "System");
	const char *number = part_str(system, "EventRecordID"), *provider;

	(void)r;
	if (!system) {
		s->fault = MESSAGE_FAULT_ROOT;
		return;
	}
	provider = part_str(part_get(system, "Provider"), "@Name");
	shape_put(s, TEXT_HOST, part_str(system, "Computer"));
	shape_put(s, TEXT_APP, provider);
	shape_put(s, TEXT_SOURCE, part_str(system, "Channel"));
	moment_set(s, part_str(part_get(system, "TimeCreated"), "@SystemTime"));
	s->counter = shape_number(number, 10);
	/* Keywords: the bit of a failed audit. */
	windows_meaning(s, shape_number(part_str(system, "EventID"), 10), provider,
			strtoull(part_str(system, "Keywords"), NULL, 16) & 0x10000000000000U,
			value_of, root);
	read_keep(s, "Event", root);
}

struct text {
	const char *bytes;
	size_t len;
	bool wide;	  /* was UTF-16LE */
	size_t at, place; /* the place in the input of the byte at `at` */
};

/* The place in the input of a byte of the text; called with growing `at`. */
static size_t place(struct text *t, size_t at)
{
	if (!t->wide)
		return t->place + at;
	for (; t->at < at; t->at++) {
		unsigned char c = (unsigned char)t->bytes[t->at];

		if (c >= 0xF0)
			t->place += 4;
		else if ((c & 0xC0) != 0x80)
			t->place += 2;
	}
	return t->place;
}

/* UTF-16LE to UTF-8. False for a half of a pair. */
static bool narrow(const unsigned char *in, size_t len, struct buf *b)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = in[i] | (uint32_t)in[i + 1] << 8;

		if (c >= 0xD800 && c < 0xDC00 && i + 3 < len) {
			uint32_t low = in[i + 2] | (uint32_t)in[i + 3] << 8;

			if (low < 0xDC00 || low >= 0xE000)
				return false;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			i += 2;
		}
		if (c == 0 || (c >= 0xD800 && c < 0xE000))
			return false;
		utf8_append(b, c);
	}
	return !buf_failed(b) && len % 2 == 0;
}

static bool open_text(struct reading *r, const char *bytes, size_t len, struct text *t, size_t *bad)
{
	struct buf b;
	bool ok;

	*t = (struct text){ .bytes = bytes, .len = len };
	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		*t = (struct text){ .bytes = bytes + 3, .len = len - 3, .place = 3 };
	if (len < 2 || !(memcmp(bytes, "\xFF\xFE", 2) == 0 || (bytes[0] && !bytes[1]))) {
		if (utf8_valid(t->bytes, t->len, bad))
			return true;
		*bad += t->place;
	}
	buf_init(&b, MESSAGE_INPUT_MAX * 2);
	t->wide = len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || (bytes[0] && !bytes[1]));
	t->place = t->wide && (unsigned char)bytes[0] == 0xFF ? 2 : 0;
	if (t->wide)
		*bad = t->place;
	ok = t->wide && narrow((const unsigned char *)bytes + t->place, len - t->place, &b);
	t->len = b.len;
	t->bytes = ok ? arena_strndup(&r->arena, b.data ? b.data : "", b.len) : NULL;
	buf_release(&b);
	return t->bytes;
}

static const char *event_start(const char *s, const char *end)
{
	while ((s = memmem(s, (size_t)(end - s), "<Event", 6))) {
		if (s + 6 < end && s[6] && strchr(" \t\r\n>/", s[6]))
			return s;
		s += 6;
	}
	return NULL;
}

static bool begins(const char *s, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - s) >= n && memcmp(s, word, n) == 0;
}

/* Between events only spaces, the declaration and the tags around them may stand. */
static bool harmless(const char *s, const char *end)
{
	while (s < end) {
		const char *close;

		if (*s && strchr(" \t\r\n", *s)) {
			s++;
			continue;
		}
		close = memchr(s, '>', (size_t)(end - s));
		if (!close || !(begins(s, end, "<?xml") || begins(s, end, "<Events") ||
				begins(s, end, "</Events")))
			return false;
		s = close + 1;
	}
	return true;
}

static void gap(struct reading *r, struct shape *s, struct text *t, const char *from,
		const char *to)
{
	size_t at;

	if (harmless(from, to))
		return;
	at = place(t, (size_t)(from - t->bytes));
	shape_begin(s, r, "windows", at, place(t, (size_t)(to - t->bytes)));
	shape_fault(s, r, MESSAGE_FAULT_GAP, at);
}

void read_windows(struct reading *r, struct shape *s, const char *bytes, size_t len)
{
	const char *at, *end, *start;
	struct text t;
	size_t bad = 0;

	if (!open_text(r, bytes, len, &t, &bad)) {
		shape_fault(s, r, MESSAGE_FAULT_ENCODING, bad);
		return;
	}
	end = t.bytes + t.len;
	for (at = t.bytes; (start = event_start(at, end));) {
		const char *close = memmem(start, (size_t)(end - start), "</Event>", 8);
		size_t from;

		gap(r, s, &t, at, start);
		at = close ? close + 8 : end;
		from = place(&t, (size_t)(start - t.bytes));
		shape_begin(s, r, "windows", from, place(&t, (size_t)(at - t.bytes)));
		if (r->count >= MESSAGE_EACH_MAX - 2) {
			s->to = len;
			shape_fault(s, r, MESSAGE_FAULT_MANY, from);
			return;
		}
		if ((size_t)(at - start) > MESSAGE_BYTES_MAX)
			shape_fault(s, r, MESSAGE_FAULT_LARGE, from);
		else
			read_xml(r, s, start, (size_t)(at - start), from);
	}
	gap(r, s, &t, at, end);
	if (!r->count)
		shape_fault(s, r, MESSAGE_FAULT_ROOT, 0);
}
