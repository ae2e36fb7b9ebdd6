#include "cli/round_xray.h"

#include <stdio.h>

#include "base/clock.h"
#include "catalogue/scope.h"
#include "cli/round_print.h"
#include "measure/uses.h"

/* As many entries as people read on a screen; JSON has all that are linked. */
#define FAULTS_PRINTED 5

struct asking {
	struct data *d;
	char today[DATE_SIZE];
	const struct measure_def *defs;
	size_t count;
	const struct proposal **found; /* one for each measure */
	const struct measure_uses *uses;
	struct scope scope;
	int64_t all[PROPOSE_MAX];
};

static int ask(struct asking *a, struct err *err)
{
	struct data *d = a->d;
	struct measure_cache *m;
	size_t i;
	int r;

	date_today(a->today);
	a->defs = measure_defs(&a->count);
	a->found = arena_calloc(&d->arena, a->count, sizeof *a->found);
	if (!a->found)
		return err_nomem(err);
	r = measure_cache_new(d->ledgers, d->conn, a->today, &d->arena, &m, err);
	for (i = 0; r == 0 && i < a->count; i++) {
		r = measure_cache_run(m, a->defs[i].name, "", NULL, &a->found[i], err);
		if (r == 0)
			a->all[a->found[i]->value]++;
	}
	if (r == 0)
		r = measure_uses_index(d->defs, &d->arena, &a->uses, err);
	return r < 0 ? r : scope_read(d->ledgers, d->conn, &d->arena, &a->scope, err);
}

/* --- JSON ------------------------------------------------------------------------------- */

/* Those that apply to this organisation. */
static json_t *items_json(const struct asking *a, size_t index)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < a->uses[index].count; i++) {
		const struct measure_use *u = &a->uses[index].use[i];

		if (!scope_excludes(a->d->defs, &a->scope, u->item))
			json_array_append_new(all,
					      json_pack("{s:s,s:s}", "catalogue", u->catalogue->id,
							"item", u->item->id));
	}
	return all;
}

static json_t *measure_json(const struct asking *a, size_t i)
{
	const struct measure_def *m = &a->defs[i];
	json_t *one =
		json_pack("{s:s,s:s,s:s,s:s}", "name", m->name, "subject",
			  measure_subject_name(m->subject), "title", m->title, "ledger", m->ledger);

	json_object_update_new(one, round_proposal_json(a->found[i]));
	json_object_set_new(one, "items", items_json(a, i));
	return one;
}

static void print_json(const struct asking *a)
{
	json_t *measures = json_array();
	size_t i;

	for (i = 0; i < a->count; i++)
		json_array_append_new(measures, measure_json(a, i));
	round_print(json_pack("{s:s,s:{s:I,s:I,s:I,s:I},s:o}", "today", a->today, "totals", "yes",
			      (json_int_t)a->all[PROPOSE_YES], "partly",
			      (json_int_t)a->all[PROPOSE_PARTLY], "no",
			      (json_int_t)a->all[PROPOSE_NO], "none",
			      (json_int_t)a->all[PROPOSE_NONE], "measures", measures));
}

/* --- text -------------------------------------------------------------------------------- */

static void print_finding(const struct measure_def *m, const struct proposal *p)
{
	size_t i;

	printf("  %s: %s\n    %s\n", m->title, proposal_label(p->value), p->reason);
	for (i = 0; i < p->link_count && p->link[i].fault && i < FAULTS_PRINTED; i++)
		printf("    - %s\n", p->link[i].text);
	if (p->faults > FAULTS_PRINTED)
		printf("    - ほか%lld件\n", (long long)(p->faults - FAULTS_PRINTED));
	if (*p->next_step)
		printf("    次にすること: %s\n", p->next_step);
}

static void print_text(const struct asking *a)
{
	int before = -1;
	size_t i;

	printf("施設の健康診断（%s）\n", a->today);
	for (i = 0; i < a->count; i++) {
		if (before != (int)a->defs[i].subject)
			printf("\n%s\n", measure_subject_label(a->defs[i].subject));
		before = (int)a->defs[i].subject;
		print_finding(&a->defs[i], a->found[i]);
	}
	printf("\nできている %lld、あと少し %lld、足りない %lld、人が判断 %lld\n",
	       (long long)a->all[PROPOSE_YES], (long long)a->all[PROPOSE_PARTLY],
	       (long long)a->all[PROPOSE_NO], (long long)a->all[PROPOSE_NONE]);
}

int round_xray(struct data *d, bool json, struct err *err)
{
	struct asking a = { .d = d };
	int r = ask(&a, err);

	if (r < 0)
		return r;
	if (json)
		print_json(&a);
	else
		print_text(&a);
	return 0;
}
