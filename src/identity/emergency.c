/* Emergency accounts: which there are, how they stand, and the changes of the account. */
#include "identity/emergency.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/account.h"
#include "identity/event.h"
#include "identity/signin.h"

#define MINUTE_US (INT64_C(60) * 1000000)
/* The detail of the event of an opening begins with it; what follows is shown to all. */
#define OPENED "開封: "
#define HISTORY 50 /* events looked at for the last opening */

const char *emergency_state_label(enum emergency_state s)
{
	switch (s) {
	case EMERGENCY_SEALED: return "封印中";
	case EMERGENCY_OPENED: return "開封中";
	default: return "再封印が必要";
	}
}

int emergency_put_check(enum account_kind kind, const struct account_change *c, struct err *err)
{
	if (kind != ACCOUNT_EMERGENCY || (!c->password && !c->totp && c->disabled < 0))
		return 0;
	return err_set(err, ERR_INVALID,
		       "非常時用アカウントの登録、開封、終了は「非常時アカウント」の画面か daicho "
		       "emergency で行ってください。ここではパスワードや停止を変えられません。");
}

/* --- reading --------------------------------------------------------------------- */

/* The newest opening of an account, from its events. */
static int last_opening(struct conn *c, struct arena *arena, struct emergency_account *ret,
			struct err *err)
{
	const struct event_query q = { .person = ret->account.id,
				       .kind = EVENT_EMERGENCY,
				       .limit = HISTORY };
	struct event_row *row;
	size_t count, i;
	int r = event_list(c, &q, arena, &row, &count, err);

	ret->opened_by = "";
	ret->opened_us = 0;
	for (i = 0; r >= 0 && i < count; i++) {
		if (strncmp(row[i].detail, OPENED, sizeof OPENED - 1) != 0)
			continue;
		ret->opened_us = row[i].at_us;
		ret->opened_by = row[i].detail + sizeof OPENED - 1;
		break;
	}
	return r;
}

static int read_state(struct conn *c, struct arena *arena, struct emergency_account *ret,
		      struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct account a;
	int64_t seq = 0;
	int r = account_load(c, ret->account.id, NULL, arena, &a, &seq, err);

	if (r >= 0)
		r = credentials_load(c, seq, &cred, err);
	ret->state = !ret->account.disabled ? EMERGENCY_OPENED
		     : *cred.seal	    ? EMERGENCY_SEALED
					    : EMERGENCY_UNSEALED;
	bytes_wipe(&cred, sizeof cred);
	return r < 0 ? r : last_opening(c, arena, ret, err);
}

int emergency_list(struct conn *c, struct arena *arena, struct emergency_account **ret,
		   size_t *ret_count, struct err *err)
{
	struct account *all;
	size_t count, i, n = 0;
	int r = account_list(c, arena, &all, &count, err);

	if (r < 0)
		return r;
	for (i = 0; i < count; i++)
		n += all[i].kind == ACCOUNT_EMERGENCY;
	*ret = arena_calloc(arena, n ? n : 1, sizeof **ret);
	*ret_count = 0;
	if (!*ret)
		return err_nomem(err);
	for (i = 0; r >= 0 && i < count; i++) {
		if (all[i].kind != ACCOUNT_EMERGENCY)
			continue;
		(*ret)[*ret_count].account = all[i];
		r = read_state(c, arena, &(*ret)[*ret_count], err);
		++*ret_count;
	}
	return r < 0 ? r : 0;
}

int emergency_get(struct conn *c, const char *login, struct arena *arena,
		  struct emergency_account *ret, struct err *err)
{
	int r = account_by_login(c, login, arena, &ret->account, err);

	if (r == ERR_NOT_FOUND || (r >= 0 && ret->account.kind != ACCOUNT_EMERGENCY))
		return err_set(err, ERR_NOT_FOUND,
			       "その非常時アカウントはありません。一覧から選んでください。");
	return r < 0 ? r : read_state(c, arena, ret, err);
}

/* --- the banner -------------------------------------------------------------------- */

