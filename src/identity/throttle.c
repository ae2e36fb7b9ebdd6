#include "identity/throttle.h"

#include <stdio.h>
#include <string.h>

#define FORGET_US (INT64_C(24) * 3600 * 1000000)
/* For each failure an entry outlives one without by so much, up to two hours: longer than
 * the delay that its failures have earned, so that waiting for the end of the delay and then
 * filling the table gains nothing. */
#define WEIGHT_US (INT64_C(300) * 1000000)
#define WEIGHT_MOST 24

void throttle_init(struct throttle *t)
{
	memset(t, 0, sizeof *t);
	random_bytes(t->salt, sizeof t->salt);
}

/* Until when it is worth keeping. */
static int64_t worth_until(const struct throttle_entry *e)
{
	int64_t by_fails = e->last + (e->fails < WEIGHT_MOST ? e->fails : WEIGHT_MOST) * WEIGHT_US;

	return by_fails > e->until ? by_fails : e->until;
}

static struct throttle_entry *find_entry(struct throttle *t, const struct throttle_rule *rule,
					 const char *subject, bool make)
{
	uint8_t digest[HASH_SIZE];
	struct hash_part part[] = { { t->salt, sizeof t->salt },
				    { rule->kind, strlen(rule->kind) + 1 },
				    { subject, strlen(subject) } };
	struct throttle_entry *set, *least;
	size_t i;

	hash_parts(part, 3, digest);
	set = t->entry[(digest[16] | (unsigned)digest[17] << 8) % THROTTLE_SETS];
	least = set;
	for (i = 0; i < THROTTLE_WAYS; i++) {
		if (set[i].fails && memcmp(set[i].key, digest, sizeof set[i].key) == 0)
			return &set[i];
		if (!set[i].fails || (least->fails && worth_until(&set[i]) < worth_until(least)))
			least = &set[i];
	}
	if (!make)
		return NULL;
	memset(least, 0, sizeof *least);
	memcpy(least->key, digest, sizeof least->key);
	return least;
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

/* What the time since the last try has made good. */
static int recovered(const struct throttle_rule *rule, const struct throttle_entry *e,
		     int64_t now_us)
{
	int64_t gone = now_us - e->last, back = rule->recover_us ? gone / rule->recover_us : 0;

	if (gone > (rule->forget_us ? rule->forget_us : FORGET_US) || back > e->fails)
		return e->fails;
	return (int)back;
}

int64_t throttle_enter(struct throttle *t, const struct throttle_rule *rule, const char *subject,
		       int64_t now_us)
{
	struct throttle_entry *e = find_entry(t, rule, subject, true);

	if (e->until > now_us)
		return e->until - now_us;
	e->fails += 1 - recovered(rule, e, now_us);
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
