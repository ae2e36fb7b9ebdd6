/* Keys of machines and calendar feeds: made, found, ended. See token_scope.c. */
#include "identity/token.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/account.h"
#include "identity/event.h"
#include "identity/signin.h"
#include "identity/state.h"
#include "identity/token_row.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)
#define NOTED_US (60 * SECOND_US) /* the last use is noted this often */
#define JAPAN_US (9 * 3600 * SECOND_US)
#define LABEL_MAX 120

static const char *const kind_names[TOKEN_KIND_MAX] = { "machine", "feed", "link" };

/* Wrong keys from one address: slowed down only after many, since machines repeat. */
static const struct throttle_rule wrong_rule = { "token", 20, SECOND_US, 60 * SECOND_US,
						 600 * SECOND_US };
static const struct throttle_rule feed_rule = { "feed", 30, 60 * SECOND_US, 600 * SECOND_US,
						600 * SECOND_US };

const char *token_kind_name(enum token_kind k)
{
	return kind_names[k];
}

/* --- rows ------------------------------------------------------------------------ */

void token_hash(struct store *s, const char *text, char ret[33])
{
	/* Begins as no ledger does. */
	store_tag(s, "*token", 0, text, ret);
}

/* "address:..." and "cert:..." stand behind the words of the scope. */
static const char *take_word(struct arena *a, char *words, const char *name)
{
	size_t name_len = strlen(name);
	char *p = words;

	while (*p) {
		size_t n = strcspn(p, " ");

		if (n > name_len && memcmp(p, name, name_len) == 0) {
			char *value = arena_strndup(a, p + name_len, n - name_len);

			if (p > words)
				p[-1] = '\0';
			else
				*p = '\0';
			return value;
		}
		p += n + (p[n] == ' ');
	}
	return "";
}

static int read_row(struct stmt *st, struct arena *a, struct token *ret, struct err *err)
{
	char *scope = arena_strdup(a, col_text(st, 4));
	int k;

	memset(ret, 0, sizeof *ret);
	for (k = 0; k < TOKEN_KIND_MAX; k++)
		if (strcmp(kind_names[k], col_text(st, 1)) == 0)
			break;
	if (k == TOKEN_KIND_MAX)
		return err_set(err, ERR_CORRUPT,
			       "鍵の一覧が壊れています。その鍵を失効させて作り直してください。");
	ret->kind = (enum token_kind)k;
	snprintf(ret->id, sizeof ret->id, "%s", col_text(st, 0));
	snprintf(ret->account, sizeof ret->account, "%s", col_text(st, 2));
	ret->label = arena_strdup(a, col_text(st, 3));
	ret->made_us = col_int(st, 5);
	ret->expires_us = col_int(st, 6);
	ret->used_us = col_int(st, 7);
	if (!scope)
		return err_nomem(err);
	ret->cert = take_word(a, scope, "cert:");
	ret->address = take_word(a, scope, "address:");
	ret->scope = scope;
	return ret->label && ret->cert && ret->address ? 0 : err_nomem(err);
}

static int find_row(struct conn *c, enum stmt_id by, const char *key, struct arena *a,
		    struct token *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, by, &st, err);

	if (r < 0)
		return r;
	if (by == STMT_TOKEN_BY_HASH)
		stmt_blob(st, 1, key, strlen(key));
	else
		stmt_text(st, 1, key);
	r = stmt_step(st, err);
	if (r == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "その鍵はありません。もう失効しているかもしれません。一覧で確かめて"
			       "ください。");
	return r < 0 ? r : read_row(st, a, ret, err);
}

int token_get(struct conn *c, const char *id, struct arena *arena, struct token *ret,
	      struct err *err)
{
	return find_row(c, STMT_TOKEN_BY_ID, id, arena, ret, err);
}

int token_by_hash(struct conn *c, const char *hash, struct arena *arena, struct token *ret,
		  struct err *err)
{
	return find_row(c, STMT_TOKEN_BY_HASH, hash, arena, ret, err);
}

