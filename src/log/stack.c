#include "log/stack.h"

#include <string.h>

void stack_init(struct stack *s)
{
	memset(s, 0, sizeof *s);
}

static int stack_add(struct stack *s, unsigned level, const uint8_t hash[HASH_SIZE],
		     struct err *err)
{
	uint8_t root[HASH_SIZE];

	memcpy(s->hash[level] + s->count[level] * HASH_SIZE, hash, HASH_SIZE);
	if (++s->count[level] < TREE_TILE)
		return 0;
	if (s->full) {
		int r = s->full(s->arg, level, s->first[level], s->hash[level], err);

		if (r < 0)
			return r;
	}
	tree_reduce(s->hash[level], TREE_TILE, root);
	s->first[level] += TREE_TILE;
	s->count[level] = 0;
	return level + 1 < STACK_LEVELS ? stack_add(s, level + 1, root, err) : 0;
}

int stack_push(struct stack *s, const uint8_t leaf_hash[HASH_SIZE], struct err *err)
{
	s->size++;
	return stack_add(s, 0, leaf_hash, err);
}

void stack_root(const struct stack *s, uint8_t ret[HASH_SIZE])
{
	struct tree_edge edge;
	unsigned level;

	tree_edge_init(&edge);
	/* Higher levels stand further left; each adds its subtrees in order. */
	for (level = STACK_LEVELS; level-- > 0;) {
		size_t i;

		for (i = 0; i < s->count[level]; i++)
			tree_edge_append_subtree(&edge, 8 * level, s->hash[level] + i * HASH_SIZE);
	}
	tree_edge_root(&edge, ret);
}
