#include "people/hr.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "people/fields.h"
#include "people/hr_find.h"

#define TOUCH_DAYS 28 /* somebody unchanged gets a revision no more often */

static const struct {
	const char *name, *label;
} kinds[ROSTER_KIND_MAX] = {
	[ROSTER_NEW] = { "new", "入職" },
	[ROSTER_TRANSFER] = { "transfer", "異動" },
	[ROSTER_CHANGED] = { "changed", "変更" },
	[ROSTER_LEFT] = { "left", "退職" },
	[ROSTER_MISSING] = { "missing", "名簿にいない" },
	[ROSTER_UNCHANGED] = { "unchanged", "変更なし" },
	[ROSTER_ERROR] = { "error", "誤り" },
};

const char *roster_kind_name(enum roster_kind k)
{
	return (unsigned)k < ROSTER_KIND_MAX ? kinds[k].name : "";
}

const char *roster_kind_label(enum roster_kind k)
{
	return (unsigned)k < ROSTER_KIND_MAX ? kinds[k].label : "";
}

static struct roster_line *add_line(struct finding *f, struct err *err)
{
	struct roster *r = f->ret;
	size_t n = r->alloc ? r->alloc * 2 : 512;
	struct roster_line *more;

	if (r->count == r->alloc) {
		more = arena_calloc(f->arena, n, sizeof *more);
		if (!more) {
			(void)err_nomem(err);
			return NULL;
		}
		if (r->count)
			memcpy(more, r->line, r->count * sizeof *more);
		r->line = more;
		r->alloc = n;
	}
	return &r->line[r->count++];
}

static const char *text(const struct finding *f, const char *const *value, const char *name)
{
	return field_text(f->persons.def, value, name);
}

static void keep_faults(struct finding *f, struct roster_line *line, const struct import_row *r)
{
	struct import_fault *to = arena_calloc(f->arena, r->fault_count + 1, sizeof *to);
	size_t i;

	for (i = 0; to && i < r->fault_count; i++) {
		to[i].column = arena_strdup(f->arena, r->fault[i].column);
		to[i].value = arena_strdup(f->arena, r->fault[i].value);
		to[i].text = arena_strdup(f->arena, r->fault[i].text);
	}
	line->fault = to;
	line->fault_count = to ? r->fault_count : 0;
}

static void keep_changes(struct finding *f, struct roster_line *line, const struct import_row *r)
{
	struct roster_change *to = arena_calloc(f->arena, r->change_count + 1, sizeof *to);
	size_t i;

	for (i = 0; to && i < r->change_count; i++)
		to[i] = (struct roster_change){ r->change[i].field->name,
						r->change[i].field->label.ja,
						arena_strdup(f->arena, r->change[i].before),
						arena_strdup(f->arena, r->change[i].after) };
	line->change = to;
	line->change_count = to ? r->change_count : 0;
}

static bool changes(const struct roster_line *line, const char *field)
{
	size_t i;

	for (i = 0; i < line->change_count; i++)
		if (strcmp(line->change[i].field, field) == 0)
			return true;
	return false;
}

/* A move is a move from somewhere: filling in an empty department is none. */
static bool moved(const struct roster_line *line)
{
	size_t i;

	for (i = 0; i < line->change_count; i++) {
		const struct roster_change *ch = &line->change[i];

		if (*ch->before && *ch->after &&
		    (strcmp(ch->field, "department") == 0 || strcmp(ch->field, "site") == 0))
			return true;
	}
	return false;
}

static enum roster_kind kind_of(const struct finding *f, const struct roster_line *line,
				enum import_status status, const char *const *value)
{
	const char *left = text(f, value, "left_on");

	if (status == IMPORT_ERROR)
		return ROSTER_ERROR;
	if (status == IMPORT_NEW)
		return *left && strcmp(left, f->today) <= 0 ? ROSTER_LEFT : ROSTER_NEW;
	if (changes(line, "left_on") && *left)
		return ROSTER_LEFT;
	if (moved(line))
		return ROSTER_TRANSFER;
	return status == IMPORT_CHANGED ? ROSTER_CHANGED : ROSTER_UNCHANGED;
}

