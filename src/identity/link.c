#include "identity/link.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/attempt.h"
#include "identity/event.h"
#include "identity/signin.h"
#include "identity/state.h"
#include "identity/token_row.h"

#define SECOND_US INT64_C(1000000)
#define LOGIN_RANDOM 12 /* random characters of an account's login */
#define SCOPE "round:"

/* Wrong addresses from one place; and a right one asked for by a program: whoever asks not more
 * than once a second, all day long, is never slowed down. */
static const struct throttle_rule wrong_rule = { "link", 20, SECOND_US, 60 * SECOND_US,
						 600 * SECOND_US };
static const struct throttle_rule pace_rule = { "link-use",	300,	  SECOND_US, 30 * SECOND_US,
						60 * SECOND_US, SECOND_US };

/* --- making ------------------------------------------------------------------------ */

int link_until_check(const char *until, struct err *err)
{
	char today[DATE_SIZE];
	long days;

	if (!until || !date_valid(until))
		return err_field(err, ERR_INVALID, "until",
				 "答えられる最後の日を 2026-11-20 のように入れてください。");
	date_today(today);
	days = date_days_between(today, until);
	if (days < 0 || days > LINK_DAYS_MAX)
		return err_field(err, ERR_INVALID, "until",
				 "答えられる最後の日は、今日から%d日以内の日にしてください。",
				 LINK_DAYS_MAX);
	return 0;
}

/* Beside stopping it. */
static bool changes_something(const struct account_change *c)
{
	const char *const texts[] = { c->login, c->name,       c->profession,
				      c->site,	c->department, c->vendor,
				      c->kana,	c->valid_from, c->valid_until };
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i])
			return true;
	return c->role >= 0;
}

int link_put_check(const struct actor *by, const struct account *now,
		   const struct account_change *c, struct err *err)
{
	int r = permit(by, PERM_ROUND_LINK, NULL, err);

	if (r < 0)
		return r;
	if (c->password || c->totp || c->drop_factors || c->staff || c->must_change == 1)
		return err_set(
			err, ERR_INVALID,
			"リンク用のアカウントではログインできません。パスワードなどは付けられ"
			"ません。");
	if (!now && c->role != ROLE_VENDOR)
		return err_field(err, ERR_INVALID, "role",
				 "リンク用のアカウントの役割は「事業者」だけです。");
	if (now && (changes_something(c) || c->disabled != 1))
		return err_set(
			err, ERR_INVALID,
			"リンク用のアカウントは変えられません。止めて、新しいリンクを出してくだ"
			"さい。");
	return 0;
}

int link_account(struct store *s, const struct actor *by, const struct link_wish *wish,
		 struct arena *arena, struct account *ret, struct err *err)
{
	struct account_change change = { .name = wish->name,
					 .vendor = wish->vendor,
					 .valid_until = wish->until,
					 .kind = ACCOUNT_LINK,
					 .role = ROLE_VENDOR };
	char id[ID_SIZE], login[LOGIN_RANDOM + 8];
	int r = link_until_check(wish->until, err);

	if (r < 0)
		return r;
	id_new(id);
	snprintf(login, sizeof login, "link-%s", id + ID_SIZE - 1 - LOGIN_RANDOM);
	return account_put(s, by, true, login, &change, ret, arena, err);
}

void link_new(struct store *s, char ret_text[LINK_TEXT_SIZE], char ret_hash[LINK_HASH_SIZE])
{
	token_new(ret_text);
	token_hash(s, ret_text, ret_hash);
}

static int note(struct tx *tx, const struct actor *by, const char *account, const char *detail,
		struct err *err)
{
	const struct event e = { .kind = EVENT_TOKEN, .subject = account, .detail = detail };

	return event_append(tx, by, &e, err);
}

int link_put(struct tx *tx, const struct actor *by, const char *account, const char *round,
	     const char *until, const char *hash, struct err *err)
{
	struct token t = { .kind = TOKEN_LINK, .label = "事業者への回答ページ" };
	char words[sizeof SCOPE + ID_SIZE], detail[160];
	int r;

	id_new(t.id);
	snprintf(t.account, sizeof t.account, "%s", account);
	snprintf(words, sizeof words, SCOPE "%s", round);
	t.made_us = tx_now(tx);
	t.expires_us = token_day_end(until);
	r = token_put(tx, &t, words, hash, err);
	snprintf(detail, sizeof detail, "事業者への回答ページを作りました（%sまで）", until);
	return r < 0 ? r : note(tx, by, account, detail, err);
}

