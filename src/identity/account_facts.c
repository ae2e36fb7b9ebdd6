/* The personal part of an account's facts. */
#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "base/canon.h"
#include "identity/account.h"

/* Every text of an account: name in the fact, place in the struct. */
static const struct {
	const char *key;
	size_t at;
} texts[] = {
	{ "login", offsetof(struct account, login) },
	{ "name", offsetof(struct account, name) },
	{ "profession", offsetof(struct account, profession) },
	{ "site", offsetof(struct account, site) },
	{ "department", offsetof(struct account, department) },
	{ "vendor", offsetof(struct account, vendor) },
	{ "staff", offsetof(struct account, staff) },
	{ "kana", offsetof(struct account, kana) },
	{ "valid_from", offsetof(struct account, valid_from) },
	{ "valid_until", offsetof(struct account, valid_until) },
};

static const struct {
	const char *key;
	size_t at;
} flags[] = {
	{ "disabled", offsetof(struct account, disabled) },
	{ "must_change", offsetof(struct account, must_change) },
	{ "has_totp", offsetof(struct account, has_totp) },
	{ "has_password", offsetof(struct account, has_password) },
};

static const struct {
	const char *key;
	size_t at;
} counts[] = {
	{ "keys", offsetof(struct account, keys) },
	{ "certs", offsetof(struct account, certs) },
	{ "recovery", offsetof(struct account, recovery) },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char **text_at(struct account *a, size_t i)
{
	return (const char **)(void *)((char *)a + texts[i].at);
}

static const char *text_of(const struct account *a, size_t i)
{
	return *(const char *const *)(const void *)((const char *)a + texts[i].at);
}

static bool flag_of(const struct account *a, size_t i)
{
	return *(const bool *)(const void *)((const char *)a + flags[i].at);
}

static int count_of(const struct account *a, size_t i)
{
	return *(const int *)(const void *)((const char *)a + counts[i].at);
}

int account_encode(const struct account *a, struct buf *b, struct err *err)
{
	json_t *o = json_object();
	size_t i;
	int r;

	for (i = 0; i < COUNT(texts); i++)
		if (text_of(a, i) && *text_of(a, i))
			json_object_set_new(o, texts[i].key, json_string(text_of(a, i)));
	for (i = 0; i < COUNT(flags); i++)
		if (flag_of(a, i))
			json_object_set_new(o, flags[i].key, json_true());
	for (i = 0; i < COUNT(counts); i++)
		if (count_of(a, i))
			json_object_set_new(o, counts[i].key, json_integer(count_of(a, i)));
	json_object_set_new(o, "role", json_string(role_name(a->role)));
	if (a->kind != ACCOUNT_PERSON)
		json_object_set_new(o, "kind", json_string(account_kind_name(a->kind)));
	r = o ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

int account_decode(const char *bytes, size_t len, struct arena *arena, struct account *ret,
		   struct err *err)
{
	json_t *o = NULL;
	int role, kind, r = json_read(bytes, len, &o, err);
	size_t i;

	if (r < 0)
		return r;
	memset(ret, 0, sizeof *ret);
	for (i = 0; i < COUNT(texts); i++)
		*text_at(ret, i) = arena_strdup(arena, json_str(o, texts[i].key, ""));
	for (i = 0; i < COUNT(flags); i++)
		*(bool *)(void *)((char *)ret + flags[i].at) =
			json_is_true(json_object_get(o, flags[i].key));
	for (i = 0; i < COUNT(counts); i++)
		*(int *)(void *)((char *)ret + counts[i].at) =
			(int)json_integer_value(json_object_get(o, counts[i].key));
	role = role_parse(json_str(o, "role", ""));
	kind = account_kind_parse(json_str(o, "kind", "person"));
	json_decref(o);
	if (role < 0 || kind < 0)
		return err_set(err, ERR_CORRUPT, "利用者の記録に知らない役割か種類があります。");
	ret->role = (enum role)role;
	ret->kind = (enum account_kind)kind;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int account_copy(struct arena *arena, struct account *a, struct err *err)
{
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		*text_at(a, i) = arena_strdup(arena, text_of(a, i) ? text_of(a, i) : "");
	return arena_failed(arena) ? err_nomem(err) : 0;
}

bool account_same(const struct account *a, const struct account *b)
{
	bool same = a->role == b->role && a->rev == b->rev && a->kind == b->kind;
	size_t i;

	for (i = 0; same && i < COUNT(texts); i++)
		same = strcmp(text_of(a, i), text_of(b, i)) == 0;
	for (i = 0; same && i < COUNT(flags); i++)
		same = flag_of(a, i) == flag_of(b, i);
	for (i = 0; same && i < COUNT(counts); i++)
		same = count_of(a, i) == count_of(b, i);
	return same;
}
