/* Making and changing accounts. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "identity/account.h"
#include "identity/account_check.h"
#include "identity/emergency.h"
#include "identity/event.h"
#include "identity/link.h"
#include "identity/token.h"
#include "identity/totp.h"

#define LOGIN_MAX 64

struct put {
	const struct actor *by;
	const struct account_change *change;
	char login[LOGIN_MAX + 1], new_login[LOGIN_MAX + 1], new_id[ID_SIZE];
	struct password_new_hash fresh; /* hash "": keep */
	bool create;
	struct arena *arena;
	struct account *ret;
};

static int login_check(const char *login, char ret[LOGIN_MAX + 1], struct err *err)
{
	size_t i, len = strlen(login);

	if (len < 2 || len > LOGIN_MAX)
		return err_field(err, ERR_INVALID, "login",
				 "利用者IDは半角で2文字以上%d文字以下にしてください。", LOGIN_MAX);
	for (i = 0; i < len; i++) {
		char c = (char)tolower((unsigned char)login[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._-@", c)))
			return err_field(
				err, ERR_INVALID, "login",
				"利用者IDに使えるのは半角の英字、数字と . _ - @ だけです。");
		ret[i] = c;
	}
	ret[len] = '\0';
	if (strcmp(ret, actor_system.account) == 0)
		return err_field(err, ERR_INVALID, "login",
				 "「%s」はプログラム自身の名前です。別の利用者IDにしてください。",
				 ret);
	return 0;
}

/* Enrolling one's own second factor needs no administrator. */
static bool is_own_totp(const struct actor *by, const struct account *a,
			const struct account_change *c)
{
	return strcmp(by->account, a->id) == 0 && c->totp && !c->login && !c->name &&
	       !c->profession && !c->site && !c->department && !c->vendor && !c->staff &&
	       !c->kana && !c->valid_from && !c->valid_until && c->role < 0 && c->disabled < 0 &&
	       !c->password && c->must_change < 0;
}

static int put_permit(const struct put *p, const struct account *now, struct err *err)
{
	enum account_kind kind = now ? now->kind : (enum account_kind)p->change->kind;
	int r = emergency_put_check(kind, p->change, err);

	if (r < 0 || (now && is_own_totp(p->by, now, p->change)))
		return r;
	/* Whoever may give out a link makes what stands for it, and nothing else of accounts. */
	if (kind == ACCOUNT_LINK)
		return link_put_check(p->by, now, p->change, err);
	return permit(p->by, PERM_ACCOUNTS, NULL, err);
}

/* Checks the new password against the account as it will be, and hashes it. */
static int put_password(struct store *s, struct put *p, const struct account *now, struct err *err)
{
	const struct account_change *c = p->change;
	struct access_policy policy;
	struct password_about about = {
		.policy = &policy,
		.login = c->login ? c->login : p->login,
		.name = c->name ? c->name
			: now	? now->name
				: "",
		.kana = c->kana ? c->kana
			: now	? now->kana
				: "",
		.org = store_org_name(s),
		.second_factor = c->drop_factors ? false
				 : c->totp	 ? *c->totp != '\0'
						 : now && account_has_factor(now),
	};
	int r;

	if (!c->password)
		return 0;
	if ((now ? (int)now->kind : c->kind) == ACCOUNT_MACHINE)
		return err_field(err, ERR_INVALID, "password",
				 "機器連携用のアカウントにパスワードは付けられません。"
				 "代わりに鍵を発行してください。");
	r = policy_current(s, &policy, err);
	if (r >= 0)
		r = password_refuse(c->password, &about, err);
	if (r < 0)
		return r;
	p->fresh.short_password = password_short(c->password, &policy);
	p->fresh.first = c->must_change == 1;
	return password_hash(s, c->password, p->fresh.hash, err);
}

/* Somebody must always be able to look after the accounts. */
static int keep_planner(struct conn *c, const struct account *before, const struct account *after,
			struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r;

	if (before->role != ROLE_PLANNER || before->disabled ||
	    (after->role == ROLE_PLANNER && !after->disabled && !*after->valid_until))
		return 0;
	r = stmt_begin(c, STMT_ACCOUNT_COUNT_ROLE, &st, err);
	if (r < 0)
		return r;
	stmt_text(st, 1, role_name(ROLE_PLANNER));
	stmt_text(st, 2, before->id);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r == 0 || col_int(st, 0) == 0)
		return err_set(err, ERR_INVALID,
			       "「%s」は、期限なく使える最後の「%"
			       "s」です。先に別の人をその役割にしてください。",
			       before->name, role_label(ROLE_PLANNER));
	return 0;
}

static int rename_check(struct tx *tx, struct put *p, struct account *a, struct err *err)
{
	struct account other;
	int r;

	if (!*p->new_login || strcmp(p->new_login, a->login) == 0)
		return 0;
	r = account_load(tx_conn(tx), NULL, p->new_login, p->arena, &other, NULL, err);
	if (r == 0)
		return err_field(err, ERR_CONFLICT, "login",
				 "利用者ID「%s」は既に「%s」が使っています。", p->new_login,
				 other.name);
	if (r != ERR_NOT_FOUND)
		return r;
	a->login = p->new_login;
	return 0;
}

static void apply_texts(const struct account_change *c, struct account *a)
{
	a->name = c->name ? c->name : a->name;
	a->profession = c->profession ? c->profession : a->profession;
	a->site = c->site ? c->site : a->site;
	a->department = c->department ? c->department : a->department;
	a->vendor = c->vendor ? c->vendor : a->vendor;
	a->staff = c->staff ? c->staff : a->staff;
	a->kana = c->kana ? c->kana : a->kana;
	a->valid_from = c->valid_from ? c->valid_from : a->valid_from;
	a->valid_until = c->valid_until ? c->valid_until : a->valid_until;
}

static void apply(const struct put *p, struct account *a, struct credentials *cred, int64_t now_us)
{
	const struct account_change *c = p->change;

	apply_texts(c, a);
	if (c->role >= 0)
		a->role = (enum role)c->role;
	if (c->disabled >= 0)
		a->disabled = c->disabled != 0;
	if (p->create && a->kind == ACCOUNT_EMERGENCY)
		a->disabled = true; /* sealed until it is opened */
	if (c->must_change >= 0)
		a->must_change = c->must_change != 0;
	if (c->totp)
		snprintf(cred->totp, sizeof cred->totp, "%s", c->totp);
	if (c->drop_factors) {
		memset(cred->totp, 0, sizeof cred->totp);
		cred->authenticator_count = cred->recovery_count = 0;
	}
	if (*p->fresh.hash)
		password_set(cred, &p->fresh, now_us);
	/* Eight characters were enough only beside a second factor. */
	if (!*cred->totp && !cred->authenticator_count && *cred->hash && cred->short_password)
		a->must_change = true;
}

/* Whoever loses access, gets another role, or other credentials from somebody else, must
 * sign in anew. */
static bool ends_sessions(const struct put *p, const struct account *before,
			  const struct account *a, const char *today)
{
	bool self = strcmp(p->by->account, a->id) == 0;

	return !account_usable(a, today) || *p->fresh.hash || p->change->drop_factors ||
	       (p->change->totp && !self) ||
	       (!p->create && (a->role != before->role || strcmp(a->vendor, before->vendor) != 0));
}

static bool rights_differ(const struct account *a, const struct account *b)
{
	return a->role != b->role || strcmp(a->site, b->site) != 0 ||
	       strcmp(a->department, b->department) != 0 ||
	       strcmp(a->profession, b->profession) != 0 || strcmp(a->vendor, b->vendor) != 0;
}

static int end_access(struct tx *tx, const struct put *p, const struct account *before,
		      const struct account *a, struct err *err)
{
	bool ends;
	char today[DATE_SIZE];
	int r = 0;

	date_of_us(tx_now(tx), today);
	ends = ends_sessions(p, before, a, today);
	if (ends)
		r = sessions_end_all(tx, a->id, err);
	/* A key was given for the rights as they were. */
	if (r >= 0 && (ends || (!p->create && rights_differ(before, a))))
		r = tokens_end_all(tx, p->by, a->id, err);
	return r;
}

/* --- what the log says about it ------------------------------------------------ */

static int note(struct tx *tx, const struct put *p, const struct account *a, enum event_kind kind,
		const char *detail, struct err *err)
{
	struct event e = { .kind = kind, .subject = a->id, .detail = detail };

	return event_append(tx, p->by, &e, err);
}

static int note_all(struct tx *tx, const struct put *p, const struct account *before,
		    const struct account *a, struct err *err)
{
	char rights[160];
	int r = note(tx, p, a, EVENT_ACCOUNT,
		     p->create			       ? "利用者を登録しました"
		     : a->disabled == before->disabled ? "利用者の登録を変えました"
		     : a->disabled		       ? "利用を停止しました"
						       : "利用を再開しました",
		     err);

	if (r >= 0 && !p->create && rights_differ(before, a)) {
		snprintf(rights, sizeof rights, "権限を変えました（役割: %s から %s）",
			 role_label(before->role), role_label(a->role));
		r = note(tx, p, a, EVENT_RIGHTS, rights, err);
	}
	if (r >= 0 && *p->fresh.hash)
		r = note(tx, p, a, EVENT_PASSWORD,
			 p->fresh.first ? "最初のパスワードを発行しました"
					: "パスワードを設定しました",
			 err);
	if (r >= 0 && (p->change->totp || p->change->drop_factors))
		r = note(tx, p, a, EVENT_FACTOR,
			 p->change->totp && *p->change->totp ? "認証アプリを登録しました"
							     : "認証アプリの登録を消しました",
			 err);
	return r;
}

static int put_current(struct tx *tx, struct put *p, struct account *a, struct credentials *cred,
		       struct err *err)
{
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), NULL, p->login, p->arena, a, &seq, err);

	if (r == 0 && p->create)
		return err_field(
			err, ERR_CONFLICT, "login",
			"利用者ID「%s」は既に「%s」が使っています。別の名前にしてください。",
			p->login, a->name);
	if (r == 0)
		return credentials_load(tx_conn(tx), seq, cred, err);
	if (r != ERR_NOT_FOUND || !p->create)
		return r;
	memcpy(a->id, p->new_id, sizeof a->id);
	a->login = p->login;
	a->kind = (enum account_kind)p->change->kind;
	a->name = a->kana = a->profession = a->site = a->department = a->vendor = "";
	a->staff = "";
	a->valid_from = a->valid_until = "";
	return 0;
}

