/* The write-once copy: each run a new folder with the main log and those months of access
 * events that no earlier copy holds whole. Nothing that lies there is touched. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/steps.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "log/event_export.h"
#include "log/tiles.h"
#include "log/verify.h"
#include "store/evidence.h"

#define COPIES_MAX 1200 /* a hundred years of months */

struct copy {
	struct step *step;
	struct conn *c;
	char home[PATH_MAX]; /* of this log in the folder */
	char name[COPIES_MAX][48];
	size_t count;	    /* copies that lie there, oldest first */
	const char *newest; /* the newest one that can be read; NULL: there is none */
	char fresh[PATH_MAX];
	int64_t faults;
	char fault[400]; /* the first one */
};

static void fault(struct copy *k, const char *where, const char *text)
{
	if (k->faults++ == 0)
		(void)snprintf(k->fault, sizeof k->fault, "%.48s: %.300s", where, text);
}

/* "DATE-SIZE", the size without leading zeros. */
static int by_name(const void *a, const void *b)
{
	int r = strncmp(a, b, DATE_SIZE - 1);
	size_t m = strlen(a), n = strlen(b);

	return r || m == n ? r ? r : strcmp(a, b) : m < n ? -1 : 1;
}

/* A home for this log: its name with everything but plain characters replaced. */
static int home_find(struct copy *k, struct err *err)
{
	char name[CHECKPOINT_ORIGIN_SIZE], *p;
	int r;

	(void)snprintf(name, sizeof name, "%s", store_origin(k->step->store));
	for (p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *p))
			*p = '_';
	r = step_path(k->step->set->copy_folder, name, k->home, err);
	return r < 0 ? r : dir_make_kept(k->home, 0755, err);
}

static int copies_list(struct copy *k, struct err *err)
{
	DIR *d = opendir(k->home);
	struct dirent *e;

	if (!d)
		return err_errno(err, errno, "写しのフォルダ %.300s が読めません", k->home);
	while ((e = readdir(d)) && k->count < COPIES_MAX)
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9' &&
		    !file_name_unfinished(e->d_name) && strlen(e->d_name) < sizeof k->name[0])
			memcpy(k->name[k->count++], e->d_name, strlen(e->d_name) + 1);
	closedir(d);
	qsort(k->name, k->count, sizeof k->name[0], by_name);
	return 0;
}

/* --- what lies there ------------------------------------------------------------------- */

static void trail_fault(void *arg, int month, int64_t seq, const char *text)
{
	(void)month;
	(void)seq;
	fault(arg, "trail", text);
}

/* What cannot be read is told like what does not fit; the copy is no copy then. */
static int soften(struct copy *k, int r, const struct err *err)
{
	if (r != ERR_CORRUPT && r != ERR_INVALID && r != ERR_NOT_FOUND)
		return r;
	fault(k, k->newest, err->text);
	return 0;
}

/* The whole of the newest copy, byte by byte. */
static int newest_verify(struct copy *k, struct err *err)
{
	struct event_export_result trails;
	struct verify_result *v = calloc(1, sizeof *v);
	char path[PATH_MAX];
	int64_t faults = k->faults;
	struct err why = { 0 };
	int r = step_path(k->home, k->newest, path, &why);

	if (!v)
		return err_nomem(err);
	if (r == 0)
		r = verify_export(path, NULL, 0, store_origin(k->step->store), NULL, v, &why);
	if (r == 0 && v->failure_count)
		fault(k, k->newest, v->failure[0].text);
	free(v);
	if (r == 0 && event_export_has(path))
		r = event_export_verify(path, trail_fault, k, &trails, &why);
	r = soften(k, r, &why);
	if (k->faults > faults)
		k->newest = NULL;
	if (r < 0 && err)
		*err = why;
	return r;
}

/* That the checkpoint of each copy is one of this log: nobody gave us another history. */
static int roots_compare(struct copy *k, struct err *err)
{
	struct tree_source source = store_tree(k->c);
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < k->count; i++) {
		CLEANUP(buf_release) struct buf b;
		char path[PATH_MAX], name[64];
		uint8_t root[HASH_SIZE];
		struct checkpoint c;

		buf_init(&b, 0);
		(void)snprintf(name, sizeof name, "%s/checkpoint", k->name[i]);
		r = step_path(k->home, name, path, err);
		if (r < 0)
			break;
		if (file_read_regular(path, NOTE_MAX, &b, NULL) < 0 ||
		    checkpoint_peek(b.data, b.len, &c, NULL) < 0) {
			fault(k, k->name[i], "控え（checkpoint）が読めません");
			continue;
		}
		if (c.size > k->step->head.size)
			return err_set(err, ERR_CORRUPT,
				       "写し %s は %llu 件あるのに、こちらは %llu 件です。データフォルダ"
				       "が古い状態に戻されたおそれがあります",
				       k->name[i], (unsigned long long)c.size,
				       (unsigned long long)k->step->head.size);
		r = tree_root_at(&source, c.size, root, err);
		if (r == 0 && memcmp(root, c.root, HASH_SIZE) != 0)
			return err_set(err, ERR_CORRUPT,
				       "写し %s と、いまの記録の内容が違います。書き換えられたおそれが"
				       "あります。改ざん検査をしてください",
				       k->name[i]);
		k->newest = k->name[i];
	}
	return r;
}

