#include "interop/making.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"

#define ID_CHARS 100
#define TEXT_CHARS 7900 /* a definition takes 8,000 */

/* ---- notes ---- */

void making_note(struct making *m, const char *place, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	if (m->note_count > NOTES_MAX)
		return;
	if (!m->note)
		m->note = arena_calloc(m->arena, NOTES_MAX + 1, sizeof *m->note);
	if (!m->note)
		return;
	va_start(ap, fmt);
	text = arena_vprintf(m->arena, fmt, ap);
	va_end(ap);
	if (m->note_count == NOTES_MAX) {
		place = "";
		text = "置き場所のないものがほかにもあります（多いため、ここまでを示します）。";
	}
	if (text)
		m->note[m->note_count++] =
			(struct intake_note){ .place = place ? place : "", .text = text };
}

const char *making_place(struct making *m, const char *list, size_t index)
{
	const char *text = arena_printf(m->arena, "%s[%zu]", list, index);

	return text ? text : list;
}

/* ---- definitions ---- */

/* Ids become names of files. */
static bool is_name(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return n && !id[n] && id[0] != '.' && id[0] != '-' && n <= 2 * ID_CHARS + 2;
}

int making_add(struct making *m, const char *kind, const char *id, const char *title,
	       struct node *root, size_t count)
{
	size_t i;

	if (!m->made)
		m->made = arena_calloc(m->arena, MADE_MAX, sizeof *m->made);
	if (!m->made || !root)
		return err_nomem(m->err);
	if (!*id)
		return err_set(m->err, ERR_INVALID,
			       "%s: 名前（ID）のない基準があります。作成元で名前を付けてください",
			       m->file);
	if (!is_name(id))
		return err_set(m->err, ERR_INVALID,
			       "%s: 基準の名前「%s」はファイル名に使えません。"
			       "英小文字、数字、点、ハイフン、下線で付けてください",
			       m->file, id);
	for (i = 0; i < m->made_count; i++)
		if (strcmp(m->made[i].kind, kind) == 0 && strcmp(m->made[i].id, id) == 0)
			return err_set(m->err, ERR_INVALID,
				       "%s: 同じ名前「%s」が2回あります。片方を消してください",
				       m->file, id);
	if (m->made_count == MADE_MAX)
		return err_set(m->err, ERR_LIMIT,
			       "%s: 1つのファイルに基準や対応表が多すぎます（%dまで）。"
			       "ファイルを分けてください",
			       m->file, MADE_MAX);
	m->made[m->made_count++] = (struct made){
		.kind = kind, .id = id, .title = title, .lacks = "", .root = root, .count = count
	};
	return 0;
}

/* The first faults, as one message; its place is that of the first. */
static int tell(struct making *m, const struct complaints *c, int code)
{
	const struct err *first = c->count ? &c->item[0] : NULL;
	struct buf b;
	size_t i;

	if (!first)
		return code;
	buf_init(&b, 0);
	buf_printf(&b, "%s", first->text);
	for (i = 1; i < c->count && i < 3; i++)
		buf_printf(&b, c->item[i].line > 0 ? " ／ %s（%d行目）" : " ／ %s", c->item[i].text,
			   c->item[i].line);
	if (c->count > 3)
		buf_printf(&b, " ／ ほか%zu件", c->count - 3);
	if (buf_failed(&b))
		code = err_nomem(m->err);
	else if (first->line > 0)
		code = err_at(m->err, ERR_INVALID, first->file, first->line, first->column, "%s",
			      b.data);
	else
		code = err_set(m->err, ERR_INVALID, "%s: %s", m->file, b.data);
	buf_release(&b);
	return code;
}

int making_check(struct making *m, struct definitions **ret)
{
	struct definition_draft *draft = arena_calloc(m->arena, m->made_count + 1, sizeof *draft);
	struct complaints complaints = { 0 };
	size_t i;
	int r;

	if (!draft)
		return err_nomem(m->err);
	for (i = 0; i < m->made_count; i++)
		draft[i] = (struct definition_draft){ .kind = m->made[i].kind,
						      .file = m->file,
						      .root = m->made[i].root,
						      .alone = *m->made[i].lacks != '\0' };
	r = define_check_drafts(m->d, draft, m->made_count, ret, &complaints, m->err);
	if (r == ERR_INVALID)
		r = tell(m, &complaints, r);
	complaints_release(&complaints);
	return r;
}

int making_link(struct making *m)
{
	define_free(m->found);
	m->found = NULL;
	return m->made_count ? making_check(m, &m->found) : 0;
}

