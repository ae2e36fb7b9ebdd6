/* Requests: granting, refusing, confirming. */
#include <string.h>

#include "base/clock.h"
#include "people/fields.h"
#include "people/person.h"
#include "people/request.h"

struct deciding {
	struct ledgers *l;
	const struct actor *who;
	struct arena arena;
	const struct ledger_def *def, *staff;
	struct entry entry, person;
	struct request_view view;
	char account[ID_SIZE], today[DATE_SIZE];
};

bool request_may_decide(const struct actor *who, const struct request_view *v)
{
	return permit(who, PERM_ACCOUNTS, NULL, NULL) == 0 &&
	       strcmp(who->account, v->requester) != 0 &&
	       (v->status == REQUEST_REQUESTED || v->status == REQUEST_DIFFERS);
}

bool request_may_confirm(const struct actor *who, const struct request_view *v)
{
	bool theirs = strcmp(who->account, v->requester) == 0 ||
		      (who->department && *who->department &&
		       strcmp(who->department, v->department) == 0);

	return v->status == REQUEST_GRANTED && theirs && strcmp(who->account, v->decided_by) != 0;
}

static int load(struct deciding *k, const char *id, struct err *err)
{
	struct conn *c;
	int r = ledgers_find(k->l, "account_requests", &k->def, err);

	date_today(k->today);
	if (r == 0)
		r = ledgers_find(k->l, "staff", &k->staff, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(k->l), &c, err);
	if (r < 0)
		return r;
	r = request_get(k->l, c, k->who, id, &k->arena, &k->view, err);
	if (r == 0)
		r = entry_get(k->l, c, k->def, id, 0, &k->arena, &k->entry, err);
	if (r == 0)
		r = entry_get(k->l, c, k->staff, k->view.staff, 0, &k->arena, &k->person, err);
	store_read_end(c);
	return r;
}

static int check_decide(const struct deciding *k, struct err *err)
{
	int r = permit(k->who, PERM_ACCOUNTS, NULL, err);

	if (r < 0)
		return r;
	if (strcmp(k->who->account, k->view.requester) == 0)
		return err_set(
			err, ERR_DENIED,
			"自分の申請を自分で認めたり断ったりすることはできません。ほかの企画管理"
			"者に頼んでください");
	if (k->view.status != REQUEST_REQUESTED && k->view.status != REQUEST_DIFFERS)
		return err_set(err, ERR_CONFLICT,
			       "この申請は、もう決められています。開き直して確かめてください");
	return 0;
}

struct pair {
	const char *field, *stored;
};

static int write_down(struct deciding *k, const struct pair *pairs, size_t count,
		      const char *reason, struct receipt *ret, struct err *err)
{
	const char **value = fields_copy(k->def, k->entry.value, &k->arena);
	struct faults faults = { .count = 0 };
	size_t i;
	int r = value ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < count; i++)
		r = field_set(k->def, value, pairs[i].field, pairs[i].stored ? pairs[i].stored : "",
			      err);
	if (r < 0)
		return r;
	return entry_change(k->l, k->who,
			    &(struct change){ .def = k->def,
					      .entry = k->entry.id,
					      .base_rev = k->entry.rev,
					      .op = OP_SAVE,
					      .confirm = true,
					      .value = value,
					      .reason = reason ? reason : "" },
			    NULL, ret, &faults, err);
}

/* --- the account ------------------------------------------------------------------------- */

/* The account of the person, if there is one; active ones first. */
static int own_account(struct deciding *k, struct account *ret, bool *ret_found, struct err *err)
{
	const struct person *p;
	struct persons all;
	struct conn *c;
	int r = store_read_begin(ledgers_store(k->l), &c, err);

	*ret_found = false;
	if (r < 0)
		return r;
	r = persons_read(k->l, c, &k->arena, &all, err);
	store_read_end(c);
	if (r < 0)
		return r;
	p = persons_find(&all, k->view.staff);
	*ret_found = p && p->account;
	if (*ret_found)
		*ret = *p->account;
	return 0;
}

static int link_person(struct deciding *k, struct err *err)
{
	const char **value = fields_copy(k->staff, k->person.value, &k->arena);
	struct faults faults = { .count = 0 };
	int r = value ? field_set(k->staff, value, "account", k->account, err) : err_nomem(err);

	if (r < 0 || strcmp(field_text(k->staff, k->person.value, "account"), k->account) == 0)
		return r;
	return entry_change(k->l, k->who,
			    &(struct change){ .def = k->staff,
					      .entry = k->person.id,
					      .base_rev = k->person.rev,
					      .op = OP_SAVE,
					      .confirm = true,
					      .value = value,
					      .reason = k->view.title },
			    NULL, NULL, &faults, err);
}

/* An account made before something failed half-way is taken up again, with a new password. */
static int make_account(struct deciding *k, const struct request_grant *g, char password[32],
			struct err *err)
{
	struct account_change change = { .name = field_text(k->staff, k->person.value, "name"),
					 .kana = field_text(k->staff, k->person.value, "kana"),
					 .profession = k->view.profession,
					 .site = field_text(k->staff, k->person.value, "site"),
					 .department = field_text(k->staff, k->person.value,
								  "department"),
					 .staff = k->person.id,
					 .valid_from = k->view.from_on,
					 .valid_until = k->view.until_on,
					 .role = g->role >= 0 ? g->role : role_parse(k->view.role),
					 .disabled = 0 };
	struct account made, now;
	bool found;
	int r = own_account(k, &now, &found, err);

