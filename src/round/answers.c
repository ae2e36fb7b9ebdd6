#include "round/answers.h"

#include <stdlib.h>
#include <string.h>

#include "round/fields.h"
#include "round/given.h"

/* Names of those who answered, so that each is looked up once. */
#define PEOPLE_MAX 16

struct person {
	char id[ID_SIZE];
	const char *name;
};

/* The fields a row is read from; their places are looked up once. */
enum answer_field {
	IN_ITEM,
	IN_COLUMN,
	IN_VALUE,
	IN_CONFIRMED,
	IN_TARGET,
	IN_COMPLETED,
	IN_NOTE,
	IN_GIVEN,
	IN_STATEMENTS,
	IN_OPEN_POINTS,
	IN_ANSWERED_BY,
	IN_DOER,
	IN_RESPONSIBLE,
	IN_RESPONSIBLE_NAME,
	IN_REFS,
	IN_FILES,
	IN_MAX
};
static const char *const field_names[IN_MAX] = {
	"item",	       "column",	   "value",	    "confirmed_on",
	"target_on",   "completed_on",	   "note",	    "given",
	"statements",  "open_points",	   "answered_by",   "doer",
	"responsible", "responsible_name", "evidence_refs", "evidence_files"
};

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	const struct catalogue *catalogue;
	struct arena *arena;
	unsigned detail;
	struct person person[PEOPLE_MAX];
	size_t person_count;
	int field[IN_MAX];
	struct stored_answers *ret;
};

static const char *person_name(struct gather *g, const char *id)
{
	struct person *p;
	size_t i;

	for (i = 0; i < g->person_count; i++)
		if (strcmp(g->person[i].id, id) == 0)
			return g->person[i].name;
	if (g->person_count == PEOPLE_MAX || strlen(id) >= ID_SIZE)
		return account_name(g->c, id, g->arena);
	p = &g->person[g->person_count++];
	memcpy(p->id, id, strlen(id) + 1);
	p->name = account_name(g->c, id, g->arena);
	return p->name;
}

/* As stored, while the row is there. */
static const char *raw(const struct gather *g, const struct list_row *row, enum answer_field f)
{
	const char *v = g->field[f] < 0 ? NULL : row->value[g->field[f]];

	return v ? v : "";
}

static const char *value(struct gather *g, const struct list_row *row, enum answer_field f)
{
	const char *v = raw(g, row, f);

	return *v ? arena_strdup(g->arena, v) : "";
}

/* --- rows ---------------------------------------------------------------------------- */

bool answer_meets(const struct answer *a, const struct statement_def *statement)
{
	if (!a->statements || !*a->statements)
		return a->value == ANSWER_YES;
	return lines_have(a->statements, statement->id);
}

static void fill_people(struct gather *g, const struct list_row *row, struct stored_answer *s)
{
	struct answer *a = &s->answer;

	a->by = person_name(g, row->actor);
	a->responsible = value(g, row, IN_RESPONSIBLE);
	s->responsible_text = value(g, row, IN_RESPONSIBLE_NAME);
	a->responsible_name = a->responsible && *a->responsible ? person_name(g, a->responsible)
								: s->responsible_text;
}

/* What a person reads as the answer. */
static const char *shown(struct gather *g, const struct stored_answer *s)
{
	int i;

	if (s->answer.value != ANSWER_GIVEN)
		return answer_label(s->answer.value);
	i = catalogue_item(g->catalogue, s->item);
	return given_show(i < 0 ? NULL : &g->catalogue->item[i], s->answer.given, g->arena);
}

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct stored_answer *s;
	struct answer *a;
	int known = answer_parse(raw(g, row, IN_VALUE)), doer;

	if (g->ret->count == g->ret->alloc || known < 0)
		return err_set(err, ERR_CORRUPT,
			       "回答の記録がおかしくなっています（%s）。改ざん検査をしてください",
			       row->id);
	s = &g->ret->item[g->ret->count++];
	a = &s->answer;
	memcpy(a->id, row->id, strlen(row->id) + 1);
	s->confirmed = row->state == STATE_CONFIRMED || row->state == STATE_APPROVED;
	a->rev = row->rev;
	a->at_us = row->at_us;
	a->value = (enum answer_value)known;
	s->item = value(g, row, IN_ITEM);
	s->column = value(g, row, IN_COLUMN);
	a->confirmed_on = value(g, row, IN_CONFIRMED);
	a->target_on = value(g, row, IN_TARGET);
	a->completed_on = value(g, row, IN_COMPLETED);
	a->note = value(g, row, IN_NOTE);
	a->given = value(g, row, IN_GIVEN);
	a->statements = value(g, row, IN_STATEMENTS);
	a->open_points = value(g, row, IN_OPEN_POINTS);
	a->answered_by = value(g, row, IN_ANSWERED_BY);
	doer = doer_parse(raw(g, row, IN_DOER));
	a->doer = doer < 0 ? DOER_UNSAID : (enum doer)doer;
	s->evidence_refs = value(g, row, IN_REFS);
	s->evidence_files = value(g, row, IN_FILES);
	fill_people(g, row, s);
	if (arena_failed(g->arena))
		return err_nomem(err);
	a->shown = shown(g, s);
	return evidence_read(g->l, g->c, s->evidence_refs, s->evidence_files, g->detail, g->arena,
			     a, err);
}

static int by_place(const void *x, const void *y)
{
	const struct stored_answer *a = x, *b = y;
	int r = strcmp(a->item, b->item);

	return r ? r : strcmp(a->column, b->column);
}

int answers_read(struct ledgers *l, struct conn *c, const struct round *round, unsigned detail,
		 struct arena *arena, struct stored_answers *ret, struct err *err)
{
	struct gather g = { .l = l,
			    .c = c,
			    .catalogue = round->catalogue,
			    .arena = arena,
			    .detail = detail,
			    .ret = ret };
	struct list_filter filter = { 0, TABLE_EQ, round->id };
	struct list_query q = { .filter = &filter, .filter_count = 1, .sort = -1 };
	int64_t total;
	int r = ledgers_find(l, "answers", &g.def, err), f;

	memset(ret, 0, sizeof *ret);
	if (r < 0)
		return r;
	for (f = 0; f < IN_MAX; f++)
		g.field[f] = ledger_field(g.def, field_names[f]);
	q.def = g.def;
	q.limit = INT64_MAX;
	filter.field = ledger_field(g.def, "round");
	r = list_count(l, c, &q, 0, &total, err);
	if (r < 0)
		return r;
	ret->alloc = (size_t)total;
	ret->item = arena_calloc(arena, ret->alloc + 1, sizeof *ret->item);
	r = ret->item ? list_each(l, c, &q, gather_row, &g, err) : err_nomem(err);
	if (r >= 0 && ret->count)
		qsort(ret->item, ret->count, sizeof *ret->item, by_place);
	return r;
}

const struct stored_answer *answers_of(const struct stored_answers *a, const char *item,
				       size_t *ret_count)
{
	size_t low = 0, high = a->count, end;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(a->item[mid].item, item) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < a->count && strcmp(a->item[end].item, item) == 0; end++)
		;
	*ret_count = end - low;
	return end > low ? &a->item[low] : NULL;
}

const struct stored_answer *answers_find(const struct stored_answers *a, const char *item,
					 const char *column)
{
	size_t count, i;
	const struct stored_answer *s = answers_of(a, item, &count);

	for (i = 0; i < count; i++)
		if (strcmp(s[i].column, column) == 0)
			return &s[i];
	return NULL;
}
