/* Everything about one round: lines, carry-over, proposals, totals, approval. */
#include <string.h>

#include "base/clock.h"
#include "round/answers.h"
#include "round/fields.h"
#include "round/round.h"

struct building {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	struct round_view *view;
	struct round_line *line;
	struct stored_answers now, before;
	char today[DATE_SIZE];
	const char *vendor;
	bool with_proposals;
};

/* --- the previous round ------------------------------------------------------------ */

/* Where an item of this catalogue stood in the one before: the same id in the
 * same catalogue, or what the newer edition says it replaces. */
static const char *former_id(const struct building *b, const struct item_def *item)
{
	const struct catalogue *before = b->view->previous.catalogue;

	if (before == b->view->round.catalogue)
		return item->id;
	if (item->replaces_catalogue && strcmp(item->replaces_catalogue, before->id) == 0)
		return item->replaces_id;
	return NULL;
}

static bool precedes(const struct round *candidate, const struct round *round)
{
	const struct catalogue *c = round->catalogue;
	size_t i;

	if (candidate->year >= round->year || strcmp(candidate->scope, round->scope) != 0)
		return false;
	if (candidate->catalogue == c)
		return true;
	for (i = 0; i < c->item_count; i++)
		if (c->item[i].replaces_catalogue &&
		    strcmp(c->item[i].replaces_catalogue, candidate->catalogue->id) == 0)
			return true;
	return false;
}

