#include "anchor/kept.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "anchor/stamp_check.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "log/cosign.h"

#define NOTE_BYTES ((size_t)256 * 1024)

struct search {
	const struct kept_input *in;
	void (*each)(void *arg, const struct kept_anchor *a);
	void (*bad)(void *arg, const char *text);
	void *arg;
	char folder[PATH_MAX];
};

static void complain(struct search *s, const char *file, const char *why)
{
	char text[640];

	(void)snprintf(text, sizeof text, "外に残した証明 anchors/%s: %.480s", file, why);
	s->bad(s->arg, text);
}

static int read_in(struct search *s, const char *name, struct buf *ret, struct err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", s->folder, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます");
	return file_read_regular(path, NOTE_BYTES, ret, err);
}

/* The name of a file as it is told: whoever wrote the folder chose its bytes. */
static void name_tell(struct kept_anchor *a, const char *sub, const char *name)
{
	char *p;

	(void)snprintf(a->file, sizeof a->file, "%s/%.100s", sub, name);
	for (p = a->file; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
}

/* --- stamps ------------------------------------------------------------------------- */

/* That the reply is one over the note, and whether a believed authority gave it. */
static int stamp_judge(const struct search *s, const struct buf *note, const struct buf *reply,
		       struct stamp_info *ret, struct err *err)
{
	struct stamp_info believed;
	int r = stamp_check(note->data, note->len, reply->data, reply->len, 0, NULL, ret, err);

	if (r == 0 && s->in->tsa_ca &&
	    stamp_check(note->data, note->len, reply->data, reply->len, 0, s->in->tsa_ca, &believed,
			NULL) == 0)
		*ret = believed;
	return r;
}

static void stamp_one(struct search *s, const char *name)
{
	CLEANUP(buf_release) struct buf reply;
	struct kept_anchor a = { .kind = "stamp" };
	char other[NAME_MAX + 1];
	struct stamp_info info;
	struct err err = { 0 };
	int r;

	buf_init(&reply, 0);
	buf_init(&a.note, 0);
	name_tell(&a, "stamps", name);
	(void)snprintf(other, sizeof other, "%.*s.note", (int)strlen(name) - 4, name);
	r = read_in(s, name, &reply, &err);
	if (r == 0)
		r = read_in(s, other, &a.note, &err);
	if (r == 0)
		r = checkpoint_peek(a.note.data, a.note.len, &a.head, &err);
	if (r == 0)
		r = stamp_judge(s, &a.note, &reply, &info, &err);
	if (r < 0) {
		complain(s, a.file, err.text);
	} else {
		memcpy(a.who, info.who, sizeof a.who);
		a.at_us = info.at_us;
		a.trusted = info.trusted;
		s->each(s->arg, &a);
	}
	buf_release(&a.note);
}

/* --- witnesses ---------------------------------------------------------------------- */

/* The key that goes with "<id>.<what>": the believed one, or the one kept beside it. */
static int witness_key(struct search *s, const char *name, struct note_key *ret, bool *ret_trusted,
		       struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char file[32], id[9];
	int r;

	buf_init(&b, NOTE_BYTES * 2);
	*ret_trusted = false;
	if (s->in->witness_key) {
		r = cosign_vkey_read(s->in->witness_key, ret, err);
		(void)snprintf(id, sizeof id, "%08x", ret->id);
		if (r < 0 || strncmp(name, id, 8) == 0) {
			*ret_trusted = r == 0;
			return r;
		}
	}
	(void)snprintf(file, sizeof file, "%.8s.vkey", name);
	r = read_in(s, file, &b, err);
	if (r < 0)
		return r;
	b.data[strcspn(b.data, "\n")] = '\0';
	return cosign_vkey_read(b.data, ret, err);
}

static void witness_one(struct search *s, const char *name)
{
	struct kept_anchor a = { .kind = "witness" };
	struct note_key key;
	struct err err = { 0 };
	uint64_t seconds = 0;
	int r;

	buf_init(&a.note, 0);
	name_tell(&a, "witness", name);
	r = read_in(s, name, &a.note, &err);
	if (r == 0)
		r = checkpoint_peek(a.note.data, a.note.len, &a.head, &err);
	if (r == 0)
		r = witness_key(s, name, &key, &a.trusted, &err);
	if (r == 0)
		r = cosign_find(&key, a.note.data, a.note.len, &seconds, &err);
	if (r == 0)
		r = err_set(&err, ERR_INVALID, "証人の署名がありません");
	if (r < 0) {
		complain(s, a.file, err.text);
	} else {
		(void)snprintf(a.who, sizeof a.who, "%s", key.name);
		a.at_us = (int64_t)seconds * 1000000;
		s->each(s->arg, &a);
	}
	buf_release(&a.note);
}

/* --- both ----------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && strcmp(name + n - e, end) == 0;
}

/* What is read from a folder of anchors: whole regular files. */
static bool is_whole(DIR *d, const char *name)
{
	struct stat st;

	return name[0] != '.' && !file_name_unfinished(name) &&
	       fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

static int folder_each(struct search *s, const char *sub,
		       void (*one)(struct search *s, const char *name), struct err *err)
{
	struct dirent *e;
	DIR *d;

	if (snprintf(s->folder, sizeof s->folder, "%s/anchors/%s", s->in->dir, sub) >=
	    (int)sizeof s->folder)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", s->in->dir);
	d = opendir(s->folder);
	if (!d)
		return 0; /* there are none */
	while ((e = readdir(d)))
		if (is_whole(d, e->d_name) && !ends_with(e->d_name, ".vkey") &&
		    !ends_with(e->d_name, ".note") && !strchr(e->d_name, '~'))
			one(s, e->d_name);
	closedir(d);
	return 0;
}

int kept_input_check(const struct kept_input *in, struct err *err)
{
	struct note_key key;
	int r = in->tsa_ca ? stamp_authorities_check(in->tsa_ca, err) : 0;

	if (r == 0 && in->witness_key)
		r = cosign_vkey_read(in->witness_key, &key, err);
	if (r < 0 && err)
		err->code = ERR_USAGE;
	return r < 0 ? ERR_USAGE : 0;
}

int kept_anchors(const struct kept_input *in,
		 void (*each)(void *arg, const struct kept_anchor *a),
		 void (*bad)(void *arg, const char *text), void *arg, struct err *err)
{
	struct search s = { .in = in, .each = each, .bad = bad, .arg = arg };
	int r = folder_each(&s, "stamps", stamp_one, err);

	return r < 0 ? r : folder_each(&s, "witness", witness_one, err);
}

/* --- copying ---------------------------------------------------------------------------- */

static int copy_file(const char *from, const char *to, const char *name, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX];
	int r;

	buf_init(&b, 0);
	if (snprintf(path, sizeof path, "%s/%s", from, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", from);
	r = file_read_regular(path, NOTE_BYTES, &b, err);
	if (snprintf(path, sizeof path, "%s/%s", to, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", to);
	return r < 0 ? r : file_write(path, b.data, b.len, 0644, err);
}

static int copy_folder(const char *data, const char *out, const char *sub, struct err *err)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct dirent *e;
	DIR *d;
	int r;

	if (snprintf(from, sizeof from, "%s/anchors/%s", data, sub) >= (int)sizeof from ||
	    snprintf(to, sizeof to, "%s/anchors", out) >= (int)sizeof to)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", out);
	d = opendir(from);
	if (!d)
		return 0;
	r = dir_make(to, 0755, err);
	if (r == 0 && snprintf(to, sizeof to, "%s/anchors/%s", out, sub) < (int)sizeof to)
		r = dir_make(to, 0755, err);
	while (r == 0 && (e = readdir(d)))
		if (is_whole(d, e->d_name))
			r = copy_file(from, to, e->d_name, err);
	closedir(d);
	return r;
}

int kept_copy(const char *data, const char *out, struct err *err)
{
	int r = copy_folder(data, out, "stamps", err);

	return r < 0 ? r : copy_folder(data, out, "witness", err);
}
