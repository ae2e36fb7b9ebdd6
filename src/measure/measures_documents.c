/* Measures that ask for a document in force, and how documents are kept. */
#include <string.h>

#include "measure/things.h"

/* --- one document of a kind ---------------------------------------------------------- */

/* The document to be named in the reason: the first that is in order, else the first. */
struct named {
	const char *kind, *title, *version, *decided_on;
	bool in_order;
};

static const char *document_fault(struct tally *t, const struct list_row *row)
{
	long review = tally_age(t, row, "next_review");

	if (row->state == STATE_DRAFT || row->state == STATE_RETURNED)
		return "まだ確定していない";
	if (tally_age(t, row, "decided_on") == TALLY_NO_DATE)
		return "決めた日が未記入";
	if (review > 0)
		return arena_printf(t->in->arena, "見直しの期限（%s）を過ぎている",
				    tally_value(t, row, "next_review"));
	return NULL;
}

static TALLY_LOOK(of_kind)
{
	struct named *n = t->arg;
	const char *fault;

	if (!tally_is(t, row, "kind", n->kind) ||
	    (tally_vendor_side(t->in) && !tally_of_vendor(t, row, "vendor")))
		return tally_skip;
	fault = document_fault(t, row);
	if (!n->title || (!fault && !n->in_order)) {
		n->title = row->value[t->def->name_field];
		n->version = tally_value(t, row, "version");
		n->decided_on = tally_value(t, row, "decided_on");
		n->in_order = !fault;
	}
	return fault;
}

static int no_document(struct tally *t, const char *what, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;

	if (tally_vendor_side(t->in))
		return tally_result(
			t, PROPOSE_NONE,
			arena_printf(a, "文書台帳に、この事業者の%sはありません。", what),
			"事業者に尋ね、文書をもらえたら「事業者」を選んで登録してください。", ret,
			err);
	return tally_result(t, PROPOSE_NO, arena_printf(a, "文書台帳に%sがありません。", what),
			    arena_printf(a,
					 "%sを作り、決めた日と次の見直し日を付けて文書台帳に登録し"
					 "てください。",
					 what),
			    ret, err);
}

static const char *document_reason(const struct tally *t, const struct named *n, const char *what)
{
	struct arena *a = t->in->arena;
	const char *day = *n->decided_on ? arena_printf(a, "（%s決定）", n->decided_on) : "";
	const char *more =
		t->counted > 1 ? arena_printf(a, "など%lld件", (long long)t->counted) : "";

	return arena_printf(a, "%sとして「%s」%s%s%sを登録しています。%s", what, n->title,
			    n->version, day, more,
			    n->in_order ? "" : "確定や見直しが済んでいません。");
}

/* One document of the kind that is in order is enough; others may be old. */
static int document_of(struct tally *t, const char *kind, const char *what, struct proposal *ret,
		       struct err *err)
{
	struct named n = { .kind = kind };
	int r;

	t->arg = &n;
	r = tally_walk(t, "documents", of_kind, err);
	if (r < 0)
		return r;
	if (!t->counted)
		return no_document(t, what, ret, err);
	return tally_result(
		t, n.in_order ? PROPOSE_YES : PROPOSE_PARTLY, document_reason(t, &n, what),
		"文書を確定し、見直しの期限を過ぎていれば見直して日付を改めてください。", ret, err);
}

#define DOCUMENT_MEASURE(name, kind, what)                                                        \
	int measure_##name(const struct measure_input *in, struct proposal *ret, struct err *err) \
	{                                                                                         \
		struct tally t;                                                                   \
                                                                                                  \
		tally_init(&t, in);                                                               \
		return document_of(&t, kind, what, ret, err);                                     \
	}

DOCUMENT_MEASURE(policy_documented, "policy", "基本方針")
DOCUMENT_MEASURE(rules_documented, "rules", "運用管理規程")
DOCUMENT_MEASURE(risk_documented, "risk", "リスク評価の結果")
DOCUMENT_MEASURE(network_diagram_documented, "network", "ネットワーク・システムの構成図")
DOCUMENT_MEASURE(password_policy_set, "password_rules", "パスワードの決まり")
DOCUMENT_MEASURE(incident_procedure_documented, "incident", "インシデント対応の手順")
DOCUMENT_MEASURE(bcp_documented, "bcp", "サイバー攻撃を想定した事業継続計画（BCP）")
DOCUMENT_MEASURE(backup_documented, "backup", "バックアップと復旧の手順")

