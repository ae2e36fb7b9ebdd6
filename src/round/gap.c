#include "round/gap.h"

#include <string.h>

#include "base/clock.h"
#include "round/inherit.h"

struct looking {
	struct ledgers *l;
	struct conn *c;
	const struct gap_wish *wish;
	struct arena *arena;
	struct gap *gap;
	struct known known;
	char today[DATE_SIZE];
	int to; /* index of the catalogue */
};

const char *gap_state_name(enum gap_state s)
{
	static const char *const names[GAP_STATE_MAX] = { "covered", "partly", "open",
							  "not_applicable" };

	return names[s];
}

const char *gap_state_label(enum gap_state s)
{
	static const char *const labels[GAP_STATE_MAX] = { "満たしている", "一部が残る", "これから",
							   "対象外" };

	return labels[s];
}

/* --- answers as they stand --------------------------------------------------------------- */

/* Worst first: what asks for attention is told. */
static const struct known_answer *telling(const struct known_answer *a)
{
	static const int rank[ANSWER_MAX] = { [ANSWER_NO] = 4,
					      [ANSWER_UNCONFIRMED] = 3,
					      [ANSWER_YES] = 2,
					      [ANSWER_GIVEN] = 1,
					      [ANSWER_NA] = 0 };
	const struct known_answer *found = a;

	for (; a; a = a->next)
		if (rank[a->value] > rank[found->value])
			found = a;
	return found;
}

static struct gap_answer answer_of(const struct looking *k, int catalogue, int item)
{
	const struct known_answer *a = telling(known_of(&k->known, catalogue, item));
	struct gap_answer ret = { .catalogue = k->known.catalogue[catalogue],
				  .item = &k->known.catalogue[catalogue]->item[item],
				  .confirmed_on = "",
				  .target_on = "",
				  .note = "" };

	if (!a)
		return ret;
	ret.round = a->round;
	ret.value = a->value;
	ret.confirmed_on = a->confirmed_on;
	ret.target_on = a->target_on;
	ret.note = a->note;
	return ret;
}

static const char *say_answer(const struct looking *k, const struct known_answer *a)
{
	char date[40], target[40];

	date_wareki(a->confirmed_on, date, sizeof date);
	date_wareki(a->target_on, target, sizeof target);
	if (a->value == ANSWER_NO && *target)
		return arena_printf(k->arena, "「いいえ」と答えています（%s、目標日 %s）。", date,
				    target);
	if (a->value == ANSWER_NA)
		return arena_printf(k->arena, "「対象外」と答えています（%s）。%s", date, a->note);
	return arena_printf(k->arena, "「%s」と答えています（%s）。", answer_label(a->value), date);
}

/* --- one item ------------------------------------------------------------------------------- */

/* By its own answers; false where they leave it open. */
static bool by_own(struct looking *k, struct gap_line *line, int item)
{
	const struct known_answer *a = known_of(&k->known, k->to, item), *t = telling(a);

	if (!a)
		return false;
	switch (known_standing(&k->known, k->to, item, "")) {
	case STANDING_MET: line->state = GAP_COVERED; break;
	case STANDING_NA: line->state = GAP_NOT_APPLICABLE; break;
	case STANDING_UNMET: line->state = GAP_OPEN; break;
	default: return false;
	}
	line->why = say_answer(k, t);
	line->remains = line->state == GAP_OPEN ? "「はい」にすること。" : "";
	return true;
}

/* Answered before, but it has to be looked at again; or only in some columns. */
static bool by_old(struct looking *k, struct gap_line *line, int item)
{
	const struct known_answer *a;
	bool stale = false;

	for (a = known_of(&k->known, k->to, item); a; a = a->next) {
		if (a->value == ANSWER_GIVEN && a->stale == STALE_NOT) {
			line->state = GAP_COVERED;
			line->why = say_answer(k, a);
			return true;
		}
		if (a->value != ANSWER_YES)
			continue;
		line->state = GAP_PARTLY;
		line->why = say_answer(k, a);
		stale |= a->stale != STALE_NOT;
		line->remains = stale ? arena_printf(k->arena, "%sもう一度確かめること。",
						     staleness_label(a->stale))
				      : "ほかの欄にも答えること。";
	}
	return line->state == GAP_PARTLY;
}

