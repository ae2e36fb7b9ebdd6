#include "web/fields.h"

#include <string.h>

#include "base/fold.h"

void fields_init(struct fields *f, struct arena *arena, size_t count_max, size_t value_max)
{
	memset(f, 0, sizeof *f);
	f->arena = arena;
	f->count_max = count_max;
	f->value_max = value_max;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

long percent_decode(const char *s, size_t len, bool plus, char *ret)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = len - i > 2 ? hex_value(s[i + 1]) : -1;
			int low = len - i > 2 ? hex_value(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		ret[n++] = c;
	}
	ret[n] = '\0';
	return (long)n;
}

/* The first slot of a name (FNV-1a). */
static size_t slot_of(const struct fields *f, const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619U;
	return h & (2 * f->alloc - 1);
}

/* Puts item number i into the next free slot, so that items of one name are found
 * in the order they came. Half of the slots stay free. */
static void slot_fill(struct fields *f, size_t i)
{
	size_t at = slot_of(f, f->items[i].name);

	while (f->slots[at])
		at = (at + 1) & (2 * f->alloc - 1);
	f->slots[at] = (uint32_t)i + 1;
}

static int fields_grow(struct fields *f, struct err *err)
{
	size_t alloc = f->alloc ? f->alloc * 2 : 16, i;
	struct field *items;

	if (f->count < f->alloc)
		return 0;
	items = arena_calloc(f->arena, alloc, sizeof *items);
	f->slots = arena_calloc(f->arena, 2 * alloc, sizeof *f->slots);
	if (!items || !f->slots)
		return err_nomem(err);
	if (f->count)
		memcpy(items, f->items, f->count * sizeof *items);
	f->items = items;
	f->alloc = alloc;
	for (i = 0; i < f->count; i++)
		slot_fill(f, i);
	return 0;
}

/* As fields_add, of text that already lies in the arena. */
static int add_kept(struct fields *f, const char *name, size_t name_len, const char *value,
		    size_t value_len, struct err *err)
{
	int r;

	if (f->count >= f->count_max)
		return err_set(err, ERR_LIMIT,
			       "項目の数が多すぎます（最大%zu件）。"
			       "分けて送ってください",
			       f->count_max);
	if (!utf8_valid(name, name_len, NULL) || !utf8_valid(value, value_len, NULL))
		return err_set(err, ERR_INVALID,
			       "送られた文字が正しくありません（UTF-8ではない文字があります）。"
			       "画面を開き直して、もう一度入力してください");
	if (name_len > FIELD_NAME_MAX || value_len > f->value_max)
		return err_field(err, ERR_LIMIT, name,
				 "入力が長すぎます（1つの欄に%zuバイトまで）。"
				 "短くするか、ファイルとして添付してください",
				 f->value_max);
	r = fields_grow(f, err);
	if (r < 0)
		return r;
	f->items[f->count] = (struct field){ name, value };
	slot_fill(f, f->count++);
	return 0;
}

int fields_add(struct fields *f, const char *name, size_t name_len, const char *value,
	       size_t value_len, struct err *err)
{
	const char *kept_name = arena_strndup(f->arena, name, name_len);
	const char *kept_value = arena_strndup(f->arena, value, value_len);

	if (!kept_name || !kept_value)
		return err_nomem(err);
	return add_kept(f, kept_name, name_len, kept_value, value_len, err);
}

static int add_encoded(struct fields *f, const char *pair, size_t len, struct err *err)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_raw = equals ? (size_t)(equals - pair) : len;
	size_t value_raw = equals ? len - name_raw - 1 : 0;
	char *text;
	long name_len, value_len;

	/* Decoding only shrinks, so three times the limits is the most that may
	 * decode to something allowed; saves memory for hostile bodies. */
	if (name_raw > 3 * FIELD_NAME_MAX || value_raw / 3 > f->value_max)
		return err_set(err, ERR_LIMIT,
			       "入力が長すぎます（1つの欄に%zuバイトまで）。"
			       "短くするか、ファイルとして添付してください",
			       f->value_max);
	text = arena_alloc(f->arena, len + 2);
	if (!text)
		return err_nomem(err);
	name_len = percent_decode(pair, name_raw, true, text);
	value_len = name_len < 0 ? -1
				 : percent_decode(equals ? equals + 1 : "", value_raw, true,
						  text + name_len + 1);
	if (name_len < 0 || value_len < 0)
		return err_set(err, ERR_INVALID,
			       "アドレスまたは入力の符号（%%）が正しくありません。"
			       "画面を開き直して、もう一度操作してください");
	return add_kept(f, text, (size_t)name_len, text + name_len + 1, (size_t)value_len, err);
}

int fields_urlencoded(struct fields *f, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;

	while (text < end) {
		const char *amp = memchr(text, '&', (size_t)(end - text));
		const char *stop = amp ? amp : end;

		if (stop > text) {
			int r = add_encoded(f, text, (size_t)(stop - text), err);

			if (r < 0)
				return r;
		}
		text = amp ? amp + 1 : end;
	}
	return 0;
}

/* Cookie octets of RFC 6265: visible ASCII without quote, comma, semicolon and
 * backslash. */
static bool cookie_text(const char *s, size_t len, bool is_name)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= 0x20 || c >= 0x7F || strchr("\",;\\", c) || (is_name && c == '='))
			return false;
	}
	return len > 0 || !is_name;
}

int fields_cookie(struct fields *f, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;

	while (text < end) {
		const char *semi = memchr(text, ';', (size_t)(end - text));
		const char *stop = semi ? semi : end;
		const char *equals;

		while (text < stop && *text == ' ')
			text++;
		equals = memchr(text, '=', (size_t)(stop - text));
		if (equals && equals - text <= FIELD_NAME_MAX &&
		    (size_t)(stop - equals - 1) <= f->value_max &&
		    cookie_text(text, (size_t)(equals - text), true) &&
		    cookie_text(equals + 1, (size_t)(stop - equals - 1), false)) {
			int r = fields_add(f, text, (size_t)(equals - text), equals + 1,
					   (size_t)(stop - equals - 1), err);

			if (r < 0)
				return r;
		}
		text = semi ? semi + 1 : end;
	}
	return 0;
}

const char *fields_nth(const struct fields *f, const char *name, size_t n)
{
	size_t at, mask = 2 * f->alloc - 1;

	if (!f->count)
		return NULL;
	for (at = slot_of(f, name); f->slots[at]; at = (at + 1) & mask) {
		const struct field *item = &f->items[f->slots[at] - 1];

		if (!strcmp(item->name, name) && n-- == 0)
			return item->value;
	}
	return NULL;
}

static bool name_allowed(const char *name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (len && names[i][len - 1] == '*' ? !strncmp(name, names[i], len - 1)
						    : !strcmp(name, names[i]))
			return true;
	}
	return false;
}

int fields_only(const struct fields *f, const char *const *names, size_t count, struct err *err)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (!name_allowed(f->items[i].name, names, count))
			return err_field(err, ERR_INVALID, f->items[i].name,
					 "この画面にない項目が送られました。"
					 "画面を開き直して、もう一度操作してください");
	return 0;
}
