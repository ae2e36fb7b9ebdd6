/* Agreeing on everything about which both parties say the same, at once. */
#include <string.h>

#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "round/sharing.h"

struct agreeing {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	struct batch *batch;
	struct arena *arena;
	struct round_view view;
	struct sharing sharing;
};

static int add_ready(struct agreeing *a, size_t *ret_count, struct err *err)
{
	struct faults faults = { .count = 0 };
	struct answer_change change;
	size_t i;
	int r = 0;

	*ret_count = 0;
	for (i = 0; r >= 0 && i < a->sharing.count; i++) {
		const struct sharing_item *item = &a->sharing.item[i];

		if (!sharing_ready(item))
			continue;
		change = sharing_proposed(&a->view, item, a->arena);
		if (arena_failed(a->arena))
			return err_nomem(err);
		r = round_answer_add(a->l, a->c, a->who, &a->view, &change, a->batch, a->arena,
				     &faults, err);
		(*ret_count)++;
	}
	return r < 0 ? r : 0;
}

static int prepare(struct agreeing *a, const char *round, size_t count, struct err *err)
{
	size_t ready = 0;
	int r = store_read_begin(ledgers_store(a->l), &a->c, err);

	if (r < 0)
		return r;
	r = round_view(a->l, a->c, round, ROUND_UNNAMED, a->arena, &a->view, err);
	if (r == 0)
		r = sharing_read(&a->view, a->arena, &a->sharing, err);
	if (r == 0)
		r = add_ready(a, &ready, err);
	store_read_end(a->c);
	if (r == 0 && (ready != count || !ready))
		r = err_set(
			err, ERR_CONFLICT,
			"見ていた間に答えが変わりました。画面を開き直して、確かめてから合意してく"
			"ださい");
	return r;
}

int sharing_agree(struct ledgers *l, const struct actor *who, const char *round, size_t count,
		  const char *key, struct receipt *ret, struct err *err)
{
	struct agreeing a = { .l = l, .who = who };
	struct faults faults;
	struct arena arena;
	int r = permit(who, PERM_ROUND_ANSWER, NULL, err);

	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = batch_new(l, who, key, &a.batch, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	a.arena = &arena;
	r = prepare(&a, round, count, err);
	if (r == 0)
		r = batch_commit(a.batch, ret, NULL, &faults, err);
	batch_free(a.batch);
	arena_release(&arena);
	return r;
}
