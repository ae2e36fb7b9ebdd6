/*
 * YAML through libyaml. Others write aliases (PyYAML does so by itself), so they are followed:
 * the alias becomes the very node that was anchored, which cannot hold itself, since an anchor
 * counts only once its node is complete. How much they repeat is limited where it is written out.
 */
#include <string.h>
#include <yaml.h>

#include "reader/document_parse.h"

#define ANCHORS_MAX 10000

struct anchor {
	const char *name;
	struct node *node;
	uint32_t nodes; /* in it, itself included */
};

struct parsing {
	yaml_parser_t parser;
	struct arena *arena;
	struct fault *fault;
	uint32_t count;
	struct anchor *anchors;
	size_t anchor_count;
};

static int fault_at(struct parsing *p, enum fault_kind kind, const yaml_mark_t *at)
{
	return fault_set(p->fault, kind, (uint32_t)at->line + 1, (uint32_t)at->column + 1);
}

static int nomem(struct parsing *p)
{
	return fault_set(p->fault, FAULT_NOMEM, 0, 0);
}

static int next(struct parsing *p, yaml_event_t *e)
{
	if (yaml_parser_parse(&p->parser, e))
		return 0;
	if (p->parser.error == YAML_MEMORY_ERROR)
		return nomem(p);
	return fault_at(p, FAULT_YAML_BROKEN, &p->parser.problem_mark);
}

static bool common_tag(const yaml_char_t *tag)
{
	static const char *const kinds[] = { "str",  "int", "float", "bool",
					     "null", "seq", "map",   "timestamp" };
	static const char core[] = "tag:yaml.org,2002:";
	const char *name = (const char *)tag;

	if (!tag || strcmp(name, "!") == 0)
		return true;
	if (strncmp(name, core, sizeof core - 1) != 0)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(name + sizeof core - 1, kinds[i]) == 0)
			return true;
	return false;
}

static struct node *node_at(struct parsing *p, enum node_kind kind, const yaml_event_t *e)
{
	struct node *n = node_new(p->arena, kind);

	if (n) {
		n->line = (int)e->start_mark.line + 1;
		n->column = (int)e->start_mark.column + 1;
	}
	return n;
}

static int read_scalar(struct parsing *p, const yaml_event_t *e, struct node **ret)
{
	const char *text = (const char *)e->data.scalar.value;
	struct node *n = node_at(p, NODE_SCALAR, e);

	if (memchr(text, 0, e->data.scalar.length))
		return fault_at(p, FAULT_DOCUMENT_NUL, &e->start_mark);
	if (!n)
		return nomem(p);
	n->text = arena_strndup(p->arena, text, e->data.scalar.length);
	n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	/* "key:" with nothing behind it is a null, not an empty text; both read as "". */
	*ret = n;
	return n->text ? 0 : nomem(p);
}

static int keep_anchor(struct parsing *p, const yaml_char_t *name, struct node *n, uint32_t before)
{
	if (!name)
		return 0;
	if (!p->anchors)
		p->anchors = arena_calloc(p->arena, ANCHORS_MAX, sizeof *p->anchors);
	if (!p->anchors)
		return nomem(p);
	if (p->anchor_count == ANCHORS_MAX)
		return fault_number(p->fault, FAULT_DOCUMENT_NODES, 0, 0, ANCHORS_MAX, 0);
	p->anchors[p->anchor_count++] =
		(struct anchor){ .name = arena_strdup(p->arena, (const char *)name),
				 .node = n,
				 .nodes = p->count - before };
	return arena_failed(p->arena) ? nomem(p) : 0;
}

/* The newest anchor of that name, as YAML has it. */
static int read_alias(struct parsing *p, const yaml_event_t *e, struct node **ret)
{
	for (size_t i = p->anchor_count; i-- > 0;) {
		const struct anchor *a = &p->anchors[i];

		if (strcmp(a->name, (const char *)e->data.alias.anchor) != 0)
			continue;
		if (a->nodes > DOCUMENT_NODES_MAX - p->count)
			return fault_number(p->fault, FAULT_DOCUMENT_NODES, 0, 0,
					    DOCUMENT_NODES_MAX, 0);
		p->count += a->nodes;
		*ret = a->node;
		return 0;
	}
	return fault_at(p, FAULT_YAML_BROKEN, &e->start_mark);
}

static int read_node(struct parsing *p, yaml_event_t *e, int depth, struct node **ret);

/* The event is used up afterwards. */
static int read_child(struct parsing *p, yaml_event_t *e, int depth, struct node **ret)
{
	int rc = read_node(p, e, depth + 1, ret);

	yaml_event_delete(e);
	return rc;
}

