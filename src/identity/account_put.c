/* Making and changing accounts. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "identity/account.h"
#include "identity/totp.h"

#define LOGIN_MAX 64
#define TEXT_MAX 120 /* characters of a name, a profession, a site */

struct put {
	const struct actor *by;
	const struct account_change *change;
	char login[LOGIN_MAX + 1], new_login[LOGIN_MAX + 1], new_id[ID_SIZE];
	char hash[PASSWORD_HASH_SIZE]; /* of the new password, "" to keep */
	bool create, short_password;
	struct arena *arena;
	struct account *ret;
};

static int login_check(const char *login, char ret[LOGIN_MAX + 1], struct err *err)
{
	size_t i, len = strlen(login);

	if (len < 2 || len > LOGIN_MAX)
		return err_field(err, ERR_INVALID, "login",
				 "ログイン名は半角で2文字以上%d文字以下にしてください。",
				 LOGIN_MAX);
	for (i = 0; i < len; i++) {
		char c = (char)tolower((unsigned char)login[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._-@", c)))
			return err_field(
				err, ERR_INVALID, "login",
				"ログイン名に使えるのは半角の英字、数字と . _ - @ だけです。");
		ret[i] = c;
	}
	ret[len] = '\0';
	if (strcmp(ret, actor_system.account) == 0)
		return err_field(err, ERR_INVALID, "login",
				 "「%s」はプログラム自身の名前です。別のログイン名にしてください。",
				 ret);
	return 0;
}

static int text_check(const char *value, const char *field, const char *label, struct err *err)
{
	if (!value)
		return 0;
	if (!utf8_valid(value, strlen(value), NULL) || text_has_control(value, false))
		return err_field(err, ERR_INVALID, field,
				 "%sに使えない文字があります。入力し直してください。", label);
	if (utf8_length(value) > TEXT_MAX)
		return err_field(err, ERR_INVALID, field, "%sは%d文字までにしてください。", label,
				 TEXT_MAX);
	return 0;
}

static int date_check(const char *value, const char *field, struct err *err)
{
	if (!value || !*value || date_valid(value))
		return 0;
	return err_field(err, ERR_INVALID, field,
			 "日付は 2026-04-01 のように書いてください。期限がなければ空欄にします。");
}

static int change_check(const struct account_change *c, bool create, struct err *err)
{
	int r = text_check(c->name, "name", "氏名", err);

	if (r >= 0)
		r = text_check(c->kana, "kana", "ふりがな", err);
	if (r >= 0)
		r = text_check(c->profession, "profession", "職種", err);
	if (r >= 0)
		r = text_check(c->site, "site", "施設", err);
	if (r >= 0)
		r = text_check(c->department, "department", "部署", err);
	if (r >= 0)
		r = date_check(c->valid_from, "valid_from", err);
	if (r >= 0)
		r = date_check(c->valid_until, "valid_until", err);
	if (r < 0)
		return r;
	if ((create || c->name) && (!c->name || !*c->name))
		return err_field(err, ERR_INVALID, "name", "氏名を書いてください。");
	if (c->role >= ROLE_MAX || (create && c->role < 0))
		return err_field(err, ERR_INVALID, "role", "役割を選んでください。");
	if (c->totp && *c->totp && !totp_secret_valid(c->totp))
		return err_field(
			err, ERR_INVALID, "totp",
			"認証アプリの鍵が正しくありません。QRコードを出し直してください。");
	return 0;
}

/* Enrolling one's own second factor needs no administrator. */
static bool is_own_totp(const struct actor *by, const struct account *a,
			const struct account_change *c)
{
	return strcmp(by->account, a->id) == 0 && c->totp && !c->login && !c->name &&
	       !c->profession && !c->site && !c->department && !c->vendor && !c->staff && !c->kana &&
	       !c->valid_from && !c->valid_until && c->role < 0 && c->disabled < 0 &&
	       !c->password && c->must_change < 0;
}

static int put_permit(const struct put *p, const struct account *now, struct err *err)
{
	if (now && is_own_totp(p->by, now, p->change))
		return 0;
	return permit(p->by, PERM_ACCOUNTS, NULL, err);
}

/* Checks the new password against the account as it will be, and hashes it. */
static int put_password(struct store *s, struct put *p, const struct account *now, struct err *err)
{
	const struct account_change *c = p->change;
	bool factor = c->totp ? *c->totp != '\0' : now && now->has_totp;
	const char *login = c->login ? c->login : p->login;
	const char *name = c->name ? c->name : now ? now->name : "";
	int r;

	if (!c->password)
		return 0;
	r = password_check_factors(c->password, login, name, factor, err);
	if (r < 0)
		return r;
	p->short_password = password_short(c->password);
	return password_hash(s, c->password, p->hash, err);
}

/* Somebody must always be able to look after the accounts. */
static int keep_planner(struct conn *c, const struct account *before, const struct account *after,
			struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r;

	if (before->role != ROLE_PLANNER || before->disabled ||
	    (after->role == ROLE_PLANNER && !after->disabled))
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
		return err_set(
			err, ERR_INVALID,
			"「%s」は、使える最後の「%s」です。先に別の人をその役割にしてください。",
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
				 "ログイン名「%s」は既に「%s」が使っています。", p->new_login,
				 other.name);
	if (r != ERR_NOT_FOUND)
		return r;
	a->login = p->new_login;
	return 0;
}

static void apply(const struct put *p, struct account *a, struct credentials *cred)
{
	const struct account_change *c = p->change;

	a->name = c->name ? c->name : a->name;
	a->profession = c->profession ? c->profession : a->profession;
	a->site = c->site ? c->site : a->site;
	a->department = c->department ? c->department : a->department;
	a->vendor = c->vendor ? c->vendor : a->vendor;
	a->staff = c->staff ? c->staff : a->staff;
	a->kana = c->kana ? c->kana : a->kana;
	a->valid_from = c->valid_from ? c->valid_from : a->valid_from;
	a->valid_until = c->valid_until ? c->valid_until : a->valid_until;
	if (c->role >= 0)
		a->role = (enum role)c->role;
	if (c->disabled >= 0)
		a->disabled = c->disabled != 0;
	if (c->must_change >= 0)
		a->must_change = c->must_change != 0;
	if (c->totp)
		snprintf(cred->totp, sizeof cred->totp, "%s", c->totp);
	if (*p->hash) {
		memcpy(cred->hash, p->hash, sizeof cred->hash);
		cred->short_password = p->short_password;
	}
	/* Eight characters were enough only beside a second factor. */
	if (!*cred->totp && *cred->hash && cred->short_password)
		a->must_change = true;
}

/* Whoever loses access, or gets other credentials from somebody else, must sign
 * in anew. */
static bool ends_sessions(const struct put *p, const struct account *a)
{
	bool self = strcmp(p->by->account, a->id) == 0;

	return a->disabled || *p->hash || (p->change->totp && !self);
}

static int put_current(struct tx *tx, struct put *p, struct account *a, struct credentials *cred,
		       struct err *err)
{
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), NULL, p->login, p->arena, a, &seq, err);

	if (r == 0 && p->create)
		return err_field(
			err, ERR_CONFLICT, "login",
			"ログイン名「%s」は既に「%s」が使っています。別の名前にしてください。",
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
		apply(p, &a, &cred);
		r = p->create ? 0 : keep_planner(tx_conn(tx), &before, &a, err);
	}
	if (r >= 0)
		r = account_append(tx, p->by->account, &a, &cred, err);
	if (r >= 0 && ends_sessions(p, &a))
		r = sessions_end_all(tx, a.id, err);
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
		r = change_check(c, create, err);
	if (r < 0)
		return r;
	p.ret = &made;
	id_new(p.new_id);
	r = put_prepare(s, &p, err);
	if (r >= 0)
		r = store_write(s, NULL, put_write, &p, NULL, err);
	bytes_wipe(p.hash, sizeof p.hash);
	if (r < 0)
		return r;
	r = account_copy(arena, &made, err);
	if (r >= 0 && ret)
		*ret = made;
	return r;
}
