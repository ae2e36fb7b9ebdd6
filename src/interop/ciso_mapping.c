/* A mapping set of CISO Assistant into a crosswalk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop/ciso.h"

#define ENDS_MAX 200 /* groups that one heading may stand for */

/* A catalogue with the leaves its parts would have. */
struct side {
	const struct catalogue *c; /* NULL when not known */
	const char **item, **group, **whole, **section;
};

struct mapping {
	struct making *m;
	const char *from_id, *to_id;
	struct side from, to;
	struct node *pairs;
	size_t count, unrelated, unknown;
	const char *unknown_example;
	const char **seen; /* "from\nto" of every pair */
	size_t seen_count, seen_alloc;
};

/* What an end may be written as: one item, or the groups a heading stands for. */
struct ends {
	const char *text[ENDS_MAX];
	size_t count;
};

static void add_end(struct ends *e, const char *text)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->text[i], text) == 0)
			return;
	if (text && e->count < ENDS_MAX)
		e->text[e->count++] = text;
}

/* "SECTION-GROUP", or the section alone. */
static const char *group_text(struct making *m, const struct item_def *item)
{
	const char *text = *item->group
				   ? arena_printf(m->arena, "%s-%s", item->section, item->group)
				   : item->section;

	return text ? text : item->section;
}

static const char *leaf_of(struct making *m, const char *id)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 0);
	ciso_leaf(id, &b);
	ret = buf_failed(&b) ? NULL : arena_strdup(m->arena, b.data ? b.data : "");
	buf_release(&b);
	return ret ? ret : "";
}

static void side_init(struct making *m, const struct catalogue *c, struct side *s)
{
	size_t i;

	if (!c)
		return;
	s->item = ciso_leaves(m, c);
	s->group = arena_calloc(m->arena, c->item_count + 1, sizeof *s->group);
	s->whole = arena_calloc(m->arena, c->item_count + 1, sizeof *s->whole);
	s->section = arena_calloc(m->arena, c->section_count + 1, sizeof *s->section);
	if (!s->item || !s->group || !s->whole || !s->section)
		return;
	s->c = c;
	for (i = 0; i < c->item_count; i++) {
		s->group[i] = leaf_of(m, c->item[i].group);
		s->whole[i] = leaf_of(m, group_text(m, &c->item[i]));
	}
	for (i = 0; i < c->section_count; i++)
		s->section[i] = leaf_of(m, c->section[i].id);
}

/* "GV.OC Organizational Context" begins with the word that the leaf stands for. */
static bool heading_is(struct making *m, const char *leaf, const char *heading)
{
	size_t n = strcspn(heading, " ");
	const char *word = arena_strndup(m->arena, heading, n);

	return word && ciso_leaf_is(leaf, word);
}

static bool under(struct making *m, const char *leaf, const struct item_def *item)
{
	size_t i;

	for (i = 0; i < item->headings.count; i++)
		if (heading_is(m, leaf, item->headings.item[i]))
			return true;
	return false;
}

/* Ours are called "ITEM.s-STATEMENT", those of others have a leaf of their own. */
static void find_statement(struct making *m, const struct side *s, size_t i, const char *leaf,
			   struct ends *e)
{
	const struct item_def *item = &s->c->item[i];
	size_t n = strlen(s->item[i]), k;
	bool ours = strncmp(leaf, s->item[i], n) == 0 && strncmp(leaf + n, ".s-", 3) == 0;

	for (k = 0; k < item->statement_count; k++)
		if (strcmp(item->statement[k].id, leaf) == 0 ||
		    (ours && ciso_leaf_is(leaf + n + 3, item->statement[k].id)))
			add_end(e,
				arena_printf(m->arena, "%s#%s", item->id, item->statement[k].id));
}

/* Of an item, a statement, a section, a group, or a heading between them, in this order. */
static void find_ends(struct making *m, const struct side *s, const char *leaf, struct ends *e)
{
	const char *group = strncmp(leaf, "g.", 2) == 0 ? leaf + 2 : leaf;
	const struct catalogue *c = s->c;
	size_t i;

	for (i = 0; i < c->item_count && !e->count; i++)
		if (strcmp(leaf, s->item[i]) == 0)
			add_end(e, c->item[i].id);
	for (i = 0; i < c->item_count && !e->count; i++)
		find_statement(m, s, i, leaf, e);
	for (i = 0; i < c->section_count && !e->count; i++)
		if (strcmp(group, s->section[i]) == 0)
			add_end(e, c->section[i].id);
	for (i = 0; i < c->item_count && !e->count; i++)
		if (*s->group[i] &&
		    (strcmp(leaf, s->group[i]) == 0 || strcmp(group, s->whole[i]) == 0))
			add_end(e, group_text(m, &c->item[i]));
	if (e->count)
		return;
	for (i = 0; i < c->item_count; i++)
		if (under(m, leaf, &c->item[i]))
			add_end(e, group_text(m, &c->item[i]));
}