int token_list(struct conn *c, enum token_kind kind, const char *account, struct arena *arena,
	       struct token **ret, size_t *ret_count, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct token *list = NULL;
	size_t n = 0, room = 0;
	int r = stmt_begin(c, STMT_TOKEN_LIST, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, kind_names[kind]);
	stmt_text(st, 2, account ? account : "");
	while ((r = stmt_step(st, err)) > 0) {
		if (n == room) {
			struct token *more = arena_calloc(arena, room * 2 + 16, sizeof *more);

			if (!more)
				return err_nomem(err);
			if (n)
				memcpy(more, list, n * sizeof *more);
			list = more;
			room = room * 2 + 16;
		}
		r = read_row(st, arena, &list[n++], err);
		if (r < 0)
			return r;
	}
	*ret = list;
	*ret_count = n;
	return r;
}

/* --- making ---------------------------------------------------------------------- */

struct making {
	struct store *store;
	const struct actor *by;
	struct token token;
	const char *old;   /* id of the one it follows, or NULL */
	int overlap;	   /* days for which that one lives on */
	const char *words; /* as stored */
	char hash[33];
	struct arena *arena;
};

int64_t token_day_end(const char *date)
{
	return (date_days_between("1970-01-01", date) + 1) * DAY_US - JAPAN_US;
}

static int until_check(const char *until, int64_t *ret_us, struct err *err)
{
	char today[DATE_SIZE];
	long days;

	if (!until || !date_valid(until))
		return err_field(err, ERR_INVALID, "until",
				 "使い終わる日を 2027-03-31 のように入れてください。");
	date_today(today);
	days = date_days_between(today, until);
	if (days < 0 || days > TOKEN_DAYS_MAX)
		return err_field(err, ERR_INVALID, "until",
				 "使い終わる日は、今日から%d日以内の日にしてください。"
				 "長く使うときは、期限の前に作り直します。",
				 TOKEN_DAYS_MAX);
	*ret_us = token_day_end(until);
	return 0;
}

static int label_check(const char *label, struct err *err)
{
	if (!label || !*label)
		return err_field(err, ERR_INVALID, "label", "何に使う鍵かを書いてください。");
	if (!utf8_valid(label, strlen(label), NULL) || text_has_control(label, false) ||
	    utf8_length(label) > LABEL_MAX)
		return err_field(err, ERR_INVALID, "label",
				 "使いみちは改行などを含めず、%d文字までにしてください。",
				 LABEL_MAX);
	return 0;
}

static int place_check(const struct token_wish *w, struct err *err)
{
	const char *p = w->cert ? w->cert : "";

	if (w->address && *w->address && !address_range_valid(w->address))
		return err_field(err, ERR_INVALID, "address",
				 "接続元は 192.0.2.7 や 192.0.2.0/24 のように書いてください。");
	while (isdigit((unsigned char)*p) || (*p >= 'a' && *p <= 'f'))
		p++;
	if (w->cert && *w->cert && (*p || p - w->cert != HASH_SIZE * 2))
		return err_field(err, ERR_INVALID, "cert",
				 "証明書の指紋は、SHA-256の64桁（0-9、a-f）で書いてください。");
	return 0;
}

static int prepare(struct making *m, const struct definitions *defs, const struct token_wish *w,
		   struct err *err)
{
	const char *scope = "";
	int r = permit(m->by, PERM_ACCOUNTS, NULL, err);

	if (r >= 0)
		r = label_check(w->label, err);
	if (r >= 0)
		r = token_scope_check(defs, w->scope ? w->scope : "", m->arena, &scope, err);
	if (r >= 0)
		r = place_check(w, err);
	if (r >= 0)
		r = until_check(w->until, &m->token.expires_us, err);
	if (r < 0)
		return r;
	m->token.kind = TOKEN_MACHINE;
	snprintf(m->token.account, sizeof m->token.account, "%s", w->account);
	m->token.label = arena_strdup(m->arena, w->label);
	m->token.scope = scope;
	m->token.address = arena_strdup(m->arena, w->address ? w->address : "");
	m->token.cert = arena_strdup(m->arena, w->cert ? w->cert : "");
	return arena_failed(m->arena) ? err_nomem(err) : 0;
}

