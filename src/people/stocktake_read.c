/* Reading stock-takes: which there are, their lines, progress per department. */
#include "people/stocktake_read.h"

#include <stdlib.h>
#include <string.h>

#include "people/fields.h"

static const struct {
	const char *name, *label;
} decisions[] = {
	{ "", "未決定" },	  { "continue", "継続" },    { "stop", "停止" },
	{ "change", "権限変更" }, { "owner", "所有者確認" },
};

const char *decision_name(enum decision d)
{
	return decisions[d].name;
}

const char *decision_label(enum decision d)
{
	return decisions[d].label;
}

int decision_parse(const char *name)
{
	int d;

	for (d = 0; d < DECISION_MAX; d++)
		if (strcmp(decisions[d].name, name) == 0)
			return d;
	return -1;
}

bool decision_to_do(enum decision d)
{
	return d == DECISION_STOP || d == DECISION_CHANGE || d == DECISION_OWNER;
}

bool stocktake_sees_all(const struct actor *who)
{
	return who->role != ROLE_STAFF;
}

int stocktake_must_be_open(const struct stocktake *t, struct err *err)
{
	if (!t->closed)
		return 0;
	return err_set(err, ERR_INVALID, "「%s」はもう終わっています。判断は変えられません",
		       t->title);
}

/* --- all of them ---------------------------------------------------------------------- */

struct gathering {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct stocktake *item;
	size_t count, alloc;
};

/* Who approved is in the history, not in the content. */
static int fill_approval(struct gathering *g, struct stocktake *t, const char *actor, int64_t at,
			 struct err *err)
{
	t->approved_by = "";
	if (t->state != STATE_APPROVED)
		return 0;
	t->approved_by = account_name(g->c, actor, g->arena);
	t->approved_us = at;
	return t->approved_by ? 0 : err_nomem(err);
}

static int gather(void *arg, const struct list_row *row, struct err *err)
{
	struct gathering *g = arg;
	struct stocktake *t;
	const struct ledger_def *def = g->def;
	size_t i;
	static const char *const texts[] = { "title",	  "opened_on", "due_on",
					     "systems",	  "closed_on", "report",
					     "opened_by", "closed_by", "previous" };
	const char *copy[sizeof texts / sizeof texts[0]];

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "棚卸しが多すぎます（%zu件まで）", g->alloc);
	t = &g->item[g->count++];
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		copy[i] = arena_strdup(g->arena, field_text(def, row->value, texts[i]));
	if (arena_failed(g->arena))
		return err_nomem(err);
	*t = (struct stocktake){ .rev = row->rev,
				 .state = row->state,
				 .title = copy[0],
				 .opened_on = copy[1],
				 .due_on = copy[2],
				 .systems = copy[3],
				 .closed_on = copy[4],
				 .report = copy[5],
				 .opened_by = copy[6],
				 .closed_by = copy[7],
				 .previous = copy[8] };
	t->unused_days = (int)strtol(field_text(def, row->value, "unused_days"), NULL, 10);
	t->closed = strcmp(field_text(def, row->value, "status"), "closed") == 0;
	memcpy(t->id, row->id, strlen(row->id) + 1);
	return fill_approval(g, t, row->actor, row->at_us, err);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(((const struct stocktake *)b)->id, ((const struct stocktake *)a)->id);
}

int stocktake_list(struct ledgers *l, struct conn *c, struct arena *arena, struct stocktake **ret,
		   size_t *ret_count, struct err *err)
{
	struct gathering g = { .l = l, .c = c, .arena = arena };
	struct list_query q = { .sort = -1, .limit = INT64_MAX };
	int64_t total;
	size_t i;
	int r = ledgers_find(l, "stocktakes", &g.def, err);

	q.def = g.def;
	if (r == 0)
		r = list_count(l, c, &q, 0, &total, err);
	if (r < 0)
		return r;
	g.alloc = (size_t)total;
	g.item = arena_calloc(arena, g.alloc + 1, sizeof *g.item);
	r = g.item ? list_each(l, c, &q, gather, &g, err) : err_nomem(err);
	if (r < 0)
		return r;
	qsort(g.item, g.count, sizeof *g.item, newest_first);
	for (i = 0; i < g.count; i++)
		g.item[i].number = (int)(g.count - i);
	*ret = g.item;
	*ret_count = g.count;
	return 0;
}

/* One answer for what is not there and what is not shown. */
static int not_there(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "その棚卸しはありません。一覧から選んでください");
}

int stocktake_find(struct ledgers *l, struct conn *c, const char *which, struct arena *arena,
		   struct stocktake *ret, struct err *err)
{
	struct stocktake *all;
	size_t count, i;
	char *end;
	long number = strtol(which, &end, 10);
	int r = stocktake_list(l, c, arena, &all, &count, err);

