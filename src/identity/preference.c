#include "identity/preference.h"

#include <string.h>

int preference_get(struct conn *c, const char *account, const char *name, struct arena *arena,
		   const char **ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_PREFERENCE_GET, &st, err);

	*ret = NULL;
	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	stmt_text(st, 2, name);
	r = stmt_step(st, err);
	if (r > 0) {
		*ret = arena_strdup(arena, col_text(st, 0));
		return *ret ? 0 : err_nomem(err);
	}
	return r;
}

struct preference {
	const char *account, *name, *value;
};

static int put(struct tx *tx, void *arg, struct err *err)
{
	const struct preference *p = arg;
	bool forget = !p->value || !*p->value;
	struct stmt *st;
	int r = stmt_begin(tx_conn(tx), forget ? STMT_PREFERENCE_DROP : STMT_PREFERENCE_PUT, &st,
			   err);

	if (r < 0)
		return r;
	stmt_text(st, 1, p->account);
	stmt_text(st, 2, p->name);
	if (!forget)
		stmt_text(st, 3, p->value);
	return stmt_run(st, err);
}

int preference_put(struct store *s, const char *account, const char *name, const char *value,
		   struct err *err)
{
	struct preference p = { account, name, value };
	struct receipt receipt;

	if (value && strlen(value) > 4000)
		return err_set(err, ERR_LIMIT,
			       "画面の設定が大きすぎます。列の数を減らしてください");
	return store_write(s, NULL, put, &p, &receipt, err);
}