/* Whether this account may have one more key of this kind. */
static int account_takes(struct conn *c, const struct making *m, int64_t now_us, struct err *err)
{
	bool machine = m->token.kind == TOKEN_MACHINE;
	STMT_CLEANUP *st = NULL;
	struct account a;
	char today[DATE_SIZE];
	int r = account_by_id(c, m->token.account, m->arena, &a, err);

	if (r < 0)
		return r;
	date_of_us(now_us, today);
	if ((a.kind == ACCOUNT_MACHINE) != machine || (!machine && a.kind != ACCOUNT_PERSON))
		return err_set(
			err, ERR_INVALID,
			machine ? "鍵を発行できるのは、種類が「機器連携用」の利用者だけです。"
				: "カレンダーを作れるのは、個人の利用者だけです。");
	if (a.role == ROLE_INSPECTOR)
		return err_set(
			err, ERR_INVALID,
			"検査官には鍵もカレンダーも作れません。閲覧の開放を使ってください。");
	if (!account_usable(&a, today))
		return err_set(
			err, ERR_INVALID,
			"「%s」は停止中か、使える期間の外です。先に使えるように戻してください。",
			a.name);
	r = stmt_begin(c, STMT_TOKEN_COUNT, &st, err);
	if (r < 0)
		return r;
	stmt_text(st, 1, a.id);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r > 0 && col_int(st, 0) >= TOKEN_PER_ACCOUNT)
		return err_set(
			err, ERR_LIMIT,
			"鍵は1つの利用者に%d個までです。使わない鍵を先に失効させてください。",
			TOKEN_PER_ACCOUNT);
	return 0;
}

static int run_on(struct tx *tx, enum stmt_id id, const char *key, int64_t number, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), id, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, key);
	if (id != STMT_TOKEN_END && id != STMT_ACCOUNT_TOKENS_END)
		stmt_int(st, 2, number);
	return stmt_step(st, err);
}

static int end_feeds(struct tx *tx, const char *account, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_TOKEN_END_KIND, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	stmt_text(st, 2, kind_names[TOKEN_FEED]);
	return stmt_step(st, err);
}

int token_put(struct tx *tx, const struct token *t, const char *words, const char *hash,
	      struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_TOKEN_PUT, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, t->id);
	stmt_text(st, 2, kind_names[t->kind]);
	stmt_text(st, 3, t->account);
	stmt_text(st, 4, t->label);
	stmt_text(st, 5, words);
	stmt_int(st, 6, t->made_us);
	stmt_int(st, 7, t->expires_us);
	stmt_blob(st, 8, hash, strlen(hash));
	return stmt_step(st, err);
}

static int note(struct tx *tx, const struct actor *by, const char *account, const char *detail,
		struct err *err)
{
	const struct event e = { .kind = EVENT_TOKEN, .subject = account, .detail = detail };

	return event_append(tx, by, &e, err);
}

static int make_write(struct tx *tx, void *arg, struct err *err)
{
	struct making *m = arg;
	bool feed = m->token.kind == TOKEN_FEED;
	const char *detail;
	int r;

	m->token.made_us = tx_now(tx);
	r = feed ? end_feeds(tx, m->token.account, err) : 0;
	if (r >= 0 && m->old)
		r = m->overlap ? run_on(tx, STMT_TOKEN_SHORTEN, m->old,
					tx_now(tx) + m->overlap * DAY_US, err)
			       : run_on(tx, STMT_TOKEN_END, m->old, 0, err);
	if (r >= 0)
		r = account_takes(tx_conn(tx), m, tx_now(tx), err);
	if (r >= 0)
		r = token_put(tx, &m->token, m->words, m->hash, err);
	if (r < 0)
		return r;
	detail = feed ? "カレンダーのアドレスを作りました"
		      : arena_printf(m->arena, "機器連携の鍵を%sしました（%s: %s）",
				     m->old ? "作り直" : "発行", m->token.label, m->token.scope);
	return detail ? note(tx, m->by, m->token.account, detail, err) : err_nomem(err);
}

