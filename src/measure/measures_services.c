/* Measures about cloud and other services from outside. */
#include "measure/contracts.h"
#include "measure/things.h"

static TALLY_LOOK(owned)
{
	if (!service_concerns(t, row))
		return tally_skip;
	return tally_has(t, row, "owner") ? NULL : "管理担当者が未記入";
}

int measure_service_ledger_kept(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "services", owned, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(&t, PROPOSE_NONE,
				    "クラウド・外部サービス台帳は0件です。使っていなければ、このま"
				    "まで構いません。",
				    "使っているクラウドや回線があれば登録してください。", ret, err);
	return tally_result(
		&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(in->arena,
			     "サービス%lld件を登録しています。管理担当者のないものは%lld件です。",
			     (long long)t.counted, (long long)t.faults),
		"サービスごとに院内の管理担当者を決めて記入してください。", ret, err);
}

/* --- the same question of each service ------------------------------------------------- */

static int services_tell(const struct measure_input *in, TALLY_LOOK((*look)),
			 const struct tally_words *words, struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "services", look, err);
	return r < 0 ? r : tally_words(&t, words, ret, err);
}

#define NOUN_ALL "サービス"
#define NOUN_DATA "医療情報を扱うサービス"
#define NONE_ALL "クラウド・外部サービス台帳に、使っているサービスがありません。"
#define NONE_DATA                                                                                                                              \
	"クラウド・外部サービス台帳に、医療情報を扱うサービスがありません。本当に使っていなければ" \
	"、この項目は対象外です。"
#define NONE_NEXT "使っているクラウドや外部サービスがあれば登録してください。"

/* --- who is behind it ----------------------------------------------------------------------- */

/* Of the vendor chosen in the service: is there a contract, and does it still run? */
static const char *contract_fault(struct tally *t, const struct list_row *row)
{
	struct contracts *c = t->arg;
	struct kept *services = t->kept;
	const struct list_row *vendor =
		kept_find(c->vendors, tally_value(t, row, "vendor"), t->in->arena);
	bool signed_;

	if (!vendor)
		return "選ばれた事業者が事業者台帳にない";
	t->kept = c->vendors;
	signed_ = tally_is(t, vendor, "contract", "yes");
	t->kept = services;
	return signed_ ? contract_term_fault(t, c, vendor) : "事業者台帳の契約が「はい」でない";
}

static TALLY_LOOK(contracted)
{
	if (!service_concerns(t, row))
		return tally_skip;
	if (tally_has(t, row, "vendor"))
		return contract_fault(t, row);
	/* A public network has an operator, not a vendor one signs with. */
	if (tally_is(t, row, "kind", "public") && tally_has(t, row, "provider"))
		return NULL;
	return "事業者台帳の事業者が選ばれていない";
}

int measure_services_contracted(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_ALL,
		.unit = "件",
		.good = "で、契約している事業者が分かります",
		.bad = "で、契約している事業者が分からないか、契約が続いていません",
		.next = "サービスごとに事業者を選び、事業者台帳の契約の欄を埋めてください。",
		.none = NONE_ALL,
		.none_next = NONE_NEXT,
	};
	struct contracts c;
	struct tally t;
	int r;

	tally_init(&t, in);
	r = contracts_read(in->cache, &c, err);
	t.arg = &c;
	if (r == 0)
		r = tally_walk(&t, "services", contracted, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

/* --- where the data lies ---------------------------------------------------------------------- */

static TALLY_LOOK(domestic)
{
	if (!service_holds_data(t, row))
		return tally_skip;
	if (tally_is(t, row, "domestic_law", "yes"))
		return NULL;
	if (tally_is(t, row, "domestic_law", "no"))
		return tally_broken(t, "国内法の及ばない場所にある");
	return "国内法が及ぶか未確認";
}

int measure_services_domestic(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_DATA,
		.unit = "件",
		.good = "で、預けた情報が国内法の及ぶ場所にあります",
		.bad = "で、預けた情報が国内法の及ぶ場所にあると確かめられていません",
		.next = "会社に保存場所を尋ね、「国内法が及ぶ場所にある」の欄に記入してください。",
		.none = NONE_DATA,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, domestic, &words, ret, err);
}

