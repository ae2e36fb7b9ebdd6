/* A framework of CISO Assistant into a catalogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "interop/ciso.h"

#define NONE ((size_t)-1)
#define DEPTH_MAX 32 /* of headings */
#define TOPIC_CHARS 40
#define ALONE "-" /* the section of items without any heading */

struct entry {
	const struct node *node;
	const char *urn, *leaf, *ref, *name, *says;
	size_t parent; /* or NONE */
	size_t children;
	bool assessable, own;
	const char *section, *group, *number, *id;
};

struct framework {
	struct making *m;
	const char *urn, *title;
	struct entry *entry;
	size_t count;
	size_t *by_urn, *by_id; /* indexes, sorted */
};

/* ---- reading the nodes ---- */

static int by_urn(const void *a, const void *b, void *arg)
{
	const struct framework *f = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int r = strcmp(f->entry[x].urn, f->entry[y].urn);

	return r ? r : (x > y) - (x < y);
}

static size_t find_urn(const struct framework *f, const char *urn)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int r = strcmp(f->entry[f->by_urn[mid]].urn, urn);

		if (r == 0)
			return f->by_urn[mid];
		if (r < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NONE;
}

static void read_entry(struct framework *f, const struct node *n, size_t i)
{
	struct making *m = f->m;
	struct entry *e = &f->entry[i];
	const char *place = making_place(m, "requirement_nodes", i);

	e->node = n;
	e->urn = node_get_text(n, "urn");
	e->leaf = ciso_node_of(e->urn);
	e->own = strncmp(e->urn, CISO_OWN, strlen(CISO_OWN)) == 0;
	e->ref = making_line(m, place, node_get_text(n, "ref_id"));
	e->name = making_line(m, place, ciso_text(n, "name"));
	e->says = making_clean(m, place, ciso_text(n, "description"));
	e->assessable = node_true(node_get(n, "assessable"));
	e->parent = NONE;
}

static int read_entries(struct framework *f, const struct node *list)
{
	struct making *m = f->m;
	size_t i;

	f->entry = arena_calloc(m->arena, list->count + 1, sizeof *f->entry);
	f->by_urn = arena_calloc(m->arena, list->count + 1, sizeof *f->by_urn);
	f->by_id = arena_calloc(m->arena, list->count + 1, sizeof *f->by_id);
	if (!f->entry || !f->by_urn || !f->by_id)
		return err_nomem(m->err);
	for (i = 0; i < list->count; i++) {
		const struct node *n = list->item[i];

		read_entry(f, n, i);
		if (n->kind != NODE_MAP || !*f->entry[i].leaf)
			return err_at(m->err, ERR_INVALID, m->file, n->line, n->column,
				      "requirement_nodes の%zu件目に urn がありません。"
				      "作成元でもう一度書き出してください",
				      i + 1);
		f->by_urn[i] = f->by_id[i] = i;
	}
	f->count = list->count;
	qsort_r(f->by_urn, f->count, sizeof *f->by_urn, by_urn, f);
	for (i = 1; i < f->count; i++) {
		const struct entry *e = &f->entry[f->by_urn[i]];

		if (strcmp(f->entry[f->by_urn[i - 1]].urn, e->urn) == 0)
			return err_at(m->err, ERR_INVALID, m->file, e->node->line, e->node->column,
				      "urn「%s」が2回あります。片方を消してください", e->urn);
	}
	return 0;
}

static void link_parents(struct framework *f)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		const char *urn = node_get_text(f->entry[i].node, "parent_urn");

		if (!*urn)
			continue;
		f->entry[i].parent = find_urn(f, urn);
		if (f->entry[i].parent == i)
			f->entry[i].parent = NONE;
		if (f->entry[i].parent != NONE)
			f->entry[f->entry[i].parent].children++;
		else
			making_note(f->m, making_place(f->m, "requirement_nodes", i),
				    "親（%s）が見つからないため、見出しなしで取り込みます。", urn);
	}
}

