/* Seeing and ending the sessions of an account. */
#include <string.h>

#include "identity/event.h"
#include "identity/sessions.h"
#include "identity/signin.h"

#define LIST_MAX 200

/* The tokens' hashes of an account's sessions, newest first. */
static int hashes(struct conn *c, const char *account, uint8_t (*ret)[HASH_SIZE], size_t max,
		  size_t *ret_count, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	size_t n = 0, len;
	int r = stmt_begin(c, STMT_SESSION_OF_ACCOUNT, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	while (n < max && (r = stmt_step(st, err)) > 0) {
		const void *hash = col_blob(st, 0, &len);

		if (len == HASH_SIZE)
			memcpy(ret[n++], hash, HASH_SIZE);
	}
	*ret_count = n;
	return r < 0 ? r : 0;
}

/* What names a session on pages: the first half of its key, which opens nothing. */
static void id_of(const uint8_t hash[HASH_SIZE], char ret[SESSION_ID_SIZE])
{
	hex_encode(hash, (SESSION_ID_SIZE - 1) / 2, ret);
}

/* 1 with *ret filled, 0 when the session is past its limits. */
static int describe(struct store *s, struct conn *c, const uint8_t hash[HASH_SIZE],
		    struct session_info *ret, struct err *err)
{
	struct identity_state *st = identity_state(s);
	struct session_limits limits;
	struct session_row row;
	int64_t now = identity_mono(st);
	int r = session_row_load(c, hash, &row, err);

	if (r < 0)
		return r;
	session_row_limits(s, &row, &limits);
	if (!session_alive(&row, &limits, st->boot, now))
		return 0;
	memset(ret, 0, sizeof *ret);
	id_of(hash, ret->id);
	ret->started_us = row.started;
	ret->idle_us = now - row.seen;
	ret->locked = session_is_locked(&row, &limits, now);
	ret->pending = row.pending;
	ret->mark = row.mark;
	memcpy(ret->terminal, row.terminal, sizeof ret->terminal);
	memcpy(ret->address, row.address, sizeof ret->address);
	memcpy(ret->agent, row.agent, sizeof ret->agent);
	memcpy(ret->factors, row.factors, sizeof ret->factors);
	return 1;
}

int session_list(struct store *s, const char *account, const struct session *own,
		 struct arena *arena, struct session_info **ret, size_t *ret_count, struct err *err)
{
	uint8_t(*hash)[HASH_SIZE] = arena_alloc(arena, LIST_MAX * HASH_SIZE);
	struct session_info *list = arena_calloc(arena, LIST_MAX, sizeof *list);
	uint8_t own_hash[HASH_SIZE] = { 0 };
	struct conn *c = NULL;
	size_t count = 0, n = 0, i;
	int r = hash && list ? store_read_begin(s, &c, err) : err_nomem(err);

	if (r < 0)
		return r;
	if (own)
		session_hash(own->token, own_hash);
	r = hashes(c, account, hash, LIST_MAX, &count, err);
	for (i = 0; i < count && r >= 0; i++) {
		r = describe(s, c, hash[i], &list[n], err);
		if (r > 0)
			list[n++].own = memcmp(hash[i], own_hash, HASH_SIZE) == 0;
	}
	store_read_end(c);
	*ret = list;
	*ret_count = n;
	return r < 0 ? r : 0;
}

const char *session_factors(const struct session_info *s, struct arena *arena)
{
	const char *p = s->factors, *text = "";

	while (*p) {
		size_t n = strcspn(p, " ");
		char *name = arena_strndup(arena, p, n);

		if (!name)
			break;
		text = arena_printf(arena, "%s%s%s", text, *text ? "、" : "", factor_label(name));
		if (!text)
			break;
		p += n + (p[n] == ' ');
	}
	return text && *text ? text : "―";
}

struct ending {
	const struct actor *by;
	const char *account, *id; /* id NULL: all but keep */
	uint8_t keep[HASH_SIZE];
	int ended;
};

static int end_write(struct tx *tx, void *arg, struct err *err)
{
	struct ending *e = arg;
	const struct event event = { .kind = EVENT_SESSION_ENDED, .subject = e->account };
	uint8_t hash[LIST_MAX][HASH_SIZE];
	char id[SESSION_ID_SIZE];
	size_t count, i;
	int r = hashes(tx_conn(tx), e->account, hash, LIST_MAX, &count, err);

	e->ended = 0;
	for (i = 0; i < count && r >= 0; i++) {
		id_of(hash[i], id);
		if (e->id ? strcmp(id, e->id) != 0 : memcmp(hash[i], e->keep, HASH_SIZE) == 0)
			continue;
		r = session_delete(tx, hash[i], err);
		e->ended++;
	}
	if (r >= 0 && e->id && !e->ended)
		return err_set(
			err, ERR_NOT_FOUND,
			"その画面は、もうサインアウトしています。一覧を開き直してください。");
	return r < 0 || !e->ended ? r : event_append(tx, e->by, &event, err);
}

int session_end_one(struct store *s, const struct actor *by, const char *account, const char *id,
		    struct err *err)
{
	struct ending e = { .by = by, .account = account, .id = id };

	return store_write(s, NULL, end_write, &e, NULL, err);
}

int session_end_others(struct store *s, const struct actor *by, const char *account,
		       const struct session *keep, struct err *err)
{
	struct ending e = { .by = by, .account = account };
	int r;

	if (keep)
		session_hash(keep->token, e.keep);
	r = store_write(s, NULL, end_write, &e, NULL, err);
	return r < 0 ? r : e.ended;
}

int session_peek(struct store *s, const char *token, struct arena *arena, const char **ret_name,
		 int64_t *ret_started_us, struct err *err)
{
	struct session_row row;
	struct session session;
	int r = session_load(s, token, arena, &session, &row, err);

	if (r >= 0 && row.pending)
		r = session_none(err);
	if (r < 0)
		return r;
	*ret_name = session.account.name;
	*ret_started_us = row.started;
	return 0;
}