static TALLY_LOOK(backed_up)
{
	if (!service_holds_data(t, row))
		return tally_skip;
	return tally_has(t, row, "backup") ? NULL : "バックアップが未記入か、ない";
}

int measure_services_backed_up(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_DATA,
		.unit = "件",
		.good = "で、バックアップの取り方が分かります",
		.bad = "で、バックアップの取り方が分かりません",
		.next = "会社に頻度と世代を尋ね、自院でも写しを持つかを決めて記入してください。",
		.none = NONE_DATA,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, backed_up, &words, ret, err);
}

static TALLY_LOOK(exit_planned)
{
	if (!service_holds_data(t, row))
		return tally_skip;
	return tally_has(t, row, "exit_plan") ? NULL : "データの返し方・消し方が未記入";
}

int measure_services_exit_planned(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_DATA,
		.unit = "件",
		.good = "で、やめるときのデータの返し方・消し方が決まっています",
		.bad = "で、やめるときのデータの返し方・消し方が決まっていません",
		.next = "契約書や規約で確かめ、返してもらう形と消した証明の受け方を記入してください"
			"。",
		.none = NONE_DATA,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, exit_planned, &words, ret, err);
}

/* --- how people get in --------------------------------------------------------------------------
 */

/* A smart card asks for its PIN: card and knowledge. */
static TALLY_LOOK(two_factor)
{
	if (!service_holds_data(t, row) || tally_is(t, row, "two_factor", "not_needed"))
		return tally_skip;
	if (tally_is(t, row, "two_factor", "yes") || tally_is(t, row, "auth", "two_factor") ||
	    tally_is(t, row, "auth", "card"))
		return NULL;
	return tally_is(t, row, "two_factor", "planned") ? "導入の予定がある" : "二要素認証がない";
}

int measure_services_two_factor(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_DATA,
		.unit = "件",
		.good = "に、二要素認証で入ります",
		.bad = "に、二要素認証がまだありません",
		.next = "会社に二要素認証の使い方を尋ね、使える設定にして記入してください。",
		.none = NONE_DATA,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, two_factor, &words, ret, err);
}

static TALLY_LOOK(logged)
{
	if (!service_holds_data(t, row))
		return tally_skip;
	return tally_is(t, row, "log_kept", "yes") ? NULL : "アクセスログの記録が未確認";
}

int measure_services_logs_kept(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_DATA,
		.unit = "件",
		.good = "で、アクセスログが残っています",
		.bad = "で、アクセスログが残るか確かめられていません",
		.next = "会社に、誰がいつ使ったかの記録を後から見られるかを尋ねて記入してください"
			"。",
		.none = NONE_DATA,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, logged, &words, ret, err);
}

/* --- what changes in the small print -----------------------------------------------------------
 */

static TALLY_LOOK(terms_checked)
{
	long age;

	if (!service_concerns(t, row))
		return tally_skip;
	age = tally_day(t, row, "terms_checked_on");
	if (age == TALLY_NO_DATE)
		return "規約を確かめた日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "規約の確認が%s（1年以上前）",
				    tally_value(t, row, "terms_checked_on"));
	return NULL;
}

int measure_services_terms_checked(const struct measure_input *in, struct proposal *ret,
				   struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN_ALL,
		.unit = "件",
		.good = "で、規約や仕様の変更を1年以内に確かめています",
		.bad = "で、規約や仕様の変更を1年以内に確かめていません",
		.day = "最も古い確認日",
		.next = "会社からの知らせと今の規約を見て、確かめた日を記入してください。",
		.none = NONE_ALL,
		.none_next = NONE_NEXT,
	};

	return services_tell(in, terms_checked, &words, ret, err);
}
