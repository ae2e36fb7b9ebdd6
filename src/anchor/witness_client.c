/* Witnesses elsewhere: the newest checkpoint goes to each, its cosignature comes back. */
#include "anchor/witness_client.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/http.h"
#include "anchor/steps.h"
#include "anchor/submit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "log/witness.h"

#define ANSWER_MAX ((size_t)16 * 1024)
#define KEPT_MAX ((size_t)256 * 1024)

int witness_address_next(const char **p, struct witness_address *ret, struct err *err)
{
	char line[sizeof ret->url + NOTE_VKEY_SIZE + 2], *space;
	size_t n;

	do {
		*p += strspn(*p, " \t\r\n");
		n = strcspn(*p, "\r\n");
		if (n == 0)
			return 0;
		if (n >= sizeof line)
			return err_set(err, ERR_INVALID, "証人の行が長すぎます");
		memcpy(line, *p, n);
		line[n] = '\0';
		*p += n;
		space = strpbrk(line, " \t");
	} while (!*line);
	if (!space || (size_t)(space - line) >= sizeof ret->url)
		return err_set(err, ERR_INVALID, "証人の行は「URL 検証鍵」の形です: %.120s", line);
	*space = '\0';
	space += 1 + strspn(space + 1, " \t");
	space[strcspn(space, " \t")] = '\0';
	memcpy(ret->url, line, strlen(line) + 1);
	n = strlen(ret->url);
	while (n > 0 && ret->url[n - 1] == '/')
		ret->url[--n] = '\0';
	return cosign_vkey_read(space, &ret->key, err) < 0 ? ERR_INVALID : 1;
}

int witness_address_check(const struct witness_address *a, struct err *err)
{
	if (strncmp(a->url, "https://", 8) == 0)
		return 0;
	return err_field(err, ERR_INVALID, "witnesses",
			 "証人のURLは https:// で始めてください。暗号化しない通信では、途中の人が"
			 "うその警報を出せます: %.120s",
			 a->url);
}

int witness_lines_check(const char *lines, struct err *err)
{
	struct witness_address a;
	int r;

	while ((r = witness_address_next(&lines, &a, err)) > 0)
		if (witness_address_check(&a, err) < 0)
			return ERR_INVALID;
	if (r < 0 && err)
		(void)snprintf(err->field, sizeof err->field, "witnesses");
	return r;
}

/* One exchange with one witness. */
struct exchange {
	struct step *step;
	const struct witness_address *to;
	struct conn *c;
	struct buf *note; /* as it is submitted */
	struct buf answer;
	int status;
};

static int send(struct exchange *x, uint64_t old, struct err *err)
{
	CLEANUP(buf_release) struct buf body;
	struct witness_request w = { .old_size = old,
				     .note = x->note->data,
				     .note_len = x->note->len };
	struct tree_source source = store_tree(x->c);
	char url[sizeof x->to->url + 32];
	struct http_post post = { .url = url,
				  .encrypted = true,
				  .ca_file = x->step->set->witness_ca,
				  .type = "text/plain",
				  .max = ANSWER_MAX };
	int r = 0;

	buf_init(&body, 0);
	(void)snprintf(url, sizeof url, "%s/add-checkpoint", x->to->url);
	if (old > 0 && old < x->step->head.size)
		r = tree_consistency(&source, old, x->step->head.size, &w.proof, err);
	if (r == 0)
		r = witness_request_write(&w, &body, err);
	if (r < 0)
		return r;
	post.body = body.data;
	post.len = body.len;
	buf_clear(&x->answer);
	x->status = http_post(&post, &x->answer, err);
	return x->status < 0 ? x->status : 0;
}

static int alarm_set(const struct exchange *x, struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT,
		       "証人 %s が、別の記録を見ています: %s。"
		       "このデータフォルダが古い状態に戻されたか、書き換えられたおそれがあります。"
		       "操作をやめ、写しを取り、改ざん検査をしてから証人の担当者と比べてください",
		       x->to->key.name, what);
}

/* The size the witness says it knows. */
static bool size_of(const struct exchange *x, uint64_t *ret)
{
	size_t n = x->answer.len;

	return n > 1 && x->answer.data[n - 1] == '\n' && tree_size_read(x->answer.data, n - 1, ret);
}

/* After a 409: from there, if that is before us. */
static int again(struct exchange *x, uint64_t sent, struct err *err)
{
	uint64_t theirs;
	char what[160];

	if (!size_of(x, &theirs))
		return err_set(err, ERR_IO, "証人 %s の返事が読めません", x->to->key.name);
	(void)snprintf(what, sizeof what, "証人は %llu 件まで、こちらは %llu 件です",
		       (unsigned long long)theirs, (unsigned long long)x->step->head.size);
	if (theirs > x->step->head.size)
		return alarm_set(x, err, what);
	if (theirs == sent)
		return alarm_set(x, err, "同じ件数なのに内容が違います");
	return send(x, theirs, err);
}

