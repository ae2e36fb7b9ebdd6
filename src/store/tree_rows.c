/* The Merkle tree over rows: leaf hashes and the roots of complete groups. */
#include <string.h>

#include "base/cleanup.h"
#include "store/core.h"

static int rows_missing(struct err *err, unsigned level, uint64_t index)
{
	if (level == 0)
		return err_set(err, ERR_CORRUPT,
			       "受付番号 %llu の記録がありません。改ざん検査（daicho verify）をし、"
			       "バックアップから復元してください",
			       (unsigned long long)index);
	return err_set(err, ERR_CORRUPT,
		       "受付番号 %llu 付近の検査用の値（第%u段 %llu番）がありません。"
		       "改ざん検査（daicho verify）をし、バックアップから復元してください",
		       (unsigned long long)(index << (8 * level)), level,
		       (unsigned long long)index);
}

static int rows_read(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
		     struct err *err)
{
	STMT_CLEANUP *st = NULL;
	size_t i, len;
	int rc = stmt_begin(arg, level ? STMT_NODE_HASHES : STMT_LEAF_HASHES, &st, err);

	if (rc < 0)
		return rc;
	if (level)
		stmt_int(st, 1, (int64_t)level);
	stmt_int(st, level ? 2 : 1, (int64_t)first);
	stmt_int(st, level ? 3 : 2, (int64_t)count);
	for (i = 0; i < count; i++) {
		const void *hash;

		rc = stmt_step(st, err);
		if (rc < 0)
			return rc;
		if (rc == 0 || col_int(st, 0) != (int64_t)(first + i))
			return rows_missing(err, level, first + i);
		hash = col_blob(st, 1, &len);
		if (len != HASH_SIZE)
			return rows_missing(err, level, first + i);
		memcpy(ret + i * HASH_SIZE, hash, HASH_SIZE);
	}
	return 0;
}

struct tree_source store_tree(struct conn *c)
{
	return (struct tree_source){ .read = rows_read, .arg = c };
}

int store_size(struct conn *c, int64_t *ret, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_LEAF_SIZE, &st, err);

	return rc < 0 ? rc : stmt_value(st, 0, ret, err);
}

int tree_rows_load(struct conn *c, struct tree_edge *ret, int64_t *ret_last_at, struct err *err)
{
	struct tree_source source = store_tree(c);
	CLEANUP(buf_release) struct buf rec;
	struct leaf_view last;
	int64_t size;
	int rc = store_size(c, &size, err);

	buf_init(&rec, 0);
	tree_edge_init(ret);
	*ret_last_at = 0;
	if (rc < 0 || size == 0)
		return rc;
	rc = tree_edge_load(&source, (uint64_t)size, ret, err);
	if (rc == 0)
		rc = store_leaf(c, size - 1, &rec, err);
	if (rc == 0 && leaf_scan(rec.data, rec.len, &last, err) < 0)
		rc = err_set(err, ERR_CORRUPT,
			     "受付番号 %lld の記録が壊れています。改ざん検査（daicho verify）をし、"
			     "バックアップから復元してください",
			     (long long)(size - 1));
	if (rc == 0)
		*ret_last_at = last.at_us;
	return rc;
}

/* The leaf completes a group at each level where eight more low bits of the old
 * size are all set; the edge then holds the eight left halves, smallest last. */
int tree_rows_add(struct conn *c, const struct tree_edge *edge, const uint8_t leaf_hash[HASH_SIZE],
		  struct err *err)
{
	unsigned left = (unsigned)__builtin_popcountll(edge->size), level, i;
	uint64_t groups = edge->size + 1;
	uint8_t root[HASH_SIZE];
	struct stmt *st;
	int rc = 0;

	memcpy(root, leaf_hash, sizeof root);
	for (level = 1; rc == 0 && groups % TREE_TILE == 0; level++) {
		groups /= TREE_TILE;
		for (i = 0; i < 8; i++)
			tree_node_hash(edge->hash[--left], root, root);
		rc = stmt_begin(c, STMT_NODE_ADD, &st, err);
		if (rc < 0)
			break;
		stmt_int(st, 1, (int64_t)level);
		stmt_int(st, 2, (int64_t)(groups - 1));
		stmt_blob(st, 3, root, sizeof root);
		rc = stmt_run(st, err);
	}
	return rc;
}
