/* Accounts as rows and as facts. */
#include "identity/account.h"

#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"

/* A flag is 0 or 1; a row with anything else was written by somebody else. */
static bool flag(struct stmt *st, int column, bool *ret)
{
	int64_t v = col_int(st, column);

	*ret = v != 0;
	return v == 0 || v == 1;
}

int account_row(struct stmt *st, struct arena *arena, struct account *ret, int64_t *ret_seq,
		struct err *err)
{
	int role = role_parse(col_text(st, 3));

	memset(ret, 0, sizeof *ret);
	if (role < 0 || !flag(st, 7, &ret->disabled) || !flag(st, 8, &ret->must_change) ||
	    !flag(st, 9, &ret->has_totp) || !flag(st, 10, &ret->has_password))
		return err_set(
			err, ERR_CORRUPT,
			"利用者「%s」の役割か状態が読み取れません。「改ざん検査」を行ってください。",
			col_text(st, 1));
	snprintf(ret->id, sizeof ret->id, "%s", col_text(st, 0));
	ret->login = arena_strdup(arena, col_text(st, 1));
	ret->name = arena_strdup(arena, col_text(st, 2));
	ret->role = (enum role)role;
	ret->profession = arena_strdup(arena, col_text(st, 4));
	ret->site = arena_strdup(arena, col_text(st, 5));
	ret->rev = col_int(st, 6);
	if (ret_seq)
		*ret_seq = col_int(st, 11);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int account_load(struct conn *c, const char *id, const char *login, struct arena *arena,
		 struct account *ret, int64_t *ret_seq, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, id ? STMT_ACCOUNT_BY_ID : STMT_ACCOUNT_BY_LOGIN, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, id ? id : login);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "利用者「%s」は登録されていません。利用者の一覧で確かめてください。",
			       id ? id : login);
	return account_row(st, arena, ret, ret_seq, err);
}

/* Logins are kept in lower case; what people type may differ. */
static void lower(const char *login, char *ret, size_t size)
{
	size_t i;

	for (i = 0; login[i] && i + 1 < size; i++)
		ret[i] = (char)(login[i] >= 'A' && login[i] <= 'Z' ? login[i] + 32 : login[i]);
	ret[i] = '\0';
}

int account_by_login(struct conn *c, const char *login, struct arena *arena, struct account *ret,
		     struct err *err)
{
	char key[128];

	lower(login, key, sizeof key);
	return account_load(c, NULL, key, arena, ret, NULL, err);
}

int account_by_id(struct conn *c, const char *id, struct arena *arena, struct account *ret,
		  struct err *err)
{
	return account_load(c, id, NULL, arena, ret, NULL, err);
}

int account_list(struct conn *c, struct arena *arena, struct account **ret, size_t *ret_count,
		 struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct account *list = NULL, *more;
	size_t n = 0, room = 0;
	int r = stmt_begin(c, STMT_ACCOUNT_LIST, &st, err);

	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		if (n == room) {
			room = room ? room * 2 : 16;
			more = arena_calloc(arena, room, sizeof *more);
			if (!more)
				return err_nomem(err);
			if (n)
				memcpy(more, list, n * sizeof *list);
			list = more;
		}
		r = account_row(st, arena, &list[n], NULL, err);
		n += r >= 0;
	}
	if (r < 0)
		return r;
	*ret = list;
	*ret_count = n;
	return 0;
}

const char *account_name(struct conn *c, const char *id, struct arena *arena)
{
	struct account a;
	const char *name;

	if (strcmp(id, actor_system.account) == 0)
		return actor_system.name;
	if (account_load(c, id, NULL, arena, &a, NULL, NULL) == 0 && *a.name)
		return a.name;
	name = arena_strdup(arena, id);
	return name ? name : "";
}

int credentials_load(struct conn *c, int64_t seq, struct credentials *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	json_t *o = NULL;
	int r;

	buf_init(&b, 4096);
	memset(ret, 0, sizeof *ret);
	r = store_part(c, seq, "secret", &b, err);
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	r = json_read(b.data, b.len, &o, err);
	bytes_wipe(b.data, b.len);
	if (r < 0)
		return r;
	snprintf(ret->hash, sizeof ret->hash, "%s", json_str(o, "hash", ""));
	snprintf(ret->totp, sizeof ret->totp, "%s", json_str(o, "totp", ""));
	ret->short_password = json_is_true(json_object_get(o, "short"));
	json_decref(o);
	return 0;
}

