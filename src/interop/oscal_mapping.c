/* A crosswalk as an OSCAL mapping collection. */
#include <stdio.h>
#include <string.h>

#include "interop/interop.h"
#include "interop/oscal.h"

/* Seen from one end or the other. */
struct view {
	const struct crosswalk *w;
	const struct catalogue *from, *to;
	bool inverse;
};

static const struct pair_end *from_of(const struct view *v, const struct pair_def *p)
{
	return v->inverse ? &p->to : &p->from;
}

static const struct pair_end *to_of(const struct view *v, const struct pair_def *p)
{
	return v->inverse ? &p->from : &p->to;
}

/* One control or statement, or all controls of a printed group. */
static json_t *end_json(const struct catalogue *c, const struct pair_end *end)
{
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; i < end->item_count; i++) {
		const struct item_def *item = &c->item[end->item[i]];
		bool statement = end->statement >= 0;

		one = json_object();
		json_object_set_new(one, "type", json_string(statement ? "statement" : "control"));
		json_object_set_new(
			one, "id-ref",
			statement ? oscal_statement_id(c, item, item->statement[end->statement].id)
				  : oscal_control_id(c, item));
		json_array_append_new(list, one);
	}
	return list;
}

static const char *relationship(enum pair_relation r)
{
	static const char *const names[PAIR_MAX] = { "equal-to", "subset-of", "superset-of",
						     "intersects-with" };

	return names[r];
}

static json_t *qualifier(const char *subject, const char *text)
{
	json_t *q = json_pack("{s:s,s:s,s:s}", "subject", subject, "predicate", "has-requirement",
			      "category", "addressable");

	json_object_set_new(q, "description", oscal_prose(text));
	return q;
}

static json_t *pair_json(const struct view *v, const struct pair_def *p)
{
	static const double scores[CONFIDENCE_MAX] = { 0.9, 0.6, 0.3 };
	const char *remains = v->inverse ? p->remains_back : p->remains;
	const char *back = v->inverse ? p->remains : p->remains_back;
	json_t *map = json_object(), *qualifiers = json_array(), *props = json_array();

	json_object_set_new(map, "uuid",
			    oscal_uuid("map:%s:%s:%s:%s", v->from->id, v->to->id,
				       from_of(v, p)->text, to_of(v, p)->text));
	json_object_set_new(map, "relationship",
			    json_string(relationship(v->inverse ? pair_relation_inverse(p->relation)
								: p->relation)));
	json_object_set_new(map, "matching-rationale", json_string("semantic"));
	json_object_set_new(map, "sources", end_json(v->from, from_of(v, p)));
	json_object_set_new(map, "targets", end_json(v->to, to_of(v, p)));
	if (*remains)
		json_array_append_new(qualifiers, qualifier("target", remains));
	if (*back)
		json_array_append_new(qualifiers, qualifier("source", back));
	oscal_set_list(map, "qualifiers", qualifiers);
	json_object_set_new(map, "confidence-score",
			    json_pack("{s:f}", "percentage", scores[p->confidence]));
	oscal_prop(props, true, "from", from_of(v, p)->text);
	oscal_prop(props, true, "to", to_of(v, p)->text);
	oscal_prop(props, true, "confidence", confidence_name(p->confidence));
	oscal_set_list(map, "props", props);
	json_object_set_new(map, "remarks", oscal_prose(p->reason));
	return map;
}

/* ---- what has no counterpart ---- */

static bool has_pair(const struct view *v, bool source, int item)
{
	size_t i, k;

	for (i = 0; i < v->w->pair_count; i++) {
		const struct pair_end *end =
			source ? from_of(v, &v->w->pair[i]) : to_of(v, &v->w->pair[i]);

		for (k = 0; k < end->item_count; k++)
			if (end->item[k] == item)
				return true;
	}
	return false;
}

static void put_gap(const struct view *v, bool source, json_t *mapping)
{
	const struct catalogue *c = source ? v->from : v->to;
	json_t *ids = json_array();
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (!has_pair(v, source, (int)i))
			json_array_append_new(ids, oscal_control_id(c, &c->item[i]));
	if (json_array_size(ids))
		json_object_set_new(
			mapping, source ? "source-gap-summary" : "target-gap-summary",
			json_pack("{s:o,s:[{s:O}]}", "uuid",
				  oscal_uuid("gap:%s:%s:%d", v->from->id, v->to->id, source),
				  "unmapped-controls", "with-ids", ids));
	json_decref(ids);
}

/* ---- the collection ---- */

static json_t *resource_json(json_t *doc, const struct catalogue *c)
{
	json_t *r = json_object(), *props = json_array();

	json_object_set_new(r, "type", json_string("catalog"));
	json_object_set_new(r, "href", oscal_resource(doc, c->id, c->title, c->source, NULL));
	oscal_prop(props, true, "catalogue", c->id);
	oscal_set_list(r, "props", props);
	return r;
}

static json_t *mapping_json(const struct view *v, json_t *doc)
{
	json_t *mapping = json_object(), *maps = json_array();
	size_t i;

	json_object_set_new(mapping, "uuid", oscal_uuid("mapping:%s:%s", v->from->id, v->to->id));
	json_object_set_new(mapping, "source-resource", resource_json(doc, v->from));
	json_object_set_new(mapping, "target-resource", resource_json(doc, v->to));
	for (i = 0; i < v->w->pair_count; i++)
		json_array_append_new(maps, pair_json(v, &v->w->pair[i]));
	json_object_set_new(mapping, "maps", maps);
	put_gap(v, true, mapping);
	put_gap(v, false, mapping);
	return mapping;
}

static json_t *provenance_json(const struct crosswalk *w)
{
	json_t *p = json_pack("{s:s,s:s,s:s}", "method", "human", "matching-rationale", "semantic",
			      "status", "complete");

	json_object_set_new(p, "mapping-description", oscal_prose(*w->note ? w->note : w->source));
	return p;
}

int oscal_mapping(const struct crosswalk *w, bool inverse, json_t **ret, struct err *err)
{
	const struct view v = { .w = w,
				.from = inverse ? w->to : w->from,
				.to = inverse ? w->from : w->to,
				.inverse = inverse };
	json_t *doc = json_object(), *metadata, *props = json_array();

	json_object_set_new(doc, "uuid",
			    oscal_uuid("mapping-collection:%s:%s:%s:%s", v.from->id, v.from->digest,
				       v.to->id, v.to->digest));
	metadata = oscal_metadata(w->title, v.to->edition, "");
	oscal_prop(props, true, "source", w->source);
	oscal_prop(props, true, "wording", w->verbatim ? "source" : "own");
	oscal_set_list(metadata, "props", props);
	json_object_set_new(doc, "metadata", metadata);
	json_object_set_new(doc, "provenance", provenance_json(w));
	json_object_set_new(doc, "mappings", json_pack("[o]", mapping_json(&v, doc)));
	return oscal_finish(doc, "mapping-collection", ret, err);
}
