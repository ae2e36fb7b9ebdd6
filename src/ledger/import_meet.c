/* Which entry a row of a file meets, and whether it may hold what it says. */
#include <stdio.h>
#include <string.h>

#include "ledger/import_run.h"
#include "ledger/projection.h"

#define KEYS_MAX 8

struct met {
	struct import_run *run;
	int count;
};

/* Keeps the content as it stands in the table; what is sealed there comes from the revision. */
static int meet_row(void *arg, const struct table_row *row, struct err *err)
{
	struct met *m = arg;
	struct import_run *run = m->run;
	const struct ledger_def *def = run->def;
	const char **value = arena_calloc(&run->arena, def->field_count + 1, sizeof *value);
	struct entry *e = &run->work.before;
	size_t i;

	if (m->count++)
		return 0;
	for (i = 0; value && i < def->field_count; i++) {
		const char *column = row->value[i];

		value[i] = "";
		if (column && *column)
			value[i] = projection_stored(
				&def->field[i], arena_strdup(&run->arena, column), &run->arena);
	}
	if (arena_failed(&run->arena))
		return err_nomem(err);
	snprintf(e->id, sizeof e->id, "%s", row->entry);
	e->rev = row->rev;
	e->def = def;
	e->value = value;
	return 0;
}

/* Looks for entries that have the same values in all `count` key fields. False in
 * *ret_asked when the row leaves one of them empty. */
static int meet(struct import_run *run, const char *const *cells, const int *key, size_t count,
		struct met *ret, bool *ret_asked, struct err *err)
{
	struct table_filter filter[KEYS_MAX + 1];
	struct table_query q = { .filter = filter, .filter_count = count + 1, .limit = 2 };
	size_t i;

	*ret_asked = false;
	*ret = (struct met){ run, 0 };
	if (!count || count > KEYS_MAX)
		return 0;
	for (i = 0; i < count; i++) {
		const struct field_def *f = &run->def->field[key[i]];

		if (!*cells[key[i]])
			return 0;
		filter[i] = (struct table_filter){ f->id, TABLE_EQ,
						   projection_value(run->l, run->def, key[i],
								    cells[key[i]], &run->arena) };
		if (!filter[i].value)
			return err_nomem(err);
	}
	filter[count] =
		(struct table_filter){ TABLE_STATE, TABLE_NE, entry_state_name(STATE_VOIDED) };
	*ret_asked = true;
	return table_query(run->c, &projection_of(run->l, run->def)->table, &q, meet_row, ret, err);
}

/* A key that stands twice in the file is a mistake in the file. */
static void check_double(struct import_run *run, const char *const *cells, const int *key,
			 size_t count)
{
	const char *text = "";
	const json_t *before;
	size_t i;

	for (i = 0; i < count; i++)
		text = arena_printf(&run->arena, "%s%d=%s\n", text, key[i], cells[key[i]]);
	if (!text)
		return;
	before = json_object_get(run->seen, text);
	if (before)
		import_fault_add(
			run, key[0],
			arena_printf(&run->arena,
				     "%lld行目と同じです。どちらかを消すか、番号を直してください",
				     (long long)json_integer_value(before)));
	else
		json_object_set_new(run->seen, text, json_integer(run->work.row.row));
}

static bool holds_sealed(const struct ledger_def *def)
{
	size_t i;

	for (i = 0; i < def->field_count; i++)
		if (field_sealed(&def->field[i]))
			return true;
	return false;
}

int import_meet(struct import_run *run, const char *const *cells, struct err *err)
{
	const struct ledger_def *def = run->def;
	struct import_work *w = &run->work;
	const int *key = def->import_key;
	size_t count = def->import_key_count;
	struct met met;
	bool asked;
	int r = meet(run, cells, key, count, &met, &asked, err);

	/* The fallback only decides where the key itself says nothing. */
	if (r == 0 && !asked) {
		key = def->import_fallback;
		count = def->import_fallback_count;
		r = meet(run, cells, key, count, &met, &asked, err);
	}
	w->met_by = asked && count == 1 ? key[0] : -1;
	if (r < 0 || !asked)
		return r;
	check_double(run, cells, key, count);
	if (met.count > 1) {
		memset(&w->before, 0, sizeof w->before);
		import_fault_add(
			run, key[0],
			"台帳に同じものが2件以上あり、どれか決められません。台帳を先に整理してく"
			"ださい");
	}
	if (met.count != 1 || !holds_sealed(def))
		return 0;
	return entry_get(run->l, run->c, def, arena_strdup(&run->arena, w->before.id), 0,
			 &run->arena, &w->before, err);
}

/* True if nobody else can have this value. */
static bool is_known_free(const struct import_run *run, int field)
{
	const struct import_work *w = &run->work;

	/* The entries that have it are those the row met. */
	if (field == w->met_by)
		return true;
	return w->before.id[0] && strcmp(w->before.value[field], w->value[field]) == 0;
}

int import_check_unique(struct import_run *run, struct err *err)
{
	const struct ledger_def *def = run->def;
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		char id[ID_SIZE];
		int r;

		if (!def->field[i].unique || !*run->work.value[i] || is_known_free(run, (int)i))
			continue;
		r = list_find(run->l, run->c, def, (int)i, run->work.value[i], id, err);
		if (r < 0 && r != ERR_NOT_FOUND)
			return r;
		if (r == 0 && strcmp(id, run->work.before.id) != 0)
			import_fault_add(
				run, (int)i,
				arena_printf(&run->arena,
					     "「%s」がもう使っています。別の値にしてください",
					     entry_name(run->l, run->c, def, id, &run->arena)));
	}
	return 0;
}
