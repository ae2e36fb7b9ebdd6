/* Everything about one round: lines, carry-over, proposals, totals, approval. */
#include <string.h>

#include "round/building.h"
#include "round/inherit.h"
#include "round/sharing.h"

/* A target date this near is worth a reminder. */
#define SOON_DAYS 30

/* --- the previous round ------------------------------------------------------------ */

/* Where an item of this catalogue stood in the one before: the same id in the
 * same catalogue, or what the newer edition says it replaces. NULL: it is new. */
static const char *former_id(const struct building *b, const struct item_def *item)
{
	const struct catalogue *before = b->view->previous.catalogue;

	if (strcmp(before->id, b->view->round.catalogue->id) == 0 &&
	    catalogue_item(before, item->id) >= 0)
		return item->id;
	if (item->replaces_catalogue && strcmp(item->replaces_catalogue, before->id) == 0)
		return item->replaces_id;
	return NULL;
}

bool round_precedes(const struct round *candidate, const struct round *round)
{
	const struct catalogue *c = round->catalogue;
	size_t i;

	if (candidate->year >= round->year || strcmp(candidate->scope, round->scope) != 0)
		return false;
	if (strcmp(candidate->catalogue->id, c->id) == 0)
		return true;
	for (i = 0; i < c->item_count; i++)
		if (c->item[i].replaces_catalogue &&
		    strcmp(c->item[i].replaces_catalogue, candidate->catalogue->id) == 0)
			return true;
	return false;
}

static int find_previous(struct building *b, struct err *err)
{
	const struct round *rounds = b->rounds;
	size_t i;
	int r = 0;

	for (i = 0; i < b->round_count; i++)
		if (round_precedes(&rounds[i], &b->view->round) &&
		    (!b->view->previous.id[0] || rounds[i].year > b->view->previous.year))
			b->view->previous = rounds[i];
	if (b->view->previous.id[0])
		r = answers_read(b->l, b->c, &b->view->previous, b->detail, b->arena, &b->before,
				 err);
	return r;
}

/* The former answer in this column; where the columns differ between editions,
 * the one that asks for most attention. */
static const struct stored_answer *former_answer(const struct building *b, const char *item,
						 const char *column)
{
	static const enum answer_value order[] = { ANSWER_NO, ANSWER_UNCONFIRMED, ANSWER_YES,
						   ANSWER_GIVEN, ANSWER_NA };
	const struct stored_answer *s = answers_find(&b->before, item, column), *all;
	size_t v, i, count;

	all = answers_of(&b->before, item, &count);
	for (v = 0; !s && v < sizeof order / sizeof order[0]; v++)
		for (i = 0; !s && i < count; i++)
			if (all[i].answer.value == order[v])
				s = &all[i];
	return s;
}

