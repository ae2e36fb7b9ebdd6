/* An OSCAL catalog into a catalogue: of anybody, and our own back again. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "interop/oscal_in.h"

#define ALONE "-" /* the section of controls outside any group */
#define TOPIC_CHARS 40
#define DEPTH_MAX 20

/* Where in the document we are. */
struct place {
	const char *section, *group;
	const char *heading[DEPTH_MAX];
	size_t depth;
};

/* ---- reading ---- */

const char *oscal_prop_of(const struct node *object, bool own, const char *name)
{
	const struct node *props = node_get_list(object, "props");
	size_t i;

	for (i = 0; props && i < props->count; i++) {
		const struct node *p = props->item[i];
		bool ours = strcmp(node_get_text(p, "ns"), OSCAL_NS) == 0;

		if (ours == own && strcmp(node_get_text(p, "name"), name) == 0)
			return node_get_text(p, "value");
	}
	return "";
}

/* The number as printed; NIST gives it in several forms, of which the plain one has no class. */
static const char *label_of(const struct node *object)
{
	const struct node *props = node_get_list(object, "props");
	const char *found = "";
	size_t i;

	for (i = 0; props && i < props->count; i++) {
		const struct node *p = props->item[i];

		if (strcmp(node_get_text(p, "name"), "label") != 0)
			continue;
		if (!*node_get_text(p, "class"))
			return node_get_text(p, "value");
		if (!*found)
			found = node_get_text(p, "value");
	}
	return found;
}

static const struct node *part_of(const struct node *control, const char *name)
{
	const struct node *parts = node_get_list(control, "parts");
	size_t i;

	for (i = 0; parts && i < parts->count; i++)
		if (strcmp(node_get_text(parts->item[i], "name"), name) == 0 &&
		    !*node_get_text(parts->item[i], "ns"))
			return parts->item[i];
	return NULL;
}

const char *oscal_prose_of(struct oscal_in *in, const char *place, const struct node *object)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 0);
	oscal_params_fill(in, node_get_text(object, "prose"), &b);
	ret = buf_failed(&b) ? "" : making_clean(in->m, place, b.data ? b.data : "");
	buf_release(&b);
	return ret;
}

static const char *line_of(struct oscal_in *in, const char *place, const char *text)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 0);
	oscal_params_fill(in, text, &b);
	ret = buf_failed(&b) ? "" : making_line(in->m, place, b.data ? b.data : "");
	buf_release(&b);
	return ret;
}

/* ---- statements ---- */

/* "a." and "(1)" as they stand in the text, without what only sets them apart. */
static const char *statement_name(struct oscal_in *in, const struct node *part, size_t nth)
{
	const char *label = label_of(part);
	size_t len = strlen(label);
	const char *ret;

	if (in->own)
		return label;
	while (len && (label[len - 1] == '.' || label[len - 1] == ')'))
		len--;
	while (len && (*label == '(' || *label == ' ')) {
		label++;
		len--;
	}
	ret = len ? arena_strndup(in->m->arena, label, len)
		  : arena_printf(in->m->arena, "%zu", nth);
	return ret ? ret : "";
}

static bool has_statement(const struct node *list, const char *id)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(node_get_text(list->item[i], "id"), id) == 0)
			return true;
	return false;
}

static void add_statement(struct oscal_in *in, struct node *list, const char *id, const char *says)
{
	struct node *one = make_map(in->m, NULL);
	const char *unique = id;
	size_t n = 1;

	if (!list || !one)
		return;
	while (unique && has_statement(list, unique))
		unique = arena_printf(in->m->arena, "%s-%zu", id, ++n);
	make_text(in->m, one, "id", unique ? unique : id);
	make_text(in->m, one, "says", says);
	(void)node_append(in->m->arena, list, one);
}

/* The parts of a statement, those within them under "a.1". */
static void add_statements(struct oscal_in *in, const char *control, const struct node *part,
			   const char *front, struct node *list, int depth)
{
	const struct node *parts = node_get_list(part, "parts");
	size_t i;

	for (i = 0; parts && i < parts->count && depth < DEPTH_MAX; i++) {
		const struct node *p = parts->item[i];
		const char *name = statement_name(in, p, i + 1);
		const char *says = oscal_prose_of(in, control, p);
		const char *id = *front ? arena_printf(in->m->arena, "%s.%s", front, name) : name;

		if (!id)
			return;
		if (!*says)
			says = making_line(in->m, control, node_get_text(p, "title"));
		if (*says)
			add_statement(in, list, id, says);
		add_statements(in, control, p, id, list, depth + 1);
	}
}

/* ---- controls ---- */

static void put_headings(struct oscal_in *in, const struct place *at, struct node *item)
{
	struct node *list = make_list(in->m);
	size_t i;

	for (i = 0; i < at->depth; i++)
		make_add_text(in->m, list, at->heading[i]);
	make_put(in->m, item, "headings", list);
}