const struct catalogue *making_catalogue(const struct making *m, const char *id)
{
	const struct catalogue *c = m->found ? define_catalogue(m->found, id) : NULL;

	return c ? c : define_catalogue(m->d, id);
}

/* ---- texts ---- */

/* True for what a definition may not hold. */
static bool is_control(uint32_t c, bool line)
{
	if (c == '\n' || c == '\t')
		return line;
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x2028 ||
	       c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

static const char *clean(struct making *m, const char *place, const char *text, bool line)
{
	size_t chars = 0, len;
	const char *ret;
	struct buf b;
	uint32_t c;

	buf_init(&b, 0);
	while (text && *text && chars < TEXT_CHARS) {
		size_t n = utf8_decode(text, &c);

		if (!is_control(c, line)) {
			buf_add(&b, text, n);
			chars++;
		} else if (line && b.len && b.data[b.len - 1] != ' ') {
			buf_putc(&b, ' ');
		}
		text += n;
	}
	if (text && *text) {
		making_note(m, place, "文が長すぎるため、%d文字で切りました。", TEXT_CHARS);
		buf_puts(&b, "…");
	}
	len = b.len;
	while (len && strchr(" \n\t", b.data[len - 1]))
		len--;
	for (text = b.data ? b.data : ""; len && strchr(" \n\t", *text); len--)
		text++;
	ret = arena_strndup(m->arena, text, len);
	if (buf_failed(&b))
		ret = NULL;
	buf_release(&b);
	return ret ? ret : "";
}

const char *making_clean(struct making *m, const char *place, const char *text)
{
	return clean(m, place, text, false);
}

const char *making_line(struct making *m, const char *place, const char *text)
{
	return clean(m, place, text, true);
}

/* The character as ids have it; '-' for what they cannot hold. */
static char id_char(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.')
		return c;
	return '-';
}

const char *making_id(struct making *m, const char *text)
{
	char *ret = arena_strndup(m->arena, text, strlen(text)), *w = ret;

	for (; ret && *text && w - ret < ID_CHARS; text++) {
		char c = id_char(*text);
		bool joins = c == '-' || c == '.';

		/* Neither in front nor twice: "--" stands between the ends of a crosswalk. */
		if (!joins || (w > ret && w[-1] != '-' && w[-1] != '.'))
			*w++ = c;
	}
	while (ret && w > ret && (w[-1] == '-' || w[-1] == '.'))
		w--;
	if (ret)
		*w = '\0';
	return ret ? ret : "";
}

const char *making_cut(struct making *m, const char *text, size_t chars)
{
	const char *at = text, *ret;
	uint32_t c;

	while (*at && chars--)
		at += utf8_decode(at, &c);
	if (!*at)
		return text;
	ret = arena_printf(m->arena, "%.*s…", (int)(at - text), text);
	return ret ? ret : text;
}

/* ---- trees ---- */

struct node *make_map(struct making *m, const struct node *at)
{
	struct node *n = node_new(m->arena, NODE_MAP);

	if (n && at) {
		n->line = at->line;
		n->column = at->column;
	}
	return n;
}

struct node *make_list(struct making *m)
{
	return node_new(m->arena, NODE_LIST);
}

void make_put(struct making *m, struct node *map, const char *key, struct node *value)
{
	if (map && value && (value->kind == NODE_SCALAR || value->count))
		(void)node_put(m->arena, map, node_scalar(m->arena, key, true), value);
}

static void put_scalar(struct making *m, struct node *map, const char *key, const char *text,
		       bool plain)
{
	struct node *n = *text ? node_scalar(m->arena, text, plain) : NULL;

	if (!n || !map)
		return;
	n->line = map->line;
	n->column = map->column;
	make_put(m, map, key, n);
}

void make_text(struct making *m, struct node *map, const char *key, const char *text)
{
	put_scalar(m, map, key, text, false);
}

void make_word(struct making *m, struct node *map, const char *key, const char *word)
{
	put_scalar(m, map, key, word, true);
}

void make_add_text(struct making *m, struct node *list, const char *text)
{
	if (list && *text)
		(void)node_append(m->arena, list, node_scalar(m->arena, text, false));
}

void make_attribute(struct making *m, struct node *item, const char *name, const char *value)
{
	struct node *list = node_get(item, "attributes"), *one;

	if (!item || !*value)
		return;
	one = make_map(m, item);
	make_text(m, one, "name", name);
	make_text(m, one, "value", value);
	if (list) {
		(void)node_append(m->arena, list, one);
		return;
	}
	list = make_list(m);
	(void)node_append(m->arena, list, one);
	make_put(m, item, "attributes", list);
}