static int find_previous(struct building *b, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	int r = round_list(b->l, b->c, b->arena, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (precedes(&rounds[i], &b->view->round) &&
		    (!b->view->previous.id[0] || rounds[i].year > b->view->previous.year))
			b->view->previous = rounds[i];
	if (r == 0 && b->view->previous.id[0])
		r = answers_read(b->l, b->c, b->view->previous.id, b->arena, &b->before, err);
	return r;
}

/* The former answer in this column; where the columns differ between editions,
 * the one that asks for most attention. */
static const struct stored_answer *former_answer(const struct building *b, const char *item,
						 const char *column)
{
	static const enum answer_value order[] = { ANSWER_NO, ANSWER_UNCONFIRMED, ANSWER_YES,
						   ANSWER_NA };
	const struct stored_answer *s = answers_find(&b->before, item, column);
	size_t v, i;

	for (v = 0; !s && v < 4; v++)
		for (i = 0; !s && i < b->before.count; i++)
			if (b->before.item[i].answer.value == order[v] &&
			    strcmp(b->before.item[i].item, item) == 0)
				s = &b->before.item[i];
	return s;
}

static void fill_before(const struct building *b, struct round_line *line, const char *column)
{
	const char *id = b->view->previous.id[0] ? former_id(b, line->item) : NULL;
	const struct stored_answer *s = id ? former_answer(b, id, column) : NULL;

	line->is_new = b->view->previous.id[0] && !id;
	if (s)
		line->before = s->answer;
}

/* --- proposals ------------------------------------------------------------------------ */

static const char *joined(struct arena *a, const char *left, const char *right)
{
	if (!left || !*left)
		return right;
	return !right || !*right ? left : arena_printf(a, "%s %s", left, right);
}

static int worse(enum proposal_value v)
{
	static const int rank[PROPOSE_MAX] = {
		[PROPOSE_NONE] = 0, [PROPOSE_YES] = 1, [PROPOSE_PARTLY] = 2, [PROPOSE_NO] = 3
	};

	return rank[v];
}

/* Two measures of one item: the worse value holds, both reasons stand. */
static int merge(struct building *b, struct proposal *into, const struct proposal *p,
		 struct err *err)
{
	struct proposal_link *link =
		arena_calloc(b->arena, into->link_count + p->link_count + 1, sizeof *link);

	if (!link)
		return err_nomem(err);
	if (into->link_count)
		memcpy(link, into->link, into->link_count * sizeof *link);
	if (p->link_count)
		memcpy(link + into->link_count, p->link, p->link_count * sizeof *link);
	into->link = link;
	into->link_count += p->link_count;
	into->counted += p->counted;
	into->faults += p->faults;
	if (worse(p->value) > worse(into->value))
		into->value = p->value;
	into->reason = joined(b->arena, into->reason, p->reason);
	into->next_step = joined(b->arena, into->next_step, p->next_step);
	return into->reason ? 0 : err_nomem(err);
}

static int propose(struct building *b, struct round_line *line, const char *column, struct err *err)
{
	struct measure_input in = { b->l, b->c, b->today, column, b->vendor, b->arena };
	size_t i;
	int r = 0;

	line->proposal.reason = "台帳からは判断できません。確かめた人が答えてください。";
	line->proposal.next_step = "";
	if (!b->with_proposals || !line->item->measure.count)
		return 0;
	line->proposal.reason = "";
	for (i = 0; r == 0 && i < line->item->measure.count; i++) {
		struct proposal p;

		r = measure_run(line->item->measure.item[i], &in, &p, err);
		if (r == 0)
			r = merge(b, &line->proposal, &p, err);
	}
	return r;
}

/* --- lines ----------------------------------------------------------------------------- */

static void count_line(struct building *b, const struct round_line *line)
{
	struct round_view *v = b->view;

	v->yes += line->now.value == ANSWER_YES;
	v->no += line->now.value == ANSWER_NO;
	v->na += line->now.value == ANSWER_NA;
	v->unconfirmed += line->now.value == ANSWER_UNCONFIRMED;
	v->new_since_last += line->is_new;
	v->overdue += line->now.value == ANSWER_NO && line->now.target_on && *line->now.target_on &&
		      strcmp(line->now.target_on, b->today) < 0;
}

static int add_line(struct building *b, const struct item_def *item,
		    const struct column_def *column, struct err *err)
{
	struct round_line *line = &b->line[b->view->line_count++];
	const char *id = column ? column->id : "";
	const struct stored_answer *s = answers_find(&b->now, item->id, id);

	line->item = item;
	line->column = column;
	line->now = (struct answer){ .confirmed_on = "", .target_on = "", .note = "", .by = "" };
	if (s)
		line->now = s->answer;
	fill_before(b, line, id);
	count_line(b, line);
	/* The leading item asks whether any system is used at all. */
	if (*item->precondition && line->now.value == ANSWER_NO)
		b->view->precondition_no = true;
	return propose(b, line, id, err);
}

static int add_lines(struct building *b, struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;
	size_t total = 0, i, n;
	int r = 0;

	for (i = 0; i < c->item_count; i++)
		total += c->item[i].column_count ? c->item[i].column_count : 1;
	b->line = arena_calloc(b->arena, total + 1, sizeof *b->line);
	if (!b->line)
		return err_nomem(err);
	b->view->line = b->line;
	for (i = 0; r == 0 && i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		if (!item->column_count)
			r = add_line(b, item, NULL, err);
		for (n = 0; r == 0 && n < item->column_count; n++)
			r = add_line(b, item, &c->column[item->column[n]], err);
	}
	return r;
}

/* --- approval ---------------------------------------------------------------------------- */

struct newest {
	struct building *b;
	const struct ledger_def *def;
};

static int approval_row(void *arg, const struct list_row *row, struct err *err)
{
	struct newest *n = arg;
	struct approval *a = &n->b->view->approval;
	struct account account;

	if (row->seq < a->seq || strcmp(system_value(n->def, row->value, "kind"), "approve") != 0)
		return 0;
	memcpy(a->id, row->id, strlen(row->id) + 1);
	a->seq = row->seq;
	a->at_us = row->at_us;
	a->by = account_name(n->b->c, row->actor, n->b->arena);
	a->role = account_by_id(n->b->c, row->actor, n->b->arena, &account, NULL) == 0
			  ? role_label(account.role)
			  : "";
	a->comment = arena_strdup(n->b->arena, system_value(n->def, row->value, "comment"));
	a->digest = arena_strdup(n->b->arena, system_value(n->def, row->value, "digest"));
	if (!a->comment || !a->digest)
		return err_nomem(err);
	a->state =
		strcmp(a->digest, n->b->view->digest) == 0 ? APPROVAL_CURRENT : APPROVAL_OUTDATED;
	return 0;
}

static int find_approval(struct building *b, struct err *err)
{
	struct newest n = { b, NULL };
	struct list_filter filter = { 0, TABLE_EQ, b->view->round.id };
	struct list_query q = { .filter = &filter, .filter_count = 1, .sort = -1 };
	int r = ledgers_find(b->l, "approvals", &n.def, err);

	if (r < 0)
		return r;
	q.def = n.def;
	q.limit = INT64_MAX;
	filter.field = ledger_field(n.def, "round");
	return list_each(b->l, b->c, &q, approval_row, &n, err);
}

int round_view(struct ledgers *l, struct conn *c, const char *id, bool with_proposals,
	       struct arena *arena, struct round_view *ret, struct err *err)
{
	struct building b = {
		.l = l, .c = c, .arena = arena, .view = ret, .with_proposals = with_proposals
	};
	int r;

	memset(ret, 0, sizeof *ret);
	date_today(b.today);
	r = round_find(l, c, id, arena, &ret->round, err);
	if (r == 0 && strncmp(ret->round.scope, "vendor:", 7) == 0)
		b.vendor = ret->round.scope + 7;
	if (r == 0)
		r = find_previous(&b, err);
	if (r == 0)
		r = answers_read(l, c, ret->round.id, arena, &b.now, err);
	if (r == 0)
		r = answers_digest(&ret->round, &b.now, ret->digest, err);
	if (r == 0)
		r = add_lines(&b, err);
	return r < 0 ? r : find_approval(&b, err);
}
