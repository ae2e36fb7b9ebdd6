#include "people/leaver.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "people/fields.h"

static const struct {
	const char *name, *label;
} kinds[PROPOSAL_KIND_MAX] = {
	[PROPOSAL_LEAVE] = { "leave", "退職に合わせて止める" },
	[PROPOSAL_SUSPEND] = { "suspend", "ディレクトリに合わせて止める" },
	[PROPOSAL_REVIEW] = { "review", "異動に合わせて見直す" },
	[PROPOSAL_REQUEST] = { "request", "利用申請を出してもらう" },
	[PROPOSAL_LINK] = { "link", "職員と利用者IDを結び付ける" },
};

const char *proposal_kind_name(enum proposal_kind k)
{
	return (unsigned)k < PROPOSAL_KIND_MAX ? kinds[k].name : "";
}

const char *proposal_kind_label(enum proposal_kind k)
{
	return (unsigned)k < PROPOSAL_KIND_MAX ? kinds[k].label : "";
}

int proposal_kind_parse(const char *name)
{
	int k;

	for (k = 0; k < PROPOSAL_KIND_MAX; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return k;
	return -1;
}

int proposal_values(const struct ledger_def *def, const struct proposal *p, const char *batch,
		    struct arena *arena, const char ***ret, struct err *err)
{
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "title", p->title }, { "kind", proposal_kind_name(p->kind) },
		{ "staff", p->staff }, { "account", p->account },
		{ "due_on", p->due },  { "why", p->why },
		{ "status", "open" },  { "source_batch", batch },
	};
	const char **value = fields_new(def, arena);
	size_t i;
	int r = value ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = field_set(def, value, pairs[i].field, pairs[i].stored, err);
	*ret = value;
	return r;
}

/* --- reading ------------------------------------------------------------------------------ */

struct listing {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def, *imports;
	struct arena *arena;
	struct proposal *item;
	size_t count, alloc;
	const char *last_batch; /* rows of one list follow each other */
	bool last_undone;
};

static int batch_undone(struct listing *k, const char *batch, bool *ret, struct err *err)
{
	struct entry e;
	int r;

	*ret = false;
	if (!*batch)
		return 0;
	if (k->last_batch && strcmp(k->last_batch, batch) == 0) {
		*ret = k->last_undone;
		return 0;
	}
	r = entry_get(k->l, k->c, k->imports, batch, 0, k->arena, &e, err);
	if (r < 0)
		return r;
	k->last_undone = strcmp(field_text(k->imports, e.value, "undone"), "1") == 0;
	k->last_batch = arena_strdup(k->arena, batch);
	*ret = k->last_undone;
	return k->last_batch ? 0 : err_nomem(err);
}

static int read_proposal(struct listing *k, const char *const *value, struct proposal *p,
			 struct err *err)
{
	const struct {
		const char **to, *field;
	} pairs[] = {
		{ &p->title, "title" },
		{ &p->staff, "staff" },
		{ &p->account, "account" },
		{ &p->due, "due_on" },
		{ &p->why, "why" },
		{ &p->status, "status" },
		{ &p->decided_on, "decided_on" },
		{ &p->decided_by, "decided_by" },
		{ &p->decision, "decision" },
		{ &p->batch, "source_batch" },
	};
	struct account a;
	size_t i;
	int kind = proposal_kind_parse(field_text(k->def, value, "kind"));

	if (kind < 0)
		return err_set(err, ERR_CORRUPT, "提案の記録に知らない種類があります");
	p->kind = (enum proposal_kind)kind;
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		*pairs[i].to = arena_strdup(k->arena, field_text(k->def, value, pairs[i].field));
	p->login = "";
	if (p->account && *p->account && account_by_id(k->c, p->account, k->arena, &a, NULL) == 0)
		p->login = a.login;
	return arena_failed(k->arena) ? err_nomem(err) : 0;
}

static int keep_row(void *arg, const struct list_row *row, struct err *err)
{
	struct listing *k = arg;
	struct proposal *more;
	size_t n = k->alloc ? k->alloc * 2 : 64;
	bool undone;
	int r = batch_undone(k, field_text(k->def, row->value, "source_batch"), &undone, err);

	if (r < 0 || undone)
		return r;
	if (k->count == k->alloc) {
		more = arena_calloc(k->arena, n, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (k->count)
			memcpy(more, k->item, k->count * sizeof *more);
		k->item = more;
		k->alloc = n;
	}
	r = read_proposal(k, row->value, &k->item[k->count], err);
	if (r < 0)
		return r;
	snprintf(k->item[k->count].id, ID_SIZE, "%s", row->id);
	k->item[k->count++].rev = row->rev;
	return 0;
}

int proposal_list(struct ledgers *l, struct conn *c, const char *status, struct arena *arena,
		  struct proposal **ret, size_t *ret_count, struct err *err)
{
	struct listing k = { .l = l, .c = c, .arena = arena };
	struct list_filter filter = { 0, TABLE_EQ, status };
	struct list_query q = { .filter = &filter, .filter_count = status != NULL };
	int r = ledgers_find(l, "account_proposals", &k.def, err);

	if (r == 0)
		r = ledgers_find(l, "imports", &k.imports, err);
	if (r < 0)
		return r;
	q.def = k.def;
	q.sort = ledger_field(k.def, "due_on");
	filter.field = ledger_field(k.def, "status");
	r = list_each(l, c, &q, keep_row, &k, err);
	*ret = k.item;
	*ret_count = k.count;
	return r;
}
