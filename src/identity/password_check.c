/* What passwords are refused, and why: the rules the facility chose. */
#include <ctype.h>
#include <string.h>

#include "identity/credentials.h"
#include "identity/guessable.h"
#include "identity/password.h"

#define DISTINCT_LEAST 5

int password_least(const struct access_policy *p, bool second_factor)
{
	const struct password_rules *rules = policy_rules(p);

	return second_factor ? rules->with_factor : rules->alone;
}

bool password_short(const char *password, const struct access_policy *p)
{
	return strlen(password) < (size_t)policy_rules(p)->alone;
}

static size_t distinct_characters(const char *s)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (; *s; s++) {
		n += !seen[(unsigned char)*s];
		seen[(unsigned char)*s] = true;
	}
	return n;
}

static int refuse(struct err *err, const char *why)
{
	return err_field(err, ERR_INVALID, "password", "%s", why);
}

static int check_length(const char *password, const struct password_about *about, struct err *err)
{
	size_t least = (size_t)password_least(about->policy, about->second_factor);

	if (strlen(password) > PASSWORD_MAX)
		return err_field(err, ERR_INVALID, "password",
				 "パスワードは%d文字までにしてください。", PASSWORD_MAX);
	if (strlen(password) >= least)
		return 0;
	if (about->second_factor || least <= 8)
		return err_field(err, ERR_INVALID, "password",
				 "パスワードは%zu文字以上にしてください。", least);
	return err_field(
		err, ERR_INVALID, "password",
		"パスワードは%zu文字以上にしてください（二要素認証を使う人は%d文字以上）。", least,
		password_least(about->policy, true));
}

static int check_characters(const char *password, const struct password_rules *rules,
			    struct err *err)
{
	bool letter = false, digit = false, symbol = false;
	const char *p;

	for (p = password; *p; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
			return refuse(err,
				      "パスワードに使えるのは半角の英字、数字、記号だけです。");
		letter |= isalpha((unsigned char)*p) != 0;
		digit |= isdigit((unsigned char)*p) != 0;
		symbol |= ispunct((unsigned char)*p) != 0;
	}
	if (!letter || !digit)
		return refuse(err, "パスワードには英字と数字の両方を入れてください。");
	if (rules->symbol && !symbol)
		return refuse(err, "パスワードには - や ! などの記号も1つ以上入れてください。");
	return 0;
}

static int check_person(const char *password, const struct password_about *about, struct err *err)
{
	if (password_has_name(password, about->login) || password_has_name(password, about->name) ||
	    password_has_name(password, about->kana))
		return refuse(err, "パスワードに利用者IDや氏名（ローマ字を含む）を"
				   "含めないでください。");
	if (password_has_name(password, about->org))
		return refuse(err, "パスワードに施設の名前を含めないでください。");
	if (password_has_date(password))
		return refuse(err, "生年月日のような日付は推測されやすいため、パスワードに"
				   "含めないでください。");
	return 0;
}

int password_refuse(const char *password, const struct password_about *about, struct err *err)
{
	size_t least = (size_t)password_least(about->policy, about->second_factor);
	int r = check_length(password, about, err);

	if (r >= 0)
		r = check_characters(password, policy_rules(about->policy), err);
	if (r >= 0)
		r = check_person(password, about, err);
	if (r < 0)
		return r;
	if (password_fresh(password) < (least + 1) / 2)
		return refuse(err, "キーボードの並びや同じ文字の続くパスワードは推測されやすいため"
				   "使えません。関係のない言葉を3つ以上つなげてください。");
	if (distinct_characters(password) < DISTINCT_LEAST || password_common(password))
		return refuse(err, "このパスワードは推測されやすいため使えません。"
				   "関係のない言葉を3つ以上つなげると覚えやすく安全です。");
	return 0;
}

/* --- passwords used before ------------------------------------------------- */

int password_used(struct store *s, const char *password, const struct credentials *cred, int past,
		  struct err *err)
{
	int i, r;

	r = *cred->hash ? password_verify(s, password, cred->hash, err) : 0;
	if (r > 0)
		return refuse(err, "今と同じパスワードは使えません。別のものにしてください。");
	for (i = 0; r == 0 && i < past && i < PASSWORDS_PAST && *cred->past[i]; i++)
		r = password_verify(s, password, cred->past[i], err);
	return r > 0 ? refuse(err, "前に使ったパスワードは使えません。別のものにしてください。")
		     : r;
}

void password_set(struct credentials *cred, const struct password_new_hash *fresh, int64_t now_us)
{
	size_t keep = sizeof cred->past - sizeof cred->past[0];

	if (*cred->hash) {
		memmove(cred->past[1], cred->past[0], keep);
		memcpy(cred->past[0], cred->hash, sizeof cred->hash);
	}
	memcpy(cred->hash, fresh->hash, sizeof cred->hash);
	cred->short_password = fresh->short_password;
	cred->first_password = fresh->first;
	cred->set_us = now_us;
}
