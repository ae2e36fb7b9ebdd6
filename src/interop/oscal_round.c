#include "interop/oscal_round.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"

/* ---- the document ---- */

void oscal_round_begin(struct oscal_round *r, const struct round_view *v, const char *org,
		       const char *kind, const char *title)
{
	const struct catalogue *c = v->round.catalogue;
	json_t *props = json_array();
	char year[16];

	*r = (struct oscal_round){ .v = v, .org = org, .document = json_object() };
	r->observations = json_array();
	r->findings = json_array();
	r->risks = json_array();
	r->metadata = oscal_metadata(title, c->edition, "");
	snprintf(year, sizeof year, "%d", v->round.year);
	oscal_prop(props, true, "catalogue", c->id);
	oscal_prop(props, true, "catalogue-digest", c->digest);
	oscal_prop(props, true, "round", v->round.id);
	oscal_prop(props, true, "fiscal-year", year);
	oscal_prop(props, true, "scope", v->round.scope);
	oscal_prop(props, true, "answers-digest", v->digest);
	oscal_set_list(r->metadata, "props", props);
	oscal_party(r->metadata, "organization", "assessed", "点検した組織", org);
	json_object_set_new(r->document, "uuid",
			    oscal_uuid("%s:%s:%s", kind, v->round.id, v->digest));
	json_object_set_new(r->document, "metadata", r->metadata);
}

json_t *oscal_round_uuid(const struct oscal_round *r, const char *kind,
			 const struct round_line *line)
{
	return oscal_uuid("%s:%s:%s:%s", kind, r->v->round.id, line->item->id,
			  line->column ? line->column->id : "");
}

json_t *oscal_round_title(const struct round_line *line)
{
	json_t *ret;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b, "%s %s", line->item->id, line->item->topic);
	if (line->column)
		buf_printf(&b, "（%s）", line->column->label);
	ret = buf_failed(&b) ? NULL : oscal_line(b.data);
	buf_release(&b);
	return ret;
}

json_t *oscal_round_person(struct oscal_round *r, const char *name)
{
	json_t *list = json_object_get(r->metadata, "parties"), *uuid, *party;
	size_t i;

	if (!name || !*name)
		return NULL;
	uuid = oscal_uuid("party:person:%s", name);
	for (i = 0; i < json_array_size(list); i++)
		if (json_equal(json_object_get(json_array_get(list, i), "uuid"), uuid))
			return uuid;
	if (!list) {
		list = json_array();
		json_object_set_new(r->metadata, "parties", list);
	}
	party = json_object();
	json_object_set(party, "uuid", uuid);
	json_object_set_new(party, "type", json_string("person"));
	json_object_set_new(party, "name", oscal_line(name));
	json_array_append_new(list, party);
	return uuid;
}

/* ---- observations ---- */

/* An entry of a ledger by its address, a file by its digest. */
static json_t *evidence_json(struct oscal_round *r, const struct evidence *e)
{
	json_t *one = json_object(), *link;
	char href[200];

	json_object_set_new(one, "description",
			    oscal_prose(e->name && *e->name ? e->name : "証拠"));
	if (e->file) {
		snprintf(href, sizeof href, "urn:daicho:file:%.64s", e->file);
		link = json_pack("{s:s,s:[{s:s,s:s}]}", "href", href, "hashes", "algorithm",
				 "SHA-256", "value", e->file);
		json_object_set_new(one, "href",
				    oscal_resource(r->document, e->file,
						   e->name && *e->name ? e->name : e->file, "",
						   link));
	} else if (e->ledger && e->entry) {
		snprintf(href, sizeof href, "urn:daicho:entry:%.80s:%.40s", e->ledger, e->entry);
		json_object_set_new(one, "href", json_string(href));
	}
	return one;
}

static json_t *description(const struct round_line *line)
{
	const struct answer *a = &line->now;
	json_t *ret;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b, "回答: %s", a->shown && *a->shown ? a->shown : answer_label(a->value));
	if (a->note && *a->note)
		buf_printf(&b, "\n備考: %s", a->note);
	ret = buf_failed(&b) ? NULL : oscal_prose(b.data);
	buf_release(&b);
	return ret;
}

static json_t *collected(const struct round_view *v, const struct answer *a)
{
	if (a->confirmed_on && date_valid(a->confirmed_on))
		return oscal_date(a->confirmed_on);
	if (a->at_us > 0)
		return oscal_time(a->at_us);
	return oscal_date(date_valid(v->round.opened_on) ? v->round.opened_on : "2000-04-01");
}

static void answer_props(const struct round_line *line, json_t *props)
{
	const struct answer *a = &line->now;

	oscal_prop(props, true, "item", line->item->id);
	oscal_prop(props, true, "column", line->column ? line->column->id : "");
	oscal_prop(props, true, "answer", answer_name(a->value));
	oscal_prop(props, true, "given", a->given ? a->given : "");
	oscal_prop(props, true, "completed", a->completed_on ? a->completed_on : "");
	oscal_prop(props, true, "responsible", a->responsible_name ? a->responsible_name : "");
}

static void add_observation(struct oscal_round *r, const struct round_line *line)
{
	const struct answer *a = &line->now;
	json_t *o = json_object(), *props = json_array(), *list = json_array(), *who;
	size_t i;

	json_object_set_new(o, "uuid", oscal_round_uuid(r, "observation", line));
	json_object_set_new(o, "title", oscal_round_title(line));
	json_object_set_new(o, "description", description(line));
	answer_props(line, props);
	oscal_set_list(o, "props", props);
	json_object_set_new(o, "methods",
			    json_pack("[s]", a->evidence_count ? "EXAMINE" : "INTERVIEW"));
	who = oscal_round_person(r, a->by);
	if (who)
		json_object_set_new(o, "origins",
				    json_pack("[{s:[{s:s,s:o}]}]", "actors", "type", "party",
					      "actor-uuid", who));
	for (i = 0; i < a->evidence_count; i++)
		json_array_append_new(list, evidence_json(r, &a->evidence[i]));
	oscal_set_list(o, "relevant-evidence", list);
	json_object_set_new(o, "collected", collected(r->v, a));
	json_array_append_new(r->observations, o);
}

