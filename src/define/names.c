/* Names of the closed sets. */
#include "define/names.h"

#include <string.h>

const char *const define_types[FIELD_TYPE_MAX] = { "text", "longtext", "int",  "decimal",
						   "date", "bool",     "enum", "ref",
						   "refs", "account",  "files" };
const char *const define_classes[CLASS_MAX] = { "public", "internal", "personal", "patient",
						"secret" };
const char *const define_value_checks[CHECK_VALUE_MAX] = {
#define VALUE_CHECK(id, name, accepted) name,
#define CROSS_CHECK(id, name)
#include "define/checks.def"
#undef VALUE_CHECK
#undef CROSS_CHECK
};
const char *const define_cross_checks[CROSS_MAX] = {
#define VALUE_CHECK(id, name, accepted)
#define CROSS_CHECK(id, name) name,
#include "define/checks.def"
#undef VALUE_CHECK
#undef CROSS_CHECK
};
const char *const define_roles[ROLE_MAX] = { "executive", "planner", "operator", "auditor",
					     "staff",	  "vendor",  "inspector" };

const char *const define_scopes[SCOPE_KIND_MAX] = { "none", "all",    "own",	"department",
						    "site", "vendor", "itself", "opened" };

const char *scope_kind_name(enum scope_kind k)
{
	return define_scopes[k];
}

const char *scope_kind_label(enum scope_kind k)
{
	static const char *const labels[SCOPE_KIND_MAX] = {
		"1件も見られない",	  "全部の件",
		"自分が載っている件だけ", "自分の部署の件だけ",
		"自分の施設の件だけ",	  "自社の件だけ",
		"自社そのものだけ",	  "企画管理者が開いた間、全部の件"
	};

	return labels[k];
}

const char *field_class_name(enum field_class c)
{
	return define_classes[c];
}

const char *field_type_name(enum field_type t)
{
	return define_types[t];
}

const char *role_name(enum role r)
{
	return define_roles[r];
}

const char *role_label(enum role r)
{
	static const char *const labels[ROLE_MAX] = { "経営層", "企画管理者", "システム運用担当者",
						      "監査人", "職員",	      "事業者",
						      "検査官" };

	return labels[r];
}

int role_parse(const char *name)
{
	int r;

	for (r = 0; r < ROLE_MAX; r++)
		if (strcmp(define_roles[r], name) == 0)
			return r;
	return -1;
}
