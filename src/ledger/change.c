/* Doing one change: checks, then one durable revision. */
#include "ledger/change.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "identity/event.h"
#include "ledger/proxy.h"
#include "ledger/read.h"
#include "ledger/scope.h"
#include "ledger/workflow.h"

#define REASON_MAX 1000 /* characters */

int change_conflict(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *id,
		    struct err *err)
{
	struct arena arena;
	struct entry now;
	char when[32];
	int r;

	arena_init(&arena, 0);
	r = entry_get(l, c, def, id, 0, &arena, &now, err);
	if (r >= 0) {
		time_text(now.at_us, false, when, sizeof when);
		r = err_set(
			err, ERR_CONFLICT,
			"「%s」さんが%sに先に変更しました。入力した内容はまだ保存されていません。"
			"最新の内容と見比べて、もう一度保存してください。",
			account_name(c, now.actor, &arena), when);
	}
	arena_release(&arena);
	return r;
}

static int reason_check(const struct change *ch, struct err *err)
{
	const char *reason = ch->reason ? ch->reason : "";
	bool needed = ch->op == OP_RETURN || ch->op == OP_VOID;

	if (needed && !reason[strspn(reason, " \t\r\n")])
		return err_field(err, ERR_INVALID, "reason",
				 "理由を書いてください。あとで見る人のために残ります。");
	if (!utf8_valid(reason, strlen(reason), NULL) || text_has_control(reason, true))
		return err_field(err, ERR_INVALID, "reason",
				 "理由に使えない文字があります。入力し直してください。");
	if (utf8_length(reason) > REASON_MAX)
		return err_field(err, ERR_INVALID, "reason", "理由は%d文字までにしてください。",
				 REASON_MAX);
	return 0;
}

static int behalf_check(struct ledgers *l, struct conn *c, const struct actor *who,
			const struct ledger_def *def, const char *behalf, struct arena *arena,
			struct err *err)
{
	struct account a;
	int r;

	if (!behalf)
		return 0;
	r = account_by_id(c, behalf, arena, &a, err);
	if (r == ERR_NOT_FOUND || (r >= 0 && a.disabled))
		return err_field(err, ERR_INVALID, "behalf",
				 "代行で入力するときは、使用中の利用者から本人を選んでください。");
	return r < 0 ? r : proxy_allowed(l, c, who->account, behalf, def, err);
}

struct complaint {
	struct faults *faults;
	struct err first;
};

static void complain(void *arg, const struct err *e)
{
	struct complaint *to = arg;

	if (to->first.code == 0)
		to->first = *e;
	faults_add(to->faults, e);
}

/* Everything about new content that can be known now. */
static int content_check(struct ledgers *l, struct conn *c, const struct prepared *p,
			 bool late_refs, struct arena *arena, struct faults *faults,
			 struct err *err)
{
	const struct ledger_def *def = p->next.def;
	struct complaint to = { faults, { .code = 0 } };
	struct err refs;
	int r;

	value_check_entry(def, p->next.value, complain, &to);
	r = late_refs ? 0 : refs_check(l, c, def, p->next.value, p->before, arena, faults, &refs);
	if (r < 0 && r != ERR_INVALID) {
		if (err)
			*err = refs;
		return r;
	}
	if (to.first.code < 0) {
		if (err)
			*err = to.first;
		return ERR_INVALID;
	}
	if (r < 0 && err)
		*err = refs;
	return r;
}

static const char *op_name(const struct change *ch)
{
	if (ch->undo)
		return "undo";
	switch (ch->op) {
	case OP_CONFIRM: return "confirm";
	case OP_APPROVE: return "approve";
	case OP_RETURN: return "return";
	case OP_VOID: return "void";
	default: break;
	}
	if (ch->batch && *ch->batch)
		return "import";
	return ch->entry ? "revise" : "create";
}

/* The entry as it stands, for who may see it: nobody learns of one out of sight. */
static int read_now(struct ledgers *l, struct conn *c, const struct sight *sight, const char *id,
		    struct arena *arena, struct entry *ret, struct err *err)
{
	int r = entry_get(l, c, sight->def, id, 0, arena, ret, err);

	return r < 0 || scope_sees(sight, ret) ? r : scope_none(sight->def, err);
}

/* Fills the revision to come. `now` is the current one, NULL for a new entry. */
static void next_revision(const struct actor *who, const struct change *ch, const char *behalf,
			  const struct entry *now, struct entry *next)
{
	next->def = ch->def;
	next->rev = now ? now->rev + 1 : 1;
	next->actor = who->account;
	next->reason = ch->reason ? ch->reason : "";
	next->batch = ch->batch ? ch->batch : "";
	next->op = op_name(ch);
	next->behalf = behalf ? behalf : "";
	if (ch->op == OP_SAVE) {
		next->state = workflow_saved(who, ch->def, ch->confirm, behalf != NULL);
		next->author = who->account;
		next->principal = next->behalf;
		next->value = ch->value;
	} else {
		next->state = workflow_target(ch->op);
		next->author = now ? now->author : who->account;
		next->principal = now ? now->principal : "";
		next->value = now ? now->value : ch->value;
	}
}

