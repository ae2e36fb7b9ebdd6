#include "log/event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/commit.h"

const char *const event_part_name[EVENT_PARTS] = {
	[EVENT_WHO] = "who",
	[EVENT_DETAIL] = "detail",
	[EVENT_RAW] = "raw",
};

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool event_name_valid(const char *s)
{
	size_t n;

	for (n = 0; s[n] && n <= EVENT_NAME_MAX; n++)
		if (!is_name_char(s[n]))
			return false;
	return n > 0 && n <= EVENT_NAME_MAX;
}

bool event_month_valid(int month)
{
	return month / 100 >= 1868 && month / 100 <= 2999 && month % 100 >= 1 && month % 100 <= 12;
}

/* --- writing -------------------------------------------------------------------- */

static void put_hash(struct buf *b, const uint8_t hash[HASH_SIZE])
{
	char hex[HASH_HEX_SIZE];

	hex_encode(hash, HASH_SIZE, hex);
	buf_add(b, hex, 2 * HASH_SIZE);
}

static void put_number(struct buf *b, int64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_add(b, digits + at, sizeof digits - at);
}

/* Formatting by hand: printf would take longer than hashing the line. */
void event_leaf_write(const struct event_leaf *leaf, struct buf *b)
{
	buf_puts(b, "{\"at\":");
	put_number(b, leaf->at_us);
	if (leaf->clash)
		buf_puts(b, ",\"clash\":1");
	buf_puts(b, ",\"class\":\"");
	buf_add(b, leaf->class.data, leaf->class.len);
	buf_puts(b, "\",\"commit\":\"");
	put_hash(b, leaf->commit);
	buf_puts(b, "\",\"keep\":\"");
	buf_add(b, leaf->keep.data, leaf->keep.len);
	if (leaf->counter >= 0) {
		buf_puts(b, "\",\"n\":");
		put_number(b, leaf->counter);
		buf_puts(b, ",\"source\":\"");
	} else {
		buf_puts(b, "\",\"source\":\"");
	}
	buf_add(b, leaf->source.data, leaf->source.len);
	buf_puts(b, "\",\"v\":1}");
}

void event_first_write(const struct event_first *first, struct buf *b)
{
	buf_puts(b, "{\"at\":");
	put_number(b, first->at_us);
	buf_puts(b, ",\"month\":");
	put_number(b, first->month);
	buf_puts(b, ",\"origin\":");
	canon_string(first->origin, strlen(first->origin), b);
	if (first->previous_month) {
		buf_puts(b, ",\"previous\":{\"month\":");
		put_number(b, first->previous_month);
		buf_puts(b, ",\"root\":\"");
		put_hash(b, first->previous_root);
		buf_puts(b, "\",\"size\":");
		put_number(b, first->previous_size);
		buf_putc(b, '}');
	}
	buf_puts(b, ",\"v\":1}");
}

/* --- reading -------------------------------------------------------------------- */

struct cursor {
	const char *p, *end;
};

static bool take(struct cursor *c, const char *text, size_t len)
{
	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return false;
	c->p += len;
	return true;
}

#define TAKE(c, literal) take(c, literal, sizeof literal - 1)

/* A whole number without sign and leading zeros, at most INT64_MAX. */
static bool take_number(struct cursor *c, int64_t *ret)
{
	const char *start = c->p;
	uint64_t n = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < 20)
		n = n * 10 + (uint64_t)(*c->p++ - '0');
	*ret = (int64_t)n;
	/* 19 digits cannot overflow 64 bits */
	return c->p > start && c->p - start <= 19 && n <= INT64_MAX &&
	       (*start != '0' || c->p - start == 1);
}