/* Writes what stands in *m; ret_text is "" on failure. */
static int make(struct making *m, char ret_text[TOKEN_TEXT_SIZE], struct err *err)
{
	int r;

	m->words = arena_printf(m->arena, "%s%s%s%s%s", m->token.scope,
				*m->token.address ? " address:" : "", m->token.address,
				*m->token.cert ? " cert:" : "", m->token.cert);
	if (!m->words)
		return err_nomem(err);
	id_new(m->token.id);
	token_new(ret_text);
	token_hash(m->store, ret_text, m->hash);
	r = store_write(m->store, NULL, make_write, m, NULL, err);
	if (r < 0)
		bytes_wipe(ret_text, TOKEN_TEXT_SIZE);
	return r;
}

int token_make(struct store *s, const struct definitions *defs, const struct actor *by,
	       const struct token_wish *wish, char ret_text[TOKEN_TEXT_SIZE], struct token *ret,
	       struct arena *arena, struct err *err)
{
	struct making m = { .store = s, .by = by, .arena = arena };
	int r;

	ret_text[0] = '\0';
	r = prepare(&m, defs, wish, err);
	if (r >= 0)
		r = make(&m, ret_text, err);
	if (r >= 0)
		*ret = m.token;
	return r < 0 ? r : 0;
}

int token_rotate(struct store *s, const struct actor *by, const char *id, const char *until,
		 int overlap, char ret_text[TOKEN_TEXT_SIZE], struct token *ret,
		 struct arena *arena, struct err *err)
{
	struct making m = { .store = s, .by = by, .arena = arena, .overlap = overlap };
	struct token old;
	struct conn *c = NULL;
	int r = store_read_begin(s, &c, err);

	ret_text[0] = '\0';
	if (r < 0)
		return r;
	r = token_get(c, id, arena, &old, err);
	store_read_end(c);
	if (r >= 0 && old.kind != TOKEN_MACHINE)
		r = err_set(err, ERR_NOT_FOUND, "その鍵はありません。一覧で確かめてください。");
	if (r >= 0 && (overlap < 0 || overlap > TOKEN_OVERLAP_MAX))
		r = err_field(err, ERR_INVALID, "overlap",
			      "前の鍵を残す日数は0から%dまでにしてください。", TOKEN_OVERLAP_MAX);
	if (r >= 0)
		r = prepare(&m, NULL,
			    &(struct token_wish){ .account = old.account,
						  .label = old.label,
						  .scope = old.scope,
						  .address = old.address,
						  .cert = old.cert,
						  .until = until },
			    err);
	if (r < 0)
		return r;
	m.old = old.id;
	r = make(&m, ret_text, err);
	if (r >= 0)
		*ret = m.token;
	return r < 0 ? r : 0;
}

int token_make_feed(struct store *s, const struct actor *by, char ret_text[TOKEN_TEXT_SIZE],
		    struct err *err)
{
	struct arena arena;
	struct making m = { .store = s, .by = by, .arena = &arena };
	char today[DATE_SIZE], until[DATE_SIZE];
	int r = permit(by, PERM_FEED, NULL, err);

	ret_text[0] = '\0';
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	date_today(today);
	date_add_days(today, TOKEN_DAYS_MAX, until);
	m.token.kind = TOKEN_FEED;
	memcpy(m.token.account, by->account, sizeof m.token.account);
	m.token.label = "カレンダー";
	m.token.scope = m.token.address = m.token.cert = "";
	m.token.expires_us = token_day_end(until);
	r = make(&m, ret_text, err);
	arena_release(&arena);
	return r < 0 ? r : 0;
}

