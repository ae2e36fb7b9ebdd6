#include "page/sheet_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sheet_file_send(struct request *req, const struct asked *a, const struct typed_answer *typed,
		    const char *name, const char *post, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char dir[PATH_MAX], path[PATH_MAX + 16];
	int fd = -1, r;

	if (snprintf(dir, sizeof dir, "%s/work/sheet-XXXXXX", store_path(v->app->store)) >=
	    (int)sizeof dir)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	if (!mkdtemp(dir))
		return err_errno(err, errno, "作業用のフォルダを作れません");
	snprintf(path, sizeof path, "%s/sheet.xlsx", dir);
	r = sheet_write(v->app->ledgers, a, typed, name, post, path, req_arena(req), err);
	if (r == 0) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? err_errno(err, errno, "できた表を開けません") : 0;
	}
	(void)unlink(path);
	(void)rmdir(dir);
	return r < 0 ? r
		     : resp_file(
			       res,
			       "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			       sheet_filename(a, req_arena(req)), fd, err);
}
