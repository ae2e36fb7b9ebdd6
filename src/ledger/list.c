/* Lists: what a page asks for, in terms of the projection table. */
#include <stdio.h>
#include <string.h>

#include "ledger/scope.h"

#define FILTERS_MAX 32

struct plan {
	struct table_filter filter[FILTERS_MAX + 2];
	struct scope_filters scope;
	struct table_query query;
	bool recheck; /* a find of the search must be looked at again (scope_found) */
};

static int bad_field(const struct ledger_def *def, struct err *err)
{
	return err_set(
		err, ERR_INVALID,
		"「%"
		"s」にない項目で絞り込みか並べ替えをしようとしました。一覧を開き直してください。",
		def->title.ja);
}

/* Sealed values can only be met exactly: their columns hold tags. */
static int plan_filter(const struct ledgers *l, const struct ledger_def *def,
		       const struct sight *sight, const struct list_filter *in, struct arena *arena, struct table_filter *out,
		       struct err *err)
{
	const struct field_def *f;

	*out = (struct table_filter){ TABLE_STATE, in->op, in->value };
	if (in->field == LIST_BEHALF)
		out->column = TABLE_BEHALF;
	if (in->field == LIST_STATE || in->field == LIST_BEHALF)
		return 0;
	if (in->field < 0 || (size_t)in->field >= def->field_count ||
	    (sight && !sight_field(sight, in->field)))
		return bad_field(def, err);
	f = &def->field[in->field];
	out->column = f->id;
	if (in->op == TABLE_EMPTY || in->op == TABLE_FILLED)
		return 0;
	if (field_sealed(f) && in->op != TABLE_EQ && in->op != TABLE_NE)
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」は暗号化されているため、同じ値かどうかでしか絞り込めません。",
			f->label.ja);
	out->value = projection_value(l, def, in->field, in->value ? in->value : "", arena);
	if (!out->value)
		return err_nomem(err);
	if (!*out->value && (in->op == TABLE_EQ || in->op == TABLE_NE)) {
		out->op = in->op == TABLE_EQ ? TABLE_EMPTY : TABLE_FILLED;
		out->value = NULL;
	}
	return 0;
}

static int plan_sort(const struct ledger_def *def, const struct list_query *q,
		     struct table_query *out, struct err *err)
{
	int field = q->sort;

	out->descending = q->descending;
	out->sort = TABLE_SEQ;
	if (field == -2)
		return 0;
	if (field == -1) {
		if (def->sort_count == 0)
			return 0;
		field = def->sort[0].field;
		out->descending = def->sort[0].descending;
	}
	/* The order of a hidden field would tell about it. */
	if (q->sight && !sight_field(q->sight, field))
		return q->sort == -1 ? 0 : bad_field(def, err);
	if (field < 0 || (size_t)field >= def->field_count)
		return bad_field(def, err);
	if (!field_sealed(&def->field[field]))
		out->sort = def->field[field].id;
	else if (q->sort >= 0)
		return err_field(err, ERR_INVALID, def->field[field].name,
				 "「%s」は暗号化されているため、並べ替えに使えません。",
				 def->field[field].label.ja);
	return 0;
}

static int plan_make(const struct ledgers *l, const struct list_query *q, struct arena *arena,
		     struct plan *ret, struct err *err)
{
	bool state_asked = false;
	size_t i;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	if (q->filter_count > FILTERS_MAX)
		return err_set(err, ERR_LIMIT,
			       "絞り込みの条件が多すぎます。%d個までにしてください。", FILTERS_MAX);
	for (i = 0; i < q->filter_count && r >= 0; i++) {
		r = plan_filter(l, q->def, q->sight, &q->filter[i], arena, &ret->filter[i], err);
		state_asked |= q->filter[i].field == -1 && q->filter[i].op == TABLE_EQ;
	}
	if (r < 0)
		return r;
	ret->query.filter_count = q->filter_count;
	if ((!q->with_voided && !state_asked) || (q->sight && !q->sight->all))
		ret->filter[ret->query.filter_count++] =
			(struct table_filter){ TABLE_STATE, TABLE_NE,
					       entry_state_name(STATE_VOIDED) };
	if (q->after > 0) {
		char *text = arena_printf(arena, "%lld", (long long)q->after);

		if (!text)
			return err_nomem(err);
		ret->filter[ret->query.filter_count++] =
			(struct table_filter){ TABLE_SEQ, TABLE_GT, text };
	}
	ret->query.filter = ret->filter;
	if (q->sight) {
		r = scope_filters(l, q->sight, arena, &ret->scope, err);
		ret->query.any = ret->scope.any;
		ret->query.any_count = ret->scope.count;
		ret->recheck = q->search && *q->search && scope_searches(q->sight);
	}
	if (r < 0)
		return r;
	ret->query.search = q->search;
	ret->query.limit = q->limit;
	ret->query.offset = q->offset;
	return plan_sort(q->def, q, &ret->query, err);
}

struct each {
	struct ledgers *l;
	struct conn *c;
	const struct list_query *q;
	struct arena arena; /* of one row */
	bool recheck;
	int64_t skip, left; /* with recheck: of the page still to come */
	int (*row)(void *arg, const struct list_row *r, struct err *err);
	void *arg;
};

