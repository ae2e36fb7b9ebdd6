/* What one row of a file means: what its cells say, what would change, what is wrong. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "define/value.h"
#include "ledger/import_run.h"
#include "report/csv.h"

static const char *header_of(const struct import_run *run, int field)
{
	size_t i;

	for (i = 0; i < run->map->column_count; i++)
		if (run->map->field[i] == field)
			return run->map->header[i];
	return field >= 0 ? run->def->field[field].label.ja : "";
}

static const char *cell_of(const struct import_run *run, int field)
{
	size_t i;

	for (i = 0; i < run->map->column_count; i++)
		if (run->map->field[i] == field)
			return run->work.row.cell[i];
	return "";
}

static char *cut(struct arena *arena, const char *text)
{
	const char *p = text;
	uint32_t cp;
	int n = 0;

	while (*p && n++ < 60)
		p += utf8_decode(p, &cp);
	return arena_strndup(arena, text, (size_t)(p - text));
}

void import_fault_add(struct import_run *run, int field, const char *text)
{
	struct import_work *w = &run->work;
	struct import_fault *f;

	if (w->row.fault_count == IMPORT_FAULTS_MAX)
		return;
	f = &w->fault[w->row.fault_count++];
	f->column = header_of(run, field);
	f->value = cut(&run->arena, field >= 0 ? cell_of(run, field) : "");
	f->text = arena_strdup(&run->arena, text);
	w->row.status = IMPORT_ERROR;
}

/* --- cells to stored values ------------------------------------------------------------ */

static const char *trim(struct arena *arena, const char *s, size_t len)
{
	while (len && (*s == ' ' || *s == '\t' || *s == '\n')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\n'))
		len--;
	return arena_strndup(arena, s, len);
}

static const char *resolve_one(struct import_run *run, int field, const char *name)
{
	const struct field_def *f = &run->def->field[field];
	const char *id = id_valid(name) ? name : import_names_find(&run->names[field], name);
	const char *where = f->ref ? f->ref->title.ja : "利用者の一覧";

	if (id && *id)
		return id;
	import_fault_add(
		run, field,
		arena_printf(
			&run->arena,
			id ? "%sに「%s」が2件以上あり、どれか決められません。名前を分けてください"
			   : "%sに「%"
			     "s」がありません。先に登録するか、登録してある名前に合わせてください",
			where, name));
	return "";
}

/* References are written as names; several are separated by 、 , or line ends. */
static const char *resolve(struct import_run *run, int field, const char *typed)
{
	static const char *const marks[] = { "、", ",", "\n", "，" };
	const char *all = "", *p = typed;

	if (run->def->field[field].type != FIELD_REFS)
		return resolve_one(run, field, typed);
	while (*p) {
		size_t len = strlen(p), skip = 0, m;
		const char *name, *id;

		for (m = 0; m < sizeof marks / sizeof marks[0]; m++) {
			const char *hit = strstr(p, marks[m]);

			if (hit && (size_t)(hit - p) < len) {
				len = (size_t)(hit - p);
				skip = strlen(marks[m]);
			}
		}
		name = trim(&run->arena, p, len);
		id = name && *name ? resolve_one(run, field, name) : "";
		if (*id)
			all = arena_printf(&run->arena, "%s%s%s", all, *all ? "\n" : "", id);
		p += len + skip;
	}
	return all ? all : "";
}

static bool is_reference(const struct field_def *f)
{
	return f->type == FIELD_REF || f->type == FIELD_REFS || f->type == FIELD_ACCOUNT;
}

/* Stored form of a cell; "" when it is empty or faulty (the fault is noted). */
static const char *read_cell(struct import_run *run, int field, const char *text)
{
	const char *cell = run->protected_cells ? csv_unprotect(text) : text;
	const char *typed = trim(&run->arena, cell, strlen(cell));
	const char *stored = "";
	struct err why = { 0 };

	if (!typed || !*typed)
		return "";
	if (is_reference(&run->def->field[field]))
		return resolve(run, field, typed);
	if (value_parse(&run->def->field[field], typed, &run->arena, &stored, &why) < 0) {
		import_fault_add(run, field, why.text);
		return "";
	}
	return stored;
}

/* --- what would change ------------------------------------------------------------------------ */

static int merge(struct import_run *run, const char *const *cells, struct err *err)
{
	const struct ledger_def *def = run->def;
	struct import_work *w = &run->work;
	size_t i;

	w->value = arena_calloc(&run->arena, def->field_count, sizeof *w->value);
	if (!w->value)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++) {
		const char *first = def->field[i].default_value;

		w->value[i] = w->before.id[0] ? w->before.value[i] : first ? first : "";
		/* An empty cell says nothing: what is known stays. */
		if (*cells[i])
			w->value[i] = cells[i];
	}
	return 0;
}

