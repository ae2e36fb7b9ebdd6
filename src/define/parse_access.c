/*
 * Who sees which entries and fields of a ledger (the part `access`).
 *
 *	access:
 *	  rows:
 *	    staff: {own: [applicant]}     all | none | itself | {own|department|site|vendor:
 *[fields]} fields: staff: {classes: [public, internal, personal], hide: [note]} patient: [医師,
 *看護師]           professions that see fields of class patient drafts: [staff] roles that see
 *drafts of others
 */
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

#define BIT(n) (1U << (n))
#define CLASSES_OPEN (BIT(CLASS_PUBLIC) | BIT(CLASS_INTERNAL))
#define CLASSES_NAMES (CLASSES_OPEN | BIT(CLASS_PERSONAL))

/* What a role sees where the definition says nothing. */
static const struct {
	enum scope_kind scope;
	unsigned classes;
} defaults[ROLE_MAX] = {
	[ROLE_EXECUTIVE] = { SCOPE_ALL, CLASSES_NAMES },
	[ROLE_PLANNER] = { SCOPE_ALL, CLASSES_NAMES | BIT(CLASS_SECRET) },
	[ROLE_OPERATOR] = { SCOPE_ALL, CLASSES_NAMES | BIT(CLASS_SECRET) },
	[ROLE_AUDITOR] = { SCOPE_ALL, CLASSES_NAMES },
	[ROLE_STAFF] = { SCOPE_NONE, CLASSES_OPEN },
	[ROLE_VENDOR] = { SCOPE_NONE, CLASSES_OPEN },
	[ROLE_INSPECTOR] = { SCOPE_OPENED, CLASSES_NAMES },
};

static void set_defaults(struct ledger_def *l)
{
	int r;

	for (r = 0; r < ROLE_MAX; r++) {
		struct role_access *a = &l->access.role[r];
		bool reads = l->permission[PERMIT_READ] >> r & 1U;

		a->scope = reads || r == ROLE_INSPECTOR ? defaults[r].scope : SCOPE_NONE;
		if (r == ROLE_INSPECTOR && l->system)
			a->scope = SCOPE_NONE;
		a->classes = defaults[r].classes;
		a->rows_pos = l->permission_pos[PERMIT_READ];
		a->fields_pos = l->pos;
	}
}

/* True if the field can be compared with an account. */
static bool comparable(enum scope_kind scope, const struct field_def *f)
{
	if (f->class >= CLASS_PATIENT)
		return false;
	if (scope == SCOPE_OWN)
		return f->type == FIELD_ACCOUNT;
	if (scope == SCOPE_VENDOR)
		return f->type == FIELD_REF;
	return f->type == FIELD_TEXT || f->type == FIELD_ENUM;
}

static void parse_scope_fields(struct reading *rd, const struct node *n, const struct ledger_def *l,
			       struct role_access *a)
{
	static const char *const keys[] = { "own", "department", "site", "vendor", NULL };
	static const enum scope_kind kinds[] = { SCOPE_OWN, SCOPE_DEPARTMENT, SCOPE_SITE,
						 SCOPE_VENDOR };
	size_t i;

	if (!read_keys(rd, n, keys))
		return;
	if (n->count != 1) {
		complain(rd, n, "own department site vendor のどれか1つだけを書いてください");
		return;
	}
	for (i = 0; keys[i] && !yaml_get(n, keys[i]); i++)
		;
	a->scope = kinds[i];
	a->field = parse_field_list(rd, n, keys[i], l, true, &a->field_count);
	if (!a->field_count) {
		a->scope = SCOPE_NONE;
		complain(rd, n, "「%s」に項目を1つ以上書いてください", keys[i]);
	}
	for (i = 0; i < a->field_count; i++)
		if (!comparable(a->scope, &l->field[a->field[i]]))
			complain(rd, n,
				 "項目 %s は範囲には使えません。own は利用者、vendor "
				 "は事業者台帳への"
				 "参照、department と site は文字か選択の項目です",
				 l->field[a->field[i]].name);
}

static void parse_scope(struct reading *rd, const struct node *n, const struct ledger_def *l,
			struct role_access *a)
{
	a->rows_pos = reading_pos(rd, n);
	a->scope = SCOPE_NONE;
	if (n->kind == NODE_MAP) {
		parse_scope_fields(rd, n, l, a);
		return;
	}
	if (n->kind == NODE_SCALAR && strcmp(n->text, "all") == 0)
		a->scope = SCOPE_ALL;
	else if (n->kind == NODE_SCALAR && strcmp(n->text, "itself") == 0)
		a->scope = SCOPE_ITSELF;
	else if (n->kind != NODE_SCALAR || strcmp(n->text, "none") != 0)
		complain(rd, n, "見る範囲は all none itself か、{own: [項目]} の形で書きます");
}

