/* Emergency accounts: making, sealing, opening. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "people/emergency_write.h"

/* --- the envelope ---------------------------------------------------------------- */

static int write_seal(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	struct emergency_job *j = arg;

	j->act.entry = e->id;
	return emergency_seal(tx, &j->act, j->code.hash, err);
}

static int fill_envelope(struct emergency_job *j, const struct account *a, const char *keeper,
			 const char *place, struct err *err)
{
	char today[DATE_SIZE];
	int r = emergency_typed(j, "keeper", keeper, err);

	date_today(today);
	if (r >= 0)
		r = emergency_typed(j, "place", place, err);
	if (r >= 0)
		r = emergency_set(j, "title", a->name, err);
	if (r >= 0)
		r = emergency_set(j, "account", a->id, err);
	if (r >= 0)
		r = emergency_set(j, "sealed_on", arena_strdup(&j->arena, today), err);
	if (r >= 0)
		r = emergency_set(j, "sealed_by", j->who->account, err);
	j->act.account = a->id;
	return r;
}

/* The account, and the entry of its envelope if it has one. */
static int load_envelope(struct emergency_job *j, const char *login, struct emergency_account *ret,
			 struct err *err)
{
	struct emergency_envelope envelope = { .id = "" };
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(j->l), &c, err);

	if (r < 0)
		return r;
	r = emergency_get(c, login, &j->arena, ret, err);
	if (r >= 0)
		r = emergency_envelope(j->l, c, ret->account.id, &j->arena, &envelope, err);
	store_read_end(c);
	return r < 0 || !*envelope.id ? r : emergency_job_load(j, envelope.id, err);
}

static int reseal(struct emergency_job *j, const char *login, const char *keeper, const char *place,
		  struct err *err)
{
	struct emergency_account a;
	int r = load_envelope(j, login, &a, err);

	if (r >= 0 && a.state == EMERGENCY_OPENED)
		r = err_set(err, ERR_CONFLICT,
			    "「%s」は開封中です。先に「通常時に戻す」を行ってください。",
			    a.account.name);
	if (r >= 0)
		r = fill_envelope(j, &a.account, keeper, place, err);
	if (r >= 0)
		r = emergency_code_new(ledgers_store(j->l), &j->code, err);
	return r < 0 ? r : emergency_job_write(j, write_seal, NULL, err);
}

int emergency_reseal(struct ledgers *l, const struct actor *who, const char *login,
		     const char *keeper, const char *place, char ret_code[SPARE_CODE_SIZE],
		     struct faults *faults, struct err *err)
{
	struct emergency_job j;
	int r = emergency_permit(who, PERM_ACCOUNTS, err);

	faults->count = 0;
	if (r < 0)
		return r;
	r = emergency_job_begin(&j, l, who, "emergency_accounts", err);
	if (r >= 0)
		r = reseal(&j, login, keeper, place, err);
	if (r >= 0)
		memcpy(ret_code, j.code.code, SPARE_CODE_SIZE);
	*faults = j.faults;
	emergency_job_end(&j);
	return r;
}

/* What would be refused only after the account has been made. */
static int check_wish(struct ledgers *l, const struct actor *who, const struct emergency_wish *w,
		      struct faults *faults, struct err *err)
{
	struct emergency_job j;
	struct err why = { 0 };
	int r = emergency_job_begin(&j, l, who, "emergency_accounts", &why);

	if (r >= 0)
		r = emergency_typed(&j, "keeper", w->keeper, &why);
	if (r >= 0 || r == ERR_INVALID) {
		int second = emergency_typed(&j, "place", w->place, r < 0 ? NULL : &why);

		r = r < 0 ? r : second;
	}
	if (r >= 0 && (w->role < 0 || w->role >= ROLE_VENDOR))
		r = err_field(&why, ERR_INVALID, "role", "使うときの役割を選んでください。");
	*faults = j.faults;
	emergency_job_end(&j);
	if (r < 0 && err)
		*err = why;
	return r;
}

int emergency_make(struct ledgers *l, const struct actor *who, const struct emergency_wish *wish,
		   char ret_code[SPARE_CODE_SIZE], struct faults *faults, struct err *err)
{
	const struct account_change change = { .name = wish->name,
					       .kind = ACCOUNT_EMERGENCY,
					       .role = wish->role,
					       .disabled = -1,
					       .must_change = -1 };
	struct arena arena;
	int r = emergency_permit(who, PERM_ACCOUNTS, err);

	faults->count = 0;
	if (r >= 0)
		r = check_wish(l, who, wish, faults, err);
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = account_put(ledgers_store(l), who, true, wish->login ? wish->login : "", &change, NULL,
			&arena, err);
	arena_release(&arena);
	return r < 0 ? r
		     : emergency_reseal(l, who, wish->login, wish->keeper, wish->place, ret_code,
					faults, err);
}

