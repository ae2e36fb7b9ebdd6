/* The rows of checks.def as tables. */
#include <string.h>

#include "define/value_type.h"

static const struct value_check_row value_rows[CHECK_VALUE_MAX] = {
	[CHECK_NONE] = { "", 0, NULL, "" },
#define VALUE_CHECK(identifier, name, types, function, accepted) \
	[CHECK_##identifier] = { name, types, function, accepted },
#include "define/checks.def"
#undef VALUE_CHECK
};

static const char *const cross_names[CROSS_MAX] = {
#define CROSS_CHECK(identifier, name) [CROSS_##identifier] = name,
#include "define/checks.def"
#undef CROSS_CHECK
};

const struct value_check_row *value_check_row(enum value_check check)
{
	return &value_rows[check < CHECK_VALUE_MAX ? check : CHECK_NONE];
}

int value_check_parse(const char *name)
{
	int i;

	for (i = CHECK_NONE + 1; i < CHECK_VALUE_MAX; i++)
		if (strcmp(value_rows[i].name, name) == 0)
			return i;
	return -1;
}

int cross_check_parse(const char *name)
{
	int i;

	for (i = 0; i < CROSS_MAX; i++)
		if (strcmp(cross_names[i], name) == 0)
			return i;
	return -1;
}

const char *cross_check_name(enum cross_check check)
{
	return check < CROSS_MAX ? cross_names[check] : "";
}