/* --- ending ---------------------------------------------------------------------- */

struct ending {
	const struct actor *by;
	const char *id;
	struct arena *arena;
};

static int revoke_write(struct tx *tx, void *arg, struct err *err)
{
	const struct ending *e = arg;
	const char *detail;
	struct token t;
	int r = token_get(tx_conn(tx), e->id, e->arena, &t, err);
	bool own = r >= 0 && t.kind == TOKEN_FEED && strcmp(t.account, e->by->account) == 0;

	if (r >= 0 && !own)
		r = permit(e->by, PERM_ACCOUNTS, NULL, err);
	if (r >= 0)
		r = run_on(tx, STMT_TOKEN_END, t.id, 0, err);
	if (r < 0)
		return r;
	detail = t.kind == TOKEN_FEED
			 ? "カレンダーのアドレスを使えなくしました"
			 : arena_printf(e->arena, "機器連携の鍵を失効させました（%s）", t.label);
	return detail ? note(tx, e->by, t.account, detail, err) : err_nomem(err);
}

int token_revoke(struct store *s, const struct actor *by, const char *id, struct err *err)
{
	struct arena arena;
	struct ending e = { by, id, &arena };
	int r;

	arena_init(&arena, 0);
	r = store_write(s, NULL, revoke_write, &e, NULL, err);
	arena_release(&arena);
	return r < 0 ? r : 0;
}

