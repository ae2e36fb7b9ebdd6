#include "cli/stocktake_print.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static void print_json(json_t *v)
{
	if (json_dumpf(v, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(v);
}

void stocktake_print_receipt(const struct receipt *receipt, const char *id, bool json)
{
	if (json && id)
		print_json(json_pack("{s:s,s:I}", "stocktake", id, "receipt",
				     (json_int_t)receipt->seq));
	else if (json)
		print_json(json_pack("{s:I}", "receipt", (json_int_t)receipt->seq));
	else if (receipt->seq < 0)
		printf("変わったことはありません。\n");
	else
		printf("受け付けました。受付番号 %lld\n", (long long)receipt->seq);
}

/* --- lists of accounts ---------------------------------------------------------------- */

static json_t *idlist_json(const struct idlist *list, const struct import_look *look, bool dry_run,
			   int64_t receipt, const char *batch)
{
	json_t *rows = json_array(), *totals = json_object(), *columns = json_array();
	size_t i;
	int s;

	for (i = 0; i < list->count; i++) {
		const struct idlist_line *n = &list->line[i];

		json_array_append_new(rows, json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "row",
						      (json_int_t)n->row, "status",
						      idlist_status_name(n->status), "account",
						      n->account, "name", n->name, "person",
						      n->person, "person_by", n->person_by, "error",
						      n->fault ? n->fault : ""));
	}
	for (s = 0; s < IDLIST_STATUS_MAX; s++)
		json_object_set_new(totals, idlist_status_name((enum idlist_status)s),
				    json_integer((json_int_t)list->total[s]));
	json_object_set_new(totals, "unmatched", json_integer((json_int_t)list->unmatched));
	json_object_set_new(totals, "ambiguous", json_integer((json_int_t)list->ambiguous));
	for (i = 0; look && i < look->map.column_count; i++) {
		int f = look->map.field[i];

		json_array_append_new(columns,
				      json_pack("{s:s,s:s?}", "header", look->map.header[i],
						"field", f < 0 ? NULL : list->def->field[f].name));
	}
	return json_pack("{s:s,s:b,s:s,s:o,s:o,s:o,s:I,s:s}", "system", list->system, "dry_run",
			 dry_run, "encoding", look ? look->meta.encoding_name : "", "columns",
			 columns, "totals", totals, "rows", rows, "receipt", (json_int_t)receipt,
			 "batch", batch);
}

static void idlist_text(const struct idlist *list, bool dry_run, int64_t receipt)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct idlist_line *n = &list->line[i];

		if (n->status == IDLIST_UNCHANGED || n->status == IDLIST_SKIPPED)
			continue;
		printf("%s  %s  %s%s%s\n", idlist_status_label(n->status), n->account, n->name,
		       n->fault ? "  " : "", n->fault ? n->fault : "");
	}
	printf("%s: 新規 %lld、変更 %lld、変わりなし %lld、無くなった %lld、誤り %lld、対象外 "
	       "%lld\n",
	       list->system, (long long)list->total[IDLIST_NEW],
	       (long long)list->total[IDLIST_CHANGED], (long long)list->total[IDLIST_UNCHANGED],
	       (long long)list->total[IDLIST_GONE], (long long)list->total[IDLIST_ERROR],
	       (long long)list->total[IDLIST_SKIPPED]);
	if (list->unmatched)
		printf("持ち主の分からない個人のID %lld件（うち同じ名前の人が2人以上 %lld件）\n",
		       (long long)list->unmatched, (long long)list->ambiguous);
	if (dry_run)
		printf("確かめただけです。何も変えていません。\n");
	else if (receipt < 0)
		printf("変わったことはありません。\n");
	else
		printf("取り込みました。受付番号 %lld\n", (long long)receipt);
}

void idlist_print(const struct idlist *list, const struct import_look *look, bool dry_run,
		  int64_t receipt, const char *batch, bool json)
{
	if (json)
		print_json(idlist_json(list, look, dry_run, receipt, batch));
	else
		idlist_text(list, dry_run, receipt);
}

/* --- stock-takes ------------------------------------------------------------------------ */

static json_t *take_json(const struct stocktake *t)
{
	return json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s}", "number", t->number,
			 "stocktake", t->id, "title", t->title, "opened", t->opened_on, "due",
			 t->due_on, "systems", t->systems, "unused_days", t->unused_days, "status",
			 t->closed ? "closed" : "open", "closed", t->closed_on, "approved_by",
			 t->approved_by);
}

