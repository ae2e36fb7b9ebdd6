/* AuditMessage as DICOM PS3.15 A.5 writes it (csd-code, originalText), and RFC 3881 (code,
 * displayName). Both arrive at the same port, so each name is looked for in both. */
#include <string.h>

#include "message/audit.h"
#include "message/moment.h"
#include "message/read.h"

static const char *either(const struct part *p, const char *one, const char *other)
{
	const char *s = part_str(p, one);

	return *s ? s : part_str(p, other);
}

static const char *code(const struct part *p)
{
	return either(p, "@csd-code", "@code");
}

static const char *name(const struct part *p)
{
	return either(p, "@originalText", "@displayName");
}

static bool yes(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "1") == 0;
}

/* Film and paper (PS3.16 CID 405). */
static bool printed(const struct part *participant)
{
	const char *medium = code(part_get(part_get(participant, "MediaIdentifier"), "MediaType"));

	return strcmp(medium, "110010") == 0 || strcmp(medium, "110038") == 0;
}

static void take_codes(struct shape *s, const struct part *event)
{
	const struct part *id = part_get(event, "EventID");
	struct audit_codes c = { .event = code(id),
				 .event_name = name(id),
				 .letter = part_str(event, "@EventActionCode"),
				 .outcome = part_str(event, "@EventOutcomeIndicator") };

	for (const struct part *t = part_get(event, "EventTypeCode"); t && c.type_count < 4;
	     t = part_again(t))
		c.types[c.type_count++] = code(t);
	audit_codes_set(s, &c);
	moment_set(s, part_str(event, "@EventDateTime"));
}

static void take_agents(struct shape *s, const struct part *root)
{
	struct audit_agent a[AUDIT_AGENTS_MAX];
	size_t n = 0;

	for (const struct part *p = part_get(root, "ActiveParticipant"); p && n < AUDIT_AGENTS_MAX;
	     p = part_again(p)) {
		const struct part *role = part_get(p, "RoleIDCode");

		if (s->action == MESSAGE_EXPORT && printed(p))
			s->action = MESSAGE_PRINT;
		a[n++] = (struct audit_agent){
			.user = part_str(p, "@UserID"),
			.alternative = part_str(p, "@AlternativeUserID"),
			.name = part_str(p, "@UserName"),
			.role = *name(role) ? name(role) : code(role),
			.role_code = code(role),
			.address = part_str(p, "@NetworkAccessPointID"),
			.address_type = part_str(p, "@NetworkAccessPointTypeCode"),
			.requestor = yes(part_str(p, "@UserIsRequestor")),
		};
	}
	audit_agents_set(s, a, n);
}

static void take_object(struct shape *s, const struct part *p)
{
	const struct part *kind = part_get(p, "ParticipantObjectIDTypeCode");
	const char *id = part_str(p, "@ParticipantObjectID");

	shape_put(s, TEXT_OBJECT, *id ? id : part_str(p, "ParticipantObjectName"));
	shape_put(s, TEXT_OBJECT_KIND, *name(kind) ? name(kind) : code(kind));
}

/* The patients (type 1, role 1); the first thing that is neither one nor a search, else the
 * search (role 24), whose text stays in detail as it came. */
static void take_objects(struct shape *s, const struct part *root)
{
	const struct part *object = NULL, *search = NULL, *other = NULL;

	for (const struct part *p = part_get(root, "ParticipantObjectIdentification"); p;
	     p = part_again(p)) {
		const char *type = part_str(p, "@ParticipantObjectTypeCode");
		const char *role = part_str(p, "@ParticipantObjectTypeCodeRole");
		const char *id = part_str(p, "@ParticipantObjectID");

		if (strcmp(type, "1") == 0 && strcmp(role, "1") == 0) {
			if (!s->text[TEXT_PATIENT][0])
				shape_put(s, TEXT_PATIENT_NAME,
					  part_str(p, "ParticipantObjectName"));
			shape_patient(s, id, audit_bare_id(id));
		} else if (strcmp(role, "24") == 0) {
			search = search ? search : p;
		} else if (strcmp(type, "2") == 0) {
			object = object ? object : p;
		} else {
			other = other ? other : p;
		}
	}
	if (object || search || other)
		take_object(s, object ? object : search ? search : other);
}

void atna_fill(struct reading *r, struct shape *s, struct part *root)
{
	const struct part *event = part_get(root, "EventIdentification");

	(void)r;
	if (!event) {
		s->fault = MESSAGE_FAULT_NO_EVENT;
		return;
	}
	take_codes(s, event);
	take_agents(s, root);
	take_objects(s, root);
	shape_put(s, TEXT_SOURCE,
		  part_str(part_get(root, "AuditSourceIdentification"), "@AuditSourceID"));
	read_keep(s, "AuditMessage", root);
}
