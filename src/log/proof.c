#include "log/proof.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* ---- inclusion, RFC 9162 section 2.1.3.2 ---- */

static int refuse(struct err *err, const char *what)
{
	return err_set(
		err, ERR_INVALID,
		"証明が合いません（%s）。証明・控え・記録が同じログのものか確かめ、合わなければ"
		"改ざんを疑って管理者に知らせてください",
		what);
}

int proof_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf_hash[HASH_SIZE],
			  const struct tree_proof *proof, const uint8_t root[HASH_SIZE],
			  struct err *err)
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[HASH_SIZE];
	size_t i;

	if (index >= size || size > TREE_SIZE_MAX)
		return refuse(err, "番号が件数の外です");
	if (proof->count > TREE_PROOF_MAX)
		return refuse(err, "証明が長すぎます");
	memcpy(r, leaf_hash, HASH_SIZE);
	for (i = 0; i < proof->count; i++) {
		if (sn == 0)
			return refuse(err, "証明が長すぎます");
		if ((fn & 1) || fn == sn) {
			tree_node_hash(proof->hash[i], r, r);
			for (; !(fn & 1) && fn != 0; fn >>= 1)
				sn >>= 1;
		} else {
			tree_node_hash(r, proof->hash[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return refuse(err, "証明が短すぎます");
	return bytes_equal(r, root, HASH_SIZE) ? 0 : refuse(err, "計算した値が控えと違います");
}

/* ---- consistency, RFC 9162 section 2.1.4.2 ---- */

struct roots {
	uint8_t old_root[HASH_SIZE], new_root[HASH_SIZE];
};

/* Folds the proof from hash `i` on into both roots; false if its length is wrong. */
static bool consistency_fold(uint64_t fn, uint64_t sn, const struct tree_proof *proof, size_t i,
			     struct roots *ret)
{
	for (; i < proof->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			tree_node_hash(proof->hash[i], ret->old_root, ret->old_root);
			tree_node_hash(proof->hash[i], ret->new_root, ret->new_root);
			for (; !(fn & 1) && fn != 0; fn >>= 1)
				sn >>= 1;
		} else {
			tree_node_hash(ret->new_root, proof->hash[i], ret->new_root);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0;
}

int proof_check_consistency(uint64_t old_size, uint64_t new_size, const uint8_t old_root[HASH_SIZE],
			    const uint8_t new_root[HASH_SIZE], const struct tree_proof *proof,
			    struct err *err)
{
	uint64_t fn = old_size - 1, sn = new_size - 1;
	bool power = (old_size & (old_size - 1)) == 0;
	const uint8_t *first;
	struct roots roots;

	if (old_size == 0 || old_size > new_size || new_size > TREE_SIZE_MAX)
		return refuse(err, "件数の組が正しくありません");
	if (old_size == new_size) {
		if (proof->count != 0)
			return refuse(err, "同じ件数なのに証明が空ではありません");
		return bytes_equal(old_root, new_root, HASH_SIZE)
			       ? 0
			       : refuse(err, "同じ件数なのに値が違います");
	}
	if (proof->count == 0 || proof->count > TREE_PROOF_MAX)
		return refuse(err, "証明の長さが正しくありません");
	/* An old tree that is a complete subtree is itself the start of the path. */
	first = power ? old_root : proof->hash[0];
	memcpy(roots.old_root, first, HASH_SIZE);
	memcpy(roots.new_root, first, HASH_SIZE);
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	if (!consistency_fold(fn, sn, proof, power ? 0 : 1, &roots))
		return refuse(err, "証明の長さが正しくありません");
	if (!bytes_equal(roots.old_root, old_root, HASH_SIZE))
		return refuse(err, "古い控えが途中の姿と違います");
	if (!bytes_equal(roots.new_root, new_root, HASH_SIZE))
		return refuse(err, "計算した値が新しい控えと違います");
	return 0;
}

/* ---- proof files ---- */

#define PROOF_HEAD "c2sp.org/tlog-proof@v1\n"

int proof_file_write(const struct proof_file *p, struct buf *ret, struct err *err)
{
	CLEANUP(free_ptr) char *extra = NULL;
	char hash[HASH_BASE64_SIZE];
	size_t i;

	if (p->path.count > TREE_PROOF_MAX || p->index > TREE_SIZE_MAX)
		return err_set(err, ERR_INVALID, "証明ファイルに書けない番号または長さです");
	buf_puts(ret, PROOF_HEAD);
	if (p->extra) {
		extra = malloc(base64_size(p->extra_len));
		if (!extra)
			return err_nomem(err);
		base64_encode(p->extra, p->extra_len, extra);
		buf_printf(ret, "extra %s\n", extra);
	}
	buf_printf(ret, "index %llu\n", (unsigned long long)p->index);
	for (i = 0; i < p->path.count; i++) {
		base64_encode(p->path.hash[i], HASH_SIZE, hash);
		buf_printf(ret, "%s\n", hash);
	}
	buf_putc(ret, '\n');
	buf_add(ret, p->checkpoint, p->checkpoint_len);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

struct reader {
	const char *p, *end, *line;
	size_t len; /* of the line, without its newline */
};

static bool next_line(struct reader *r)
{
	const char *newline = r->p < r->end ? memchr(r->p, '\n', (size_t)(r->end - r->p)) : NULL;

	if (!newline)
		return false;
	r->line = r->p;
	r->len = (size_t)(newline - r->p);
	r->p = newline + 1;
	return true;
}

static bool starts(const struct reader *r, const char *word)
{
	size_t n = strlen(word);

	return r->len >= n && memcmp(r->line, word, n) == 0;
}

/* "extra base64" of the current line, into the arena; false if malformed. */
static bool extra_read(const struct reader *r, struct arena *a, struct proof_file *ret)
{
	const char *text = r->line + strlen("extra ");
	size_t len = r->len - strlen("extra ");
	char *bytes = arena_alloc(a, len + 1);
	long n = bytes ? base64_decode(text, len, bytes, len + 1) : -1;

	ret->extra = bytes;
	ret->extra_len = n > 0 ? (size_t)n : 0;
	return n >= 0;
}

static bool path_read(struct reader *r, struct tree_proof *ret)
{
	for (; next_line(r); ret->count++) {
		if (r->len == 0)
			return true;
		if (ret->count == TREE_PROOF_MAX ||
		    base64_decode(r->line, r->len, ret->hash[ret->count], HASH_SIZE) != HASH_SIZE)
			return false;
	}
	return false; /* the empty line before the checkpoint is missing */
}

int proof_file_read(const char *text, size_t len, struct arena *a, struct proof_file *ret,
		    struct err *err)
{
	struct reader r = { .p = text, .end = text + len };
	struct checkpoint c;
	bool good;

	memset(ret, 0, sizeof *ret);
	good = len <= PROOF_FILE_MAX && next_line(&r) && r.len + 1 == strlen(PROOF_HEAD) &&
	       starts(&r, "c2sp.org/tlog-proof@v1") && next_line(&r);
	if (good && starts(&r, "extra "))
		good = extra_read(&r, a, ret) && next_line(&r);
	if (arena_failed(a))
		return err_nomem(err);
	good = good && starts(&r, "index ") && tree_size_read(r.line + 6, r.len - 6, &ret->index) &&
	       path_read(&r, &ret->path);
	if (!good)
		return err_set(err, ERR_INVALID,
			       "証明ファイル（.tlog-proof）として読めません。元のファイルをそのまま"
			       "渡してください");
	ret->checkpoint = r.p;
	ret->checkpoint_len = (size_t)(r.end - r.p);
	return checkpoint_peek(ret->checkpoint, ret->checkpoint_len, &c, err);
}

int proof_file_check(const struct proof_file *p, const void *leaf, size_t leaf_len,
		     const struct note_key *keys, size_t key_count, struct checkpoint *ret,
		     struct err *err)
{
	uint8_t hash[HASH_SIZE];
	struct checkpoint c;
	int r = checkpoint_open(p->checkpoint, p->checkpoint_len, keys, key_count, &c, NULL, err);

	if (r < 0)
		return r;
	tree_leaf_hash(leaf, leaf_len, hash);
	r = proof_check_inclusion(p->index, c.size, hash, &p->path, c.root, err);
	if (r == 0 && ret)
		*ret = c;
	return r;
}