/* --- disposal: the rule, and what was really thrown away ------------------------------------ */

static TALLY_LOOK(thrown_away)
{
	if (!tally_is(t, row, "status", "disposed") || !tally_of_vendor(t, row, "vendor"))
		return tally_skip;
	if (!tally_has(t, row, "disposal_method"))
		return "廃棄したが、データの消し方が未記入";
	return *tally_value(t, row, "disposal_certificate") ? NULL
							    : "廃棄したが、証明書が付いていない";
}

int measure_disposal_documented(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	struct arena *a = in->arena;
	struct proposal rule;
	struct tally t;
	int64_t documents, document_faults, disposed;
	int r;

	tally_init(&t, in);
	r = document_of(&t, "disposal", "廃棄と消去の決まり", &rule, err);
	documents = t.counted;
	document_faults = t.faults;
	if (r == 0)
		r = tally_walk(&t, "devices", thrown_away, err);
	if (r < 0)
		return r;
	disposed = t.counted - documents;
	t.faults -= document_faults;
	if (!disposed) {
		*ret = rule;
		return 0;
	}
	if (rule.value == PROPOSE_YES && t.faults)
		rule.value = PROPOSE_PARTLY;
	rule.reason = arena_printf(
		a, "%s廃棄した機器%lld台のうち、消し方か証明書のないものは%lld台です。",
		rule.reason, (long long)disposed, (long long)t.faults);
	t.faults += document_faults;
	return tally_result(&t, rule.value, rule.reason,
			    *rule.next_step
				    ? rule.next_step
				    : "廃棄した機器に、消し方を書き、証明書を付けてください。",
			    ret, err);
}

/* --- how all of them are kept ------------------------------------------------------------- */

/* Minutes, letters and records say what happened once; nobody reviews them. */
static bool is_in_force(const struct tally *t, const struct list_row *row)
{
	static const char *const records[] = { "minutes", "appointment", "training", "audit",
					       "bcp_check" };
	size_t i;

	if (tally_vendor_side(t->in) && !tally_of_vendor(t, row, "vendor"))
		return false;
	for (i = 0; i < sizeof records / sizeof records[0]; i++)
		if (tally_is(t, row, "kind", records[i]))
			return false;
	return true;
}

#define NOUN "方針・規程・手順などの文書"
#define NONE "文書台帳に、方針・規程・手順などの文書がありません。"
#define NONE_NEXT "今ある規程や手順書を、決めた日と次の見直し日を付けて登録してください。"

static TALLY_LOOK(reviewed)
{
	long review;

	if (!is_in_force(t, row))
		return tally_skip;
	review = tally_age(t, row, "next_review");
	if (review == TALLY_NO_DATE)
		return "次の見直し日が未記入";
	if (review > 0)
		return arena_printf(t->in->arena, "見直しの期限（%s）を過ぎている",
				    tally_value(t, row, "next_review"));
	(void)tally_day(t, row, "next_review");
	return NULL;
}

int measure_documents_reviewed(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "件",
		.good = "の見直しが期限の中にあります",
		.bad = "で、見直しが遅れているか、次の見直し日が決まっていません",
		.day = "次に来る見直し日",
		.next = "期限を過ぎた文書を見直し、次の見直し日を記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
		.when_none = PROPOSE_NO,
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "documents", reviewed, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

static TALLY_LOOK(decided)
{
	if (!is_in_force(t, row))
		return tally_skip;
	if (row->state == STATE_APPROVED)
		return NULL;
	if (row->state == STATE_DRAFT || row->state == STATE_RETURNED)
		return "まだ確定していない";
	if (tally_day(t, row, "decided_on") == TALLY_NO_DATE)
		return "決めた日が未記入";
	return tally_has(t, row, "decided_by") ? NULL : "決めた人・会議が未記入";
}

int measure_documents_approved(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "件",
		.good = "が、決めた人と日付とともに確定しています",
		.bad = "で、誰がいつ決めたかが分からないか、まだ確定していません",
		.day = "最も古い決定日",
		.next = "経営層か会議で決め、決めた日と決めた人を記入して確定してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
		.when_none = PROPOSE_NO,
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "documents", decided, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}