static const char *show(struct import_run *run, const struct field_def *f, const char *stored)
{
	return *stored && run->shown ? entry_show(run->l, run->c, f, stored, &run->arena) : "";
}

static int list_changes(struct import_run *run, struct err *err)
{
	const struct ledger_def *def = run->def;
	struct import_work *w = &run->work;
	struct import_change *change = arena_calloc(&run->arena, def->field_count, sizeof *change);
	size_t i, n = 0;

	if (!change)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++) {
		const char *before = w->before.id[0] ? w->before.value[i] : "";

		if (strcmp(before, w->value[i]) == 0)
			continue;
		change[n].field = &def->field[i];
		change[n].before = show(run, &def->field[i], before);
		change[n].after = show(run, &def->field[i], w->value[i]);
		n++;
	}
	w->row.change = change;
	w->row.change_count = n;
	return 0;
}

static void complain(void *arg, const struct err *e)
{
	struct import_run *run = arg;
	size_t i;

	/* A field whose cell is faulty already has its message. */
	for (i = 0; i < run->work.row.fault_count; i++)
		if (strcmp(run->work.fault[i].column,
			   header_of(run, ledger_field(run->def, e->field))) == 0)
			return;
	import_fault_add(run, ledger_field(run->def, e->field), e->text);
}

static void decide(struct import_run *run)
{
	struct import_work *w = &run->work;

	if (w->row.status == IMPORT_ERROR)
		return;
	if (!w->before.id[0])
		w->row.status = IMPORT_NEW;
	else
		w->row.status = w->row.change_count ? IMPORT_CHANGED : IMPORT_UNCHANGED;
}

static int read_cells(struct import_run *run, const struct sheet_row *row, const char ***ret,
		      struct err *err)
{
	struct import_work *w = &run->work;
	size_t columns = run->map->column_count, i;
	const char **text = arena_calloc(&run->arena, columns + 1, sizeof *text);
	const char **cells = arena_calloc(&run->arena, run->def->field_count, sizeof *cells);

	if (!text || !cells)
		return err_nomem(err);
	for (i = 0; i < columns; i++)
		text[i] = i < row->count ? arena_strndup(&run->arena, row->cells[i].text,
							 row->cells[i].text_len)
					 : "";
	w->row.cell = text;
	for (i = 0; i < run->def->field_count; i++)
		cells[i] = "";
	for (i = 0; i < columns; i++)
		if (run->map->field[i] >= 0 && text[i])
			cells[run->map->field[i]] = read_cell(run, run->map->field[i], text[i]);
	for (i = columns; i < row->count; i++)
		if (row->cells[i].text_len)
			import_fault_add(
				run, -1,
				"見出しのない列に値があります。列がずれていないか確かめてください");
	*ret = cells;
	return arena_failed(&run->arena) ? err_nomem(err) : 0;
}

int import_work_row(struct import_run *run, const struct sheet_row *row, struct err *err)
{
	struct import_work *w = &run->work;
	const char **cells = NULL;
	int r;

	arena_release(&run->arena);
	memset(w, 0, sizeof *w);
	w->row.row = row->number;
	w->row.status = IMPORT_NEW;
	w->row.fault = w->fault;
	w->row.entry = w->row.name = "";
	r = read_cells(run, row, &cells, err);
	if (r == 0)
		r = import_meet(run, cells, err);
	if (r == 0)
		r = merge(run, cells, err);
	if (r < 0)
		return r;
	(void)value_check_entry(run->def, w->value, complain, run);
	r = import_check_unique(run, err);
	if (r == 0)
		r = list_changes(run, err);
	if (r < 0)
		return r;
	w->row.entry = w->before.id;
	w->row.name = w->value[run->def->name_field];
	w->row.value = w->value;
	decide(run);
	return arena_failed(&run->arena) ? err_nomem(err) : 0;
}
