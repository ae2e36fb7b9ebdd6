/* The contact tree as data. */
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

#include "report/picture.h"

#define LINE_MAX_CHARS 120
#define LINK_MAX (4 * TREE_NODE_MAX)

int tree_new(const char *title, struct tree **ret, struct err *err)
{
	struct tree *t = calloc(1, sizeof *t);

	if (!t)
		return err_nomem(err);
	arena_init(&t->mem, 0);
	t->title = text_clean(&t->mem, title, LINE_MAX_CHARS);
	t->words[TREE_INTERNAL] = "院内";
	t->words[TREE_EXTERNAL] = "院外";
	if (arena_failed(&t->mem)) {
		tree_free(t);
		return err_nomem(err);
	}
	*ret = t;
	return 0;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	arena_release(&t->mem);
	free(t->items);
	free(t->links);
	free(t);
}

void tree_words(struct tree *t, const char *internal, const char *external)
{
	const char *a = text_clean(&t->mem, internal, 20), *b = text_clean(&t->mem, external, 20);

	if (a && b) {
		t->words[TREE_INTERNAL] = a;
		t->words[TREE_EXTERNAL] = b;
	}
}

static int find(const struct tree *t, const char *id)
{
	int i;

	for (i = 0; i < t->count; i++)
		if (strcmp(t->items[i].id, id) == 0)
			return i;
	return -1;
}

/* Room for one more element. */
static void *grow(void *list, int count, int *alloc, size_t size)
{
	int want = *alloc ? *alloc * 2 : 32;
	void *more;

	if (count < *alloc)
		return list;
	more = realloc(list, (size_t)want * size);
	if (more)
		*alloc = want;
	return more;
}

int tree_add(struct tree *t, const struct tree_node *node, struct err *err)
{
	struct tree_item *items, *item;
	int i;

	if (t->count >= TREE_NODE_MAX)
		return err_set(err, ERR_LIMIT, "連絡体制図に載せられる連絡先は%d件までです。",
			       TREE_NODE_MAX);
	if (find(t, node->id) >= 0)
		return err_set(err, ERR_CONFLICT, "連絡体制図に同じ連絡先が2度あります。");
	items = grow(t->items, t->count, &t->alloc, sizeof *items);
	if (!items)
		return err_nomem(err);
	t->items = items;
	item = &items[t->count];
	memset(item, 0, sizeof *item);
	item->id = arena_strdup(&t->mem, node->id);
	for (i = 0; i < TREE_LINES; i++)
		item->lines[i] = text_clean(&t->mem, node->lines[i], LINE_MAX_CHARS);
	item->group = node->group == TREE_EXTERNAL ? TREE_EXTERNAL : TREE_INTERNAL;
	item->order = node->order;
	if (arena_failed(&t->mem))
		return err_nomem(err);
	t->count++;
	return 0;
}

int tree_join(struct tree *t, const char *from, const char *to, struct err *err)
{
	int a = find(t, from), b = find(t, to);
	struct tree_link *links;

	if (a < 0 || b < 0)
		return err_set(err, ERR_NOT_FOUND,
			       "連絡体制図の矢印の先にある連絡先が見つかりません。");
	if (t->link_count >= LINK_MAX)
		return err_set(err, ERR_LIMIT, "連絡体制図に描ける矢印は%d本までです。", LINK_MAX);
	links = grow(t->links, t->link_count, &t->link_alloc, sizeof *links);
	if (!links)
		return err_nomem(err);
	t->links = links;
	links[t->link_count++] = (struct tree_link){ a, b };
	return 0;
}

static bool has_caller(const struct tree *t, int item)
{
	int i;

	for (i = 0; i < t->link_count; i++)
		if (t->links[i].to == item && t->links[i].from != item)
			return true;
	return false;
}

void tree_reach(const struct tree *t, int item, bool *set)
{
	bool again = true;
	int i;

	set[item] = true;
	while (again) {
		again = false;
		for (i = 0; i < t->link_count; i++) {
			if (set[t->links[i].from] && !set[t->links[i].to]) {
				set[t->links[i].to] = true;
				again = true;
			}
		}
	}
}

bool tree_is_root(const struct tree *t, int item)
{
	bool set[TREE_NODE_MAX] = { false };
	int i;

	if (!has_caller(t, item))
		return true;
	/* In a ring nobody is first: then it is the item added first, unless
	 * something outside the ring leads to it. */
	for (i = 0; i < t->count; i++)
		if (!has_caller(t, i) || i < item)
			tree_reach(t, i, set);
	return !set[item];
}
