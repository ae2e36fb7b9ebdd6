/* What a key covers: words of a scope, address ranges, the form of the key itself. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "identity/token.h"

#define PREFIX "dcho_"
#define RANDOM_SIZE 28
#define CHECK_SIZE 4
#define SCOPE_WORDS_MAX 200

static const char *const acts[] = { "read", "write", "export" };
static const char *const wholes[] = { "checkpoint", "verify" };

/* --- the key -------------------------------------------------------------------- */

static void checksum(const uint8_t random[RANDOM_SIZE], uint8_t ret[HASH_SIZE])
{
	struct hash_part part[] = { { PREFIX, sizeof PREFIX - 1 }, { random, RANDOM_SIZE } };

	hash_parts(part, 2, ret);
}

void token_new(char ret[TOKEN_TEXT_SIZE])
{
	uint8_t bytes[RANDOM_SIZE + CHECK_SIZE], sum[HASH_SIZE];
	char text[HASH_BASE64_SIZE], *p;

	random_bytes(bytes, RANDOM_SIZE);
	checksum(bytes, sum);
	memcpy(bytes + RANDOM_SIZE, sum, CHECK_SIZE);
	base64_encode(bytes, sizeof bytes, text);
	for (p = text; *p; p++)
		*p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
	memcpy(ret, PREFIX, sizeof PREFIX - 1);
	memcpy(ret + sizeof PREFIX - 1, text, 43); /* without the padding */
	ret[TOKEN_TEXT_SIZE - 1] = '\0';
	bytes_wipe(bytes, sizeof bytes);
	bytes_wipe(text, sizeof text);
}

bool token_valid(const char *text)
{
	uint8_t bytes[RANDOM_SIZE + CHECK_SIZE], sum[HASH_SIZE];
	char plain[HASH_BASE64_SIZE];
	bool good;
	size_t i;

	if (strlen(text) != TOKEN_TEXT_SIZE - 1 || strncmp(text, PREFIX, sizeof PREFIX - 1) != 0)
		return false;
	text += sizeof PREFIX - 1;
	for (i = 0; i < 43; i++) {
		if (text[i] == '+' || text[i] == '/')
			return false;
		plain[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	}
	memcpy(plain + 43, "=", 2);
	good = base64_decode(plain, 44, bytes, sizeof bytes) == (long)sizeof bytes;
	if (good) {
		checksum(bytes, sum);
		good = bytes_equal(sum, bytes + RANDOM_SIZE, CHECK_SIZE);
	}
	bytes_wipe(bytes, sizeof bytes);
	bytes_wipe(plain, sizeof plain);
	return good;
}

/* --- the scope ------------------------------------------------------------------ */

static bool has_word(const char *text, const char *word, size_t len)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		if (n == len && memcmp(text, word, len) == 0)
			return true;
		text += n + (text[n] == ' ');
	}
	return false;
}

static int word_check(const struct definitions *defs, const char *word, struct err *err)
{
	const char *colon = strchr(word, ':');
	const struct ledger_def *def;
	size_t i;

	for (i = 0; !colon && i < sizeof wholes / sizeof wholes[0]; i++)
		if (strcmp(word, wholes[i]) == 0)
			return 0;
	for (i = 0; colon && i < sizeof acts / sizeof acts[0]; i++)
		if (strlen(acts[i]) == (size_t)(colon - word) &&
		    memcmp(word, acts[i], (size_t)(colon - word)) == 0)
			break;
	if (!colon || i == sizeof acts / sizeof acts[0])
		return err_field(err, ERR_INVALID, "scope",
				 "できることの指定「%s」が分かりません。read:台帳、write:台帳、"
				 "export:台帳、checkpoint、verify から選んでください。",
				 word);
	def = defs ? define_ledger(defs, colon + 1) : NULL;
	if (defs && (!def || def->system))
		return err_field(err, ERR_INVALID, "scope",
				 "台帳「%s」はありません。「台帳」の一覧で名前を確かめてください。",
				 colon + 1);
	return 0;
}

