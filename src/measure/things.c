#include "measure/things.h"

bool device_concerns(const struct tally *t, const struct list_row *row)
{
	return !tally_is(t, row, "status", "disposed") && tally_in_column(t, row) &&
	       tally_of_vendor(t, row, "vendor");
}

bool service_concerns(const struct tally *t, const struct list_row *row)
{
	return !tally_is(t, row, "status", "ended") && tally_of_vendor(t, row, "vendor");
}

bool service_holds_data(const struct tally *t, const struct list_row *row)
{
	return service_concerns(t, row) && !tally_is(t, row, "holds_medical_data", "no");
}

int devices_tell(struct tally *t, TALLY_LOOK((*look)), const char *good, const char *bad,
		 const char *day, const char *next, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;
	const char *noun = tally_device_noun(t->in);
	struct tally_words w = { .noun = noun,
				 .unit = "台",
				 .good = good,
				 .bad = bad,
				 .day = day,
				 .next = next,
				 .none_next = "先に機器台帳に登録してください。" };
	int r = tally_walk(t, "devices", look, err);

	if (r < 0)
		return r;
	w.none = arena_printf(a, "%s%sが台帳に登録されていないため、提案できません。",
			      t->in->vendor ? "この事業者の" : "", noun);
	return tally_words(t, &w, ret, err);
}
