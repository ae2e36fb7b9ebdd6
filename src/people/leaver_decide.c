/* Deciding a proposal: what the planner confirms happens to the account, then is written down. */
#include <string.h>

#include "base/clock.h"
#include "define/value.h"
#include "people/fields.h"
#include "people/leaver.h"

struct deciding {
	struct ledgers *l;
	const struct actor *who;
	const struct proposal_decision *d;
	struct arena arena;
	const struct ledger_def *def, *staff;
	struct entry entry, person;
	struct account account;
	bool has_account;
	char today[DATE_SIZE];
	struct faults faults;
};

static const char *text(const struct deciding *k, const char *field)
{
	return field_text(k->def, k->entry.value, field);
}

static int check_open(const struct deciding *k, struct conn *c, struct arena *arena,
		      struct err *err)
{
	const struct ledger_def *imports;
	struct entry batch;
	int r;

	if (strcmp(text(k, "status"), "open") != 0)
		return err_set(err, ERR_CONFLICT,
			       "この提案は、もう決められています。一覧を開き直してください");
	if (!*text(k, "source_batch"))
		return 0;
	r = ledgers_find(k->l, "imports", &imports, err);
	if (r == 0)
		r = entry_get(k->l, c, imports, text(k, "source_batch"), 0, arena, &batch, err);
	if (r == 0 && strcmp(field_text(imports, batch.value, "undone"), "1") == 0)
		r = err_set(err, ERR_CONFLICT,
			    "この提案の元になった名簿は取り消されました。提案も無くなっています");
	return r;
}

static int load(struct deciding *k, const char *id, struct err *err)
{
	struct conn *c;
	int r = ledgers_find(k->l, "account_proposals", &k->def, err);

	if (r == 0)
		r = ledgers_find(k->l, "staff", &k->staff, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(k->l), &c, err);
	if (r < 0)
		return r;
	r = entry_get(k->l, c, k->def, id, 0, &k->arena, &k->entry, err);
	if (r == 0)
		r = check_open(k, c, &k->arena, err);
	if (r == 0)
		r = entry_get(k->l, c, k->staff, text(k, "staff"), 0, &k->arena, &k->person, err);
	if (r == 0 && *text(k, "account")) {
		r = account_by_id(c, text(k, "account"), &k->arena, &k->account, err);
		k->has_account = r == 0;
	}
	store_read_end(c);
	return r;
}

static int put(struct deciding *k, struct account_change *change, struct err *err)
{
	struct account after;

	return account_put(ledgers_store(k->l), k->who, false, k->account.login, change, &after,
			   &k->arena, err);
}

/* Stops the account today, or lets it end by itself on a day to come. */
static int stop(struct deciding *k, const char *day, struct err *err)
{
	struct account_change change = { .role = -1, .disabled = -1, .must_change = -1 };

	if (!k->has_account || k->account.disabled)
		return 0;
	if (strcmp(k->account.id, k->who->account) == 0)
		return err_set(err, ERR_INVALID,
			       "自分自身は停止できません。ほかの企画管理者に頼んでください");
	/* A day to come ends the account by itself. */
	if (strcmp(day, k->today) > 0 && strcmp(text(k, "kind"), "leave") == 0 &&
	    *field_text(k->staff, k->person.value, "left_on"))
		change.valid_until = day;
	else
		change.disabled = 1;
	return put(k, &change, err);
}

static int revise_person(struct deciding *k, const char *field, const char *stored, struct err *err)
{
	const char **value = fields_copy(k->staff, k->person.value, &k->arena);
	int r = value ? field_set(k->staff, value, field, stored, err) : err_nomem(err);

	if (r < 0 || strcmp(field_text(k->staff, k->person.value, field), stored) == 0)
		return r;
	return entry_change(k->l, k->who,
			    &(struct change){ .def = k->staff,
					      .entry = k->person.id,
					      .base_rev = k->person.rev,
					      .op = OP_SAVE,
					      .confirm = true,
					      .value = value,
					      .reason = text(k, "title") },
			    NULL, NULL, &k->faults, err);
}

