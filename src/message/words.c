#include "message/message.h"

#include <string.h>

static const struct {
	const char *name, *label;
} actions[MESSAGE_ACTIONS] = {
#define ACTION(constant, name, label) [MESSAGE_##constant] = { name, label },
#include "message/actions.def"
#undef ACTION
};

const char *message_action_name(enum message_action a)
{
	return a < MESSAGE_ACTIONS ? actions[a].name : "";
}

const char *message_action_label(enum message_action a)
{
	return a < MESSAGE_ACTIONS ? actions[a].label : "";
}

int message_action_parse(const char *name)
{
	for (int i = 0; i < MESSAGE_ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return i;
	return -1;
}

const char *message_outcome_name(enum message_outcome o)
{
	switch (o) {
	case MESSAGE_OK: return "ok";
	case MESSAGE_DENIED: return "refused";
	case MESSAGE_FAILED: return "failed";
	case MESSAGE_UNKNOWN: break;
	}
	return "";
}
