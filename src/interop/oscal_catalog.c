/* A catalogue as an OSCAL catalog. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "interop/interop.h"
#include "interop/oscal.h"

static void props_of(json_t *props, const char *name, const struct strings *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		oscal_prop(props, true, name, s->item[i]);
}

static void parts_of(json_t *parts, const char *name, const struct strings *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		oscal_part(parts, name, NULL, s->item[i]);
}

/* Whom and what the item concerns. */
static void class_props(const struct definitions *d, const struct catalogue *c,
			const struct item_def *item, json_t *props)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	oscal_prop(props, true, "level", item->level);
	props_of(props, "heading", &item->headings);
	props_of(props, "role", &item->role);
	for (i = 0; i < ORG_MAX; i++)
		if (item->applies & (1u << i))
			oscal_prop(props, true, "applies", org_kind_name((enum org_kind)i));
	for (i = 0; i < count; i++)
		if (item->needs & (1u << i))
			oscal_prop(props, true, "needs", fact[i].id);
	oscal_prop(props, true, "control", control_kind_name(item->control));
	for (i = 0; i < AREA_MAX; i++)
		if (item->areas & (1u << i))
			oscal_prop(props, true, "area", area_name((enum area)i));
	props_of(props, "pattern", &item->patterns);
	for (i = 0; i < item->column_count; i++)
		oscal_prop(props, true, "column", c->column[item->column[i]].id);
	props_of(props, "measure", &item->measure);
}

static json_t *control_props(const struct definitions *d, const struct catalogue *c,
			     const struct item_def *item)
{
	json_t *props = json_array();
	char order[24];

	snprintf(order, sizeof order, "%06zu", (size_t)(item - c->item) + 1);
	oscal_prop(props, false, "label", *item->number ? item->number : item->id);
	oscal_prop(props, false, "sort-id", order);
	oscal_prop(props, true, "item", item->id);
	oscal_prop(props, true, "section", item->section);
	oscal_prop(props, true, "group", item->group);
	oscal_prop(props, true, "number", item->number);
	class_props(d, c, item, props);
	if (item->ask != ASK_YESNO)
		oscal_prop(props, true, "answer", ask_kind_name(item->ask));
	props_of(props, "option", &item->options);
	if (item->unconfirmed)
		oscal_prop(props, true, "status", "unconfirmed");
	if (item->replaces_catalogue) {
		oscal_prop(props, true, "replaces-catalogue", item->replaces_catalogue);
		oscal_prop(props, true, "replaces-item", item->replaces_id);
	}
	oscal_prop(props, true, "change", item->change);
	return props;
}

static json_t *statement_part(const struct catalogue *c, const struct item_def *item)
{
	json_t *parts = json_array(), *part;
	size_t i;

	for (i = 0; i < item->statement_count; i++) {
		const struct statement_def *s = &item->statement[i];
		json_t *props = json_array();

		oscal_prop(props, false, "label", s->id);
		part = json_object();
		json_object_set_new(part, "id", oscal_statement_id(c, item, s->id));
		json_object_set_new(part, "name", json_string("item"));
		oscal_set_list(part, "props", props);
		json_object_set_new(part, "prose", oscal_prose(s->says));
		json_array_append_new(parts, part);
	}
	part = json_object();
	json_object_set_new(part, "id", oscal_statement_id(c, item, ""));
	json_object_set_new(part, "name", json_string("statement"));
	json_object_set_new(part, "prose", oscal_prose(item->says));
	oscal_set_list(part, "parts", parts);
	return part;
}

static json_t *control_json(const struct definitions *d, const struct catalogue *c,
			    const struct item_def *item)
{
	json_t *control = json_object(), *parts = json_array();
	size_t i;

	json_array_append_new(parts, statement_part(c, item));
	parts_of(parts, "do", &item->do_);
	parts_of(parts, "show", &item->show);
	for (i = 0; i < item->attribute_count; i++)
		oscal_part(parts, "attribute", item->attribute[i].name, item->attribute[i].value);
	for (i = 0; i < item->cite_count; i++)
		oscal_part(parts, "cite", item->cites[i].document, item->cites[i].place);
	oscal_part(parts, "slip", NULL, item->slip);
	oscal_part(parts, "unconfirmed-note", NULL, item->unconfirmed_note);
	oscal_part(parts, "precondition", NULL, item->precondition);
	json_object_set_new(control, "id", oscal_control_id(c, item));
	json_object_set_new(control, "class", json_string("requirement"));
	json_object_set_new(control, "title", oscal_line(item->topic));
	oscal_set_list(control, "props", control_props(d, c, item));
	oscal_set_list(control, "parts", parts);
	return control;
}