	if (r < 0)
		return r;
	for (i = 0; i < count; i++)
		if (!*which || strcmp(all[i].id, which) == 0 ||
		    (!*end && number == all[i].number)) {
			*ret = all[i];
			return 0;
		}
	return count ? not_there(err)
		     : err_set(err, ERR_NOT_FOUND,
			       "棚卸しがまだありません。先に棚卸しを始めてください");
}

/* --- lines ------------------------------------------------------------------------------ */

struct line_gathering {
	const struct ledger_def *def;
	struct arena *arena;
	struct stocktake_line *line;
	size_t count, alloc;
};

static int grow(struct line_gathering *g, struct err *err)
{
	size_t alloc = g->alloc ? g->alloc * 2 : 512;
	struct stocktake_line *more;

	if (g->count < g->alloc)
		return 0;
	more = arena_calloc(g->arena, alloc, sizeof *more);
	if (!more)
		return err_nomem(err);
	if (g->count)
		memcpy(more, g->line, g->count * sizeof *more);
	g->line = more;
	g->alloc = alloc;
	return 0;
}

static const char *copied(struct line_gathering *g, const struct list_row *row, const char *field)
{
	return arena_strdup(g->arena, field_text(g->def, row->value, field));
}

static int gather_line(void *arg, const struct list_row *row, struct err *err)
{
	struct line_gathering *g = arg;
	struct stocktake_line *n;
	int r = grow(g, err), d;

	if (r < 0)
		return r;
	n = &g->line[g->count++];
	*n = (struct stocktake_line){
		.rev = row->rev,
		.system = copied(g, row, "system"),
		.account = copied(g, row, "account"),
		.account_name = copied(g, row, "account_name"),
		.person_name = copied(g, row, "person_name"),
		.staff_no = copied(g, row, "staff_no"),
		.department = copied(g, row, "department"),
		.facts = copied(g, row, "facts"),
		.detail = copied(g, row, "detail"),
		.head = copied(g, row, "head"),
		.decided_by = copied(g, row, "decided_by"),
		.decided_on = copied(g, row, "decided_on"),
		.decided_name = copied(g, row, "decided_name"),
		.comment = copied(g, row, "comment"),
		.done_on = copied(g, row, "done_on"),
		.done_evidence = copied(g, row, "done_evidence"),
		.on_paper = strcmp(field_text(g->def, row->value, "on_paper"), "1") == 0,
		.findings = findings_parse(field_text(g->def, row->value, "findings")),
	};
	d = decision_parse(field_text(g->def, row->value, "decision"));
	n->decision = d < 0 ? DECISION_NONE : (enum decision)d;
	memcpy(n->id, row->id, strlen(row->id) + 1);
	return arena_failed(g->arena) ? err_nomem(err) : 0;
}

int stocktake_lines(struct ledgers *l, struct conn *c, const struct stocktake *t,
		    struct arena *arena, struct stocktake_line **ret, size_t *ret_count,
		    struct err *err)
{
	struct line_gathering g = { .arena = arena };
	struct list_filter of_this = { .op = TABLE_EQ, .value = t->id };
	struct list_query q = {
		.filter = &of_this, .filter_count = 1, .sort = -1, .limit = INT64_MAX
	};
	int r = ledgers_find(l, "stocktake_lines", &g.def, err);

	if (r < 0)
		return r;
	q.def = g.def;
	of_this.field = ledger_field(g.def, "stocktake");
	r = list_each(l, c, &q, gather_line, &g, err);
	*ret = g.line;
	*ret_count = g.count;
	return r;
}

void stocktake_count(const struct stocktake_line *line, size_t count, struct stocktake_totals *ret)
{
	size_t i;
	int f;

	memset(ret, 0, sizeof *ret);
	ret->lines = (int64_t)count;
	for (i = 0; i < count; i++) {
		for (f = 0; f < FINDING_MAX; f++)
			ret->finding[f] += line[i].findings >> f & 1U;
		ret->decision[line[i].decision]++;
		ret->undecided += line[i].decision == DECISION_NONE;
		if (decision_to_do(line[i].decision)) {
			ret->todo += !*line[i].done_on;
			ret->done += *line[i].done_on != '\0';
		}
	}
}

/* --- the whole ---------------------------------------------------------------------------- */

/* Departments together, those without one last; findings that weigh most first. */
static int by_department(const void *a, const void *b)
{
	const struct stocktake_line *x = a, *y = b;
	unsigned fx = x->findings ? (unsigned)__builtin_ctz(x->findings) : FINDING_MAX;
	unsigned fy = y->findings ? (unsigned)__builtin_ctz(y->findings) : FINDING_MAX;
	int order;

	if (!*x->department != !*y->department)
		return !*x->department - !*y->department;
	order = strcmp(x->department, y->department);
	if (order)
		return order;
	if (fx != fy)
		return fx < fy ? -1 : 1;
	order = strcmp(x->system, y->system);
	return order ? order : strcmp(x->account_name, y->account_name);
}

