#include "reader/fault.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

int fault_number(struct fault *f, enum fault_kind kind, uint32_t row, uint32_t column,
		 unsigned long long a, unsigned long long b)
{
	*f = (struct fault){ .kind = kind, .row = row, .column = column, .a = a, .b = b };
	return ERR_INVALID;
}

int fault_set(struct fault *f, enum fault_kind kind, uint32_t row, uint32_t column)
{
	return fault_number(f, kind, row, column, 0, 0);
}

int fault_text(struct fault *f, enum fault_kind kind, const char *text)
{
	size_t n = strlen(text);

	fault_set(f, kind, 0, 0);
	if (n >= sizeof f->text)
		n = sizeof f->text - 1;
	while (n && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	memcpy(f->text, text, n);
	f->text[n] = '\0';
	return ERR_INVALID;
}

static int message(const struct fault *f, struct err *err)
{
	switch (f->kind) {
#define FAULT(name, code, ...) \
	case FAULT_##name:     \
		return err_set(err, code, __VA_ARGS__);
#include "reader/faults.def"
#undef FAULT
	case FAULT_NONE:
	case FAULT_MAX: break;
	}
	return err_set(err, ERR_BUG,
		       "ファイルの読み取りを中止しました: 読み取り側の返答が分かりません。"
		       "別のファイルで試し、続くときはシステム管理者に知らせてください");
}

int fault_err(const struct fault *f, struct err *err)
{
	int code = message(f, err);

	if (err) {
		err->line = f->row <= INT_MAX ? (int)f->row : 0;
		err->column = f->column <= INT_MAX ? (int)f->column : 0;
	}
	return code;
}
