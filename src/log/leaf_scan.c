/*
 * The strict reader of leaves. Canonical JSON has one spelling only, so the
 * grammar is followed byte by byte: what passes here is what leaf_write makes.
 */
#include "log/leaf.h"

#include <endian.h>
#include <string.h>

#include "base/fold.h"

struct cursor {
	const char *p, *end;
	const char *wrong; /* why it stopped */
};

static bool fail(struct cursor *c, const char *why)
{
	c->wrong = why;
	return false;
}

static bool take(struct cursor *c, char ch)
{
	if (c->p == c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

/* Flags, in the high bit of each byte, quotes, backslashes, control characters and
 * all outside ASCII. Flags above the lowest one may be wrong. Strings are most of
 * a leaf, so this is the hot spot of verify. */
static uint64_t special_bytes(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t quote = w ^ ones * '"', back = w ^ ones * '\\';

	return (w | (w - ones * 0x20) | ((quote - ones) & ~quote) | ((back - ones) & ~back)) & high;
}

/* Moves over plain characters, eight at a time as long as there are eight. */
static void skip_plain(struct cursor *c)
{
	uint64_t w, special;

	while (c->end - c->p >= 8) {
		memcpy(&w, c->p, sizeof w);
		special = special_bytes(le64toh(w));
		if (special) {
			c->p += __builtin_ctzll(special) / 8;
			return;
		}
		c->p += 8;
	}
	while (c->p < c->end && (unsigned char)*c->p >= 0x20 && (unsigned char)*c->p < 0x80 &&
	       *c->p != '"' && *c->p != '\\')
		c->p++;
}

/* The one spelling RFC 8785 gives to each character that must be escaped. */
static bool take_escape(struct cursor *c)
{
	unsigned value;

	if (c->end - c->p >= 2 && memchr("\"\\bfnrt", c->p[1], 7)) {
		c->p += 2;
		return true;
	}
	if (c->end - c->p < 6 || memcmp(c->p, "\\u00", 4) != 0 || (c->p[4] | 1) != '1')
		return fail(c, "文字の書き方");
	if (c->p[5] >= '0' && c->p[5] <= '9')
		value = (unsigned)(c->p[5] - '0');
	else if (c->p[5] >= 'a' && c->p[5] <= 'f')
		value = (unsigned)(c->p[5] - 'a' + 10);
	else
		return fail(c, "文字の書き方");
	value += (unsigned)(c->p[4] - '0') * 16;
	/* NUL cannot be a part of our strings; the others have a short form. */
	if (value == 0 || (value >= 8 && value <= 13 && value != 11))
		return fail(c, "文字の書き方");
	c->p += 6;
	return true;
}

static bool take_string(struct cursor *c, struct leaf_slice *ret)
{
	bool ascii = true;

	if (!take(c, '"'))
		return fail(c, "文字列がない");
	ret->data = c->p;
	for (;;) {
		skip_plain(c);
		if (c->p == c->end)
			return fail(c, "文字列が閉じていない");
		if (*c->p == '"')
			break;
		if (*c->p == '\\') {
			if (!take_escape(c))
				return false;
			continue;
		}
		if ((unsigned char)*c->p < 0x20)
			return fail(c, "制御文字");
		ascii = false;
		c->p++;
	}
	ret->len = (size_t)(c->p++ - ret->data);
	if (ret->len == 0)
		return fail(c, "空の項目");
	if (!ascii && !utf8_valid(ret->data, ret->len, NULL))
		return fail(c, "UTF-8でない文字");
	return true;
}

/* A whole number without sign and leading zeros, at most INT64_MAX. */
static bool take_number(struct cursor *c, int64_t *ret)
{
	const char *start = c->p;
	uint64_t n = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < 20)
		n = n * 10 + (uint64_t)(*c->p++ - '0');
	if (c->p == start || c->p - start > 19 || (*start == '0' && c->p - start > 1) ||
	    n > INT64_MAX) /* 19 digits cannot overflow 64 bits */
		return fail(c, "数");
	*ret = (int64_t)n;
	return true;
}

static bool take_class(struct cursor *c, struct leaf_slice *ret)
{
	const char *start;

	if (!take(c, '"'))
		return fail(c, "区分の名前");
	for (start = c->p; c->p < c->end; c->p++)
		if (!((*c->p >= 'a' && *c->p <= 'z') || (*c->p >= '0' && *c->p <= '9') ||
		      *c->p == '_'))
			break;
	ret->data = start;
	ret->len = (size_t)(c->p - start);
	if (ret->len == 0 || ret->len > LEAF_CLASS_MAX || !take(c, '"') || !take(c, ':'))
		return fail(c, "区分の名前");
	return true;
}

static bool take_hex(struct cursor *c, const char **ret)
{
	unsigned i, wrong = 0;

	if (c->end - c->p < 2 * HASH_SIZE + 2 || *c->p != '"' || c->p[2 * HASH_SIZE + 1] != '"')
		return fail(c, "区分のハッシュ");
	*ret = ++c->p;
	/* Without branches, so that the compiler does many digits at once. */
	for (i = 0; i < 2 * HASH_SIZE; i++)
		wrong |= (unsigned)((uint8_t)(c->p[i] - '0') > 9) &
			 (unsigned)((uint8_t)(c->p[i] - 'a') > 5);
	if (wrong)
		return fail(c, "区分のハッシュ");
	c->p += 2 * HASH_SIZE + 1;
	return true;
}

static int slice_compare(const struct leaf_slice *a, const struct leaf_slice *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int r = memcmp(a->data, b->data, n);

	return r ? r : (a->len > b->len) - (a->len < b->len);
}

static bool take_parts(struct cursor *c, struct leaf_view *ret)
{
	size_t n = 0;

	if (!take(c, '{'))
		return fail(c, "区分の並び");
	do {
		if (n == LEAF_PART_MAX)
			return fail(c, "区分が多すぎる");
		if (!take_class(c, &ret->part[n].class) || !take_hex(c, &ret->part[n].hex))
			return false;
		if (n > 0 && slice_compare(&ret->part[n - 1].class, &ret->part[n].class) >= 0)
			return fail(c, "区分の順番");
		n++;
	} while (take(c, ','));
	ret->part_count = n;
	return take(c, '}') || fail(c, "区分の終わり");
}

/* ---- members ---- */

enum member {
	ACTOR,
	AT,
	BEHALF,
	ENTRY,
	KEY,
	KIND,
	LEDGER,
	OP,
	ORIGIN,
	PARTS,
	REV,
	SIG,
	V,
	MEMBERS
};

static const struct {
	const char *text;
	size_t len;
} names[MEMBERS] = {
#define NAME(m, s) [m] = { "\"" s "\":", sizeof s + 2 }
	NAME(ACTOR, "actor"),	NAME(AT, "at"),	      NAME(BEHALF, "behalf"), NAME(ENTRY, "entry"),
	NAME(KEY, "key"),	NAME(KIND, "kind"),   NAME(LEDGER, "ledger"), NAME(OP, "op"),
	NAME(ORIGIN, "origin"), NAME(PARTS, "parts"), NAME(REV, "rev"),	      NAME(SIG, "sig"),
	NAME(V, "v"),
#undef NAME
};

static bool take_value(struct cursor *c, enum member m, struct leaf_view *ret)
{
	int64_t version;

	switch (m) {
	case ACTOR: return take_string(c, &ret->actor);
	case AT: return take_number(c, &ret->at_us);
	case BEHALF: return take_string(c, &ret->behalf);
	case ENTRY: return take_string(c, &ret->entry);
	case KEY: return take_string(c, &ret->key);
	case KIND: return take_string(c, &ret->kind);
	case LEDGER: return take_string(c, &ret->ledger);
	case OP: return take_string(c, &ret->op);
	case ORIGIN: return take_string(c, &ret->origin);
	case PARTS: return take_parts(c, ret);
	case REV: return take_number(c, &ret->rev) && (ret->rev > 0 || fail(c, "版の番号"));
	case SIG: return take_string(c, &ret->sig);
	case V: return take_number(c, &version) && (version == 1 || fail(c, "形式の版"));
	default: return fail(c, "項目");
	}
}

/* Members stand in the order of `names`, so one walk over both is enough. */
static bool take_members(struct cursor *c, struct leaf_view *ret)
{
	unsigned seen = 0;
	int m;

	for (m = 0; m < MEMBERS; m++) {
		size_t comma = seen != 0;

		if ((size_t)(c->end - c->p) < names[m].len + comma || (comma && *c->p != ',') ||
		    c->p[comma + 1] != names[m].text[1] ||
		    memcmp(c->p + comma, names[m].text, names[m].len) != 0)
			continue;
		c->p += comma + names[m].len;
		if (!take_value(c, (enum member)m, ret))
			return false;
		seen |= 1u << m;
	}
	if (!(seen & 1u << AT) || !(seen & 1u << KIND) || !(seen & 1u << V))
		return fail(c, "必要な項目がないか、知らない項目か、順番違い");
	return true;
}

static bool slice_is(const struct leaf_slice *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}

/* origin, key and sig belong to the log's own kinds and to no other. */
static bool kind_fits(const struct leaf_view *v)
{
	bool open = slice_is(&v->kind, LEAF_KIND_OPEN), key = slice_is(&v->kind, LEAF_KIND_KEY);

	return (v->origin.data != NULL) == open && (v->key.data != NULL) == (open || key) &&
	       (v->sig.data != NULL) == key;
}

int leaf_scan(const char *bytes, size_t len, struct leaf_view *ret, struct err *err)
{
	struct cursor c = { bytes, bytes + len, NULL };

	memset(ret, 0, offsetof(struct leaf_view, part));
	if (len > LEAF_SIZE_MAX)
		return err_set(
			err, ERR_LIMIT,
			"ログの1件が大きすぎます（%zuバイト。%dバイトまで）。内容を分けてください",
			len, LEAF_SIZE_MAX);
	if (!take(&c, '{'))
		fail(&c, "書き出し");
	else if (take_members(&c, ret) && (!take(&c, '}') || c.p != c.end))
		fail(&c, "知らない項目、順番違い、または余分な文字");
	else if (!c.wrong && !kind_fits(ret))
		fail(&c, "種類に合わない項目");
	if (!c.wrong)
		return 0;
	return err_set(
		err, ERR_INVALID,
		"ログの1件が決められた形ではありません（%zuバイト目付近: %s）。書き換えられた"
		"おそれがあります。控えと比べてください",
		(size_t)(c.p - bytes) + 1, c.wrong);
}