/* Who is on the list again has not left: what daicho itself had noted goes. */
static bool returns(struct finding *f, struct roster_line *line, const char **value)
{
	int missing = ledger_field(f->persons.def, "missing_on");
	int left = ledger_field(f->persons.def, "left_on");

	if (missing < 0 || !*value[missing])
		return false;
	value[missing] = "";
	if (left >= 0 && !changes(line, "left_on"))
		value[left] = "";
	return true;
}

/* Source and day of the sighting. True when they alone are worth a revision. */
static bool sight(struct finding *f, const char **value)
{
	int source = ledger_field(f->persons.def, "source");
	int seen = ledger_field(f->persons.def, "last_seen_in_source");
	bool worth;

	if (source < 0 || seen < 0)
		return false;
	/* The personnel list is the stronger of the two. */
	worth = !date_valid(value[seen]) || date_days_between(value[seen], f->today) >= TOUCH_DAYS;
	if (strcmp(f->options->source, "hr") == 0 || !*value[source] ||
	    strcmp(value[source], "hand") == 0) {
		worth = worth || strcmp(value[source], f->options->source) != 0;
		value[source] = f->options->source;
	}
	value[seen] = f->today;
	return worth;
}

/* Many personnel systems write the year 9999 for whoever has no day of leaving. */
static bool says_never(const struct finding *f, const struct import_row *r)
{
	const struct import_fault *only = r->fault_count == 1 ? &r->fault[0] : NULL;

	return only && f->left_column && strcmp(only->column, f->left_column) == 0 &&
	       strncmp(only->value, "9999", 4) == 0;
}

static enum import_status status_of(const struct finding *f, const struct import_row *r)
{
	if (r->status != IMPORT_ERROR || !says_never(f, r))
		return r->status;
	return !*r->entry ? IMPORT_NEW : r->change_count ? IMPORT_CHANGED : IMPORT_UNCHANGED;
}

static int take_row(void *arg, const struct import_row *r, struct err *err)
{
	struct finding *f = arg;
	struct roster_line *line = add_line(f, err);
	const struct person *person = *r->entry ? persons_find(&f->persons, r->entry) : NULL;
	const char **value;
	size_t i;
	bool again, worth;

	if (!line)
		return ERR_NOMEM;
	value = arena_calloc(f->arena, f->persons.def->field_count, sizeof *value);
	for (i = 0; value && i < f->persons.def->field_count; i++)
		value[i] = *r->value[i] ? arena_strdup(f->arena, r->value[i]) : "";
	if (!value)
		return err_nomem(err);
	line->row = r->row;
	snprintf(line->entry, sizeof line->entry, "%s", r->entry);
	line->rev = person ? person->rev : 0;
	if (status_of(f, r) == IMPORT_ERROR)
		keep_faults(f, line, r);
	keep_changes(f, line, r);
	again = returns(f, line, value);
	line->kind = kind_of(f, line, status_of(f, r), value);
	if (again && line->kind == ROSTER_UNCHANGED)
		line->kind = ROSTER_CHANGED;
	worth = sight(f, value);
	line->name = text(f, value, "name");
	line->number = text(f, value, "staff_no");
	line->department = text(f, value, "department");
	line->proposal.staff = line->entry;
	if (line->kind != ROSTER_ERROR && (line->kind != ROSTER_UNCHANGED || worth))
		line->value = value;
	if (person)
		f->met[person - f->persons.item] = true;
	else if (line->kind == ROSTER_ERROR)
		f->unknown_rows = true;
	finding_propose(f, line, person, value);
	return arena_failed(f->arena) ? err_nomem(err) : 0;
}

/* --- who is not on the list --------------------------------------------------------------- */

