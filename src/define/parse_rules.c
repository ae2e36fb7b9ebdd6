/* Checks, workflow, permissions, retention and import keys of a ledger file. */
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

static int field_named(struct reading *rd, const struct node *map, const char *key,
		       const struct ledger_def *l)
{
	const char *name = read_text(rd, map, key, true);
	int index = ledger_field(l, name);

	if (*name && index < 0)
		complain(rd, yaml_get(map, key), "項目「%s」がこの台帳にありません", name);
	return index;
}

static void parse_date_order(struct reading *rd, const struct node *n, const struct ledger_def *l,
			     struct check_def *c)
{
	size_t count;
	const int *fields = parse_field_list(rd, n, "fields", l, true, &count);

	if (count != 2) {
		complain(rd, n, "date_order には fields に日付の項目を2つ書いてください");
		return;
	}
	c->first = fields[0];
	c->second = fields[1];
	if (l->field[c->first].type != FIELD_DATE || l->field[c->second].type != FIELD_DATE)
		complain(rd, n, "date_order の項目は日付でなければなりません");
}

static void parse_required_if(struct reading *rd, const struct node *n, const struct ledger_def *l,
			      struct check_def *c)
{
	c->first = field_named(rd, n, "field", l);
	c->second = field_named(rd, n, "when", l);
	c->equals = read_text(rd, n, "equals", true);
	if (c->first < 0 || c->second < 0)
		c->first = c->second = 0;
	else if (l->field[c->second].type == FIELD_ENUM && l->field[c->second].enum_def &&
		 !enum_find(l->field[c->second].enum_def, c->equals))
		complain(rd, yaml_get(n, "equals"), "値「%s」は項目 %s にありません", c->equals,
			 l->field[c->second].name);
}

static void parse_check(struct reading *rd, const struct node *n, const struct ledger_def *l,
			struct check_def *c)
{
	static const char *const order_keys[] = { "name", "fields", "message", NULL };
	static const char *const if_keys[] = { "name", "field", "when", "equals", "message", NULL };
	int kind;

	c->pos = reading_pos(rd, n);
	c->equals = "";
	kind = read_choice(rd, n, "name", define_cross_checks, CROSS_MAX, -2);
	if (kind == -2)
		complain(rd, n, "「name」がありません。書き足してください");
	if (kind < 0)
		return;
	c->kind = (enum cross_check)kind;
	(void)read_keys(rd, n, kind == CROSS_DATE_ORDER ? order_keys : if_keys);
	c->message = read_label(rd, n, "message", true);
	if (kind == CROSS_DATE_ORDER)
		parse_date_order(rd, n, l, c);
	else
		parse_required_if(rd, n, l, c);
}

static void parse_checks(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	const struct node *n = read_list_node(rd, root, "checks", false);
	struct check_def *checks;
	size_t i;

	if (!n || !n->count)
		return;
	checks = arena_calloc(rd->arena, n->count, sizeof *checks);
	for (i = 0; checks && i < n->count; i++)
		parse_check(rd, n->item[i], l, &checks[i]);
	l->check = checks;
	l->check_count = checks ? n->count : 0;
}

static void parse_transition(struct reading *rd, const struct node *workflow, const char *key,
			     struct transition_def *t)
{
	static const char *const keys[] = { "roles", "four_eyes", NULL };
	const struct node *n = yaml_get(workflow, key);

	if (!n || !read_keys(rd, n, keys))
		return;
	t->present = true;
	t->roles = read_roles(rd, n, "roles");
	t->four_eyes = read_flag(rd, n, "four_eyes", false);
	if (!t->roles)
		complain(rd, n, "「%s」をできる役割（roles）を1つ以上書いてください", key);
}

static void parse_workflow(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "confirm", "approve", "return", "void", NULL };
	const struct node *n = yaml_get(root, "workflow");

	if (!n) {
		complain(rd, root, "「workflow」がありません。書き足してください");
		return;
	}
	if (!read_keys(rd, n, keys))
		return;
	parse_transition(rd, n, "confirm", &l->workflow.confirm);
	parse_transition(rd, n, "approve", &l->workflow.approve);
	parse_transition(rd, n, "return", &l->workflow.return_);
	parse_transition(rd, n, "void", &l->workflow.void_);
	if (!l->workflow.confirm.present)
		complain(rd, n, "workflow に confirm（確定）がありません");
}

static void parse_permissions(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "read", "create", "edit", "export", "import", NULL };
	const struct node *n = yaml_get(root, "permissions");
	int i;

	if (!n) {
		complain(rd, root, "「permissions」がありません。書かれていないことは誰にもできません");
		return;
	}
	if (!read_keys(rd, n, keys))
		return;
	for (i = 0; i < PERMIT_MAX; i++) {
		l->permission[i] = read_roles(rd, n, keys[i]);
		l->permission_pos[i] = reading_pos(rd, yaml_get(n, keys[i]) ? yaml_get(n, keys[i]) : n);
	}
	if (!l->permission[PERMIT_READ])
		complain(rd, n, "permissions の read に役割を1つ以上書いてください");
}

static void parse_retention(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "clock", "years", "basis", "action", NULL };
	static const char *const actions[] = { "keep", "anonymise", "delete" };
	const struct node *n = yaml_get(root, "retention");
	int64_t years = 0;
	int action, field;

	l->retention = (struct retention_def){ "voided", 0, "", "keep" };
	if (!n) {
		complain(rd, root, "「retention」（いつまで残すか）がありません。書き足してください");
		return;
	}
	if (!read_keys(rd, n, keys))
		return;
	l->retention.clock = read_text(rd, n, "clock", true);
	l->retention.basis = read_text(rd, n, "basis", true);
	if (!read_int(rd, n, "years", &years) || years < 0 || years > 100)
		complain(rd, n, "years は0から100の年数です");
	l->retention.years = (int)years;
	action = read_choice(rd, n, "action", actions, 3, 0);
	l->retention.action = action < 0 ? "keep" : actions[action];
	field = ledger_field(l, l->retention.clock);
	if (strcmp(l->retention.clock, "voided") != 0 &&
	    strcmp(l->retention.clock, "confirmed") != 0 &&
	    (field < 0 || l->field[field].type != FIELD_DATE))
		complain(rd, yaml_get(n, "clock"),
			 "clock は voided、confirmed か、日付の項目の名前です: %s", l->retention.clock);
}

static void parse_import(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "key", "fallback_key", NULL };
	const struct node *n = yaml_get(root, "import");

	if (!n || !read_keys(rd, n, keys))
		return;
	l->import_key = parse_field_list(rd, n, "key", l, true, &l->import_key_count);
	l->import_fallback =
		parse_field_list(rd, n, "fallback_key", l, false, &l->import_fallback_count);
}

void parse_rules(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	parse_checks(rd, root, l);
	parse_workflow(rd, root, l);
	parse_permissions(rd, root, l);
	parse_retention(rd, root, l);
	parse_import(rd, root, l);
}
