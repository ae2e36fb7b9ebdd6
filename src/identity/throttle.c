#include "identity/throttle.h"

#include <stdio.h>
#include <string.h>

#define FORGET_US (INT64_C(24) * 3600 * 1000000)

void throttle_init(struct throttle *t)
{
	memset(t, 0, sizeof *t);
	random_bytes(t->salt, sizeof t->salt);
}

static struct throttle_entry *find_entry(struct throttle *t, const struct throttle_rule *rule,
					 const char *subject, bool make)
{
	uint8_t digest[HASH_SIZE];
	struct hash_part part[] = { { t->salt, sizeof t->salt },
				    { rule->kind, strlen(rule->kind) + 1 },
				    { subject, strlen(subject) } };
	struct throttle_entry *set, *mildest;
	size_t i;

	hash_parts(part, 3, digest);
	set = t->entry[(digest[16] | (unsigned)digest[17] << 8) % THROTTLE_SETS];
	mildest = set;
	for (i = 0; i < THROTTLE_WAYS; i++) {
		if (set[i].fails && memcmp(set[i].key, digest, sizeof set[i].key) == 0)
			return &set[i];
		if (set[i].until < mildest->until)
			mildest = &set[i];
	}
	if (!make)
		return NULL;
	memset(mildest, 0, sizeof *mildest);
	memcpy(mildest->key, digest, sizeof mildest->key);
	return mildest;
}

static int64_t delay_after(const struct throttle_rule *rule, int fails)
{
	int64_t delay = rule->first_us;
	int i;

	if (fails < rule->free_tries)
		return 0;
	for (i = rule->free_tries; i < fails && delay < rule->most_us; i++)
		delay *= 2;
	return delay < rule->most_us ? delay : rule->most_us;
}

int64_t throttle_wait(struct throttle *t, const struct throttle_rule *rule, const char *subject,
		      int64_t now_us)
{
	struct throttle_entry *e = find_entry(t, rule, subject, false);

	return e && e->until > now_us ? e->until - now_us : 0;
}

int64_t throttle_enter(struct throttle *t, const struct throttle_rule *rule, const char *subject,
		       int64_t now_us)
{
	struct throttle_entry *e = find_entry(t, rule, subject, true);

	if (e->until > now_us)
		return e->until - now_us;
	if (e->fails && now_us - e->last > (rule->forget_us ? rule->forget_us : FORGET_US))
		e->fails = 0;
	e->fails++;
	e->last = now_us;
	e->until = now_us + delay_after(rule, e->fails);
	return 0;
}

bool throttle_knows(struct throttle *t, const struct throttle_rule *rule, const char *subject)
{
	return find_entry(t, rule, subject, false) != NULL;
}

void throttle_undo(struct throttle *t, const struct throttle_rule *rule, const char *subject)
{
	struct throttle_entry *e = find_entry(t, rule, subject, false);

	if (e && e->fails > 0 && --e->fails > 0)
		e->until = e->last;
	else if (e)
		memset(e, 0, sizeof *e);
}

void throttle_clear(struct throttle *t, const struct throttle_rule *rule, const char *subject)
{
	struct throttle_entry *e = find_entry(t, rule, subject, false);

	if (e)
		memset(e, 0, sizeof *e);
}