/* Parts that have no place, counted by name. */
static void count_parts(struct oscal_in *in, const struct node *control)
{
	const struct node *parts = node_get_list(control, "parts");
	size_t i;

	for (i = 0; parts && i < parts->count; i++) {
		const char *name = node_get_text(parts->item[i], "name");

		if (strcmp(name, "statement") != 0 && strcmp(name, "guidance") != 0)
			oscal_in_lost(in, name);
	}
	if (node_get(control, "links"))
		oscal_in_lost(in, "links");
}

static struct node *make_foreign(struct oscal_in *in, const struct node *control,
				 const struct place *at, const char *id)
{
	const struct node *statement = part_of(control, "statement");
	const struct node *guidance = part_of(control, "guidance");
	const char *says = oscal_prose_of(in, id, statement);
	const char *topic = line_of(in, id, node_get_text(control, "title"));
	struct node *item = make_map(in->m, control), *list = make_list(in->m);
	const char *number = label_of(control);

	make_text(in->m, item, "id", id);
	make_text(in->m, item, "section", at->section);
	make_text(in->m, item, "group", at->group);
	make_text(in->m, item, "number", making_line(in->m, id, *number ? number : id));
	put_headings(in, at, item);
	make_text(in->m, item, "topic", *topic ? making_cut(in->m, topic, TOPIC_CHARS) : id);
	make_text(in->m, item, "says", *says ? says : *topic ? topic : id);
	if (statement)
		add_statements(in, id, statement, "", list, 0);
	make_put(in->m, item, "statements", list);
	if (guidance)
		make_attribute(in->m, item, "解説", oscal_prose_of(in, id, guidance));
	count_parts(in, control);
	return item;
}

static bool is_withdrawn(const struct node *control)
{
	const char *status = oscal_prop_of(control, false, "status");

	return strcmp(status, "withdrawn") == 0 || strcmp(status, "Withdrawn") == 0;
}

static int take_controls(struct oscal_in *in, const struct node *list, const struct place *at);

/* Enhancements of a control stand below it as below a heading. */
static int take_enhancements(struct oscal_in *in, const struct node *control,
			     const struct place *at, const char *id)
{
	const struct node *list = node_get_list(control, "controls");
	struct place below = *at;

	if (!list)
		return 0;
	if (below.depth == DEPTH_MAX)
		return err_set(in->m->err, ERR_LIMIT, "%s: %s の入れ子が深すぎます", in->m->file,
			       id);
	below.heading[below.depth++] = arena_printf(
		in->m->arena, "%s %s", id, line_of(in, id, node_get_text(control, "title")));
	return below.heading[below.depth - 1] ? take_controls(in, list, &below)
					      : err_nomem(in->m->err);
}

static int take_control(struct oscal_in *in, const struct node *control, const struct place *at)
{
	const char *id = making_line(in->m, "", node_get_text(control, "id"));
	struct node *item;

	if (!*id)
		return err_set(in->m->err, ERR_INVALID,
			       "%s: %s に id のない control があります。"
			       "作成元でもう一度書き出してください",
			       in->m->file, at->section);
	if (is_withdrawn(control)) {
		oscal_in_lost(in, "withdrawn");
		return 0;
	}
	item = in->own ? oscal_own_item(in, control) : make_foreign(in, control, at, id);
	if (item && node_append(in->m->arena, in->items, item) < 0)
		return err_nomem(in->m->err);
	return take_enhancements(in, control, at, id);
}

static int take_controls(struct oscal_in *in, const struct node *list, const struct place *at)
{
	size_t i;
	int r = 0;

	if (list && at->depth == 0)
		oscal_in_section(in, ALONE, in->title);
	for (i = 0; r == 0 && list && i < list->count; i++)
		r = take_control(in, list->item[i], at);
	return r;
}

/* ---- groups ---- */

static const char *first_of(const char *a, const char *b)
{
	return *a ? a : b;
}

static int take_groups(struct oscal_in *in, const struct node *list, const struct place *at)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && list && i < list->count; i++) {
		const struct node *g = list->item[i];
		const char *title = line_of(in, "groups", node_get_text(g, "title"));
		const char *name = making_line(
			in->m, "groups",
			in->own ? label_of(g)
				: first_of(node_get_text(g, "id"), first_of(label_of(g), title)));
		struct place below = *at;

		if (below.depth == DEPTH_MAX)
			return err_set(in->m->err, ERR_LIMIT, "%s: groups の入れ子が深すぎます",
				       in->m->file);
		if (below.depth)
			below.group = name;
		else
			below.section = *name ? name : ALONE;
		below.heading[below.depth++] =
			strcmp(name, title) == 0 ? title
						 : arena_printf(in->m->arena, "%s %s", name, title);
		if (below.depth == 1)
			oscal_in_section(in, below.section, *title ? title : below.section);
		if (node_get(g, "parts") && !in->own)
			oscal_in_lost(in, "group-parts");
		r = take_groups(in, node_get_list(g, "groups"), &below);
		if (r == 0)
			r = take_controls(in, node_get_list(g, "controls"), &below);
	}
	return r;
}

