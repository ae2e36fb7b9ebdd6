#include "measure/tally.h"

#include <string.h>

const char tally_skip[] = "";

void tally_init(struct tally *t, const struct measure_input *in)
{
	memset(t, 0, sizeof *t);
	t->in = in;
	t->fault = arena_calloc(in->arena, TALLY_LINKS, sizeof *t->fault);
	t->good = arena_calloc(in->arena, TALLY_LINKS, sizeof *t->good);
}

/* --- counting ------------------------------------------------------------------------ */

void tally_add(struct tally *t, const char *ledger, const char *entry, const char *name,
	       const char *reason)
{
	struct arena *a = t->in->arena;
	size_t *n = reason ? &t->fault_count : &t->good_count;
	struct proposal_link *list = reason ? t->fault : t->good;

	if (reason == tally_skip)
		return;
	t->counted++;
	t->faults += reason != NULL;
	if (*n == TALLY_LINKS || !list)
		return;
	list[(*n)++] =
		(struct proposal_link){ ledger, entry,
					reason ? arena_printf(a, "%s: %s", name, reason) : name,
					reason != NULL };
}

int tally_walk(struct tally *t, const char *ledger, TALLY_LOOK((*look)), struct err *err)
{
	const struct kept_row *k;
	int r = cache_kept(t->in->cache, ledger, &t->kept, err);

	if (r < 0)
		return r;
	t->def = t->kept->def;
	for (k = t->kept->first; k; k = k->next)
		tally_add(t, t->def->name, k->row.id, k->row.value[t->def->name_field],
			  look(t, &k->row));
	return 0;
}

struct passing {
	struct tally *tally;
	TALLY_LOOK((*look));
};

/* The row is gone when this returns: what is linked is copied. */
static int pass_row(void *arg, const struct list_row *row, struct err *err)
{
	const struct passing *p = arg;
	struct tally *t = p->tally;
	const char *name = row->value[t->def->name_field];

	tally_add(t, t->def->name, arena_strdup(t->in->arena, row->id),
		  arena_strdup(t->in->arena, name ? name : ""), p->look(t, row));
	return arena_failed(t->in->arena) ? err_nomem(err) : 0;
}

int tally_walk_where(struct tally *t, const char *ledger, const char *field, const char *value,
		     TALLY_LOOK((*look)), struct err *err)
{
	struct measure_cache *m = t->in->cache;
	struct passing p = { t, look };
	struct list_filter filter = { 0, TABLE_EQ, value };
	struct list_query q = { .filter = &filter, .filter_count = 1, .sort = -1 };
	int r = ledgers_find(m->ledgers, ledger, &q.def, err);

	if (r < 0)
		return r;
	t->kept = NULL;
	t->def = q.def;
	filter.field = ledger_field(q.def, field);
	return list_each(m->ledgers, m->conn, &q, pass_row, &p, err);
}

/* --- a row ----------------------------------------------------------------------------- */

const char *tally_value(const struct tally *t, const struct list_row *row, const char *field)
{
	int index = t->kept ? kept_field(t->kept, field) : ledger_field(t->def, field);

	return index < 0 || !row->value[index] ? "" : row->value[index];
}

bool tally_is(const struct tally *t, const struct list_row *row, const char *field,
	      const char *value)
{
	return strcmp(tally_value(t, row, field), value) == 0;
}

bool tally_has(const struct tally *t, const struct list_row *row, const char *field)
{
	static const char *const nothing[] = { "",	 "なし",       "無し",	     "無",
					       "ない",	 "未定",       "不明",	     "未確認",
					       "未実施", "分からない", "わからない", "-",
					       "－",	 "ー",	       "?" };
	const char *value = tally_value(t, row, field);
	size_t i;

	for (i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
		if (strcmp(value, nothing[i]) == 0)
			return false;
	return true;
}

long tally_age(const struct tally *t, const struct list_row *row, const char *field)
{
	const char *date = tally_value(t, row, field);

	return date_valid(date) ? date_days_between(date, t->in->today) : TALLY_NO_DATE;
}

long tally_day(struct tally *t, const struct list_row *row, const char *field)
{
	const char *date = tally_value(t, row, field);

	if (!date_valid(date))
		return TALLY_NO_DATE;
	if (!*t->oldest || strcmp(date, t->oldest) < 0)
		memcpy(t->oldest, date, DATE_SIZE);
	if (strcmp(date, t->newest) > 0)
		memcpy(t->newest, date, DATE_SIZE);
	return date_days_between(date, t->in->today);
}

const char *tally_broken(struct tally *t, const char *reason)
{
	t->broken++;
	return reason;
}

/* --- what the round asks about ------------------------------------------------------------ */

bool tally_in_column(const struct tally *t, const struct list_row *row)
{
	static const struct {
		const char *column, *kind;
	} kinds[] = {
		{ "server", "server" },	  { "server", "storage" },  { "terminal", "terminal" },
		{ "terminal", "tablet" }, { "network", "network" },
	};
	const char *column = t->in->column, *kind = tally_value(t, row, "kind");
	bool narrowed = false;
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].column, column) != 0)
			continue;
		narrowed = true;
		if (strcmp(kinds[i].kind, kind) == 0)
			return true;
	}
	return !narrowed;
}

