/* Dates as people write them, 和暦 included. */
#include <string.h>

#include "base/clock.h"
#include "define/value_type.h"

int parse_date(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	       struct err *err)
{
	char date[DATE_SIZE];
	const char *checked;
	int r;

	if (!date_parse(text, date))
		return not_accepted(f, err, "実際にある日付を 2026-11-20、2026/11/20、令和8年11月20日、R8.11.20 のどれかの形で");
	r = apply_check(f, date, arena, &checked, err);
	if (r < 0)
		return r;
	*ret = arena_strdup(arena, checked);
	return *ret ? 0 : err_nomem(err);
}
