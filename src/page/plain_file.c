#include "page/plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* A nameless temporary file: nothing is sent before all of it matched its hash. */
static int open_plain(struct app *app, const char *hash, int *ret, struct err *err)
{
	char folder[PATH_MAX];
	int fd, r;

	if (snprintf(folder, sizeof folder, "%s/work", store_path(app->store)) >= (int)sizeof folder)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを作れません");
	r = store_file_get(app->store, hash, fd, err);
	if (r == 0 && lseek(fd, 0, SEEK_SET) != 0)
		r = err_errno(err, errno, "作業用のファイルを読めません");
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

int plain_file_send(struct request *req, struct conn *c, const char *hash, struct response *res,
		    struct err *err)
{
	struct app *app = req_app(req);
	struct file_info info;
	int fd = -1, r = store_file_info(c, hash, &info, err);

	if (r == 0)
		r = open_plain(app, hash, &fd, err);
	if (r < 0)
		return r;
	/* The answer is sent after this function: what it points to must live as long. */
	return resp_file(res, arena_strdup(req_arena(req), info.mime), info.name, fd, err);
}
