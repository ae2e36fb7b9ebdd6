/* Catalogues and crosswalks as CISO Assistant libraries. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "interop/ciso.h"
#include "interop/interop.h"

#define PACKAGER "daicho"

struct out {
	struct making m; /* for its tree builders alone */
	struct arena arena;
	const struct catalogue *c;
	const char **leaf; /* of every item */
	struct node *nodes;
};

static void out_init(struct out *o, struct err *err)
{
	*o = (struct out){ .m = { .file = "", .err = err } };
	arena_init(&o->arena, (size_t)256 << 20);
	o->m.arena = &o->arena;
}

static const char *urn(struct out *o, const char *kind, const char *catalogue, const char *leaf)
{
	const char *text = arena_printf(&o->arena, "%srisk:%s:%s%s%s", CISO_OWN, kind, catalogue,
					*leaf ? ":" : "", leaf);

	return text ? text : "";
}

static const char *node_urn(struct out *o, const char *catalogue, const char *leaf)
{
	return urn(o, "req_node", catalogue, leaf);
}

/* Sections and groups are nodes as well; pairs may point at them. */
static const char *group_leaf(struct out *o, const char *section, const char *group)
{
	const char *text = *group ? arena_printf(&o->arena, "%s-%s", section, group) : section;
	const char *ret;
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, "g.");
	ciso_leaf(text ? text : section, &b);
	ret = buf_failed(&b) ? NULL : arena_strdup(&o->arena, b.data);
	buf_release(&b);
	return ret ? ret : "";
}

static const char *statement_leaf(struct out *o, const char *item, const char *statement)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b, "%s.s-", item);
	ciso_leaf(statement, &b);
	ret = buf_failed(&b) ? NULL : arena_strdup(&o->arena, b.data);
	buf_release(&b);
	return ret ? ret : "";
}

/* ---- the envelope ---- */

static void put_head(struct out *o, struct node *lib, const char *ref, const char *title,
		     const char *note, const char *rights, const char *publisher,
		     const char *published, const char *language)
{
	struct making *m = &o->m;

	make_text(m, lib, "urn", urn(o, "library", ref, ""));
	make_text(m, lib, "locale", language);
	make_text(m, lib, "ref_id", ref);
	make_text(m, lib, "name", title);
	make_text(m, lib, "description", *note ? note : title);
	make_text(m, lib, "copyright", *rights ? rights : publisher);
	make_word(m, lib, "version", "1");
	if (date_valid(published))
		make_text(m, lib, "publication_date", published);
	make_text(m, lib, "provider", publisher);
	make_text(m, lib, "packager", PACKAGER);
}

static struct node *listed(struct out *o, struct node *one)
{
	struct node *list = make_list(&o->m);

	if (list && one)
		(void)node_append(&o->arena, list, one);
	return list;
}

static int finish(struct out *o, const struct node *lib, struct buf *ret)
{
	int r = arena_failed(&o->arena) ? err_nomem(o->m.err) : 0;

	if (r == 0)
		emit_yaml(lib, ret);
	arena_release(&o->arena);
	return r == 0 && buf_failed(ret) ? err_nomem(o->m.err) : r;
}

/* ---- nodes ---- */

static struct node *add_node(struct out *o, const char *leaf, const char *parent, int depth,
			     bool assessable)
{
	struct node *n = make_map(&o->m, NULL);
	char text[12];

	snprintf(text, sizeof text, "%d", depth);
	make_text(&o->m, n, "urn", node_urn(o, o->c->id, leaf));
	make_word(&o->m, n, "assessable", assessable ? "true" : "false");
	make_word(&o->m, n, "depth", text);
	if (*parent)
		make_text(&o->m, n, "parent_urn", node_urn(o, o->c->id, parent));
	if (o->nodes && n)
		(void)node_append(&o->arena, o->nodes, n);
	return n;
}

static void put_lines(struct out *o, struct node *n, const char *key, const struct strings *lines)
{
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < lines->count; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "", lines->item[i]);
	if (b.len && !buf_failed(&b))
		make_text(&o->m, n, key, b.data);
	buf_release(&b);
}

static void put_groups(struct out *o, struct node *n, const struct item_def *item)
{
	struct node *list = make_list(&o->m);
	int i;

	make_add_text(&o->m, list, item->level);
	for (i = 0; i < ORG_MAX; i++)
		if (item->applies & (1u << i))
			make_add_text(&o->m, list, org_kind_name((enum org_kind)i));
	make_put(&o->m, n, "implementation_groups", list);
}

