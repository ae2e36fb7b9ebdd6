#include "web/body.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/fold.h"

#define FILES_MAX 200
#define UPLOAD_PREFIX "upload-"

void body_init(struct body *b, struct arena *arena, size_t count_max, size_t value_max)
{
	memset(b, 0, sizeof *b);
	b->arena = arena;
	b->fd = -1;
	fields_init(&b->form, arena, count_max, value_max);
	buf_init(&b->text, 0);
}

/* A part with a filename goes to disk, even when no file was chosen: only its
 * end tells. */
static int file_begin(struct body *b, const struct part_head *head, struct err *err)
{
	struct body_upload *u;
	char shown[201], *path;

	if (!b->upload_dir)
		return err_set(err, ERR_DENIED, "この画面ではファイルを受け取れません");
	if (++b->files > FILES_MAX)
		return err_set(err, ERR_LIMIT,
			       "ファイルが多すぎます（一度に%d個まで）。分けて送ってください",
			       FILES_MAX);
	u = arena_alloc(b->arena, sizeof *u);
	path = arena_printf(b->arena, "%s/" UPLOAD_PREFIX "XXXXXX", b->upload_dir);
	if (!u || !path)
		return err_nomem(err);
	upload_name(head->filename, shown);
	u->shown.field = b->field;
	u->shown.name = arena_strdup(b->arena, shown);
	u->shown.type = arena_strdup(b->arena, head->type);
	if (!u->shown.name || !u->shown.type)
		return err_nomem(err);
	b->fd = mkostemp(path, O_CLOEXEC);
	if (b->fd < 0)
		return err_errno(err, errno, "受け取ったファイルを一時フォルダに書けません");
	u->shown.path = path;
	b->upload = u;
	if (b->last)
		b->last->next = u;
	else
		b->uploads = u;
	b->last = u;
	return 0;
}

static int part_begin(void *ctx, const struct part_head *head, struct err *err)
{
	struct body *b = ctx;

	b->upload = NULL;
	buf_clear(&b->text);
	b->field = arena_strdup(b->arena, head->name);
	if (!b->field)
		return err_nomem(err);
	return head->filename ? file_begin(b, head, err) : 0;
}

static int file_data(struct body *b, const char *p, size_t n, struct err *err)
{
	while (n) {
		ssize_t done = write(b->fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_errno(err, errno, "ファイル「%s」を受け取れませんでした",
					 b->upload->shown.name);
		p += done;
		n -= (size_t)done;
		b->upload->shown.size += (uint64_t)done;
	}
	return 0;
}

static int part_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct body *b = ctx;

	if (b->upload)
		return file_data(b, p, n, err);
	if (n > b->form.value_max - b->text.len)
		return err_field(err, ERR_LIMIT, b->field,
				 "入力が長すぎます（1つの欄に%zuバイトまで）。"
				 "短くするか、ファイルとして添付してください",
				 b->form.value_max);
	buf_add(&b->text, p, n);
	return buf_failed(&b->text) ? err_nomem(err) : 0;
}

static int part_end(void *ctx, struct err *err)
{
	struct body *b = ctx;
	int r;

	if (!b->upload)
		return fields_add(&b->form, b->field, strlen(b->field),
				  b->text.len ? b->text.data : "", b->text.len, err);
	r = close(b->fd) ? err_errno(err, errno, "ファイル「%s」を受け取れませんでした",
				     b->upload->shown.name)
			 : 0;
	b->fd = -1;
	return r;
}

static bool type_is(const char *content_type, const char *type)
{
	size_t len = strlen(type);

	return !strncasecmp(content_type, type, len) &&
	       (!content_type[len] || strchr("; \t", content_type[len]));
}

int body_begin(struct body *b, const char *content_type, bool text, size_t limit,
	       const char *upload_dir, struct err *err)
{
	static const struct multipart_events events = { part_begin, part_data, part_end };

	b->limit = limit;
	b->upload_dir = upload_dir;
	if (content_type && type_is(content_type, "application/x-www-form-urlencoded"))
		b->kind = BODY_URLENCODED;
	else if (content_type && type_is(content_type, "application/json"))
		b->kind = BODY_JSON;
	else if (content_type && type_is(content_type, "multipart/form-data"))
		b->kind = BODY_MULTIPART;
	else if (text && (!content_type || type_is(content_type, "text/plain")))
		b->kind = BODY_TEXT;
	else
		return err_set(err, ERR_INVALID,
			       "送られたデータの種類を扱えません。"
			       "画面のフォームから送ってください");
	if (b->kind != BODY_MULTIPART)
		return 0;
	return multipart_init(&b->parts, content_type, &events, b, err);
}

void body_add(struct body *b, const char *p, size_t n)
{
	int r = 0;

	if (b->err.code)
		return;
	if (n > b->limit - b->received) {
		err_set(&b->err, ERR_LIMIT,
			"送られたデータが大きすぎます（%zu KBまで）。"
			"ファイルを小さくするか、分けて送ってください",
			b->limit / 1024);
		return;
	}
	b->received += n;
	if (b->kind == BODY_MULTIPART)
		r = multipart_feed(&b->parts, p, n, &b->err);
	else
		buf_add(&b->text, p, n);
	if (r >= 0 && buf_failed(&b->text))
		err_nomem(&b->err);
}

int body_end(struct body *b, struct err *err)
{
	if (b->err.code) {
		if (err)
			*err = b->err;
		return b->err.code;
	}
	switch (b->kind) {
	case BODY_NONE: return 0;
	case BODY_MULTIPART: return multipart_finish(&b->parts, err);
	case BODY_URLENCODED:
		return fields_urlencoded(&b->form, b->text.len ? b->text.data : "", b->text.len,
					 err);
	case BODY_JSON:
	case BODY_TEXT: break;
	}
	if (!utf8_valid(b->text.len ? b->text.data : "", b->text.len, NULL))
		return err_set(err, ERR_INVALID,
			       "送られた文字がUTF-8ではありません。UTF-8で送ってください");
	return 0;
}

void body_release(struct body *b)
{
	const struct body_upload *u;

	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	/* A handler may have renamed the file away. */
	for (u = b->uploads; u; u = u->next)
		unlink(u->shown.path);
	b->uploads = b->last = NULL;
	if (b->kind == BODY_MULTIPART)
		multipart_release(&b->parts);
	buf_release(&b->text);
}

void body_sweep(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (!strncmp(entry->d_name, UPLOAD_PREFIX, sizeof UPLOAD_PREFIX - 1) &&
		    strlen(entry->d_name) == sizeof UPLOAD_PREFIX - 1 + 6)
			unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
}
