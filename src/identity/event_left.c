#include "identity/event_left.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fold.h"
#include "base/sink.h"

#define FOLDER "noted"
#define BYTES_MAX 8192
#define DETAIL_BYTES 260
#define AT_ONCE 1000
#define LATE_US (INT64_C(60) * 1000000)

/* --- leaving ------------------------------------------------------------------------ */

/* The well-formed beginning: bytes that are no UTF-8 must not cost the whole text. */
static void set_text(json_t *o, const char *name, const char *value)
{
	size_t len = value ? strlen(value) : 0, bad;

	if (len && !utf8_valid(value, len, &bad))
		len = bad;
	json_object_set_new(o, name, json_stringn(value ? value : "", len));
}

static int write_down(const struct actor *who, const struct event *e, struct buf *b,
		      struct err *err)
{
	json_t *o = json_object();
	int r;

	if (!o)
		return err_nomem(err);
	set_text(o, "event", event_name(e->kind));
	set_text(o, "actor", who->account);
	set_text(o, "subject", e->subject);
	set_text(o, "ledger", e->ledger);
	set_text(o, "entry", e->entry);
	set_text(o, "detail", e->detail);
	json_object_set_new(o, "at", json_integer(clock_now_us()));
	json_object_set_new(o, "refused", json_boolean(e->refused));
	r = canon_write(o, b, err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

/* Whose data folder it is, when root leaves something: the owner (as a rule the user of the
 * server) must be able to take it. -1: everything stays as it is made. */
static int owner_of(const char *folder, uid_t *ret_uid, gid_t *ret_gid, struct err *err)
{
	struct stat st;

	*ret_uid = (uid_t)-1;
	*ret_gid = (gid_t)-1;
	if (geteuid() != 0)
		return 0;
	if (stat(folder, &st) != 0)
		return err_errno(err, errno, "データフォルダ %.300s を調べられません", folder);
	*ret_uid = st.st_uid;
	*ret_gid = st.st_gid;
	return 0;
}

/* Makes the folder, also for good, and gives the owner one that root made (now or before). */
static int make_folder(const char *data, const char *path, uid_t uid, gid_t gid, struct err *err)
{
	bool fresh = mkdir(path, 0700) == 0;
	int failed = fresh || errno == EEXIST ? 0 : errno;
	CLEANUP(close_fd) int fd = -1;
	struct stat st;

	if (failed)
		return err_errno(err, failed, "フォルダ %.300s を作れません", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(err, errno, "フォルダ %.300s を使えません", path);
	if (uid != (uid_t)-1 && st.st_uid == 0 && uid != 0 && fchown(fd, uid, gid) != 0)
		return err_errno(err, errno, "フォルダ %.300s の所有者を変えられません", path);
	return fresh ? dir_sync(data, err) : 0;
}

int event_leave(const char *folder, const struct actor *who, const struct event *e, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX], at[PATH_MAX], id[ID_SIZE];
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	int r;

	buf_init(&b, BYTES_MAX);
	id_new(id);
	if (snprintf(path, sizeof path, "%s/" FOLDER, folder) >= (int)sizeof path ||
	    snprintf(at, sizeof at, "%s/" FOLDER "/%s", folder, id) >= (int)sizeof at)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	r = write_down(who, e, &b, err);
	if (r == 0)
		r = owner_of(folder, &uid, &gid, err);
	if (r == 0)
		r = make_folder(folder, path, uid, gid, err);
	return r < 0 ? r : file_write_for(at, b.data, b.len, 0600, uid, gid, err);
}

/* --- taking -------------------------------------------------------------------------- */

struct left {
	char id[ID_SIZE], detail[320];
	struct actor who;
	struct event event;
	json_t *json;
};

/* What was handed out or refused, and nothing else. */
static bool may_be_left(int kind)
{
	return kind == EVENT_VIEW || kind == EVENT_EXPORT || kind == EVENT_PRINT ||
	       kind == EVENT_DOWNLOAD || kind == EVENT_REFUSED;
}

static int understand(struct left *l, struct err *err)
{
	const char *actor = json_str(l->json, "actor", "");
	const char *detail = json_str(l->json, "detail", "");
	int kind = event_parse(json_str(l->json, "event", ""));
	int64_t at = json_int(l->json, "at", 0);
	char time[40] = "";

	if (!may_be_left(kind) || at <= 0 ||
	    (!id_valid(actor) && strcmp(actor, actor_system.account) != 0))
		return err_set(err, ERR_CORRUPT, "控えの中身が正しくありません");
	snprintf(l->who.account, sizeof l->who.account, "%s", actor);
	l->event = (struct event){ .kind = (enum event_kind)kind,
				   .subject = json_str(l->json, "subject", ""),
				   .ledger = json_str(l->json, "ledger", ""),
				   .entry = json_str(l->json, "entry", ""),
				   .detail = l->detail,
				   .refused = json_is_true(json_object_get(l->json, "refused")) };
	/* The time in the log is that of writing: when they differ, the right one is said. */
	if (at < clock_now_us() - LATE_US)
		time_text(at, false, time, sizeof time);
	snprintf(l->detail, sizeof l->detail, "%.*s%s%s",
		 (int)utf8_cut(detail, strnlen(detail, DETAIL_BYTES)), detail,
		 *time ? " 実際は " : "", time);
	return 0;
}

static int left_write(struct tx *tx, void *arg, struct err *err)
{
	const struct left *l = arg;

	return event_append(tx, &l->who, &l->event, err);
}

/* A file that says nothing usable, so that it is not read again each second. */
static void put_aside(int dir, const struct left *l)
{
	char aside[ID_SIZE + 8];

	snprintf(aside, sizeof aside, "bad-%s", l->id);
	sink_write(SINK_WARN, "left_event_unreadable", "file=" FOLDER "/%s", aside);
	(void)renameat(dir, l->id, dir, aside);
}

static int read_one(const char *path, struct left *l, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, BYTES_MAX);
	r = file_read(path, BYTES_MAX, &b, err);
	if (r == 0)
		r = json_read(b.data ? b.data : "", b.len, &l->json, err);
	return r < 0 ? r : understand(l, err);
}

/* Writes one into the log. The file's name keeps it from being written twice, should the power
 * go before the file does. */
static int write_one(struct store *s, int dir, struct left *l, struct err *err)
{
	char key[ID_SIZE + 8];
	int r;

	snprintf(key, sizeof key, "left-%s", l->id);
	r = store_write(s, key, left_write, l, NULL, err);
	if (r >= 0)
		(void)unlinkat(dir, l->id, 0);
	return r < 0 ? r : 1;
}

/* 1 written, 0 nothing to write; what cannot be read (*ret_unread) is left to the next look. */
static int take_one(struct store *s, const char *folder, int dir, const char *id,
		    struct err *ret_unread, struct err *err)
{
	struct left l = { .json = NULL };
	char path[PATH_MAX + ID_SIZE + 1];
	struct err why = { 0 };
	int r;

