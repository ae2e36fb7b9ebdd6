#include "people/fields.h"

#include <string.h>

const char *field_text(const struct ledger_def *def, const char *const *value, const char *name)
{
	int i = ledger_field(def, name);

	return i >= 0 && value[i] ? value[i] : "";
}

const char **fields_new(const struct ledger_def *def, struct arena *arena)
{
	const char **value = arena_calloc(arena, def->field_count, sizeof *value);
	size_t i;

	for (i = 0; value && i < def->field_count; i++)
		value[i] = def->field[i].default_value ? def->field[i].default_value : "";
	return value;
}

const char **fields_copy(const struct ledger_def *def, const char *const *value,
			 struct arena *arena)
{
	return arena_memdup(arena, (const void *)value, def->field_count * sizeof *value);
}

int field_set(const struct ledger_def *def, const char **value, const char *name,
	      const char *stored, struct err *err)
{
	int i = ledger_field(def, name);

	if (!stored)
		return err_nomem(err);
	if (i < 0)
		return err_set(err, ERR_BUG, "%sに項目 %s がありません", def->title.ja, name);
	value[i] = stored;
	return 0;
}