/* True for a row that belongs to the page. */
static int row_wanted(struct each *e, const char **value, bool *ret, struct err *err)
{
	int r = 0;

	*ret = true;
	if (e->q->sight)
		scope_hide(e->q->sight, value);
	if (e->recheck)
		r = scope_found(e->l, e->c, e->q->def, e->q->search, value, &e->arena, ret, err);
	if (r < 0 || !*ret || !e->recheck)
		return r;
	*ret = e->skip <= 0 && e->left > 0;
	if (e->skip > 0)
		e->skip--;
	else if (e->left > 0)
		e->left--;
	return 0;
}

static int each_row(void *arg, const struct table_row *r, struct err *err)
{
	struct each *e = arg;
	const struct ledger_def *def = e->q->def;
	const char *value[TABLE_COLUMNS_MAX];
	struct list_row out = { .id = r->entry,
				.rev = r->rev,
				.seq = r->seq,
				.at_us = r->at_us,
				.actor = r->actor ? r->actor : "",
				.behalf = r->behalf ? r->behalf : "",
				.value = value };
	int state = entry_state_parse(r->state), ret;
	bool wanted = false;
	size_t i;

	if (state < 0)
		return err_set(
			err, ERR_CORRUPT,
			"台帳「%"
			"s」の一覧に知らない状態があります。「改ざん検査」を行ってください。",
			def->title.ja);
	out.state = (enum entry_state)state;
	for (i = 0; i < def->field_count; i++)
		value[i] = projection_stored(&def->field[i], r->value[i], &e->arena);
	ret = arena_failed(&e->arena) ? err_nomem(err) : row_wanted(e, value, &wanted, err);
	if (ret >= 0 && wanted)
		ret = e->row(e->arg, &out, err);
	if (e->arena.used)
		arena_release(&e->arena);
	return ret;
}

/* All finds are looked at, one after the other: the page cannot be cut before that. */
static void recheck_begin(struct each *e, struct table_query *q)
{
	e->recheck = true;
	e->skip = q->offset;
	e->left = q->limit > 0 ? q->limit : INT64_MAX;
	q->offset = 0;
	q->limit = 0;
}

int list_each(struct ledgers *l, struct conn *c, const struct list_query *q,
	      int (*row)(void *arg, const struct list_row *r, struct err *err), void *arg,
	      struct err *err)
{
	struct each e = { .l = l, .c = c, .q = q, .row = row, .arg = arg };
	const struct projection *p = projection_of(l, q->def);
	struct arena arena;
	struct plan plan;
	int r;

	arena_init(&arena, 0);
	arena_init(&e.arena, 0);
	r = plan_make(l, q, &arena, &plan, err);
	if (r >= 0 && plan.recheck)
		recheck_begin(&e, &plan.query);
	/* A single row is looked for by its key, what follows a leaf by its number; all rows
	 * need no page. */
	if (r >= 0 && plan.query.limit > 1 && q->after == 0)
		r = table_page(c, &p->table, p->sets, &plan.query, each_row, &e, err);
	else if (r >= 0)
		r = table_query(c, &p->table, &plan.query, each_row, &e, err);
	arena_release(&e.arena);
	arena_release(&arena);
	return r < 0 ? r : 0;
}

static int count_row(void *arg, const struct list_row *r, struct err *err)
{
	(void)r;
	(void)err;
	++*(int64_t *)arg;
	return 0;
}

/* Counts what a search finds in the visible fields alone. */
static int count_found(struct ledgers *l, struct conn *c, const struct list_query *q, int64_t cap,
		       int64_t *ret, struct err *err)
{
	struct list_query all = *q;

	all.limit = cap;
	all.offset = 0;
	*ret = 0;
	return list_each(l, c, &all, count_row, ret, err);
}

int list_count(struct ledgers *l, struct conn *c, const struct list_query *q, int64_t cap,
	       int64_t *ret, struct err *err)
{
	const struct projection *p = projection_of(l, q->def);
	struct arena arena;
	struct plan plan;
	int r;

	arena_init(&arena, 0);
	r = plan_make(l, q, &arena, &plan, err);
	if (r >= 0 && plan.recheck)
		r = count_found(l, c, q, cap, ret, err);
	else if (r >= 0 && cap == 1)
		r = table_count(c, &p->table, &plan.query, cap, ret, err);
	else if (r >= 0)
		r = table_total(c, &p->table, p->sets, &plan.query, ret, err);
	arena_release(&arena);
	if (r >= 0 && cap > 0 && *ret > cap)
		*ret = cap;
	return r < 0 ? r : 0;
}

static int find_id(void *arg, const struct list_row *r, struct err *err)
{
	(void)err;
	snprintf(arg, ID_SIZE, "%s", r->id);
	return 0;
}

int list_find(struct ledgers *l, struct conn *c, const struct ledger_def *def, int field,
	      const char *stored, char ret_id[ID_SIZE], struct err *err)
{
	struct list_filter by = { field, TABLE_EQ, stored };
	struct list_query q = {
		.def = def, .filter = &by, .filter_count = 1, .sort = -2, .limit = 1
	};
	int r;

	ret_id[0] = '\0';
	r = list_each(l, c, &q, find_id, ret_id, err);
	if (r < 0 || *ret_id)
		return r;
	return err_set(err, ERR_NOT_FOUND, "「%s」の「%s」が「%s」の記録はありません。",
		       def->title.ja, def->field[field].label.ja,
		       field_sealed(&def->field[field]) ? "その値" : stored);
}
