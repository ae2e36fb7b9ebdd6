/* Approval: bound to a digest of exactly what was approved. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "define/value.h"
#include "ledger/receipt.h"
#include "round/answers.h"
#include "round/fields.h"
#include "round/round.h"

static int check_view(const struct round_view *v, const char *digest, bool partial, struct err *err)
{
	if (strcmp(v->digest, digest) != 0)
		return err_set(err, ERR_CONFLICT,
			       "見ていた間に回答が変わりました。もう一度開いて、内容を確かめてから"
			       "承認してください");
	if (v->approval.state == APPROVAL_CURRENT)
		return err_set(err, ERR_CONFLICT, "この内容は、もう %s が承認しています",
			       v->approval.by);
	if (v->unconfirmed && !partial && !v->precondition_no)
		return err_set(err, ERR_INVALID,
			       "未確認の回答が%"
			       "lld件あります。答えてから承認するか、「未確認を残して承認する」を選"
			       "んでください",
			       (long long)v->unconfirmed);
	return 0;
}

/* What the approver saw left out, one "item<TAB>reason" per line. NULL: out of memory. */
static const char *excluded_text(const struct round_view *v, struct arena *arena)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < v->excluded_count; i++)
		buf_printf(&b, "%s%s\t%s", i ? "\n" : "", v->excluded[i].item->id,
			   v->excluded[i].reason);
	if (!b.len)
		return buf_failed(&b) ? NULL : "";
	return buf_failed(&b) ? NULL : arena_strndup(arena, (const char *)b.data, b.len);
}

static int fill(const struct ledger_def *def, const char **value, const struct round_view *v,
		const char *comment, struct arena *arena, struct err *err)
{
	char today[DATE_SIZE];
	const char *note = "";
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "round", v->round.id },
		{ "kind", "approve" },
		{ "digest", v->digest },
		{ "answers",
		  arena_printf(arena, "%lld", (long long)(v->yes + v->no + v->na + v->given)) },
		{ "excluded", excluded_text(v, arena) },
	};
	int index = ledger_field(def, "comment"), r = 0;
	size_t i;

	date_today(today);
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (!pairs[i].stored)
			return err_nomem(err);
	if (index >= 0)
		r = value_parse(&def->field[index], comment ? comment : "", arena, &note, err);
	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(def, value, pairs[i].field, pairs[i].stored, err);
	if (r == 0)
		r = system_put(def, value, "comment", note, err);
	return r < 0 ? r : system_put(def, value, "approved_on", arena_strdup(arena, today), err);
}

static int approve(struct ledgers *l, const struct actor *who, const struct round_view *v,
		   const char *comment, const char *key, struct arena *arena, struct receipt *ret,
		   struct err *err)
{
	struct faults faults = { .count = 0 };
	const struct ledger_def *def;
	const char **value;
	char id[ID_SIZE];
	int r = ledgers_find(l, "approvals", &def, err);

	if (r < 0)
		return r;
	value = system_values(def, arena);
	r = value ? fill(def, value, v, comment, arena, err) : err_nomem(err);
	return r < 0 ? r
		     : entry_change(l, who,
				    &(struct change){ .def = def,
						      .op = OP_SAVE,
						      .confirm = true,
						      .value = value,
						      .reason = "",
						      .key = key },
				    id, ret, &faults, err);
}

/* A form that has been used must have approved this round, not done something else. */
static int check_approved(struct ledgers *l, struct conn *c, const char *round,
			  const char *approval, struct arena *arena, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	int r = ledgers_find(l, "approvals", &def, err), index;

	if (r == 0)
		r = entry_get(l, c, def, approval, 0, arena, &e, err);
	if (r < 0)
		return r;
	index = ledger_field(def, "round");
	if (index >= 0 && strcmp(e.value[index], round) == 0)
		return 0;
	return err_set(err, ERR_CONFLICT,
		       "この画面は別の操作で使われました。承認のページを開き直してください");
}

int round_approve(struct ledgers *l, const struct actor *who, const char *round, const char *digest,
		  const char *comment, bool partial, const char *key, struct receipt *ret,
		  struct err *err)
{
	struct round_view view;
	struct arena arena;
	struct conn *c;
	char approval[ID_SIZE];
	bool again = false;
	int r = permit(who, PERM_ROUND_APPROVE, NULL, err);

	/* A second click gets the first receipt, before it is told that all is approved. */
	if (r == 0)
		r = receipt_known(l, key, ret, approval, err);
	again = r > 0;
	if (r >= 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = round_view(l, c, round, ROUND_UNNAMED | ROUND_AGREED, &arena, &view, err);
	if (r == 0 && again)
		r = check_approved(l, c, view.round.id, approval, &arena, err);
	store_read_end(c);
	if (r == 0 && !again)
		r = check_view(&view, digest, partial, err);
	if (r == 0 && !again)
		r = approve(l, who, &view, comment, key, &arena, ret, err);
	arena_release(&arena);
	return r;
}