static size_t copy_open(const struct emergency_account *list, size_t count,
			struct emergency_open ret[EMERGENCIES_SHOWN])
{
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (list[i].state != EMERGENCY_OPENED)
			continue;
		if (n < EMERGENCIES_SHOWN) {
			snprintf(ret[n].name, sizeof ret[n].name, "%s", list[i].account.name);
			snprintf(ret[n].by, sizeof ret[n].by, "%s", list[i].opened_by);
			ret[n].since_us = list[i].opened_us;
		}
		n++;
	}
	return n;
}

/* From the accounts. A failure shows nothing and is tried again with the next page. */
static size_t read_open(struct store *s, struct identity_state *st, unsigned changed,
			struct emergency_open ret[EMERGENCIES_SHOWN])
{
	struct emergency_account *list;
	struct conn *c = NULL;
	struct arena arena;
	size_t count = 0, n = 0;
	int r = store_read_begin(s, &c, NULL);

	if (r < 0)
		return 0;
	arena_init(&arena, 0);
	r = emergency_list(c, &arena, &list, &count, NULL);
	store_read_end(c);
	if (r >= 0) {
		n = copy_open(list, count, ret);
		pthread_mutex_lock(&st->lock);
		if (st->emergencies_changed == changed) {
			memcpy(st->emergency, ret, sizeof st->emergency);
			st->emergencies = n;
			st->emergencies_known = true;
		}
		pthread_mutex_unlock(&st->lock);
	}
	arena_release(&arena);
	return n;
}

size_t emergency_now(struct store *s, struct emergency_open ret[EMERGENCIES_SHOWN])
{
	struct identity_state *st = identity_state(s);
	unsigned changed;
	size_t n = 0;
	bool known;

	if (!st)
		return 0;
	memset(ret, 0, EMERGENCIES_SHOWN * sizeof *ret);
	pthread_mutex_lock(&st->lock);
	known = st->emergencies_known;
	changed = st->emergencies_changed;
	if (known) {
		n = st->emergencies;
		if (n)
			memcpy(ret, st->emergency, sizeof st->emergency);
	}
	pthread_mutex_unlock(&st->lock);
	return known ? n : read_open(s, st, changed, ret);
}

void emergency_changed(struct store *s)
{
	struct identity_state *st = identity_state(s);

	if (!st)
		return;
	pthread_mutex_lock(&st->lock);
	st->emergencies_known = false;
	st->emergencies_changed++;
	pthread_mutex_unlock(&st->lock);
}

/* --- changing the account ------------------------------------------------------------ */

int emergency_code_new(struct store *s, struct emergency_code *ret, struct err *err)
{
	char key[SPARE_CODE_SIZE];
	int r;

	spare_code_new(ret->code);
	spare_code_key(ret->code, key);
	r = password_hash(s, key, ret->hash, err);
	bytes_wipe(key, sizeof key);
	return r;
}

void emergency_actor(const struct account *a, struct actor *ret)
{
	signin_actor(a, ACT_EMERGENCY, ret);
}

static int load(struct tx *tx, const char *id, struct arena *arena, struct account *ret,
		struct credentials *cred, struct err *err)
{
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), id, NULL, arena, ret, &seq, err);

	if (r >= 0 && ret->kind != ACCOUNT_EMERGENCY)
		return err_set(err, ERR_INVALID, "「%s」は非常時用アカウントではありません。",
			       ret->name);
	return r < 0 ? r : credentials_load(tx_conn(tx), seq, cred, err);
}

static int note(struct tx *tx, const struct emergency_act *a, enum event_kind kind,
		const char *detail, struct err *err)
{
	struct event e = { .kind = kind,
			   .subject = a->account,
			   .ledger = a->ledger,
			   .entry = a->entry,
			   .detail = detail };

	return event_append(tx, a->who, &e, err);
}

static int note_opened(struct tx *tx, const struct emergency_act *a, struct err *err)
{
	char detail[256];

	snprintf(detail, sizeof detail, OPENED "%.200s", a->said);
	return note(tx, a, EVENT_EMERGENCY, detail, err);
}

