/*
 * A tree as frames: a sign, the place, and the text of scalars; "end" closes a list or map.
 * In a map, keys and values take turns. The limits are kept on both sides.
 */
#include <string.h>

#include "base/fold.h"
#include "reader/document.h"
#include "reader/frame.h"

enum sign { SIGN_SCALAR = 1, SIGN_PLAIN, SIGN_LIST, SIGN_MAP, SIGN_END };

#define PIECE ((size_t)128 * 1024)
#define TEXT_MAX ((size_t)1 << 20)	/* of one scalar */
#define TEXT_TOTAL ((uint64_t)96 << 20) /* of all */

/* ---- child ---- */

struct piece {
	struct frame_writer *w;
	struct buf body;
	struct fault *fault;
	uint32_t count;
	uint64_t text_bytes;
};

static int hand_on(struct piece *p)
{
	uint32_t head[2] = { FRAME_TREE, (uint32_t)p->body.len };

	if (buf_failed(&p->body))
		return fault_set(p->fault, FAULT_NOMEM, 0, 0);
	buf_add(&p->w->out, head, sizeof head);
	buf_add(&p->w->out, p->body.data, p->body.len);
	buf_clear(&p->body);
	/* The pipe being gone is nothing the file is to blame for: no fault. */
	return frame_flush(p->w);
}

static int put_node(struct piece *p, const struct node *n);

static void put_sign(struct piece *p, enum sign sign, const struct node *n)
{
	uint32_t place[2] = { (uint32_t)n->line, (uint32_t)n->column };

	buf_putc(&p->body, (char)sign);
	if (sign != SIGN_END)
		buf_add(&p->body, place, sizeof place);
}

static int put_scalar(struct piece *p, const struct node *n)
{
	size_t len = strlen(n->text);
	uint32_t len32 = (uint32_t)len;

	p->text_bytes += len;
	if (len > TEXT_MAX || p->text_bytes > TEXT_TOTAL)
		return fault_number(p->fault, FAULT_DOCUMENT_LARGE,
				    n->line > 0 ? (uint32_t)n->line : 0, 0,
				    (len > TEXT_MAX ? TEXT_MAX : TEXT_TOTAL) >> 20, 0);
	put_sign(p, n->plain ? SIGN_PLAIN : SIGN_SCALAR, n);
	buf_add(&p->body, &len32, sizeof len32);
	buf_add(&p->body, n->text, len + 1);
	return 0;
}

static int put_members(struct piece *p, const struct node *n)
{
	int rc = 0;

	put_sign(p, n->kind == NODE_LIST ? SIGN_LIST : SIGN_MAP, n);
	for (size_t i = 0; rc == 0 && i < n->count; i++) {
		if (n->kind == NODE_MAP)
			rc = put_node(p, n->key[i]);
		if (rc == 0)
			rc = put_node(p, n->item[i]);
	}
	put_sign(p, SIGN_END, n);
	return rc;
}

/* The depth was limited when the tree was made. */
static int put_node(struct piece *p, const struct node *n)
{
	int rc;

	if (++p->count > 2 * DOCUMENT_NODES_MAX)
		return fault_number(p->fault, FAULT_DOCUMENT_NODES, 0, 0, DOCUMENT_NODES_MAX, 0);
	rc = n->kind == NODE_SCALAR ? put_scalar(p, n) : put_members(p, n);
	if (rc == 0 && p->body.len >= PIECE)
		rc = hand_on(p);
	return rc;
}

int frame_write_tree(struct frame_writer *w, const struct node *root, struct fault *f)
{
	struct piece p = { .w = w, .fault = f };
	int rc;

	buf_init(&p.body, FRAME_MAX);
	rc = put_node(&p, root);
	if (rc == 0)
		rc = hand_on(&p);
	buf_release(&p.body);
	return rc;
}

/* ---- parent ---- */

struct cursor {
	const char *at;
	size_t left;
};

static const char *take(struct cursor *c, size_t n)
{
	const char *at = c->at;

	if (n > c->left)
		return NULL;
	c->at += n;
	c->left -= n;
	return at;
}

static bool take_place(struct cursor *c, struct node *n)
{
	const char *p = take(c, 2 * sizeof(uint32_t));
	uint32_t place[2];

	if (!p)
		return false;
	memcpy(place, p, sizeof place);
	if (place[0] > 100000000 || place[1] > 100000000)
		return false;
	n->line = (int)place[0];
	n->column = (int)place[1];
	return true;
}

static bool take_text(struct cursor *c, struct frame_tree *t, struct node *n)
{
	const char *p = take(c, sizeof(uint32_t)), *text;
	uint32_t len;

	if (!p)
		return false;
	memcpy(&len, p, sizeof len);
	if (len > TEXT_MAX)
		return false;
	text = take(c, (size_t)len + 1);
	t->text_bytes += len;
	if (!text || text[len] != '\0' || !utf8_valid(text, len, NULL) ||
	    t->text_bytes > TEXT_TOTAL)
		return false;
	n->text = arena_strndup(t->arena, text, len);
	return n->text != NULL;
}

/* Where the node belongs: root, list, key or value. */
static bool place_node(struct frame_tree *t, struct node *n)
{
	struct node *parent = t->depth ? t->open[t->depth - 1] : NULL;
	struct node *key = t->key;

	if (!parent) {
		if (t->root)
			return false;
		t->root = n;
		return true;
	}
	if (parent->kind == NODE_LIST)
		return node_append(t->arena, parent, n) == 0;
	if (!key) {
		t->key = n;
		return n->kind == NODE_SCALAR;
	}
	t->key = NULL;
	return node_put(t->arena, parent, key, n) == 0;
}

static bool close_node(struct frame_tree *t)
{
	if (!t->depth || t->key)
		return false;
	t->depth--;
	return true;
}

static bool take_node(struct cursor *c, struct frame_tree *t, int sign)
{
	struct node *n = node_new(t->arena, sign == SIGN_LIST  ? NODE_LIST
					    : sign == SIGN_MAP ? NODE_MAP
							       : NODE_SCALAR);

	if (!n || ++t->count > 2 * DOCUMENT_NODES_MAX || !take_place(c, n))
		return false;
	n->plain = sign == SIGN_PLAIN;
	if (n->kind == NODE_SCALAR)
		return take_text(c, t, n) && place_node(t, n);
	if (!place_node(t, n) || t->depth > DOCUMENT_DEPTH_MAX)
		return false;
	t->open[t->depth++] = n;
	return true;
}

bool frame_read_tree(const char *body, size_t len, struct frame_tree *t)
{
	struct cursor c = { .at = body, .left = len };
	const char *p;

	while ((p = take(&c, 1))) {
		bool ok = *p == SIGN_END
				  ? close_node(t)
				  : *p >= SIGN_SCALAR && *p <= SIGN_MAP && take_node(&c, t, *p);

		if (!ok)
			return false;
	}
	return true;
}

bool frame_tree_whole(const struct frame_tree *t)
{
	return t->root && t->depth == 0 && !t->key;
}
