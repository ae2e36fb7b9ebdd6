#include "log/checkpoint.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "log/tree.h"

#define TEXT_MAX ((size_t)128 * 1024)

static bool origin_valid(const char *origin)
{
	size_t i, len = strlen(origin);

	if (len == 0 || len >= CHECKPOINT_ORIGIN_SIZE)
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)origin[i] < 0x20)
			return false;
	return utf8_valid(origin, len, NULL);
}

int checkpoint_write(const struct checkpoint *c, struct buf *ret, struct err *err)
{
	char root[HASH_BASE64_SIZE];

	if (!origin_valid(c->origin) || c->size > TREE_SIZE_MAX)
		return err_set(err, ERR_INVALID,
			       "ログの名前または件数が正しくありません。名前は1〜255バイトで、改行"
			       "を含めないでください");
	base64_encode(c->root, HASH_SIZE, root);
	buf_printf(ret, "%s\n%llu\n%s\n", c->origin, (unsigned long long)c->size, root);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

/* One line of *p without its newline; moves *p behind it. */
static bool line_next(const char **p, const char *end, const char **ret, size_t *ret_len)
{
	const char *newline = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;

	if (!newline || newline == *p)
		return false;
	*ret = *p;
	*ret_len = (size_t)(newline - *p);
	*p = newline + 1;
	return true;
}

int checkpoint_read(const char *text, size_t len, struct checkpoint *ret, struct err *err)
{
	const char *p = text, *end = text + len, *line;
	size_t n;
	bool good;

	memset(ret, 0, sizeof *ret);
	good = len <= TEXT_MAX && line_next(&p, end, &line, &n) && n < sizeof ret->origin;
	if (good) {
		memcpy(ret->origin, line, n);
		good = strlen(ret->origin) == n && origin_valid(ret->origin);
	}
	good = good && line_next(&p, end, &line, &n) && tree_size_read(line, n, &ret->size);
	good = good && line_next(&p, end, &line, &n) &&
	       base64_decode(line, n, ret->root, HASH_SIZE) == HASH_SIZE;
	while (good && p < end)
		good = line_next(&p, end, &line, &n);
	if (good)
		return 0;
	memset(ret, 0, sizeof *ret);
	return err_set(err, ERR_INVALID,
		       "ログの控え（チェックポイント）として読めません。名前・件数・ハッシュの3行が"
		       "そろった元のファイルを渡してください");
}

int checkpoint_sign(const char *origin, uint64_t size, const uint8_t root[HASH_SIZE],
		    const struct note_key *key, struct buf *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf text;
	struct checkpoint c = { .size = size };
	int r;

	buf_init(&text, 0);
	if (!origin_valid(origin))
		return err_set(err, ERR_INVALID,
			       "ログの名前に使えません。1〜255バイトで、改行を含めないでください");
	memcpy(c.origin, origin, strlen(origin) + 1);
	memcpy(c.root, root, HASH_SIZE);
	r = checkpoint_write(&c, &text, err);
	return r < 0 ? r : note_sign(text.data, text.len, key, 1, ret, err);
}

int checkpoint_open(const char *note, size_t len, const struct note_key *keys, size_t key_count,
		    struct checkpoint *ret, size_t *ret_key, struct err *err)
{
	struct note opened;
	int r = note_open(note, len, keys, key_count, &opened, err);

	if (r < 0)
		return r;
	if (ret_key)
		*ret_key = opened.signed_by[0];
	return checkpoint_read(opened.text, opened.text_len, ret, err);
}

int checkpoint_peek(const char *note, size_t len, struct checkpoint *ret, struct err *err)
{
	struct note opened;
	int r = note_peek(note, len, &opened, err);

	return r < 0 ? r : checkpoint_read(opened.text, opened.text_len, ret, err);
}
