#include "page/import_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define KEPT_SECONDS 86400

static int make_path(struct request *req, const char *token, const char *what, char ret[PATH_MAX],
		     struct err *err)
{
	const struct visit *v = visit_of(req);

	if (snprintf(ret, PATH_MAX, "%s/work/import-%s-%s%s", store_path(v->app->store),
		     v->actor.account, token, what) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	return 0;
}

/* Forgotten uploads must not pile up: they may hold personal data. */
static void sweep(struct request *req)
{
	const struct visit *v = visit_of(req);
	char folder[PATH_MAX];
	struct dirent *d;
	DIR *dir;

	if (snprintf(folder, sizeof folder, "%s/work", store_path(v->app->store)) >= PATH_MAX)
		return;
	dir = opendir(folder);
	while (dir && (d = readdir(dir))) {
		struct stat st;

		if (strncmp(d->d_name, "import-", 7) == 0 &&
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtime + KEPT_SECONDS < time(NULL))
			(void)unlinkat(dirfd(dir), d->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

int import_file_keep(struct request *req, const struct upload *up, char ret_token[ID_SIZE],
		     struct err *err)
{
	char path[PATH_MAX], name[PATH_MAX];
	int r;

	sweep(req);
	id_new(ret_token);
	r = make_path(req, ret_token, "", path, err);
	if (r == 0)
		r = make_path(req, ret_token, ".name", name, err);
	if (r == 0)
		r = file_write(name, up->name, strlen(up->name), 0600, err);
	if (r == 0 && link(up->path, path) != 0)
		r = err_errno(err, errno, "受け取ったファイルを保存できません");
	return r;
}

int import_file_find(struct request *req, struct import_file *ret, struct err *err)
{
	char name_path[PATH_MAX];
	struct buf name;
	int r;

	memset(ret, 0, sizeof *ret);
	ret->token = req_param(req, "token");
	if (!id_valid(ret->token))
		return err_set(err, ERR_NOT_FOUND, "取り込みを最初からやり直してください");
	r = make_path(req, ret->token, "", ret->path, err);
	if (r == 0)
		r = make_path(req, ret->token, ".name", name_path, err);
	if (r < 0)
		return r;
	if (!file_exists(ret->path))
		return err_set(err, ERR_NOT_FOUND,
			       "このファイルはもうありません（取り込み済みか、1日を過ぎました）。もう一度ファイルを選んでください");
	buf_init(&name, 4096);
	r = file_read(name_path, 4096, &name, err);
	if (r == 0) {
		ret->name = arena_strndup(req_arena(req), name.data ? name.data : "", name.len);
		r = ret->name ? 0 : err_nomem(err);
	}
	buf_release(&name);
	return r;
}

void import_file_drop(const struct import_file *f)
{
	char name[PATH_MAX + 8];

	snprintf(name, sizeof name, "%s.name", f->path);
	(void)unlink(f->path);
	(void)unlink(name);
}

/* A value that may come by form or by address. */
static const char *asked(struct request *req, const char *name)
{
	const char *v = req_form(req, name);

	return v ? v : req_query(req, name);
}

static int asked_number(struct request *req, const char *name, uint32_t *ret, struct err *err)
{
	const char *text = asked(req, name);
	char *end;
	unsigned long n;

	*ret = 0;
	if (!text || !*text)
		return 0;
	n = strtoul(text, &end, 10);
	if (*end || n > 1048576)
		return err_set(err, ERR_INVALID, "行やシートの番号は数字で入れてください: %.40s", text);
	*ret = (uint32_t)n;
	return 0;
}

int import_file_options(struct request *req, struct sheet_options *ret, struct err *err)
{
	static const char *const encodings[] = { "auto", "utf8", "", "cp932", "utf16le", "utf16be" };
	const char *encoding = asked(req, "encoding"), *delimiter = asked(req, "delimiter");
	size_t i;
	int r;

	memset(ret, 0, sizeof *ret);
	for (i = 0; encoding && i < sizeof encodings / sizeof encodings[0]; i++)
		if (*encoding && strcmp(encodings[i], encoding) == 0)
			ret->forced = (enum sheet_encoding)i;
	if (delimiter && strcmp(delimiter, "comma") == 0)
		ret->delimiter = ',';
	if (delimiter && strcmp(delimiter, "tab") == 0)
		ret->delimiter = '\t';
	if (delimiter && strcmp(delimiter, "semicolon") == 0)
		ret->delimiter = ';';
	r = asked_number(req, "sheet", &ret->sheet, err);
	return r < 0 ? r : asked_number(req, "header", &ret->header_row, err);
}

int import_file_map(struct request *req, const struct import_look *look, struct import_file *f,
		    struct err *err)
{
	const struct visit *v = visit_of(req);
	size_t i;

	f->map = look->map;
	for (i = 0; i < f->map.column_count; i++) {
		char *name = arena_printf(req_arena(req), "m-%zu", i);
		const char *field = name ? req_form(req, name) : NULL;

		if (!field)
			continue;
		f->map.field[i] = *field ? ledger_field(v->ledger, field) : -1;
		if (*field && f->map.field[i] < 0)
			return err_set(err, ERR_INVALID, "列「%s」の行き先がありません。選び直してください",
				       f->map.header[i]);
	}
	return 0;
}