static bool take_word(struct cursor *c, struct leaf_slice *ret)
{
	ret->data = c->p;
	while (c->p < c->end && is_name_char(*c->p))
		c->p++;
	ret->len = (size_t)(c->p - ret->data);
	return ret->len > 0 && ret->len <= EVENT_NAME_MAX;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hash(struct cursor *c, uint8_t ret[HASH_SIZE])
{
	int wrong = 0;
	size_t i;

	if (c->end - c->p < 2 * HASH_SIZE)
		return false;
	for (i = 0; i < HASH_SIZE; i++) {
		int high = hex_value(c->p[2 * i]), low = hex_value(c->p[2 * i + 1]);

		wrong |= high | low;
		ret[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
	}
	c->p += 2 * HASH_SIZE;
	return wrong >= 0;
}

static bool leaf_read_all(struct cursor *c, struct event_leaf *ret)
{
	if (!TAKE(c, "{\"at\":") || !take_number(c, &ret->at_us))
		return false;
	ret->clash = TAKE(c, ",\"clash\":1");
	if (!TAKE(c, ",\"class\":\"") || !take_word(c, &ret->class) ||
	    !TAKE(c, "\",\"commit\":\"") || !take_hash(c, ret->commit) ||
	    !TAKE(c, "\",\"keep\":\"") || !take_word(c, &ret->keep) || !TAKE(c, "\","))
		return false;
	ret->counter = -1;
	if (TAKE(c, "\"n\":") && (!take_number(c, &ret->counter) || !TAKE(c, ",")))
		return false;
	return TAKE(c, "\"source\":\"") && take_word(c, &ret->source) && TAKE(c, "\",\"v\":1}") &&
	       c->p == c->end;
}

static int malformed(struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "証跡の1件が決められた形ではありません。書き換えられたおそれがあります。"
		       "控えと比べてください");
}

int event_leaf_read(const char *bytes, size_t len, struct event_leaf *ret, struct err *err)
{
	struct cursor c = { bytes, bytes + len };

	return leaf_read_all(&c, ret) ? 0 : malformed(err);
}

static bool hash_member(const json_t *object, const char *key, uint8_t ret[HASH_SIZE])
{
	const char *hex = json_str(object, key, "");

	return strlen(hex) == 2 * HASH_SIZE && hex_decode(hex, ret, HASH_SIZE);
}

static bool first_take(const json_t *line, struct event_first *ret)
{
	const json_t *previous = json_object_get(line, "previous");
	const char *origin = json_str(line, "origin", "");
	long long month = json_int(line, "month", 0);

	memset(ret, 0, sizeof *ret);
	ret->at_us = json_int(line, "at", -1);
	if (month < 0 || month > 999999 || !event_month_valid((int)month) || ret->at_us < 0 ||
	    strlen(origin) >= sizeof ret->origin)
		return false;
	ret->month = (int)month;
	memcpy(ret->origin, origin, strlen(origin) + 1);
	if (!previous)
		return true;
	month = json_int(previous, "month", 0);
	ret->previous_month = month > 0 && month <= 999999 ? (int)month : 0;
	ret->previous_size = json_int(previous, "size", 0);
	return event_month_valid(ret->previous_month) && ret->previous_month < ret->month &&
	       ret->previous_size > 0 && hash_member(previous, "root", ret->previous_root);
}

/* One a month: read in any spelling, then compared with the only right one. */
int event_first_read(const char *bytes, size_t len, struct event_first *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf again;
	json_t *line = NULL;
	bool good = json_read(bytes, len, &line, NULL) == 0 && first_take(line, ret);

	buf_init(&again, 0);
	json_decref(line);
	if (!good)
		return malformed(err);
	event_first_write(ret, &again);
	if (buf_failed(&again))
		return err_nomem(err);
	return again.len == len && memcmp(again.data, bytes, len) == 0 ? 0 : malformed(err);
}

/* --- commitments ------------------------------------------------------------------ */

void event_salt(const uint8_t key[HASH_SIZE], int64_t seq, enum event_part part,
		uint8_t ret[HASH_SIZE])
{
	uint8_t number[8];
	struct hash_part parts[3] = { { key, HASH_SIZE },
				      { number, sizeof number },
				      { event_part_name[part], strlen(event_part_name[part]) } };
	int i;

	for (i = 0; i < 8; i++)
		number[i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
	hash_parts(parts, 3, ret);
}

void event_part_commit(const uint8_t key[HASH_SIZE], int64_t seq, enum event_part part,
		       const void *data, size_t len, uint8_t ret[HASH_SIZE])
{
	uint8_t salt[COMMIT_SALT_SIZE];

	if (len == 0) {
		memset(ret, 0, HASH_SIZE);
		return;
	}
	event_salt(key, seq, part, salt);
	commit_make(salt, event_part_name[part], data, len, ret);
}

void event_commit(const uint8_t parts[EVENT_PARTS][HASH_SIZE], uint8_t ret[HASH_SIZE])
{
	static const uint8_t prefix = 4;
	struct hash_part all[2] = { { &prefix, 1 }, { parts, (size_t)EVENT_PARTS * HASH_SIZE } };

	hash_parts(all, 2, ret);
}