/* ---- the catalogue ---- */

static const char *publisher_of(const struct node *metadata)
{
	const struct node *parties = node_get_list(metadata, "parties");
	const struct node *roles = node_get_list(metadata, "responsible-parties");
	static const char *const wanted[] = { "publisher", "creator", "author" };
	size_t i, k, n;

	for (k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
		for (i = 0; roles && i < roles->count; i++) {
			const struct node *ids = node_get_list(roles->item[i], "party-uuids");
			const char *uuid = ids && ids->count ? node_text(ids->item[0]) : "";

			if (strcmp(node_get_text(roles->item[i], "role-id"), wanted[k]) != 0)
				continue;
			for (n = 0; parties && n < parties->count; n++)
				if (strcmp(node_get_text(parties->item[n], "uuid"), uuid) == 0)
					return node_get_text(parties->item[n], "name");
		}
	return parties && parties->count ? node_get_text(parties->item[0], "name") : "";
}

/* Kana tell Japanese from everything else. */
static bool has_kana(const char *text)
{
	uint32_t c;

	while (*text) {
		text += utf8_decode(text, &c);
		if (c >= 0x3041 && c <= 0x30FA)
			return true;
	}
	return false;
}

static const char *catalogue_id(struct oscal_in *in, const struct node *catalog,
				const struct node *metadata)
{
	const char *id = making_id(in->m, oscal_prop_of(metadata, true, "catalogue"));
	char cut[61];

	if (!*id) {
		snprintf(cut, sizeof cut, "%s", making_id(in->m, node_get_text(metadata, "title")));
		if (strlen(cut) == 60 && strrchr(cut, '-') > cut + 20)
			*strrchr(cut, '-') = '\0';
		id = making_id(in->m, cut);
	}
	/* A title without a Latin letter leaves nothing. */
	if (strlen(id) < 3)
		id = making_id(in->m, arena_printf(in->m->arena, "oscal-%.8s",
						   node_get_text(catalog, "uuid")));
	return id;
}

static struct node *make_head(struct oscal_in *in, const struct node *catalog,
			      const struct node *metadata)
{
	struct making *m = in->m;
	struct node *root = make_map(m, catalog);
	char date[DATE_SIZE];

	snprintf(date, sizeof date, "%.10s", node_get_text(metadata, "published"));
	make_word(m, root, "format", "1");
	make_text(m, root, "catalogue", catalogue_id(in, catalog, metadata));
	make_text(m, root, "title", in->title);
	make_text(m, root, "edition",
		  first_of(making_line(m, "version", node_get_text(metadata, "version")), "-"));
	make_text(m, root, "publisher",
		  first_of(making_line(m, "parties", publisher_of(metadata)), "（記載なし）"));
	if (date_valid(date))
		make_text(m, root, "published", date);
	if (in->own) {
		oscal_own_head(in, metadata, root);
		return root;
	}
	make_text(m, root, "source",
		  arena_printf(m->arena, "OSCAL catalog %s", node_get_text(catalog, "uuid")));
	make_text(m, root, "note", making_clean(m, "remarks", node_get_text(metadata, "remarks")));
	make_word(m, root, "language", has_kana(in->title) ? "ja" : "en");
	make_word(m, root, "wording", "source");
	make_word(m, root, "kind", "guideline");
	make_word(m, root, "target", "facility");
	return root;
}

int oscal_take(struct making *m, const struct node *root)
{
	const struct node *catalog = node_get_map(root, "catalog");
	const struct node *metadata = node_get_map(catalog, "metadata");
	struct oscal_in in = { .m = m, .items = make_list(m), .sections = make_list(m) };
	struct place at = { .section = ALONE, .group = "" };
	struct node *head;
	int r;

	if (!catalog || !metadata)
		return err_set(m->err, ERR_INVALID,
			       "%s: OSCAL の catalog ではありません（%s がありません）。"
			       "ファイルか種類を選び直してください",
			       m->file, catalog ? "metadata" : "catalog");
	if (!in.items || !in.sections)
		return err_nomem(m->err);
	in.own = *oscal_prop_of(metadata, true, "catalogue") != '\0';
	oscal_params_read(&in, catalog, 0);
	in.title = line_of(&in, "metadata", node_get_text(metadata, "title"));
	head = make_head(&in, catalog, metadata);
	r = take_groups(&in, node_get_list(catalog, "groups"), &at);
	if (r == 0)
		r = take_controls(&in, node_get_list(catalog, "controls"), &at);
	if (r == 0 && !in.items->count)
		r = err_set(m->err, ERR_INVALID, "%s: このカタログには control がありません",
			    m->file);
	if (r < 0)
		return r;
	oscal_in_note(&in);
	oscal_in_once(&in);
	if (in.own)
		oscal_own_order(&in);
	make_put(m, head, "sections", in.sections);
	make_put(m, head, "items", in.items);
	return making_add(m, "catalogue", node_get_text(head, "catalogue"), in.title, head,
			  in.items->count);
}
