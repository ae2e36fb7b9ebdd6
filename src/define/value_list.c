/* Ids of entries, accounts and files. Only the ledger can tell whether they exist. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "define/value_type.h"

#define ID_CHARACTERS_MAX 200 /* names of entries are typed here too */

static int too_long(const struct field_def *f, struct err *err)
{
	return err_field(err, ERR_INVALID, f->name,
			 "「%s」の1件が長すぎます。%d文字までの名前か番号にしてください", f->label.ja,
			 ID_CHARACTERS_MAX);
}

int parse_id(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	     struct err *err)
{
	if (utf8_length(text) > ID_CHARACTERS_MAX)
		return too_long(f, err);
	*ret = arena_strdup(arena, text);
	return *ret ? 0 : err_nomem(err);
}

/* True if the line (no NUL) already stands in b. */
static bool has_line(const struct buf *b, const char *line, size_t len)
{
	const char *p = b->data;

	while (b->len && *p) {
		size_t n = strcspn(p, "\n");

		if (n == len && memcmp(p, line, n) == 0)
			return true;
		p += n + (p[n] == '\n');
	}
	return false;
}

int parse_id_list(const struct field_def *f, const char *text, struct arena *arena,
		  const char **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t count = 0;

	buf_init(&b, 0);
	while (*text) {
		size_t n = strcspn(text, "\n"), from = strspn(text, " \t"), to = n;

		while (to > from && (text[to - 1] == ' ' || text[to - 1] == '\t'))
			to--;
		if (to > from + ID_CHARACTERS_MAX * 4)
			return too_long(f, err);
		if (to > from && !has_line(&b, text + from, to - from)) {
			if (++count > LIST_MAX)
				return err_field(err, ERR_INVALID, f->name,
						 "「%s」は%d件までです。減らしてください", f->label.ja,
						 LIST_MAX);
			if (b.len)
				buf_putc(&b, '\n');
			buf_add(&b, text + from, to - from);
		}
		text += n + (text[n] == '\n');
	}
	if (buf_failed(&b))
		return err_nomem(err);
	*ret = arena_strndup(arena, b.data ? b.data : "", b.len);
	return *ret ? 0 : err_nomem(err);
}
