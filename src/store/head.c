/* Published checkpoints as others ask for them. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "log/checkpoint.h"
#include "store/core.h"
#include "store/publish.h"

/* When the newest checkpoint row was signed. */
static int head_time(struct store *s, int64_t *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct conn *c;
	int rc = store_read_begin(s, &c, err);

	if (rc < 0)
		return rc;
	rc = stmt_begin(c, STMT_CHECKPOINT_LAST, &st, err);
	if (rc == 0)
		rc = stmt_step(st, err);
	if (rc >= 0)
		*ret = rc > 0 ? col_int(st, 2) : 0;
	stmt_end(st);
	st = NULL;
	store_read_end(c);
	return rc < 0 ? rc : 0;
}

/* The note and the time it was signed. A store opened for reading cannot sign:
 * it shows the newest one published, which is true but may be older. */
static int head_note(struct store *s, struct buf *b, int64_t *ret_at, struct err *err)
{
	struct change ch = { .note = b };
	int rc;

	if (s->flags & STORE_READONLY) {
		rc = anchor_read(s->folder.path, b, err);
		return rc < 0 ? rc : head_time(s, ret_at, err);
	}
	rc = committer_call(s, &ch, err);
	*ret_at = ch.receipt.at_us;
	if (rc == 0 && buf_failed(b))
		rc = err_nomem(err);
	return rc;
}

int store_checkpoint(struct store *s, struct buf *b, struct err *err)
{
	int64_t at;

	return head_note(s, b, &at, err);
}

int store_head(struct store *s, struct log_head *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct checkpoint c;
	int64_t at = 0;
	int rc;

	buf_init(&b, 0);
	rc = head_note(s, &b, &at, err);
	if (rc == 0)
		rc = checkpoint_peek(b.data, b.len, &c, err);
	if (rc < 0)
		return rc;
	if (b.len >= sizeof ret->note || strlen(c.origin) >= sizeof ret->origin)
		return err_set(err, ERR_LIMIT,
			       "証明（チェックポイント）が長すぎて帳票に載せられません。"
			       "この文面を開発元に知らせてください");
	memcpy(ret->origin, c.origin, strlen(c.origin) + 1);
	ret->size = (int64_t)c.size;
	hex_encode(c.root, sizeof c.root, ret->root_hex);
	date_of_us(at, ret->date);
	memcpy(ret->note, b.data, b.len + 1);
	return 0;
}
