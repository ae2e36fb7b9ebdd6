/* A round as OSCAL assessment results, and what is still "no" as a plan of action and milestones.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "interop/interop.h"
#include "interop/oscal_round.h"

/* ---- assessment results ---- */

/* What the round asks, and what does not apply; answered or not. */
static json_t *reviewed_json(const struct round_view *v)
{
	const struct catalogue *c = v->round.catalogue;
	const struct item_def *last = NULL;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < v->line_count; i++) {
		const struct item_def *item = v->line[i].item;

		/* One line per column, one behind the other. */
		if (item != last)
			json_array_append_new(
				list, json_pack("{s:o}", "control-id", oscal_control_id(c, item)));
		last = item;
	}
	for (i = 0; i < v->excluded_count; i++)
		json_array_append_new(list, json_pack("{s:o}", "control-id",
						      oscal_control_id(c, v->excluded[i].item)));
	return json_pack("{s:[{s:o}]}", "control-selections", "include-controls", list);
}

/* Who approved, when, and the digest that binds the approval to the answers. */
static json_t *attestation_json(struct oscal_round *r)
{
	const struct approval *a = &r->v->approval;
	json_t *att = json_object(), *part, *props = json_array(), *who;
	char when[40];

	time_rfc3339(a->at_us, when, sizeof when);
	oscal_prop(props, true, "approved-at", when);
	oscal_prop(props, true, "approved-digest", a->digest);
	oscal_prop(props, true, "approval-state",
		   a->state == APPROVAL_CURRENT ? "current" : "outdated");
	part = json_pack("{s:s,s:s}", "name", "approval", "ns", OSCAL_NS);
	json_object_set_new(part, "title", json_string("承認"));
	oscal_set_list(part, "props", props);
	if (a->comment && *a->comment)
		json_object_set_new(part, "prose", oscal_prose(a->comment));
	who = oscal_round_person(r, a->by);
	if (who)
		json_object_set_new(
			att, "responsible-parties",
			json_pack("[{s:s,s:[o]}]", "role-id", "approver", "party-uuids", who));
	json_object_set_new(att, "parts", json_pack("[o]", part));
	return att;
}

static void add_role(json_t *metadata, const char *id, const char *title)
{
	json_t *roles = json_object_get(metadata, "roles");

	if (!roles) {
		roles = json_array();
		json_object_set_new(metadata, "roles", roles);
	}
	json_array_append_new(roles, json_pack("{s:s,s:s}", "id", id, "title", title));
}

static json_t *counts_text(const struct round_view *v)
{
	char text[400];

	snprintf(text, sizeof text,
		 "はい %lld、いいえ %lld、対象外 %lld、回答済み %lld、未確認 %lld、適用されない "
		 "%zu。"
		 "未確認の項目には、結果（findings）がありません。",
		 (long long)v->yes, (long long)v->no, (long long)v->na, (long long)v->given,
		 (long long)v->unconfirmed, v->excluded_count);
	return json_string(text);
}

static json_t *result_json(struct oscal_round *r)
{
	const struct round_view *v = r->v;
	json_t *result = json_object();
	size_t i;

	for (i = 0; i < v->line_count; i++)
		oscal_round_line(r, &v->line[i]);
	for (i = 0; i < v->excluded_count; i++)
		oscal_round_excluded(r, &v->excluded[i]);
	json_object_set_new(result, "uuid", oscal_uuid("result:%s", v->round.id));
	json_object_set_new(result, "title", oscal_line(v->round.title));
	json_object_set_new(result, "description", counts_text(v));
	json_object_set_new(
		result, "start",
		oscal_date(date_valid(v->round.opened_on) ? v->round.opened_on : "2000-04-01"));
	if (v->approval.state != APPROVAL_NONE)
		json_object_set_new(result, "end", oscal_time(v->approval.at_us));
	json_object_set_new(result, "reviewed-controls", reviewed_json(v));
	if (v->approval.state != APPROVAL_NONE) {
		add_role(r->metadata, "approver", "承認した人");
		json_object_set_new(result, "attestations", json_pack("[o]", attestation_json(r)));
	}
	oscal_set_list(result, "observations", r->observations);
	oscal_set_list(result, "risks", r->risks);
	oscal_set_list(result, "findings", r->findings);
	return result;
}

int oscal_results(const struct round_view *v, const char *org, json_t **ret, struct err *err)
{
	const struct catalogue *c = v->round.catalogue;
	struct oscal_round r;
	json_t *result, *href;

	oscal_round_begin(&r, v, org, "assessment-results", v->round.title);
	result = result_json(&r);
	/* Rounds have no plan of their own: the catalogue is what is asked. */
	href = oscal_resource(r.document, "plan", c->title,
			      "この点検に別の計画書はありません。基準のすべての項目を確かめます。",
			      NULL);
	json_object_set_new(r.document, "import-ap", json_pack("{s:o}", "href", href));
	json_object_set_new(r.document, "results", json_pack("[o]", result));
	return oscal_finish(r.document, "assessment-results", ret, err);
}

/* ---- plan of action and milestones ---- */

static json_t *item_json(struct oscal_round *r, const struct round_line *line)
{
	json_t *item = json_object(), *props = json_array();
	const char *note = line->now.note ? line->now.note : "";

	json_object_set_new(item, "uuid", oscal_round_uuid(r, "poam-item", line));
	json_object_set_new(item, "title", oscal_round_title(line));
	json_object_set_new(item, "description", oscal_prose(*note ? note : line->item->says));
	oscal_prop(props, true, "target-date", line->now.target_on ? line->now.target_on : "");
	oscal_prop(props, true, "responsible",
		   line->now.responsible_name ? line->now.responsible_name : "");
	oscal_prop(props, true, "overdue", line->overdue ? "yes" : "");
	oscal_set_list(item, "props", props);
	json_object_set_new(
		item, "related-findings",
		json_pack("[{s:o}]", "finding-uuid",
			  oscal_uuid("finding:%s:%s:%s:%s", r->v->round.id, line->item->id,
				     line->column ? line->column->id : "", "")));
	json_object_set_new(item, "related-risks",
			    json_pack("[{s:o}]", "risk-uuid", oscal_round_uuid(r, "risk", line)));
	return item;
}

int oscal_poam(const struct round_view *v, const char *org, json_t **ret, struct err *err)
{
	json_t *items = json_array();
	struct oscal_round r;
	size_t i;

	if (!v->no) {
		json_decref(items);
		return err_set(err, ERR_NOT_FOUND,
			       "この点検には「いいえ」の項目がないため、計画（POA&M）に書くものが"
			       "ありません");
	}
	oscal_round_begin(&r, v, org, "poam", v->round.title);
	for (i = 0; i < v->line_count; i++) {
		if (v->line[i].now.value != ANSWER_NO)
			continue;
		oscal_round_line(&r, &v->line[i]);
		json_array_append_new(items, item_json(&r, &v->line[i]));
	}
	json_object_set_new(r.document, "system-id",
			    json_pack("{s:s,s:o}", "identifier-type", "http://ietf.org/rfc/rfc4122",
				      "id", oscal_uuid("party:organization:%s", org)));
	oscal_set_list(r.document, "observations", r.observations);
	oscal_set_list(r.document, "risks", r.risks);
	oscal_set_list(r.document, "findings", r.findings);
	json_object_set_new(r.document, "poam-items", items);
	return oscal_finish(r.document, "plan-of-action-and-milestones", ret, err);
}
