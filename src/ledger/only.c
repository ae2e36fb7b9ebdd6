#include "ledger/only.h"

#include <stdio.h>
#include <string.h>

#include "ledger/change.h"

static int keep_id(void *arg, const struct list_row *row, struct err *err)
{
	(void)err;
	snprintf(arg, ID_SIZE, "%s", row->id);
	return 0;
}

int only_read(struct ledgers *l, struct conn *c, const char *ledger, struct arena *arena,
	      struct entry *ret, struct err *err)
{
	struct list_query q = { .sort = -1, .limit = 1 };
	char id[ID_SIZE] = "";
	int r = ledgers_find(l, ledger, &q.def, err);

	ret->def = q.def;
	if (r == 0)
		r = list_each(l, c, &q, keep_id, id, err);
	if (r < 0 || !*id)
		return r < 0 ? r : 0;
	r = entry_get(l, c, q.def, id, 0, arena, ret, err);
	return r < 0 ? r : 1;
}

/* --- saving ------------------------------------------------------------------------- */

/* What is stored (NULL: what a new entry begins with), to be changed. */
static const char **values(const struct ledger_def *def, const struct entry *stored,
			   struct arena *arena)
{
	const char **v = arena_calloc(arena, def->field_count, sizeof *v);
	size_t i;

	for (i = 0; v && i < def->field_count; i++) {
		const char *text = stored ? stored->value[i] : def->field[i].default_value;

		v[i] = text ? text : "";
	}
	return v;
}

static int merge(const struct ledger_def *def, const struct only_input *input, struct arena *arena,
		 const char **value, struct faults *faults, struct err *err)
{
	const size_t room = sizeof faults->item / sizeof faults->item[0];

	for (; input->field; input++) {
		int i = ledger_field(def, input->field), r;

		if (i < 0)
			return err_set(err, ERR_BUG, "%sに項目 %s がありません", def->title.ja,
				       input->field);
		if (!input->typed || (def->field[i].class == CLASS_SECRET && !*input->typed))
			continue;
		r = value_parse(&def->field[i], input->typed, arena, &value[i],
				&faults->item[faults->count]);
		if (r == ERR_INVALID && faults->count + 1 < room)
			faults->count++;
		else if (r < 0)
			return r;
	}
	if (!faults->count)
		return 0;
	if (err)
		*err = faults->item[0];
	return ERR_INVALID;
}

/* What is stored by now, if that is what was read before: 1, or 0 if there is nothing. */
static int stored(struct ledgers *l, const char *ledger, int64_t base, struct arena *arena,
		  struct entry *ret, struct err *err)
{
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	r = only_read(l, c, ledger, arena, ret, err);
	if (r > 0 && base != ONLY_ANY_REV && base != ret->rev)
		r = change_conflict(l, c, ret->def, ret->id, err);
	else if (r == 0 && base > 0)
		r = err_set(err, ERR_CONFLICT,
			    "保存されていたものが、いまはありません。入力した内容はまだ保存されて"
			    "いません。確かめて、もう一度保存してください。");
	store_read_end(c);
	return r;
}

static int save(struct ledgers *l, const struct actor *who, const char *ledger,
		const struct only_input *input, int64_t base, struct arena *arena,
		struct receipt *ret, struct faults *faults, struct err *err)
{
	const char **value;
	struct entry e;
	int known = stored(l, ledger, base, arena, &e, err), r;

	if (known < 0)
		return known;
	value = values(e.def, known ? &e : NULL, arena);
	if (!value)
		return err_nomem(err);
	r = merge(e.def, input, arena, value, faults, err);
	return r < 0 ? r
		     : entry_change(l, who,
				    &(struct change){ .def = e.def,
						      .entry = known ? e.id : NULL,
						      .base_rev = known ? e.rev : 0,
						      .op = OP_SAVE,
						      .confirm = true,
						      .value = value,
						      .reason = "" },
				    NULL, ret, faults, err);
}

int only_save(struct ledgers *l, const struct actor *who, const char *ledger,
	      const struct only_input *input, int64_t base, struct receipt *ret,
	      struct faults *faults, struct err *err)
{
	struct arena arena;
	int r;

	faults->count = 0;
	arena_init(&arena, 0);
	r = save(l, who, ledger, input, base, &arena, ret, faults, err);
	arena_release(&arena);
	return r;
}