/* ---- groups: printed sections, and printed groups within them ---- */

static bool in_section(const struct item_def *item, const struct section_def *s)
{
	return strcmp(item->section, s->id) == 0;
}

static json_t *controls_of(const struct definitions *d, const struct catalogue *c,
			   const struct section_def *s, const char *group)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (in_section(&c->item[i], s) && (!group || strcmp(c->item[i].group, group) == 0))
			json_array_append_new(list, control_json(d, c, &c->item[i]));
	return list;
}

/* True if the item is the first of its group in the section. */
static bool begins_group(const struct catalogue *c, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(c->item[k].section, c->item[i].section) == 0 &&
		    strcmp(c->item[k].group, c->item[i].group) == 0)
			return false;
	return true;
}

static json_t *groups_of(const struct definitions *d, const struct catalogue *c,
			 const struct section_def *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->item_count; i++) {
		const char *name = c->item[i].group;
		json_t *group, *props;

		if (!in_section(&c->item[i], s) || !begins_group(c, i))
			continue;
		group = json_object();
		props = json_array();
		/* Items of the section itself stand in a group without a label. */
		if (*name)
			json_object_set_new(group, "id", oscal_group_id(c, s->id, name));
		json_object_set_new(group, "class", json_string("group"));
		json_object_set_new(group, "title", oscal_line(*name ? name : s->title));
		oscal_prop(props, false, "label", name);
		oscal_set_list(group, "props", props);
		oscal_set_list(group, "controls", controls_of(d, c, s, name));
		json_array_append_new(list, group);
	}
	return list;
}

static bool has_groups(const struct catalogue *c, const struct section_def *s)
{
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (in_section(&c->item[i], s) && *c->item[i].group)
			return true;
	return false;
}

static json_t *section_json(const struct definitions *d, const struct catalogue *c,
			    const struct section_def *s)
{
	json_t *group = json_object(), *props = json_array();

	json_object_set_new(group, "id", oscal_group_id(c, s->id, ""));
	json_object_set_new(group, "class", json_string("section"));
	json_object_set_new(group, "title", oscal_line(s->title));
	oscal_prop(props, false, "label", s->id);
	oscal_set_list(group, "props", props);
	if (has_groups(c, s))
		oscal_set_list(group, "groups", groups_of(d, c, s));
	else
		oscal_set_list(group, "controls", controls_of(d, c, s, NULL));
	return group;
}

/* ---- the catalogue ---- */

static json_t *catalogue_metadata(const struct catalogue *c)
{
	json_t *m = oscal_metadata(c->title, c->edition, c->published), *props = json_array();
	size_t i;

	oscal_prop(props, true, "catalogue", c->id);
	oscal_prop(props, true, "status", c->status);
	oscal_prop(props, true, "kind", c->kind);
	oscal_prop(props, true, "target", c->target);
	oscal_prop(props, true, "language", c->language);
	oscal_prop(props, true, "wording", c->verbatim ? "source" : "own");
	oscal_prop(props, true, "coverage", c->coverage);
	oscal_prop(props, true, "source", c->source);
	oscal_prop(props, true, "rights", c->rights);
	for (i = 0; i < c->column_count; i++) {
		oscal_prop(props, true, "column", c->column[i].id);
		oscal_prop(props, true, "column-label", c->column[i].label);
	}
	oscal_set_list(m, "props", props);
	oscal_party(m, "organization", "publisher", "発行者", c->publisher);
	if (*c->note)
		json_object_set_new(m, "remarks", oscal_prose(c->note));
	return m;
}

int oscal_catalogue(const struct definitions *d, const struct catalogue *c, json_t **ret,
		    struct err *err)
{
	json_t *doc = json_object(), *groups = json_array();
	size_t i;

	json_object_set_new(doc, "uuid", oscal_uuid("catalogue:%s:%s", c->id, c->digest));
	json_object_set_new(doc, "metadata", catalogue_metadata(c));
	for (i = 0; i < c->section_count; i++)
		json_array_append_new(groups, section_json(d, c, &c->section[i]));
	oscal_set_list(doc, "groups", groups);
	return oscal_finish(doc, "catalog", ret, err);
}
