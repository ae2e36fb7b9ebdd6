/* Measures that ask for a document in force. */
#include <string.h>

#include "round/measures.h"
#include "round/tally.h"

static int document_row(struct tally *t, const struct list_row *row, struct err *err)
{
	const char *review = tally_value(t, row, "next_review");

	if (!tally_is(t, row, "kind", t->field))
		return 0;
	if (!t->text)
		t->text = arena_printf(t->in->arena, "「%s」%s", row->value[t->def->name_field],
				       tally_value(t, row, "version"));
	t->found = true;
	if (row->state == STATE_DRAFT || row->state == STATE_RETURNED)
		return tally_bad(t, row, "まだ確定していない", err);
	if (!*tally_value(t, row, "decided_on"))
		return tally_bad(t, row, "決めた日が未記入", err);
	if (*review && strcmp(review, t->in->today) < 0)
		return tally_bad(t, row, "見直しの期限を過ぎている", err);
	return tally_good(t, row, err);
}

/* One document of the kind that is in order is enough; others may be old. */
static int document_of(const struct measure_input *in, const char *kind, const char *what,
		       struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	t.field = kind;
	r = tally_walk(&t, "documents", document_row, err);
	if (r < 0)
		return r;
	if (!t.found)
		return tally_result(&t, PROPOSE_NO,
				    arena_printf(in->arena, "文書台帳に%sがありません。", what),
				    arena_printf(in->arena,
						 "%sを作り、決めた日と次の見直し日を付けて文書台帳"
						 "に登録してください。",
						 what),
				    ret, err);
	return tally_result(
		&t, t.faults < t.counted ? PROPOSE_YES : PROPOSE_PARTLY,
		arena_printf(in->arena, "%sとして%sなど%lld件を登録しています。%s", what,
			     t.text ? t.text : "", (long long)t.counted,
			     t.faults < t.counted ? "" : "確定や見直しが済んでいません。"),
		"文書を確定し、見直しの期限を過ぎていれば見直して日付を改めてください。", ret, err);
}

int measure_backup_documented(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return document_of(in, "backup", "バックアップと復旧の手順", ret, err);
}

int measure_bcp_documented(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return document_of(in, "bcp", "サイバー攻撃を想定した事業継続計画（BCP）", ret, err);
}

int measure_password_policy_set(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	return document_of(in, "password_rules", "パスワードの決まり", ret, err);
}

int measure_rules_documented(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return document_of(in, "rules", "運用管理規程", ret, err);
}