/* --- by the code ------------------------------------------------------------------- */

struct entering {
	struct emergency_job job; /* first: what emergency_job_write hands on */
	struct emergency_entry in;
	const struct session_origin *from;
	struct session *session;
	struct actor self; /* the account */
};

static int write_entering(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	struct entering *k = arg;
	int r;

	if (e)
		k->job.act.entry = e->id;
	r = emergency_enter(tx, ledgers_store(k->job.l), &k->in, &k->job.act, k->from, k->session,
			    err);
	return r < 0 || !k->job.alarm ? r : emergency_alarm(tx, &k->job.act, err);
}

static int write_again(struct tx *tx, void *arg, struct err *err)
{
	return write_entering(tx, NULL, arg, err);
}

/* The entry of the use that is going on. */
static const char *current_use(struct emergency_job *j, struct conn *c, const char *account)
{
	struct emergency_use *uses;
	size_t count = 0, i;

	if (emergency_uses(j->l, c, &j->arena, &uses, &count, NULL) < 0)
		return "";
	for (i = 0; i < count; i++)
		if (uses[i].status == USE_OPEN && strcmp(uses[i].account, account) == 0)
			return uses[i].id;
	return "";
}

/* What the ledger says of an opening by code. */
static int fill_opening(struct entering *k, struct conn *c, struct err *err)
{
	struct emergency_job *j = &k->job;
	const char *address = k->from->address ? k->from->address : "";
	const struct {
		const char *field, *stored;
	} all[] = {
		{ "account", k->in.account.id },
		{ "how", "code" },
		{ "status", "open" },
		{ "address", arena_strndup(&j->arena, address, 64) },
	};
	char now[40];
	size_t i;
	int r = emergency_set_declaration(j, c, err);

	time_text(clock_now_us(), false, now, sizeof now);
	for (i = 0; r >= 0 && i < sizeof all / sizeof all[0]; i++)
		r = emergency_set(j, all[i].field, all[i].stored, err);
	if (r >= 0)
		r = emergency_set_now(j, "opened_at", err);
	if (r >= 0)
		r = emergency_set(j, "title",
				  arena_printf(&j->arena, "%s %s", k->in.account.name, now), err);
	j->act.said =
		arena_printf(&j->arena, "封筒のコード（%s から）", *address ? address : "場所不明");
	return r < 0 || j->act.said ? r : err_nomem(err);
}

static int enter(struct entering *k, struct err *err)
{
	struct emergency_job *j = &k->job;
	struct store *s = ledgers_store(j->l);
	struct conn *c = NULL;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	emergency_actor(&k->in.account, &k->self);
	j->act.who = &k->self;
	j->act.account = k->in.account.id;
	if (k->in.opens)
		r = fill_opening(k, c, err);
	else
		j->act.entry = current_use(j, c, k->in.account.id);
	store_read_end(c);
	if (r < 0)
		return r;
	if (k->in.opens)
		return emergency_job_write(j, write_entering, NULL, err);
	return store_write(s, NULL, write_again, k, NULL, err);
}

int emergency_open_by_code(struct ledgers *l, const char *login, const char *code,
			   const char *reason, const struct session_origin *from,
			   struct arena *arena, struct session *ret, struct err *err)
{
	struct entering k = { .from = from, .session = ret };
	/* Nobody is known by name: the program itself keeps the record. */
	int r = emergency_job_begin(&k.job, l, &actor_system, "emergency_uses", err);

	if (r >= 0)
		r = emergency_typed(&k.job, "reason", reason, err);
	if (r >= 0)
		r = emergency_prove(ledgers_store(l), login, code, from, arena, &k.in, err);
	if (r >= 0)
		r = enter(&k, err);
	bytes_wipe(k.in.proved, sizeof k.in.proved);
	bytes_wipe(k.in.unlock, sizeof k.in.unlock);
	emergency_job_end(&k.job);
	return r < 0 ? r : 0;
}

/* --- by two people ------------------------------------------------------------------- */

static int write_ask(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	const struct emergency_job *j = arg;
	const struct event event = { .kind = EVENT_EMERGENCY,
				     .subject = j->act.account,
				     .ledger = j->act.ledger,
				     .entry = e->id,
				     .detail = "2人での開封を申し出ました" };

	return event_append(tx, j->who, &event, err);
}