	memcpy(l.id, id, ID_SIZE);
	snprintf(path, sizeof path, "%s/%s", folder, l.id);
	r = read_one(path, &l, &why);
	if (r == 0) {
		r = write_one(s, dir, &l, err);
	} else if (r == ERR_INVALID || r == ERR_CORRUPT || r == ERR_LIMIT) {
		put_aside(dir, &l);
		r = 0;
	} else if (r == ERR_IO) {
		*ret_unread = why;
		r = 0;
	} else if (err) {
		*err = why;
	}
	json_decref(l.json);
	return r;
}

int events_take_left(struct store *s, struct err *err)
{
	struct err unread = { 0 };
	char folder[PATH_MAX];
	struct dirent *d;
	int r = 0, n = 0;
	DIR *dir;

	if (snprintf(folder, sizeof folder, "%s/" FOLDER, store_path(s)) >= (int)sizeof folder)
		return 0;
	dir = opendir(folder);
	if (!dir)
		return errno == ENOENT ? 0
				       : err_errno(err, errno,
						   "利用の記録の控えのフォルダ %.300s を読めません",
						   folder);
	while (r >= 0 && n < AT_ONCE && (d = readdir(dir)) != NULL) {
		if (!id_valid(d->d_name))
			continue;
		r = take_one(s, folder, dirfd(dir), d->d_name, &unread, err);
		n += r > 0;
	}
	closedir(dir);
	if (r < 0 || !unread.code)
		return r < 0 ? r : n;
	if (err)
		*err = unread;
	return unread.code;
}
