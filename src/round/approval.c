/* The newest approval of a round. */
#include <string.h>

#include "round/building.h"
#include "round/fields.h"

struct newest {
	struct building *b;
	const struct ledger_def *def;
	const char *excluded; /* NULL until one is found */
};

static int approval_row(void *arg, const struct list_row *row, struct err *err)
{
	struct newest *n = arg;
	struct arena *arena = n->b->arena;
	struct approval *a = &n->b->view->approval;
	struct account account;

	if (row->seq < a->seq || strcmp(system_value(n->def, row->value, "kind"), "approve") != 0)
		return 0;
	memcpy(a->id, row->id, strlen(row->id) + 1);
	a->seq = row->seq;
	a->at_us = row->at_us;
	a->by = account_name(n->b->c, row->actor, arena);
	a->role = account_by_id(n->b->c, row->actor, arena, &account, NULL) == 0
			  ? role_label(account.role)
			  : "";
	a->comment = arena_strdup(arena, system_value(n->def, row->value, "comment"));
	a->digest = arena_strdup(arena, system_value(n->def, row->value, "digest"));
	n->excluded = arena_strdup(arena, system_value(n->def, row->value, "excluded"));
	return a->comment && a->digest && n->excluded ? 0 : err_nomem(err);
}

int approval_read(struct building *b, const char **ret_excluded, struct err *err)
{
	struct newest n = { .b = b };
	struct list_filter filter = { 0, TABLE_EQ, b->view->round.id };
	struct list_query q = {
		.filter = &filter, .filter_count = 1, .sort = -1, .limit = INT64_MAX
	};
	int r = ledgers_find(b->l, "approvals", &n.def, err);

	if (r < 0)
		return r;
	q.def = n.def;
	filter.field = ledger_field(n.def, "round");
	r = list_each(b->l, b->c, &q, approval_row, &n, err);
	*ret_excluded = n.excluded;
	return r;
}
