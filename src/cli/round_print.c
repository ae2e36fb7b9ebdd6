#include "cli/round_print.h"

#include <stdio.h>
#include <string.h>

#include "round/kind.h"

void round_print(json_t *v)
{
	if (json_dumpf(v, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(v);
}

/* The lines of a text as an array. */
static json_t *lines_json(const char *text)
{
	json_t *list = json_array();

	while (text && *text) {
		size_t len = strcspn(text, "\n");

		if (len)
			json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return list;
}

static json_t *answer_json(const struct answer *a)
{
	json_t *evidence = json_array();
	size_t i;

	for (i = 0; i < a->evidence_count; i++)
		json_array_append_new(
			evidence, json_pack("{s:s?,s:s?,s:s?,s:s}", "ledger", a->evidence[i].ledger,
					    "entry", a->evidence[i].entry, "file",
					    a->evidence[i].file, "name", a->evidence[i].name));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:I,s:o}",
			 "value", answer_name(a->value), "label", answer_label(a->value), "shown",
			 a->shown, "given", a->given, "confirmed", a->confirmed_on, "target",
			 a->target_on, "completed", a->completed_on, "responsible",
			 a->responsible_name, "note", a->note, "by", a->by, "doer",
			 doer_name(a->doer), "open", a->open_points, "answered_by", a->answered_by,
			 "statements", lines_json(a->statements), "rev", (json_int_t)a->rev,
			 "evidence", evidence);
}

json_t *round_proposal_json(const struct proposal *p)
{
	json_t *links = json_array();
	size_t i;

	for (i = 0; i < p->link_count; i++)
		json_array_append_new(links,
				      json_pack("{s:s,s:s,s:s,s:b}", "ledger", p->link[i].ledger,
						"entry", p->link[i].entry, "text", p->link[i].text,
						"against", p->link[i].fault));
	return json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,s:o}", "value", proposal_name(p->value), "label",
			 proposal_label(p->value), "reason", p->reason ? p->reason : "", "counted",
			 (json_int_t)p->counted, "against", (json_int_t)p->faults, "next_step",
			 p->next_step ? p->next_step : "", "entries", links);
}

json_t *inherited_json(const struct inherited *all, size_t count)
{
	json_t *list = json_array();
	size_t i, n;

	for (i = 0; i < count; i++) {
		const struct inherited *in = &all[i];
		json_t *sources = json_array();

		for (n = 0; n < in->source_count; n++)
			json_array_append_new(
				sources,
				json_pack("{s:s,s:s,s:s}", "catalogue", in->source[n].catalogue->id,
					  "item", in->source[n].item->id, "round",
					  in->source[n].round ? in->source[n].round->id : ""));
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "from", in->from,
						      "chain", in->chain, "value",
						      inherited_name(in->value), "label",
						      inherited_label(in->value), "remains",
						      in->remains, "sources", sources));
	}
	return list;
}

static json_t *statements_json(const struct round_line *l)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < l->item->statement_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:b}", "id", l->item->statement[i].id,
						"says", l->item->statement[i].says, "met",
						answer_meets(&l->now, &l->item->statement[i])));
	return list;
}

static json_t *strings_json(const struct strings *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(list, json_string(s->item[i]));
	return list;
}

static json_t *line_json(const struct round_line *l)
{
	json_t *before = l->before.id[0] ? answer_json(&l->before) : json_object();
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:o,s:o,s:o}", "item", l->item->id,
			      "number", l->item->number, "topic", l->item->topic, "column",
			      l->column ? l->column->id : "", "says", l->item->says, "new",
			      l->is_new, "answer", answer_json(&l->now), "previous", before,
			      "proposal", round_proposal_json(&l->proposal));
	json_t *more =
		json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:b,s:b,s:b,s:o}", "section", l->item->section,
			  "level", l->item->level, "ask", ask_kind_name(l->item->ask), "options",
			  strings_json(&l->item->options), "roles", strings_json(&l->item->role),
			  "statements", statements_json(l), "unconfirmed", l->item->unconfirmed,
			  "overdue", l->overdue, "soon", l->soon, "inherited",
			  inherited_json(l->inherited, l->inherited_count));

	if (o && more)
		json_object_update(o, more);
	json_decref(more);
	return o;
}

/* With the answers that were given before the item was left out. */
static json_t *excluded_json(const struct round_excluded *e)
{
	json_t *answers = json_array();
	size_t i;

	for (i = 0; i < e->line_count; i++)
		if (e->line[i].now.id[0])
			json_array_append_new(
				answers, json_pack("{s:s,s:o}", "column",
						   e->line[i].column ? e->line[i].column->id : "",
						   "answer", answer_json(&e->line[i].now)));
	return json_pack("{s:s,s:s,s:s,s:o}", "id", e->item->id, "reason", e->reason, "topic",
			 e->item->topic, "answers", answers);
}

