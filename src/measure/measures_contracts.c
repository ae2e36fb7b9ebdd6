/* Measures about vendors under contract: terms, roles, certificates, contacts, checklist. */
#include <stdio.h>
#include <string.h>

#include "measure/contracts.h"
#include "measure/things.h"

static bool asked_about(const struct tally *t, const struct list_row *row)
{
	return !t->in->vendor || strcmp(row->id, t->in->vendor) == 0;
}

static bool under_contract(const struct tally *t, const struct list_row *row)
{
	return asked_about(t, row) && tally_is(t, row, "contract", "yes");
}

#define NOUN "契約のある事業者"
#define NONE "契約のある事業者が登録されていません。契約がなければ、この項目は対象外です。"
#define NONE_NEXT "契約のある事業者があれば、事業者台帳に登録してください。"

static int vendors_tell(const struct measure_input *in, TALLY_LOOK((*look)), void *arg,
			const struct tally_words *words, struct proposal *ret, struct err *err)
{
	struct tally_words w = *words;
	struct tally t;
	int r;

	tally_init(&t, in);
	t.arg = arg;
	r = tally_walk(&t, "vendors", look, err);
	if (in->vendor)
		w.noun = NULL;
	return r < 0 ? r : tally_words(&t, &w, ret, err);
}

/* --- the contract -------------------------------------------------------------------------- */

static TALLY_LOOK(current)
{
	if (!asked_about(t, row) || tally_is(t, row, "contract", "no") ||
	    tally_is(t, row, "contract_kind", "purchase"))
		return tally_skip;
	if (!tally_is(t, row, "contract", "yes"))
		return "契約の有無が未確認";
	return contract_term_fault(t, t->arg, row);
}

int measure_vendor_contracts_current(const struct measure_input *in, struct proposal *ret,
				     struct err *err)
{
	static const struct tally_words words = {
		.noun = "契約のある（有無が未確認を含む）事業者",
		.unit = "社",
		.good = "で、契約が続いています",
		.bad = "で、契約が切れているか、契約の有無や終わりの日が分かりません",
		.day = "最も早い契約の終わり",
		.next = "契約書で期間を確かめ、切れていれば結び直して記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};

	struct contracts c;
	int r = contracts_read(in->cache, &c, err);

	return r < 0 ? r : vendors_tell(in, current, &c, &words, ret, err);
}

static TALLY_LOOK(clause)
{
	if (!under_contract(t, row))
		return tally_skip;
	return tally_is(t, row, "safety_clause", "yes") ? NULL : "守秘・安全管理の条項が未確認";
}

int measure_vendor_safety_clause(const struct measure_input *in, struct proposal *ret,
				 struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "の契約に、守秘・安全管理の条項があります",
		.bad = "の契約で、守秘・安全管理の条項が確かめられていません",
		.next = "契約書を開いて確かめ、なければ覚書を結んで記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};

	return vendors_tell(in, clause, NULL, &words, ret, err);
}

/* The sheet on sharing roles, answered by both and approved, is such a writing. */
static bool shares_roles(const struct tally *t, const struct list_row *round, const void *arg)
{
	const struct definitions *d = ledgers_defs(t->in->cache->ledgers);
	const struct catalogue *c = define_catalogue(d, tally_value(t, round, "catalogue"));

	(void)arg;
	return c && strcmp(c->kind, "contract") == 0;
}

static TALLY_LOOK(roles)
{
	if (!under_contract(t, row))
		return tally_skip;
	if (tally_is(t, row, "role_sharing", "yes") ||
	    contract_round_approved(t, t->arg, row->id, shares_roles, NULL))
		return NULL;
	return "役割分担の書面が未確認";
}

int measure_vendor_roles_shared(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "と、役割分担を書面で決めています",
		.bad = "と、役割分担を書面で決めたか確かめられていません",
		.next = "役割分担の確認表に双方で答え、書面にして記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};

	struct contracts c;
	int r = contracts_read(in->cache, &c, err);

	return r < 0 ? r : vendors_tell(in, roles, &c, &words, ret, err);
}

/* --- certificates ---------------------------------------------------------------------------- */

static bool is_certified(const struct tally *t, const struct list_row *row)
{
	return tally_is(t, row, "privacy_mark", "yes") || tally_is(t, row, "isms", "yes") ||
	       tally_has(t, row, "other_certificates");
}

static TALLY_LOOK(certified)
{
	if (!under_contract(t, row))
		return tally_skip;
	return is_certified(t, row) ? NULL : "プライバシーマーク・ISMSなどの認証が未確認";
}

int measure_vendor_certified(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "が、プライバシーマークやISMSなどの認証を持っています",
		.bad = "で、第三者の認証が確かめられていません",
		.next = "認証の有無を尋ね、証書の写しをもらって記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};

	return vendors_tell(in, certified, NULL, &words, ret, err);
}

static TALLY_LOOK(certificate_current)
{
	long age;

	if (!under_contract(t, row) || !is_certified(t, row))
		return tally_skip;
	age = tally_age(t, row, "certificates_to");
	if (age == TALLY_NO_DATE)
		return "認証の有効期限が未記入";
	if (age > 0)
		return arena_printf(t->in->arena, "認証の期限が%sに切れた",
				    tally_value(t, row, "certificates_to"));
	(void)tally_day(t, row, "certificates_to");
	return NULL;
}

int measure_vendor_certificates_current(const struct measure_input *in, struct proposal *ret,
					struct err *err)
{
	static const struct tally_words words = {
		.noun = "認証を持つ事業者",
		.unit = "社",
		.good = "の認証が、期限の中にあります",
		.bad = "の認証が、期限切れか、期限が分かりません",
		.day = "最も早い有効期限",
		.next = "新しい証書の写しをもらい、有効期限を記入してください。",
		.none = "契約のある事業者に、認証の記入があるものがありません。",
		.none_next = "認証の有無を尋ね、あれば期限と一緒に事業者台帳に記入してください。",
	};