/* --- writing ----------------------------------------------------------------------------- */

static int next_leaf(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct stmt *st = arg;
	int r = stmt_step(st, err);

	if (r <= 0)
		return r;
	ret->index = (uint64_t)col_int(st, 0);
	ret->data = col_blob(st, 1, &ret->len);
	return 1;
}

/* True if a copy holds this month with as many leaves as it has. */
static bool month_held(const struct copy *k, const char *month, int64_t size)
{
	size_t i;

	for (i = 0; i < k->count; i++) {
		char path[2 * PATH_MAX];
		struct tiles *t = NULL;
		bool held;

		if (snprintf(path, sizeof path, "%s/%s/trail/%s", k->home, k->name[i], month) >=
			    PATH_MAX ||
		    tiles_open(path, &t, NULL) < 0)
			continue;
		held = tiles_size(t) >= (uint64_t)size;
		tiles_free(t);
		if (held)
			return true;
	}
	return false;
}

static int month_copy(void *arg, const struct evidence_month *m)
{
	struct copy *k = arg;
	char dir[PATH_MAX], name[8];
	struct err err = { 0 };
	int r;

	if (m->head_size == 0)
		return 0;
	(void)snprintf(name, sizeof name, "%04u-%02u", (unsigned)m->month / 100 % 10000,
		       (unsigned)m->month % 100);
	if (month_held(k, name, m->head_size))
		return 0;
	r = step_path(k->fresh, "trail", dir, &err);
	if (r == 0)
		r = dir_make(dir, 0755, &err);
	if (r == 0)
		r = evidence_export_month(k->step->store, k->c, (int64_t)k->step->head.size,
					  m->month, dir, &err);
	if (r < 0)
		fault(k, name, err.text);
	return 0;
}

/* Of the time between two copies. */
static bool is_recent(const char *name)
{
	char made[DATE_SIZE], today[DATE_SIZE];

	(void)snprintf(made, sizeof made, "%.*s", DATE_SIZE - 1, name);
	date_today(today);
	return date_valid(made) &&
	       date_days_between(made, today) < channel_row(CHANNEL_COPY)->seconds / 86400;
}

static int write_fresh(struct copy *k, struct err *err)
{
	struct step *s = k->step;
	struct leaf_source leaves = { next_leaf, NULL };
	STMT_CLEANUP *st = NULL;
	char date[DATE_SIZE], name[64];
	int r;

	date_today(date);
	(void)snprintf(name, sizeof name, "%s-%llu", date, (unsigned long long)s->head.size);
	r = step_path(k->home, name, k->fresh, err);
	if (r < 0 || file_exists(k->fresh))
		return r; /* this very state lies there already */
	r = stmt_begin(k->c, STMT_LEAF_ALL, &st, err);
	if (r < 0)
		return r;
	leaves.arg = st;
	r = tiles_write(k->fresh, &leaves, s->head.size, s->note.data, s->note.len, err);
	return r < 0 ? r : evidence_months(s->store, month_copy, k, err);
}

static int copy_all(struct copy *k, struct err *err)
{
	int r = home_find(k, err);

	if (r == 0)
		r = copies_list(k, err);
	if (r == 0)
		r = roots_compare(k, err);
	if (r == 0 && k->newest)
		r = newest_verify(k, err);
	/* A fault of another copy stays there, and this runs again and again: it must not fill the
	 * folder with copies that are as good as the one there is. */
	if (r == 0 && !(k->faults && k->newest && is_recent(k->newest)))
		r = write_fresh(k, err);
	if (r == 0 && k->faults)
		r = err_set(err, ERR_INVALID, "写しに合わないところが%lld件あります（%s）",
			    (long long)k->faults, k->fault);
	return r;
}

int step_copy(struct step *s, struct err *err)
{
	struct copy *k;
	int r;

	if (!file_exists(s->set->copy_folder))
		return err_set(err, ERR_NOT_FOUND,
			       "写しのフォルダ %.300s がありません。つながっているか確かめてください",
			       s->set->copy_folder);
	k = calloc(1, sizeof *k);
	if (!k)
		return err_nomem(err);
	k->step = s;
	r = store_read_begin(s->store, &k->c, err);
	if (r == 0)
		r = copy_all(k, err);
	store_read_end(k->c);
	if (r == 0)
		(void)snprintf(s->st->who, sizeof s->st->who, "%.250s", k->fresh);
	free(k);
	return r < 0 ? r : 1;
}
