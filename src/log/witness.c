#include "log/witness.h"

#include <string.h>

#include "log/proof.h"

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID,
		       "証人への依頼の形が正しくありません（%s）。C2SP tlog-witness の形で"
		       "送ってください",
		       what);
}

/* One line without its newline; false if there is none. */
static bool line_next(const char **p, const char *end, const char **ret, size_t *ret_len)
{
	const char *newline = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;

	if (!newline)
		return false;
	*ret = *p;
	*ret_len = (size_t)(newline - *p);
	*p = newline + 1;
	return true;
}

/* tree_size_read also takes 0. */
static bool old_read(const char *line, size_t n, uint64_t *ret)
{
	return n > 4 && memcmp(line, "old ", 4) == 0 && tree_size_read(line + 4, n - 4, ret);
}

int witness_request_read(const char *body, size_t len, struct witness_request *ret, struct err *err)
{
	const char *p = body, *end = body + len, *line;
	size_t n;

	memset(ret, 0, sizeof *ret);
	if (len > WITNESS_BODY_MAX)
		return malformed(err, "大きすぎます");
	if (!line_next(&p, end, &line, &n) || !old_read(line, n, &ret->old_size))
		return malformed(err, "old の行がありません");
	while (line_next(&p, end, &line, &n) && n > 0) {
		if (ret->proof.count == WITNESS_PROOF_MAX)
			return malformed(err, "証明の行が多すぎます");
		if (base64_decode(line, n, ret->proof.hash[ret->proof.count], HASH_SIZE) !=
		    HASH_SIZE)
			return malformed(err, "証明の行が読めません");
		ret->proof.count++;
	}
	if (p == end || n != 0)
		return malformed(err, "空行と控えがありません");
	ret->note = p;
	ret->note_len = (size_t)(end - p);
	return 0;
}

int witness_request_write(const struct witness_request *r, struct buf *ret, struct err *err)
{
	char text[HASH_BASE64_SIZE];
	size_t i;

	buf_printf(ret, "old %llu\n", (unsigned long long)r->old_size);
	for (i = 0; i < r->proof.count; i++) {
		base64_encode(r->proof.hash[i], HASH_SIZE, text);
		buf_printf(ret, "%s\n", text);
	}
	buf_putc(ret, '\n');
	buf_add(ret, r->note, r->note_len);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

/* The tree continues what was seen before. */
static int consistent(const struct witness_log *log, const struct witness_request *r,
		      const struct checkpoint *c, struct err *err)
{
	if (r->old_size > 0)
		return proof_check_consistency(log->size, c->size, log->root, c->root, &r->proof,
					       err);
	return r->proof.count == 0 ? 0 : malformed(err, "初めての依頼に証明は要りません");
}

int witness_judge(const struct witness_log *log, const struct witness_request *r,
		  struct checkpoint *ret, struct err *err)
{
	struct note opened;

	if (checkpoint_peek(r->note, r->note_len, ret, err) < 0 ||
	    strcmp(ret->origin, log->origin) != 0)
		return 400;
	if (note_open(r->note, r->note_len, &log->key, 1, &opened, err) < 0)
		return 403;
	if (r->old_size > ret->size) {
		err_set(err, ERR_INVALID, "前の件数が新しい件数より大きくなっています");
		return 400;
	}
	if (r->old_size != log->size) {
		err_set(err, ERR_CONFLICT, "前に見た件数は %llu です",
			(unsigned long long)log->size);
		return 409;
	}
	if (ret->size == 0) {
		err_set(err, ERR_INVALID, "0件の控えには何も言えません");
		return 400;
	}
	if (ret->size == log->size && memcmp(ret->root, log->root, HASH_SIZE) != 0) {
		err_set(err, ERR_CONFLICT, "同じ件数で別の内容です");
		return 409;
	}
	return consistent(log, r, ret, err) < 0 ? 422 : 200;
}