static void set_text(json_t *o, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(o, key, json_string(value));
}

static void set_flag(json_t *o, const char *key, bool value)
{
	if (value)
		json_object_set_new(o, key, json_true());
}

static int encode_personal(const struct account *a, struct buf *b, struct err *err)
{
	json_t *o = json_object();
	int r;

	set_text(o, "login", a->login);
	set_text(o, "name", a->name);
	set_text(o, "role", role_name(a->role));
	set_text(o, "profession", a->profession);
	set_text(o, "site", a->site);
	set_flag(o, "disabled", a->disabled);
	set_flag(o, "must_change", a->must_change);
	set_flag(o, "has_totp", a->has_totp);
	set_flag(o, "has_password", a->has_password);
	r = o ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

static int encode_secret(const struct credentials *cred, struct buf *b, struct err *err)
{
	json_t *o = json_object();
	int r;

	set_text(o, "hash", cred->hash);
	set_text(o, "totp", cred->totp);
	set_flag(o, "short", cred->short_password);
	r = o ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

int account_decode(const char *bytes, size_t len, struct arena *arena, struct account *ret,
		   struct err *err)
{
	json_t *o = NULL;
	int role, r = json_read(bytes, len, &o, err);

	if (r < 0)
		return r;
	memset(ret, 0, sizeof *ret);
	role = role_parse(json_str(o, "role", ""));
	ret->login = arena_strdup(arena, json_str(o, "login", ""));
	ret->name = arena_strdup(arena, json_str(o, "name", ""));
	ret->profession = arena_strdup(arena, json_str(o, "profession", ""));
	ret->site = arena_strdup(arena, json_str(o, "site", ""));
	ret->disabled = json_is_true(json_object_get(o, "disabled"));
	ret->must_change = json_is_true(json_object_get(o, "must_change"));
	ret->has_totp = json_is_true(json_object_get(o, "has_totp"));
	ret->has_password = json_is_true(json_object_get(o, "has_password"));
	json_decref(o);
	if (role < 0)
		return err_set(err, ERR_CORRUPT, "利用者の記録に知らない役割があります。");
	ret->role = (enum role)role;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int account_project(struct conn *c, const struct account *a, int64_t seq, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ACCOUNT_PUT, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, a->id);
	stmt_text(st, 2, a->login);
	stmt_text(st, 3, a->name);
	stmt_text(st, 4, role_name(a->role));
	stmt_text(st, 5, a->profession);
	stmt_text(st, 6, a->site);
	stmt_int(st, 7, a->rev);
	stmt_int(st, 8, a->disabled);
	stmt_int(st, 9, a->must_change);
	stmt_int(st, 10, a->has_totp);
	stmt_int(st, 11, a->has_password);
	stmt_int(st, 12, seq);
	return stmt_step(st, err);
}

int account_append(struct tx *tx, const char *actor, struct account *a,
		   const struct credentials *cred, struct err *err)
{
	CLEANUP(buf_release) struct buf personal;
	CLEANUP(buf_release) struct buf secret;
	struct fact f = { .kind = "account", .entry = a->id, .rev = ++a->rev, .actor = actor };
	int64_t seq = 0;
	int r;

	buf_init(&personal, 65536);
	buf_init(&secret, 65536);
	a->has_totp = *cred->totp != '\0';
	a->has_password = *cred->hash != '\0';
	r = encode_personal(a, &personal, err);
	if (r >= 0)
		r = encode_secret(cred, &secret, err);
	if (r >= 0) {
		f.op = a->rev == 1 ? "create" : "revise";
		f.part[0] = (struct fact_part){ "personal", personal.data, personal.len, false };
		f.part[1] = (struct fact_part){ "secret", secret.data, secret.len, true };
		f.part_count = 2;
		r = tx_append(tx, &f, &seq, err);
	}
	if (r >= 0)
		r = account_project(tx_conn(tx), a, seq, err);
	if (secret.data)
		bytes_wipe(secret.data, secret.len);
	return r;
}
