#include "store/evidence_who.h"

#include <string.h>

#include "base/canon.h"

/* --- writing --------------------------------------------------------------------- */

static void member(struct buf *b, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_puts(b, b->data[b->len - 1] == '{' ? "\"" : ",\"");
	buf_puts(b, name);
	buf_puts(b, "\":");
	canon_string(value, strlen(value), b);
}

void event_who_write(const struct evidence_event *e, struct buf *b)
{
	buf_putc(b, '{');
	if (buf_failed(b))
		return;
	if (e->at_us > 0)
		buf_printf(b, "\"at\":%lld", (long long)e->at_us);
	if (e->no_zone)
		buf_printf(b, "%s\"no_zone\":1", e->at_us > 0 ? "," : "");
	member(b, "outcome", e->outcome);
	member(b, "patient", e->patient);
	member(b, "terminal", e->terminal);
	member(b, "user", e->user);
	buf_putc(b, '}');
}

/* --- reading --------------------------------------------------------------------- */

struct cursor {
	const char *p, *end;
	bool begun;
};

static bool take(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return false;
	c->p += len;
	return true;
}

/* The name of a member, if it comes next. */
static bool take_name(struct cursor *c, const char *name)
{
	struct cursor before = *c;

	if ((!c->begun || take(c, ",")) && take(c, "\"") && take(c, name) && take(c, "\":")) {
		c->begun = true;
		return true;
	}
	*c = before;
	return false;
}

static int hex_digit(char d)
{
	return d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : -1;
}

/* What a backslash stands for; only control characters are written with digits. */
static int take_escape(struct cursor *c)
{
	static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
	const char *at;
	int high, low;

	if (c->p == c->end)
		return -1;
	at = memchr(from, *c->p, sizeof from - 1);
	if (at) {
		c->p++;
		return to[at - from];
	}
	if (!take(c, "u00") || c->end - c->p < 2)
		return -1;
	high = hex_digit(c->p[0]);
	low = hex_digit(c->p[1]);
	c->p += 2;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool take_text(struct cursor *c, char *ret, size_t size)
{
	size_t n = 0;

	if (!take(c, "\""))
		return false;
	while (c->p < c->end && *c->p != '"') {
		int ch = (unsigned char)*c->p++;

		if (ch == '\\')
			ch = take_escape(c);
		if (ch <= 0 || n + 1 >= size)
			return false;
		ret[n++] = (char)ch;
	}
	ret[n] = '\0';
	return n > 0 && take(c, "\"");
}

static bool take_number(struct cursor *c, int64_t *ret)
{
	const char *start = c->p;

	*ret = 0;
	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < 18)
		*ret = *ret * 10 + (*c->p++ - '0');
	return c->p > start && *start != '0';
}

static bool read_all(struct cursor *c, struct event_who *ret)
{
	if (!take(c, "{"))
		return false;
	if (take_name(c, "at") && !take_number(c, &ret->at_us))
		return false;
	ret->no_zone = take_name(c, "no_zone");
	if (ret->no_zone && !take(c, "1"))
		return false;
	if (take_name(c, "outcome") && !take_text(c, ret->outcome, sizeof ret->outcome))
		return false;
	if (take_name(c, "patient") && !take_text(c, ret->patient, sizeof ret->patient))
		return false;
	if (take_name(c, "terminal") && !take_text(c, ret->terminal, sizeof ret->terminal))
		return false;
	if (take_name(c, "user") && !take_text(c, ret->user, sizeof ret->user))
		return false;
	return take(c, "}") && c->p == c->end;
}

int event_who_read(const char *bytes, size_t len, struct event_who *ret, struct err *err)
{
	struct cursor c = { bytes, bytes + len, false };

	ret->at_us = 0;
	ret->outcome[0] = ret->patient[0] = ret->terminal[0] = ret->user[0] = '\0';
	if (read_all(&c, ret))
		return 0;
	return err_set(err, ERR_CORRUPT,
		       "証跡の利用者・患者の部分が読めません。改ざん検査（daicho verify）を"
		       "してください");
}
