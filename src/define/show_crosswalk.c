/* A crosswalk as JSON and text, from either side. */
#include "define/show.h"

static json_t *end_json(const struct catalogue *c, const struct pair_end *end)
{
	json_t *items = json_array();
	size_t i;

	for (i = 0; i < end->item_count; i++)
		json_array_append_new(items, json_string(c->item[end->item[i]].id));
	return items;
}

static json_t *pair_json(const struct crosswalk *w, const struct pair_def *p, bool inverse)
{
	const struct pair_end *from = inverse ? &p->to : &p->from;
	const struct pair_end *to = inverse ? &p->from : &p->to;
	enum pair_relation relation = inverse ? pair_relation_inverse(p->relation) : p->relation;

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "from", from->text, "to",
			 to->text, "relation", pair_relation_name(relation), "confidence",
			 confidence_name(p->confidence), "reason", p->reason, "remains",
			 inverse ? p->remains_back : p->remains, "remains_back",
			 inverse ? p->remains : p->remains_back, "from_items",
			 end_json(inverse ? w->to : w->from, from), "to_items",
			 end_json(inverse ? w->from : w->to, to));
}

json_t *crosswalk_summary_json(const struct crosswalk *w)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I}", "from", w->from_id, "to", w->to_id, "title",
			 w->title, "source", w->source, "pair_count", (json_int_t)w->pair_count);
}

json_t *crosswalk_json(const struct crosswalk *w, bool inverse)
{
	json_t *pairs = json_array();
	size_t i;

	for (i = 0; i < w->pair_count; i++)
		json_array_append_new(pairs, pair_json(w, &w->pair[i], inverse));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:o}", "from",
			 inverse ? w->to_id : w->from_id, "to", inverse ? w->from_id : w->to_id,
			 "title", w->title, "source", w->source, "note", w->note, "derived",
			 inverse, "wording", w->verbatim ? "source" : "own", "pairs", pairs);
}

void crosswalk_text(const struct crosswalk *w, bool inverse, struct buf *b)
{
	size_t i;

	buf_printf(b, "%s → %s\n%s\n%s\n", inverse ? w->to_id : w->from_id,
		   inverse ? w->from_id : w->to_id, w->title, w->source);
	if (*w->note)
		buf_printf(b, "注意: %s\n", w->note);
	for (i = 0; i < w->pair_count; i++) {
		const struct pair_def *p = &w->pair[i];
		enum pair_relation r = inverse ? pair_relation_inverse(p->relation) : p->relation;
		const char *remains = inverse ? p->remains_back : p->remains;

		buf_printf(b, "\n%s → %s  %s（%s）\n    %s\n", inverse ? p->to.text : p->from.text,
			   inverse ? p->from.text : p->to.text, pair_relation_label(r),
			   confidence_label(p->confidence), p->reason);
		if (*remains)
			buf_printf(b, "    残ること: %s\n", remains);
	}
}
