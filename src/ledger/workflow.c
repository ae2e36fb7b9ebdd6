#include "ledger/workflow.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *label;
} states[STATE_MAX] = {
	[STATE_DRAFT] = { "draft", "作成中" },	   [STATE_CONFIRMED] = { "confirmed", "確定" },
	[STATE_APPROVED] = { "approved", "承認" }, [STATE_RETURNED] = { "returned", "差戻し" },
	[STATE_VOIDED] = { "voided", "取消" },
};

static const char *const op_labels[OP_MAX] = {
	[OP_SAVE] = "保存",	[OP_CONFIRM] = "確定", [OP_APPROVE] = "承認",
	[OP_RETURN] = "差戻し", [OP_VOID] = "取消",
};

/* What may happen in each state. A returned entry may be saved anew or given up;
 * nothing follows a void. */
static const unsigned allowed[STATE_MAX] = {
	[STATE_DRAFT] = 1U << OP_SAVE | 1U << OP_CONFIRM | 1U << OP_RETURN | 1U << OP_VOID,
	[STATE_CONFIRMED] = 1U << OP_SAVE | 1U << OP_APPROVE | 1U << OP_RETURN | 1U << OP_VOID,
	[STATE_APPROVED] = 1U << OP_SAVE | 1U << OP_RETURN | 1U << OP_VOID,
	[STATE_RETURNED] = 1U << OP_SAVE | 1U << OP_VOID,
	[STATE_VOIDED] = 0,
};

const char *entry_state_name(enum entry_state s)
{
	return s < STATE_MAX ? states[s].name : "";
}

const char *entry_state_label(enum entry_state s)
{
	return s < STATE_MAX ? states[s].label : "";
}

int entry_state_parse(const char *name)
{
	int s;

	for (s = 0; s < STATE_MAX; s++)
		if (strcmp(states[s].name, name) == 0)
			return s;
	return -1;
}

enum entry_state workflow_target(enum entry_op op)
{
	switch (op) {
	case OP_APPROVE: return STATE_APPROVED;
	case OP_RETURN: return STATE_RETURNED;
	case OP_VOID: return STATE_VOIDED;
	default: return STATE_CONFIRMED;
	}
}

static bool has_role(const struct actor *who, role_set roles)
{
	if (strcmp(who->account, actor_system.account) == 0)
		return true;
	return (unsigned)who->role < ROLE_MAX && (roles >> who->role & 1U);
}

/* The transition behind `op`. A ledger without a confirm step confirms what it
 * saves; only what was typed for somebody else still waits for that person. */
static struct transition_def transition_of(const struct ledger_def *def, enum entry_op op)
{
	struct transition_def t;

	switch (op) {
	case OP_APPROVE: return def->workflow.approve;
	case OP_RETURN: return def->workflow.return_;
	case OP_VOID: return def->workflow.void_;
	default: break;
	}
	t = def->workflow.confirm;
	if (!t.present)
		t = (struct transition_def){ true, def->permission[PERMIT_EDIT], false };
	return t;
}

enum entry_state workflow_saved(const struct actor *who, const struct ledger_def *def, bool confirm,
				bool on_behalf)
{
	const struct transition_def *t = &def->workflow.confirm;

	if (on_behalf)
		return STATE_DRAFT;
	if (!t->present)
		return STATE_CONFIRMED;
	return confirm && has_role(who, t->roles) && !t->four_eyes ? STATE_CONFIRMED : STATE_DRAFT;
}

static int deny_role(const struct ledger_def *def, enum entry_op op, role_set roles,
		     struct err *err)
{
	char who[256];

	return err_set(err, ERR_DENIED,
		       "「%s」で%sができるのは「%s」です。必要なときは担当の人に頼んでください。",
		       def->title.ja, op_labels[op], roles_text(roles, who, sizeof who));
}

static int deny_self(enum entry_op op, struct err *err)
{
	return err_set(err, ERR_DENIED,
		       "自分が入力した内容を自分で%sすることはできません。別の人に頼んでください。",
		       op_labels[op]);
}

/* Four eyes: the person, for whom and by whom the content was written, are
 * told apart by account, not by role. */
static int check_person(const struct actor *who, const struct entry *e, enum entry_op op,
			const struct transition_def *t, struct err *err)
{
	bool typist = strcmp(who->account, e->author) == 0;
	bool principal = *e->principal && strcmp(who->account, e->principal) == 0;

	if (op == OP_CONFIRM && *e->principal) {
		if (typist)
			return deny_self(op, err);
		return principal || has_role(who, t->roles) ? 0
							    : deny_role(e->def, op, t->roles, err);
	}
	/* Whoever typed for another never decides for that person. */
	if (op == OP_APPROVE && *e->principal && typist)
		return deny_self(op, err);
	if (!has_role(who, t->roles))
		return deny_role(e->def, op, t->roles, err);
	return t->four_eyes && (typist || principal) ? deny_self(op, err) : 0;
}

bool workflow_own_import(const struct actor *who, const struct entry *e)
{
	return e->rev == 1 && *e->batch && strcmp(e->op, "import") == 0 &&
	       strcmp(e->actor, who->account) == 0 &&
	       permit(who, PERM_LEDGER_IMPORT, e->def, NULL) == 0;
}

int workflow_check(const struct actor *who, const struct ledger_def *def, const struct entry *e,
		   enum entry_op op, struct err *err)
{
	struct transition_def t;

	/* What was typed for somebody is theirs to hand back, whatever their role. */
	if (e && op == OP_RETURN && e->state == STATE_DRAFT && *e->principal &&
	    strcmp(who->account, e->principal) == 0 && strcmp(who->account, e->author) != 0)
		return 0;
	if (!e && op == OP_SAVE)
		return permit(who, PERM_LEDGER_CREATE, def, err);
	if (!e)
		return err_set(err, ERR_INVALID, "まだ保存されていないものは%sできません。",
			       op_labels[op]);
	t = transition_of(def, op);
	if (op != OP_SAVE && !t.present)
		return err_set(err, ERR_INVALID, "「%s」には%sの手続きがありません。",
			       def->title.ja, op_labels[op]);
	if (!(allowed[e->state] >> op & 1U))
		return err_set(
			err, ERR_INVALID,
			"いまの状態が「%s」なので、%sできません。最新の内容を開き直してください。",
			entry_state_label(e->state), op_labels[op]);
	if (op == OP_SAVE)
		return permit(who, PERM_LEDGER_EDIT, def, err);
	return check_person(who, e, op, &t, err);
}

unsigned entry_ops(const struct actor *who, const struct entry *e)
{
	unsigned ops = 0;
	int op;

	for (op = 0; op < OP_MAX; op++)
		if (workflow_check(who, e->def, e, (enum entry_op)op, NULL) == 0)
			ops |= 1U << op;
	return ops;
}