static bool expected(const struct finding *f, const struct person *p)
{
	const char *source = text(f, p->value, "source"), *left = text(f, p->value, "left_on");

	if (*left && strcmp(left, f->today) <= 0)
		return false;
	if (strcmp(source, f->options->source) == 0)
		return true;
	/* What was imported without saying from where came from the personnel list. */
	return !*source && strcmp(f->options->source, "hr") == 0;
}

static int take_missing(struct finding *f, const struct person *p, struct err *err)
{
	struct roster_line *line = add_line(f, err);
	const char **value = fields_copy(f->persons.def, p->value, f->arena);
	int missing = ledger_field(f->persons.def, "missing_on");

	if (!line || !value || missing < 0)
		return err_nomem(err);
	line->kind = ROSTER_MISSING;
	memcpy(line->entry, p->id, sizeof line->entry);
	line->rev = p->rev;
	line->name = text(f, value, "name");
	line->number = text(f, value, "staff_no");
	line->department = text(f, value, "department");
	line->proposal.staff = line->entry;
	if (!*value[missing]) {
		value[missing] = f->today;
		line->value = value;
	}
	finding_propose(f, line, p, value);
	return arena_failed(f->arena) ? err_nomem(err) : 0;
}

static int find_missing(struct finding *f, struct err *err)
{
	int64_t known = 0, missing = 0;
	size_t i;
	int r = 0;

	/* A faulty row may be anybody's. */
	if (f->options->partial || f->unknown_rows)
		return 0;
	for (i = 0; r == 0 && i < f->persons.count; i++) {
		if (!expected(f, &f->persons.item[i]))
			continue;
		known++;
		if (f->met[i])
			continue;
		missing++;
		r = take_missing(f, &f->persons.item[i], err);
	}
	f->ret->suspicious = missing >= 10 && missing * 2 > known;
	return r;
}

/* --- all of it ------------------------------------------------------------------------------ */

static void sum_up(struct roster *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		struct roster_line *line = &r->line[i];

		/* Lines moved while the list grew. */
		line->proposal.staff = line->entry;
		r->total[line->kind]++;
		r->proposals += line->proposes;
		r->writes += line->value != NULL;
	}
}

static void find_left_column(struct finding *f, const struct import_map *map)
{
	int left = ledger_field(f->persons.def, "left_on");
	size_t i;

	for (i = 0; i < map->column_count; i++)
		if (left >= 0 && map->field[i] == left)
			f->left_column = map->header[i];
}

static int compare(struct finding *f, struct ledgers *l, const struct actor *who, const char *path,
		   const struct import_map *map, struct err *err)
{
	struct import_totals totals;
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	/* Read before the list is, so that what others change meanwhile is a conflict. */
	r = persons_read(l, c, f->arena, &f->persons, err);
	if (r == 0)
		r = proposal_list(l, c, NULL, f->arena, &f->known, &f->known_count, err);
	store_read_end(c);
	f->first = f->persons.count == 0;
	f->met = arena_calloc(f->arena, f->persons.count + 1, sizeof *f->met);
	if (r == 0 && !f->met)
		r = err_nomem(err);
	if (r == 0)
		find_left_column(f, map);
	if (r == 0)
		r = import_plan(l, who, f->persons.def, path, map, take_row, f, &totals, err);
	return r < 0 ? r : find_missing(f, err);
}

int roster_compare(struct ledgers *l, const struct actor *who, const char *path,
		   const struct import_map *map, const struct roster_options *o,
		   struct arena *arena, struct roster *ret, struct err *err)
{
	struct finding f = { .options = o, .arena = arena, .ret = ret };
	char today[DATE_SIZE];
	int r;

	memset(ret, 0, sizeof *ret);
	date_today(today);
	f.today = arena_strdup(arena, today);
	if (!f.today)
		return err_nomem(err);
	r = compare(&f, l, who, path, map, err);
	if (r == 0)
		sum_up(ret);
	return r;
}