static int fill_parts(struct conn *c, struct arena *arena, struct stocktake_view *v,
		      struct err *err)
{
	struct stocktake_part *part = NULL;
	size_t i;

	v->part = arena_calloc(arena, v->line_count + 1, sizeof *v->part);
	if (!v->part)
		return err_nomem(err);
	for (i = 0; i < v->line_count; i++) {
		const struct stocktake_line *n = &v->line[i];

		if (!part || strcmp(part->department, n->department) != 0) {
			part = &v->part[v->part_count++];
			part->department = n->department;
			part->head = part->head_name = "";
		}
		if (!*part->head && *n->head) {
			part->head = n->head;
			part->head_name = account_name(c, n->head, arena);
		}
		part->lines++;
		part->decided += n->decision != DECISION_NONE;
		part->plain += n->decision == DECISION_NONE && !n->findings;
	}
	return 0;
}

/* Somebody of the staff sees what they decide, nothing else. */
static void keep_own(struct stocktake_view *v, const struct actor *who)
{
	size_t i, n = 0;

	if (stocktake_sees_all(who))
		return;
	for (i = 0; i < v->line_count; i++)
		if (strcmp(v->line[i].head, who->account) == 0)
			v->line[n++] = v->line[i];
	v->line_count = n;
}

static int fill_before(struct ledgers *l, struct conn *c, struct arena *arena,
		       struct stocktake_view *v, struct err *err)
{
	struct stocktake_line *lines;
	size_t count;
	int r;

	if (!*v->take.previous)
		return 0;
	r = stocktake_find(l, c, v->take.previous, arena, &v->before, err);
	if (r == 0)
		r = stocktake_lines(l, c, &v->before, arena, &lines, &count, err);
	if (r == 0)
		stocktake_count(lines, count, &v->before_totals);
	return r;
}

int stocktake_view(struct ledgers *l, struct conn *c, const struct actor *who, const char *which,
		   struct arena *arena, struct stocktake_view *ret, struct err *err)
{
	int r = permit(who, PERM_STOCKTAKE_SEE, NULL, err);

	memset(ret, 0, sizeof *ret);
	if (r == 0)
		r = stocktake_find(l, c, which, arena, &ret->take, err);
	if (r == 0)
		r = stocktake_lines(l, c, &ret->take, arena, &ret->line, &ret->line_count, err);
	if (r < 0)
		return r;
	keep_own(ret, who);
	if (!stocktake_sees_all(who) && !ret->line_count)
		return not_there(err);
	if (ret->line_count)
		qsort(ret->line, ret->line_count, sizeof *ret->line, by_department);
	stocktake_count(ret->line, ret->line_count, &ret->totals);
	r = fill_parts(c, arena, ret, err);
	if (r == 0 && stocktake_sees_all(who))
		r = fill_before(l, c, arena, ret, err);
	return r;
}

/* --- what waits ------------------------------------------------------------------------------ */

static int count_waiting(struct ledgers *l, struct conn *c, const struct stocktake *t,
			 const char *head, int64_t *ret, struct err *err)
{
	const struct ledger_def *def;
	struct list_filter filters[] = {
		{ .op = TABLE_EQ, .value = t->id },
		{ .op = TABLE_EMPTY, .value = "" },
		{ .op = *head ? TABLE_EQ : TABLE_EMPTY, .value = head },
	};
	struct list_query q = { .filter = filters, .filter_count = 3, .sort = -1 };
	int64_t n = 0;
	int r = ledgers_find(l, "stocktake_lines", &def, err);

	if (r < 0)
		return r;
	q.def = def;
	filters[0].field = ledger_field(def, "stocktake");
	filters[1].field = ledger_field(def, "decision");
	filters[2].field = ledger_field(def, "head");
	r = list_count(l, c, &q, 100000, &n, err);
	*ret += n;
	return r;
}

int stocktake_waiting(struct ledgers *l, struct conn *c, const struct actor *who,
		      struct arena *arena, int64_t *ret_lines, int64_t *ret_approvals,
		      struct err *err)
{
	struct stocktake *list;
	size_t count, i;
	int r = stocktake_list(l, c, arena, &list, &count, err);

	*ret_lines = *ret_approvals = 0;
	for (i = 0; r == 0 && i < count; i++) {
		const struct stocktake *t = &list[i];

		if (t->closed) {
			*ret_approvals += !*t->approved_by &&
					  permit(who, PERM_ROUND_APPROVE, NULL, NULL) == 0;
			continue;
		}
		r = count_waiting(l, c, t, who->account, ret_lines, err);
		if (r == 0 && who->role == ROLE_PLANNER)
			r = count_waiting(l, c, t, "", ret_lines, err);
	}
	return r;
}
