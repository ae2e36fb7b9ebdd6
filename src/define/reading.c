#include "define/reading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct complaints *c, const struct err *e)
{
	if (c->count == c->alloc) {
		size_t alloc = c->alloc ? c->alloc * 2 : 8;
		struct err *bigger = realloc(c->item, alloc * sizeof *bigger);

		if (!bigger)
			return;
		c->item = bigger;
		c->alloc = alloc;
	}
	if (c->count < COMPLAINTS_MAX)
		c->item[c->count++] = *e;
}

void complain_err(struct complaints *c, const struct err *e)
{
	add(c, e);
}

void complaints_release(struct complaints *c)
{
	free(c->item);
	memset(c, 0, sizeof *c);
}

static void __attribute__((format(printf, 5, 0)))
vcomplain(struct reading *rd, const char *file, int line, int column, const char *fmt, va_list ap)
{
	char text[600];
	struct err e;

	vsnprintf(text, sizeof text, fmt, ap);
	(void)err_at(&e, ERR_INVALID, file, line, column, "%s", text);
	add(rd->complaints, &e);
}

void complain(struct reading *rd, const struct node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(rd, rd->file, at ? at->line : 1, at ? at->column : 1, fmt, ap);
	va_end(ap);
}

void complain_at(struct reading *rd, const struct pos *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(rd, at->file, at->line, at->column, fmt, ap);
	va_end(ap);
}

struct pos reading_pos(const struct reading *rd, const struct node *n)
{
	return (struct pos){ rd->file, n ? n->line : 1, n ? n->column : 1 };
}

bool read_keys(struct reading *rd, const struct node *n, const char *const *allowed)
{
	size_t i, k;

	if (!n || n->kind != NODE_MAP) {
		complain(rd, n, "ここは「名前: 値」の並びで書いてください");
		return false;
	}
	for (i = 0; i < n->count; i++) {
		for (k = 0; allowed[k] && strcmp(allowed[k], n->key[i]->text) != 0; k++)
			;
		if (!allowed[k])
			complain(rd, n->key[i],
				 "「%s」という項目はありません。綴りを確かめるか、消してください",
				 n->key[i]->text);
	}
	return true;
}

static const struct node *member(struct reading *rd, const struct node *map, const char *key,
				 bool required)
{
	const struct node *n = yaml_get(map, key);

	if (!n && required)
		complain(rd, map, "「%s」がありません。書き足してください", key);
	return n;
}

const char *read_text(struct reading *rd, const struct node *map, const char *key, bool required)
{
	const struct node *n = member(rd, map, key, required);

	if (!n)
		return "";
	if (n->kind != NODE_SCALAR) {
		complain(rd, n, "「%s」は文字で書いてください", key);
		return "";
	}
	if (required && !*n->text)
		complain(rd, n, "「%s」が空です", key);
	return n->text;
}

const char *read_optional(struct reading *rd, const struct node *map, const char *key)
{
	return yaml_get(map, key) ? read_text(rd, map, key, false) : NULL;
}

bool read_int(struct reading *rd, const struct node *map, const char *key, int64_t *ret)
{
	const struct node *n = yaml_get(map, key);
	char *end;
	long long v;

	if (!n)
		return false;
	errno = 0;
	v = n->kind == NODE_SCALAR ? strtoll(n->text, &end, 10) : 0;
	if (n->kind != NODE_SCALAR || !*n->text || *end || errno) {
		complain(rd, n, "「%s」は整数で書いてください", key);
		return false;
	}
	*ret = v;
	return true;
}

bool read_small(struct reading *rd, const struct node *map, const char *key, int *ret)
{
	int64_t v;

	if (!read_int(rd, map, key, &v))
		return false;
	if (v < -1000000 || v > 1000000) {
		complain(rd, yaml_get(map, key), "「%s」の数が大きすぎます", key);
		return false;
	}
	*ret = (int)v;
	return true;
}