/* By answers elsewhere. */
static void by_others(struct gap_line *line)
{
	const struct inherited *in = line->inherited;

	if (!line->inherited_count)
		return;
	line->why = in->chain;
	line->remains = in->remains;
	line->state = in->value == INHERITED_YES  ? GAP_COVERED
		      : in->value == INHERITED_NO ? GAP_OPEN
						  : GAP_PARTLY;
}

static int fill_line(struct looking *k, struct gap_line *line, int item, struct err *err)
{
	const char *reason = known_excludes(&k->known, k->to, item);
	int r;

	*line = (struct gap_line){ .item = &k->gap->to->item[item],
				   .state = GAP_OPEN,
				   .why = "",
				   .remains = "",
				   .own = answer_of(k, k->to, item) };
	r = inherit_item(k->l, k->c, &k->known, k->to, item, "", false, &line->inherited,
			 &line->inherited_count, err);
	if (r < 0)
		return r;
	if (reason) {
		line->state = GAP_NOT_APPLICABLE;
		line->why = reason;
	} else if (!by_own(k, line, item)) {
		by_others(line);
		if (!line->inherited_count || line->inherited[0].value != INHERITED_NO)
			(void)by_old(k, line, item);
	}
	if (line->state == GAP_OPEN && !*line->why)
		line->why = "まだ答えがありません。";
	return line->why && line->remains ? 0 : err_nomem(err);
}

static int fill_lines(struct looking *k, struct err *err)
{
	size_t count = k->gap->to->item_count, i;
	struct gap_line *line = arena_calloc(k->arena, count + 1, sizeof *line);
	int r = line ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < count; i++) {
		r = fill_line(k, &line[i], (int)i, err);
		k->gap->of_state[line[i].state]++;
	}
	k->gap->line = line;
	k->gap->count = count;
	return r;
}

/* --- older editions -----------------------------------------------------------------------------
 */

static bool is_listed(const struct catalogue *const *list, size_t count, const struct catalogue *c)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == c)
			return true;
	return false;
}

/* What the newer edition replaces; notes tell by a crosswalk what they are about. */
static size_t find_from(struct looking *k, const struct catalogue **list)
{
	const struct definitions *d = ledgers_defs(k->l);
	const struct catalogue *to = k->gap->to, *old;
	size_t count, i, n = 0;
	const struct crosswalk *const *walks = define_crosswalks(d, &count);

	for (i = 0; i < to->item_count; i++) {
		const char *id = to->item[i].replaces_catalogue;

		old = id ? define_catalogue(d, id) : NULL;
		if (old && old != to && !is_listed(list, n, old))
			list[n++] = old;
	}
	for (i = 0; strcmp(to->kind, "notes") == 0 && i < count; i++) {
		old = walks[i]->from == to ? walks[i]->to
		      : walks[i]->to == to ? walks[i]->from
					   : NULL;
		if (old && !is_listed(list, n, old))
			list[n++] = old;
	}
	return n;
}

static int choose_from(struct looking *k, struct err *err)
{
	const struct definitions *d = ledgers_defs(k->l);
	const struct catalogue **list;
	size_t count, i;

	(void)define_catalogues(d, &count);
	list = arena_calloc(k->arena, count + k->wish->from_count + 1, sizeof *list);
	if (!list)
		return err_nomem(err);
	k->gap->from = list;
	if (k->wish->find_from) {
		k->gap->from_count = find_from(k, list);
		return 0;
	}
	for (i = 0; i < k->wish->from_count; i++) {
		const struct catalogue *c = define_catalogue(d, k->wish->from[i]);

		if (!c)
			return err_set(
				err, ERR_NOT_FOUND,
				"基準 %s はありません。daicho catalogue list で確かめてくださ"
				"い",
				k->wish->from[i]);
		if (c == k->gap->to)
			return err_set(err, ERR_INVALID, "同じ基準どうしは比べられません: %s",
				       c->id);
		if (!is_listed(list, k->gap->from_count, c))
			list[k->gap->from_count++] = c;
	}
	return 0;
}

static const struct item_change *change_of(const struct gap *g, const struct item_def *item)
{
	size_t i;

	for (i = 0; i < g->comparison.count; i++)
		if (g->comparison.item[i].item == item)
			return &g->comparison.item[i];
	return NULL;
}