int emergency_seal(struct tx *tx, const struct emergency_act *act, const char *hash,
		   struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct account a;
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = load(tx, act->account, &arena, &a, &cred, err);
	if (r >= 0 && !a.disabled)
		r = err_set(err, ERR_CONFLICT,
			    "「%s」は開封中です。先に「通常時に戻す」を行ってください。", a.name);
	if (r >= 0) {
		bytes_wipe(&cred, sizeof cred);
		snprintf(cred.seal, sizeof cred.seal, "%s", hash);
		cred.set_us = tx_now(tx);
		r = account_append(tx, act->who->account, &a, &cred, err);
	}
	if (r >= 0)
		r = note(tx, act, EVENT_EMERGENCY, "新しい封印コードを作り、封印しました", err);
	bytes_wipe(&cred, sizeof cred);
	arena_release(&arena);
	return r;
}

int emergency_open_given(struct tx *tx, const struct emergency_act *act, const char *hash,
			 struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct account a;
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = load(tx, act->account, &arena, &a, &cred, err);
	if (r >= 0) {
		bytes_wipe(cred.seal, sizeof cred.seal);
		snprintf(cred.bypass, sizeof cred.bypass, "%s", hash);
		cred.bypass_until_us = tx_now(tx) + EMERGENCY_GIVEN_MINUTES * MINUTE_US;
		a.disabled = false;
		r = account_append(tx, act->who->account, &a, &cred, err);
	}
	if (r >= 0)
		r = note_opened(tx, act, err);
	bytes_wipe(&cred, sizeof cred);
	arena_release(&arena);
	return r;
}

static int tokens_end(struct tx *tx, const char *account, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_ACCOUNT_TOKENS_END, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	return stmt_step(st, err);
}

int emergency_close(struct tx *tx, const struct emergency_act *act, struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct account a;
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = load(tx, act->account, &arena, &a, &cred, err);
	if (r >= 0 && a.disabled)
		r = err_set(err, ERR_CONFLICT,
			    "「%s」は開封されていません。一覧を開き直してください。", a.name);
	if (r >= 0) {
		bytes_wipe(&cred, sizeof cred);
		a.disabled = true;
		a.must_change = false;
		r = account_append(tx, act->who->account, &a, &cred, err);
	}
	if (r >= 0)
		r = sessions_end_all(tx, a.id, err);
	if (r >= 0)
		r = tokens_end(tx, a.id, err);
	if (r >= 0)
		r = note(tx, act, EVENT_EMERGENCY, "通常時に戻し、使えなくしました", err);
	bytes_wipe(&cred, sizeof cred);
	arena_release(&arena);
	return r;
}

int emergency_alarm(struct tx *tx, const struct emergency_act *a, struct err *err)
{
	return note(tx, a, EVENT_ALARM, "非常時の宣言がないまま、非常時アカウントが開封されました",
		    err);
}

/* --- coming in ------------------------------------------------------------------------ */

static int refused(struct err *err)
{
	return err_set(
		err, ERR_DENIED,
		"利用者IDかコードが違うか、このコードはもう使えません。紙のとおりに入力して"
		"ください。使えるコードがないときは、企画管理者・システム運用担当者・経営層の"
		"うち2人に開封してもらってください。");
}

/* Account and the one hash the code may belong to; all empty when nothing is known. */
static int find(struct store *s, const char *login, struct arena *arena,
		struct emergency_entry *ret, struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct conn *c = NULL;
	int64_t seq = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_load(c, NULL, login, arena, &ret->account, &seq, err);
	if (r >= 0 && ret->account.kind == ACCOUNT_EMERGENCY)
		r = credentials_load(c, seq, &cred, err);
	store_read_end(c);
	ret->opens = r >= 0 && ret->account.disabled;
	if (ret->opens)
		memcpy(ret->proved, cred.seal, sizeof ret->proved);
	else if (r >= 0 && clock_now_us() < cred.bypass_until_us)
		memcpy(ret->proved, cred.bypass, sizeof ret->proved);
	bytes_wipe(&cred, sizeof cred);
	return r == ERR_NOT_FOUND ? 0 : r;
}

/* The code as it stands on paper, which later unlocks the screen. */
static int hash_printed(struct store *s, const char *key, char ret[PASSWORD_HASH_SIZE],
			struct err *err)
{
	char printed[SPARE_CODE_SIZE];
	int r;

