/* A definition file of ours from outside: it is passed on as it is, written anew. */
#include <string.h>

#include "base/fold.h"
#include "interop/making.h"

/* What a definition file may not hold; the place is that of the text. */
static int check_texts(struct making *m, const struct node *n)
{
	size_t i;
	int r = 0;

	if (n->kind == NODE_SCALAR) {
		if (!text_has_control(n->text, true))
			return 0;
		return err_at(m->err, ERR_INVALID, m->file, n->line, n->column,
			      "使えない制御文字があります。打ち直してください");
	}
	for (i = 0; r == 0 && i < n->count; i++) {
		if (n->kind == NODE_MAP)
			r = check_texts(m, n->key[i]);
		if (r == 0)
			r = check_texts(m, n->item[i]);
	}
	return r;
}

static int take_catalogue(struct making *m, struct node *root)
{
	const char *id = node_get_text(root, "catalogue");
	const struct node *items = node_get_list(root, "items");

	return making_add(m, "catalogue", id, node_get_text(root, "title"), root,
			  items ? items->count : 0);
}

static int take_crosswalk(struct making *m, struct node *root)
{
	const char *from = node_get_text(root, "from"), *to = node_get_text(root, "to");
	const struct node *pairs = node_get_list(root, "pairs");
	const char *id = arena_printf(m->arena, "%s--%s", from, to), *lacks = "";
	int r;

	r = making_add(m, "crosswalk", id ? id : "", node_get_text(root, "title"), root,
		       pairs ? pairs->count : 0);
	if (r == 0 && !making_catalogue(m, from))
		lacks = from;
	else if (r == 0 && !making_catalogue(m, to))
		lacks = to;
	if (r == 0)
		m->made[m->made_count - 1].lacks = lacks;
	if (*lacks)
		making_note(m, "",
			    "基準「%s」がまだありません。先に取り込むと、この対応表を使えます。",
			    lacks);
	return r;
}

int definition_take(struct making *m, const struct node *root)
{
	struct node *own = (struct node *)(uintptr_t)root; /* of m->arena */
	int r = check_texts(m, root);

	if (r < 0)
		return r;
	if (node_get(root, "catalogue"))
		return take_catalogue(m, own);
	if (node_get(root, "pairs"))
		return take_crosswalk(m, own);
	return err_set(
		m->err, ERR_INVALID,
		"%s: daicho の定義ファイルではありません（catalogue も pairs もありません）。"
		"ファイルか種類を選び直してください",
		m->file);
}
