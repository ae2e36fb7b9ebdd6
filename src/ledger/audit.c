/* Comparing the projection tables with the revisions they are made from. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ledger/content.h"
#include "ledger/newest.h"

struct audit {
	struct ledgers *l;
	struct conn *c;
	const struct projection *p;
	struct newest_list list; /* of this ledger */
	size_t next;		 /* in the list */
	struct arena arena;	 /* of one row */
	struct buf search;
	void (*found)(void *arg, const char *text);
	void *arg;
};

__attribute__((format(printf, 2, 3))) static void report(const struct audit *a, const char *fmt,
							 ...)
{
	char what[512], text[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	snprintf(text, sizeof text, "台帳「%s」: %s", a->p->def->title.ja, what);
	a->found(a->arg, text);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The label of the first thing in which a row differs from its revision, or NULL. */
static const char *difference(struct audit *a, const struct entry *e, const struct table_row *r,
			      struct err *err)
{
	const struct ledger_def *def = a->p->def;
	size_t i;

	if (e->rev != r->rev || e->seq != r->seq)
		return "版";
	if (e->at_us != r->at_us)
		return "日時";
	if (!same(entry_state_name(e->state), r->state))
		return "状態";
	if (!same(e->actor, r->actor) || !same(e->behalf, r->behalf))
		return "入力者";
	for (i = 0; i < def->field_count; i++)
		if (!same(projection_value(a->l, def, (int)i, e->value[i], &a->arena), r->value[i]))
			return def->field[i].label.ja;
	if (!r->search)
		return NULL;
	buf_clear(&a->search);
	projection_search_own(def, e->value, &a->arena, &a->search);
	if (projection_search_names(a->l, a->c, def, e->value, &a->arena, &a->search, err) < 0)
		return "検索用の索引";
	return same(a->search.data, r->search) ? NULL : "検索用の索引";
}

static void compare(struct audit *a, const struct newest *n, const struct table_row *r)
{
	struct entry e;
	struct err why;
	const char *what;

	if (content_read(a->c, a->p->def, n->seq, &a->arena, &e, &why) < 0) {
		report(a, "受付番号%lldの記録が読み取れません。%s", (long long)n->seq, why.text);
	} else {
		what = difference(a, &e, r, NULL);
		if (what)
			report(a, "記録%sの「%s」が、受付番号%lldの内容と違います。", r->entry,
			       what, (long long)n->seq);
	}
	arena_release(&a->arena);
}

static void report_missing(struct audit *a, const struct newest *n)
{
	report(a, "記録%s（受付番号%lld）が一覧から消されています。", n->entry, (long long)n->seq);
}

/* Rows come in the order of their entries, as the noted revisions do. */
static int audit_row(void *arg, const struct table_row *r, struct err *err)
{
	struct audit *a = arg;

	(void)err;
	while (a->next < a->list.count && strcmp(a->list.item[a->next].entry, r->entry) < 0)
		report_missing(a, &a->list.item[a->next++]);
	if (a->next < a->list.count && strcmp(a->list.item[a->next].entry, r->entry) == 0)
		compare(a, &a->list.item[a->next++], r);
	else
		report(a, "記録%sは、登録した跡がないのに一覧にあります。", r->entry);
	return 0;
}

/* What is found must be what the rows say, too. */
static int audit_index(struct audit *a, struct err *err)
{
	struct err why;
	int r = table_check_search(a->c, &a->p->table, &why);

	if (r == ERR_CORRUPT) {
		report(a, "%s", why.text);
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

static int audit_ledger(struct audit *a, struct err *err)
{
	struct table_query q = { .sort = TABLE_ENTRY, .limit = -1 };
	int r;

	if (a->p->stale) {
		report(a, "一覧が古い定義で作られています。一度 daicho serve "
			  "で開くと作り直されます。");
		return 0;
	}
	a->next = 0;
	r = newest_collect(a->c, a->p->def, &a->list, err);
	if (r >= 0)
		r = table_query(a->c, &a->p->table, &q, audit_row, a, err);
	while (r >= 0 && a->next < a->list.count)
		report_missing(a, &a->list.item[a->next++]);
	return r < 0 ? r : audit_index(a, err);
}

struct wanted {
	const char *name;
	bool found;
};

static int match_table(void *arg, const char *table, struct err *err)
{
	struct wanted *w = arg;

	(void)err;
	w->found |= strcmp(w->name, table) == 0;
	return 0;
}

/* Each noted shape belongs to a table; a definition taken out of content/ leaves both. */
static int audit_shapes(struct audit *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(a->c, STMT_PROJECTION_ALL, &st, err);

	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		struct wanted w = { col_text(st, 0), false };
		char text[200];

		r = table_list(a->c, match_table, &w, err);
		if (r < 0 || w.found)
			continue;
		snprintf(text, sizeof text,
			 "一覧表の控えに、この台帳にはない「%.60s」が差し込まれています。", w.name);
		a->found(a->arg, text);
	}
	return r;
}

int ledgers_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		  void *arg, struct err *err)
{
	struct audit a = { .l = l, .c = c, .found = found, .arg = arg };
	size_t i;
	int r = 0;

	arena_init(&a.arena, 0);
	buf_init(&a.search, 0);
	for (i = 0; i < l->count && r >= 0; i++) {
		a.p = &l->item[i];
		r = audit_ledger(&a, err);
	}
	if (r >= 0)
		r = audit_shapes(&a, err);
	buf_release(&a.search);
	arena_release(&a.arena);
	newest_release(&a.list);
	return r < 0 ? r : 0;
}
