/* Which views were noted a moment ago: looking at one page again is not news. */
#include <string.h>

#include "identity/event.h"
#include "identity/state.h"

#define WINDOW_US (INT64_C(60) * 1000000)

bool event_fresh(struct store *s, const char *what)
{
	struct identity_state *st = identity_state(s);
	uint8_t hash[HASH_SIZE];
	struct event_seen *seen;
	int64_t now;
	bool fresh;

	if (!st)
		return true;
	now = identity_mono(st);
	hash_bytes(what, strlen(what), hash);
	pthread_mutex_lock(&st->lock);
	/* Two views that share a place only count once more each. */
	seen = &st->seen[(hash[0] | hash[1] << 8) % EVENTS_SEEN];
	fresh = memcmp(seen->key, hash + 2, sizeof seen->key) != 0 || now < seen->at ||
		now - seen->at >= WINDOW_US;
	if (fresh) {
		memcpy(seen->key, hash + 2, sizeof seen->key);
		seen->at = now;
	}
	pthread_mutex_unlock(&st->lock);
	return fresh;
}