/* Ancestors from the outermost; at most DEPTH_MAX, so that a circle ends. */
static size_t ancestors(const struct framework *f, size_t i, size_t ret[DEPTH_MAX])
{
	size_t at[DEPTH_MAX], count = 0, k;

	for (i = f->entry[i].parent; i != NONE && count < DEPTH_MAX; i = f->entry[i].parent)
		at[count++] = i;
	for (k = 0; k < count; k++)
		ret[k] = at[count - 1 - k];
	return count;
}

/* ---- naming ---- */

static const char *label(const struct entry *e)
{
	return *e->ref ? e->ref : e->leaf;
}

/* A node without children below something to assess, and not to assess itself, is a part of it. */
static bool is_statement(const struct framework *f, const struct entry *e)
{
	return !e->assessable && !e->children && e->parent != NONE &&
	       f->entry[e->parent].assessable;
}

/* The number as printed; in our own libraries what stands behind "SECTION-GROUP-" of the id. */
static const char *number_of(const struct entry *e)
{
	const char *number = label(e);
	const char *const parts[] = { e->section, e->group };
	size_t i;

	for (i = 0; e->own && i < 2; i++) {
		size_t n = strlen(parts[i]);

		if (n && strncmp(number, parts[i], n) == 0 && number[n] == '-' && number[n + 1])
			number += n + 1;
	}
	return number;
}

static bool same_word(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static void name_entry(struct framework *f, size_t i)
{
	struct entry *e = &f->entry[i];
	size_t up[DEPTH_MAX], count = ancestors(f, i, up);

	if (count)
		e->section = label(&f->entry[up[0]]);
	else
		e->section = e->children ? label(e) : ALONE;
	e->group = count > 1 ? label(&f->entry[up[count - 1]]) : "";
	e->number = *e->ref ? number_of(e) : "";
	/* Headings become no items: they may share a name with one. */
	if (!e->assessable) {
		e->id = "";
		return;
	}
	e->id = *e->ref && (e->own || same_word(e->ref, e->leaf)) ? e->ref : e->leaf;
	if (strpbrk(e->id, "# ") && *e->leaf)
		e->id = e->leaf;
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct framework *f = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int r = strcmp(f->entry[x].id, f->entry[y].id);

	return r ? r : (x > y) - (x < y);
}

static int by_number(const void *a, const void *b, void *arg)
{
	const struct framework *f = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct entry *p = &f->entry[x], *q = &f->entry[y];

	if (p->parent != q->parent)
		return p->parent < q->parent ? -1 : 1;
	return strcmp(p->number, q->number) ? strcmp(p->number, q->number) : (x > y) - (x < y);
}

/* Two items of one name take their leaves, which differ; a number printed twice is left out. */
static void settle_names(struct framework *f)
{
	size_t i;

	qsort_r(f->by_id, f->count, sizeof *f->by_id, by_id, f);
	for (i = 1; i < f->count; i++)
		if (*f->entry[f->by_id[i]].id &&
		    strcmp(f->entry[f->by_id[i - 1]].id, f->entry[f->by_id[i]].id) == 0)
			f->entry[f->by_id[i]].id = f->entry[f->by_id[i]].leaf;
	qsort_r(f->by_id, f->count, sizeof *f->by_id, by_number, f);
	for (i = 1; i < f->count; i++) {
		const struct entry *a = &f->entry[f->by_id[i - 1]];
		struct entry *b = &f->entry[f->by_id[i]];

		if (!a->assessable || !b->assessable || a->parent != b->parent || !*b->number ||
		    strcmp(a->number, b->number) != 0)
			continue;
		making_note(f->m, b->leaf,
			    "番号「%s」が同じ見出しに2回あるため、番号を空にしました。", b->number);
		b->number = "";
	}
}

/* ---- items ---- */

static const char *heading(struct making *m, const struct entry *e)
{
	const char *text = e->name;

	if (!*text)
		text = making_cut(m, making_line(m, e->leaf, e->says), TOPIC_CHARS);
	if (!*text || same_word(text, label(e)))
		return label(e);
	text = arena_printf(m->arena, "%s %s", label(e), text);
	return text ? text : label(e);
}

static void put_headings(struct framework *f, size_t i, struct node *item)
{
	struct node *list = make_list(f->m);
	size_t up[DEPTH_MAX], count = ancestors(f, i, up), k;

	for (k = 0; k < count; k++)
		make_add_text(f->m, list, heading(f->m, &f->entry[up[k]]));
	make_put(f->m, item, "headings", list);
}

static void put_statements(struct framework *f, size_t i, struct node *item)
{
	struct making *m = f->m;
	struct node *list = make_list(m);
	size_t k;

	for (k = 0; k < f->count && f->entry[i].children; k++) {
		const struct entry *e = &f->entry[k];
		struct node *one;

		if (e->parent != i || !is_statement(f, e))
			continue;
		one = make_map(m, e->node);
		make_text(m, one, "id", e->own ? label(e) : e->leaf);
		make_text(m, one, "says", *e->says ? e->says : *e->name ? e->name : label(e));
		if (list && one)
			(void)node_append(m->arena, list, one);
	}
	make_put(m, item, "statements", list);
}

/* Each line of a text; marks of lists in front of them are left away. */
static void put_lines(struct making *m, struct node *item, const char *key, const char *text)
{
	struct node *list = make_list(m);

	while (*text) {
		size_t n = strcspn(text, "\n"), skip = strspn(text, " \t-*");
		const char *line;

		if (strncmp(text + skip, "・", strlen("・")) == 0)
			skip += strlen("・");
		line = skip < n ? arena_strndup(m->arena, text + skip, n - skip) : "";
		if (line)
			make_add_text(m, list, making_line(m, key, line));
		text += n + (text[n] == '\n');
	}
	make_put(m, item, key, list);
}

static void put_joined(struct making *m, struct node *item, const char *name,
		       const struct node *list)
{
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; list && i < list->count; i++)
		if (*node_text(list->item[i]))
			buf_printf(&b, "%s%s", b.len ? "、" : "", node_text(list->item[i]));
	if (b.len && !buf_failed(&b))
		make_attribute(m, item, name, making_line(m, name, b.data));
	buf_release(&b);
}

