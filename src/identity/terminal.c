#include "identity/terminal.h"

#include <string.h>

#include "identity/policy.h"

#define MINUTE_US (INT64_C(60) * 1000000)

static const struct {
	const char *name, *label, *help;
	int keep_minutes;
} classes[] = {
#define TERMINAL(id, name, label, keep, help) { name, label, help, keep },
#include "identity/terminal.def"
#undef TERMINAL
};

const char *terminal_name(enum terminal_class c)
{
	return (unsigned)c < TERMINAL_MAX ? classes[c].name : "";
}

const char *terminal_label(enum terminal_class c)
{
	return (unsigned)c < TERMINAL_MAX ? classes[c].label : "";
}

const char *terminal_help(enum terminal_class c)
{
	return (unsigned)c < TERMINAL_MAX ? classes[c].help : "";
}

int terminal_parse(const char *text)
{
	size_t n = text ? strcspn(text, " ") : 0;
	int c;

	for (c = 0; n && c < TERMINAL_MAX; c++)
		if (strlen(classes[c].name) == n && memcmp(classes[c].name, text, n) == 0)
			return c;
	return -1;
}

const char *terminal_given(const char *text)
{
	const char *space = text ? strchr(text, ' ') : NULL;

	return space ? space + 1 : "";
}

void session_limits(struct store *s, const char *terminal, struct session_limits *ret)
{
	struct access_policy p;
	/* Whoever did not say where they sit is taken to sit among others. */
	int c = terminal_parse(terminal) < 0 ? TERMINAL_SHARED : terminal_parse(terminal);
	int idle;

	if (policy_current(s, &p, NULL) < 0)
		policy_defaults(&p);
	idle = c == TERMINAL_PERSONAL ? p.idle_personal
	       : c == TERMINAL_WARD   ? p.idle_ward
	       : c == TERMINAL_KIOSK  ? p.idle_kiosk
				      : p.idle_shared;
	ret->idle_us = idle * MINUTE_US;
	ret->keep_us = classes[c].keep_minutes * MINUTE_US;
	ret->absolute_us = p.absolute_hours * 60 * MINUTE_US;
}