static int do_leave(struct deciding *k, struct err *err)
{
	const char *day = *text(k, "due_on") ? text(k, "due_on") : k->today;
	int r = stop(k, day, err);

	if (r < 0 || *field_text(k->staff, k->person.value, "left_on"))
		return r;
	return revise_person(k, "left_on", day, err);
}

/* What the account says about the person's work is taken from the staff ledger; an account
 * that was only guessed is linked. */
static int adopt(struct deciding *k, struct account_change *change, struct err *err)
{
	int profession = ledger_field(k->staff, "profession"), r;

	if (!k->has_account)
		return 0;
	if (*k->account.staff && strcmp(k->account.staff, k->person.id) != 0)
		return err_set(
			err, ERR_CONFLICT,
			"利用者「%s」は、もう別の職員に結び付いています。見送って、利用者の一覧を確"
			"かめてください",
			k->account.login);
	change->staff = k->person.id;
	change->site = field_text(k->staff, k->person.value, "site");
	change->department = field_text(k->staff, k->person.value, "department");
	if (profession >= 0 && *k->person.value[profession])
		change->profession = value_show(&k->staff->field[profession],
						k->person.value[profession], &k->arena);
	r = put(k, change, err);
	return r < 0 ? r : revise_person(k, "account", k->account.id, err);
}

static int do_review(struct deciding *k, struct err *err)
{
	struct account_change change = { .role = k->d->role, .disabled = -1, .must_change = -1 };

	return adopt(k, &change, err);
}

static int do_link(struct deciding *k, struct err *err)
{
	struct account_change change = { .role = -1, .disabled = -1, .must_change = -1 };

	return adopt(k, &change, err);
}

static int act(struct deciding *k, struct err *err)
{
	switch (proposal_kind_parse(text(k, "kind"))) {
	case PROPOSAL_LEAVE: return do_leave(k, err);
	case PROPOSAL_SUSPEND: return stop(k, k->today, err);
	case PROPOSAL_REVIEW: return do_review(k, err);
	case PROPOSAL_LINK: return do_link(k, err);
	default: return 0; /* whoever is new is asked for a request */
	}
}

static int write_down(struct deciding *k, struct receipt *ret, struct err *err)
{
	const struct proposal_decision *d = k->d;
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "status", d->confirm ? "done" : "rejected" },
		{ "decided_on", k->today },
		{ "decided_by",
		  strcmp(k->who->account, actor_system.account) == 0 ? "" : k->who->account },
		{ "decision", d->reason ? d->reason : "" },
	};
	const char **value = fields_copy(k->def, k->entry.value, &k->arena);
	size_t i;
	int r = value ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = field_set(k->def, value, pairs[i].field, pairs[i].stored, err);
	if (r < 0)
		return r;
	return entry_change(k->l, k->who,
			    &(struct change){ .def = k->def,
					      .entry = k->entry.id,
					      .base_rev = k->entry.rev,
					      .op = OP_SAVE,
					      .confirm = true,
					      .value = value,
					      .reason = d->reason ? d->reason : "" },
			    NULL, ret, &k->faults, err);
}

int proposal_decide(struct ledgers *l, const struct actor *who, const char *id,
		    const struct proposal_decision *d, struct receipt *ret, struct err *err)
{
	struct deciding k = { .l = l, .who = who, .d = d };
	int r = permit(who, PERM_ACCOUNTS, NULL, err);

	if (r == 0 && !d->confirm && (!d->reason || !*d->reason))
		r = err_field(err, ERR_INVALID, "reason",
			      "見送るときは理由を書いてください。あとで見る人のために残ります");
	if (r < 0)
		return r;
	date_today(k.today);
	arena_init(&k.arena, 0);
	r = load(&k, id, err);
	if (r == 0 && d->confirm)
		r = act(&k, err);
	/* What was done stays done if this fails; the proposal is then still open, and doing it
	 * again changes nothing more. */
	if (r == 0)
		r = write_down(&k, ret, err);
	arena_release(&k.arena);
	return r;
}
