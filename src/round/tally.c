#include "round/tally.h"

#include <string.h>

#include "base/clock.h"

void tally_init(struct tally *t, const struct measure_input *in)
{
	memset(t, 0, sizeof *t);
	t->in = in;
	t->link = arena_calloc(in->arena, TALLY_LINKS, sizeof *t->link);
}

static int walk_row(void *arg, const struct list_row *row, struct err *err)
{
	struct tally *t = arg;

	return t->each(t, row, err);
}

int tally_walk(struct tally *t, const char *ledger,
	       int (*each)(struct tally *t, const struct list_row *row, struct err *err),
	       struct err *err)
{
	struct list_query q = { .sort = -1 };
	int r;

	if (!t->link)
		return err_nomem(err);
	r = ledgers_find(t->in->ledgers, ledger, &q.def, err);
	if (r < 0)
		return r;
	t->def = q.def;
	t->each = each;
	q.limit = INT64_MAX;
	return list_each(t->in->ledgers, t->in->conn, &q, walk_row, t, err);
}

const char *tally_value(const struct tally *t, const struct list_row *row, const char *field)
{
	int index = ledger_field(t->def, field);

	return index < 0 || !row->value[index] ? "" : row->value[index];
}

bool tally_is(const struct tally *t, const struct list_row *row, const char *field,
	      const char *value)
{
	return strcmp(tally_value(t, row, field), value) == 0;
}

static int add_link(struct tally *t, const struct list_row *row, const char *reason, bool fault,
		    struct err *err)
{
	struct proposal_link *l;
	const char *name = row->value[t->def->name_field];

	if (t->link_count == TALLY_LINKS)
		return 0;
	l = &t->link[t->link_count++];
	l->ledger = t->def->name;
	l->entry = arena_strdup(t->in->arena, row->id);
	l->text = reason ? arena_printf(t->in->arena, "%s: %s", name, reason)
			 : arena_strdup(t->in->arena, name);
	l->fault = fault;
	return l->entry && l->text ? 0 : err_nomem(err);
}

int tally_good(struct tally *t, const struct list_row *row, struct err *err)
{
	t->counted++;
	return add_link(t, row, NULL, false, err);
}

int tally_bad(struct tally *t, const struct list_row *row, const char *reason, struct err *err)
{
	t->counted++;
	t->faults++;
	/* What stands against "yes" is what the reader must see. */
	if (t->link_count == TALLY_LINKS && !t->link[TALLY_LINKS - 1].fault)
		t->link_count--;
	return add_link(t, row, reason, true, err);
}

long tally_age(const struct tally *t, const struct list_row *row, const char *field)
{
	const char *date = tally_value(t, row, field);

	return date_valid(date) ? date_days_between(date, t->in->today) : -1;
}

int tally_result(struct tally *t, enum proposal_value value, const char *reason,
		 const char *next_step, struct proposal *ret, struct err *err)
{
	struct proposal_link *sorted;
	size_t n = 0, i;
	int pass;

	if (!reason || !t->link)
		return err_nomem(err);
	sorted = arena_calloc(t->in->arena, t->link_count + 1, sizeof *sorted);
	if (!sorted)
		return err_nomem(err);
	for (pass = 1; pass >= 0; pass--)
		for (i = 0; i < t->link_count; i++)
			if (t->link[i].fault == (pass == 1))
				sorted[n++] = t->link[i];
	*ret = (struct proposal){ .value = value,
				  .reason = reason,
				  .counted = t->counted,
				  .faults = t->faults,
				  .link = sorted,
				  .link_count = n,
				  .next_step =
					  value == PROPOSE_YES || !next_step ? "" : next_step };
	return 0;
}

bool tally_in_column(const struct tally *t, const struct list_row *row)
{
	static const struct {
		const char *column, *kind;
	} kinds[] = {
		{ "server", "server" },	  { "server", "storage" },  { "terminal", "terminal" },
		{ "terminal", "tablet" }, { "network", "network" },
	};
	const char *column = t->in->column, *kind = tally_value(t, row, "kind");
	size_t i;

	if (!*column || strcmp(column, "general") == 0)
		return true;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].column, column) == 0 && strcmp(kinds[i].kind, kind) == 0)
			return true;
	return false;
}

bool tally_of_vendor(const struct tally *t, const struct list_row *row, const char *field)
{
	return !t->in->vendor || tally_is(t, row, field, t->in->vendor);
}
