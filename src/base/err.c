#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"

static void __attribute__((format(printf, 3, 0), nonnull(3)))
err_vset(struct err *e, int code, const char *fmt, va_list ap)
{
	if (!e)
		return;
	memset(e, 0, sizeof *e);
	e->code = code;
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	/* A message that did not fit must not end inside a character. */
	e->text[utf8_cut(e->text, strlen(e->text))] = '\0';
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_field(struct err *e, int code, const char *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	if (e)
		snprintf(e->field, sizeof e->field, "%s", field);
	return code;
}

int err_at(struct err *e, int code, const char *file, int line, int column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	if (e) {
		snprintf(e->file, sizeof e->file, "%s", file ? file : "");
		e->line = line;
		e->column = column;
	}
	return code;
}

static const char *errno_cause(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
		return "ディスクの空きがありません。不要なファイルを消して空きを作ってください";
	case EACCES:
	case EPERM:
		return "権限がありません。フォルダの所有者と権限を確かめてください";
	case ENOENT:
		return "見つかりません。名前と場所を確かめてください";
	case EROFS:
		return "書き込み禁止の場所です。別の場所を指定してください";
	case EEXIST:
		return "既にあります。別の名前を指定してください";
	case EMFILE:
	case ENFILE:
		return "同時に開けるファイルの数を超えました。しばらく待って再試行してください";
	case EIO:
		return "ディスクの読み書きに失敗しました。ディスクの故障を疑い、バックアップを確かめてください";
	case ENOTDIR:
		return "フォルダではありません。場所を確かめてください";
	case EISDIR:
		return "ファイルではなくフォルダです。場所を確かめてください";
	default:
		return NULL;
	}
}

int err_errno(struct err *e, int errnum, const char *fmt, ...)
{
	const char *cause = errno_cause(errnum);
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, ERR_IO, fmt, ap);
	va_end(ap);
	if (e) {
		size_t used = strlen(e->text);
		char sys[96];

		e->sys = errnum;
		snprintf(e->text + used, sizeof e->text - used, ": %s",
			 cause ? cause : strerror_r(errnum, sys, sizeof sys));
		e->text[utf8_cut(e->text, strlen(e->text))] = '\0';
	}
	return ERR_IO;
}

int err_nomem(struct err *e)
{
	return err_set(e, ERR_NOMEM,
		       "メモリが足りません。ほかのプログラムを終えてから再試行してください");
}

void err_clear(struct err *e)
{
	if (e)
		memset(e, 0, sizeof *e);
}
