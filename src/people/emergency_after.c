/* Emergency accounts: back to normal, review, declarations. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "people/emergency_write.h"
#include "people/fields.h"

#define ACTS_COUNTED 100000

/* --- back to normal ---------------------------------------------------------------- */

static int write_close(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	struct emergency_job *j = arg;
	struct err why = { 0 };
	int r = emergency_close(tx, &j->act, &why);

	(void)e;
	/* Closed with another use of the same account: only the record is left. */
	if (r < 0 && r != ERR_CONFLICT && err)
		*err = why;
	return r == ERR_CONFLICT ? 0 : r;
}

static int count_acts(struct emergency_job *j, struct conn *c, const struct emergency_use *u,
		      struct err *err)
{
	struct event_row *rows;
	size_t count = 0, i, n = 0;
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = emergency_acts(c, u, ACTS_COUNTED, &arena, &rows, &count, err);
	for (i = 0; r >= 0 && i < count; i++)
		n += strcmp(rows[i].actor, u->account) == 0;
	arena_release(&arena);
	return r < 0 ? r : emergency_set(j, "acts", arena_printf(&j->arena, "%zu", n), err);
}

static int close_one(struct emergency_job *j, const struct emergency_use *u, struct conn *c,
		     struct receipt *ret, struct err *err)
{
	int r = emergency_job_load(j, u->id, err);

	j->act.account = u->account;
	if (r >= 0)
		r = count_acts(j, c, u, err);
	if (r >= 0)
		r = emergency_set(j, "status", "closed", err);
	if (r >= 0)
		r = emergency_set(j, "closed_by", j->who->account, err);
	if (r >= 0)
		r = emergency_set_now(j, "closed_at", err);
	return r < 0 ? r : emergency_job_write(j, write_close, ret, err);
}

static int close_use(struct ledgers *l, const struct actor *who, const struct emergency_use *u,
		     struct conn *c, struct receipt *ret, struct err *err)
{
	/* The account that is being closed may hold a role that writes nothing. */
	const struct actor *writer = strcmp(who->account, u->account) == 0 ? &actor_system : who;
	struct emergency_job j;
	int r = emergency_job_begin(&j, l, writer, "emergency_uses", err);

	j.act.who = who;
	if (r >= 0)
		r = close_one(&j, u, c, ret, err);
	emergency_job_end(&j);
	return r;
}

/* Further uses of the account end with it. */
static int close_rest(struct ledgers *l, const struct actor *who, const struct emergency_use *u,
		      struct conn *c, struct arena *arena, struct err *err)
{
	struct emergency_use *uses;
	size_t count = 0, i;
	int r = emergency_uses(l, c, arena, &uses, &count, err);

	for (i = 0; r >= 0 && i < count; i++)
		if (uses[i].status == USE_OPEN && strcmp(uses[i].id, u->id) != 0 &&
		    strcmp(uses[i].account, u->account) == 0)
			r = close_use(l, who, &uses[i], c, NULL, err);
	return r < 0 ? r : 0;
}

static int finish(struct ledgers *l, const struct actor *who, const char *use, struct conn *c,
		  struct arena *arena, struct receipt *ret, struct err *err)
{
	struct emergency_use u;
	int r = emergency_use_get(l, c, use, arena, &u, err);

	if (r >= 0 && u.status != USE_OPEN)
		r = err_set(err, ERR_CONFLICT,
			    "この使用は、もう終わっています。開き直して確かめてください。");
	if (r >= 0 && !emergency_may_close(who, &u))
		r = emergency_permit(who, PERM_EMERGENCY, err) < 0
			    ? err->code
			    : err_set(err, ERR_DENIED, "この使用を終えることはできません。");
	if (r >= 0)
		r = close_use(l, who, &u, c, ret, err);
	return r < 0 ? r : close_rest(l, who, &u, c, arena, err);
}

int emergency_finish(struct ledgers *l, const struct actor *who, const char *use,
		     struct receipt *ret, struct err *err)
{
	struct conn *c = NULL;
	struct arena arena;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = finish(l, who, use, c, &arena, ret, err);
	store_read_end(c);
	arena_release(&arena);
	return r;
}

/* --- review -------------------------------------------------------------------------- */

static int write_review(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	const struct emergency_job *j = arg;
	const struct event event = { .kind = EVENT_EMERGENCY,
				     .subject = j->act.account,
				     .ledger = j->act.ledger,
				     .entry = e->id,
				     .detail = "使用を見直しました" };

	return event_append(tx, j->who, &event, err);
}

static int load_closed(struct emergency_job *j, const char *use, struct err *err)
{
	struct emergency_use u;
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(j->l), &c, err);

	if (r < 0)
		return r;
	r = emergency_use_get(j->l, c, use, &j->arena, &u, err);
	store_read_end(c);
	if (r >= 0 && u.status != USE_CLOSED)
		r = err_set(
			err, ERR_CONFLICT,
			"この使用は、いま見直す段階ではありません。開き直して確かめてください。");
	if (r >= 0 && !emergency_may_review(j->who, &u))
		r = err_set(err, ERR_DENIED,
			    "開封に加わった人は、自分の使用を見直せません。別の企画管理者に頼んで"
			    "ください。");
	j->act.account = r >= 0 ? u.account : "";
	return r < 0 ? r : emergency_job_load(j, use, err);
}

