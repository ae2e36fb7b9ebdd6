#include "cli/people_print.h"

#include <jansson.h>
#include <stdio.h>

static json_t *changes_json(const struct roster_line *line)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < line->change_count; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s,s:s}", "field", line->change[i].field,
					"label", line->change[i].label, "old",
					line->change[i].before, "new", line->change[i].after));
	return list;
}

static json_t *faults_json(const struct roster_line *line)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < line->fault_count; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s}", "column", line->fault[i].column, "value",
					line->fault[i].value, "reason", line->fault[i].text));
	return list;
}

static json_t *line_json(const struct roster_line *line)
{
	json_t *o = json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:o,s:o}", "status",
			      roster_kind_name(line->kind), "row", (json_int_t)line->row, "entry",
			      line->entry, "staff_no", line->number, "name", line->name,
			      "department", line->department, "changes", changes_json(line),
			      "errors", faults_json(line));

	if (line->proposes)
		json_object_set_new(o, "proposal",
				    json_pack("{s:s,s:s,s:s,s:s}", "kind",
					      proposal_kind_name(line->proposal.kind), "login",
					      line->proposal.login, "due", line->proposal.due,
					      "why", line->proposal.why));
	return o;
}

static void print_json(const struct roster *found, const struct roster_result *result)
{
	json_t *rows = json_array(), *totals = json_object();
	json_t *out = json_pack("{s:o,s:o,s:b}", "rows", rows, "totals", totals, "dry_run",
				result == NULL);
	size_t i;
	int k;

	for (i = 0; i < found->count; i++)
		json_array_append_new(rows, line_json(&found->line[i]));
	for (k = 0; k < ROSTER_KIND_MAX; k++)
		json_object_set_new(totals, roster_kind_name((enum roster_kind)k),
				    json_integer(found->total[k]));
	json_object_set_new(totals, "proposals", json_integer(found->proposals));
	if (result && !result->nothing_to_do) {
		json_object_set_new(out, "receipt", json_integer(result->receipt.seq));
		json_object_set_new(out, "batch", json_string(result->batch));
	}
	if (json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
}

static void print_line(const struct roster_line *line)
{
	size_t i;

	if (line->kind == ROSTER_UNCHANGED && !line->proposes)
		return;
	printf("%s %s %s（%s）\n", roster_kind_label(line->kind), line->number, line->name,
	       line->department);
	for (i = 0; i < line->fault_count; i++)
		printf("    %lld行目 列「%s」の「%s」: %s\n", (long long)line->row,
		       line->fault[i].column, line->fault[i].value, line->fault[i].text);
	for (i = 0; i < line->change_count && *line->entry; i++)
		printf("    %s: %s → %s\n", line->change[i].label, line->change[i].before,
		       line->change[i].after);
	if (line->proposes)
		printf("    提案: %s（%s）\n", line->proposal.title, line->proposal.why);
}

void people_print_roster(const struct roster *found, bool json, const struct roster_result *result)
{
	size_t i;
	int k;

	if (json) {
		print_json(found, result);
		return;
	}
	for (i = 0; i < found->count; i++)
		print_line(&found->line[i]);
	for (k = 0; k < ROSTER_KIND_MAX; k++)
		printf("%s%s %lld人", k ? "、" : "", roster_kind_label((enum roster_kind)k),
		       (long long)found->total[k]);
	printf("、処置の提案 %lld件\n", (long long)found->proposals);
	if (result && result->nothing_to_do)
		printf("変わるものがないので、何も書きませんでした。\n");
	else if (result)
		printf("職員台帳に書きました。受付番号 %lld\n", (long long)result->receipt.seq);
	if (found->suspicious)
		printf("名簿にいない人がとても多いです。一部の人だけの名簿なら --partial "
		       "を付けます。\n");
}

void people_print_proposals(const struct proposal *list, size_t count, bool json)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		const struct proposal *p = &list[i];

		if (json)
			json_array_append_new(
				out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", p->id,
					       "kind", proposal_kind_name(p->kind), "title",
					       p->title, "staff", p->staff, "login", p->login,
					       "due", p->due, "why", p->why, "status", p->status,
					       "decision", p->decision));
		else
			printf("%s %-8s %s（%s）\n", p->id, p->status, p->title, p->why);
	}
	if (json && json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
}