static int fill_former(struct looking *k, struct gap_line *line, struct err *err)
{
	const struct item_change *ch = line->change;
	struct gap_answer *list = arena_calloc(k->arena, ch->former_count + 1, sizeof *list);
	size_t i;

	if (!list)
		return err_nomem(err);
	for (i = 0; i < ch->former_count; i++) {
		int at = known_catalogue(&k->known, ch->former[i].catalogue);

		if (at >= 0)
			list[line->former_count++] = answer_of(k, at, ch->former[i].item);
	}
	line->former = list;
	return 0;
}

/* Where a reworded item was met in the former edition, what has changed remains. */
static void note_change(struct looking *k, struct gap_line *line)
{
	const struct item_change *ch = line->change;

	if (ch->kind != CHANGE_REWORDED || line->state != GAP_PARTLY || !*ch->what)
		return;
	line->remains = arena_printf(k->arena, "%s%s変わったところ: %s", line->remains,
				     *line->remains ? "。" : "", ch->what);
	if (!line->remains)
		line->remains = "";
}

/* Items of the older editions that the newer one does not ask for anew, with their answers. */
static int fill_rest(struct looking *k, struct err *err)
{
	struct gap *g = k->gap;
	struct gap_answer *retired =
		arena_calloc(k->arena, g->comparison.of_kind[CHANGE_RETIRED] + 1, sizeof *retired);
	struct gap_answer *kept =
		arena_calloc(k->arena, g->comparison.untouched_count + 1, sizeof *kept);
	size_t i;

	if (!retired || !kept)
		return err_nomem(err);
	for (i = 0; i < g->comparison.count; i++) {
		const struct item_change *ch = &g->comparison.item[i];

		if (ch->kind == CHANGE_RETIRED)
			retired[g->retired_count++] =
				answer_of(k, known_catalogue(&k->known, ch->former->catalogue),
					  ch->former->item);
	}
	for (i = 0; i < g->comparison.untouched_count; i++) {
		const struct former *f = &g->comparison.untouched[i];
		struct gap_answer a =
			answer_of(k, known_catalogue(&k->known, f->catalogue), f->item);

		if (a.round)
			kept[g->kept_count++] = a;
	}
	g->retired = retired;
	g->kept = kept;
	return 0;
}

static int compare(struct looking *k, struct err *err)
{
	struct gap *g = k->gap;
	struct gap_line *line = (struct gap_line *)(uintptr_t)g->line;
	size_t i;
	int r = compare_editions(ledgers_defs(k->l), g->from, g->from_count, g->to, k->arena,
				 &g->comparison, err);

	for (i = 0; r == 0 && i < g->count; i++) {
		line[i].change = change_of(g, line[i].item);
		if (!line[i].change)
			continue;
		line[i].flagged = line[i].change->kind == CHANGE_NEW ||
				  line[i].change->kind == CHANGE_REWORDED;
		r = fill_former(k, &line[i], err);
		note_change(k, &line[i]);
	}
	return r < 0 ? r : fill_rest(k, err);
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static int begin(struct looking *k, struct err *err)
{
	struct round *rounds = NULL;
	size_t count = 0;
	int r;

	k->gap->to = define_catalogue(ledgers_defs(k->l), k->wish->to);
	if (!k->gap->to)
		return err_set(err, ERR_NOT_FOUND,
			       "基準 %s はありません。daicho catalogue list で確かめてください",
			       k->wish->to);
	date_today(k->today);
	r = round_list(k->l, k->c, k->arena, &rounds, &count, err);
	if (r == 0)
		r = known_read(k->l, k->c, k->gap->scope, rounds, count, 0, k->today, NULL, 0,
			       k->arena, &k->known, err);
	k->to = r == 0 ? known_catalogue(&k->known, k->gap->to) : -1;
	/* Exchanged while it was read. */
	if (r == 0 && k->to < 0)
		r = err_set(err, ERR_CONFLICT,
			    "基準がいま入れ替わりました。画面を開き直してください");
	return r;
}

int round_gap(struct ledgers *l, struct conn *c, const struct gap_wish *wish, struct arena *arena,
	      struct gap *ret, struct err *err)
{
	struct looking k = { .l = l, .c = c, .wish = wish, .arena = arena, .gap = ret };
	int r;

	memset(ret, 0, sizeof *ret);
	ret->scope = wish->scope ? wish->scope : "";
	r = begin(&k, err);
	if (r == 0)
		r = choose_from(&k, err);
	if (r == 0)
		r = fill_lines(&k, err);
	if (r == 0 && ret->from_count)
		r = compare(&k, err);
	return r;
}
