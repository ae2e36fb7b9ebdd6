/* Parameters, sections and numbers of an OSCAL catalog, and what of it is lost. */
#include <string.h>

#include "interop/oscal_in.h"

#define DEPTH_MAX 20
#define PARAM_DEPTH 4 /* a choice may insert another parameter */

/* ---- parameters ---- */

static void add_param(struct oscal_in *in, const struct node *param)
{
	if (in->param_count == in->param_alloc) {
		size_t alloc = in->param_alloc ? in->param_alloc * 2 : 256;
		struct oscal_param *bigger = arena_calloc(in->m->arena, alloc, sizeof *bigger);

		if (!bigger)
			return;
		if (in->param_count)
			memcpy(bigger, in->param, in->param_count * sizeof *bigger);
		in->param = bigger;
		in->param_alloc = alloc;
	}
	in->param[in->param_count++] =
		(struct oscal_param){ .id = node_get_text(param, "id"), .node = param };
}

void oscal_params_read(struct oscal_in *in, const struct node *object, int depth)
{
	static const char *const below[] = { "groups", "controls" };
	const struct node *list = node_get_list(object, "params");
	size_t i, k;

	for (i = 0; list && i < list->count; i++)
		add_param(in, list->item[i]);
	for (k = 0; k < 2 && depth < DEPTH_MAX; k++) {
		list = node_get_list(object, below[k]);
		for (i = 0; list && i < list->count; i++)
			oscal_params_read(in, list->item[i], depth + 1);
	}
}

static const struct node *find_param(const struct oscal_in *in, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < in->param_count; i++)
		if (strlen(in->param[i].id) == len && strncmp(in->param[i].id, id, len) == 0)
			return in->param[i].node;
	return NULL;
}

static void fill(struct oscal_in *in, const char *text, struct buf *b, int depth);

/* What a reader sees in its place: its value, its label, or the choices. */
static void put_param(struct oscal_in *in, const struct node *param, const char *id, size_t len,
		      struct buf *b, int depth)
{
	const struct node *values = node_get_list(param, "values");
	const struct node *choice = node_get_list(node_get(param, "select"), "choice");
	const char *label = node_get_text(param, "label");
	size_t i;

	if (values && values->count) {
		fill(in, node_text(values->item[0]), b, depth + 1);
		return;
	}
	buf_puts(b, "［");
	if (choice && choice->count) {
		for (i = 0; i < choice->count; i++) {
			buf_puts(b, i ? " / " : "");
			fill(in, node_text(choice->item[i]), b, depth + 1);
		}
	} else if (*label) {
		fill(in, label, b, depth + 1);
	} else {
		buf_add(b, id, len);
	}
	buf_puts(b, "］");
}

/* "{{ insert: param, ID }}", and "{{ ID }}" as older documents have it. */
static const char *put_insert(struct oscal_in *in, const char *at, struct buf *b, int depth)
{
	const char *end = strstr(at, "}}"), *id = at + 2;
	size_t len;

	if (!end || end - at > 300) {
		buf_puts(b, "{{");
		return at + 2;
	}
	id += strspn(id, " ");
	if (strncmp(id, "insert:", 7) == 0) {
		const char *comma = memchr(id, ',', (size_t)(end - id));

		id = comma ? comma + 1 : id + 7;
		id += strspn(id, " ");
	}
	len = (size_t)(end - id);
	while (len && id[len - 1] == ' ')
		len--;
	put_param(in, find_param(in, id, len), id, len, b, depth);
	return end + 2;
}

static void fill(struct oscal_in *in, const char *text, struct buf *b, int depth)
{
	struct buf plain;
	const char *at;

	buf_init(&plain, 0);
	while (*text) {
		at = strstr(text, "{{");
		if (!at || depth > PARAM_DEPTH) {
			oscal_unescape(text, b);
			break;
		}
		buf_clear(&plain);
		buf_add(&plain, text, (size_t)(at - text));
		oscal_unescape(plain.data ? plain.data : "", b);
		text = put_insert(in, at, b, depth);
	}
	buf_release(&plain);
}

void oscal_params_fill(struct oscal_in *in, const char *text, struct buf *b)
{
	fill(in, text, b, 0);
}

/* ---- sections and numbers ---- */

void oscal_in_section(struct oscal_in *in, const char *id, const char *title)
{
	struct node *one;
	size_t i;

	for (i = 0; i < in->sections->count; i++)
		if (strcmp(node_get_text(in->sections->item[i], "id"), id) == 0)
			return;
	one = make_map(in->m, NULL);
	make_text(in->m, one, "id", id);
	make_text(in->m, one, "title", title);
	if (one)
		(void)node_append(in->m->arena, in->sections, one);
}

static bool same_place(const struct node *a, const struct node *b)
{
	static const char *const keys[] = { "number", "section", "group" };
	const struct node *x = node_get_list(a, "headings"), *y = node_get_list(b, "headings");
	size_t i;

	for (i = 0; i < 3; i++)
		if (strcmp(node_get_text(a, keys[i]), node_get_text(b, keys[i])) != 0)
			return false;
	if ((x ? x->count : 0) != (y ? y->count : 0))
		return false;
	for (i = 0; x && i < x->count; i++)
		if (strcmp(node_text(x->item[i]), node_text(y->item[i])) != 0)
			return false;
	return true;
}

void oscal_in_once(struct oscal_in *in)
{
	size_t i, k;

	for (i = 1; i < in->items->count; i++) {
		struct node *number = node_get(in->items->item[i], "number");

		for (k = 0; number && *number->text && k < i; k++)
			if (same_place(in->items->item[k], in->items->item[i])) {
				making_note(
					in->m, node_get_text(in->items->item[i], "id"),
					"番号「%s」が同じ見出しに2回あるため、番号を空にしました。",
					number->text);
				number->text = "";
			}
	}
}

/* ---- what is lost ---- */

void oscal_in_lost(struct oscal_in *in, const char *what)
{
	size_t i;

	for (i = 0; i < in->lost_count && strcmp(in->lost[i].name, what) != 0; i++)
		;
	if (i == LOST_MAX)
		return;
	if (i == in->lost_count) {
		in->lost[i].name = what;
		in->lost_count++;
	}
	in->lost[i].count++;
}

void oscal_in_note(struct oscal_in *in)
{
	size_t i;

	for (i = 0; i < in->lost_count; i++) {
		const char *name = in->lost[i].name;

		if (strcmp(name, "withdrawn") == 0)
			making_note(in->m, "controls",
				    "取り下げられた（withdrawn）項目は取り込みません（%zu件）。",
				    in->lost[i].count);
		else if (strcmp(name, "group-parts") == 0)
			making_note(in->m, "groups",
				    "グループの説明は、置き場所がないため取り込みません（%zu件）。",
				    in->lost[i].count);
		else
			making_note(in->m, "controls",
				    "%s は、置き場所がないため取り込みません（%zu件）。", name,
				    in->lost[i].count);
	}
}
