/* What the text of a Linux program says, by the patterns of linux.def. */
#include <string.h>

#include "message/read.h"

struct found {
	const char *text[3]; /* user, address, object */
	size_t len[3];
};

static const char *last_of(const char *s, const char *end, const char *text, size_t len)
{
	size_t room = (size_t)(end - s);

	for (size_t at = room < len ? 0 : room - len + 1; at-- > 0;)
		if (memcmp(s + at, text, len) == 0)
			return s + at;
	return NULL;
}

/* Matches the pattern against all of the text; a field ends where the text behind it begins, %U
 * where it begins for the last time. */
static bool matches(const char *p, const char *s, const char *end, struct found *f)
{
	static const char kinds[] = "uao";

	for (; *p; p++) {
		const char *kind, *stop, *next = p + 2;
		size_t n;

		if (*p != '%') {
			if (s == end || *s++ != *p)
				return false;
			continue;
		}
		if (p[1] == '*')
			return true;
		kind = strchr(kinds, p[1] == 'U' ? 'u' : p[1]);
		n = strcspn(next, "%");
		stop = !n	     ? end
		       : p[1] == 'U' ? last_of(s, end, next, n)
				     : memmem(s, (size_t)(end - s), next, n);
		if (!stop)
			return false;
		if (kind) {
			f->text[kind - kinds] = s;
			f->len[kind - kinds] = (size_t)(stop - s);
		} else if (p[1] == '_' && memchr(s, '\n', (size_t)(stop - s))) {
			return false;
		}
		s = stop;
		p++;
	}
	return s == end;
}

/* What stands behind a name that stands there once; names that somebody chose may bring it along
 * a second time, and then nobody knows which is meant: nothing. */
static void pam_value(struct shape *s, enum shape_text which, const char *text, size_t len,
		      const char *name)
{
	size_t n = strlen(name), left, size = 0;
	const char *at = memmem(text, len, name, n);

	if (!at)
		return;
	at += n;
	left = len - (size_t)(at - text);
	if (memmem(at, left, name, n))
		return;
	while (size < left && at[size] != ' ')
		size++;
	shape_set(s, which, at, size);
}

/* PAM's own words of a failure: rhost= and user= stand in any order. */
static void pam_failure(struct shape *s, const char *text, size_t len)
{
	pam_value(s, TEXT_TERMINAL, text, len, " rhost=");
	pam_value(s, TEXT_USER, text, len, " user=");
	/* sshd says the same again in a line of its own. */
	s->action = strncmp(s->text[TEXT_APP], "sshd", 4) == 0 ? MESSAGE_OTHER : MESSAGE_SIGNIN;
	s->outcome = MESSAGE_DENIED;
}

static bool program_is(const char *app, const char *want)
{
	const char *slash = strrchr(app, '/');

	app = slash ? slash + 1 : app;
	/* OpenSSH 9.8 and later speak through sshd-session. */
	return !*want || strcmp(app, want) == 0 ||
	       (strcmp(want, "sshd") == 0 && strcmp(app, "sshd-session") == 0);
}

void linux_fill(struct reading *r, struct shape *s, const char *text, size_t len)
{
	static const struct {
		const char *program, *pattern;
		enum message_action action;
		enum message_outcome outcome;
	} lines[] = {
#define LINE(program, pattern, action, outcome) \
	{ program, pattern, MESSAGE_##action, MESSAGE_##outcome },
#include "message/linux.def"
#undef LINE
	};
	const char *copy = arena_strndup(&r->arena, text, len), *end = text + len;
	const char *from = text;

	if (copy)
		part_text(&r->arena, s->detail, "text", copy, len);
	while (from < end && *from == ' ')
		from++;
	if (memmem(text, len, "authentication failure;", 23)) {
		pam_failure(s, text, len);
		return;
	}
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct found f = { 0 };

		if (!program_is(s->text[TEXT_APP], lines[i].program) ||
		    !matches(lines[i].pattern, from, end, &f))
			continue;
		s->action = lines[i].action;
		s->outcome = lines[i].outcome;
		if (f.text[0])
			shape_set(s, TEXT_USER, f.text[0], f.len[0]);
		if (f.text[1])
			shape_set(s, TEXT_TERMINAL, f.text[1], f.len[1]);
		if (f.text[2])
			shape_set(s, TEXT_OBJECT, f.text[2], f.len[2]);
		return;
	}
}