/* Groups of our own libraries are the kinds of organisation and the level. */
static void put_own_groups(struct making *m, struct node *item, const struct node *list)
{
	struct node *applies = make_list(m);
	size_t i, k;

	for (i = 0; list && i < list->count; i++) {
		const char *name = node_text(list->item[i]);

		for (k = 0; k < ORG_MAX && strcmp(org_kind_name((enum org_kind)k), name) != 0; k++)
			;
		if (k < ORG_MAX)
			make_add_text(m, applies, name);
		else if (!node_get(item, "level"))
			make_text(m, item, "level", name);
	}
	make_put(m, item, "applies", applies);
}

static void put_extras(struct framework *f, const struct entry *e, struct node *item)
{
	struct making *m = f->m;
	const char *note = making_clean(m, e->leaf, ciso_text(e->node, "annotation"));
	const struct node *groups = node_get_list(e->node, "implementation_groups");

	put_lines(m, item, "show",
		  making_clean(m, e->leaf, ciso_text(e->node, "typical_evidence")));
	if (e->own) {
		put_lines(m, item, "do", note);
		put_own_groups(m, item, groups);
	} else {
		make_attribute(m, item, "注記", note);
		put_joined(m, item, "適用区分", groups);
	}
	make_attribute(m, item, "重要度",
		       making_line(m, e->leaf, node_get_text(e->node, "importance")));
	make_attribute(m, item, "重み", making_line(m, e->leaf, node_get_text(e->node, "weight")));
	put_joined(m, item, "参考対策", node_get_list(e->node, "reference_controls"));
	put_joined(m, item, "脅威", node_get_list(e->node, "threats"));
}

static struct node *make_item(struct framework *f, size_t i)
{
	const struct entry *e = &f->entry[i];
	struct making *m = f->m;
	struct node *item = make_map(m, e->node);
	const char *topic = *e->name ? e->name : making_line(m, e->leaf, e->says);

	make_text(m, item, "id", e->id);
	make_text(m, item, "section", e->section);
	make_text(m, item, "group", e->group);
	make_text(m, item, "number", e->number);
	put_headings(f, i, item);
	make_text(m, item, "topic", *topic ? making_cut(m, topic, TOPIC_CHARS) : e->id);
	make_text(m, item, "says", *e->says ? e->says : *e->name ? e->name : e->id);
	put_statements(f, i, item);
	put_extras(f, e, item);
	return item;
}

