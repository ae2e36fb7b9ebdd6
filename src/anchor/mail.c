/* The daily mail: written into anchors/outbox/ first, so that it survives a restart, then
 * sent, oldest first. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchor/mail_send.h"
#include "anchor/steps.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

#define OUTBOX_MAX 31 /* more wait for nobody: a newer proof says all that older ones do */
#define NAMES_MAX 256

struct outbox {
	char folder[PATH_MAX];
	char name[NAMES_MAX][48];
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_message(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && n < 48 && strcmp(name + n - 4, ".eml") == 0;
}

static int outbox_list(struct outbox *o, struct err *err)
{
	DIR *d = opendir(o->folder);
	struct dirent *e;

	o->count = 0;
	if (!d)
		return err_errno(err, errno, "送る箱 %.300s が読めません", o->folder);
	while ((e = readdir(d)) && o->count < NAMES_MAX)
		if (is_message(e->d_name))
			memcpy(o->name[o->count++], e->d_name, strlen(e->d_name) + 1);
	closedir(d);
	qsort(o->name, o->count, sizeof o->name[0], by_name);
	return 0;
}

static int outbox_drop(const struct outbox *o, size_t i, struct err *err)
{
	char path[PATH_MAX];
	int r = step_path(o->folder, o->name[i], path, err);

	if (r == 0 && unlink(path) != 0 && errno != ENOENT)
		r = err_errno(err, errno, "送り終えたメール %.300s を消せません", path);
	return r;
}

/* The message of today in the place of one that waits: a newer proof says all that an older one
 * does, and what is sent is what is told to have gone out. */
static int outbox_put(struct step *s, struct outbox *o, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char date[DATE_SIZE], name[48], path[PATH_MAX];
	int r;

	buf_init(&b, 0);
	date_today(date);
	(void)snprintf(name, sizeof name, "%s.eml", date);
	r = step_path(o->folder, name, path, err);
	if (r == 0)
		r = mail_write(s->set, store_org_name(s->store), store_origin(s->store), s->head.size,
		       &s->note, &b, err);
	return r < 0 ? r : file_write(path, b.data, b.len, 0600, err);
}

static int outbox_send(struct step *s, struct outbox *o, struct err *err)
{
	size_t i = o->count > OUTBOX_MAX ? o->count - OUTBOX_MAX : 0, k;
	int r = 0;

	for (k = 0; r == 0 && k < i; k++)
		r = outbox_drop(o, k, err);
	for (; r == 0 && i < o->count; i++) {
		CLEANUP(buf_release) struct buf b;
		char path[PATH_MAX];

		buf_init(&b, 0);
		r = step_path(o->folder, o->name[i], path, err);
		if (r == 0)
			r = file_read(path, 1024 * 1024, &b, err);
		if (r == 0)
			r = mail_send(s->set, &b, err);
		/* A crash before this sends it twice; nothing is lost. */
		if (r == 0)
			r = outbox_drop(o, i, err);
	}
	return r;
}

int step_mail(struct step *s, struct err *err)
{
	struct outbox *o;
	int r;

	if (!*s->set->mail_from)
		return err_set(err, ERR_INVALID, "差出人のメールアドレスが決まっていません");
	o = calloc(1, sizeof *o);
	if (!o)
		return err_nomem(err);
	r = step_folder(s, "outbox", o->folder, err);
	if (r == 0)
		r = outbox_put(s, o, err);
	if (r == 0)
		r = outbox_list(o, err);
	if (r == 0)
		r = outbox_send(s, o, err);
	free(o);
	if (r < 0)
		return r;
	(void)snprintf(s->st->who, sizeof s->st->who, "%.250s", s->set->mail_to);
	s->st->who[strcspn(s->st->who, "\r\n")] = '\0';
	return 1;
}
