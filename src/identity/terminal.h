/*
 * Classes of terminals: how soon a screen locks and how long a locked session waits
 * for its owner depends on who walks past. Guideline 6.0 control 12, 14.
 *
 * In sessions a terminal is one text: its class, and a name after a space where the
 * planner gave it one ("ward 3階東").
 */
#ifndef DAICHO_IDENTITY_TERMINAL_H
#define DAICHO_IDENTITY_TERMINAL_H

#include "identity/sessions.h"

enum terminal_class {
#define TERMINAL(id, name, label, keep, help) TERMINAL_##id,
#include "identity/terminal.def"
#undef TERMINAL
	TERMINAL_MAX
};

const char *terminal_name(enum terminal_class c);  /* "personal" ... */
const char *terminal_label(enum terminal_class c); /* 自分専用の端末 ... */
const char *terminal_help(enum terminal_class c);
/* The class of a name or of a session's text; -1 when it is none. */
int terminal_parse(const char *text);
/* The name after the class in a session's text, "" without one. */
const char *terminal_given(const char *text);

#endif
