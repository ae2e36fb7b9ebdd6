/* daicho init: a new data folder, complete or not at all. */
#include <errno.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/sample.h"

static const struct option_spec options[] = {
	{ "org", "NAME", "医療機関・法人の名前" },
	{ "kind", "KIND", "hospital clinic pharmacy care vendor（省くと hospital）" },
	{ "sample", NULL, "見本病院のデータを入れる" },
	{ NULL, NULL, NULL },
};

static int check_kind(const char *kind, struct err *err)
{
	static const char *const kinds[] = { "hospital", "clinic", "pharmacy", "care", "vendor" };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return 0;
	return err_set(err, ERR_USAGE,
		       "--kind は hospital clinic pharmacy care vendor のどれかです: %s", kind);
}

static int add_first_account(struct data *d, struct err *err)
{
	struct account_change c = { .name = "最初の管理者", .role = ROLE_PLANNER, .must_change = 1 };
	struct account account;
	char password[32];
	int r;

	password_new(password);
	c.password = password;
	r = account_put(d->store, &actor_system, true, "admin", &c, &account, &d->arena, err);
	if (r == 0)
		printf("最初の利用者ID: admin\n最初のパスワード: %s\n"
		       "この表示は一度だけです。最初のログインで新しいパスワードに変えます。\n",
		       password);
	bytes_wipe(password, sizeof password);
	return r;
}

static int fill(const char *folder, bool sample, struct err *err)
{
	struct data d;
	int r = data_open(&d, folder, 0, err);

	if (r == 0)
		r = sample ? sample_load(&d, folder, err) : add_first_account(&d, err);
	data_close(&d);
	return r;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Makes everything under a temporary name and renames it at the end, so that a
 * failure leaves nothing behind that looks like a data folder. */
static int make(const char *data, const struct store_init *init, bool sample, struct err *err)
{
	char folder[PATH_MAX], parent[PATH_MAX];
	int r;

	if (snprintf(folder, sizeof folder, "%s.new-%ld", data, (long)getpid()) >=
		    (int)sizeof folder ||
	    snprintf(parent, sizeof parent, "%s", data) >= (int)sizeof parent)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", data);
	r = store_create(folder, init, err);
	if (r == 0)
		r = fill(folder, sample, err);
	if (r == 0 && rename(folder, data) != 0)
		r = err_errno(err, errno, "データフォルダ %s を作れません", data);
	if (r == 0)
		return dir_sync(dirname(parent), err);
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}

static void strip_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

static int work(const struct invocation *in, struct err *err)
{
	bool sample = option_given(in, "sample");
	struct store_init init = { .org_name = option(in, "org"), .kind = option(in, "kind") };
	char data[PATH_MAX], id[ID_SIZE];
	int r;

	id_new(id);
	init.org_id = id;
	if (!init.kind)
		init.kind = "hospital";
	if (!init.org_name && sample)
		init.org_name = "見本病院";
	if (!init.org_name || !*init.org_name)
		return err_set(err, ERR_USAGE, "--org で医療機関の名前を指定してください");
	r = check_kind(init.kind, err);
	if (r < 0)
		return r;
	if (snprintf(data, sizeof data, "%s", in->argument[0]) >= (int)sizeof data)
		return err_set(err, ERR_LIMIT, "パスが長すぎます");
	strip_slashes(data);
	if (file_exists(data))
		return err_set(err, ERR_CONFLICT,
			       "%s は既にあります。何も変えていません。別の名前を指定してください", data);
	r = make(data, &init, sample, err);
	if (r == 0)
		printf("データフォルダ %s を作りました。次は: daicho serve %s\n", data, data);
	return r;
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	int r = work(in, &err);

	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_init = {
	"init", "DATA [--sample] [--org NAME] [--kind hospital|clinic|pharmacy|care|vendor]",
	"新しいデータフォルダを作る", options, 1, 1, run,
};
