#include "cli/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "page/app.h"

int reach_init(struct reach *r, const struct definitions *defs, enum role role,
	       const char *profession, struct err *err)
{
	size_t count, i;
	const struct ledger_def *const *all = define_ledgers(defs, &count);
	struct buf b;

	memset(r, 0, sizeof *r);
	r->defs = defs;
	r->who = (struct actor){ .account = "audit",
				 .name = "",
				 .role = role,
				 .profession = profession,
				 .site = "site",
				 .department = "department",
				 .vendor = "vendor" };
	buf_init(&b, 0);
	for (i = 0; i < count; i++)
		buf_printf(&b, "ledger %s\n", all[i]->name);
	r->opened = buf_failed(&b) ? NULL : strdup(b.data ? b.data : "");
	buf_release(&b);
	if (!r->opened)
		return err_nomem(err);
	if (role == ROLE_INSPECTOR)
		r->who.opened = r->opened;
	return 0;
}

void reach_release(struct reach *r)
{
	free(r->opened);
	memset(r, 0, sizeof *r);
}

const char *source_file(const char *file)
{
	const char *at, *found = NULL;

	for (at = file; at && (at = strstr(at, "src/")); at++)
		found = at;
	return found ? found : "";
}

bool route_of_ledger(const struct route *route)
{
	const struct permission_row *row = permission_row((enum permission)route->permission);

	return row && row->kind >= 0;
}

bool reach_route(const struct reach *r, const struct route *route, const struct ledger_def *ledger)
{
	if (ledger && ledger->system)
		return false;
	return permit(&r->who, (enum permission)route->permission, ledger, NULL) == 0;
}

const char *reach_rounds(const struct reach *r)
{
	if (permit(&r->who, PERM_ROUND_READ, NULL, NULL) < 0)
		return "none";
	if (sight_round(&r->who, "round", ""))
		return "all";
	return sight_round(&r->who, "round", "vendor:vendor") ? "vendor" : "opened";
}

/* --- JSON ------------------------------------------------------------------------------- */

static json_t *place(const struct pos *pos)
{
	return json_sprintf("content/%s:%d", pos->file ? pos->file : "", pos->line);
}

static json_t *ledgers_json(const struct reach *r, const struct route *route)
{
	size_t count, i;
	const struct ledger_def *const *all = define_ledgers(r->defs, &count);
	json_t *list = json_array();

	for (i = 0; i < count; i++)
		if (reach_route(r, route, all[i]))
			json_array_append_new(list, json_string(all[i]->name));
	return list;
}

/* Rows without a permission of roles: for everybody, or for who holds the address. */
static const char *route_word(const struct route *route, const struct permission_row *row)
{
	if (row)
		return row->name;
	return route->permission == PERM_LINK ? "LINK" : "PUBLIC";
}

static json_t *route_json(const struct reach *r, const struct route *route)
{
	const struct permission_row *row = permission_row((enum permission)route->permission);
	json_t *ledgers = route_of_ledger(route) ? ledgers_json(r, route) : NULL;
	bool allowed = ledgers ? json_array_size(ledgers) > 0 : reach_route(r, route, NULL);
	char roles[256];
	json_t *j =
		json_pack("{s:s,s:s,s:s,s:s,s:b,s:s*,s:o}", "method",
			  route->method == ROUTE_GET ? "GET" : "POST", "pattern", route->pattern,
			  "doc", route->doc, "permission", route_word(route, row), "allowed",
			  allowed, "what", row ? row->what : NULL, "source",
			  json_sprintf("%s:%d", source_file(route->file), route->line));

	if (row)
		json_object_set_new(j, "rule",
				    json_sprintf("%s:%d", source_file(row->file), row->line));
	if (row && row->kind < 0)
		json_object_set_new(j, "roles",
				    json_string(roles_text(row->roles, roles, sizeof roles)));
	if (ledgers)
		json_object_set_new(j, "ledgers", ledgers);
	return j;
}

static json_t *act_json(bool allowed, const struct pos *pos)
{
	return json_pack("{s:b,s:o}", "allowed", allowed, "source", place(pos));
}