bool read_flag(struct reading *rd, const struct node *map, const char *key, bool fallback)
{
	const struct node *n = yaml_get(map, key);

	if (!n)
		return fallback;
	if (n->kind == NODE_SCALAR && n->plain && strcmp(n->text, "true") == 0)
		return true;
	if (n->kind == NODE_SCALAR && n->plain && strcmp(n->text, "false") == 0)
		return false;
	complain(rd, n, "「%s」は true か false で書いてください", key);
	return fallback;
}

struct label read_label(struct reading *rd, const struct node *map, const char *key, bool required)
{
	static const char *const keys[] = { "ja", "en", NULL };
	const struct node *n = member(rd, map, key, required);
	struct label l = { "", "" };

	if (!n)
		return l;
	if (n->kind == NODE_SCALAR) {
		l.ja = l.en = n->text;
		return l;
	}
	if (!read_keys(rd, n, keys))
		return l;
	l.ja = read_text(rd, n, "ja", true);
	l.en = read_optional(rd, n, "en");
	if (!l.en)
		l.en = l.ja;
	return l;
}

const struct node *read_list_node(struct reading *rd, const struct node *map, const char *key,
				  bool required)
{
	const struct node *n = member(rd, map, key, required);

	if (n && n->kind != NODE_LIST) {
		complain(rd, n, "「%s」は並び（- または [ ]）で書いてください", key);
		return NULL;
	}
	return n;
}

struct strings read_strings(struct reading *rd, const struct node *map, const char *key)
{
	const struct node *n = read_list_node(rd, map, key, false);
	struct strings s = { NULL, 0 };
	size_t i;

	if (!n || !n->count)
		return s;
	s.item = arena_calloc(rd->arena, n->count, sizeof *s.item);
	for (i = 0; s.item && i < n->count; i++) {
		if (n->item[i]->kind == NODE_SCALAR)
			s.item[s.count++] = n->item[i]->text;
		else
			complain(rd, n->item[i], "「%s」の中は文字で書いてください", key);
	}
	return s;
}

role_set read_roles(struct reading *rd, const struct node *map, const char *key)
{
	const struct node *n = read_list_node(rd, map, key, false);
	role_set set = 0;
	size_t i;

	for (i = 0; n && i < n->count; i++) {
		int role = n->item[i]->kind == NODE_SCALAR ? role_parse(n->item[i]->text) : -1;

		if (role < 0)
			complain(rd, n->item[i],
				 "役割「%s」はありません。executive planner operator auditor staff "
				 "vendor inspector から選んでください",
				 n->item[i]->kind == NODE_SCALAR ? n->item[i]->text : "");
		else
			set |= 1u << role;
	}
	return set;
}

struct source_def *read_sources(struct reading *rd, const struct node *map, const char *key,
				size_t *ret_count)
{
	static const char *const keys[] = { "document", "place", NULL };
	const struct node *n = read_list_node(rd, map, key, false);
	struct source_def *list;
	size_t i;

	*ret_count = 0;
	if (!n || !n->count)
		return NULL;
	list = arena_calloc(rd->arena, n->count, sizeof *list);
	for (i = 0; list && i < n->count; i++) {
		if (!read_keys(rd, n->item[i], keys))
			continue;
		list[*ret_count].document = read_text(rd, n->item[i], "document", true);
		list[*ret_count].place = read_text(rd, n->item[i], "place", false);
		(*ret_count)++;
	}
	return list;
}

int read_choice(struct reading *rd, const struct node *map, const char *key,
		const char *const *names, size_t count, int fallback)
{
	const char *text = read_optional(rd, map, key);
	char all[400] = "";
	size_t i, used = 0;

	if (!text)
		return fallback;
	for (i = 0; i < count; i++)
		if (strcmp(names[i], text) == 0)
			return (int)i;
	for (i = 0; i < count && used < sizeof all; i++) {
		int n = snprintf(all + used, sizeof all - used, " %s", names[i]);

		used += n > 0 ? (size_t)n : 0;
	}
	complain(rd, yaml_get(map, key), "「%s」の「%s」は使えません。次から選んでください:%s", key,
		 text, all);
	return -1;
}
