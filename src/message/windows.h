/* What a Windows event means, whatever it was written in. */
#ifndef DAICHO_MESSAGE_WINDOWS_H
#define DAICHO_MESSAGE_WINDOWS_H

#include "message/shape.h"

/* Gives a named value of the event ("TargetUserName"), "" if it has none. */
typedef const char *windows_value(void *arg, const char *name);

/* Sets action, outcome, user, terminal, object and session. The host is set already. */
void windows_meaning(struct shape *s, long id, const char *provider, bool refused,
		     windows_value *get, void *arg);
/* An address without its IPv4 mapping; "" for the machine itself. */
const char *windows_address(const char *s);

#endif
