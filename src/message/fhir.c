/* FHIR R4 AuditEvent (R4B is the same here), alone or in a Bundle; IHE BALP is a profile of it. */
#include <string.h>

#include "base/fold.h"
#include "message/audit.h"
#include "message/json.h"
#include "message/moment.h"
#include "message/read.h"

static const struct part *first_coding(const struct part *concept)
{
	const struct part *list = part_get(concept, "coding");

	return list ? list->first : NULL;
}

static const char *role_name(const struct part *concept)
{
	const struct part *c = first_coding(concept);
	const char *s = part_str(c, "display");

	if (!*s)
		s = part_str(concept, "text");
	return *s ? s : part_str(c, "code");
}

/* The most certain name of a Reference. */
static const char *reference(const struct part *ref)
{
	const char *s = part_str(part_get(ref, "identifier"), "value");

	if (!*s)
		s = part_str(ref, "reference");
	return *s ? s : part_str(ref, "display");
}

static bool is_true(const struct part *p)
{
	return p && p->kind == PART_TRUE;
}

static void take_codes(struct shape *s, const struct part *e)
{
	const struct part *type = part_get(e, "type"), *list = part_get(e, "subtype");
	struct audit_codes c = { .event = part_str(type, "code"),
				 .event_name = part_str(type, "display"),
				 .letter = part_str(e, "action"),
				 .outcome = part_str(e, "outcome") };

	for (const struct part *t = list ? list->first : NULL; t && c.type_count < 4; t = t->next)
		c.types[c.type_count++] = part_str(t, "code");
	audit_codes_set(s, &c);
	moment_set(s, part_str(e, "recorded"));
}

static struct audit_agent agent_of(const struct part *p)
{
	const struct part *network = part_get(p, "network"), *who = part_get(p, "who");
	const struct part *type = part_get(p, "type"), *roles = part_get(p, "role");
	struct audit_agent a = { .user = part_str(part_get(who, "identifier"), "value"),
				 .alternative = "",
				 .name = part_str(p, "name"),
				 .role = role_name(type),
				 .role_code = part_str(first_coding(type), "code"),
				 .address = part_str(network, "address"),
				 .address_type = part_str(network, "type"),
				 .requestor = is_true(part_get(p, "requestor")) };

	if (!*a.user)
		a.user = part_str(p, "altId");
	if (!*a.user)
		a.user = *reference(who) ? reference(who) : a.name;
	if (!*a.name)
		a.name = part_str(who, "display");
	if (!*a.role && roles && roles->first)
		a.role = role_name(roles->first);
	a.human = strcmp(a.role_code, "humanuser") == 0;
	return a;
}

static void take_agents(struct shape *s, const struct part *e)
{
	const struct part *list = part_get(e, "agent"), *policy;
	struct audit_agent a[AUDIT_AGENTS_MAX];
	size_t n = 0;

	for (const struct part *p = list ? list->first : NULL; p && n < AUDIT_AGENTS_MAX;
	     p = p->next) {
		a[n] = agent_of(p);
		policy = part_get(p, "policy");
		/* BALP: the token by which an application acted for the user. */
		if (a[n].requestor && policy && policy->first)
			shape_put(s, TEXT_SESSION, part_own(policy->first));
		n++;
	}
	audit_agents_set(s, a, n);
}

/* "123" of "Patient/123", "https://.../Patient/123/_history/2", "urn:..." as it is. */
static void take_patient(struct shape *s, const char *ref)
{
	const char *at = strstr(ref, "Patient/");

	if (at)
		ref = at + 8;
	shape_patient(s, ref, at ? strcspn(ref, "/?#") : audit_bare_id(ref));
}

static bool is_patient(const struct part *entity, const char *ref)
{
	const char *type = part_str(part_get(entity, "type"), "code");
	const char *role = part_str(part_get(entity, "role"), "code");

	return (strcmp(type, "1") == 0 && strcmp(role, "1") == 0) ||
	       strncmp(ref, "Patient/", 8) == 0;
}

static void take_object(struct shape *s, const struct part *p)
{
	const char *ref = reference(part_get(p, "what"));
	const char *kind = part_str(part_get(p, "role"), "display");

	shape_put(s, TEXT_OBJECT, *ref ? ref : part_str(p, "name"));
	if (!*kind)
		kind = part_str(part_get(p, "type"), "display");
	shape_put(s, TEXT_OBJECT_KIND, *kind ? kind : part_str(part_get(p, "type"), "code"));
}

static void take_entities(struct shape *s, const struct part *e)
{
	const struct part *list = part_get(e, "entity"), *object = NULL, *search = NULL;

	for (const struct part *p = list ? list->first : NULL; p; p = p->next) {
		const struct part *what = part_get(p, "what");
		const char *ref = reference(what);
		const char *role = part_str(part_get(p, "role"), "code");

		if (is_patient(p, ref)) {
			if (!s->text[TEXT_PATIENT][0])
				shape_put(s, TEXT_PATIENT_NAME,
					  *part_str(p, "name") ? part_str(p, "name")
							       : part_str(what, "display"));
			take_patient(s, ref);
		} else if (strcmp(role, "24") == 0) {
			search = search ? search : p;
		} else if (strcmp(part_str(part_get(p, "type"), "code"), "XrequestId") != 0) {
			object = object ? object : p;
		}
	}
	if (object || search)
		take_object(s, object ? object : search);
}