static void parse_role_scope(struct reading *rd, const struct node *rows, enum role role,
			     struct ledger_def *l)
{
	const struct node *n = yaml_get(rows, define_roles[role]);
	struct role_access *a = &l->access.role[role];

	if (!n)
		return;
	parse_scope(rd, n, l, a);
	if (role == ROLE_INSPECTOR && a->scope != SCOPE_NONE)
		complain(rd, n,
			 "検査官が見るものは企画管理者が開きます。ここに書けるのは none だけです");
	else if (role != ROLE_INSPECTOR && !(l->permission[PERMIT_READ] >> role & 1U))
		complain(rd, n, "%s は permissions の read にないため、範囲を書けません",
			 define_roles[role]);
}

static void parse_classes(struct reading *rd, const struct node *n, struct role_access *a)
{
	const struct node *list = read_list_node(rd, n, "classes", false);
	size_t i;
	int c;

	if (!list)
		return;
	a->classes = 0;
	for (i = 0; i < list->count; i++) {
		const char *text = list->item[i]->kind == NODE_SCALAR ? list->item[i]->text : "";

		for (c = 0; c < CLASS_MAX && strcmp(define_classes[c], text) != 0; c++)
			;
		if (c == CLASS_MAX)
			complain(rd, list->item[i],
				 "区分は public internal personal patient secret です: %s", text);
		else
			a->classes |= BIT(c);
	}
}

static void parse_role_fields(struct reading *rd, const struct node *fields, enum role role,
			      struct ledger_def *l)
{
	static const char *const keys[] = { "classes", "hide", NULL };
	const struct node *n = yaml_get(fields, define_roles[role]);
	struct role_access *a = &l->access.role[role];

	if (!n || !read_keys(rd, n, keys))
		return;
	a->fields_pos = reading_pos(rd, n);
	parse_classes(rd, n, a);
	a->hidden = parse_field_list(rd, n, "hide", l, false, &a->hidden_count);
}

void parse_access(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "rows", "fields", "patient", "drafts", NULL };
	const struct node *n = yaml_get(root, "access"), *rows, *fields;
	const char *roles[ROLE_MAX + 1] = { NULL };
	int r;

	l->access.pos = l->pos;
	set_defaults(l);
	if (!n || !read_keys(rd, n, keys))
		return;
	memcpy(roles, define_roles, sizeof define_roles);
	l->access.pos = reading_pos(rd, n);
	l->access.patient = read_strings(rd, n, "patient");
	l->access.drafts = read_roles(rd, n, "drafts");
	rows = yaml_get(n, "rows");
	fields = yaml_get(n, "fields");
	if (rows && !read_keys(rd, rows, roles))
		rows = NULL;
	if (fields && !read_keys(rd, fields, roles))
		fields = NULL;
	for (r = 0; r < ROLE_MAX; r++) {
		parse_role_scope(rd, rows, (enum role)r, l);
		parse_role_fields(rd, fields, (enum role)r, l);
	}
}

/* --- rules that need the whole ledger ---------------------------------------------------- */

static void check_hidden(struct reading *rd, const struct ledger_def *l, enum role role)
{
	const struct role_access *a = &l->access.role[role];
	size_t i;

	for (i = 0; i < a->hidden_count; i++) {
		const struct field_def *f = &l->field[a->hidden[i]];

		if (a->hidden[i] == l->name_field)
			complain_at(rd, &a->fields_pos,
				    "項目 %s は件の呼び名（name_field）なので隠せません", f->name);
		if (f->required && !f->default_value && (l->permission[PERMIT_CREATE] >> role & 1U))
			complain_at(rd, &a->fields_pos,
				    "必須の項目 %s は、登録できる %s から隠せません", f->name,
				    define_roles[role]);
	}
}

void check_access(struct reading *rd, const struct ledger_def *l)
{
	int r;

	for (r = 0; r < ROLE_MAX; r++) {
		const struct role_access *a = &l->access.role[r];

		if (l->field_count)
			check_hidden(rd, l, (enum role)r);
		/* An import meets entries by their fields: it needs to see them all. */
		if ((l->permission[PERMIT_IMPORT] >> r & 1U) &&
		    (a->scope != SCOPE_ALL || a->hidden_count))
			complain_at(rd, &l->permission_pos[PERMIT_IMPORT],
				    "%s は全部の件と項目を見られないため、取り込み（import）を許可"
				    "できません",
				    define_roles[r]);
	}
}

void check_access_refs(struct reading *rd, const struct ledger_def *l)
{
	size_t i;
	int r;

	for (r = 0; r < ROLE_MAX; r++) {
		const struct role_access *a = &l->access.role[r];

		for (i = 0; a->scope == SCOPE_VENDOR && i < a->field_count; i++) {
			const struct field_def *f = &l->field[a->field[i]];

			if (f->ref && strcmp(f->ref->name, "vendors") != 0)
				complain_at(rd, &a->rows_pos,
					    "項目 %s は事業者台帳（vendors）を指していません",
					    f->name);
		}
	}
}
