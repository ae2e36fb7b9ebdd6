#include "page/ledger_query.h"

#include <stdlib.h>
#include <string.h>

#include "define/value.h"
#include "web/html.h"

static int add_filter(struct ledger_query *q, int field, enum table_op op, const char *value,
		      struct err *err)
{
	if (q->list.filter_count == LIST_FILTERS_MAX)
		return err_set(err, ERR_LIMIT,
			       "絞り込みの条件が多すぎます。条件を減らしてください");
	q->filter[q->list.filter_count++] = (struct list_filter){ field, op, value };
	return 0;
}

/* One typed value of a filter, normalised as the stored values are. */
static int add_typed(struct request *req, struct ledger_query *q, int field, enum table_op op,
		     const char *typed, struct err *err)
{
	const char *stored;
	int r;

	if (!typed || !*typed)
		return 0;
	if (op == TABLE_EQ && strcmp(typed, LIST_EMPTY) == 0)
		return add_filter(q, field, TABLE_EMPTY, NULL, err);
	r = value_parse(&q->list.def->field[field], typed, req_arena(req), &stored, err);
	return r < 0 ? r : *stored ? add_filter(q, field, op, stored, err) : 0;
}

static int read_filter(struct request *req, struct ledger_query *q, int field, struct err *err)
{
	const struct field_def *f = &q->list.def->field[field];
	char *name = arena_printf(req_arena(req), "f-%s", f->name);
	char *from = arena_printf(req_arena(req), "f-%s-from", f->name);
	char *to = arena_printf(req_arena(req), "f-%s-to", f->name);
	int r;

	if (!name || !from || !to)
		return err_nomem(err);
	r = add_typed(req, q, field, TABLE_EQ, req_query(req, name), err);
	if (r == 0)
		r = add_typed(req, q, field, TABLE_GE, req_query(req, from), err);
	return r < 0 ? r : add_typed(req, q, field, TABLE_LE, req_query(req, to), err);
}

/* A hidden field is no column: asking for it is answered as for one that does not exist. */
static bool is_list_column(const struct list_query *q, int field)
{
	return sight_field(q->sight, field) && q->def->field[field].class != CLASS_PATIENT &&
	       q->def->field[field].class != CLASS_SECRET;
}

static int read_sort(struct request *req, struct ledger_query *q, struct err *err)
{
	const char *sort = req_query(req, "sort"), *dir = req_query(req, "dir");

	q->list.sort = -1;
	q->list.descending = dir && strcmp(dir, "desc") == 0;
	if (!sort || !*sort)
		return 0;
	if (strcmp(sort, "changed") == 0) {
		q->list.sort = -2;
		return 0;
	}
	q->list.sort = ledger_field(q->list.def, sort);
	if (!is_list_column(&q->list, q->list.sort))
		return err_set(err, ERR_INVALID,
			       "その列では並べ替えられません。見出しの並べ替えから選んでください");
	return 0;
}

int ledger_query_read(struct request *req, const struct ledger_def *def, struct ledger_query *ret,
		      struct err *err)
{
	const char *state = req_query(req, "state");
	size_t i;
	int r;

	memset(ret, 0, sizeof *ret);
	ret->list.def = def;
	ret->list.sight = visit_sight(req, def);
	ret->list.filter = ret->filter;
	ret->search = req_query(req, "q");
	ret->list.search = ret->search && *ret->search ? ret->search : NULL;
	ret->list.with_voided = req_query(req, "voided") != NULL;
	r = read_sort(req, ret, err);
	for (i = 0; r == 0 && i < def->filter_count; i++)
		if (sight_field(ret->list.sight, def->filter[i]))
			r = read_filter(req, ret, def->filter[i], err);
	if (r == 0 && state && *state) {
		if (entry_state_parse(state) < 0)
			return err_set(err, ERR_INVALID, "その状態はありません");
		ret->list.with_voided |= strcmp(state, "voided") == 0;
		r = add_filter(ret, -1, TABLE_EQ, state, err);
	}
	if (r == 0)
		r = req_query_int(req, "page", 1, 20000, 1, &ret->page, err);
	if (r < 0)
		return r;
	ret->list.limit = LIST_PAGE_SIZE;
	ret->list.offset = (ret->page - 1) * LIST_PAGE_SIZE;
	return 0;
}

char *ledger_query_path(struct request *req, const char *base, const char *name, const char *value)
{
	struct arena *a = req_arena(req);
	char *path = arena_strdup(a, base);
	const char *n, *v;
	size_t i;

	for (i = 0; path && req_query_at(req, i, &n, &v); i++)
		if (*v && strcmp(n, name) != 0 && strcmp(n, "page") != 0 && strcmp(n, "done") != 0)
			path = html_path_add(a, path, n, v);
	return path && value ? html_path_add(a, path, name, value) : path;
}

/* The value of a choice as the list shows it. */
static const char *value_label(const struct field_def *f, const char *value)
{
	size_t i;

	if (strcmp(value, LIST_EMPTY) == 0)
		return "未記入";
	if (f->type == FIELD_BOOL)
		return strcmp(value, "1") == 0 ? "はい" : "いいえ";
	for (i = 0; f->type == FIELD_ENUM && i < f->enum_def->count; i++)
		if (strcmp(f->enum_def->value[i].value, value) == 0)
			return f->enum_def->value[i].label.ja;
	return value;
}

/* f-<field>, f-<field>-from, f-<field>-to. */
static const char *field_condition(struct arena *a, const struct ledger_def *def, const char *name,
				   const char *value)
{
	static const char *const ends[][2] = { { "-from", "から" }, { "-to", "まで" } };
	int field = ledger_field(def, name);
	size_t i, len = strlen(name), tail;

	if (field >= 0)
		return arena_printf(a, "%s: %s", def->field[field].label.ja,
				    value_label(&def->field[field], value));
	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		tail = strlen(ends[i][0]);
		if (len <= tail || strcmp(name + len - tail, ends[i][0]) != 0)
			continue;
		field = ledger_field(def, arena_strndup(a, name, len - tail));
		if (field >= 0)
			return arena_printf(a, "%s: %s%s", def->field[field].label.ja, value,
					    ends[i][1]);
	}
	return NULL;
}

const char *ledger_condition(struct arena *a, const struct ledger_def *def, const char *name,
			     const char *value)
{
	static const char *const names[][2] = {
		{ "q", "検索" },   { "person", "利用者ID" }, { "from", "から" },   { "to", "まで" },
		{ "month", "月" }, { "department", "部署" }, { "format", "形式" },
	};
	int state = strcmp(name, "state") == 0 ? entry_state_parse(value) : -1;
	size_t i;

	if (def && strncmp(name, "f-", 2) == 0)
		return field_condition(a, def, name + 2, value);
	if (state >= 0)
		return arena_printf(a, "状態: %s", entry_state_label((enum entry_state)state));
	if (strcmp(name, "voided") == 0)
		return "取り消した件も";
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i][0]) == 0)
			return arena_printf(a, "%s: %s", names[i][1], value);
	return NULL;
}
