/* A crosswalk file: typed pairs between two catalogues, each with a reason. */
#include <stdlib.h>
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

#define PAIR_TEXT_MAX 100  /* of a reason, in characters */
#define REASON_TIMES_MAX 3 /* the same reason more often explains nothing */

static void parse_pair(struct reading *rd, const struct node *n, size_t longest, struct pair_def *p)
{
	static const char *const keys[] = { "from",   "to",	 "relation",	 "confidence",
					    "reason", "remains", "remains_back", NULL };

	p->pos = reading_pos(rd, n);
	p->from.text = p->to.text = p->reason = p->remains = p->remains_back = "";
	p->from.statement = p->to.statement = -1;
	if (!read_keys(rd, n, keys))
		return;
	p->from.text = read_text(rd, n, "from", true);
	p->to.text = read_text(rd, n, "to", true);
	if (!yaml_get(n, "relation"))
		complain(rd, n, "relation（equal subset superset intersects）がありません");
	p->relation = (enum pair_relation)read_choice(rd, n, "relation", define_relations, PAIR_MAX,
						      PAIR_INTERSECTS);
	p->confidence = (enum confidence)read_choice(rd, n, "confidence", define_confidences,
						     CONFIDENCE_MAX, CONFIDENCE_HIGH);
	p->reason = read_text(rd, n, "reason", true);
	p->remains = read_text(rd, n, "remains",
			       p->relation == PAIR_INTERSECTS || p->relation == PAIR_SUBSET);
	p->remains_back = read_text(rd, n, "remains_back",
				    p->relation == PAIR_INTERSECTS || p->relation == PAIR_SUPERSET);
	check_length(rd, &p->pos, "reason", p->reason, longest);
	check_length(rd, &p->pos, "remains", p->remains, longest);
	check_length(rd, &p->pos, "remains_back", p->remains_back, longest);
}

struct crosswalk *parse_crosswalk(struct reading *rd, const struct node *root)
{
	static const char *const keys[] = { "format", "from",  "to",	  "title", "source",
					    "note",   "pairs", "wording", NULL };
	struct crosswalk *w = arena_calloc(rd->arena, 1, sizeof *w);
	const struct node *n;
	struct pair_def *list;
	int64_t format = 0;
	size_t i;

	if (!w || !read_keys(rd, root, keys))
		return NULL;
	w->pos = reading_pos(rd, root);
	if (!read_int(rd, root, "format", &format) || format != 1)
		complain(rd, root, "「format」は 1 です");
	w->from_id = read_text(rd, root, "from", true);
	w->to_id = read_text(rd, root, "to", true);
	if (*w->from_id && strcmp(w->from_id, w->to_id) == 0)
		complain(rd, root, "from と to が同じ基準「%s」です", w->from_id);
	w->title = read_text(rd, root, "title", true);
	w->source = read_text(rd, root, "source", true);
	w->note = read_text(rd, root, "note", false);
	w->verbatim = read_wording(rd, root);
	n = read_list_node(rd, root, "pairs", true);
	list = n ? arena_calloc(rd->arena, n->count + 1, sizeof *list) : NULL;
	for (i = 0; list && i < n->count; i++)
		parse_pair(rd, n->item[i], w->verbatim ? VERBATIM_MAX : PAIR_TEXT_MAX, &list[i]);
	w->pair = list;
	w->pair_count = list ? n->count : 0;
	return w;
}

/* --- link ---------------------------------------------------------------------- */

static bool in_group(const struct item_def *item, const char *text)
{
	size_t n = strlen(item->section);

	if (strncmp(text, item->section, n) != 0)
		return false;
	if (text[n] == '\0')
		return true;
	return *item->group && text[n] == '-' && strcmp(text + n + 1, item->group) == 0;
}

/* "3.2.1-(ウ)1" stands for all items of that section and group, "3.2.1" for all of the section. */
static void link_group(struct reading *rd, const struct catalogue *c, struct pair_end *end)
{
	int *list = arena_calloc(rd->arena, c->item_count + 1, sizeof *list);
	size_t i;

	for (i = 0; list && i < c->item_count; i++)
		if (in_group(&c->item[i], end->text))
			list[end->item_count++] = (int)i;
	end->item = list;
}

