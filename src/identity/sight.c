#include "identity/sight.h"

#include <string.h>

static bool is_program(const struct actor *who)
{
	return strcmp(who->account, actor_system.account) == 0;
}

static void see_all(struct sight *s)
{
	s->all = true;
	s->drafts = true;
	memset(s->hidden, 0, sizeof s->hidden);
}

static void add_match(struct sight *s, int field, const char *value)
{
	if (value && *value && s->match_count < SIGHT_MATCHES_MAX)
		s->match[s->match_count++] = (struct sight_match){ field, value };
}

/* What of the account the fields of a scope are compared with. */
static const char *compared(const struct actor *who, enum scope_kind scope)
{
	switch (scope) {
	case SCOPE_OWN: return who->account;
	case SCOPE_DEPARTMENT: return who->department;
	case SCOPE_SITE: return who->site;
	default: return who->vendor;
	}
}

static void set_rows(const struct actor *who, const struct role_access *a, struct sight *s)
{
	size_t i;

	switch (a->scope) {
	case SCOPE_ALL: s->all = true; break;
	case SCOPE_OPENED: s->all = actor_opened(who, "ledger", s->def->name); break;
	case SCOPE_ITSELF: add_match(s, -1, who->vendor); break;
	case SCOPE_OWN:
	case SCOPE_DEPARTMENT:
	case SCOPE_SITE:
	case SCOPE_VENDOR:
		for (i = 0; i < a->field_count; i++)
			add_match(s, a->field[i], compared(who, a->scope));
		break;
	default: break;
	}
}

static bool named(const struct strings *list, const char *text)
{
	size_t i;

	for (i = 0; text && i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return true;
	return false;
}

static void set_fields(const struct actor *who, const struct role_access *a, struct sight *s)
{
	unsigned classes = a->classes;
	size_t i;

	if (named(&s->def->access.patient, who->profession))
		classes |= 1U << CLASS_PATIENT;
	for (i = 0; i < s->def->field_count && i < SIGHT_FIELDS_MAX; i++)
		s->hidden[i] = !(classes >> s->def->field[i].class & 1U);
	for (i = 0; i < a->hidden_count && a->hidden[i] < SIGHT_FIELDS_MAX; i++)
		s->hidden[a->hidden[i]] = true;
	for (i = 0; i < s->def->field_count; i++)
		s->hides |= !sight_field(s, (int)i);
}

/* Drafts are for those who can do something with them, and for the auditor, who reads
 * everything. */
static bool sees_drafts(const struct actor *who, const struct ledger_def *def)
{
	const struct workflow_def *w = &def->workflow;
	role_set roles = def->permission[PERMIT_EDIT] | w->confirm.roles | w->approve.roles |
			 w->return_.roles | w->void_.roles | def->access.drafts |
			 1U << ROLE_AUDITOR;

	return roles >> who->role & 1U;
}

void sight_of(const struct actor *who, const struct ledger_def *def, struct sight *ret)
{
	const struct role_access *a;

	memset(ret, 0, sizeof *ret);
	memset(ret->hidden, 1, sizeof ret->hidden);
	ret->def = def;
	ret->hides = true;
	ret->account = who ? who->account : "";
	if (!who || (unsigned)who->role >= ROLE_MAX)
		return;
	ret->hides = false;
	if (is_program(who)) {
		see_all(ret);
		return;
	}
	a = &def->access.role[who->role];
	set_rows(who, a, ret);
	ret->drafts = sees_drafts(who, def);
	set_fields(who, a, ret);
}

bool sight_field(const struct sight *s, int field)
{
	return field >= 0 && field < SIGHT_FIELDS_MAX && !s->hidden[field];
}

bool sight_in_scope(const struct sight *s, const char *id, const char *const *value)
{
	size_t i;

	if (s->all)
		return true;
	for (i = 0; i < s->match_count; i++) {
		const struct sight_match *m = &s->match[i];

		if (strcmp(m->field < 0 ? id : value[m->field], m->value) == 0)
			return true;
	}
	return false;
}

bool sight_sees(const struct sight *s, const struct sighted *e)
{
	if (!sight_in_scope(s, e->id, e->value) || (e->voided && !s->all))
		return false;
	return !e->draft || s->drafts || strcmp(e->actor, s->account) == 0 ||
	       strcmp(e->behalf, s->account) == 0;
}

bool actor_opened(const struct actor *who, const char *kind, const char *name)
{
	size_t kind_len = strlen(kind), name_len = strlen(name);
	const char *line = who->opened ? who->opened : "";

	while (*line) {
		size_t len = strcspn(line, "\n");

		if (len == kind_len + 1 + name_len && memcmp(line, kind, kind_len) == 0 &&
		    line[kind_len] == ' ' && memcmp(line + kind_len + 1, name, name_len) == 0)
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

/* "vendor:<entry>" or "contract:<entry>/<contract>" of this vendor. */
static bool scope_of_vendor(const char *scope, const char *vendor)
{
	static const char whole[] = "vendor:", part[] = "contract:";
	size_t len = vendor ? strlen(vendor) : 0;

	if (!len)
		return false;
	if (strncmp(scope, whole, sizeof whole - 1) == 0)
		return strcmp(scope + sizeof whole - 1, vendor) == 0;
	return strncmp(scope, part, sizeof part - 1) == 0 &&
	       strncmp(scope + sizeof part - 1, vendor, len) == 0 &&
	       scope[sizeof part - 1 + len] == '/';
}

bool sight_round(const struct actor *who, const char *id, const char *scope)
{
	if (is_program(who))
		return true;
	if (who->round && strcmp(who->round, id) != 0)
		return false;
	switch (who->role) {
	case ROLE_INSPECTOR: return actor_opened(who, "round", id);
	case ROLE_VENDOR: return scope_of_vendor(scope, who->vendor);
	default: return true;
	}
}
