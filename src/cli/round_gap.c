#include "cli/round_gap.h"

#include <stdio.h>
#include <string.h>

#include "cli/round_print.h"
#include "round/gap.h"

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *gap_answer_json(const struct gap_answer *a)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "catalogue", a->catalogue->id,
			 "id", a->item->id, "topic", a->item->topic, "answer",
			 answer_name(a->value), "label", answer_label(a->value), "confirmed",
			 a->confirmed_on, "target", a->target_on, "note", a->note, "round",
			 a->round ? a->round->id : "");
}

static json_t *gap_answers_json(const struct gap_answer *list, size_t count)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(out, gap_answer_json(&list[i]));
	return out;
}

static json_t *gap_line_json(const struct gap_line *l)
{
	const struct item_change *ch = l->change;
	json_t *o =
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "id", l->item->id,
			  "section", l->item->section, "number", l->item->number, "topic",
			  l->item->topic, "says", l->item->says, "state", gap_state_name(l->state),
			  "label", gap_state_label(l->state), "why", l->why, "remains", l->remains,
			  "answer", answer_name(l->own.value), "flagged", l->flagged);

	if (!o)
		return NULL;
	json_object_set_new(o, "change", json_string(ch ? change_kind_name(ch->kind) : ""));
	json_object_set_new(o, "what", json_string(ch ? ch->what : ""));
	json_object_set_new(o, "former", gap_answers_json(l->former, l->former_count));
	json_object_set_new(o, "inherited", inherited_json(l->inherited, l->inherited_count));
	return o;
}

static json_t *totals_json(const struct gap *g)
{
	json_t *o = json_object();
	size_t i;

	for (i = 0; i < GAP_STATE_MAX; i++)
		json_object_set_new(o, gap_state_name((enum gap_state)i),
				    json_integer((json_int_t)g->of_state[i]));
	for (i = 0; i < CHANGE_KIND_MAX; i++)
		json_object_set_new(o, change_kind_name((enum change_kind)i),
				    json_integer((json_int_t)g->comparison.of_kind[i]));
	json_object_set_new(o, "untouched",
			    json_integer((json_int_t)g->comparison.untouched_count));
	return o;
}

static json_t *gap_json(const struct gap *g)
{
	json_t *from = json_array(), *items = json_array();
	size_t i;

	for (i = 0; i < g->from_count; i++)
		json_array_append_new(from, json_string(g->from[i]->id));
	for (i = 0; i < g->count; i++)
		json_array_append_new(items, gap_line_json(&g->line[i]));
	return json_pack("{s:s,s:s,s:o,s:s,s:o,s:o,s:o,s:o}", "catalogue", g->to->id, "title",
			 g->to->title, "from", from, "scope", g->scope, "totals", totals_json(g),
			 "items", items, "retired", gap_answers_json(g->retired, g->retired_count),
			 "kept", gap_answers_json(g->kept, g->kept_count));
}

/* --- text --------------------------------------------------------------------------------- */

static void print_former(const struct gap_answer *a)
{
	printf("    前の版 %s %s: %s %s\n", a->catalogue->id, a->item->id, answer_label(a->value),
	       a->confirmed_on);
}

static void print_line(const struct gap_line *l)
{
	size_t i;

	printf("%s %s  %s%s%s\n", l->item->id, l->item->topic, gap_state_label(l->state),
	       l->flagged ? "  " : "", l->flagged ? change_kind_label(l->change->kind) : "");
	if (*l->why)
		printf("    %s\n", l->why);
	if (*l->remains)
		printf("    足りないこと: %s\n", l->remains);
	if (l->change && *l->change->what)
		printf("    変わったこと: %s\n", l->change->what);
	for (i = 0; i < l->former_count; i++)
		print_former(&l->former[i]);
}

static void print_text(const struct gap *g)
{
	size_t i;

	printf("%s\n", g->to->title);
	for (i = 0; i < g->from_count; i++)
		printf("前の版: %s\n", g->from[i]->title);
	for (i = 0; i < GAP_STATE_MAX; i++)
		printf("%s %zu  ", gap_state_label((enum gap_state)i), g->of_state[i]);
	printf("\n");
	for (i = 0; g->from_count && i < CHANGE_KIND_MAX; i++)
		printf("%s %zu  ", change_kind_label((enum change_kind)i),
		       g->comparison.of_kind[i]);
	if (g->from_count)
		printf("そのままの項目 %zu\n", g->comparison.untouched_count);
	for (i = 0; i < g->count; i++)
		print_line(&g->line[i]);
	if (g->retired_count)
		printf("なくなった項目（答えは残っています）\n");
	for (i = 0; i < g->retired_count; i++)
		print_former(&g->retired[i]);
}

/* --- command --------------------------------------------------------------------------------- */

int round_gap_run(struct data *d, const struct invocation *in, const struct actor *who,
		  const char *scope, bool json, struct err *err)
{
	struct gap_wish wish = { .scope = scope };
	struct gap gap;
	int count = in->argument_count - 2, r = permit(who, PERM_ROUND_READ, NULL, err);

	if (r < 0)
		return r;
	if (count < 1)
		return err_set(err, ERR_USAGE,
			       "どの基準に何が足りないかを見ます。基準の番号を指定してください"
			       "（daicho catalogue list で見ます）");
	wish.to = in->argument[in->argument_count - 1];
	wish.from = &in->argument[2];
	wish.from_count = (size_t)count - 1;
	wish.find_from = count == 1 && !option_given(in, "alone");
	r = round_gap(d->ledgers, d->conn, &wish, &d->arena, &gap, err);
	if (r < 0)
		return r;
	if (json)
		round_print(gap_json(&gap));
	else
		print_text(&gap);
	return 0;
}