	if (r < 0)
		return r;
	if (found && (!g->login || strcmp(now.login, g->login) != 0))
		return err_field(
			err, ERR_CONFLICT, "login",
			"この人には、もう利用者ID「%s」があります。1人に1つだけです。「役割を変"
			"える」で申請し直してもらってください",
			now.login);
	if (!g->login || !*g->login)
		return err_field(err, ERR_INVALID, "login", "利用者IDを書いてください（例: sato）");
	r = account_put_first(ledgers_store(k->l), k->who, !found, g->login, &change, password,
			      &made, &k->arena, err);
	if (r == 0)
		memcpy(k->account, made.id, sizeof k->account);
	return r < 0 ? r : link_person(k, err);
}

static int change_account(struct deciding *k, const struct request_grant *g, struct err *err)
{
	bool stop = k->view.kind == REQUEST_STOP;
	struct account_change change = { .role = -1, .disabled = stop ? 1 : -1, .must_change = -1 };
	struct account now, after;
	bool found;
	int r = own_account(k, &now, &found, err);

	if (r < 0)
		return r;
	if (!found)
		return err_set(
			err, ERR_INVALID,
			"この人の利用者IDがありません。職員台帳の「daichoの利用者」を確かめてく"
			"ださい");
	if (strcmp(now.id, k->who->account) == 0)
		return err_set(
			err, ERR_DENIED,
			"自分の利用者IDについての申請は認められません。ほかの企画管理者に頼んで"
			"ください");
	if (!stop) {
		change.role = g->role >= 0 ? g->role : role_parse(k->view.role);
		change.valid_until = *k->view.until_on ? k->view.until_on : NULL;
	}
	r = account_put(ledgers_store(k->l), k->who, false, now.login, &change, &after, &k->arena,
			err);
	if (r == 0)
		memcpy(k->account, after.id, sizeof k->account);
	return r;
}

static int grant(struct deciding *k, const struct request_grant *g, char password[32],
		 struct receipt *ret, struct err *err)
{
	int r = check_decide(k, err);

	if (r < 0)
		return r;
	/* What differs from the request is put right by hand or by granting once more. */
	if (k->view.kind == REQUEST_NEW && k->view.status == REQUEST_REQUESTED)
		r = make_account(k, g, password, err);
	else if (k->view.kind != REQUEST_SYSTEM)
		r = change_account(k, g, err);
	if (r < 0)
		return r;
	return write_down(k,
			  (const struct pair[]){ { "status", "granted" },
						 { "decided_by", k->who->account },
						 { "decided_on", k->today },
						 { "decision", g->reason },
						 { "account", k->account },
						 { "confirmed_by", "" },
						 { "confirmed_on", "" },
						 { "confirmation", "" } },
			  8, g->reason, ret, err);
}

int request_grant(struct ledgers *l, const struct actor *who, const char *id,
		  const struct request_grant *g, char ret_password[32], struct receipt *ret,
		  struct err *err)
{
	struct deciding k = { .l = l, .who = who };
	int r;

	ret_password[0] = '\0';
	arena_init(&k.arena, 0);
	r = load(&k, id, err);
	if (r == 0)
		r = grant(&k, g, ret_password, ret, err);
	if (r < 0)
		bytes_wipe(ret_password, 32);
	arena_release(&k.arena);
	return r;
}

int request_refuse(struct ledgers *l, const struct actor *who, const char *id, const char *reason,
		   struct receipt *ret, struct err *err)
{
	struct deciding k = { .l = l, .who = who };
	int r;

	if (!reason || !*reason)
		return err_field(err, ERR_INVALID, "reason",
				 "断る理由を書いてください。申請した人に伝わります");
	arena_init(&k.arena, 0);
	r = load(&k, id, err);
	if (r == 0)
		r = check_decide(&k, err);
	if (r == 0)
		r = write_down(&k,
			       (const struct pair[]){ { "status", "refused" },
						      { "decided_by", who->account },
						      { "decided_on", k.today },
						      { "decision", reason } },
			       4, reason, ret, err);
	arena_release(&k.arena);
	return r;
}

int request_confirm(struct ledgers *l, const struct actor *who, const char *id, bool as_asked,
		    const char *text, struct receipt *ret, struct err *err)
{
	struct deciding k = { .l = l, .who = who };
	int r = permit(who, PERM_REQUEST, NULL, err);

	if (r == 0 && !as_asked && (!text || !*text))
		r = err_field(err, ERR_INVALID, "text", "申請とどこが違うかを書いてください");
	if (r < 0)
		return r;
	arena_init(&k.arena, 0);
	r = load(&k, id, err);
	if (r == 0 && k.view.status != REQUEST_GRANTED)
		r = err_set(err, ERR_CONFLICT, "この申請は、いま確かめる段階ではありません");
	if (r == 0 && !request_may_confirm(who, &k.view))
		r = err_set(
			err, ERR_DENIED,
			"確かめるのは、申請した人か同じ部署の人です。認めた人は確かめられません");
	if (r == 0)
		r = write_down(
			&k,
			(const struct pair[]){ { "status", as_asked ? "confirmed" : "differs" },
					       { "confirmed_by", who->account },
					       { "confirmed_on", k.today },
					       { "confirmation", text } },
			4, text, ret, err);
	arena_release(&k.arena);
	return r;
}
