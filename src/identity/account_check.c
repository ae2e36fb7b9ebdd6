#include "identity/account_check.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/totp.h"

#define TEXT_MAX 120 /* characters of a name, a profession, a site */

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

/* The texts of a change, with how people call them. */
static int texts_check(const struct account_change *c, struct err *err)
{
	const struct {
		const char *value, *field, *label;
	} texts[] = {
		{ c->name, "name", "氏名" },
		{ c->kana, "kana", "ふりがな" },
		{ c->profession, "profession", "職種" },
		{ c->site, "site", "施設" },
		{ c->department, "department", "部署" },
	};
	size_t i;
	int r = 0;

	for (i = 0; r >= 0 && i < sizeof texts / sizeof texts[0]; i++)
		r = text_check(texts[i].value, texts[i].field, texts[i].label, err);
	if (r >= 0)
		r = date_check(c->valid_from, "valid_from", err);
	if (r >= 0)
		r = date_check(c->valid_until, "valid_until", err);
	if (r >= 0 && c->valid_from && c->valid_until && *c->valid_until &&
	    strcmp(c->valid_from, c->valid_until) > 0)
		r = err_field(err, ERR_INVALID, "valid_until",
			      "使い終わる日は、使い始める日より後にしてください。");
	return r;
}

static int person_check(const struct account_change *c, const char *login, struct err *err)
{
	if (c->kind < 0 || c->kind >= ACCOUNT_KIND_MAX)
		return err_field(err, ERR_INVALID, "kind", "アカウントの種類を選んでください。");
	if (c->kind == ACCOUNT_PERSON &&
	    (account_looks_shared(c->name, false) || account_looks_shared(login, true)))
		return err_field(
			err, ERR_INVALID, "name",
			"部署や係の名前では登録できません。利用者IDは1人に1つで、共用できません。"
			"本人の氏名とその人だけのIDにしてください。");
	return 0;
}

int account_change_check(const struct account_change *c, bool create, const char *login,
			 struct err *err)
{
	int r = texts_check(c, err);

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
	return create ? person_check(c, login, err) : 0;
}

/* Words that stand for many people; the first list as the whole name (figures after it
 * left out), the second anywhere in it. */
static const char *const whole_names[] = {
	"事務",	    "受付",	      "医事課", "総務課", "看護師",   "看護",	  "医師",
	"当直",	    "当直医",	      "夜勤",	"薬剤師", "検査技師", "職員",	  "スタッフ",
	"ナース",   "ゲスト",	      "guest",	"管理者", "利用者",   "ユーザー", "テスト",
	"テスト用", "テストユーザー", "test",	"user",	  "testuser",
};
static const char *const name_parts[] = {
	"共用", "共有",	  "共通",    "病棟",   "詰所",	 "ナースステーション", "端末用",  "みんな",
	"全員", "shared", "kyouyou", "kyoyou", "kyotsu", "kyoutsuu",	       "byoutou",
};

bool account_looks_shared(const char *name, bool is_login)
{
	char key[512], word[128];
	size_t i, len;

	if (fold_key(name, key, sizeof key) < 0)
		return false;
	len = strlen(key);
	while (len && strchr("0123456789-_.", key[len - 1]))
		key[--len] = '\0';
	for (i = 0; !is_login && i < sizeof whole_names / sizeof whole_names[0]; i++)
		if (fold_key(whole_names[i], word, sizeof word) > 0 && strcmp(key, word) == 0)
			return true;
	for (i = 0; i < sizeof name_parts / sizeof name_parts[0]; i++)
		if (fold_key(name_parts[i], word, sizeof word) > 0 && strstr(key, word))
			return true;
	return false;
}

/* Whom an account names must be somebody of the staff ledger. */
static int staff_exists(struct conn *c, const char *staff, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ENTRY_NEWEST, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, staff);
	stmt_text(st, 2, "staff");
	r = stmt_step(st, err);
	return r == 0 ? err_field(err, ERR_INVALID, "staff",
				  "その職員は職員台帳にありません。職員台帳から選んでください。")
		      : r;
}

int account_one_person(struct conn *c, const struct account *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r;

	if (!*a->staff || a->disabled || a->kind != ACCOUNT_PERSON)
		return 0;
	r = staff_exists(c, a->staff, err);
	if (r >= 0)
		r = stmt_begin(c, STMT_ACCOUNT_OF_STAFF, &st, err);
	if (r < 0)
		return r;
	stmt_text(st, 1, a->staff);
	stmt_text(st, 2, a->id);
	r = stmt_step(st, err);
	if (r <= 0)
		return r;
	return err_field(err, ERR_CONFLICT, "staff",
			 "この職員には、使える利用者「%s」が既にあります。利用者IDは1人に1つです。",
			 col_text(st, 0));
}