bool tally_of_vendor(const struct tally *t, const struct list_row *row, const char *field)
{
	return !t->in->vendor || tally_is(t, row, field, t->in->vendor);
}

bool tally_vendor_side(const struct measure_input *in)
{
	return in->vendor && strcmp(in->column, "hospital") != 0;
}

const char *tally_device_noun(const struct measure_input *in)
{
	if (strcmp(in->column, "server") == 0)
		return "サーバ";
	if (strcmp(in->column, "terminal") == 0)
		return "端末";
	if (strcmp(in->column, "network") == 0)
		return "ネットワーク機器";
	return "機器";
}

/* --- the proposal --------------------------------------------------------------------------- */

int tally_result(struct tally *t, enum proposal_value value, const char *reason,
		 const char *next_step, struct proposal *ret, struct err *err)
{
	size_t good = t->good_count, n = t->fault_count;
	struct proposal_link *link;

	if (good > TALLY_LINKS - n)
		good = TALLY_LINKS - n;
	link = arena_calloc(t->in->arena, n + good + 1, sizeof *link);
	if (!reason || !link || arena_failed(t->in->arena))
		return err_nomem(err);
	memcpy(link, t->fault, n * sizeof *link);
	memcpy(link + n, t->good, good * sizeof *link);
	*ret = (struct proposal){ .value = value,
				  .reason = reason,
				  .counted = t->counted,
				  .faults = t->faults,
				  .link = link,
				  .link_count = n + good,
				  .next_step =
					  value == PROPOSE_YES || !next_step ? "" : next_step };
	return 0;
}

enum proposal_value tally_judge(const struct tally *t)
{
	if (!t->faults)
		return PROPOSE_YES;
	return t->broken || t->faults == t->counted ? PROPOSE_NO : PROPOSE_PARTLY;
}

int tally_not_ours(struct tally *t, struct proposal *ret, struct err *err)
{
	return tally_result(t, PROPOSE_NONE, "事業者の中のことは、この台帳からは分かりません。",
			    "事業者に尋ねて、確かめた答えを入力してください。", ret, err);
}

/* "機器42台のうち3台", "サービス5件のすべて", "機器1台", "この事業者". */
static const char *counts_in_words(const struct tally *t, const struct tally_words *w)
{
	struct arena *a = t->in->arena;
	const char *whose = t->in->vendor ? "この事業者の" : "", *part = "のすべて";

	if (!w->noun)
		return "この事業者";
	if (t->counted == 1)
		part = "";
	else if (t->faults)
		part = arena_printf(a, "のうち%lld%s", (long long)t->faults, w->unit);
	return part ? arena_printf(a, "%s%s%lld%s%s", whose, w->noun, (long long)t->counted,
				   w->unit, part)
		    : NULL;
}

int tally_words(struct tally *t, const struct tally_words *w, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;
	const char *counts, *day = "";

	if (!t->counted)
		return tally_result(t, w->when_none, w->none, w->none_next, ret, err);
	if (w->day && *t->oldest)
		day = arena_printf(a, "%sは%sです。", w->day, t->oldest);
	counts = counts_in_words(t, w);
	if (!counts || !day)
		return err_nomem(err);
	return tally_result(t, tally_judge(t),
			    arena_printf(a, "%s%s。%s", counts, t->faults ? w->bad : w->good, day),
			    w->next, ret, err);
}
