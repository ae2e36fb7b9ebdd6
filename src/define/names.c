/* The names of closed sets: field types, classes, roles, and look-up in frozen objects. */
#include <string.h>

#include "define/define.h"

static const char *const class_names[CLASS_MAX] = {
	[CLASS_PUBLIC] = "public",   [CLASS_INTERNAL] = "internal", [CLASS_PERSONAL] = "personal",
	[CLASS_PATIENT] = "patient", [CLASS_SECRET] = "secret",
};

static const char *const type_names[FIELD_TYPE_MAX] = {
	[FIELD_TEXT] = "text",	       [FIELD_LONGTEXT] = "longtext", [FIELD_INT] = "int",
	[FIELD_DECIMAL] = "decimal",   [FIELD_DATE] = "date",	      [FIELD_BOOL] = "bool",
	[FIELD_ENUM] = "enum",	       [FIELD_REF] = "ref",	      [FIELD_REFS] = "refs",
	[FIELD_ACCOUNT] = "account",   [FIELD_FILES] = "files",
};

static const struct {
	const char *name, *label;
} roles[ROLE_MAX] = {
	[ROLE_EXECUTIVE] = { "executive", "経営層" },
	[ROLE_PLANNER] = { "planner", "企画管理者" },
	[ROLE_OPERATOR] = { "operator", "システム運用担当者" },
	[ROLE_AUDITOR] = { "auditor", "監査人" },
	[ROLE_STAFF] = { "staff", "職員" },
	[ROLE_VENDOR] = { "vendor", "事業者" },
	[ROLE_INSPECTOR] = { "inspector", "検査官" },
};

const char *field_class_name(enum field_class c)
{
	return c < CLASS_MAX ? class_names[c] : "";
}

const char *field_type_name(enum field_type t)
{
	return t < FIELD_TYPE_MAX ? type_names[t] : "";
}

const char *role_name(enum role r)
{
	return r < ROLE_MAX ? roles[r].name : "";
}

const char *role_label(enum role r)
{
	return r < ROLE_MAX ? roles[r].label : "";
}

int role_parse(const char *name)
{
	int i;

	for (i = 0; name && i < ROLE_MAX; i++)
		if (strcmp(roles[i].name, name) == 0)
			return i;
	return -1;
}

int ledger_field(const struct ledger_def *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->field_count; i++)
		if (strcmp(l->field[i].name, name) == 0)
			return (int)i;
	return -1;
}

int catalogue_item(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (strcmp(c->item[i].id, id) == 0)
			return (int)i;
	return -1;
}

const struct enum_value *enum_find(const struct enum_def *e, const char *value)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->value[i].value, value) == 0)
			return &e->value[i];
	return NULL;
}