static int fill_ask(struct emergency_job *j, const struct emergency_account *a, struct err *err)
{
	const struct {
		const char *field, *stored;
	} all[] = {
		{ "account", a->account.id },
		{ "how", "two" },
		{ "status", "asked" },
		{ "asked_by", j->who->account },
	};
	char now[40];
	size_t i;
	int r = 0;

	if (a->state == EMERGENCY_UNSEALED)
		return err_set(
			err, ERR_CONFLICT,
			"「%s」はまだ封をし直していないので、開封できません。企画管理者が新し"
			"い封筒を作ってください。",
			a->account.name);
	time_text(clock_now_us(), false, now, sizeof now);
	j->act.account = a->account.id;
	for (i = 0; r >= 0 && i < sizeof all / sizeof all[0]; i++)
		r = emergency_set(j, all[i].field, all[i].stored, err);
	return r < 0 ? r
		     : emergency_set(j, "title",
				     arena_printf(&j->arena, "%s %s", a->account.name, now), err);
}

int emergency_ask(struct ledgers *l, const struct actor *who, const char *login, const char *reason,
		  char ret_id[ID_SIZE], struct receipt *ret, struct err *err)
{
	struct emergency_account a;
	struct emergency_job j;
	struct conn *c = NULL;
	int r = emergency_permit(who, PERM_EMERGENCY, err);

	if (r < 0)
		return r;
	r = emergency_job_begin(&j, l, who, "emergency_uses", err);
	if (r >= 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r >= 0)
		r = emergency_get(c, login, &j.arena, &a, err);
	store_read_end(c);
	if (r >= 0)
		r = fill_ask(&j, &a, err);
	if (r >= 0)
		r = emergency_typed(&j, "reason", reason, err);
	if (r >= 0)
		r = emergency_job_write(&j, write_ask, ret, err);
	memcpy(ret_id, j.id, ID_SIZE);
	emergency_job_end(&j);
	return r;
}

static int write_confirm(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	struct emergency_job *j = arg;
	int r = emergency_open_given(tx, &j->act, j->code.hash, err);

	(void)e;
	return r < 0 || !j->alarm ? r : emergency_alarm(tx, &j->act, err);
}

/* The request as it stands, if this person may be the second. */
static int load_asked(struct emergency_job *j, const char *use, struct err *err)
{
	struct emergency_use u;
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(j->l), &c, err);

	if (r < 0)
		return r;
	r = emergency_use_get(j->l, c, use, &j->arena, &u, err);
	if (r >= 0 && (u.status != USE_ASKED || u.lapsed))
		r = err_set(err, ERR_CONFLICT,
			    "この申し出は、もう開封されたか、%d分を過ぎています。必要なら初めから申"
			    "し出てください。",
			    EMERGENCY_ASK_MINUTES);
	if (r >= 0 && !emergency_may_confirm(j->who, &u))
		r = err_set(
			err, ERR_DENIED,
			"申し出た人は、自分で2人目になれません。別の企画管理者、システム運用担当"
			"者か経営層に頼んでください。");
	if (r >= 0)
		r = emergency_job_load(j, use, err);
	if (r >= 0)
		r = emergency_set_declaration(j, c, err);
	if (r >= 0) {
		j->act.account = u.account;
		j->act.said = arena_printf(&j->arena, "%sさんと%sさん",
					   account_name(c, u.asked_by, &j->arena),
					   account_name(c, j->who->account, &j->arena));
		r = j->act.said ? 0 : err_nomem(err);
	}
	store_read_end(c);
	return r;
}

int emergency_confirm(struct ledgers *l, const struct actor *who, const char *use,
		      char ret_code[SPARE_CODE_SIZE], struct err *err)
{
	struct emergency_job j;
	int r = emergency_permit(who, PERM_EMERGENCY, err);

	if (r < 0)
		return r;
	r = emergency_job_begin(&j, l, who, "emergency_uses", err);
	if (r >= 0)
		r = load_asked(&j, use, err);
	if (r >= 0)
		r = emergency_code_new(ledgers_store(l), &j.code, err);
	if (r >= 0)
		r = emergency_set(&j, "status", "open", err);
	if (r >= 0)
		r = emergency_set(&j, "opened_by", who->account, err);
	if (r >= 0)
		r = emergency_set_now(&j, "opened_at", err);
	if (r >= 0)
		r = emergency_job_write(&j, write_confirm, NULL, err);
	if (r >= 0)
		memcpy(ret_code, j.code.code, SPARE_CODE_SIZE);
	emergency_job_end(&j);
	return r < 0 ? r : 0;
}
