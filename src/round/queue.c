#include "round/queue.h"

#include <string.h>

static const struct {
	const char *name, *label;
} queues[QUEUE_MAX] = {
	[QUEUE_ALL] = { "all", "すべて" },
	[QUEUE_OPEN] = { "open", "未確認" },
	[QUEUE_MINE] = { "mine", "自分の受け持ち" },
	[QUEUE_NO] = { "no", "いいえ" },
	[QUEUE_DUE] = { "due", "目標日が過ぎた・近い" },
	[QUEUE_UNSURE] = { "unsure", "版の確認待ち" },
	[QUEUE_NEW] = { "new", "前回から新しい" },
	[QUEUE_BARE] = { "bare", "証拠のない「はい」" },
	[QUEUE_AGAINST] = { "against", "台帳と食い違う" },
};

const char *queue_name(enum round_queue q)
{
	return queues[q].name;
}

const char *queue_label(enum round_queue q)
{
	return queues[q].label;
}

int queue_parse(const char *name)
{
	int q;

	for (q = 0; q < QUEUE_MAX; q++)
		if (strcmp(queues[q].name, name) == 0)
			return q;
	return -1;
}

int line_role(const struct round_line *l)
{
	return l->item->role.count ? role_parse(l->item->role.item[0]) : -1;
}

bool line_is_mine(const struct round_line *l, const struct actor *who)
{
	if (*l->now.responsible)
		return strcmp(l->now.responsible, who->account) == 0;
	return !*l->now.responsible_name && line_role(l) == (int)who->role;
}

static bool names_executives(const struct item_def *item)
{
	size_t i;

	for (i = 0; i < item->role.count; i++)
		if (strcmp(item->role.item[i], role_name(ROLE_EXECUTIVE)) == 0)
			return true;
	return false;
}

bool line_answerable(const struct round_line *l, const struct actor *who)
{
	if (permit(who, PERM_ROUND_ANSWER, NULL, NULL) < 0)
		return false;
	return who->role != ROLE_EXECUTIVE || names_executives(l->item) ||
	       strcmp(l->now.responsible, who->account) == 0;
}

static bool contradicts(const struct round_line *l)
{
	if (l->now.value == ANSWER_YES)
		return l->proposal.value == PROPOSE_NO || l->proposal.value == PROPOSE_PARTLY;
	return l->now.value == ANSWER_NO && l->proposal.value == PROPOSE_YES;
}

bool queue_has(enum round_queue q, const struct round_line *l, const struct actor *who)
{
	switch (q) {
	case QUEUE_OPEN: return l->now.value == ANSWER_UNCONFIRMED;
	case QUEUE_MINE: return line_is_mine(l, who);
	case QUEUE_NO: return l->now.value == ANSWER_NO;
	case QUEUE_DUE: return l->overdue || l->soon;
	case QUEUE_UNSURE: return l->item->unconfirmed;
	case QUEUE_NEW: return l->is_new;
	case QUEUE_BARE: return l->now.value == ANSWER_YES && !l->now.evidence_count;
	case QUEUE_AGAINST: return contradicts(l);
	default: return true;
	}
}
