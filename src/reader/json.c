/* JSON through jansson: duplicates and NUL are refused, decimals stay as they are shown. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "reader/document_parse.h"

struct walk {
	struct arena *arena;
	struct fault *fault;
	uint32_t count;
};

void document_warm_up(void)
{
	json_object_seed(0);
}

static int convert(struct walk *w, json_t *j, int depth, struct node **ret);

static struct node *scalar(struct walk *w, const json_t *j)
{
	char number[64];

	switch (json_typeof(j)) {
	case JSON_STRING: return node_scalar(w->arena, json_string_value(j), false);
	case JSON_INTEGER:
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(j));
		return node_scalar(w->arena, number, true);
	case JSON_REAL:
		snprintf(number, sizeof number, "%.15g", json_real_value(j));
		return node_scalar(w->arena, number, true);
	case JSON_TRUE: return node_scalar(w->arena, "true", true);
	case JSON_FALSE: return node_scalar(w->arena, "false", true);
	default: return node_scalar(w->arena, "null", true);
	}
}

static int convert_list(struct walk *w, json_t *j, int depth, struct node **ret)
{
	struct node *child;

	*ret = node_new(w->arena, NODE_LIST);
	for (size_t i = 0; i < json_array_size(j); i++) {
		if (convert(w, json_array_get(j, i), depth + 1, &child) < 0)
			return ERR_INVALID;
		if (node_append(w->arena, *ret, child) < 0)
			return fault_set(w->fault, FAULT_NOMEM, 0, 0);
	}
	return 0;
}

static int convert_map(struct walk *w, json_t *j, int depth, struct node **ret)
{
	const char *name;
	struct node *child;
	json_t *value;

	*ret = node_new(w->arena, NODE_MAP);
	json_object_foreach(j, name, value)
	{
		if (convert(w, value, depth + 1, &child) < 0)
			return ERR_INVALID;
		if (node_put(w->arena, *ret, node_scalar(w->arena, name, false), child) < 0)
			return fault_set(w->fault, FAULT_NOMEM, 0, 0);
	}
	return 0;
}

static int convert(struct walk *w, json_t *j, int depth, struct node **ret)
{
	if (depth > DOCUMENT_DEPTH_MAX)
		return fault_number(w->fault, FAULT_DOCUMENT_DEEP, 0, 0, DOCUMENT_DEPTH_MAX, 0);
	if (++w->count > DOCUMENT_NODES_MAX)
		return fault_number(w->fault, FAULT_DOCUMENT_NODES, 0, 0, DOCUMENT_NODES_MAX, 0);
	if (json_is_array(j))
		return convert_list(w, j, depth, ret);
	if (json_is_object(j))
		return convert_map(w, j, depth, ret);
	*ret = scalar(w, j);
	return *ret ? 0 : fault_set(w->fault, FAULT_NOMEM, 0, 0);
}

static int broken(const json_error_t *e, struct fault *f)
{
	uint32_t line = e->line > 0 ? (uint32_t)e->line : 1;
	uint32_t column = e->column > 0 ? (uint32_t)e->column : 1;

	if (json_error_code(e) == json_error_out_of_memory)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	if (json_error_code(e) == json_error_stack_overflow)
		return fault_number(f, FAULT_DOCUMENT_DEEP, line, column, DOCUMENT_DEPTH_MAX, 0);
	if (json_error_code(e) == json_error_duplicate_key)
		return fault_set(f, FAULT_DOCUMENT_TWICE, line, column);
	return fault_set(f, FAULT_JSON_BROKEN, line, column);
}

int document_parse_json(const char *data, size_t len, struct arena *arena, struct node **ret,
			struct fault *f)
{
	struct walk w = { .arena = arena, .fault = f };
	json_error_t e = { 0 };
	json_t *j = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	int rc;

	if (!j)
		return broken(&e, f);
	rc = convert(&w, j, 0, ret);
	json_decref(j);
	return rc;
}
