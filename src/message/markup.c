#include "message/markup.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Text of an element, as far as it stands between two of its children. */
struct piece {
	struct piece *next;
	const char *text;
	size_t len;
};

struct open {
	struct part *part, *text; /* text: its "$", or NULL */
	struct piece *first, *last;
};

struct markup {
	XML_Parser parser;
	unsigned long salt; /* drawn once: expat would ask the kernel for each message */
	struct arena *arena;
	struct part *root;
	struct open open[PART_DEPTH_MAX];
	size_t depth;
	struct buf text; /* of the element that is open, since its last tag */
	enum message_fault fault;
	bool large;
};

static void stop(struct markup *m, enum message_fault fault)
{
	if (m->fault == MESSAGE_FAULT_NONE)
		m->fault = fault;
	XML_StopParser(m->parser, XML_FALSE);
}

static const char *keep(struct markup *m, const char *prefix, const char *s, size_t *ret_len)
{
	size_t p = strlen(prefix), n = strlen(s);
	char *copy = arena_alloc(m->arena, p + n + 1);

	if (!copy)
		return NULL;
	memcpy(copy, prefix, p);
	memcpy(copy + p, s, n);
	*ret_len = p + n;
	return copy;
}

static bool blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\n' && s[i] != '\r' && s[i] != '\t')
			return false;
	return true;
}

/* Space between tags is no text. */
static void flush_text(struct markup *m)
{
	struct open *o = m->depth ? &m->open[m->depth - 1] : NULL;
	struct piece *piece;

	if (!o || !m->text.len || blank(m->text.data, m->text.len)) {
		buf_clear(&m->text);
		return;
	}
	piece = arena_alloc(m->arena, sizeof *piece);
	if (piece) {
		piece->text = arena_strndup(m->arena, m->text.data, m->text.len);
		piece->len = m->text.len;
	}
	if (!piece || !piece->text)
		return;
	if (!o->text)
		o->text = part_text(m->arena, o->part, "$", piece->text, piece->len);
	if (o->last)
		o->last->next = piece;
	else
		o->first = piece;
	o->last = piece;
	buf_clear(&m->text);
}

/* Text before a child and after it are one text, joined once when the element ends. */
static void join_text(struct markup *m, struct open *o)
{
	size_t len = 0, at = 0;
	char *all;

	if (!o->text || o->first == o->last)
		return;
	for (const struct piece *p = o->first; p; p = p->next)
		len += p->len;
	all = arena_alloc(m->arena, len + 1);
	if (!all)
		return;
	for (const struct piece *p = o->first; p; at += p->len, p = p->next)
		memcpy(all + at, p->text, p->len);
	o->text->text = all;
	o->text->len = len;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attrs)
{
	struct markup *m = arg;
	size_t len;
	const char *key;
	struct part *p;

	if (m->fault)
		return;
	flush_text(m);
	if (m->depth == PART_DEPTH_MAX / 2) {
		stop(m, MESSAGE_FAULT_DEEP);
		return;
	}
	key = keep(m, "", name, &len);
	p = key ? part_add(m->arena, m->depth ? m->open[m->depth - 1].part : NULL, PART_ELEMENT,
			   key, len)
		: NULL;
	for (; p && *attrs; attrs += 2) {
		const char *attr = keep(m, "@", attrs[0], &len);
		size_t size;
		const char *text = keep(m, "", attrs[1], &size);

		if (attr && text)
			part_text(m->arena, p, attr, text, size);
	}
	if (!p || arena_failed(m->arena)) {
		stop(m, MESSAGE_FAULT_MEMORY);
		return;
	}
	if (!m->depth)
		m->root = p;
	m->open[m->depth++] = (struct open){ .part = p };
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct markup *m = arg;

	(void)name;
	if (m->fault)
		return;
	flush_text(m);
	join_text(m, &m->open[--m->depth]);
}

static void XMLCALL on_text(void *arg, const XML_Char *s, int len)
{
	struct markup *m = arg;

	if (!m->fault)
		buf_add(&m->text, s, (size_t)len);
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid,
			       const XML_Char *pubid, int has_internal)
{
	(void)name, (void)sysid, (void)pubid, (void)has_internal;
	stop(arg, MESSAGE_FAULT_DOCTYPE);
}

void markup_release(struct reading *r)
{
	struct markup *m = r->xml;

	if (!m)
		return;
	XML_ParserFree(m->parser);
	buf_release(&m->text);
	free(m);
	r->xml = NULL;
}

static struct markup *ready(struct reading *r)
{
	struct markup *m = r->xml;

	if (m && m->large)
		markup_release(r), m = NULL;
	if (m) {
		XML_ParserReset(m->parser, "UTF-8");
	} else {
		m = calloc(1, sizeof *m);
		if (!m)
			return NULL;
		/* The encoding given here overrules what the document claims. */
		m->parser = XML_ParserCreate("UTF-8");
		if (!m->parser || getrandom(&m->salt, sizeof m->salt, 0) < 0) {
			free(m);
			return NULL;
		}
		buf_init(&m->text, MESSAGE_INPUT_MAX);
		r->xml = m;
	}
	XML_SetHashSalt(m->parser, m->salt | 1);
	XML_SetUserData(m->parser, m);
	XML_SetElementHandler(m->parser, on_start, on_end);
	XML_SetCharacterDataHandler(m->parser, on_text);
	XML_SetStartDoctypeDeclHandler(m->parser, on_doctype);
	m->arena = &r->arena;
	m->root = NULL;
	m->depth = 0;
	m->fault = MESSAGE_FAULT_NONE;
	buf_clear(&m->text);
	return m;
}

struct part *markup_read(struct reading *r, const char *bytes, size_t len,
			 enum message_fault *ret_fault, size_t *ret_at)
{
	struct markup *m = ready(r);
	XML_Index at;

	*ret_at = 0;
	*ret_fault = MESSAGE_FAULT_MEMORY;
	if (!m)
		return NULL;
	m->large = len > (size_t)256 << 10;
	if (memmem(bytes, len, "<!DOCTYPE", 9)) {
		*ret_fault = MESSAGE_FAULT_DOCTYPE;
		return NULL;
	}
	if (XML_Parse(m->parser, bytes, (int)len, 1) == XML_STATUS_OK && !m->fault &&
	    !buf_failed(&m->text))
		return m->root;
	at = XML_GetCurrentByteIndex(m->parser);
	*ret_at = at > 0 && (size_t)at <= len ? (size_t)at : 0;
	*ret_fault = m->fault ? m->fault : MESSAGE_FAULT_XML;
	return NULL;
}
