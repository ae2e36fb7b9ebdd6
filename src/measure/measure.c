#include "measure/measure.h"

#include <string.h>

static const struct measure_def defs[] = {
#define MEASURE(name, subject, ledger, preset, title) \
	{ #name, MEASURE_##subject, ledger, preset, title },
#include "measure/measure.def"
#undef MEASURE
};

static const char *const names[] = {
#define MEASURE(name, subject, ledger, preset, title) #name,
#include "measure/measure.def"
#undef MEASURE
};

#define COUNT (sizeof defs / sizeof defs[0])

const char *const *measure_names(size_t *ret_count)
{
	*ret_count = COUNT;
	return names;
}

const struct measure_def *measure_defs(size_t *ret_count)
{
	*ret_count = COUNT;
	return defs;
}

const struct measure_def *measure_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (strcmp(defs[i].name, name) == 0)
			return &defs[i];
	return NULL;
}

const char *measure_subject_name(enum measure_subject s)
{
	static const char *const subjects[] = {
#define SUBJECT(id, name, label) name,
#include "measure/subjects.def"
#undef SUBJECT
	};

	return subjects[s];
}

const char *measure_subject_label(enum measure_subject s)
{
	static const char *const labels[] = {
#define SUBJECT(id, name, label) label,
#include "measure/subjects.def"
#undef SUBJECT
	};

	return labels[s];
}

const char *proposal_name(enum proposal_value v)
{
	static const char *const values[] = { "none", "yes", "no", "partly" };

	return values[v];
}

const char *proposal_label(enum proposal_value v)
{
	static const char *const labels[] = { "提案なし（人が判断）", "「はい」の見込み",
					      "「いいえ」の見込み", "あと少しで「はい」" };

	return labels[v];
}
