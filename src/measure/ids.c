#include "measure/ids.h"

#include <string.h>

int id_world_read(struct measure_cache *m, struct id_world *ret, struct err *err)
{
	return cache_kept(m, "staff", &ret->staff, err);
}

bool id_usable(const struct tally *t, const struct list_row *row)
{
	return !tally_is(t, row, "enabled", "0") && !*tally_value(t, row, "gone_on");
}

static const char *staff_value(const struct id_world *w, const struct list_row *row,
			       const char *field)
{
	int index = kept_field(w->staff, field);

	return index < 0 ? "" : row->value[index];
}

/* As the staff ledger says: left_on on or before today, or missing_on. */
const char *id_left(const struct tally *t, const struct id_world *w, const char *person)
{
	const struct list_row *row = kept_find(w->staff, person, t->in->arena);
	const char *left, *missing;

	if (!row)
		return NULL;
	left = staff_value(w, row, "left_on");
	missing = staff_value(w, row, "missing_on");
	if (*left && strcmp(left, t->in->today) <= 0)
		return arena_printf(t->in->arena, "%sに退職した人のものです", left);
	return *missing ? arena_printf(t->in->arena, "%sに名簿から消えた人のものです", missing)
			: NULL;
}

static bool works_here(const struct tally *t, const struct id_world *w, const char *person)
{
	return kept_find(w->staff, person, t->in->arena) && !id_left(t, w, person);
}

bool id_has_keeper(const struct tally *t, const struct id_world *w, const struct list_row *row)
{
	return works_here(t, w, tally_value(t, row, "responsible")) ||
	       works_here(t, w, tally_value(t, row, "person"));
}

int ids_walk(struct tally *t, TALLY_LOOK((*look)), int64_t *ret_all, struct err *err)
{
	const struct kept_row *k;
	int r = tally_walk(t, "system_accounts", look, err);

	*ret_all = 0;
	for (k = r == 0 ? t->kept->first : NULL; k; k = k->next)
		*ret_all += id_usable(t, &k->row);
	return r;
}

int ids_none(struct tally *t, struct proposal *ret, struct err *err)
{
	return tally_result(t, PROPOSE_NONE, "ID台帳に、使えるIDが登録されていません。",
			    "「IDの棚卸し」で、各システムの利用者の一覧を取り込んでください。", ret,
			    err);
}