int tokens_end_all(struct tx *tx, const struct actor *by, const char *account, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int64_t count = 0;
	int r = stmt_begin(tx_conn(tx), STMT_TOKEN_COUNT, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	r = stmt_step(st, err);
	if (r > 0)
		count = col_int(st, 0);
	if (r < 0 || !count)
		return r < 0 ? r : 0;
	r = run_on(tx, STMT_ACCOUNT_TOKENS_END, account, 0, err);
	return r < 0 ? r
		     : note(tx, by, account,
			    "利用者の変更にともない、鍵とカレンダーを失効させました", err);
}

int token_has_feed(struct conn *c, const char *account, struct err *err)
{
	struct arena arena;
	struct token *list;
	size_t count = 0;
	int r;

	arena_init(&arena, 0);
	r = token_list(c, TOKEN_FEED, account, &arena, &list, &count, err);
	arena_release(&arena);
	return r < 0 ? r : count > 0;
}

int token_end_feeds(struct tx *tx, const struct actor *by, const char *account, const char *why,
		    struct err *err)
{
	char detail[160];
	int r = token_has_feed(tx_conn(tx), account, err);

	if (r <= 0)
		return r;
	r = end_feeds(tx, account, err);
	snprintf(detail, sizeof detail, "%sにともない、カレンダーのアドレスを失効させました", why);
	return r < 0 ? r : note(tx, by, account, detail, err);
}

/* --- finding --------------------------------------------------------------------- */

struct use {
	const struct token *token;
	struct actor who;
};

static int use_write(struct tx *tx, void *arg, struct err *err)
{
	const struct use *u = arg;
	int r = run_on(tx, STMT_TOKEN_USED, u->token->id, tx_now(tx), err);

	if (r < 0 || u->token->used_us)
		return r;
	return note(tx, &u->who, u->token->account,
		    u->token->kind == TOKEN_FEED ? "カレンダーが初めて読まれました"
						 : "機器連携の鍵が初めて使われました",
		    err);
}

/* The last use is for people to look at: a full disk must not stop reading. */
static void note_use(struct store *s, const struct token *t, const struct account *a)
{
	struct use u = { .token = t };

	if (clock_now_us() - t->used_us < NOTED_US)
		return;
	signin_actor(a, ACT_TOKEN, &u.who);
	(void)store_write(s, NULL, use_write, &u, NULL, NULL);
}

/* One text for whatever is wrong. */
static int none(struct err *err)
{
	return err_set(err, ERR_DENIED,
		       "鍵が正しくないか、期限が切れたか、止められています。"
		       "この接続の担当者は、企画管理者に確かめてください。");
}

/* Slows down an address that tries keys, and notes a refusal once a minute. */
static int refuse(struct store *s, const struct token_origin *from, const struct account *whose,
		  const char *why, struct err *err)
{
	struct identity_state *st = identity_state(s);
	const char *address = from->address ? from->address : "";
	struct actor who = { .account = "", .mark = ACT_TOKEN };
	struct event e = { .kind = EVENT_TOKEN, .refused = true };
	char what[160], detail[240], place[PLACE_SIZE];
	int64_t wait, now;

	if (!st)
		return err_nomem(err);
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	attempt_place(address, place);
	wait = throttle_enter(&st->throttle, &wrong_rule, place, now);
	pthread_mutex_unlock(&st->lock);
	if (whose)
		signin_actor(whose, ACT_TOKEN, &who);
	snprintf(what, sizeof what, "token refused %s %s", who.account, place);
	snprintf(detail, sizeof detail, "鍵での接続を断りました（%s、接続元 %s）", why, address);
	e.detail = detail;
	if (event_fresh(s, what))
		event_note(s, &who, &e);
	if (wait > 0)
		return err_set(
			err, ERR_BUSY,
			"正しくない鍵での接続が続いています。%lld秒待ってからつないでください。",
			(long long)((wait + SECOND_US - 1) / SECOND_US));
	return none(err);
}

/* Why a key that exists is not accepted here and now; NULL if it is. */
static const char *fault(const struct token *t, const struct account *a,
			 const struct token_origin *from)
{
	const char *address = from->address ? from->address : "", *cert = from->cert;
	enum account_kind wanted = t->kind == TOKEN_MACHINE ? ACCOUNT_MACHINE : ACCOUNT_PERSON;
	char today[DATE_SIZE];

	date_today(today);
	if (clock_now_us() >= t->expires_us)
		return "期限切れ";
	if (a->kind != wanted || !account_usable(a, today))
		return "利用者が停止中か期間外";
	if (*t->address && !address_in_range(address, t->address))
		return "許可されていない接続元";
	if (*t->cert &&
	    (!cert || strlen(cert) != strlen(t->cert) || !bytes_equal(cert, t->cert, strlen(cert))))
		return "証明書が違う";
	return NULL;
}

int token_find(struct store *s, enum token_kind kind, const char *text,
	       const struct token_origin *from, struct arena *arena, struct token *ret,
	       struct account *ret_account, struct err *err)
{
	struct conn *c = NULL;
	const char *why;
	char hash[33];
	int r;

	if (!text || !token_valid(text))
		return refuse(s, from, NULL, "知らない鍵", err);
	token_hash(s, text, hash);
	r = store_read_begin(s, &c, err);
	if (r < 0)
		return r;
	r = find_row(c, STMT_TOKEN_BY_HASH, hash, arena, ret, err);
	if (r >= 0)
		r = account_by_id(c, ret->account, arena, ret_account, err);
	store_read_end(c);
	if (r == ERR_NOT_FOUND || (r >= 0 && ret->kind != kind))
		return refuse(s, from, NULL, "知らない鍵", err);
	if (r < 0)
		return r;
	why = fault(ret, ret_account, from);
	if (why)
		return refuse(s, from, ret_account, why, err);
	note_use(s, ret, ret_account);
	return 0;
}

int token_feed_pace(struct store *s, const struct token *t, struct err *err)
{
	struct identity_state *st = identity_state(s);
	int64_t wait, now;

	if (!st)
		return err_nomem(err);
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	wait = throttle_enter(&st->throttle, &feed_rule, t->id, now);
	pthread_mutex_unlock(&st->lock);
	return wait <= 0 ? 0
			 : err_set(err, ERR_BUSY,
				   "カレンダーの読み込みが多すぎます。読み込む間隔を1時間以上にして"
				   "ください。");
}