static void put_question(struct out *o, struct node *n, const struct item_def *item,
			 const char *leaf)
{
	static const char *const types[ASK_MAX] = { "boolean", "text",		"number",
						    "date",    "unique_choice", "multiple_choice" };
	struct node *q = make_map(&o->m, NULL), *choices = make_list(&o->m);
	struct node *questions = make_map(&o->m, NULL);
	size_t i;

	if (item->ask == ASK_YESNO)
		return;
	make_text(&o->m, q, "type", types[item->ask]);
	for (i = 0; i < item->options.count; i++) {
		struct node *c = make_map(&o->m, NULL);

		make_text(&o->m, c, "urn",
			  arena_printf(&o->arena, "%s:question:1:choice:%zu",
				       node_urn(o, o->c->id, leaf), i + 1));
		make_text(&o->m, c, "value", item->options.item[i]);
		if (choices && c)
			(void)node_append(&o->arena, choices, c);
	}
	make_put(&o->m, q, "choices", choices);
	make_text(&o->m, q, "text", item->says);
	make_put(&o->m, questions,
		 arena_printf(&o->arena, "%s:question:1", node_urn(o, o->c->id, leaf)), q);
	make_put(&o->m, n, "questions", questions);
}

static void put_item(struct out *o, size_t i, const char *parent, int depth)
{
	const struct item_def *item = &o->c->item[i];
	struct node *n = add_node(o, o->leaf[i], parent, depth, true);
	size_t k;

	make_text(&o->m, n, "ref_id", item->id);
	make_text(&o->m, n, "name", item->topic);
	make_text(&o->m, n, "description", item->says);
	put_lines(o, n, "annotation", &item->do_);
	put_lines(o, n, "typical_evidence", &item->show);
	put_groups(o, n, item);
	put_question(o, n, item, o->leaf[i]);
	for (k = 0; k < item->statement_count; k++) {
		const struct statement_def *s = &item->statement[k];
		struct node *part = add_node(o, statement_leaf(o, o->leaf[i], s->id), o->leaf[i],
					     depth + 1, false);

		make_text(&o->m, part, "ref_id", s->id);
		make_text(&o->m, part, "description", s->says);
	}
}

/* Items in the order of the catalogue, each new group with a heading in front. */
static void put_section(struct out *o, const struct section_def *s)
{
	const char *section = group_leaf(o, s->id, "");
	struct node *n = add_node(o, section, "", 1, false);
	size_t i, k;

	make_text(&o->m, n, "ref_id", s->id);
	make_text(&o->m, n, "name", s->title);
	for (i = 0; i < o->c->item_count; i++) {
		const struct item_def *item = &o->c->item[i];
		const char *group = group_leaf(o, s->id, item->group);

		if (strcmp(item->section, s->id) != 0)
			continue;
		for (k = 0; k < i; k++)
			if (strcmp(o->c->item[k].section, s->id) == 0 &&
			    strcmp(o->c->item[k].group, item->group) == 0)
				break;
		if (k == i && *item->group) {
			n = add_node(o, group, section, 2, false);
			make_text(&o->m, n, "ref_id", item->group);
			make_text(&o->m, n, "name", item->group);
		}
		put_item(o, i, group, *item->group ? 3 : 2);
	}
}

/* The groups that items name, with what people call them. */
static void put_group_names(struct out *o, struct node *framework)
{
	struct node *list = make_list(&o->m);
	bool used[ORG_MAX] = { false };
	size_t i;
	int k;

	for (i = 0; i < o->c->item_count; i++)
		for (k = 0; k < ORG_MAX; k++)
			used[k] |= (o->c->item[i].applies & (1u << k)) != 0;
	for (k = 0; k < ORG_MAX; k++) {
		struct node *one = make_map(&o->m, NULL);

		make_text(&o->m, one, "ref_id", org_kind_name((enum org_kind)k));
		make_text(&o->m, one, "name", org_kind_label((enum org_kind)k));
		if (used[k] && list && one)
			(void)node_append(&o->arena, list, one);
	}
	make_put(&o->m, framework, "implementation_groups_definition", list);
}

int ciso_catalogue(const struct catalogue *c, struct buf *ret, struct err *err)
{
	struct node *lib, *framework, *objects;
	struct out o;
	size_t i;

	out_init(&o, err);
	o.c = c;
	o.leaf = ciso_leaves(&o.m, c);
	o.nodes = make_list(&o.m);
	lib = make_map(&o.m, NULL);
	framework = make_map(&o.m, NULL);
	objects = make_map(&o.m, NULL);
	put_head(&o, lib, c->id, c->title, c->note, c->rights, c->publisher, c->published,
		 c->language);
	make_text(&o.m, framework, "urn", urn(&o, "framework", c->id, ""));
	make_text(&o.m, framework, "ref_id", c->edition);
	make_text(&o.m, framework, "name", c->title);
	make_text(&o.m, framework, "description", *c->note ? c->note : c->source);
	if (o.leaf) {
		put_group_names(&o, framework);
		for (i = 0; i < c->section_count; i++)
			put_section(&o, &c->section[i]);
	}
	make_put(&o.m, framework, "requirement_nodes", o.nodes);
	make_put(&o.m, objects, "frameworks", listed(&o, framework));
	make_put(&o.m, lib, "objects", objects);
	return finish(&o, lib, ret);
}

