#include "round/assign.h"

#include <string.h>

#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "round/answering.h"
#include "round/fields.h"

struct assigning {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct round_view view;
	const char *account, *name; /* one of them, or neither */
	struct batch *batch;
	struct faults faults;
};

/* The answer as it stands, or the empty one that carries a name before there is an answer. */
static int base_values(struct assigning *a, const struct round_line *line, const char **value,
		       struct err *err)
{
	const char *column = line->column ? line->column->id : "";
	struct entry e;
	size_t i;
	int r;

	if (line->now.id[0]) {
		r = entry_get(a->l, a->c, a->def, line->now.id, 0, a->arena, &e, err);
		for (i = 0; r == 0 && i < a->def->field_count; i++)
			value[i] = e.value[i];
		return r;
	}
	r = system_put(a->def, value, "round", a->view.round.id, err);
	if (r == 0)
		r = system_put(a->def, value, "vendor", a->view.round.vendor, err);
	if (r == 0)
		r = system_put(a->def, value, "item", line->item->id, err);
	if (r == 0)
		r = system_put(a->def, value, "column", column, err);
	if (r == 0)
		r = system_put(a->def, value, "value", answer_name(ANSWER_UNCONFIRMED), err);
	return r < 0 ? r
		     : system_put(a->def, value, "slot",
				  arena_printf(a->arena, "%s/%s/%s", a->view.round.id,
					       line->item->id, column),
				  err);
}

static int add(struct assigning *a, const struct round_line *line, struct err *err)
{
	const char **value = system_values(a->def, a->arena);
	int r = value ? base_values(a, line, value, err) : err_nomem(err);

	if (r == 0)
		r = system_put(a->def, value, "responsible", a->account, err);
	if (r == 0)
		r = system_put(a->def, value, "responsible_name", a->name, err);
	if (r < 0)
		return r;
	return batch_add(a->batch,
			 &(struct change){ .def = a->def,
					   .entry = line->now.id[0] ? line->now.id : NULL,
					   .base_rev = line->now.rev,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 NULL, &a->faults, err);
}

static bool named_already(const struct assigning *a, const struct answer *now)
{
	if (*a->account || *now->responsible)
		return strcmp(a->account, now->responsible) == 0;
	return strcmp(a->name, now->responsible_name) == 0;
}

static int add_all(struct assigning *a, const struct line_name *line, size_t count, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++) {
		const struct round_line *l;

		r = round_line_find(&a->view, line[i].item, line[i].column, &l, err);
		if (r == 0 && !named_already(a, &l->now))
			r = add(a, l, err);
	}
	return r;
}

static int prepare(struct assigning *a, const char *round, const struct line_name *line,
		   size_t count, const char *responsible, struct err *err)
{
	int r = ledgers_find(a->l, "answers", &a->def, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(a->l), &a->c, err);
	if (r < 0)
		return r;
	r = round_view(a->l, a->c, round, ROUND_UNNAMED, a->arena, &a->view, err);
	if (r == 0)
		r = responsible_parse(a->def, a->c, responsible, a->arena, &a->account, &a->name,
				      err);
	if (r == 0)
		r = add_all(a, line, count, err);
	store_read_end(a->c);
	return r;
}

int round_assign(struct ledgers *l, const struct actor *who, const char *round,
		 const struct line_name *line, size_t count, const char *responsible,
		 const char *key, struct receipt *ret, struct err *err)
{
	struct assigning a = { .l = l };
	struct arena arena;
	int r = permit(who, PERM_ROUND_ANSWER, NULL, err);

	memset(ret, 0, sizeof *ret);
	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!count)
		return err_set(err, ERR_INVALID, "受け持つ人を決める項目を選んでください");
	r = batch_new(l, who, key, &a.batch, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	a.arena = &arena;
	r = prepare(&a, round, line, count, responsible, err);
	if (r == 0 && !batch_count(a.batch))
		r = err_set(err, ERR_INVALID, "選んだ項目は、もうその人の受け持ちです");
	if (r == 0)
		r = batch_commit(a.batch, ret, NULL, &a.faults, err);
	batch_free(a.batch);
	arena_release(&arena);
	return r;
}