static int put_write(struct tx *tx, void *arg, struct err *err)
{
	struct put *p = arg;
	struct account a = { .rev = 0 }, before;
	struct credentials cred = { .hash = "" };
	int r = put_current(tx, p, &a, &cred, err);

	before = a;
	if (r >= 0 && !p->create)
		r = put_permit(p, &a, err);
	if (r >= 0)
		r = rename_check(tx, p, &a, err);
	if (r >= 0) {
		apply(p, &a, &cred, tx_now(tx));
		r = p->create ? 0 : keep_planner(tx_conn(tx), &before, &a, err);
	}
	if (r >= 0)
		r = account_one_person(tx_conn(tx), &a, err);
	if (r >= 0)
		r = account_append(tx, p->by->account, &a, &cred, err);
	if (r >= 0)
		r = end_access(tx, p, &before, &a, err);
	if (r >= 0)
		r = note_all(tx, p, &before, &a, err);
	bytes_wipe(&cred, sizeof cred);
	if (r >= 0)
		*p->ret = a;
	return r;
}

/* What is known before the committer is asked: permission, form and hash. */
static int put_prepare(struct store *s, struct put *p, struct err *err)
{
	struct account now;
	struct conn *c = NULL;
	bool known;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_load(c, NULL, p->login, p->arena, &now, NULL, err);
	store_read_end(c);
	if (r < 0 && (r != ERR_NOT_FOUND || !p->create))
		return r;
	known = r == 0;
	r = put_permit(p, known ? &now : NULL, err);
	return r < 0 ? r : put_password(s, p, known ? &now : NULL, err);
}