static int judge(struct exchange *x, struct err *err)
{
	switch (x->status) {
	case 200: return 0;
	case 409: return alarm_set(x, err, "同じ件数なのに内容が違います");
	case 422: return alarm_set(x, err, "前に見たものの続きではありません");
	case 404:
	case 403:
		return err_set(err, ERR_DENIED,
			       "証人 %s がこの記録を知りません。下の「証人に渡す鍵」を"
			       "証人の担当者に登録してもらってください（HTTP %d）",
			       x->to->key.name, x->status);
	default:
		return err_set(err, ERR_IO, "証人 %s が断りました（HTTP %d）", x->to->key.name,
			       x->status);
	}
}

static int file_path(struct exchange *x, const char *suffix, char *ret, struct err *err)
{
	char folder[PATH_MAX], name[64];
	int r = step_folder(x->step, "witness", folder, err);

	(void)snprintf(name, sizeof name, "%08x.%s", x->to->key.id, suffix);
	return r < 0 ? r : step_path(folder, name, ret, err);
}

/* The size cosigned last; 0 if nothing is known. */
static uint64_t last_size(struct exchange *x)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX];
	struct checkpoint c;

	buf_init(&b, KEPT_MAX);
	if (file_path(x, "latest", path, NULL) < 0 || file_read(path, KEPT_MAX, &b, NULL) < 0 ||
	    checkpoint_peek(b.data, b.len, &c, NULL) < 0)
		return 0;
	/* A folder put back to a backup knows less than the witness: that is told by it. */
	return c.size <= x->step->head.size ? c.size : 0;
}

/* The note with the cosignature, once as the newest and once for the day. */
static int keep(struct exchange *x, struct err *err)
{
	char path[PATH_MAX], date[DATE_SIZE], vkey[NOTE_VKEY_SIZE];
	uint64_t seconds;
	int r;

	buf_add(x->note, x->answer.data, x->answer.len);
	if (buf_failed(x->note))
		return err_nomem(err);
	r = cosign_find(&x->to->key, x->note->data, x->note->len, &seconds, err);
	if (r == 0)
		r = err_set(err, ERR_INVALID, "証人 %s の返事に、その署名がありません",
			    x->to->key.name);
	date_today(date);
	cosign_vkey_write(&x->to->key, vkey);
	if (r > 0)
		r = file_path(x, "vkey", path, err);
	if (r == 0)
		r = file_write(path, vkey, strlen(vkey), 0600, err);
	if (r == 0)
		r = file_path(x, date, path, err);
	if (r == 0)
		r = file_write(path, x->note->data, x->note->len, 0600, err);
	if (r == 0)
		r = file_path(x, "latest", path, err);
	return r < 0 ? r : file_write(path, x->note->data, x->note->len, 0600, err);
}

static int exchange(struct exchange *x, struct err *err)
{
	uint64_t old = last_size(x);
	int r = send(x, old, err);

	if (r == 0 && x->status == 409)
		r = again(x, old, err);
	if (r == 0)
		r = judge(x, err);
	return r < 0 ? r : keep(x, err);
}

static int one(struct step *s, const struct note_key *key, const struct witness_address *to,
	       struct err *err)
{
	CLEANUP(buf_release) struct buf note;
	struct exchange x = { .step = s, .to = to, .note = &note };
	int r;

	buf_init(&note, KEPT_MAX);
	buf_init(&x.answer, ANSWER_MAX * 2);
	r = witness_address_check(to, err);
	if (r == 0)
		r = submit_note(key, &s->note, &note, err);
	if (r == 0)
		r = store_read_begin(s->store, &x.c, err);
	if (r == 0)
		r = exchange(&x, err);
	store_read_end(x.c);
	buf_release(&x.answer);
	return r;
}

int step_witness(struct step *s, struct err *err)
{
	const char *p = s->set->witnesses;
	struct witness_address to;
	struct note_key key;
	struct err why = { 0 };
	int r = 0, n, worst = 0, count = 0;

	r = submit_key(s->store, true, &key, err);
	if (r < 0)
		return r;
	s->st->who[0] = '\0';
	/* One that fails does not keep the others from being asked; an alarm outweighs it. */
	while ((n = witness_address_next(&p, &to, &why)) != 0) {
		size_t used = strlen(s->st->who);

		r = n < 0 ? n : one(s, &key, &to, &why);
		count++;
		if (r == 0)
			(void)snprintf(s->st->who + used, sizeof s->st->who - used, "%s%s",
				       used ? "、" : "", to.key.name);
		if (r < 0 && worst != ERR_CORRUPT) {
			worst = r;
			if (err)
				*err = why;
		}
		if (n < 0)
			break;
	}
	note_key_wipe(&key);
	return worst < 0 ? worst : count > 0;
}
