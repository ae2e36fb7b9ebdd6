#include "page/pack_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pack/pack.h"

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int pack_file_make(struct request *req, const char *kind, const char *which, const char *file,
		   int *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	char dir[PATH_MAX], path[PATH_MAX + 64];
	int r;

	if (snprintf(dir, sizeof dir, "%s/work/pack-XXXXXX", store_path(v->app->store)) >=
	    (int)sizeof dir)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	if (!mkdtemp(dir))
		return err_errno(err, errno, "作業用のフォルダを作れません");
	r = pack_spawn(v->app->store, kind, which, v->session.account.login, dir, err);
	snprintf(path, sizeof path, "%s/%s", dir, file);
	*ret = r == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (r == 0 && *ret < 0)
		r = err_errno(err, errno, "できた資料を開けません");
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}
