/* Measures about asking for accounts, acting for others, and emergency accounts. */
#include <string.h>

#include "identity/emergency.h"
#include "measure/tally.h"

/* What waits no longer than this is in hand. */
#define DAYS_IN_HAND 7

/* --- requests for accounts ---------------------------------------------------------------- */

static TALLY_LOOK(request_done)
{
	long since;

	if (tally_is(t, row, "status", "refused"))
		return tally_skip;
	if (tally_is(t, row, "status", "confirmed")) {
		(void)tally_day(t, row, "confirmed_on");
		return NULL;
	}
	if (tally_is(t, row, "status", "differs"))
		return "申請と違うものが渡された（やり直しが済んでいない）";
	if (tally_is(t, row, "status", "granted")) {
		since = tally_age(t, row, "decided_on");
		return since > DAYS_IN_HAND
			       ? arena_printf(t->in->arena, "渡してから%ld日、確認がまだ", since)
			       : tally_skip;
	}
	since = tally_age(t, row, "requested_on");
	return since > DAYS_IN_HAND
		       ? arena_printf(t->in->arena, "申請から%ld日、まだ決まっていない", since)
		       : tally_skip;
}

int measure_requests_confirmed(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	static const struct tally_words words = {
		.noun = "IDの申請",
		.unit = "件",
		.good = "で、申請した部署が結果を確かめています",
		.bad = "が、7日より長く途中で止まっているか、申請と違っています",
		.day = "最も古い確認日",
		.next = "待っている申請を決め、渡したIDを申請した部署に確かめてもらってください。",
		.none = "終わったIDの申請の記録がありません。",
		.none_next = "IDを渡すときは「利用者IDの申請」から頼み、部署で確かめてもらってくだ"
			     "さい。",
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = tally_walk(&t, "account_requests", request_done, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

/* --- acting for another -------------------------------------------------------------------- */

static bool may_work(const struct tally *t, const char *id)
{
	const struct measure_cache *m = t->in->cache;
	size_t i;

	for (i = 0; i < m->account_count; i++)
		if (strcmp(m->account[i].id, id) == 0)
			return account_usable(&m->account[i], t->in->today);
	return false;
}

/* A grant whose term is over has no effect any more and is not counted. */
static TALLY_LOOK(grant_in_term)
{
	long since = tally_age(t, row, "from_on"), left = tally_age(t, row, "until_on");

	if (tally_is(t, row, "status", "requested"))
		return since > DAYS_IN_HAND
			       ? arena_printf(t->in->arena,
					      "始まりの日（%s）を過ぎても決まっていない",
					      tally_value(t, row, "from_on"))
			       : tally_skip;
	if (!tally_is(t, row, "status", "active") || left > 0)
		return tally_skip;
	if (!may_work(t, tally_value(t, row, "proxy")))
		return "代行する人の利用者IDが止まっている";
	if (!may_work(t, tally_value(t, row, "principal")))
		return "本人の利用者IDが止まっている";
	(void)tally_day(t, row, "until_on");
	return NULL;
}

int measure_proxies_in_term(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = "代行の許可（申し出を含む）",
		.unit = "件",
		.good = "が、認められた期限の中にあります",
		.bad = "が、決まらないままか、使えない人のものになっています",
		.day = "最も早い期限",
		.next = "「代行」のページで、認めるか断るか、取り消すかを決めてください。",
		.none = "今効いている代行の許可はありません。代行がなければ、この項目は対象外です"
			"。",
		.none_next =
			"代行で入力する人がいれば、「代行」のページで申し出て、認めてもらってく"
			"ださい。",
	};
	const struct account *accounts;
	struct tally t;
	size_t count;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = cache_accounts(in->cache, &accounts, &count, err);
	if (r == 0)
		r = tally_walk(&t, "proxies", grant_in_term, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

/* --- emergency accounts --------------------------------------------------------------------- */

/* The entry that says where the envelope is, "" when there is none. */
static const char *envelope_of(struct tally *t, struct kept *envelopes, const char *account)
{
	const struct kept_row *k;

	t->kept = envelopes;
	for (k = envelopes->first; k; k = k->next)
		if (tally_is(t, &k->row, "account", account)) {
			(void)tally_day(t, &k->row, "sealed_on");
			return k->row.id;
		}
	return "";
}

static int look_at_seals(struct tally *t, struct err *err)
{
	struct emergency_account *e;
	struct kept *envelopes;
	size_t count, i;
	int r = emergency_list(t->in->cache->conn, t->in->arena, &e, &count, err);

	if (r == 0)
		r = cache_kept(t->in->cache, "emergency_accounts", &envelopes, err);
	for (i = 0; r == 0 && i < count; i++) {
		const char *entry = envelope_of(t, envelopes, e[i].account.id), *fault = NULL;

		if (e[i].state == EMERGENCY_OPENED)
			fault = "開封中（封をし直していない）";
		else if (e[i].state == EMERGENCY_UNSEALED)
			fault = "封がしていない";
		else if (!*entry)
			fault = "封筒の置き場所の記録がない";
		tally_add(t, *entry ? "emergency_accounts" : "", entry, e[i].account.name, fault);
	}
	return r;
}

/* One still asked for, or refused in time, has not been used. */
static TALLY_LOOK(use_reviewed)
{
	if (tally_is(t, row, "status", "closed"))
		return "使った後の見直しがまだ";
	return tally_skip;
}

int measure_emergency_accounts_sealed(const struct measure_input *in, struct proposal *ret,
				      struct err *err)
{
	static const struct tally_words words = {
		.noun = "非常時アカウントと、その使用",
		.unit = "件",
		.good = "で、封がしてあり、見直しも済んでいます",
		.bad = "で、封か見直しが済んでいません",
		.day = "最も古い封の日",
		.next = "「非常時アカウント」のページで、封をし直し、使った後の見直しを書いてくださ"
			"い"
			"。",
		.none = "非常時アカウントがありません。",
		.none_next =
			"「非常時アカウント」のページで作り、封筒を決めた場所に置いてください。",
		.when_none = PROPOSE_NO,
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = look_at_seals(&t, err);
	if (r == 0)
		r = tally_walk(&t, "emergency_uses", use_reviewed, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}