static json_t *acts_json(const struct reach *r, const struct ledger_def *l)
{
	static const struct {
		const char *name;
		enum permission permission;
		enum permission_kind kind;
	} acts[] = {
		{ "read", PERM_LEDGER_READ, PERMIT_READ },
		{ "create", PERM_LEDGER_CREATE, PERMIT_CREATE },
		{ "edit", PERM_LEDGER_EDIT, PERMIT_EDIT },
		{ "export", PERM_LEDGER_EXPORT, PERMIT_EXPORT },
		{ "import", PERM_LEDGER_IMPORT, PERMIT_IMPORT },
	};
	const struct {
		const char *name;
		const struct transition_def *t;
	} steps[] = { { "confirm", &l->workflow.confirm },
		      { "approve", &l->workflow.approve },
		      { "return", &l->workflow.return_ },
		      { "void", &l->workflow.void_ } };
	json_t *j = json_object();
	size_t i;

	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		json_object_set_new(j, acts[i].name,
				    act_json(permit(&r->who, acts[i].permission, l, NULL) == 0,
					     &l->permission_pos[acts[i].kind]));
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++)
		json_object_set_new(
			j, steps[i].name,
			act_json(steps[i].t->present && (steps[i].t->roles >> r->who.role & 1U),
				 &l->pos));
	return j;
}

static json_t *rows_json(const struct ledger_def *l, const struct role_access *a)
{
	json_t *fields = json_array();
	size_t i;

	for (i = 0; i < a->field_count; i++)
		json_array_append_new(fields, json_string(l->field[a->field[i]].name));
	return json_pack("{s:s,s:s,s:o,s:o}", "scope", scope_kind_name(a->scope), "label",
			 scope_kind_label(a->scope), "fields", fields, "source",
			 place(&a->rows_pos));
}

static json_t *fields_json(const struct ledger_def *l, const struct sight *s,
			   const struct role_access *a)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < l->field_count; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s,s:b,s:o}", "name", l->field[i].name, "label",
					l->field[i].label.ja, "class",
					field_class_name(l->field[i].class), "visible",
					sight_field(s, (int)i), "source", place(&a->fields_pos)));
	return list;
}

static json_t *ledger_json_of(const struct reach *r, const struct ledger_def *l)
{
	const struct role_access *a = &l->access.role[r->who.role];
	struct sight s;

	sight_of(&r->who, l, &s);
	return json_pack("{s:s,s:s,s:s,s:b,s:o,s:o,s:b,s:b,s:o}", "ledger", l->name, "name_field",
			 l->field[l->name_field].name, "title", l->title.ja, "system", l->system,
			 "acts", acts_json(r, l), "rows", rows_json(l, a), "drafts_of_others",
			 s.drafts && (s.all || s.match_count), "voided", s.all, "fields",
			 fields_json(l, &s, a));
}

static json_t *objects_json(const struct reach *r)
{
	struct reach_object object[REACH_OBJECTS_MAX];
	size_t i, count = reach_objects(r, object);
	json_t *list = json_array();

	for (i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:s,s:s}", "object", object[i].name,
						"label", object[i].label, "scope", object[i].scope,
						"scope_label", object[i].scope_label));
	return list;
}

json_t *reach_json(const struct reach *r)
{
	size_t route_count, ledger_count, i;
	const struct route *routes = page_routes(&route_count);
	const struct ledger_def *const *all = define_ledgers(r->defs, &ledger_count);
	json_t *list = json_array(), *ledgers = json_array();

	for (i = 0; i < route_count; i++)
		json_array_append_new(list, route_json(r, &routes[i]));
	for (i = 0; i < ledger_count; i++)
		json_array_append_new(ledgers, ledger_json_of(r, all[i]));
	return json_pack("{s:s,s:s,s:s*,s:s,s:o,s:o,s:o}", "role", role_name(r->who.role), "label",
			 role_label(r->who.role), "profession", r->who.profession, "rounds",
			 reach_rounds(r), "objects", objects_json(r), "routes", list, "ledgers",
			 ledgers);
}
