/*
 * What the facility decided about signing in: password rules of an edition of the
 * guideline, who needs a second factor from when, how long temporary means last, how
 * soon screens lock. A fact of kind "policy" (part "internal": every value by name); the
 * table `policy` is its projection. Without one the defaults of policy.def hold.
 * Guideline 6.0 control 14 (1)-(6), Q&A 54; 7.0 control 14, 14.1.1.
 */
#ifndef DAICHO_IDENTITY_POLICY_H
#define DAICHO_IDENTITY_POLICY_H

#include "base/clock.h"
#include "identity/identity.h"

/* One choice of password rules (password_rules.def). */
struct password_rules {
	const char *name, *label;
	int alone, with_factor; /* least characters */
	bool symbol;		/* signs wanted beside letters and digits */
	int change_days;	/* without a second factor; 0: never */
	const char *document, *place, *why;
};
/* All of them; ret_count is how many. */
const struct password_rules *password_rules_all(size_t *ret_count);

struct access_policy {
	int64_t seq; /* leaf of the decision, -1 while the defaults hold */
	int rules;   /* index into password_rules_all */
	int past_passwords, first_days;
	role_set two_factor;
	char two_factor_from[DATE_SIZE];
	int two_factor_days;
	int bypass_hours, four_eyes;
	int idle_personal, idle_shared, idle_ward, idle_kiosk; /* minutes */
	int absolute_hours;
	int emergency_hours, emergency_chase_hours, proxy_days;
};

enum policy_type { POLICY_RULES, POLICY_ROLES, POLICY_DATE, POLICY_INT, POLICY_BOOL };

/* One row of policy.def, for forms and lists. */
struct policy_field {
	const char *name;
	enum policy_type type;
	const char *initial;
	int least, most;
	const char *label, *help, *source;
};
const struct policy_field *policy_fields(size_t *ret_count);
/* Value of field i as stored text; lives in the arena. */
const char *policy_text(const struct access_policy *p, size_t i, struct arena *arena);
/* Sets field i from text; ERR_INVALID names the field. */
int policy_set(struct access_policy *p, size_t i, const char *text, struct err *err);

void policy_defaults(struct access_policy *ret);
/* The rules in force. */
const struct password_rules *policy_rules(const struct access_policy *p);
/* What holds now. Kept in memory between changes: cheap enough for every request. */
int policy_current(struct store *s, struct access_policy *ret, struct err *err);
/* As written in this snapshot. */
int policy_load(struct conn *c, struct access_policy *ret, struct err *err);
/* Writes a new decision and its access event (RIGHTS). Needs PERM_ACCOUNTS. */
int policy_put(struct store *s, const struct actor *by, const struct access_policy *p,
	       struct err *err);

/* The day from which this account must have a second factor ("" : never): that of the
 * policy, or some days after the account was made where that is later. */
void policy_factor_from(const struct access_policy *p, const struct account *a,
			char ret[DATE_SIZE]);
/* True if the account has to enrol a second factor before it may do anything else. */
bool policy_must_enrol(const struct access_policy *p, const struct account *a, const char *today);

/* Compares the table with the newest fact; part of identity_audit. */
int policy_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		 struct err *err);

#endif