/* ---- pairs ---- */

/* How it reads from the other end when `inverse`. */
static const char *relation_of(const char *name, bool inverse)
{
	if (strcmp(name, "equal") == 0)
		return "equal";
	if (strcmp(name, "subset") == 0)
		return inverse ? "superset" : "subset";
	if (strcmp(name, "superset") == 0)
		return inverse ? "subset" : "superset";
	if (strcmp(name, "intersect") == 0 || strcmp(name, "intersects") == 0)
		return "intersects";
	return NULL;
}

/* 0 to 10; none given says nothing either way. */
static const char *confidence_of(const struct node *n)
{
	const char *text = node_get_text(n, "strength_of_relationship");
	long strength = strtol(text, NULL, 10);

	if (!*text)
		return "medium";
	return strength >= 7 ? "high" : strength >= 4 ? "medium" : "low";
}

static const char *reason_of(struct making *m, const struct node *n, const char *place)
{
	static const char *const grounds[][2] = { { "syntactic", "言葉づかい" },
						  { "semantic", "意味" },
						  { "functional", "はたらき" } };
	const char *why = making_clean(m, place, ciso_text(n, "annotation"));
	const char *ground = node_get_text(n, "rationale"), *text;
	size_t i;

	if (*why)
		return why;
	for (i = 0; i < sizeof grounds / sizeof grounds[0]; i++)
		if (strcmp(ground, grounds[i][0]) == 0)
			ground = grounds[i][1];
	text = *ground ? arena_printf(m->arena, "出典の対応表による（比べた観点: %s）",
				      making_line(m, place, ground))
		       : NULL;
	return text ? text : "出典の対応表による（理由の記載なし）";
}

static bool seen(struct mapping *p, const char *from, const char *to)
{
	const char *key = arena_printf(p->m->arena, "%s\n%s", from, to);
	size_t i;

	if (!key)
		return true;
	for (i = 0; i < p->seen_count; i++)
		if (strcmp(p->seen[i], key) == 0)
			return true;
	if (p->seen_count == p->seen_alloc) {
		size_t alloc = p->seen_alloc ? p->seen_alloc * 2 : 256;
		const char **bigger = arena_calloc(p->m->arena, alloc, sizeof *bigger);

		if (!bigger)
			return true;
		if (p->seen_count)
			memcpy(bigger, p->seen, p->seen_count * sizeof *bigger);
		p->seen = bigger;
		p->seen_alloc = alloc;
	}
	p->seen[p->seen_count++] = key;
	return false;
}

/* What stands behind a mark on a line of its own; cut off the text. Ours alone have it. */
static const char *take_line(struct making *m, char *text, const char *mark)
{
	char *at = text ? strstr(text, mark) : NULL;
	const char *ret;

	if (!at || at == text || at[-1] != '\n')
		return "";
	ret = making_line(
		m, mark,
		arena_strndup(m->arena, at + strlen(mark), strcspn(at + strlen(mark), "\n")));
	at[-1] = '\0';
	return ret;
}

/* Says what remains, where our rules ask for it and the source is silent. */
static void put_remains(struct making *m, struct node *pair, const char *key, bool asked,
			const char *text)
{
	static const char unsaid[] =
		"出典に残る差の記載がありません。両方の本文を比べて確かめてください。";

	if (asked || *text)
		make_text(m, pair, key, *text ? text : unsaid);
}

static void put_pair(struct mapping *p, const struct node *n, const char *from, const char *to,
		     const char *relation, const char *reason)
{
	struct making *m = p->m;
	char *text = arena_strdup(m->arena, reason);
	const char *back = take_line(m, text, CISO_REMAINS_BACK);
	const char *remains = take_line(m, text, CISO_REMAINS);
	bool overlaps = strcmp(relation, "intersects") == 0;
	struct node *pair;

	if (seen(p, from, to) || !text)
		return;
	pair = make_map(m, n);
	make_text(m, pair, "from", from);
	make_text(m, pair, "to", to);
	make_word(m, pair, "relation", relation);
	make_word(m, pair, "confidence", confidence_of(n));
	make_text(m, pair, "reason", text);
	put_remains(m, pair, "remains", overlaps || strcmp(relation, "subset") == 0, remains);
	put_remains(m, pair, "remains_back", overlaps || strcmp(relation, "superset") == 0, back);
	if (p->pairs && pair && node_append(m->arena, p->pairs, pair) == 0)
		p->count++;
}

/* The ends of a node's name; its leaf where the catalogue is not known. */
static void resolve(struct mapping *p, const struct side *s, const char *urn, struct ends *e)
{
	const char *leaf = ciso_node_of(urn);

	e->count = 0;
	if (!*leaf)
		return;
	if (s->c)
		find_ends(p->m, s, leaf, e);
	else
		add_end(e, leaf);
}