	return vendors_tell(in, certificate_current, NULL, &words, ret, err);
}

/* --- who else works for them, whom to call --------------------------------------------------- */

static TALLY_LOOK(reentrust)
{
	if (!under_contract(t, row))
		return tally_skip;
	if (tally_is(t, row, "reentrusts", "no"))
		return NULL;
	if (!tally_is(t, row, "reentrusts", "yes"))
		return "再委託の有無が未確認";
	return tally_has(t, row, "reentrusted_to") ? NULL : "再委託先と内容が未記入";
}

int measure_vendor_reentrust_known(const struct measure_input *in, struct proposal *ret,
				   struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "で、再委託の有無と相手が分かります",
		.bad = "で、再委託の有無か相手が分かりません",
		.next = "再委託の有無、相手、作業の内容を尋ねて記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};

	return vendors_tell(in, reentrust, NULL, &words, ret, err);
}

/* A number that stands in the contact tree is as good as one in the ledger of vendors. */
static bool in_contacts(struct tally *t, const char *vendor, const char *field)
{
	struct kept *contacts = t->arg, *vendors = t->kept;
	const struct kept_row *k;
	bool found = false;

	t->kept = contacts;
	for (k = contacts->first; k && !found; k = k->next)
		found = tally_is(t, &k->row, "vendor", vendor) && tally_has(t, &k->row, field);
	t->kept = vendors;
	return found;
}

static TALLY_LOOK(reachable)
{
	bool day, night;

	if (!under_contract(t, row))
		return tally_skip;
	day = tally_has(t, row, "phone") || in_contacts(t, row->id, "phone");
	night = tally_has(t, row, "night_phone") || in_contacts(t, row->id, "night_phone");
	if (!day && !night)
		return "電話番号が未記入";
	if (!day)
		return "昼の電話が未記入";
	return night ? NULL : "夜間・休日の電話が未記入";
}

int measure_vendor_contacts_known(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "の、昼と夜間・休日の電話が分かります",
		.bad = "の、昼か夜間・休日の電話が分かりません",
		.next = "夜や休みにつながる番号を尋ねて、事業者台帳か連絡先台帳に記入してください"
			"。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};
	struct kept *contacts;
	int r = cache_kept(in->cache, "contacts", &contacts, err);

	return r < 0 ? r : vendors_tell(in, reachable, contacts, &words, ret, err);
}

/* --- this year's checklist -------------------------------------------------------------------- */

struct year {
	char first[DATE_SIZE], number[16];
	struct contracts contracts;
};

/* A round about the vendor, of this year: sharing roles by contract is not it. */
static bool is_this_year(const struct tally *t, const struct list_row *round, const void *arg)
{
	const struct year *y = arg;

	return tally_is(t, round, "year", y->number) &&
	       strncmp(tally_value(t, round, "scope"), "vendor:", 7) == 0;
}

static TALLY_LOOK(answered)
{
	struct year *y = t->arg;
	const char *on;

	if (!under_contract(t, row))
		return tally_skip;
	on = tally_value(t, row, "checklist_on");
	if (date_valid(on) && strcmp(on, y->first) >= 0) {
		(void)tally_day(t, row, "checklist_on");
		return NULL;
	}
	if (contract_round_approved(t, &y->contracts, row->id, is_this_year, y))
		return NULL;
	return *on ? arena_printf(t->in->arena, "最後に受け取ったのが%s（昨年度まで）", on)
		   : "事業者確認用を受け取った日が未記入";
}

int measure_vendor_checklist_answered(const struct measure_input *in, struct proposal *ret,
				      struct err *err)
{
	static const struct tally_words words = {
		.noun = NOUN,
		.unit = "社",
		.good = "から、今年度の事業者確認用を受け取っています",
		.bad = "から、今年度の事業者確認用をまだ受け取っていません",
		.day = "最も古い受領日",
		.next = "事業者確認用を送って答えてもらい、受け取った日を記入してください。",
		.none = NONE,
		.none_next = NONE_NEXT,
	};
	struct year y;
	char last[DATE_SIZE];
	int year = date_fiscal_year(in->today), r;

	fiscal_year_range(year, y.first, last);
	snprintf(y.number, sizeof y.number, "%d", year);
	r = contracts_read(in->cache, &y.contracts, err);
	return r < 0 ? r : vendors_tell(in, answered, &y, &words, ret, err);
}