int link_end(struct store *s, const struct actor *by, const char *account, struct arena *arena,
	     struct err *err)
{
	struct account_change stop = { .role = -1, .disabled = 1, .must_change = -1 };
	struct account a;
	struct conn *c = NULL;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_by_id(c, account, arena, &a, err);
	store_read_end(c);
	if (r >= 0 && a.kind != ACCOUNT_LINK)
		r = err_set(err, ERR_NOT_FOUND,
			    "その回答ページはありません。一覧から選び直してください。");
	if (r < 0 || a.disabled)
		return r < 0 ? r : 0;
	return account_put(s, by, false, a.login, &stop, &a, arena, err);
}

/* --- using ------------------------------------------------------------------------- */

/* One text for whatever is wrong. */
static int none(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "このページは使えません。アドレスが途中で切れているか、期限が過ぎたか、"
		       "止められています。送ってきた医療機関の担当者に確かめてください。");
}

static int64_t wait_for(struct store *s, const struct throttle_rule *rule, const char *subject)
{
	struct identity_state *st = identity_state(s);
	int64_t wait, now;

	if (!st)
		return 0;
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	wait = throttle_enter(&st->throttle, rule, subject, now);
	pthread_mutex_unlock(&st->lock);
	return wait;
}

static int busy(int64_t wait, struct err *err)
{
	return err_set(err, ERR_BUSY,
		       "短い間に何度も開かれました。%lld秒待ってから、もう一度開いてください。",
		       (long long)((wait + SECOND_US - 1) / SECOND_US));
}

/* The same for every reason: nobody learns whether an address once was one. */
static int refuse(struct store *s, const char *address, struct err *err)
{
	const struct actor who = { .account = "", .mark = ACT_TOKEN };
	char what[120], detail[160], place[PLACE_SIZE];
	const struct event e = { .kind = EVENT_TOKEN, .refused = true, .detail = detail };
	int64_t wait;

	attempt_place(address, place);
	wait = wait_for(s, &wrong_rule, place);
	snprintf(what, sizeof what, "link refused %s", place);
	snprintf(detail, sizeof detail, "使えない回答ページが開かれました（接続元 %s）", address);
	if (event_fresh(s, what))
		event_note(s, &who, &e);
	return wait > 0 ? busy(wait, err) : none(err);
}

/* Who came, as far as that is known; once a minute. */
static void note_use(struct store *s, const struct link_use *link, const char *address)
{
	char what[80], detail[160];
	const struct event e = { .kind = EVENT_TOKEN,
				 .subject = link->account.id,
				 .detail = detail };
	struct actor who;

	signin_actor(&link->account, ACT_NORMAL, &who);
	snprintf(what, sizeof what, "link used %s", link->token.id);
	snprintf(detail, sizeof detail, LINK_OPENED "（接続元 %s）", address);
	if (event_fresh(s, what))
		event_note(s, &who, &e);
}

/* Looks up key and account also where nothing can be found, so that every refusal has cost
 * the same. 0, or ERR_NOT_FOUND. */
static int look_up(struct store *s, const char *text, struct arena *arena, struct link_use *ret,
		   struct err *err)
{
	struct conn *c = NULL;
	char hash[LINK_HASH_SIZE];
	bool known;
	int r;

	token_hash(s, text, hash);
	r = store_read_begin(s, &c, err);
	if (r < 0)
		return r;
	r = token_by_hash(c, hash, arena, &ret->token, err);
	known = r >= 0;
	if (known || r == ERR_NOT_FOUND)
		r = account_by_id(c, known ? ret->token.account : hash, arena, &ret->account, err);
	store_read_end(c);
	return known || r != 0 ? r : ERR_NOT_FOUND;
}

static bool holds(const struct link_use *link)
{
	char today[DATE_SIZE];

	date_today(today);
	return link->token.kind == TOKEN_LINK && link->account.kind == ACCOUNT_LINK &&
	       clock_now_us() < link->token.expires_us && account_usable(&link->account, today) &&
	       strncmp(link->token.scope, SCOPE, sizeof SCOPE - 1) == 0;
}

int link_find(struct store *s, const char *text, const char *address, struct arena *arena,
	      struct link_use *ret, struct err *err)
{
	int64_t wait;
	int r;

	memset(ret, 0, sizeof *ret);
	r = look_up(s, text, arena, ret, err);
	if (r < 0 && r != ERR_NOT_FOUND)
		return r;
	if (r < 0 || !holds(ret))
		return refuse(s, address ? address : "", err);
	wait = wait_for(s, &pace_rule, ret->token.id);
	if (wait > 0)
		return busy(wait, err);
	ret->round = ret->token.scope + sizeof SCOPE - 1;
	note_use(s, ret, address ? address : "");
	return 0;
}
