#include "anchor/submit.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

static int key_read(const char *path, struct note_key *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, NOTE_SKEY_SIZE + 8);
	r = file_read(path, NOTE_SKEY_SIZE, &b, err);
	if (r == 0) {
		b.data[strcspn(b.data, "\n")] = '\0';
		r = note_skey_read(b.data, ret, err);
	}
	if (b.data)
		bytes_wipe(b.data, b.len);
	return r;
}

int submit_key(struct store *s, bool make, struct note_key *ret, struct err *err)
{
	char path[PATH_MAX], text[NOTE_SKEY_SIZE];
	int r;

	if (snprintf(path, sizeof path, "%s/keys/anchor.key", store_path(s)) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	if (file_exists(path))
		return key_read(path, ret, err);
	if (!make)
		return err_set(err, ERR_NOT_FOUND,
			       "証人に名乗る鍵がまだありません。一度「今すぐ」を押すと作られます");
	r = note_key_new(store_origin(s), ret, err);
	if (r < 0)
		return r;
	note_skey_write(ret, text);
	r = file_write(path, text, strlen(text), 0600, err);
	bytes_wipe(text, sizeof text);
	return r;
}

int submit_note(const struct note_key *key, const struct buf *note, struct buf *ret,
		struct err *err)
{
	struct note opened;
	int r = note_peek(note->data, note->len, &opened, err);

	if (r == 0)
		r = note_sign(opened.text, opened.text_len, key, 1, ret, err);
	if (r < 0)
		return r;
	buf_add(ret, note->data + opened.text_len + 1, note->len - opened.text_len - 1);
	return buf_failed(ret) ? err_nomem(err) : 0;
}
