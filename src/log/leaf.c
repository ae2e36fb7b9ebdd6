#include "log/leaf.h"

#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"

/* ---- writing ---- */

static void put_name(struct buf *b, size_t start, const char *name)
{
	buf_printf(b, "%s\"%s\":", b->len == start + 1 ? "" : ",", name);
}

static void put_string(struct buf *b, size_t start, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	put_name(b, start, name);
	canon_string(value, strlen(value), b);
}

static void put_number(struct buf *b, size_t start, const char *name, int64_t value)
{
	put_name(b, start, name);
	buf_printf(b, "%lld", (long long)value);
}

/* Classes in byte order, whatever order they were given in. */
static void put_parts(struct buf *b, size_t start, const struct leaf *leaf)
{
	const struct leaf_part *order[LEAF_PART_MAX];
	char hex[HASH_HEX_SIZE];
	size_t i, k;

	if (leaf->part_count == 0)
		return;
	for (i = 0; i < leaf->part_count; i++) {
		for (k = i; k > 0 && strcmp(order[k - 1]->class, leaf->part[i].class) > 0; k--)
			order[k] = order[k - 1];
		order[k] = &leaf->part[i];
	}
	put_name(b, start, "parts");
	for (i = 0; i < leaf->part_count; i++) {
		buf_putc(b, i ? ',' : '{');
		canon_string(order[i]->class, strlen(order[i]->class), b);
		hex_encode(order[i]->commitment, HASH_SIZE, hex);
		buf_printf(b, ":\"%s\"", hex);
	}
	buf_putc(b, '}');
}

int leaf_write(const struct leaf *leaf, struct buf *b, struct err *err)
{
	size_t start = b->len;
	struct leaf_view view;
	int r;

	if (leaf->part_count > LEAF_PART_MAX)
		return err_set(err, ERR_LIMIT, "1件の区分は%d個までです", LEAF_PART_MAX);
	buf_putc(b, '{');
	put_string(b, start, "actor", leaf->actor);
	put_number(b, start, "at", leaf->at_us);
	put_string(b, start, "behalf", leaf->behalf);
	put_string(b, start, "entry", leaf->entry);
	put_string(b, start, "key", leaf->key);
	put_string(b, start, "kind", leaf->kind);
	put_string(b, start, "ledger", leaf->ledger);
	put_string(b, start, "op", leaf->op);
	put_string(b, start, "origin", leaf->origin);
	put_parts(b, start, leaf);
	if (leaf->rev != 0)
		put_number(b, start, "rev", leaf->rev);
	put_string(b, start, "sig", leaf->sig);
	put_number(b, start, "v", 1);
	buf_putc(b, '}');
	if (buf_failed(b))
		return err_nomem(err);
	/* One set of rules for both directions: what cannot be read is not written. */
	r = leaf_scan(b->data + start, b->len - start, &view, err);
	if (r < 0) {
		b->len = start;
		b->data[start] = '\0';
	}
	return r;
}

/* ---- reading ---- */

static char unescape_one(const char **p)
{
	static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
	const char *short_form = strchr(from, (*p)[1]);
	int low;

	if (short_form) {
		*p += 2;
		return to[short_form - from];
	}
	low = (*p)[5] <= '9' ? (*p)[5] - '0' : (*p)[5] - 'a' + 10;
	low += ((*p)[4] - '0') * 16;
	*p += 6;
	return (char)low;
}

/* The slice has passed leaf_scan. NULL for a missing one or without memory. */
static const char *text_of(const struct leaf_slice *s, struct arena *a)
{
	const char *p = s->data, *end;
	char *text, *out;

	if (!p)
		return NULL;
	end = p + s->len;
	text = out = arena_alloc(a, s->len + 1);
	while (text && p < end)
		*out++ = *p == '\\' ? unescape_one(&p) : *p++;
	return text;
}

static void parts_of(const struct leaf_view *v, struct arena *a, struct leaf *ret)
{
	char hex[HASH_HEX_SIZE];
	size_t i;

	ret->part_count = v->part_count;
	for (i = 0; i < v->part_count; i++) {
		ret->part[i].class = text_of(&v->part[i].class, a);
		memcpy(hex, v->part[i].hex, sizeof hex - 1);
		hex[sizeof hex - 1] = '\0';
		hex_decode(hex, ret->part[i].commitment, HASH_SIZE);
	}
}

int leaf_read(const char *bytes, size_t len, struct arena *a, struct leaf *ret, struct err *err)
{
	struct leaf_view v;
	int r = leaf_scan(bytes, len, &v, err);

	memset(ret, 0, sizeof *ret);
	if (r < 0)
		return r;
	ret->actor = text_of(&v.actor, a);
	ret->behalf = text_of(&v.behalf, a);
	ret->entry = text_of(&v.entry, a);
	ret->key = text_of(&v.key, a);
	ret->kind = text_of(&v.kind, a);
	ret->ledger = text_of(&v.ledger, a);
	ret->op = text_of(&v.op, a);
	ret->origin = text_of(&v.origin, a);
	ret->sig = text_of(&v.sig, a);
	ret->rev = v.rev;
	ret->at_us = v.at_us;
	parts_of(&v, a, ret);
	return arena_failed(a) ? err_nomem(err) : 0;
}

/* ---- rotation ---- */

/* The text that hands over; its first line keeps it apart from every checkpoint
 * that the same key signs, whose second line is a number. */
static int rotation_text(const char *vkey, int64_t at_us, char ret[NOTE_VKEY_SIZE + 64])
{
	return snprintf(ret, NOTE_VKEY_SIZE + 64, "daicho key rotation v1\n%s\n%lld\n", vkey,
			(long long)at_us);
}

int leaf_rotate(const struct note_key *old, const struct note_key *next, int64_t at_us,
		struct arena *a, struct leaf *ret, struct err *err)
{
	char vkey[NOTE_VKEY_SIZE], text[NOTE_VKEY_SIZE + 64], sig[96];
	uint8_t signature[NOTE_SIGNATURE_SIZE];
	int n;

	memset(ret, 0, sizeof *ret);
	if (strcmp(old->name, next->name) != 0 || note_key_same(old, next))
		return err_set(err, ERR_INVALID,
			       "次の署名鍵は、同じログ名で作った新しい鍵でなければなりません");
	note_vkey_write(next, vkey);
	n = rotation_text(vkey, at_us, text);
	note_sign_bytes(old, text, (size_t)n, signature);
	base64_encode(signature, sizeof signature, sig);
	ret->kind = LEAF_KIND_KEY;
	ret->at_us = at_us;
	ret->key = arena_strdup(a, vkey);
	ret->sig = arena_strdup(a, sig);
	return arena_failed(a) ? err_nomem(err) : 0;
}

bool leaf_rotation_valid(const struct note_key *old, const char *vkey, int64_t at_us,
			 const char *sig, size_t sig_len)
{
	char text[NOTE_VKEY_SIZE + 64];
	uint8_t signature[NOTE_SIGNATURE_SIZE];
	int n = rotation_text(vkey, at_us, text);

	return n > 0 && n < (int)sizeof text &&
	       base64_decode(sig, sig_len, signature, sizeof signature) == NOTE_SIGNATURE_SIZE &&
	       note_check_bytes(old, text, (size_t)n, signature);
}