int token_scope_check(const struct definitions *defs, const char *scope, struct arena *arena,
		      const char **ret, struct err *err)
{
	const char *all = "";
	size_t count = 0;

	while (*(scope += strspn(scope, " ,\n\t\r"))) {
		size_t n = strcspn(scope, " ,\n\t\r");
		const char *word = arena_strndup(arena, scope, n);
		int r = word ? word_check(defs, word, err) : err_nomem(err);

		if (r < 0)
			return r;
		if (++count > SCOPE_WORDS_MAX)
			return err_field(err, ERR_LIMIT, "scope", "できることの指定が多すぎます。");
		if (!has_word(all, word, n))
			all = *all ? arena_printf(arena, "%s %s", all, word) : word;
		if (!all)
			return err_nomem(err);
		scope += n;
	}
	*ret = all;
	return count ? 0
		     : err_field(err, ERR_INVALID, "scope",
				 "この鍵でできることを、1つ以上選んでください。");
}

bool token_covers(const struct token *t, const char *act, const char *ledger)
{
	char word[160];
	int n = ledger ? snprintf(word, sizeof word, "%s:%s", act, ledger)
		       : snprintf(word, sizeof word, "%s", act);

	return n > 0 && (size_t)n < sizeof word && has_word(t->scope, word, (size_t)n);
}

int token_permit(const struct token *t, enum permission p, const struct ledger_def *ledger,
		 struct err *err)
{
	const char *name = ledger ? ledger->name : "";
	bool may;

	switch (p) {
	case PERM_API: may = true; break;
	case PERM_LEDGER_READ: may = token_covers(t, "read", name); break;
	case PERM_LEDGER_CREATE:
	case PERM_LEDGER_EDIT: may = token_covers(t, "write", name); break;
	case PERM_LEDGER_EXPORT: may = token_covers(t, "export", name); break;
	case PERM_VERIFY: may = token_covers(t, "checkpoint", NULL); break;
	default: may = false;
	}
	if (may && t->kind == TOKEN_MACHINE)
		return 0;
	return err_set(err, ERR_DENIED,
		       "この鍵には%s%sこの操作が許可されていません。"
		       "必要なときは企画管理者に、範囲を広げた鍵の発行を頼んでください。",
		       ledger ? ledger->title.ja : "", ledger ? "への" : "");
}

/* --- addresses ------------------------------------------------------------------ */

struct range {
	uint8_t bytes[16];
	int family;
	unsigned bits;
};

static bool read_address(const char *text, struct range *ret)
{
	ret->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	ret->bits = ret->family == AF_INET6 ? 128 : 32;
	memset(ret->bytes, 0, sizeof ret->bytes);
	return inet_pton(ret->family, text, ret->bytes) == 1;
}

static bool read_range(const char *text, struct range *ret)
{
	const char *slash = strchr(text, '/');
	char address[64];
	unsigned long bits;
	char *end;

	if (!slash)
		return read_address(text, ret);
	if ((size_t)(slash - text) >= sizeof address || !isdigit((unsigned char)slash[1]))
		return false;
	snprintf(address, sizeof address, "%.*s", (int)(slash - text), text);
	errno = 0;
	bits = strtoul(slash + 1, &end, 10);
	if (!read_address(address, ret) || *end || errno || bits > ret->bits)
		return false;
	ret->bits = (unsigned)bits;
	return true;
}

bool address_range_valid(const char *range)
{
	struct range r;

	return read_range(range, &r);
}

bool address_in_range(const char *address, const char *range)
{
	struct range in, of;
	unsigned whole, rest;

	if (!read_address(address, &in) || !read_range(range, &of) || in.family != of.family)
		return false;
	whole = of.bits / 8;
	rest = of.bits % 8;
	if (memcmp(in.bytes, of.bytes, whole) != 0)
		return false;
	return !rest || (in.bytes[whole] ^ of.bytes[whole]) >> (8 - rest) == 0;
}