/* ---- questions ---- */

static const char *ask_of(const char *type)
{
	static const char *const names[][2] = {
		{ "unique_choice", "choice" },	  { "single_choice", "choice" },
		{ "multiple_choice", "choices" }, { "text", "text" },
		{ "number", "number" },		  { "date", "date" },
	};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i][0], type) == 0)
			return names[i][1];
	return "yesno";
}

static void put_answer(struct making *m, struct node *item, const struct node *question)
{
	const struct node *choices = node_get_list(question, "choices");
	const char *kind = ask_of(node_get_text(question, "type"));
	struct node *answer = make_map(m, item), *options = make_list(m);
	bool choice = strcmp(kind, "choice") == 0 || strcmp(kind, "choices") == 0;
	size_t i;

	for (i = 0; choice && choices && i < choices->count; i++)
		make_add_text(m, options,
			      making_line(m, "choices", ciso_text(choices->item[i], "value")));
	choice = choice && options && options->count > 1;
	make_word(m, answer, "kind", choice || strncmp(kind, "choice", 6) != 0 ? kind : "text");
	if (choice)
		make_put(m, answer, "options", options);
	make_put(m, item, "answer", answer);
}

/* An item for a further question of entry i. */
static struct node *make_question(struct framework *f, size_t i, size_t nth, const char *says)
{
	const struct entry *e = &f->entry[i];
	struct making *m = f->m;
	struct node *one = make_map(m, e->node);
	const char *id = arena_printf(m->arena, "%s.q%zu", e->id, nth);

	make_text(m, one, "id", id ? id : "");
	make_text(m, one, "section", e->section);
	make_text(m, one, "group", e->group);
	put_headings(f, i, one);
	make_text(m, one, "topic",
		  *says ? making_cut(m, making_line(m, e->leaf, says), TOPIC_CHARS) : e->id);
	make_text(m, one, "says", *says ? says : e->id);
	return one;
}

/* The first question is answered by the item itself, each further one by an item of its own. */
static void put_questions(struct framework *f, size_t i, struct node *item, struct node *items,
			  size_t *count)
{
	const struct node *list = node_get(f->entry[i].node, "questions");
	const struct entry *e = &f->entry[i];
	size_t k;

	if (!list || list->kind == NODE_SCALAR || !list->count)
		return;
	make_attribute(f->m, item, "問い",
		       making_clean(f->m, e->leaf, ciso_text(list->item[0], "text")));
	put_answer(f->m, item, list->item[0]);
	for (k = 1; k < list->count; k++) {
		const char *says = making_clean(f->m, e->leaf, ciso_text(list->item[k], "text"));
		struct node *one = make_question(f, i, k + 1, says);

		put_answer(f->m, one, list->item[k]);
		if (items && one && node_append(f->m->arena, items, one) == 0)
			++*count;
	}
}

/* ---- the catalogue ---- */

static void put_sections(struct framework *f, struct node *root)
{
	struct making *m = f->m;
	struct node *list = make_list(m);
	size_t i, k;

	for (i = 0; i < f->count; i++) {
		const struct entry *e = &f->entry[i];
		size_t up[DEPTH_MAX];
		const char *title = f->title;
		struct node *one;

		if (!e->assessable)
			continue;
		for (k = 0; list && k < list->count; k++)
			if (strcmp(node_get_text(list->item[k], "id"), e->section) == 0)
				break;
		if (!list || k < list->count)
			continue;
		if (ancestors(f, i, up))
			e = &f->entry[up[0]];
		if (strcmp(f->entry[i].section, ALONE) != 0)
			title = *e->name ? e->name : heading(m, e);
		one = make_map(m, e->node);
		make_text(m, one, "id", f->entry[i].section);
		make_text(m, one, "title", title);
		if (one)
			(void)node_append(m->arena, list, one);
	}
	make_put(m, root, "sections", list);
}

static size_t put_items(struct framework *f, struct node *root)
{
	struct node *items = make_list(f->m);
	size_t i, count = 0;

	for (i = 0; i < f->count; i++) {
		struct node *item;

		if (!f->entry[i].assessable)
			continue;
		item = make_item(f, i);
		if (items && item && node_append(f->m->arena, items, item) == 0)
			count++;
		put_questions(f, i, item, items, &count);
	}
	make_put(f->m, root, "items", items);
	return count;
}

