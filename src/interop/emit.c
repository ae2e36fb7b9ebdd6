/*
 * A tree as YAML that says plainly what it says: words as they are, everything else in double
 * quotes, so that no reader takes a number of a guideline for a number.
 */
#include <string.h>

#include "base/fold.h"
#include "interop/making.h"

#define FLOW_MAX 90 /* a list of texts this short stands on one line */

static bool is_word(const char *s)
{
	static const char *const meant[] = { "true", "false", "yes", "no", "on",
					     "off",  "null",  "y",   "n",  NULL };
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	size_t i;

	if (s[0] < 'a' || s[0] > 'z' || s[n])
		return false;
	for (i = 0; meant[i]; i++)
		if (strcmp(s, meant[i]) == 0)
			return false;
	return true;
}

static bool is_number(const char *s)
{
	size_t n = strspn(s + (*s == '-'), "0123456789");

	return n > 0 && n < 16 && !s[n + (*s == '-')];
}

static void put_quoted(const char *s, struct buf *b)
{
	uint32_t c;

	buf_putc(b, '"');
	while (*s) {
		size_t n = utf8_decode(s, &c);

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", (char)c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '\t')
			buf_puts(b, "\\t");
		else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
			 c == 0xFEFF || c == 0xFFFE || c == 0xFFFF)
			buf_printf(b, "\\u%04X", c);
		else
			buf_add(b, s, n);
		s += n;
	}
	buf_putc(b, '"');
}

static void put_scalar(const struct node *n, struct buf *b)
{
	bool plain = is_word(n->text) ||
		     (n->plain && (is_number(n->text) || strcmp(n->text, "true") == 0 ||
				   strcmp(n->text, "false") == 0));

	if (plain)
		buf_puts(b, n->text);
	else
		put_quoted(n->text, b);
}

static void indent(struct buf *b, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_puts(b, "  ");
}

/* True if the list is short enough for one line. */
static bool flows(const struct node *list)
{
	size_t total = 0, i;

	for (i = 0; i < list->count; i++) {
		if (list->item[i]->kind != NODE_SCALAR)
			return false;
		total += utf8_columns(list->item[i]->text) + 4;
	}
	return total <= FLOW_MAX;
}

static void put_flow(const struct node *list, struct buf *b)
{
	size_t i;

	buf_putc(b, '[');
	for (i = 0; i < list->count; i++) {
		if (i)
			buf_puts(b, ", ");
		put_scalar(list->item[i], b);
	}
	buf_putc(b, ']');
}

static void put_map(const struct node *map, int depth, bool begun, struct buf *b);

/* What stands behind "key:" or "-". */
static void put_value(const struct node *n, int depth, struct buf *b)
{
	size_t i;

	if (n->kind == NODE_SCALAR) {
		buf_putc(b, ' ');
		put_scalar(n, b);
		buf_putc(b, '\n');
	} else if (n->kind == NODE_LIST && flows(n)) {
		buf_putc(b, ' ');
		put_flow(n, b);
		buf_putc(b, '\n');
	} else if (!n->count) {
		buf_puts(b, n->kind == NODE_LIST ? " []\n" : " {}\n");
	} else if (n->kind == NODE_LIST) {
		buf_putc(b, '\n');
		for (i = 0; i < n->count; i++) {
			bool map = n->item[i]->kind == NODE_MAP && n->item[i]->count;

			indent(b, depth);
			buf_puts(b, map ? "- " : "-");
			if (map)
				put_map(n->item[i], depth + 1, true, b);
			else
				put_value(n->item[i], depth + 1, b);
		}
	} else {
		buf_putc(b, '\n');
		put_map(n, depth, false, b);
	}
}

/* `begun`: the first line has its indentation already, behind a dash. */
static void put_map(const struct node *map, int depth, bool begun, struct buf *b)
{
	size_t i;

	for (i = 0; i < map->count; i++) {
		if (i || !begun)
			indent(b, depth);
		put_scalar(map->key[i], b);
		buf_putc(b, ':');
		put_value(map->item[i], depth + 1, b);
	}
}

void emit_yaml(const struct node *root, struct buf *b)
{
	if (root->kind == NODE_MAP && root->count)
		put_map(root, 0, false, b);
}
