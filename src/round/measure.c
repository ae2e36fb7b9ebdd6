#include "round/measure.h"

#include <string.h>

#include "round/measures.h"

static const char *const names[] = {
#define MEASURE(name) #name,
#include "round/measure.def"
#undef MEASURE
};

static int (*const functions[])(const struct measure_input *, struct proposal *, struct err *) = {
#define MEASURE(name) measure_##name,
#include "round/measure.def"
#undef MEASURE
};

const char *const *measure_names(size_t *ret_count)
{
	*ret_count = sizeof names / sizeof names[0];
	return names;
}

int measure_run(const char *name, const struct measure_input *in, struct proposal *ret,
		struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return functions[i](in, ret, err);
	return err_set(err, ERR_NOT_FOUND, "測り方 %s はありません", name);
}

const char *proposal_label(enum proposal_value v)
{
	static const char *const labels[] = { "提案なし（人が判断）", "「はい」の見込み",
					      "「いいえ」の見込み", "あと少しで「はい」" };

	return labels[v];
}