static void note_lost(struct framework *f, const struct node *framework)
{
	static const char *const lost[] = { "scores_definition", "outcomes_definition",
					    "implementation_groups_definition", NULL };
	size_t i, told = 0, empty = 0;
	const char *example = "";

	for (i = 0; lost[i]; i++)
		if (node_get(framework, lost[i]))
			making_note(f->m, lost[i], "置き場所がないため取り込みません。");
	for (i = 0; i < f->count; i++) {
		const struct entry *e = &f->entry[i];

		if (e->assessable || is_statement(f, e))
			continue;
		if (!e->children)
			empty++;
		else if (*e->says && *e->name && !told++)
			example = label(e);
	}
	if (told)
		making_note(f->m, "requirement_nodes",
			    "見出しの説明は、置き場所がないため取り込みません（%zu件。例: %s）。",
			    told, example);
	if (empty)
		making_note(f->m, "requirement_nodes",
			    "下に項目のない見出しは取り込みません（%zu件）。", empty);
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return *a ? a : *b ? b : c;
}

static struct node *make_head(struct framework *f, const struct node *library,
			      const struct node *framework, const char *id)
{
	struct making *m = f->m;
	struct node *root = make_map(m, framework);
	const char *date = node_get_text(library, "publication_date");
	const char *locale = node_get_text(library, "locale");
	const char *edition =
		first_of(node_get_text(framework, "ref_id"), node_get_text(library, "ref_id"), id);
	bool japanese = node_get_map(node_get_map(library, "translations"), "ja");

	make_word(m, root, "format", "1");
	make_text(m, root, "catalogue", id);
	make_text(m, root, "title", f->title);
	make_text(m, root, "edition", making_line(m, "ref_id", edition));
	make_text(m, root, "publisher",
		  making_line(m, "provider",
			      first_of(node_get_text(library, "provider"),
				       node_get_text(library, "packager"), "（記載なし）")));
	if (date_valid(date))
		make_text(m, root, "published", date);
	make_text(m, root, "source",
		  making_line(m, "urn",
			      arena_printf(m->arena, "CISO Assistant %s（version %s）", f->urn,
					   first_of(node_get_text(library, "version"), "?", ""))));
	make_text(m, root, "language", japanese ? "ja" : first_of(making_id(m, locale), "en", ""));
	make_text(m, root, "rights",
		  making_clean(m, "copyright", node_get_text(library, "copyright")));
	make_text(m, root, "note",
		  making_clean(m, "description",
			       first_of(ciso_text(framework, "description"),
					ciso_text(library, "description"), "")));
	make_word(m, root, "wording", "source");
	make_word(m, root, "kind", "guideline");
	make_word(m, root, "target", "facility");
	return root;
}

int ciso_take_framework(struct making *m, const struct node *library, const struct node *framework,
			size_t index)
{
	struct framework f = { .m = m, .urn = node_get_text(framework, "urn") };
	const struct node *list = node_get_list(framework, "requirement_nodes");
	const char *id = ciso_framework_of(m, f.urn);
	const char *place = making_place(m, "frameworks", index);
	struct node *root;
	size_t i, count;
	int r;

	f.title = making_line(
		m, place, first_of(ciso_text(framework, "name"), ciso_text(library, "name"), id));
	if (!list || !list->count)
		return err_set(m->err, ERR_INVALID,
			       "%s: %s に requirement_nodes（項目）がありません", m->file,
			       *id ? id : place);
	r = read_entries(&f, list);
	if (r < 0)
		return r;
	link_parents(&f);
	for (i = 0; i < f.count; i++)
		name_entry(&f, i);
	settle_names(&f);
	root = make_head(&f, library, framework, id);
	put_sections(&f, root);
	count = put_items(&f, root);
	note_lost(&f, framework);
	if (!count)
		return err_set(m->err, ERR_INVALID,
			       "%s: %s に、答える項目（assessable: true）がありません", m->file,
			       id);
	return making_add(m, "catalogue", id, f.title, root, count);
}
