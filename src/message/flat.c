/* JSON objects as name and value, and what journalctl -o json makes of the journal. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "message/json.h"
#include "message/read.h"

#define NAME_MAX_BYTES 1024

static void pair(struct reading *r, struct part *fields, const char *name, const struct part *p)
{
	struct part *list = part_add(&r->arena, fields, PART_LIST, NULL, 0);
	const char *key = arena_strdup(&r->arena, name);
	const char *text = p->kind == PART_TRUE	   ? "true"
			   : p->kind == PART_FALSE ? "false"
						   : p->text;

	if (!list || !key)
		return;
	part_text(&r->arena, list, NULL, key, strlen(key));
	part_text(&r->arena, list, NULL, text, p->kind == PART_TEXT ? p->len : strlen(text));
}

/* Numbers come as the text received; an empty list or object as an empty value. */
static bool flatten(struct reading *r, struct part *fields, const struct part *p, char *name,
		    size_t len)
{
	size_t n = 0;

	if ((p->kind != PART_OBJECT && p->kind != PART_LIST) || !p->first) {
		pair(r, fields, name, p);
		return true;
	}
	for (const struct part *c = p->first; c; c = c->next, n++) {
		char number[24];
		const char *key = c->key ? c->key : number;
		size_t key_len, at = len;

		snprintf(number, sizeof number, "%zu", n);
		key_len = c->key ? c->key_len : strlen(number);
		if (strlen(key) != key_len || len + key_len + 2 > NAME_MAX_BYTES)
			return false;
		if (len)
			name[at++] = '.';
		memcpy(name + at, key, key_len + 1);
		if (!flatten(r, fields, c, name, at + key_len))
			return false;
		name[len] = '\0';
	}
	return true;
}

static bool has_twice(const struct part *p)
{
	struct buf b;
	bool twice;

	buf_init(&b, MESSAGE_DETAIL_MAX);
	twice = !part_write(p, &b) && !buf_failed(&b);
	buf_release(&b);
	return twice;
}

/* Parses one object and puts it flat into detail; NULL after a fault was emitted. */
static struct part *object(struct reading *r, struct shape *s, const char *bytes, size_t len,
			   size_t base)
{
	enum message_fault fault = MESSAGE_FAULT_JSON;
	char name[NAME_MAX_BYTES] = "";
	struct part *root, *fields;
	size_t at = 0;

	if (!utf8_valid(bytes, len, &at)) {
		shape_fault(s, r, MESSAGE_FAULT_ENCODING, base + at);
		return NULL;
	}
	root = json_parse(r, bytes, len, &fault, &at);
	if (!root || root->kind != PART_OBJECT) {
		shape_fault(s, r, root ? MESSAGE_FAULT_JSON : fault, base + (root ? 0 : at));
		return NULL;
	}
	fields = part_add(&r->arena, s->detail, PART_LIST, "fields", 6);
	if (has_twice(root) || !fields || !flatten(r, fields, root, name, 0)) {
		shape_fault(s, r, fields ? MESSAGE_FAULT_TWICE : MESSAGE_FAULT_MEMORY, base);
		return NULL;
	}
	return root;
}

void read_json(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base)
{
	if (object(r, s, bytes, len, base))
		shape_emit(s, r);
}

/* Text that was no UTF-8 comes as a list of bytes. */
static const char *message_text(struct reading *r, const struct part *p, size_t *ret_len)
{
	char *text;
	size_t n = 0;

	*ret_len = p ? p->len : 0;
	if (!p || p->kind != PART_LIST)
		return p && p->kind == PART_TEXT ? p->text : "";
	text = arena_alloc(&r->arena, p->count + 1);
	if (!text)
		return "";
	for (const struct part *c = p->first; c; c = c->next)
		text[n++] = (char)shape_number(part_own(c), 10);
	read_mark(text, n);
	*ret_len = n;
	return text;
}

void read_journal(struct reading *r, struct shape *s, const char *bytes, size_t len)
{
	struct part *root = object(r, s, bytes, len, 0);
	const char *cursor, *number, *text;
	int64_t at;
	size_t text_len;

	if (!root)
		return;
	at = shape_number(part_str(root, "__REALTIME_TIMESTAMP"), 10);
	s->at_us = at > 0 && at < INT64_C(32503680000000000) ? at : 0;
	shape_put(s, TEXT_HOST, part_str(root, "_HOSTNAME"));
	shape_put(s, TEXT_APP, part_str(root, "SYSLOG_IDENTIFIER"));
	if (!s->text[TEXT_APP][0])
		shape_put(s, TEXT_APP, part_str(root, "_COMM"));
	cursor = strstr(part_str(root, "__CURSOR"), "i=");
	number = part_str(root, "__SEQNUM");
	s->counter = *number  ? shape_number(number, 10)
		     : cursor ? shape_number(cursor + 2, 16)
			      : -1;
	text = message_text(r, part_get(root, "MESSAGE"), &text_len);
	linux_fill(r, s, text, text_len);
	shape_emit(s, r);
}
