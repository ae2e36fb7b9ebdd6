/* Who does an item of a contract: as stored, as people read and type it. */
#include <string.h>

#include "base/fold.h"
#include "round/round.h"

static const struct {
	const char *name, *label;
} doers[DOER_MAX] = {
	{ "", "" },	     { "hospital", "医療機関" }, { "vendor", "事業者" },
	{ "joint", "共同" }, { "none", "対象外" },
};

const char *doer_name(enum doer d)
{
	return doers[d].name;
}

const char *doer_label(enum doer d)
{
	return doers[d].label;
}

int doer_parse(const char *typed)
{
	char key[64], want[64];
	int d;

	if (fold_key(typed, key, sizeof key) < 0)
		return -1;
	for (d = 0; d < DOER_MAX; d++) {
		if (strcmp(doers[d].name, key) == 0)
			return d;
		if (fold_key(doers[d].label, want, sizeof want) >= 0 && strcmp(want, key) == 0)
			return d;
	}
	return -1;
}