static int read_list(struct parsing *p, struct node *n, int depth)
{
	struct node *child = NULL;
	yaml_event_t e;

	while (next(p, &e) == 0) {
		if (e.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&e);
			return 0;
		}
		if (read_child(p, &e, depth, &child) < 0)
			return ERR_INVALID;
		if (node_append(p->arena, n, child) < 0)
			return nomem(p);
	}
	return ERR_INVALID;
}

static int read_map(struct parsing *p, struct node *n, int depth)
{
	struct node *key = NULL, *value = NULL;
	yaml_event_t e;

	while (next(p, &e) == 0) {
		yaml_mark_t at = e.start_mark;

		if (e.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&e);
			return 0;
		}
		if (read_child(p, &e, depth, &key) < 0)
			return ERR_INVALID;
		if (key->kind != NODE_SCALAR)
			return fault_at(p, FAULT_YAML_BROKEN, &at);
		if (node_get(n, key->text))
			return fault_at(p, FAULT_DOCUMENT_TWICE, &at);
		if (next(p, &e) < 0 || read_child(p, &e, depth, &value) < 0)
			return ERR_INVALID;
		if (node_put(p->arena, n, key, value) < 0)
			return nomem(p);
	}
	return ERR_INVALID;
}

static int read_whole(struct parsing *p, const yaml_event_t *e, int depth, struct node **ret)
{
	bool list = e->type == YAML_SEQUENCE_START_EVENT;

	*ret = node_at(p, list ? NODE_LIST : NODE_MAP, e);
	if (!*ret)
		return nomem(p);
	return list ? read_list(p, *ret, depth) : read_map(p, *ret, depth);
}

static int read_node(struct parsing *p, yaml_event_t *e, int depth, struct node **ret)
{
	const yaml_char_t *tag = NULL, *anchor = NULL;
	uint32_t before = p->count;
	int rc;

	if (depth > DOCUMENT_DEPTH_MAX)
		return fault_number(p->fault, FAULT_DOCUMENT_DEEP, (uint32_t)e->start_mark.line + 1,
				    (uint32_t)e->start_mark.column + 1, DOCUMENT_DEPTH_MAX, 0);
	if (++p->count > DOCUMENT_NODES_MAX)
		return fault_number(p->fault, FAULT_DOCUMENT_NODES, 0, 0, DOCUMENT_NODES_MAX, 0);
	switch (e->type) {
	case YAML_ALIAS_EVENT: return read_alias(p, e, ret);
	case YAML_SCALAR_EVENT:
		tag = e->data.scalar.tag;
		anchor = e->data.scalar.anchor;
		rc = read_scalar(p, e, ret);
		break;
	case YAML_SEQUENCE_START_EVENT:
		tag = e->data.sequence_start.tag;
		anchor = e->data.sequence_start.anchor;
		rc = read_whole(p, e, depth, ret);
		break;
	case YAML_MAPPING_START_EVENT:
		tag = e->data.mapping_start.tag;
		anchor = e->data.mapping_start.anchor;
		rc = read_whole(p, e, depth, ret);
		break;
	default: return fault_at(p, FAULT_YAML_BROKEN, &e->start_mark);
	}
	if (rc >= 0 && !common_tag(tag))
		rc = fault_at(p, FAULT_YAML_TAG, &e->start_mark);
	return rc < 0 ? rc : keep_anchor(p, anchor, *ret, before);
}

/* Skips to the root, reads it, and sees that nothing follows. */
static int read_document(struct parsing *p, struct node **ret)
{
	yaml_event_t e;
	int rc;

	do {
		if (next(p, &e) < 0)
			return ERR_INVALID;
		if (e.type != YAML_STREAM_START_EVENT && e.type != YAML_DOCUMENT_START_EVENT)
			break;
		yaml_event_delete(&e);
	} while (true);
	if (e.type == YAML_STREAM_END_EVENT) {
		yaml_event_delete(&e);
		return fault_set(p->fault, FAULT_DOCUMENT_EMPTY, 0, 0);
	}
	rc = read_child(p, &e, -1, ret);
	if (rc < 0 || next(p, &e) < 0)
		return ERR_INVALID;
	yaml_event_delete(&e); /* the document's end */
	if (next(p, &e) < 0)
		return ERR_INVALID;
	if (e.type != YAML_STREAM_END_EVENT)
		rc = fault_at(p, FAULT_YAML_MANY, &e.start_mark);
	yaml_event_delete(&e);
	return rc;
}

int document_parse_yaml(const char *data, size_t len, struct arena *arena, struct node **ret,
			struct fault *f)
{
	struct parsing p = { .arena = arena, .fault = f };
	int rc;

	if (!yaml_parser_initialize(&p.parser))
		return nomem(&p);
	yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.parser, (const unsigned char *)data, len);
	rc = read_document(&p, ret);
	yaml_parser_delete(&p.parser);
	return rc;
}
