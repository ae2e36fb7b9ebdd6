/* Accounts as rows and as facts. */
#include "identity/account.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "identity/client_cert.h"

static const char *const kind_names[] = { "person", "emergency", "machine", "link" };
static const char *const kind_labels[] = { "個人", "非常時用", "機器連携用", "リンク用" };

const char *account_kind_name(enum account_kind k)
{
	return (unsigned)k < ACCOUNT_KIND_MAX ? kind_names[k] : "";
}

const char *account_kind_label(enum account_kind k)
{
	return (unsigned)k < ACCOUNT_KIND_MAX ? kind_labels[k] : "";
}

int account_kind_parse(const char *name)
{
	int k;

	for (k = 0; k < ACCOUNT_KIND_MAX; k++)
		if (strcmp(kind_names[k], name) == 0)
			return k;
	return -1;
}

bool account_usable(const struct account *a, const char *today)
{
	return !a->disabled && (!*a->valid_from || strcmp(a->valid_from, today) <= 0) &&
	       (!*a->valid_until || strcmp(today, a->valid_until) <= 0);
}

bool account_has_factor(const struct account *a)
{
	return a->has_totp || a->keys > 0 || a->certs > 0;
}

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
	int kind, role = role_parse(col_text(st, 3));

	memset(ret, 0, sizeof *ret);
	kind = account_kind_parse(col_text(st, 12));
	if (role < 0 || kind < 0 || !flag(st, 7, &ret->disabled) ||
	    !flag(st, 8, &ret->must_change) || !flag(st, 9, &ret->has_totp) ||
	    !flag(st, 10, &ret->has_password))
		return err_set(err, ERR_CORRUPT,
			       "利用者「%"
			       "s」の役割か状態が読み取れません。「改ざん検査」を行ってください。",
			       col_text(st, 1));
	snprintf(ret->id, sizeof ret->id, "%s", col_text(st, 0));
	ret->login = arena_strdup(arena, col_text(st, 1));
	ret->name = arena_strdup(arena, col_text(st, 2));
	ret->role = (enum role)role;
	ret->profession = arena_strdup(arena, col_text(st, 4));
	ret->site = arena_strdup(arena, col_text(st, 5));
	ret->rev = col_int(st, 6);
	ret->kind = (enum account_kind)kind;
	ret->department = arena_strdup(arena, col_text(st, 13));
	ret->vendor = arena_strdup(arena, col_text(st, 14));
	ret->staff = arena_strdup(arena, col_text(st, 15));
	ret->valid_from = arena_strdup(arena, col_text(st, 16));
	ret->valid_until = arena_strdup(arena, col_text(st, 17));
	ret->kana = arena_strdup(arena, col_text(st, 21));
	ret->keys = (int)col_int(st, 18);
	ret->certs = (int)col_int(st, 19);
	ret->recovery = (int)col_int(st, 20);
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
	stmt_text(st, 13, account_kind_name(a->kind));
	stmt_text(st, 14, a->department);
	stmt_text(st, 15, a->vendor);
	stmt_text(st, 16, a->staff);
	stmt_text(st, 17, a->valid_from);
	stmt_text(st, 18, a->valid_until);
	stmt_int(st, 19, a->keys);
	stmt_int(st, 20, a->certs);
	stmt_int(st, 21, a->recovery);
	stmt_text(st, 22, a->kana);
	return stmt_step(st, err);
}

int account_append(struct tx *tx, const char *actor, struct account *a,
		   const struct credentials *cred, struct err *err)
{
	CLEANUP(buf_release) struct buf personal;
	CLEANUP(buf_release) struct buf secret;
	struct fact f = { .kind = "account", .entry = a->id, .rev = ++a->rev, .actor = actor };
	int64_t seq = 0;
	size_t i;
	int r;

	buf_init(&personal, 65536);
	buf_init(&secret, 65536);
	a->has_totp = *cred->totp != '\0';
	a->has_password = *cred->hash != '\0';
	a->recovery = (int)cred->recovery_count;
	a->keys = a->certs = 0;
	for (i = 0; i < cred->authenticator_count; i++)
		*(cred->authenticator[i].kind == AUTHENTICATOR_CERT ? &a->certs : &a->keys) += 1;
	r = account_encode(a, &personal, err);
	if (r >= 0)
		r = credentials_encode(cred, &secret, err);
	if (r >= 0) {
		f.op = a->rev == 1 ? "create" : "revise";
		f.part[0] = (struct fact_part){ "personal", personal.data, personal.len, false };
		f.part[1] = (struct fact_part){ "secret", secret.data, secret.len, true };
		f.part_count = 2;
		r = tx_append(tx, &f, &seq, err);
	}
	if (r >= 0)
		r = account_project(tx_conn(tx), a, seq, err);
	if (r >= 0)
		r = certs_project(tx_conn(tx), a->id, cred, err);
	if (secret.data)
		bytes_wipe(secret.data, secret.len);
	return r;
}