int emergency_review(struct ledgers *l, const struct actor *who, const char *use,
		     const char *result, const char *text, struct receipt *ret, struct err *err)
{
	struct emergency_job j;
	char today[DATE_SIZE];
	int r = emergency_permit(who, PERM_ACCOUNTS, err);

	if (r < 0)
		return r;
	date_today(today);
	r = emergency_job_begin(&j, l, who, "emergency_uses", err);
	if (r >= 0)
		r = load_closed(&j, use, err);
	if (r >= 0 && (!result || !*result || !text || !text[strspn(text, " \t\r\n")]))
		r = err_field(err, ERR_INVALID, "review",
			      "見直しの結果を選び、分かったことを書いてください。");
	if (r >= 0)
		r = emergency_typed(&j, "result", result, err);
	if (r >= 0)
		r = emergency_typed(&j, "review", text, err);
	if (r >= 0)
		r = emergency_set(&j, "status", "reviewed", err);
	if (r >= 0)
		r = emergency_set(&j, "reviewer", who->account, err);
	if (r >= 0)
		r = emergency_set(&j, "reviewed_on", today, err);
	if (r >= 0)
		r = emergency_job_write(&j, write_review, ret, err);
	emergency_job_end(&j);
	return r;
}

/* --- declaring ------------------------------------------------------------------------- */

static int note_declaration(struct tx *tx, const struct emergency_job *j, const struct entry *e,
			    const char *detail, struct err *err)
{
	const struct event event = {
		.kind = EVENT_EMERGENCY, .ledger = j->act.ledger, .entry = e->id, .detail = detail
	};

	return event_append(tx, j->who, &event, err);
}

static int write_declared(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	return note_declaration(tx, arg, e, "非常時を宣言しました", err);
}

static int write_ended(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	return note_declaration(tx, arg, e, "非常時の宣言を終えました", err);
}

static int fill_declaration(struct emergency_job *j, const char *kind, const char *reason,
			    const char *until_on, struct err *err)
{
	char today[DATE_SIZE];
	int r = emergency_typed(j, "kind", kind, err);

	date_today(today);
	if (r >= 0)
		r = emergency_typed(j, "reason", reason, err);
	if (r >= 0)
		r = emergency_typed(j, "until_on", until_on, err);
	if (r >= 0)
		r = emergency_set(j, "from_on", arena_strdup(&j->arena, today), err);
	if (r >= 0)
		r = emergency_set(j, "status", "declared", err);
	if (r >= 0)
		r = emergency_set(j, "declared_by", j->who->account, err);
	return r < 0 ? r
		     : emergency_set(j, "title", arena_printf(&j->arena, "非常時宣言 %s", today),
				     err);
}

int emergency_declare(struct ledgers *l, const struct actor *who, const char *kind,
		      const char *reason, const char *until_on, struct receipt *ret,
		      struct err *err)
{
	struct emergency_declaration now;
	struct emergency_job j;
	struct conn *c = NULL;
	int r = emergency_permit(who, PERM_DECLARE, err);

	if (r < 0)
		return r;
	r = emergency_job_begin(&j, l, who, "emergency_declarations", err);
	if (r >= 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r >= 0)
		r = emergency_declared(l, c, &j.arena, &now, err);
	store_read_end(c);
	if (r > 0)
		r = err_set(err, ERR_CONFLICT, "非常時はもう宣言されています。");
	if (r >= 0)
		r = fill_declaration(&j, kind, reason, until_on, err);
	if (r >= 0)
		r = emergency_job_write(&j, write_declared, ret, err);
	emergency_job_end(&j);
	return r;
}

int emergency_declare_end(struct ledgers *l, const struct actor *who, const char *id,
			  struct receipt *ret, struct err *err)
{
	struct emergency_job j;
	char today[DATE_SIZE];
	int r = emergency_permit(who, PERM_DECLARE, err);

	if (r < 0)
		return r;
	date_today(today);
	r = emergency_job_begin(&j, l, who, "emergency_declarations", err);
	if (r >= 0)
		r = emergency_job_load(&j, id, err);
	if (r >= 0 && strcmp(field_text(j.def, j.value, "status"), "declared") != 0)
		r = err_set(err, ERR_CONFLICT, "この宣言は、もう終わっています。");
	if (r >= 0)
		r = emergency_set(&j, "status", "ended", err);
	if (r >= 0)
		r = emergency_set(&j, "ended_by", who->account, err);
	if (r >= 0)
		r = emergency_set(&j, "ended_on", today, err);
	if (r >= 0)
		r = emergency_job_write(&j, write_ended, ret, err);
	emergency_job_end(&j);
	return r;
}