	snprintf(printed, sizeof printed, "%.4s-%.4s-%.4s-%.4s", key, key + 4, key + 8, key + 12);
	r = password_hash(s, printed, ret, err);
	bytes_wipe(printed, sizeof printed);
	return r;
}

static int check_code(struct store *s, const char *login, const char *code, struct arena *arena,
		      struct emergency_entry *ret, struct err *err)
{
	char key[SPARE_CODE_SIZE];
	bool formed = spare_code_key(code, key);
	int r = find(s, login, arena, ret, err);

	if (r >= 0)
		r = password_verify(s, formed ? key : "-", ret->proved, err);
	if (r == 0 || (r > 0 && !*ret->proved))
		r = refused(err);
	if (r > 0)
		r = hash_printed(s, key, ret->unlock, err);
	bytes_wipe(key, sizeof key);
	return r;
}

int emergency_prove(struct store *s, const char *login, const char *code,
		    const struct session_origin *from, struct arena *arena,
		    struct emergency_entry *ret, struct err *err)
{
	char key[129], subject[160];
	struct attempt a = { subject, from->address ? from->address : "", NULL };
	int r;

	memset(ret, 0, sizeof *ret);
	if (!login || fold_key(login, key, sizeof key) <= 0)
		snprintf(key, sizeof key, "-");
	/* Guesses at the sign-in page must not keep the envelope from opening, nor these that. */
	snprintf(subject, sizeof subject, "emergency\n%s", key);
	r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	r = check_code(s, key, code, arena, ret, err);
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		signin_refused(s, *ret->account.id ? ret->account.id : NULL,
			       "非常時アカウントのコードの誤り", a.address);
	return r;
}

/* Uses the code up: it must still be the one that was right. */
static int take_code(struct tx *tx, const struct emergency_entry *in, const char *account,
		     struct arena *arena, struct account *ret, struct err *err)
{
	struct credentials cred = { .hash = "" };
	int r = load(tx, account, arena, ret, &cred, err);
	const char *now = in->opens ? cred.seal : cred.bypass;

	if (r >= 0 && (ret->disabled != in->opens || !*in->proved || strcmp(now, in->proved) != 0))
		r = refused(err);
	if (r >= 0) {
		bytes_wipe(cred.seal, sizeof cred.seal);
		bytes_wipe(cred.bypass, sizeof cred.bypass);
		cred.bypass_until_us = 0;
		memcpy(cred.hash, in->unlock, sizeof cred.hash);
		cred.set_us = tx_now(tx);
		ret->disabled = false;
		r = account_append(tx, ret->id, ret, &cred, err);
	}
	bytes_wipe(&cred, sizeof cred);
	return r;
}

static int start(struct tx *tx, struct store *s, const struct emergency_entry *in,
		 const struct session_origin *from, struct session *ret, struct err *err)
{
	struct identity_state *st = identity_state(s);
	int64_t now_us = identity_mono(st);
	int r = sessions_prune(tx, st, now_us, err);

	snprintf(ret->address, sizeof ret->address, "%s", from->address ? from->address : "");
	snprintf(ret->agent, sizeof ret->agent, "%s", from->agent ? from->agent : "");
	snprintf(ret->terminal, sizeof ret->terminal, "%s", from->terminal ? from->terminal : "");
	snprintf(ret->factors, sizeof ret->factors, "%s", in->opens ? "seal" : "given");
	ret->mark = ACT_EMERGENCY;
	return r < 0 ? r : session_start(tx, st, now_us, false, ret, err);
}

int emergency_enter(struct tx *tx, struct store *s, const struct emergency_entry *in,
		    const struct emergency_act *act, const struct session_origin *from,
		    struct session *ret, struct err *err)
{
	struct account a;
	struct arena arena;
	int r;

	memset(ret, 0, sizeof *ret);
	arena_init(&arena, 0);
	r = take_code(tx, in, act->account, &arena, &a, err);
	if (r >= 0 && in->opens)
		r = note_opened(tx, act, err);
	else if (r >= 0)
		r = note(tx, act, EVENT_EMERGENCY, "2人の開封で渡されたコードで入りました", err);
	if (r >= 0) {
		ret->account = in->account;
		r = start(tx, s, in, from, ret, err);
	}
	arena_release(&arena);
	return r;
}