static bool is_event(const struct part *e)
{
	return e && e->kind == PART_OBJECT &&
	       strcmp(part_str(e, "resourceType"), "AuditEvent") == 0;
}

static void one(struct reading *r, struct shape *s, struct part *e)
{
	const struct part *source = part_get(e, "source");
	const char *id;

	take_codes(s, e);
	take_agents(s, e);
	take_entities(s, e);
	id = reference(part_get(source, "observer"));
	shape_put(s, TEXT_SOURCE, *id ? id : part_str(source, "site"));
	read_keep(s, "AuditEvent", e);
	shape_emit(s, r);
}

/* Takes a member out of its object. */
static struct part *take_out(struct part *of, const char *key)
{
	struct part *before = NULL, *p = of->first;

	while (p && (!p->key || strcmp(p->key, key) != 0))
		before = p, p = p->next;
	if (!p)
		return NULL;
	if (before)
		before->next = p->next;
	else
		of->first = p->next;
	if (of->last == p)
		of->last = before;
	of->count--;
	return p;
}

/* What is known from around the entries of a Bundle. */
struct around {
	char host[MESSAGE_TEXT_MAX + 1], app[MESSAGE_TEXT_MAX + 1];
	int64_t counter;	   /* of the first event only: it counts syslog messages */
	const struct part *syslog; /* NULL: there was no header */
	struct part *bundle;	   /* without its entries; NULL once the first event has it */
};

static void around_take(struct around *a, const struct shape *s, struct part *bundle)
{
	*a = (struct around){ .counter = s->counter,
			      .syslog = part_get(s->detail, "syslog"),
			      .bundle = bundle };
	memcpy(a->host, s->text[TEXT_HOST], sizeof a->host);
	memcpy(a->app, s->text[TEXT_APP], sizeof a->app);
}

static void around_put(struct reading *r, struct shape *s, struct around *a)
{
	struct part *syslog =
		a->syslog ? arena_memdup(&r->arena, a->syslog, sizeof *a->syslog) : NULL;

	if (syslog)
		read_keep(s, "syslog", syslog);
	if (!a->bundle)
		return;
	s->counter = a->counter;
	read_keep(s, "Bundle", a->bundle);
	a->bundle = NULL;
}

/* One entry, or several that are no events; what stands beside an event in its entry is kept. */
static void entry(struct reading *r, struct shape *s, struct part *p, struct around *a)
{
	enum message_fault fault = MESSAGE_FAULT_RESOURCE;
	struct part *event = NULL;

	memcpy(s->text[TEXT_HOST], a->host, sizeof a->host);
	memcpy(s->text[TEXT_APP], a->app, sizeof a->app);
	if (is_event(part_get(p, "resource"))) {
		event = take_out(p, "resource");
		fault = part_get(p, "resource")		      ? MESSAGE_FAULT_TWICE
			: s->to - s->from > MESSAGE_BYTES_MAX ? MESSAGE_FAULT_LARGE
							      : MESSAGE_FAULT_NONE;
	}
	if (fault != MESSAGE_FAULT_NONE) {
		shape_fault(s, r, fault, s->from);
		return;
	}
	around_put(r, s, a);
	if (p->count)
		read_keep(s, "entry", p);
	one(r, s, event);
}

/* Entries that are no events are one message, up to the next event. */
static void bundle(struct reading *r, struct shape *s, struct part *root, size_t base)
{
	struct part *list = take_out(root, "entry"), *next;
	size_t end = s->to;
	struct around a;

	if (part_get(root, "entry")) {
		shape_fault(s, r, MESSAGE_FAULT_TWICE, base);
		return;
	}
	around_take(&a, s, root);
	for (struct part *p = list ? list->first : NULL; p; p = next) {
		size_t from = base + p->from, to = base + p->to;

		next = p->next;
		if (!is_event(part_get(p, "resource")))
			for (; next && !is_event(part_get(next, "resource")); next = next->next)
				to = base + next->to;
		shape_begin(s, r, "fhir", from, to);
		if (r->count + 1 == MESSAGE_EACH_MAX && next) {
			s->to = end;
			shape_fault(s, r, MESSAGE_FAULT_MANY, from);
			return;
		}
		entry(r, s, p, &a);
	}
	if (!r->count)
		shape_fault(s, r, MESSAGE_FAULT_RESOURCE, base);
}

void read_fhir(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base)
{
	enum message_fault fault = MESSAGE_FAULT_JSON;
	struct part *root;
	size_t at;

	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		bytes += 3, len -= 3, base += 3;
	if (!utf8_valid(bytes, len, &at)) {
		shape_fault(s, r, MESSAGE_FAULT_ENCODING, base + at);
		return;
	}
	root = json_parse(r, bytes, len, &fault, &at);
	if (!root)
		shape_fault(s, r, fault, base + at);
	else if (strcmp(part_str(root, "resourceType"), "Bundle") == 0)
		bundle(r, s, root, base);
	else if (!is_event(root))
		shape_fault(s, r, MESSAGE_FAULT_RESOURCE, base);
	else if (len > MESSAGE_BYTES_MAX)
		shape_fault(s, r, MESSAGE_FAULT_LARGE, base);
	else
		one(r, s, root);
}
