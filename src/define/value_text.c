/* Text values and their named checks. */
#include <arpa/inet.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "define/value_types.h"

#define TEXT_MAX 500
#define LONGTEXT_MAX 20000

#define WIDE_BLANK "\u3000" /* which people type as readily as a blank */

/* Bytes of the blank that text starts with; 0 when there is none. */
static size_t blank_at_start(const char *s)
{
	if (*s && strchr(" \t\n", *s))
		return 1;
	return strncmp(s, WIDE_BLANK, 3) == 0 ? 3 : 0;
}

static size_t blank_at_end(const char *s, size_t len)
{
	if (len && strchr(" \t\n", s[len - 1]))
		return 1;
	return len >= 3 && memcmp(s + len - 3, WIDE_BLANK, 3) == 0 ? 3 : 0;
}

/* Trims, and makes every line end a single \n. */
const char *value_clean(const char *typed, struct arena *arena)
{
	size_t n = strlen(typed), i, out = 0;
	char *s = arena_alloc(arena, n + 1);

	for (i = 0; s && i < n; i++) {
		if (typed[i] == '\r') {
			if (typed[i + 1] != '\n')
				s[out++] = '\n';
			continue;
		}
		s[out++] = typed[i];
	}
	if (!s)
		return NULL;
	while (blank_at_end(s, out))
		out -= blank_at_end(s, out);
	s[out] = '\0';
	while (blank_at_start(s))
		s += blank_at_start(s);
	return s;
}

const char *value_narrow(const char *text, struct arena *arena)
{
	struct buf b;
	const char *s;

	buf_init(&b, 65536);
	s = fold_text(text, &b) ? arena_strdup(arena, b.data ? b.data : "") : NULL;
	buf_release(&b);
	return s;
}

/* --- named checks -------------------------------------------------------------------------- */

static bool ip_ok(const char *s, bool cidr)
{
	unsigned char address[16];
	const char *slash = strchr(s, '/');
	char text[64], *end;
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	long bits, most;

	if (n >= sizeof text || (slash && !cidr))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, address) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, text, address) == 1)
		most = 128;
	else
		return false;
	if (!slash)
		return true;
	bits = strtol(slash + 1, &end, 10);
	return slash[1] && !*end && bits >= 0 && bits <= most;
}

/* Bytes of the mark between two addresses that s starts with; 0 when there is none. */
static size_t list_mark(const char *s)
{
	if (*s && strchr(" ,\n;", *s))
		return 1;
	return strncmp(s, "、", strlen("、")) == 0 ? strlen("、") : 0;
}

static bool ip_list_ok(const char *s)
{
	while (*s) {
		size_t n = 0;
		char one[64];

		while (s[n] && !list_mark(s + n))
			n++;
		if (n >= sizeof one)
			return false;
		memcpy(one, s, n);
		one[n] = '\0';
		if (n && !ip_ok(one, true))
			return false;
		s += n + list_mark(s + n);
	}
	return true;
}

static bool email_ok(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at != s && strchr(at + 1, '.') && !strchr(at + 1, '@') && at[1] != '.' &&
	       s[strlen(s) - 1] != '.' && strcspn(s, " ,;<>()\"") == strlen(s);
}

static bool phone_ok(const char *s)
{
	size_t digits = 0;
	const char *p = s;

	/* Digits with the words people put beside them. */
	while (*p) {
		uint32_t cp;
		size_t n = utf8_decode(p, &cp);

		if (cp >= '0' && cp <= '9')
			digits++;
		else if (!strchr("-+() #*/,", (int)(cp < 128 ? cp : 'x')) && cp < 128)
			return false;
		p += n;
	}
	return digits >= 2 && digits <= 40;
}

static bool url_ok(const char *s)
{
	const char *host = strncmp(s, "https://", 8) == 0  ? s + 8
			   : strncmp(s, "http://", 7) == 0 ? s + 7
							   : "";

	return *host && *host != '/' && strcspn(s, " \"<>\\") == strlen(s);
}

static bool mac_ok(const char *s)
{
	size_t digits = 0;

	for (; *s; s++) {
		if (strchr("0123456789abcdef", *s))
			digits++;
		else if (!strchr(":-. ,\n", *s))
			return false;
	}
	return digits >= 12 && digits % 12 == 0;
}

