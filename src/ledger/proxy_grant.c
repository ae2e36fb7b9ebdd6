/* Grants to act for another: asking, deciding, ending. */
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "ledger/proxy.h"

struct granting {
	struct ledgers *l;
	const struct actor *who;
	const struct ledger_def *def;
	struct arena arena;
	struct faults *faults;
	const char **value;
	const char *detail; /* of the event */
	const char *subject;
	char id[ID_SIZE];
};

static int set(struct granting *g, const char *field, const char *stored, struct err *err)
{
	int i = ledger_field(g->def, field);

	if (i < 0)
		return err_set(err, ERR_BUG, "代行の許可に項目 %s がありません", field);
	g->value[i] = stored;
	return 0;
}

static int typed(struct granting *g, const char *field, const char *value, struct err *err)
{
	int i = ledger_field(g->def, field), r;
	struct err why;

	if (i < 0)
		return err_set(err, ERR_BUG, "代行の許可に項目 %s がありません", field);
	r = value_parse(&g->def->field[i], value ? value : "", &g->arena, &g->value[i], &why);
	if (r == ERR_INVALID &&
	    g->faults->count < sizeof g->faults->item / sizeof *g->faults->item) {
		g->faults->item[g->faults->count++] = why;
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

/* In the transaction of the entry: nobody gets or loses a grant without an event. */
static int note(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	const struct granting *g = arg;
	struct event event = { .kind = EVENT_PROXY,
			       .subject = g->subject,
			       .ledger = "proxies",
			       .entry = e->id,
			       .detail = g->detail };

	return event_append(tx, g->who, &event, err);
}

static int finish(struct granting *g, struct change *ch, struct receipt *ret, struct err *err)
{
	struct faults none;

	ch->def = g->def;
	ch->op = OP_SAVE;
	ch->confirm = true;
	ch->value = g->value;
	ch->also = note;
	ch->also_arg = g;
	return entry_change(g->l, g->who, ch, g->id, ret, g->faults ? g->faults : &none, err);
}

/* Nobody asks with rights that were lent to them. */
static int permitted(const struct actor *who, struct err *err)
{
	int r = permit(who, PERM_PROXY, NULL, err);

	if (r >= 0 && who->mark == ACT_EMERGENCY)
		r = err_set(err, ERR_DENIED,
			    "非常時用アカウントでは、代行の許可を決められません。本人の利用者IDで"
			    "行ってください。");
	return r;
}

/* --- asking ---------------------------------------------------------------------- */

static void fault(struct granting *g, const char *field, const char *message)
{
	if (g->faults->count < sizeof g->faults->item / sizeof *g->faults->item)
		(void)err_field(&g->faults->item[g->faults->count++], ERR_INVALID, field, "%s",
				message);
}

static int read_person(struct granting *g, struct conn *c, const char *field, const char *id,
		       struct account *ret, struct err *err)
{
	char today[DATE_SIZE];
	int r = id ? account_by_id(c, id, &g->arena, ret, err) : ERR_NOT_FOUND;

	date_today(today);
	if (r == ERR_NOT_FOUND ||
	    (r >= 0 && (ret->kind != ACCOUNT_PERSON || !account_usable(ret, today)))) {
		fault(g, field, "使用中の利用者から選んでください。");
		ret->name = "";
		return 0;
	}
	return r;
}

static int check_ledgers(struct granting *g, const char *ledgers, const struct account *principal)
{
	struct actor who = { .name = principal->name, .role = principal->role };
	const char *p = ledgers ? ledgers : "";
	size_t n;

	if (!*p)
		fault(g, "ledgers", "代行で入力してよい台帳を1つ以上選んでください。");
	for (; *p; p += n + (p[n] == '\n')) {
		const struct ledger_def *def;
		char *name;

		n = strcspn(p, "\n");
		name = arena_strndup(&g->arena, p, n);
		def = name ? define_ledger(ledgers_defs(g->l), name) : NULL;
		if (!def || def->system || permit(&who, PERM_LEDGER_EDIT, def, NULL) < 0) {
			fault(g, "ledgers",
			      "本人が入力できない台帳は、代行でも入力できません。台帳を選び直して"
			      "ください。");
			return 0;
		}
	}
	return 0;
}

static int check_people(struct granting *g, const struct proxy_wish *w, struct err *err)
{
	struct account proxy = { .name = "" }, principal = { .name = "" };
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(g->l), &c, err);

	if (r < 0)
		return r;
	r = read_person(g, c, "proxy", w->proxy, &proxy, err);
	if (r >= 0)
		r = read_person(g, c, "principal", w->principal, &principal, err);
	store_read_end(c);
	if (r < 0)
		return r;
	if (*proxy.id && strcmp(proxy.id, principal.id) == 0)
		fault(g, "principal", "代行する人と本人は、別の人にしてください。");
	if (*principal.id)
		check_ledgers(g, w->ledgers, &principal);
	if (strcmp(g->who->account, proxy.id) != 0 && strcmp(g->who->account, principal.id) != 0 &&
	    permit(g->who, PERM_ACCOUNTS, NULL, NULL) < 0)
		fault(g, "proxy", "申し出られるのは、代行する人か本人です。");
	g->subject = arena_strdup(&g->arena, principal.id);
	return set(g, "title",
		   arena_printf(&g->arena, "%sさんが%sさんの代行", proxy.name, principal.name),
		   err);
}

static int fill(struct granting *g, const struct proxy_wish *w, struct err *err)
{
	const struct {
		const char *field, *text;
	} all[] = {
		{ "ledgers", w->ledgers },
		{ "from_on", w->from_on },
		{ "until_on", w->until_on },
		{ "reason", w->reason },
	};
	size_t i;
	int r = check_people(g, w, err);

	for (i = 0; r >= 0 && i < sizeof all / sizeof all[0]; i++)
		r = typed(g, all[i].field, all[i].text, err);
	if (r >= 0)
		r = set(g, "proxy", w->proxy, err);
	if (r >= 0)
		r = set(g, "principal", w->principal, err);
	if (r >= 0)
		r = set(g, "requested_by", g->who->account, err);
	if (r >= 0)
		r = set(g, "status", "requested", err);
	if (r >= 0 && g->faults->count)
		r = err_set(err, ERR_INVALID, "%s", g->faults->item[0].text);
	return arena_failed(&g->arena) ? err_nomem(err) : r;
}

int proxy_request(struct ledgers *l, const struct actor *who, const struct proxy_wish *wish,
		  char ret_id[ID_SIZE], struct receipt *ret, struct faults *faults, struct err *err)
{
	struct granting g = { .l = l, .who = who, .faults = faults };
	struct change ch = { .reason = "", .key = wish->key };
	size_t i;
	int r = permitted(who, err);

	faults->count = 0;
	if (r >= 0)
		r = ledgers_find(l, "proxies", &g.def, err);
	if (r < 0)
		return r;
	arena_init(&g.arena, 0);
	g.detail = "代行の許可を申し出ました";
	g.value = arena_calloc(&g.arena, g.def->field_count, sizeof *g.value);
	for (i = 0; g.value && i < g.def->field_count; i++)
		g.value[i] = "";
	r = g.value ? fill(&g, wish, err) : err_nomem(err);
	if (r >= 0)
		r = finish(&g, &ch, ret, err);
	if (r >= 0)
		memcpy(ret_id, g.id, ID_SIZE);
	arena_release(&g.arena);
	return r;
}

/* --- deciding -------------------------------------------------------------------- */

static bool is_planner(const struct actor *who)
{
	return permit(who, PERM_ACCOUNTS, NULL, NULL) == 0;
}

bool proxy_sees(const struct actor *who, const struct proxy_grant *g)
{
	return is_planner(who) || strcmp(who->account, g->proxy) == 0 ||
	       strcmp(who->account, g->principal) == 0;
}

bool proxy_may_decide(const struct actor *who, const struct proxy_grant *g)
{
	bool own = strcmp(who->account, g->principal) == 0;

	return g->status == PROXY_REQUESTED && (own || is_planner(who)) &&
	       strcmp(who->account, g->requested_by) != 0 && strcmp(who->account, g->proxy) != 0;
}

bool proxy_may_revoke(const struct actor *who, const struct proxy_grant *g)
{
	bool theirs = strcmp(who->account, g->principal) == 0 ||
		      strcmp(who->account, g->proxy) == 0 || is_planner(who);

	return theirs && (g->status == PROXY_ACTIVE || g->status == PROXY_REQUESTED);
}

static int load(struct granting *g, const char *id, struct proxy_grant *ret, struct err *err)
{
	struct conn *c = NULL;
	struct entry e;
	int r = ledgers_find(g->l, "proxies", &g->def, err);

	if (r >= 0)
		r = store_read_begin(ledgers_store(g->l), &c, err);
	if (r < 0)
		return r;
	r = proxy_get(g->l, c, id, &g->arena, ret, err);
	if (r >= 0)
		r = entry_get(g->l, c, g->def, id, 0, &g->arena, &e, err);
	store_read_end(c);
	if (r < 0)
		return r;
	ret->rev = e.rev;
	g->subject = ret->proxy;
	g->value = arena_memdup(&g->arena, (const void *)e.value,
				g->def->field_count * sizeof *g->value);
	return g->value ? 0 : err_nomem(err);
}

static int put_end(struct granting *g, const struct proxy_grant *grant, const char *status,
		   const char *by, const char *on, const char *text, struct receipt *ret,
		   struct err *err)
{
	struct change ch = { .entry = grant->id, .base_rev = grant->rev, .reason = text };
	char today[DATE_SIZE];
	int r;

	date_today(today);
	r = set(g, "status", status, err);
	if (r >= 0)
		r = set(g, by, g->who->account, err);
	if (r >= 0)
		r = set(g, on, today, err);
	if (r >= 0)
		r = set(g, "note", text, err);
	return r < 0 ? r : finish(g, &ch, ret, err);
}

static int wants_note(const char *note, struct err *err)
{
	if (note && note[strspn(note, " \t\r\n")])
		return 0;
	return err_field(err, ERR_INVALID, "note", "理由を書いてください。相手に伝わります。");
}

int proxy_decide(struct ledgers *l, const struct actor *who, const char *id, bool approve,
		 const char *note_text, struct receipt *ret, struct err *err)
{
	struct granting g = { .l = l, .who = who };
	struct proxy_grant grant;
	int r = permitted(who, err);

	if (r >= 0 && !approve)
		r = wants_note(note_text, err);
	if (r < 0)
		return r;
	arena_init(&g.arena, 0);
	g.detail = approve ? "代行を認めました" : "代行を断りました";
	r = load(&g, id, &grant, err);
	if (r >= 0 && grant.status != PROXY_REQUESTED)
		r = err_set(err, ERR_CONFLICT,
			    "この申し出は、もう決められています。開き直して確かめてください。");
	if (r >= 0 && !proxy_may_decide(who, &grant))
		r = err_set(err, ERR_DENIED,
			    "決められるのは本人か企画管理者です。申し出た人と代行する人は、自分で"
			    "認められません。");
	if (r >= 0)
		r = put_end(&g, &grant, approve ? "active" : "refused", "decided_by", "decided_on",
			    note_text ? note_text : "", ret, err);
	arena_release(&g.arena);
	return r;
}

int proxy_revoke(struct ledgers *l, const struct actor *who, const char *id, const char *note_text,
		 struct receipt *ret, struct err *err)
{
	struct granting g = { .l = l, .who = who };
	struct proxy_grant grant;
	int r = permitted(who, err);

	if (r >= 0)
		r = wants_note(note_text, err);
	if (r < 0)
		return r;
	arena_init(&g.arena, 0);
	g.detail = "代行の許可を取り消しました";
	r = load(&g, id, &grant, err);
	if (r >= 0 && !proxy_may_revoke(who, &grant))
		r = err_set(err, ERR_DENIED,
			    "取り消せるのは、続いている許可だけです。取り消せる人は、代行する人、"
			    "本人、企画管理者です。");
	if (r >= 0)
		r = put_end(&g, &grant, "revoked", "revoked_by", "revoked_on", note_text, ret, err);
	arena_release(&g.arena);
	return r;
}