static void link_end(struct reading *rd, const struct catalogue *c, struct pair_end *end,
		     const struct pos *at)
{
	const char *mark = strchr(end->text, '#');
	char *id = arena_strndup(rd->arena, end->text,
				 mark ? (size_t)(mark - end->text) : strlen(end->text));
	int *one = arena_calloc(rd->arena, 1, sizeof *one), found;
	size_t i;

	if (!id || !one || !*id)
		return;
	found = catalogue_item(c, id);
	if (found >= 0) {
		*one = found;
		end->item = one;
		end->item_count = 1;
		for (i = 0; mark && i < c->item[found].statement_count; i++)
			if (strcmp(c->item[found].statement[i].id, mark + 1) == 0)
				end->statement = (int)i;
		if (mark && end->statement < 0)
			complain_at(rd, at, "%s の項目 %s に文「%s」はありません", c->id, id,
				    mark + 1);
		return;
	}
	if (!mark)
		link_group(rd, c, end);
	if (!end->item_count)
		complain_at(rd, at, "%s に項目「%s」はありません", c->id, end->text);
}

static int by_ends(const void *a, const void *b)
{
	const struct pair_def *x = *(const struct pair_def *const *)a;
	const struct pair_def *y = *(const struct pair_def *const *)b;
	int r = strcmp(x->from.text, y->from.text);

	return r ? r : strcmp(x->to.text, y->to.text);
}

static int by_reason(const void *a, const void *b)
{
	const struct pair_def *x = *(const struct pair_def *const *)a;
	const struct pair_def *y = *(const struct pair_def *const *)b;
	int r = strcmp(x->reason, y->reason);

	return r ? r : x->pos.line - y->pos.line;
}

/* A reason says why for this very pair. */
static void check_reasons(struct reading *rd, const struct pair_def **sorted, size_t count)
{
	size_t i, same = 1;

	qsort(sorted, count, sizeof *sorted, by_reason);
	for (i = 1; i < count; i++) {
		same = strcmp(sorted[i - 1]->reason, sorted[i]->reason) == 0 ? same + 1 : 1;
		if (same == REASON_TIMES_MAX + 1 && *sorted[i]->reason)
			complain_at(
				rd, &sorted[i]->pos,
				"同じ理由が%d回を超えています。この組に固有の理由を書いてください",
				REASON_TIMES_MAX);
	}
}

static void check_pairs_once(struct reading *rd, const struct crosswalk *w)
{
	const struct pair_def **sorted = arena_calloc(rd->arena, w->pair_count + 1, sizeof *sorted);
	size_t i;

	if (!sorted)
		return;
	for (i = 0; i < w->pair_count; i++)
		sorted[i] = &w->pair[i];
	qsort(sorted, w->pair_count, sizeof *sorted, by_ends);
	for (i = 1; i < w->pair_count; i++)
		if (by_ends(&sorted[i - 1], &sorted[i]) == 0)
			complain_at(rd, &sorted[i]->pos, "組「%s → %s」が2回あります",
				    sorted[i]->from.text, sorted[i]->to.text);
	if (!w->verbatim)
		check_reasons(rd, sorted, w->pair_count);
}

void link_crosswalk(struct reading *rd, struct crosswalk *w, const struct catalogue *from,
		    const struct catalogue *to)
{
	struct pair_def *pair = (struct pair_def *)(uintptr_t)w->pair;
	size_t i;

	if (!from)
		complain_at(rd, &w->pos, "基準「%s」（from）がありません", w->from_id);
	if (!to)
		complain_at(rd, &w->pos, "基準「%s」（to）がありません", w->to_id);
	if (!from || !to)
		return;
	w->from = from;
	w->to = to;
	for (i = 0; i < w->pair_count; i++) {
		link_end(rd, from, &pair[i].from, &pair[i].pos);
		link_end(rd, to, &pair[i].to, &pair[i].pos);
	}
	check_pairs_once(rd, w);
}