void stocktakes_print(const struct stocktake *list, size_t count, bool json)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		json_array_append_new(all, take_json(&list[i]));
		if (!json)
			printf("%3d  %s  %s  %s\n", list[i].number, list[i].opened_on,
			       list[i].title,
			       *list[i].approved_by ? "承認済み"
			       : list[i].closed	    ? "終えた（承認待ち）"
						    : "確かめている");
	}
	if (json)
		print_json(all);
	else
		json_decref(all);
}

static json_t *findings_json(unsigned found)
{
	json_t *all = json_array();
	int f;

	for (f = 0; f < FINDING_MAX; f++)
		if (found >> f & 1U)
			json_array_append_new(all, json_string(finding_name((enum finding)f)));
	return all;
}

static json_t *line_json(const struct stocktake_line *n)
{
	json_t *line = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "line", n->id, "system",
				 n->system, "account", n->account_name, "person", n->person_name,
				 "staff_no", n->staff_no, "department", n->department, "findings",
				 findings_json(n->findings));

	json_object_set_new(line, "facts", json_string(n->facts));
	json_object_set_new(line, "detail", json_string(n->detail));
	json_object_set_new(line, "head", json_string(n->head));
	json_object_set_new(line, "decision", json_string(decision_name(n->decision)));
	json_object_set_new(line, "decided_on", json_string(n->decided_on));
	json_object_set_new(line, "decided_on_paper_by", json_string(n->decided_name));
	json_object_set_new(line, "comment", json_string(n->comment));
	json_object_set_new(line, "done_on", json_string(n->done_on));
	json_object_set_new(line, "evidence", json_string(n->done_evidence));
	return line;
}

static json_t *totals_json(const struct stocktake_totals *t)
{
	json_t *findings = json_object(), *decisions = json_object();
	int i;

	for (i = 0; i < FINDING_MAX; i++)
		json_object_set_new(findings, finding_name((enum finding)i),
				    json_integer((json_int_t)t->finding[i]));
	for (i = DECISION_CONTINUE; i < DECISION_MAX; i++)
		json_object_set_new(decisions, decision_name((enum decision)i),
				    json_integer((json_int_t)t->decision[i]));
	return json_pack("{s:I,s:I,s:o,s:o,s:I,s:I}", "lines", (json_int_t)t->lines, "undecided",
			 (json_int_t)t->undecided, "findings", findings, "decisions", decisions,
			 "todo", (json_int_t)t->todo, "done", (json_int_t)t->done);
}

static json_t *view_json(const struct stocktake_view *v)
{
	json_t *all = take_json(&v->take), *lines = json_array(), *parts = json_array();
	size_t i;

	for (i = 0; i < v->part_count; i++)
		json_array_append_new(parts,
				      json_pack("{s:s,s:s,s:I,s:I,s:I}", "department",
						v->part[i].department, "head", v->part[i].head_name,
						"lines", (json_int_t)v->part[i].lines, "decided",
						(json_int_t)v->part[i].decided, "plain",
						(json_int_t)v->part[i].plain));
	for (i = 0; i < v->line_count; i++)
		json_array_append_new(lines, line_json(&v->line[i]));
	json_object_set_new(all, "totals", totals_json(&v->totals));
	json_object_set_new(all, "before",
			    *v->before.id ? totals_json(&v->before_totals) : json_object());
	json_object_set_new(all, "departments", parts);
	json_object_set_new(all, "lines", lines);
	return all;
}

static void line_text(const struct stocktake_line *n)
{
	int f;

	printf("    %s  %s  %s  %s", n->system, n->account_name, n->person_name,
	       decision_label(n->decision));
	for (f = 0; f < FINDING_MAX; f++)
		if (n->findings >> f & 1U)
			printf("  [%s]", finding_label((enum finding)f));
	putchar('\n');
}

static void view_text(const struct stocktake_view *v)
{
	size_t i, p;

	printf("%s（%d番）  ID %lld件、未決定 %lld件\n", v->take.title, v->take.number,
	       (long long)v->totals.lines, (long long)v->totals.undecided);
	for (p = 0; p < v->part_count; p++) {
		const struct stocktake_part *part = &v->part[p];

		printf("  %s  %lld件中 %lld件決定  決める人: %s\n",
		       *part->department ? part->department : "（部署なし）",
		       (long long)part->lines, (long long)part->decided,
		       *part->head_name ? part->head_name : "企画管理者");
		for (i = 0; i < v->line_count; i++)
			if (v->line[i].findings &&
			    strcmp(v->line[i].department, part->department) == 0)
				line_text(&v->line[i]);
	}
}

void stocktake_print(const struct stocktake_view *v, bool json)
{
	if (json)
		print_json(view_json(v));
	else
		view_text(v);
}
