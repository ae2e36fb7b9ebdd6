/* Entry points of values: what all types share, then the type's own function. */
#include "define/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "define/value_type.h"

/* Bytes one value may have at most: LONGTEXT_MAX characters of four bytes. */
#define BYTES_MAX ((size_t)LONGTEXT_MAX * 4)

static value_parser *const parsers[FIELD_TYPE_MAX] = {
	[FIELD_TEXT] = parse_text,	 [FIELD_LONGTEXT] = parse_longtext,
	[FIELD_INT] = parse_int,	 [FIELD_DECIMAL] = parse_decimal,
	[FIELD_DATE] = parse_date,	 [FIELD_BOOL] = parse_bool,
	[FIELD_ENUM] = parse_enum,	 [FIELD_REF] = parse_id,
	[FIELD_REFS] = parse_id_list,	 [FIELD_ACCOUNT] = parse_id,
	[FIELD_FILES] = parse_id_list,
};

int not_accepted(const struct field_def *f, struct err *err, const char *fmt, ...)
{
	char accepted[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(accepted, sizeof accepted, fmt, ap);
	va_end(ap);
	return err_field(err, ERR_INVALID, f->name, "「%s」は%s書いてください", f->label.ja, accepted);
}

static bool keeps_lines(enum field_type t)
{
	return t == FIELD_LONGTEXT || t == FIELD_REFS || t == FIELD_FILES;
}

/* Bytes of a blank at s (ASCII white space, no-break and ideographic space), or 0. */
static size_t blank_at(const char *s)
{
	if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		return 1;
	if (strncmp(s, "\u00A0", 2) == 0)
		return 2;
	return strncmp(s, "\u3000", 3) == 0 ? 3 : 0;
}

/* One kind of line end; in one-line fields a line break becomes a space, as cells of
 * a spreadsheet have them everywhere. */
static void copy_lines(const char *s, size_t len, bool lines, struct buf *b)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\r' && i + 1 < len && s[i + 1] == '\n')
			continue;
		if (s[i] == '\r' || s[i] == '\n')
			buf_putc(b, lines ? '\n' : ' ');
		else if (s[i] == '\t' && !lines)
			buf_putc(b, ' ');
		else
			buf_putc(b, s[i]);
	}
}

static void trim(const char *s, bool lines, struct buf *b)
{
	const char *p, *end;
	size_t n;

	while ((n = blank_at(s)) > 0)
		s += n;
	for (p = end = s; *p;) {
		n = blank_at(p);
		p += n ? n : 1;
		if (!n)
			end = p;
	}
	copy_lines(s, (size_t)(end - s), lines, b);
}

int value_parse(const struct field_def *f, const char *typed, struct arena *arena,
		const char **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t len = strlen(typed);

	if (len > BYTES_MAX)
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」が長すぎます。%d文字までにしてください", f->label.ja,
				 f->has_max && f->type <= FIELD_LONGTEXT ? (int)f->max : LONGTEXT_MAX);
	if (!utf8_valid(typed, len, NULL))
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」に読めない文字があります。打ち直してください", f->label.ja);
	buf_init(&b, 0);
	trim(typed, keeps_lines(f->type), &b);
	buf_puts(&b, "");
	if (buf_failed(&b))
		return err_nomem(err);
	if (!b.len) {
		*ret = "";
		return 0;
	}
	if (text_has_control(b.data, keeps_lines(f->type)))
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」に目に見えない制御文字が入っています。貼り付けずに打ち直してください",
			f->label.ja);
	return parsers[f->type](f, b.data, arena, ret, err);
}

const char *value_show(const struct field_def *f, const char *stored, struct arena *arena)
{
	const struct enum_value *v;

	(void)arena;
	switch (f->type) {
	case FIELD_BOOL:
		return strcmp(stored, "1") == 0 ? "はい" : *stored ? "いいえ" : "";
	case FIELD_ENUM:
		v = f->enum_def && *stored ? enum_find(f->enum_def, stored) : NULL;
		return v ? v->label.ja : stored;
	default:
		return stored;
	}
}
