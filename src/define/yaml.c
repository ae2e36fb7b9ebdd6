#include "define/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/fold.h"

#define DEPTH_MAX 12

struct parsing {
	yaml_parser_t parser;
	const char *file;
	struct arena *arena;
	struct err *err;
};

static int fault(struct parsing *p, const yaml_mark_t *at, const char *text)
{
	return err_at(p->err, ERR_INVALID, p->file, (int)at->line + 1, (int)at->column + 1, "%s",
		      text);
}

static int next(struct parsing *p, yaml_event_t *event)
{
	if (yaml_parser_parse(&p->parser, event))
		return 0;
	if (p->parser.error == YAML_MEMORY_ERROR)
		return err_nomem(p->err);
	return err_at(p->err, ERR_INVALID, p->file, (int)p->parser.problem_mark.line + 1,
		      (int)p->parser.problem_mark.column + 1,
		      "YAMLとして読めません（字下げ、コロンの後の空白、引用符を確かめてください）: %s",
		      p->parser.problem ? p->parser.problem : "");
}

static struct node *node_at(struct parsing *p, enum node_kind kind, const yaml_event_t *e)
{
	struct node *n = node_new(p->arena, kind);

	if (!n)
		return NULL;
	n->line = (int)e->start_mark.line + 1;
	n->column = (int)e->start_mark.column + 1;
	return n;
}

static int read_node(struct parsing *p, yaml_event_t *event, int depth, struct node **ret);

static int read_scalar(struct parsing *p, const yaml_event_t *e, struct node **ret)
{
	const char *text = (const char *)e->data.scalar.value;
	struct node *n = node_at(p, NODE_SCALAR, e);

	if (e->data.scalar.anchor || e->data.scalar.tag)
		return fault(p, &e->start_mark, "YAMLの別名（& や *）や型（!）は使えません。そのまま書いてください");
	if (memchr(text, 0, e->data.scalar.length) || text_has_control(text, true))
		return fault(p, &e->start_mark, "使えない制御文字があります。打ち直してください");
	if (!n)
		return err_nomem(p->err);
	n->text = arena_strndup(p->arena, text, e->data.scalar.length);
	n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	*ret = n;
	return n->text ? 0 : err_nomem(p->err);
}

static int read_list(struct parsing *p, const yaml_event_t *start, int depth, struct node **ret)
{
	struct node *n = node_at(p, NODE_LIST, start);
	yaml_event_t e;
	int r = n ? next(p, &e) : err_nomem(p->err);

	while (r == 0 && e.type != YAML_SEQUENCE_END_EVENT) {
		struct node *child = NULL;

		r = read_node(p, &e, depth + 1, &child);
		yaml_event_delete(&e);
		if (r == 0 && node_append(p->arena, n, child) < 0)
			r = err_nomem(p->err);
		if (r == 0)
			r = next(p, &e);
		else
			return r;
	}
	if (r == 0)
		yaml_event_delete(&e);
	*ret = n;
	return r;
}

static int check_key(struct parsing *p, const struct node *map, const struct node *key)
{
	size_t i;

	if (key->kind != NODE_SCALAR)
		return err_at(p->err, ERR_INVALID, p->file, key->line, key->column,
			      "項目名は文字で書いてください");
	for (i = 0; i < map->count; i++)
		if (strcmp(map->key[i]->text, key->text) == 0)
			return err_at(p->err, ERR_INVALID, p->file, key->line, key->column,
				      "「%s」が2回あります（%d行目にもあります）。片方を消してください",
				      key->text, map->key[i]->line);
	return 0;
}

/* Reads the value of `key` and adds both to the map. */
static int read_member(struct parsing *p, struct node *map, struct node *key, int depth)
{
	struct node *value = NULL;
	yaml_event_t e;
	int r = check_key(p, map, key);

	if (r == 0)
		r = next(p, &e);
	if (r < 0)
		return r;
	r = read_node(p, &e, depth + 1, &value);
	yaml_event_delete(&e);
	if (r < 0)
		return r;
	return node_put(p->arena, map, key, value) < 0 ? err_nomem(p->err) : 0;
}

static int read_map(struct parsing *p, const yaml_event_t *start, int depth, struct node **ret)
{
	struct node *n = node_at(p, NODE_MAP, start);
	yaml_event_t e;
	int r = n ? next(p, &e) : err_nomem(p->err);

	while (r == 0 && e.type != YAML_MAPPING_END_EVENT) {
		struct node *key = NULL;

		r = read_node(p, &e, depth + 1, &key);
		yaml_event_delete(&e);
		if (r == 0)
			r = read_member(p, n, key, depth);
		if (r < 0)
			return r;
		r = next(p, &e);
	}
	if (r == 0)
		yaml_event_delete(&e);
	*ret = n;
	return r;
}

static int read_node(struct parsing *p, yaml_event_t *e, int depth, struct node **ret)
{
	if (depth > DEPTH_MAX)
		return fault(p, &e->start_mark, "入れ子が深すぎます。段を減らしてください");
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(p, e, ret);
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.anchor || e->data.sequence_start.tag)
			return fault(p, &e->start_mark, "YAMLの別名（& や *）や型（!）は使えません。そのまま書いてください");
		return read_list(p, e, depth, ret);
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.anchor || e->data.mapping_start.tag)
			return fault(p, &e->start_mark, "YAMLの別名（& や *）や型（!）は使えません。そのまま書いてください");
		return read_map(p, e, depth, ret);
	default:
		return fault(p, &e->start_mark, "YAMLの別名（& や *）や型（!）は使えません。そのまま書いてください");
	}
}

/* Skips to the root node of the only document. */
static int read_document(struct parsing *p, struct node **ret)
{
	yaml_event_t e;
	int r;

	for (;;) {
		yaml_event_type_t type;

		r = next(p, &e);
		if (r < 0)
			return r;
		type = e.type;
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
			break;
		yaml_event_delete(&e);
	}
	if (e.type == YAML_STREAM_END_EVENT) {
		yaml_event_delete(&e);
		return err_at(p->err, ERR_INVALID, p->file, 1, 1, "ファイルが空です");
	}
	r = read_node(p, &e, 0, ret);
	yaml_event_delete(&e);
	if (r < 0)
		return r;
	r = next(p, &e); /* the document's end */
	if (r == 0) {
		yaml_event_delete(&e);
		r = next(p, &e);
	}
	if (r < 0)
		return r;
	if (e.type != YAML_STREAM_END_EVENT)
		r = fault(p, &e.start_mark, "1つのファイルに書けるのは1つの定義だけです（--- を消してください）");
	yaml_event_delete(&e);
	return r;
}

int yaml_read(const char *file, const char *data, size_t len, struct arena *arena,
	      struct node **ret, struct err *err)
{
	struct parsing p = { .file = file, .arena = arena, .err = err };
	size_t bad = 0;
	int r;

	if (len > YAML_SIZE_MAX)
		return err_at(err, ERR_LIMIT, file, 1, 1, "ファイルが大きすぎます（8MBまで）");
	if (!utf8_valid(data, len, &bad)) {
		int line = 1;
		size_t i;

		for (i = 0; i < bad; i++)
			line += data[i] == '\n';
		return err_at(err, ERR_INVALID, file, line, 1,
			      "UTF-8ではない文字があります。UTF-8で保存し直してください");
	}
	if (!yaml_parser_initialize(&p.parser))
		return err_nomem(err);
	yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.parser, (const unsigned char *)data, len);
	r = read_document(&p, ret);
	yaml_parser_delete(&p.parser);
	return r;
}

struct node *yaml_get(const struct node *map, const char *key)
{
	return node_get(map, key);
}
