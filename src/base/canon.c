#include "base/canon.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define TEXT_MAX ((size_t)64 * 1024 * 1024)

void canon_string(const char *s, size_t len, struct buf *b)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, start = 0;

	buf_putc(b, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *escape = NULL;
		char code[7] = "\\u00";

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		switch (c) {
		case '"': escape = "\\\""; break;
		case '\\': escape = "\\\\"; break;
		case '\b': escape = "\\b"; break;
		case '\f': escape = "\\f"; break;
		case '\n': escape = "\\n"; break;
		case '\r': escape = "\\r"; break;
		case '\t': escape = "\\t"; break;
		default:
			code[4] = hex[c >> 4];
			code[5] = hex[c & 15];
			escape = code;
		}
		buf_add(b, s + start, i - start);
		buf_puts(b, escape);
		start = i + 1;
	}
	buf_add(b, s + start, len - start);
	buf_putc(b, '"');
}

static int write_value(const json_t *v, struct buf *b, int depth, struct err *err);

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static int write_members(const json_t *v, const char **keys, size_t count, struct buf *b, int depth,
			 struct err *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int r;

		if (!is_ascii(keys[i]))
			return err_set(err, ERR_INVALID, "JSONの項目名は半角英数字だけです: %s", keys[i]);
		if (i)
			buf_putc(b, ',');
		canon_string(keys[i], strlen(keys[i]), b);
		buf_putc(b, ':');
		r = write_value(json_object_get(v, keys[i]), b, depth, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_object(const json_t *v, struct buf *b, int depth, struct err *err)
{
	size_t count = json_object_size(v), i = 0;
	const char **keys = calloc(count ? count : 1, sizeof *keys);
	json_t *object = (json_t *)(uintptr_t)v; /* jansson's iterator is not const */
	const char *key;
	json_t *member;
	int r;

	if (!keys)
		return err_nomem(err);
	json_object_foreach(object, key, member)
		keys[i++] = key;
	qsort(keys, count, sizeof *keys, compare_keys);
	buf_putc(b, '{');
	r = write_members(v, keys, count, b, depth, err);
	buf_putc(b, '}');
	free(keys);
	return r;
}

static int write_array(const json_t *v, struct buf *b, int depth, struct err *err)
{
	size_t i;

	buf_putc(b, '[');
	for (i = 0; i < json_array_size(v); i++) {
		int r;

		if (i)
			buf_putc(b, ',');
		r = write_value(json_array_get(v, i), b, depth, err);
		if (r < 0)
			return r;
	}
	buf_putc(b, ']');
	return 0;
}

static int write_value(const json_t *v, struct buf *b, int depth, struct err *err)
{
	if (depth > DEPTH_MAX)
		return err_set(err, ERR_LIMIT, "JSONの入れ子が深すぎます（%d段まで）", DEPTH_MAX);
	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_OBJECT:
		return write_object(v, b, depth + 1, err);
	case JSON_ARRAY:
		return write_array(v, b, depth + 1, err);
	case JSON_STRING:
		canon_string(json_string_value(v), json_string_length(v), b);
		return 0;
	case JSON_INTEGER:
		buf_printf(b, "%lld", (long long)json_integer_value(v));
		return 0;
	case JSON_TRUE:
		buf_puts(b, "true");
		return 0;
	case JSON_FALSE:
		buf_puts(b, "false");
		return 0;
	default:
		return err_set(err, ERR_INVALID, "正準JSONに小数とnullは使えません");
	}
}

int canon_write(const json_t *value, struct buf *b, struct err *err)
{
	int r = write_value(value, b, 0, err);

	if (r < 0)
		return r;
	return buf_failed(b) ? err_nomem(err) : 0;
}

int json_read(const char *text, size_t len, json_t **ret, struct err *err)
{
	json_error_t e;
	json_t *v;

	if (len > TEXT_MAX)
		return err_set(err, ERR_LIMIT, "JSONが大きすぎます（%zuバイトまで）", TEXT_MAX);
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (!v)
		return err_at(err, ERR_INVALID, NULL, e.line, e.column,
			      "JSONとして読めません（%d行%d文字目）: %s", e.line, e.column, e.text);
	*ret = v;
	return 0;
}

const char *json_str(const json_t *object, const char *key, const char *fallback)
{
	const json_t *v = json_object_get(object, key);

	return json_is_string(v) ? json_string_value(v) : fallback;
}

long long json_int(const json_t *object, const char *key, long long fallback)
{
	const json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}
