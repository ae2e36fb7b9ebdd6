/* The fields of the sign-in policy: text in, text out, and what follows from them. */
#include "identity/policy.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct password_rules rules[] = {
#define RULES(name, label, alone, factor, symbol, days, document, place, why) \
	{ name, label, alone, factor, symbol, days, document, place, why },
#include "identity/password_rules.def"
#undef RULES
};

static const struct policy_field fields[] = {
#define POLICY(member, name, type, initial, least, most, label, help, source) \
	{ name, POLICY_##type, initial, least, most, label, help, source },
#include "identity/policy.def"
#undef POLICY
};

static const size_t places[] = {
#define POLICY(member, name, type, initial, least, most, label, help, source) \
	offsetof(struct access_policy, member),
#include "identity/policy.def"
#undef POLICY
};

#define RULES_COUNT (sizeof rules / sizeof rules[0])
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

const struct password_rules *password_rules_all(size_t *ret_count)
{
	*ret_count = RULES_COUNT;
	return rules;
}

const struct policy_field *policy_fields(size_t *ret_count)
{
	*ret_count = FIELD_COUNT;
	return fields;
}

const struct password_rules *policy_rules(const struct access_policy *p)
{
	return &rules[(size_t)p->rules < RULES_COUNT ? p->rules : 0];
}

static const char *roles_stored(role_set set, struct arena *arena)
{
	const char *text = "";
	int r;

	for (r = 0; r < ROLE_MAX && text; r++)
		if (set >> r & 1U)
			text = arena_printf(arena, "%s%s%s", text, *text ? " " : "",
					    role_name((enum role)r));
	return text ? text : "";
}

const char *policy_text(const struct access_policy *p, size_t i, struct arena *arena)
{
	const void *at = (const char *)p + places[i];
	const char *text;

	if (fields[i].type == POLICY_ROLES)
		return roles_stored(*(const role_set *)at, arena);
	if (fields[i].type == POLICY_RULES)
		return policy_rules(p)->name;
	text = fields[i].type == POLICY_DATE ? arena_strdup(arena, at)
					     : arena_printf(arena, "%d", *(const int *)at);
	return text ? text : "";
}

static int wrong(size_t i, struct err *err)
{
	if (fields[i].type == POLICY_INT)
		return err_field(err, ERR_INVALID, fields[i].name,
				 "「%s」は%dから%dまでの数字にしてください。", fields[i].label,
				 fields[i].least, fields[i].most);
	if (fields[i].type == POLICY_DATE)
		return err_field(err, ERR_INVALID, fields[i].name,
				 "「%s」は 2027-04-01 のように書いてください。", fields[i].label);
	return err_field(err, ERR_INVALID, fields[i].name, "「%s」を選び直してください。",
			 fields[i].label);
}

static bool set_roles(const char *text, role_set *ret)
{
	char name[24];
	size_t len;
	int role;

	for (*ret = 0; *text; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		snprintf(name, sizeof name, "%.*s", (int)len, text);
		role = len ? role_parse(name) : -1;
		if (role < 0)
			return false;
		*ret |= 1U << role;
	}
	return true;
}

static bool set_rules(const char *text, int *ret)
{
	size_t i;

	for (i = 0; i < RULES_COUNT; i++) {
		if (strcmp(rules[i].name, text) == 0) {
			*ret = (int)i;
			return true;
		}
	}
	return false;
}

static bool set_number(const char *text, size_t i, int *ret)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (end == text || *end || v < fields[i].least || v > fields[i].most)
		return false;
	*ret = (int)v;
	return true;
}

int policy_set(struct access_policy *p, size_t i, const char *text, struct err *err)
{
	void *at = (char *)p + places[i];
	bool right = false;

	switch (fields[i].type) {
	case POLICY_RULES: right = set_rules(text, at); break;
	case POLICY_ROLES: right = set_roles(text, at); break;
	case POLICY_DATE:
		right = date_valid(text);
		if (right)
			memcpy(at, text, DATE_SIZE);
		break;
	case POLICY_INT:
	case POLICY_BOOL: right = set_number(text, i, at); break;
	}
	return right ? 0 : wrong(i, err);
}

void policy_defaults(struct access_policy *ret)
{
	size_t i;

	memset(ret, 0, sizeof *ret);
	ret->seq = -1;
	for (i = 0; i < FIELD_COUNT; i++)
		(void)policy_set(ret, i, fields[i].initial, NULL);
}

void policy_factor_from(const struct access_policy *p, const struct account *a, char ret[DATE_SIZE])
{
	char made[DATE_SIZE], grace[DATE_SIZE];

	ret[0] = '\0';
	if (a->kind != ACCOUNT_PERSON || !(p->two_factor >> a->role & 1U))
		return;
	memcpy(ret, p->two_factor_from, DATE_SIZE);
	date_of_us(id_time_us(a->id), made);
	date_add_days(made, p->two_factor_days, grace);
	if (strcmp(grace, ret) > 0)
		memcpy(ret, grace, DATE_SIZE);
}

bool policy_must_enrol(const struct access_policy *p, const struct account *a, const char *today)
{
	char from[DATE_SIZE];

	policy_factor_from(p, a, from);
	/* An envelope holds no telephone: the sealed code and two people stand in for it. */
	return a->kind == ACCOUNT_PERSON && *from && strcmp(from, today) <= 0 &&
	       !account_has_factor(a);
}
