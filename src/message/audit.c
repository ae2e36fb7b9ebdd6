#include "message/audit.h"

#include <string.h>
#include <strings.h>

#define BY_ACTION (-2)
#define NOT_KNOWN (-1)

static int of_code(const char *code)
{
	static const struct {
		const char *code;
		int action;
	} codes[] = {
#define MESSAGE_BY_ACTION BY_ACTION
#define CODE(code, action) { code, MESSAGE_##action },
#include "message/dicom.def"
#undef CODE
#undef MESSAGE_BY_ACTION
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].action;
	return NOT_KNOWN;
}

static enum message_action of_letter(const char *letter)
{
	switch (*letter) {
	case 'C': return MESSAGE_CREATE;
	case 'R': return MESSAGE_VIEW;
	case 'U': return MESSAGE_CHANGE;
	case 'D': return MESSAGE_DELETE;
	default: return MESSAGE_OTHER;
	}
}

/* Senders that write no code at all (OpenEMR) still name the event. */
static int of_name(const char *name)
{
	static const struct {
		const char *part;
		enum message_action action;
	} names[] = {
		{ "logout", MESSAGE_SIGNOUT }, { "login", MESSAGE_SIGNIN },
		{ "query", MESSAGE_SEARCH },   { "search", MESSAGE_SEARCH },
		{ "print", MESSAGE_PRINT },    { "export", MESSAGE_EXPORT },
		{ "import", MESSAGE_IMPORT },  { "breakglass", MESSAGE_EMERGENCY },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasestr(name, names[i].part))
			return (int)names[i].action;
	return NOT_KNOWN;
}

static int action_of(const struct audit_codes *c)
{
	int event = of_code(c->event), known;

	/* A type says more than its event, but an export stays one however it is done. */
	if (event == MESSAGE_EXPORT || event == MESSAGE_IMPORT || event == MESSAGE_SEARCH)
		return event;
	for (size_t i = 0; i < c->type_count; i++) {
		known = of_code(c->types[i]);
		if (known >= 0)
			return known;
	}
	if (event >= 0)
		return event;
	known = event == NOT_KNOWN ? of_name(c->event_name) : NOT_KNOWN;
	return known >= 0 ? known : (int)of_letter(c->letter);
}

/* A consent or a restricted function refused is an access refused. */
static bool guards(const struct audit_codes *c)
{
	for (size_t i = 0; i < c->type_count; i++)
		if (strcmp(c->types[i], "AuthZ-Consent") == 0 || strcmp(c->types[i], "110132") == 0)
			return true;
	return false;
}

void audit_codes_set(struct shape *s, const struct audit_codes *c)
{
	bool failed = strcmp(c->outcome, "4") == 0 || strcmp(c->outcome, "8") == 0 ||
		      strcmp(c->outcome, "12") == 0;

	s->action = (enum message_action)action_of(c);
	s->outcome = strcmp(c->outcome, "0") == 0 ? MESSAGE_OK
		     : failed			  ? MESSAGE_FAILED
						  : MESSAGE_UNKNOWN;
	if (failed && guards(c))
		s->action = MESSAGE_REFUSED;
	if (failed && (s->action == MESSAGE_SIGNIN || s->action == MESSAGE_REFUSED))
		s->outcome = MESSAGE_DENIED;
}

static bool machine(const struct audit_agent *a)
{
	static const char *const codes[] = { "110150", "110152", "110153", "110154", "110155" };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(a->role_code, codes[i]) == 0)
			return true;
	return false;
}

/* Who asked: a requestor who is a person before one that is a machine; if nobody says so, a
 * participant that plays no machine's part. */
static const struct audit_agent *asker(const struct audit_agent *a, size_t count)
{
	const struct audit_agent *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (a[i].requestor && (!found || (machine(found) && !machine(&a[i]))))
			found = &a[i];
	for (size_t i = 0; i < count && !found; i++)
		if (a[i].human && *a[i].user)
			found = &a[i];
	for (size_t i = 0; i < count && !found; i++)
		if (*a[i].user && !machine(&a[i]) && strcmp(a[i].address_type, "5") != 0)
			found = &a[i];
	return found;
}

/* A person without an address sat at the client: on reading and importing the destination of the
 * data, else their source (IHE BALP; the same holds for XDS). Addresses of services are none. */
static const char *place(const struct shape *s, const struct audit_agent *a, size_t count)
{
	const char *client =
		s->action == MESSAGE_VIEW || s->action == MESSAGE_IMPORT ? "110152" : "110153";

	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i].role_code, client) == 0 && *a[i].address &&
		    strcmp(a[i].address_type, "5") != 0)
			return a[i].address;
	for (size_t i = 0; i < count; i++)
		if (*a[i].address && strcmp(a[i].role_code, "110150") == 0)
			return a[i].address;
	return "";
}

void audit_agents_set(struct shape *s, const struct audit_agent *agents, size_t count)
{
	const struct audit_agent *who = asker(agents, count);

	if (who) {
		shape_put(s, TEXT_USER, *who->user ? who->user : who->alternative);
		shape_put(s, TEXT_USER_NAME, who->name);
		shape_put(s, TEXT_ROLE, who->role);
	}
	shape_put(s, TEXT_TERMINAL, who && *who->address ? who->address : place(s, agents, count));
}

size_t audit_bare_id(const char *id)
{
	return strcspn(id, "^");
}