/* ---- findings ---- */

struct verdict {
	const char *state, *reason, *implementation;
};

/* OSCAL knows met and not met; what does not apply is not met for another reason. */
static struct verdict verdict_of(const struct answer *a)
{
	bool planned = a->target_on && *a->target_on;

	switch (a->value) {
	case ANSWER_YES: return (struct verdict){ "satisfied", "pass", "implemented" };
	case ANSWER_NA: return (struct verdict){ "not-satisfied", "other", "not-applicable" };
	default: return (struct verdict){ "not-satisfied", "fail", planned ? "planned" : NULL };
	}
}

static json_t *target_json(const struct catalogue *c, const struct item_def *item,
			   const char *statement, struct verdict v)
{
	json_t *t = json_object();

	json_object_set_new(t, "type", json_string("statement-id"));
	json_object_set_new(t, "target-id", oscal_statement_id(c, item, statement));
	json_object_set_new(t, "status",
			    json_pack("{s:s,s:s}", "state", v.state, "reason", v.reason));
	if (v.implementation)
		json_object_set_new(t, "implementation-status",
				    json_pack("{s:s}", "state", v.implementation));
	return t;
}

static json_t *finding_json(struct oscal_round *r, const struct round_line *line,
			    const char *statement, const char *says, struct verdict v)
{
	json_t *f = json_object();

	json_object_set_new(f, "uuid",
			    oscal_uuid("finding:%s:%s:%s:%s", r->v->round.id, line->item->id,
				       line->column ? line->column->id : "", statement));
	json_object_set_new(f, "title", oscal_round_title(line));
	json_object_set_new(f, "description", oscal_prose(says));
	json_object_set_new(f, "target",
			    target_json(r->v->round.catalogue, line->item, statement, v));
	json_object_set_new(
		f, "related-observations",
		json_pack("[{s:o}]", "observation-uuid", oscal_round_uuid(r, "observation", line)));
	return f;
}

/* Where an answer says statement by statement what is met, so do the findings. */
static void add_findings(struct oscal_round *r, const struct round_line *line)
{
	const struct answer *a = &line->now;
	json_t *f = finding_json(r, line, "", line->item->says, verdict_of(a));
	size_t i;

	if (a->value == ANSWER_NO)
		json_object_set_new(
			f, "related-risks",
			json_pack("[{s:o}]", "risk-uuid", oscal_round_uuid(r, "risk", line)));
	json_array_append_new(r->findings, f);
	if (!a->statements || !*a->statements || a->value == ANSWER_NA)
		return;
	for (i = 0; i < line->item->statement_count; i++) {
		const struct statement_def *s = &line->item->statement[i];
		bool met = answer_meets(a, s);
		const struct verdict v = { met ? "satisfied" : "not-satisfied",
					   met ? "pass" : "fail", met ? "implemented" : NULL };

		json_array_append_new(r->findings, finding_json(r, line, s->id, s->says, v));
	}
}

static void add_risk(struct oscal_round *r, const struct round_line *line)
{
	const struct answer *a = &line->now;
	bool planned = a->target_on && date_valid(a->target_on);
	json_t *risk = json_object(), *plan;

	json_object_set_new(risk, "uuid", oscal_round_uuid(r, "risk", line));
	json_object_set_new(risk, "title", oscal_round_title(line));
	json_object_set_new(risk, "description", oscal_prose(line->item->says));
	json_object_set_new(risk, "statement", description(line));
	json_object_set_new(risk, "status", json_string(planned ? "remediating" : "open"));
	if (planned)
		json_object_set_new(risk, "deadline", oscal_date(a->target_on));
	plan = json_object();
	json_object_set_new(plan, "uuid", oscal_round_uuid(r, "plan", line));
	json_object_set_new(plan, "lifecycle", json_string("planned"));
	json_object_set_new(plan, "title", oscal_round_title(line));
	json_object_set_new(plan, "description",
			    oscal_prose(a->note && *a->note ? a->note : line->item->says));
	json_object_set_new(risk, "remediations", json_pack("[o]", plan));
	json_array_append_new(r->risks, risk);
}

void oscal_round_line(struct oscal_round *r, const struct round_line *line)
{
	if (line->now.value == ANSWER_UNCONFIRMED)
		return;
	add_observation(r, line);
	/* A survey's own answer is neither met nor not met. */
	if (line->now.value == ANSWER_GIVEN)
		return;
	add_findings(r, line);
	if (line->now.value == ANSWER_NO)
		add_risk(r, line);
}

void oscal_round_excluded(struct oscal_round *r, const struct round_excluded *e)
{
	static const struct verdict v = { "not-satisfied", "other", "not-applicable" };
	json_t *f = json_object();

	json_object_set_new(f, "uuid", oscal_uuid("excluded:%s:%s", r->v->round.id, e->item->id));
	json_object_set_new(f, "title", oscal_line(e->item->topic));
	json_object_set_new(f, "description", oscal_prose(e->reason));
	json_object_set_new(f, "target", target_json(r->v->round.catalogue, e->item, "", v));
	json_array_append_new(r->findings, f);
}
