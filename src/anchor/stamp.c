/* Time stamps: the newest checkpoint, stamped by the configured authority. Each token is a
 * fact too, so that the next one covers it: that is how stamps are renewed. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "anchor/http.h"
#include "anchor/stamp_check.h"
#include "anchor/steps.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

static int ask(struct step *s, struct buf *reply, struct stamp_info *info, struct err *err)
{
	CLEANUP(buf_release) struct buf request;
	struct http_post post = { .url = s->set->tsa_url,
				  .ca_file = NULL,
				  .type = "application/timestamp-query",
				  .max = STAMP_BYTES_MAX };
	uint64_t nonce;
	int r;

	buf_init(&request, 0);
	r = stamp_request(s->note.data, s->note.len, &nonce, &request, err);
	if (r < 0)
		return r;
	post.body = request.data;
	post.len = request.len;
	r = http_post(&post, reply, err);
	if (r > 0 && r != 200)
		return err_set(err, ERR_IO, "時刻認証局が断りました（HTTP %d）", r);
	return r < 0 ? r
		     : stamp_check(s->note.data, s->note.len, reply->data, reply->len, nonce,
				   s->set->tsa_ca, info, err);
}

/* Both files under the size they are about; never replaced. */
static int keep_files(struct step *s, const struct buf *reply, struct err *err)
{
	char folder[PATH_MAX], path[PATH_MAX], name[64];
	int r = step_folder(s, "stamps", folder, err);

	(void)snprintf(name, sizeof name, "%020llu.note", (unsigned long long)s->head.size);
	if (r == 0)
		r = step_path(folder, name, path, err);
	if (r == 0)
		r = file_write(path, s->note.data, s->note.len, 0600, err);
	(void)snprintf(name, sizeof name, "%020llu.tsr", (unsigned long long)s->head.size);
	if (r == 0)
		r = step_path(folder, name, path, err);
	return r < 0 ? r : file_write(path, reply->data, reply->len, 0600, err);
}

static int keep_fact(struct step *s, const struct buf *reply, const struct stamp_info *info,
		     struct err *err)
{
	char *token = malloc(base64_size(reply->len));
	json_t *o;
	int r;

	if (!token)
		return err_nomem(err);
	base64_encode(reply->data, reply->len, token);
	o = json_pack("{s:I,s:s,s:s,s:I,s:I,s:s}", "size", (json_int_t)s->head.size, "note",
		      s->note.data, "token", token, "time", (json_int_t)info->at_us, "ends",
		      (json_int_t)info->ends_us, "authority", info->who);
	free(token);
	r = step_fact(s->store, "stamp", o, err);
	json_decref(o);
	return r;
}

int step_stamp(struct step *s, struct err *err)
{
	CLEANUP(buf_release) struct buf reply;
	struct stamp_info info;
	int r;

	buf_init(&reply, 0);
	if (!*s->set->tsa_ca)
		return err_set(err, ERR_INVALID,
			       "認証局の証明書のファイルが決まっていません。時刻認証局から受け取った"
			       "証明書（PEM）の場所を入れてください");
	r = ask(s, &reply, &info, err);
	if (r == 0)
		r = keep_files(s, &reply, err);
	if (r == 0)
		r = keep_fact(s, &reply, &info, err);
	if (r < 0)
		return r;
	(void)snprintf(s->st->who, sizeof s->st->who, "%s", info.who);
	s->st->ends_us = info.ends_us;
	return 1;
}