static json_t *totals_json(const struct round_view *v)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "yes",
			 (json_int_t)v->yes, "no", (json_int_t)v->no, "na", (json_int_t)v->na,
			 "given", (json_int_t)v->given, "unconfirmed", (json_int_t)v->unconfirmed,
			 "new", (json_int_t)v->new_since_last, "overdue", (json_int_t)v->overdue,
			 "soon", (json_int_t)v->soon, "asked", (json_int_t)v->line_count,
			 "excluded", (json_int_t)v->excluded_count, "checks", (json_int_t)v->checks,
			 "checks_met", (json_int_t)v->checks_met);
}

static json_t *approval_json(const struct approval *a)
{
	static const char *const states[] = { "none", "current", "outdated" };

	return json_pack("{s:s,s:s,s:s}", "state", states[a->state], "by", a->by ? a->by : "",
			 "digest", a->digest ? a->digest : "");
}

static json_t *reminders_json(const struct reminder *list, size_t count)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(all, json_pack("{s:s,s:I,s:s,s:s}", "kind",
						     reminder_name(list[i].kind), "count",
						     (json_int_t)list[i].count, "date",
						     list[i].date, "text", list[i].text));
	return all;
}

json_t *round_json(const struct round_view *v, enum round_queue only, const struct actor *who,
		   struct arena *arena)
{
	json_t *lines = json_array(), *excluded = json_array();
	struct reminder reminders[REMINDERS_MAX];
	size_t i, count = round_reminders(v, false, arena, reminders);

	for (i = 0; i < v->line_count; i++)
		if (queue_has(only, &v->line[i], who))
			json_array_append_new(lines, line_json(&v->line[i]));
	for (i = 0; i < v->excluded_count; i++)
		json_array_append_new(excluded, excluded_json(&v->excluded[i]));
	return json_pack("{s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "round",
			 v->round.id, "catalogue", v->round.catalogue->id, "kind",
			 v->round.catalogue->kind, "year", v->round.year, "scope", v->round.scope,
			 "scope_name", v->round.scope_name, "title", v->round.title, "digest",
			 v->digest, "approval", approval_json(&v->approval), "totals",
			 totals_json(v), "reminders", reminders_json(reminders, count), "items",
			 lines, "excluded", excluded);
}

json_t *round_row_json(const struct round_view *v, long long number,
		       const struct reminder *reminders, size_t count)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o}", "number",
			 (json_int_t)number, "round", v->round.id, "catalogue",
			 v->round.catalogue->id, "kind", v->round.catalogue->kind, "year",
			 v->round.year, "scope", v->round.scope, "title", v->round.title, "status",
			 v->round.status, "approval", approval_json(&v->approval), "totals",
			 totals_json(v), "reminders", reminders_json(reminders, count));
}

/* --- text ------------------------------------------------------------------------------ */

static void line_text(const struct round_line *l)
{
	size_t i;

	printf("%s %s%s%s%s  %s", l->item->id, l->item->topic, l->column ? "（" : "",
	       l->column ? l->column->label : "", l->column ? "）" : "", l->now.shown);
	if (*l->now.target_on)
		printf("  目標日 %s", l->now.target_on);
	if (*l->now.responsible_name)
		printf("  受け持ち %s", l->now.responsible_name);
	if (l->before.id[0])
		printf("  前回 %s", l->before.shown);
	printf("\n    提案 %s: %s\n", proposal_label(l->proposal.value),
	       l->proposal.reason ? l->proposal.reason : "");
	for (i = 0; i < l->inherited_count; i++)
		printf("    ほかの答えから %s: %s\n", inherited_label(l->inherited[i].value),
		       l->inherited[i].chain);
}

void round_text(const struct round_view *v, enum round_queue only, const struct actor *who)
{
	size_t i;

	printf("%s\n", v->round.title);
	for (i = 0; i < v->line_count; i++)
		if (queue_has(only, &v->line[i], who))
			line_text(&v->line[i]);
	if (v->excluded_count)
		printf("今は答えない項目\n");
	for (i = 0; i < v->excluded_count; i++)
		printf("%s %s  %s\n", v->excluded[i].item->id, v->excluded[i].item->topic,
		       v->excluded[i].reason);
	printf("はい %lld、いいえ %lld、対象外 %lld、", (long long)v->yes, (long long)v->no,
	       (long long)v->na);
	if (v->given)
		printf("回答済み %lld、", (long long)v->given);
	printf("未確認 %lld", (long long)v->unconfirmed);
	if (v->excluded_count)
		printf("、答えない項目 %zu", v->excluded_count);
	putchar('\n');
}

void round_row_text(const struct round_view *v, long long number, const struct reminder *reminders,
		    size_t count)
{
	size_t i;

	printf("%3lld  %d年度  %s  %s  未確認 %lld\n", number, v->round.year, v->round.title,
	       v->round.status, (long long)v->unconfirmed);
	for (i = 0; i < count; i++)
		printf("       %s\n", reminders[i].text);
}
