#include "round/sharing.h"

#include <string.h>

#include "base/clock.h"
#include "base/fold.h"

#define NOTE_CHARS 4000 /* characters, as the ledger `answers` keeps */
#define POINTS_CHARS 2000

static const struct {
	const char *name, *label;
} states[SHARING_MAX] = {
	[SHARING_NOBODY] = { "nobody", "どちらも未回答" },
	[SHARING_HOSPITAL] = { "hospital", "医療機関の答え待ち" },
	[SHARING_VENDOR] = { "vendor", "事業者の答え待ち" },
	[SHARING_DIFFERS] = { "differs", "答えが違う" },
	[SHARING_SAME] = { "same", "答えが同じ" },
	[SHARING_AGREED] = { "agreed", "合意済み" },
	[SHARING_CHANGED] = { "changed", "合意の後に変わった" },
};

const char *sharing_name(enum sharing_state s)
{
	return states[s].name;
}

const char *sharing_label(enum sharing_state s)
{
	return states[s].label;
}

static bool has_column(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->column_count; i++)
		if (strcmp(c->column[i].id, id) == 0)
			return true;
	return false;
}

bool catalogue_shares(const struct catalogue *c)
{
	return strcmp(c->kind, "contract") == 0 && has_column(c, COLUMN_HOSPITAL) &&
	       has_column(c, COLUMN_VENDOR) && has_column(c, COLUMN_AGREED);
}

bool round_asks_vendor(const struct round *round, const char *column)
{
	if (!*round->vendor)
		return false;
	if (catalogue_shares(round->catalogue))
		return column && strcmp(column, COLUMN_VENDOR) == 0;
	return strcmp(round->catalogue->target, "vendor") == 0;
}

/* --- one item ---------------------------------------------------------------------- */

static bool answered(const struct round_line *l)
{
	return l->now.value != ANSWER_UNCONFIRMED;
}

static bool otherwise(const struct round_line *party, const struct round_line *agreed)
{
	return answered(party) && party->now.at_us > agreed->now.at_us &&
	       (party->now.doer != agreed->now.doer || party->now.value != agreed->now.value);
}

static enum sharing_state state_of(const struct sharing_item *i)
{
	bool hospital = answered(i->hospital), vendor = answered(i->vendor);

	if (answered(i->agreed))
		return otherwise(i->hospital, i->agreed) || otherwise(i->vendor, i->agreed)
			       ? SHARING_CHANGED
			       : SHARING_AGREED;
	if (!hospital && !vendor)
		return SHARING_NOBODY;
	if (!hospital || !vendor)
		return hospital ? SHARING_VENDOR : SHARING_HOSPITAL;
	return i->doer_differs || i->value_differs ? SHARING_DIFFERS : SHARING_SAME;
}

static void judge(struct sharing_item *i, const char *today)
{
	const struct answer *agreed = &i->agreed->now;
	bool both = answered(i->hospital) && answered(i->vendor);

	i->doer_differs = both && i->hospital->now.doer != i->vendor->now.doer;
	i->value_differs = both && i->hospital->now.value != i->vendor->now.value;
	i->state = state_of(i);
	i->open = answered(i->agreed) && (agreed->value == ANSWER_NO || *agreed->open_points) &&
		  !*agreed->completed_on;
	i->overdue = i->open && *agreed->target_on && strcmp(agreed->target_on, today) < 0;
}

static void count(struct sharing *s, const struct sharing_item *i)
{
	s->in[i->state]++;
	s->open += i->open;
	s->overdue += i->overdue;
	s->vendor_open += !answered(i->vendor);
	if (answered(i->agreed) && strcmp(i->agreed->now.confirmed_on, s->agreed_on) > 0)
		s->agreed_on = i->agreed->now.confirmed_on;
}

/* The lines of one item stand together. */
static void take_line(struct sharing_item *i, const struct round_line *l)
{
	const char *column = l->column ? l->column->id : "";

	i->item = l->item;
	if (strcmp(column, COLUMN_HOSPITAL) == 0)
		i->hospital = l;
	else if (strcmp(column, COLUMN_VENDOR) == 0)
		i->vendor = l;
	else if (strcmp(column, COLUMN_AGREED) == 0)
		i->agreed = l;
}