static const struct stored_answer *fill_before(const struct building *b, struct round_line *line,
					       const char *column)
{
	const char *id = b->view->previous.id[0] ? former_id(b, line->item) : NULL;
	const struct stored_answer *s = id ? former_answer(b, id, column) : NULL;

	line->is_new = b->view->previous.id[0] && !id;
	if (s)
		line->before = s->answer;
	return s;
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

static bool wants_measures(const struct building *b, const struct item_def *item)
{
	if (!(b->detail & ROUND_PROPOSALS))
		return false;
	return !b->only || strcmp(b->only, item->id) == 0;
}

static int propose(struct building *b, struct round_line *line, const char *column, struct err *err)
{
	const struct proposal *p;
	size_t i;
	int r = 0;

	line->proposal.reason = "台帳からは判断できません。確かめた人が答えてください。";
	line->proposal.next_step = "";
	/* What two parties agree on, no ledger can say. */
	if (!wants_measures(b, line->item) || strcmp(column, COLUMN_AGREED) == 0)
		return 0;
	for (i = 0; r == 0 && i < line->item->measure.count; i++) {
		r = measure_cache_run(b->measures, line->item->measure.item[i], column, b->vendor,
				      &p, err);
		if (r == 0 && i == 0)
			line->proposal = *p;
		else if (r == 0)
			r = merge(b, &line->proposal, p, err);
	}
	return r;
}

/* --- lines ----------------------------------------------------------------------------- */

static void count_checks(struct round_view *v, const struct round_line *line)
{
	size_t i;

	if (line->now.value == ANSWER_NA)
		return;
	v->checks += line->item->statement_count ? (int64_t)line->item->statement_count : 1;
	if (!line->item->statement_count)
		v->checks_met += line->now.value == ANSWER_YES || line->now.value == ANSWER_GIVEN;
	for (i = 0; i < line->item->statement_count; i++)
		v->checks_met += answer_meets(&line->now, &line->item->statement[i]);
}

static void count_line(struct building *b, struct round_line *line)
{
	struct round_view *v = b->view;
	/* In a sheet of a contract the first check stays いいえ after it was done. */
	bool to_do = line->now.value == ANSWER_NO && !*line->now.completed_on;
	const char *target = to_do ? line->now.target_on : "";
	char limit[DATE_SIZE];

	date_add_days(b->today, SOON_DAYS, limit);
	line->overdue = *target && strcmp(target, b->today) < 0;
	line->soon = *target && !line->overdue && strcmp(target, limit) <= 0;
	v->yes += line->now.value == ANSWER_YES;
	v->no += line->now.value == ANSWER_NO;
	v->na += line->now.value == ANSWER_NA;
	v->given += line->now.value == ANSWER_GIVEN;
	v->unconfirmed += line->now.value == ANSWER_UNCONFIRMED;
	v->new_since_last += line->is_new;
	v->overdue += line->overdue;
	v->soon += line->soon;
	count_checks(v, line);
}

/* Evidence of the one item that is looked at, by its names; of all others it is only counted. */
static int name_evidence(struct building *b, const struct stored_answer *s, struct answer *a,
			 struct err *err)
{
	return s ? evidence_read(b->l, b->c, s->evidence_refs, s->evidence_files, 0, b->arena, a,
				 err)
		 : 0;
}

static int fill_line(struct building *b, struct round_line *line, const struct item_def *item,
		     const struct column_def *column, struct err *err)
{
	const char *id = column ? column->id : "";
	const struct stored_answer *s = answers_find(&b->now, item->id, id), *before;
	int r = 0;

	line->item = item;
	line->column = column;
	line->now = (struct answer){ .confirmed_on = "",
				     .target_on = "",
				     .completed_on = "",
				     .note = "",
				     .by = "",
				     .responsible = "",
				     .responsible_name = "",
				     .given = "",
				     .statements = "",
				     .open_points = "",
				     .answered_by = "",
				     .shown = answer_label(ANSWER_UNCONFIRMED) };
	if (s)
		line->now = s->answer;
	before = fill_before(b, line, id);
	if (!b->only || strcmp(b->only, item->id) != 0)
		return 0;
	r = name_evidence(b, s, &line->now, err);
	return r < 0 ? r : name_evidence(b, before, &line->before, err);
}

static int add_line(struct building *b, const struct item_def *item,
		    const struct column_def *column, struct err *err)
{
	struct round_line *line = &b->line[b->view->line_count++];
	int r = fill_line(b, line, item, column, err);

	if (r < 0)
		return r;
	count_line(b, line);
	/* The leading item asks whether any system is used at all. */
	if (*item->precondition && line->now.value == ANSWER_NO)
		b->view->precondition_no = true;
	return propose(b, line, column ? column->id : "", err);
}

/* True if this column (NULL: none) is left unread. */
static bool is_withheld(const struct building *b, const struct column_def *column)
{
	return b->detail & ROUND_AGREED && catalogue_shares(b->view->round.catalogue) &&
	       (!column || strcmp(column->id, COLUMN_AGREED) != 0);
}

/* The line of an item in one column, NULL: it has none. */
static int add_column(struct building *b, const struct item_def *item,
		      const struct column_def *column, struct err *err)
{
	return is_withheld(b, column) ? 0 : add_line(b, item, column, err);
}

/* An item that is not asked keeps its answers in sight. */
static int leave_out(struct building *b, const struct item_def *item, const char *reason,
		     struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;
	struct round_excluded *e = &b->excluded[b->view->excluded_count++];
	size_t count = item->column_count ? item->column_count : 1, n;
	int r = 0;

	e->item = item;
	e->reason = reason;
	e->line = &b->left_out[b->left_out_count];
	for (n = 0; r == 0 && n < count; n++) {
		const struct column_def *column =
			item->column_count ? &c->column[item->column[n]] : NULL;

		if (is_withheld(b, column))
			continue;
		r = fill_line(b, &b->left_out[b->left_out_count++], item, column, err);
		e->line_count++;
	}
	return r;
}

static int allocate(struct building *b, struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;
	size_t total = 0, i;

	for (i = 0; i < c->item_count; i++)
		total += c->item[i].column_count ? c->item[i].column_count : 1;
	b->line = arena_calloc(b->arena, total + 1, sizeof *b->line);
	b->left_out = arena_calloc(b->arena, total + 1, sizeof *b->left_out);
	b->excluded = arena_calloc(b->arena, c->item_count + 1, sizeof *b->excluded);
	b->view->line = b->line;
	b->view->excluded = b->excluded;
	return arena_failed(b->arena) ? err_nomem(err) : 0;
}

static int add_lines(struct building *b, struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;
	size_t i, n;
	int r = allocate(b, err);

	for (i = 0; r == 0 && i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		if (b->exclusions.reason[i]) {
			r = leave_out(b, item, b->exclusions.reason[i], err);
			continue;
		}
		if (!item->column_count)
			r = add_column(b, item, NULL, err);
		for (n = 0; r == 0 && n < item->column_count; n++)
			r = add_column(b, item, &c->column[item->column[n]], err);
	}
	return r;
}

/* --- all of it ------------------------------------------------------------------------ */

static void judge_approval(struct round_view *v)
{
	if (v->approval.id[0])
		v->approval.state = strcmp(v->approval.digest, v->digest) == 0 ? APPROVAL_CURRENT
									       : APPROVAL_OUTDATED;
}

/* Everything about round `of`, which is one of b->rounds. */
static int build(struct building *b, const struct round *of, struct err *err)
{
	struct round_view *v = b->view;
	const char *approved = NULL;
	int r = 0;

	memset(v, 0, sizeof *v);
	v->round = *of;
	date_today(b->today);
	if (*v->round.vendor)
		b->vendor = v->round.vendor;
	if (b->detail & ROUND_PROPOSALS)
		r = measure_cache_new(b->l, b->c, b->today, b->arena, &b->measures, err);
	if (r == 0 && !(b->detail & ROUND_ALONE))
		r = find_previous(b, err);
	if (r == 0)
		r = approval_read(b, &approved, err);
	if (r == 0)
		r = exclusions_read(b, approved, err);
	if (r == 0)
		r = answers_read(b->l, b->c, &v->round, b->detail, b->arena, &b->now, err);
	if (r == 0)
		r = answers_digest(&v->round, &b->now, &b->exclusions, v->digest, err);
	if (r == 0)
		r = add_lines(b, err);
	if (r == 0 && b->detail & ROUND_PROPOSALS)
		r = inherit_lines(b, err);
	if (r == 0)
		judge_approval(v);
	return r;
}

static int find_and_build(struct building *b, const char *id, struct err *err)
{
	struct round round;
	int r = round_list(b->l, b->c, b->arena, &b->rounds, &b->round_count, err);

	if (r == 0)
		r = round_pick(b->rounds, b->round_count, id, &round, err);
	return r < 0 ? r : build(b, &round, err);
}

int round_view(struct ledgers *l, struct conn *c, const char *id, unsigned detail,
	       struct arena *arena, struct round_view *ret, struct err *err)
{
	struct building b = { .l = l, .c = c, .arena = arena, .view = ret, .detail = detail };

	return find_and_build(&b, id, err);
}

int round_view_at(struct ledgers *l, struct conn *c, struct round *rounds, size_t count, size_t at,
		  unsigned detail, struct arena *arena, struct round_view *ret, struct err *err)
{
	struct building b = { .l = l,
			      .c = c,
			      .arena = arena,
			      .view = ret,
			      .detail = detail,
			      .rounds = rounds,
			      .round_count = count };

	return build(&b, &rounds[at], err);
}

int round_view_item(struct ledgers *l, struct conn *c, const char *id, const char *item,
		    struct arena *arena, struct round_view *ret, struct err *err)
{
	struct building b = { .l = l,
			      .c = c,
			      .arena = arena,
			      .view = ret,
			      .detail = ROUND_PROPOSALS | ROUND_UNNAMED,
			      .only = item };

	return find_and_build(&b, id, err);
}

int round_line_find(const struct round_view *v, const char *item, const char *column,
		    const struct round_line **ret, struct err *err)
{
	size_t i;

	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		if (strcmp(l->item->id, item) == 0 &&
		    (!column || strcmp(l->column ? l->column->id : "", column) == 0)) {
			*ret = l;
			return 0;
		}
	}
	for (i = 0; i < v->excluded_count; i++)
		if (strcmp(v->excluded[i].item->id, item) == 0)
			return err_set(err, ERR_INVALID,
				       "項目 %s は、今は答えません（%s）。当てはまるなら、「施設の"
				       "ようす」の答えを直してください",
				       item, v->excluded[i].reason);
	return err_set(err, ERR_NOT_FOUND, "この点検に項目 %.80s%s%s%s はありません", item,
		       column && *column ? "（" : "", column ? column : "",
		       column && *column ? "）" : "");
}