int account_put(struct store *s, const struct actor *by, bool create, const char *login,
		const struct account_change *c, struct account *ret, struct arena *arena,
		struct err *err)
{
	struct put p = { .by = by, .change = c, .create = create, .arena = arena };
	struct account made;
	int r = login_check(login, p.login, err);

	if (r >= 0 && c->login)
		r = login_check(c->login, p.new_login, err);
	if (r >= 0)
		r = account_change_check(c, create, p.login, err);
	if (r < 0)
		return r;
	p.ret = &made;
	id_new(p.new_id);
	r = put_prepare(s, &p, err);
	if (r >= 0)
		r = store_write(s, NULL, put_write, &p, NULL, err);
	bytes_wipe(&p.fresh, sizeof p.fresh);
	if (r < 0)
		return r;
	r = account_copy(arena, &made, err);
	if (r >= 0 && ret)
		*ret = made;
	return r;
}

int account_put_first(struct store *s, const struct actor *by, bool create, const char *login,
		      struct account_change *c, char ret_password[32], struct account *ret,
		      struct arena *arena, struct err *err)
{
	int tries, r = ERR_BUG;

	c->password = ret_password;
	c->must_change = 1;
	for (tries = 0; tries < 8; tries++) {
		password_new(ret_password);
		r = account_put(s, by, create, login, c, ret, arena, err);
		/* By chance the syllables may hold the person's name. */
		if (r != ERR_INVALID || !err || strcmp(err->field, "password") != 0)
			break;
	}
	return r;
}