static void take_one(struct mapping *p, const struct node *n, bool inverse, const char *place)
{
	const char *source = node_get_text(n, "source_requirement_urn");
	const char *target = node_get_text(n, "target_requirement_urn");
	const char *relation = relation_of(node_get_text(n, "relationship"), inverse);
	struct ends from, to;
	size_t i, k;

	if (!relation) {
		p->unrelated++;
		return;
	}
	resolve(p, &p->from, inverse ? target : source, &from);
	resolve(p, &p->to, inverse ? source : target, &to);
	if (!from.count || !to.count) {
		if (!p->unknown++)
			p->unknown_example = from.count ? (inverse ? source : target)
							: (inverse ? target : source);
		return;
	}
	/* A heading demands all below it, so what is said of it holds of its parts at most in part.
	 */
	if (from.count > 1 || to.count > 1)
		relation = "intersects";
	for (i = 0; i < from.count; i++)
		for (k = 0; k < to.count; k++)
			put_pair(p, n, from.text[i], to.text[k], relation,
				 reason_of(p->m, n, place));
}

static void take_all(struct mapping *p, const struct node *set, bool inverse)
{
	const struct node *list = node_get_list(set, "requirement_mappings");
	size_t i;

	for (i = 0; list && i < list->count; i++)
		take_one(p, list->item[i], inverse, making_place(p->m, "requirement_mappings", i));
}

/* ---- the crosswalk ---- */

static void note_lacking(struct making *m, const struct side *s, const char *id)
{
	if (!s->c)
		making_note(m, "",
			    "基準「%s」がまだありません。先に（または一緒に）取り込むと、"
			    "この対応表を使えます。",
			    id);
}

static void note_lost(const struct mapping *p)
{
	if (p->unrelated)
		making_note(p->m, "requirement_mappings",
			    "関係がない（not_related）か、関係の分からない組は取り込みません（%"
			    "zu件）。",
			    p->unrelated);
	if (p->unknown)
		making_note(p->m, "requirement_mappings",
			    "基準に見つからない項目を指す組は取り込みません（%zu件。例: %s）。",
			    p->unknown, p->unknown_example);
	note_lacking(p->m, &p->from, p->from_id);
	note_lacking(p->m, &p->to, p->to_id);
}

static const char *title_of(struct making *m, const struct mapping *p, const struct node *set)
{
	const char *text = making_line(m, "name", ciso_text(set, "name"));

	if (!*text)
		text = arena_printf(m->arena, "%s → %s", p->from_id, p->to_id);
	return text ? text : p->from_id;
}

int ciso_take_mapping(struct making *m, const struct node *library, const struct node *set,
		      const struct node *reverse, size_t index)
{
	struct mapping p = { .m = m, .pairs = make_list(m) };
	struct node *root = make_map(m, set);
	const char *title, *id;
	int r;

	p.from_id = ciso_framework_of(m, node_get_text(set, "source_framework_urn"));
	p.to_id = ciso_framework_of(m, node_get_text(set, "target_framework_urn"));
	if (!*p.from_id || !*p.to_id)
		return err_set(m->err, ERR_INVALID,
			       "%s: %zu番目の対応表に、どの基準からどの基準への対応かの記載"
			       "（source_framework_urn、target_framework_urn）がありません",
			       m->file, index + 1);
	side_init(m, making_catalogue(m, p.from_id), &p.from);
	side_init(m, making_catalogue(m, p.to_id), &p.to);
	take_all(&p, set, false);
	if (reverse)
		take_all(&p, reverse, true);
	note_lost(&p);
	title = title_of(m, &p, set);
	id = arena_printf(m->arena, "%s--%s", p.from_id, p.to_id);
	make_word(m, root, "format", "1");
	make_text(m, root, "from", p.from_id);
	make_text(m, root, "to", p.to_id);
	make_text(m, root, "title", title);
	make_text(m, root, "source",
		  making_line(m, "urn",
			      arena_printf(m->arena, "CISO Assistant %s（version %s）",
					   node_get_text(set, "urn"),
					   node_get_text(library, "version"))));
	make_text(m, root, "note",
		  making_clean(m, "copyright", node_get_text(library, "copyright")));
	make_word(m, root, "wording", "source");
	if (!p.count)
		return err_set(m->err, ERR_INVALID,
			       "%s: 対応表 %s に取り込める組がありません。"
			       "両方の基準が同じ版か確かめてください",
			       m->file, id ? id : "");
	make_put(m, root, "pairs", p.pairs);
	r = making_add(m, "crosswalk", id ? id : "", title, root, p.count);
	if (r == 0 && (!p.from.c || !p.to.c))
		m->made[m->made_count - 1].lacks = p.from.c ? p.to_id : p.from_id;
	return r;
}