int sharing_read(const struct round_view *v, struct arena *arena, struct sharing *ret,
		 struct err *err)
{
	struct sharing_item *item = arena_calloc(arena, v->line_count + 1, sizeof *item);
	char today[DATE_SIZE];
	size_t i, n;

	memset(ret, 0, sizeof *ret);
	ret->agreed_on = "";
	if (!item)
		return err_nomem(err);
	if (!catalogue_shares(v->round.catalogue))
		return err_set(err, ERR_INVALID, "「%s」は契約の役割分担の確認表ではありません",
			       v->round.title);
	date_today(today);
	ret->item = item;
	for (i = 0; i < v->line_count; i = n) {
		struct sharing_item *to = &item[ret->count];

		for (n = i; n < v->line_count && v->line[n].item == v->line[i].item; n++)
			take_line(to, &v->line[n]);
		/* An item that is not for both to agree on is an ordinary one. */
		if (!to->hospital || !to->vendor || !to->agreed) {
			memset(to, 0, sizeof *to);
			continue;
		}
		judge(to, today);
		count(ret, to);
		ret->count++;
	}
	return 0;
}

/* --- what both say ------------------------------------------------------------------- */

/* Two texts as one: the one there is, or each under whose it is. */
static const char *both(const char *hospital, const char *vendor, const char *between,
			struct arena *arena)
{
	if (!*hospital || !*vendor || strcmp(hospital, vendor) == 0)
		return *hospital ? hospital : vendor;
	return arena_printf(arena, "医療機関: %s%s事業者: %s", hospital, between, vendor);
}

static size_t both_length(const char *hospital, const char *vendor)
{
	return utf8_length(hospital) + utf8_length(vendor) + 20;
}

static const char *later(const char *a, const char *b)
{
	return strcmp(a, b) > 0 ? a : b;
}

/* When it was done, as those say who do it. */
static const char *completed(const struct sharing_item *i)
{
	const char *h = i->hospital->now.completed_on, *v = i->vendor->now.completed_on;

	switch (i->hospital->now.doer) {
	case DOER_HOSPITAL: return h;
	case DOER_VENDOR: return v;
	default: return *h && *v ? later(h, v) : "";
	}
}

/* Who answers for it: an account, or a name. */
static const char *responsible(const struct sharing_item *i, struct arena *arena)
{
	const struct answer *h = &i->hospital->now, *v = &i->vendor->now;

	switch (h->doer) {
	case DOER_HOSPITAL: return *h->responsible ? h->responsible : h->responsible_name;
	case DOER_VENDOR: return v->responsible_name;
	case DOER_JOINT: return both(h->responsible_name, v->responsible_name, "、", arena);
	default: return "";
	}
}

bool sharing_ready(const struct sharing_item *i)
{
	const struct answer *h = &i->hospital->now, *v = &i->vendor->now;

	if (i->state != SHARING_SAME || both_length(h->note, v->note) > NOTE_CHARS ||
	    both_length(h->open_points, v->open_points) > POINTS_CHARS ||
	    both_length(h->responsible_name, v->responsible_name) > 80)
		return false;
	/* Two different days: somebody has to choose. */
	if (*h->target_on && *v->target_on && strcmp(h->target_on, v->target_on) != 0)
		return false;
	return h->value != ANSWER_NO || *h->target_on || *v->target_on || *completed(i);
}

struct answer_change sharing_proposed(const struct round_view *v, const struct sharing_item *i,
				      struct arena *arena)
{
	const struct answer *h = &i->hospital->now, *w = &i->vendor->now;
	const char *points = both(h->open_points, w->open_points, "\n", arena);
	bool dated = h->value == ANSWER_NO || (points && *points);

	return (struct answer_change){
		.round = v->round.id,
		.item = i->item->id,
		.column = COLUMN_AGREED,
		.base_rev = i->agreed->now.rev,
		.value = h->value,
		.doer = h->doer,
		.target_on = dated ? later(h->target_on, w->target_on) : "",
		.completed_on = completed(i),
		.note = both(h->note, w->note, "\n", arena),
		.open_points = points,
		.responsible = responsible(i, arena),
	};
}