/* What a save may write: nothing hidden or foreign, and nothing it may not refer to. */
static int own_content(struct ledgers *l, struct conn *c, const struct actor *who,
		       const struct sight *sight, const struct change *ch, struct arena *arena,
		       struct prepared *p, struct faults *faults, struct err *err)
{
	int r;

	if (ch->op != OP_SAVE)
		return 0;
	r = scope_save(sight, p->next.id, ch->value, p->before, arena, &p->next.value, err);
	return r < 0 ? r
		     : scope_refs(l, c, who, ch->def, p->next.value, p->before, arena, faults, err);
}

/* Role, workflow, reason and principal. `now`: the entry, NULL for a new one. */
static int allowed(struct ledgers *l, struct conn *c, const struct actor *who,
		   const struct change *ch, const char *behalf, const struct entry *now,
		   struct arena *arena, struct err *err)
{
	int r = 0;

	if (!ch->undo || ch->op != OP_VOID || !now || !workflow_own_import(who, now))
		r = workflow_check(who, ch->def, now, ch->op, err);
	if (r >= 0)
		r = reason_check(ch, err);
	return r < 0 ? r : behalf_check(l, c, who, ch->def, behalf, arena, err);
}

int change_prepare(struct ledgers *l, struct conn *c, const struct actor *who,
		   const struct change *ch, bool late_refs, struct arena *arena,
		   struct prepared *ret, struct err *pending, struct faults *faults,
		   struct err *err)
{
	struct entry now;
	struct sight sight;
	const char *behalf = ch->op == OP_SAVE ? ch->behalf : NULL;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	err_clear(pending);
	sight_of(who, ch->def, &sight);
	if (behalf && (!*behalf || strcmp(behalf, who->account) == 0))
		behalf = NULL;
	if (ch->entry) {
		r = read_now(l, c, &sight, ch->entry, arena, &now, err);
		if (r < 0)
			return r;
		snprintf(ret->next.id, sizeof ret->next.id, "%s", ch->entry);
		if (now.rev != ch->base_rev) {
			r = change_conflict(l, c, ch->def, ch->entry, pending);
			return r == ERR_CONFLICT ? 0 : r;
		}
		ret->before = now.value;
	} else {
		id_new(ret->next.id);
	}
	r = allowed(l, c, who, ch, behalf, ch->entry ? &now : NULL, arena, err);
	if (r < 0)
		return r;
	next_revision(who, ch, behalf, ch->entry ? &now : NULL, &ret->next);
	r = own_content(l, c, who, &sight, ch, arena, ret, faults, err);
	if (r < 0)
		return r;
	ret->base_rev = ch->entry ? now.rev : 0;
	ret->mark = who->mark;
	ret->transition = ch->op != OP_SAVE;
	ret->partial = !sight.all;
	ret->check_refs = late_refs && !ret->transition;
	ret->name_before = ret->before ? ret->before[ch->def->name_field] : "";
	return ret->transition ? 0 : content_check(l, c, ret, late_refs, arena, faults, err);
}

/* Whether base_rev is still the newest; the committer's view decides. */
static int still_newest(struct ledgers *l, struct tx *tx, const struct prepared *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int64_t newest;
	int r;

	if (p->base_rev == 0)
		return 0;
	r = stmt_begin(tx_conn(tx), STMT_ENTRY_NEWEST, &st, err);
	if (r < 0)
		return r;
	stmt_text(st, 1, p->next.id);
	stmt_text(st, 2, p->next.def->name);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	newest = r > 0 ? col_int(st, 0) : 0;
	return newest == p->base_rev
		       ? 0
		       : change_conflict(l, tx_conn(tx), p->next.def, p->next.id, err);
}

static int append_revision(struct tx *tx, struct entry *e, const struct encoded *x, struct err *err)
{
	struct fact f = { .kind = "entry",
			  .ledger = e->def->name,
			  .entry = e->id,
			  .rev = e->rev,
			  .op = e->op,
			  .actor = e->actor,
			  .behalf = *e->behalf ? e->behalf : NULL };

	content_parts(x, &f);
	e->at_us = tx_now(tx);
	return tx_append(tx, &f, &e->seq, err);
}

/* What was typed or confirmed for another, and what was written under a special right,
 * stands among the records of use too. */
