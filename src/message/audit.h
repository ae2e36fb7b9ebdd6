/* What AuditMessage and AuditEvent have in common: codes, outcomes and who is who. */
#ifndef DAICHO_MESSAGE_AUDIT_H
#define DAICHO_MESSAGE_AUDIT_H

#include "message/shape.h"

/* What an event code and its types (most telling first) mean, with the action letter ("" none)
 * and outcome (0, 4, 8 or 12 as text) as they stand there. */
struct audit_codes {
	const char *event, *types[4];
	size_t type_count;
	const char *event_name; /* how the message calls it: "Login" where the code says nothing */
	const char *letter, *outcome;
};

void audit_codes_set(struct shape *s, const struct audit_codes *codes);

/* One participant, of those the message names. */
struct audit_agent {
	const char *user, *alternative, *name, *role, *role_code, *address, *address_type;
	bool requestor, human;
};

/* User, role and terminal out of the participants. */
void audit_agents_set(struct shape *s, const struct audit_agent *agents, size_t count);

#define AUDIT_AGENTS_MAX 64 /* those behind stand in detail only */

/* The identifier itself of "123^^^&1.2.3&ISO". */
size_t audit_bare_id(const char *id);

#endif