static bool kana_ok(const char *s)
{
	while (*s) {
		uint32_t cp;

		s += utf8_decode(s, &cp);
		if (!((cp >= 0x3041 && cp <= 0x30FF) || (cp >= 0xFF66 && cp <= 0xFF9F) ||
		      cp == ' ' || cp == 0x3000 || cp == '-' || cp == 0x30FC || cp == '(' ||
		      cp == ')' || (cp >= '0' && cp <= '9') || cp == 0xFF08 || cp == 0xFF09 ||
		      cp == 0x30FB))
			return false;
	}
	return true;
}

static const char *accepted(enum value_check check)
{
	static const char *const texts[CHECK_VALUE_MAX] = {
#define VALUE_CHECK(id, name, text) text,
#define CROSS_CHECK(id, name)
#include "define/checks.def"
#undef VALUE_CHECK
#undef CROSS_CHECK
	};

	return texts[check];
}

static bool check_holds(enum value_check check, const char *text, const char *narrow)
{
	char today[DATE_SIZE];

	switch (check) {
	case CHECK_IP: return ip_ok(narrow, false);
	case CHECK_IP_LIST: return ip_list_ok(narrow);
	case CHECK_EMAIL: return email_ok(narrow);
	case CHECK_PHONE: return phone_ok(narrow);
	case CHECK_URL: return url_ok(text);
	case CHECK_MAC: return mac_ok(narrow);
	case CHECK_KANA: return kana_ok(text);
	case CHECK_NOT_FUTURE: date_today(today); return strcmp(text, today) <= 0;
	default: return true;
	}
}

/* The narrow form is what is kept for addresses and numbers. */
static bool keeps_narrow(enum value_check check)
{
	return check == CHECK_IP || check == CHECK_IP_LIST || check == CHECK_MAC ||
	       check == CHECK_EMAIL;
}

int value_run_check(const struct field_def *f, const char **value, struct arena *arena,
		    struct err *err)
{
	const char *narrow;

	if (f->check == CHECK_NONE || !**value)
		return 0;
	narrow = value_narrow(*value, arena);
	if (!narrow)
		return err_nomem(err);
	if (!check_holds(f->check, *value, narrow))
		return err_field(err, ERR_INVALID, f->name, "「%s」には%sを書いてください",
				 f->label.ja, accepted(f->check));
	if (keeps_narrow(f->check))
		*value = narrow;
	return 0;
}

/* --- text ------------------------------------------------------------------------------------- */

static int check_length(const struct field_def *f, const char *s, struct err *err)
{
	size_t n = utf8_length(s);
	int64_t most = f->has_max ? f->max : f->type == FIELD_LONGTEXT ? LONGTEXT_MAX : TEXT_MAX;

	if ((int64_t)n > most)
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」は%lld文字までです（今は%zu文字）。短くしてください",
				 f->label.ja, (long long)most, n);
	if (f->has_min && (int64_t)n < f->min)
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」は%lld文字以上で書いてください（今は%zu文字）", f->label.ja,
				 (long long)f->min, n);
	return 0;
}

static int check_pattern(const struct field_def *f, const char *s, struct err *err)
{
	regex_t compiled;
	int r;

	if (!f->pattern)
		return 0;
	if (regcomp(&compiled, f->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(err, ERR_BUG, "項目 %s の形の決まりが読めません", f->name);
	r = regexec(&compiled, s, 0, NULL, 0);
	regfree(&compiled);
	if (r == 0)
		return 0;
	return err_field(err, ERR_INVALID, f->name, "「%s」の書き方が違います。%s%s%s", f->label.ja,
			 *f->example ? "例: " : "", f->example,
			 *f->example ? " のように書いてください" : "");
}

int value_text(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err)
{
	bool lines =
		f->type == FIELD_LONGTEXT || f->check == CHECK_IP_LIST || f->check == CHECK_MAC;
	const char *s = typed;
	int r;

	if (text_has_control(s, lines))
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」に使えない文字（改行や制御文字）があります。打ち直してください",
			f->label.ja);
	r = value_run_check(f, &s, arena, err);
	if (r == 0)
		r = check_length(f, s, err);
	if (r == 0)
		r = check_pattern(f, s, err);
	if (r == 0)
		*ret = s;
	return r;
}