static int append_events(struct tx *tx, const struct prepared *p, struct err *err)
{
	const struct entry *e = &p->next;
	bool confirmed = p->transition && *e->principal && strcmp(e->op, "confirm") == 0;
	struct actor who = { .mark = p->mark };
	struct event event = { .kind = EVENT_PROXY,
			       .subject = confirmed ? e->author : e->behalf,
			       .ledger = e->def->name,
			       .entry = e->id,
			       .detail = confirmed ? "代行入力を確かめました" : "代行で入力しました" };
	int r = 0;

	snprintf(who.account, sizeof who.account, "%s", e->actor);
	if (*e->behalf || confirmed)
		r = event_append(tx, &who, &event, err);
	if (r < 0 || p->mark == ACT_NORMAL)
		return r;
	event.kind = EVENT_MARKED;
	event.subject = NULL;
	event.detail = "台帳に書き込みました";
	return event_append(tx, &who, &event, err);
}

static int write_checked(struct ledgers *l, struct tx *tx, struct prepared *p, struct encoded *x,
			 struct arena *arena, struct faults *faults, struct err *err)
{
	struct conn *c = tx_conn(tx);
	struct entry *e = &p->next;
	int r = 0;

	/* A grant may have ended since the change was prepared. */
	if (*e->behalf)
		r = proxy_allowed(l, c, e->actor, e->behalf, e->def, err);
	if (r >= 0 && p->check_refs)
		r = refs_check(l, c, e->def, e->value, p->before, arena, faults, err);
	if (r >= 0 && !p->transition)
		r = unique_check(l, c, p, arena, faults, err);
	if (r >= 0)
		r = append_revision(tx, e, x, err);
	if (r >= 0)
		r = append_events(tx, p, err);
	if (r >= 0)
		r = projection_search_names(l, c, e->def, e->value, arena, &x->search, err);
	if (r >= 0)
		r = projection_put(l, tx, e, x->search.data ? x->search.data : "", arena, err);
	if (r >= 0 && p->base_rev && strcmp(p->name_before, e->value[e->def->name_field]) != 0)
		r = projection_renamed(l, tx, e, err);
	return r;
}

int change_write(struct ledgers *l, struct tx *tx, struct prepared *p, struct encoded *x,
		 struct faults *faults, struct err *err)
{
	size_t own = x->search.len;
	struct arena arena;
	int r = still_newest(l, tx, p, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = write_checked(l, tx, p, x, &arena, faults, err);
	arena_release(&arena);
	/* It may be called again, and names of others may differ then. */
	buf_cut(&x->search, own);
	return r;
}

/* --- one change ------------------------------------------------------------------ */

struct one {
	struct ledgers *l;
	struct prepared p;
	struct encoded x;
	struct err pending;
	struct faults *faults;
	const struct change *ch;
};

/* May run more than once. */
static int one_write(struct tx *tx, void *arg, struct err *err)
{
	struct one *o = arg;
	int r;

	if (o->faults)
		o->faults->count = 0;
	if (o->pending.code < 0) {
		if (err)
			*err = o->pending;
		return o->pending.code;
	}
	r = change_write(o->l, tx, &o->p, &o->x, o->faults, err);
	return r < 0 || !o->ch->also ? r : o->ch->also(tx, &o->p.next, o->ch->also_arg, err);
}

static int one_prepare(struct one *o, const struct actor *who, const struct change *ch,
		       struct arena *arena, struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(o->l->store, &c, err);

	if (r < 0)
		return r;
	r = change_prepare(o->l, c, who, ch, false, arena, &o->p, &o->pending, o->faults, err);
	store_read_end(c);
	if (r < 0 || o->pending.code < 0)
		return r;
	return content_encode(projection_of(o->l, ch->def), &o->p.next, o->p.transition, arena,
			      &o->x, err);
}

int receipt_entry(struct ledgers *l, const struct receipt *receipt, char ret_id[ID_SIZE],
		  struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(l->store, &c, err);

	if (r < 0)
		return r;
	r = leaf_entry(c, receipt->seq, ret_id, err);
	store_read_end(c);
	return r;
}

int entry_change(struct ledgers *l, const struct actor *who, const struct change *ch, char *ret_id,
		 struct receipt *ret, struct faults *faults, struct err *err)
{
	struct one o = { .l = l, .faults = faults, .ch = ch };
	struct receipt receipt = { .seq = -1 };
	struct arena arena;
	int r;

	if (faults)
		faults->count = 0;
	arena_init(&arena, 0);
	encoded_init(&o.x);
	r = one_prepare(&o, who, ch, &arena, err);
	if (r >= 0 && o.pending.code < 0 && !ch->key) {
		r = o.pending.code;
		if (err)
			*err = o.pending;
	}
	if (r >= 0)
		r = store_write_repeatable(l->store, ch->key, one_write, &o, &receipt, err);
	if (r >= 0 && receipt.repeated)
		r = receipt_entry(l, &receipt, o.p.next.id, err);
	if (r >= 0 && ret_id)
		memcpy(ret_id, o.p.next.id, ID_SIZE);
	if (r >= 0 && ret)
		*ret = receipt;
	encoded_release(&o.x);
	arena_release(&arena);
	return r < 0 ? r : 0;
}
