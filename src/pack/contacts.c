/* The contact tree: who calls whom, drawn, and the same as a list. */
#include "pack/contacts.h"

#include <stdlib.h>
#include <string.h>

#include "report/tree.h"

struct contact {
	const char *id, *name, *called_by, *category;
};

struct drawing {
	struct tree *tree;
	struct contact list[TREE_NODE_MAX];
	size_t count;
};

static int add_node(struct gather *g, const struct ledger_def *def, const struct list_row *r,
		    void *arg, struct err *err)
{
	struct drawing *d = arg;
	int kind = ledger_field(def, "kind"), order = ledger_field(def, "order");
	struct tree_node node = {
		.id = arena_strdup(g->arena, r->id),
		.lines = { gather_text(g, def, r, "category"), gather_text(g, def, r, "organisation"),
			   gather_text(g, def, r, "person"), gather_text(g, def, r, "phone") },
		.group = kind >= 0 && strcmp(r->value[kind], "external") == 0 ? TREE_EXTERNAL
									      : TREE_INTERNAL,
		.order = order >= 0 ? (int)strtol(r->value[order], NULL, 10) : 0,
	};

	if (!node.id)
		return err_nomem(err);
	if (d->count == TREE_NODE_MAX)
		return 0;
	d->list[d->count++] = (struct contact){ node.id, node.lines[1],
						gather_text(g, def, r, "called_by"), node.lines[0] };
	return tree_add(d->tree, &node, err);
}

/* "called by" is written by people: the name of a contact, or of its category. */
static const struct contact *find_caller(const struct drawing *d, const struct contact *of)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (&d->list[i] != of && strcmp(d->list[i].name, of->called_by) == 0)
			return &d->list[i];
	for (i = 0; i < d->count; i++)
		if (&d->list[i] != of && *d->list[i].category &&
		    strcmp(d->list[i].category, of->called_by) == 0)
			return &d->list[i];
	return NULL;
}

static int join_all(struct drawing *d, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < d->count; i++) {
		const struct contact *caller =
			*d->list[i].called_by ? find_caller(d, &d->list[i]) : NULL;

		if (caller)
			r = tree_join(d->tree, caller->id, d->list[i].id, err);
	}
	return r;
}

int contacts_pdf_tree(struct gather *g, struct pdf *p, struct err *err)
{
	struct drawing *d = arena_alloc(g->arena, sizeof *d);
	int r = d ? tree_new("インシデント時の連絡体制図", &d->tree, err) : err_nomem(err);

	if (r < 0)
		return r;
	r = gather_each(g, "contacts", add_node, d, err);
	if (r == 0)
		r = join_all(d, err);
	if (r == 0)
		tree_draw(d->tree, p);
	tree_free(d->tree);
	return r;
}