/* ---- pairs ---- */

static const char *end_urn(struct out *o, const struct catalogue *c, const char *const *leaf,
			   const struct pair_end *end)
{
	const struct item_def *item = &c->item[end->item[0]];
	const char *one = leaf[end->item[0]];

	if (end->statement >= 0)
		return node_urn(o, c->id,
				statement_leaf(o, one, item->statement[end->statement].id));
	if (strcmp(end->text, item->id) == 0)
		return node_urn(o, c->id, one);
	return node_urn(o, c->id,
			group_leaf(o, item->section,
				   strcmp(end->text, item->section) == 0 ? "" : item->group));
}

static const char *annotation(struct out *o, const struct pair_def *p, bool inverse)
{
	const char *remains = inverse ? p->remains_back : p->remains;
	const char *back = inverse ? p->remains : p->remains_back;
	const char *text =
		arena_printf(&o->arena, "%s%s%s%s%s", p->reason, *remains ? "\n" CISO_REMAINS : "",
			     remains, *back ? "\n" CISO_REMAINS_BACK : "", back);

	return text ? text : "";
}

static struct node *pair_node(struct out *o, const struct crosswalk *w, const struct pair_def *p,
			      const char *const *from, const char *const *to, bool inverse)
{
	static const char *const relations[PAIR_MAX] = { "equal", "subset", "superset",
							 "intersect" };
	static const char *const strengths[CONFIDENCE_MAX] = { "8", "5", "2" };
	enum pair_relation relation = inverse ? pair_relation_inverse(p->relation) : p->relation;
	const char *a = end_urn(o, w->from, from, &p->from), *b = end_urn(o, w->to, to, &p->to);
	struct node *n = make_map(&o->m, NULL);

	make_text(&o->m, n, "source_requirement_urn", inverse ? b : a);
	make_text(&o->m, n, "target_requirement_urn", inverse ? a : b);
	make_text(&o->m, n, "relationship", relations[relation]);
	make_text(&o->m, n, "rationale", "semantic");
	make_word(&o->m, n, "strength_of_relationship", strengths[p->confidence]);
	make_text(&o->m, n, "annotation", annotation(o, p, inverse));
	return n;
}

static struct node *set_node(struct out *o, const struct crosswalk *w, const char *const *from,
			     const char *const *to, bool inverse)
{
	const char *a = inverse ? w->to_id : w->from_id, *b = inverse ? w->from_id : w->to_id;
	const char *ref = arena_printf(&o->arena, "%s-to-%s", a, b);
	struct node *set = make_map(&o->m, NULL), *list = make_list(&o->m);
	size_t i;

	if (!ref)
		return NULL;
	make_text(&o->m, set, "urn", urn(o, "req_mapping_set", ref, ""));
	make_text(&o->m, set, "ref_id", ref);
	make_text(&o->m, set, "name", w->title);
	make_text(&o->m, set, "description", w->source);
	make_text(&o->m, set, "source_framework_urn", urn(o, "framework", a, ""));
	make_text(&o->m, set, "target_framework_urn", urn(o, "framework", b, ""));
	for (i = 0; i < w->pair_count; i++)
		if (list)
			(void)node_append(&o->arena, list,
					  pair_node(o, w, &w->pair[i], from, to, inverse));
	make_put(&o->m, set, "requirement_mappings", list);
	return set;
}

int ciso_crosswalk(const struct crosswalk *w, struct buf *ret, struct err *err)
{
	struct node *lib, *sets, *objects, *needed;
	const char **from, **to, *ref;
	struct out o;

	out_init(&o, err);
	from = ciso_leaves(&o.m, w->from);
	to = ciso_leaves(&o.m, w->to);
	ref = arena_printf(&o.arena, "map-%s-%s", w->from_id, w->to_id);
	lib = make_map(&o.m, NULL);
	objects = make_map(&o.m, NULL);
	needed = make_list(&o.m);
	if (from && to && ref) {
		put_head(&o, lib, ref, w->title, w->note, "", PACKAGER, "", "ja");
		make_add_text(&o.m, needed, urn(&o, "library", w->from_id, ""));
		make_add_text(&o.m, needed, urn(&o, "library", w->to_id, ""));
		make_put(&o.m, lib, "dependencies", needed);
		sets = listed(&o, set_node(&o, w, from, to, false));
		if (sets)
			(void)node_append(&o.arena, sets, set_node(&o, w, from, to, true));
		make_put(&o.m, objects, "requirement_mapping_sets", sets);
		make_put(&o.m, lib, "objects", objects);
	}
	return finish(&o, lib, ret);
}
