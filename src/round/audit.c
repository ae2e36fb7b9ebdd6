/* The editions that rounds were opened with, examined. */
#include <string.h>

#include "catalogue/edition.h"
#include "round/fields.h"
#include "round/round.h"

#define SEEN_MAX 512 /* different editions that are remembered as examined */

struct auditing {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	void (*found)(void *arg, const char *text);
	void *arg;
	char seen[SEEN_MAX][HASH_HEX_SIZE];
	size_t seen_count;
};

static bool is_seen(struct auditing *a, const char *digest)
{
	size_t i;

	for (i = 0; i < a->seen_count; i++)
		if (strcmp(a->seen[i], digest) == 0)
			return true;
	if (a->seen_count < SEEN_MAX && strlen(digest) < HASH_HEX_SIZE)
		memcpy(a->seen[a->seen_count++], digest, strlen(digest) + 1);
	return false;
}

static int audit_row(void *arg, const struct list_row *row, struct err *err)
{
	struct auditing *a = arg;
	const char *id = system_value(a->def, row->value, "catalogue");
	const char *digest = system_value(a->def, row->value, "catalogue_digest");
	const char *text;
	struct err why;
	int r;

	if (is_seen(a, digest))
		return 0;
	/* Rounds from before editions were kept have none. */
	r = edition_check(a->l, a->c, id, digest, &why);
	if (r == 0 || r == ERR_NOT_FOUND)
		return 0;
	text = arena_printf(a->arena, "「%s」を始めたときの基準 %s のファイルを読めません: %s",
			    system_value(a->def, row->value, "title"), id, why.text);
	if (!text)
		return err_nomem(err);
	a->found(a->arg, text);
	return 0;
}

int round_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		void *arg, struct err *err)
{
	struct arena arena;
	struct auditing *a;
	struct list_query q = { .sort = -1, .limit = INT64_MAX, .with_voided = true };
	int r;

	arena_init(&arena, 0);
	a = arena_calloc(&arena, 1, sizeof *a);
	r = a ? ledgers_find(l, "rounds", &q.def, err) : err_nomem(err);
	if (r == 0 && ledgers_current(l, q.def)) {
		a->l = l;
		a->c = c;
		a->def = q.def;
		a->arena = &arena;
		a->found = found;
		a->arg = arg;
		r = list_each(l, c, &q, audit_row, a, err);
	}
	arena_release(&arena);
	return r;
}
