#include "identity/attempt.h"

#include <stdio.h>
#include <string.h>

#include "identity/state.h"

#define SECOND_US INT64_C(1000000)

/* About ten tries in fifteen minutes for one login from one address; milder
 * limits against many addresses on one login and many logins from one address,
 * which must not keep a whole ward out. */
static const struct throttle_rule rules[] = {
	{ "pair", 3, 10 * SECOND_US, 300 * SECOND_US },
	{ "login", 15, 5 * SECOND_US, 60 * SECOND_US },
	{ "address", 40, 5 * SECOND_US, 60 * SECOND_US },
};

/* Remembers from where somebody has signed in: tries from elsewhere must not keep
 * that person out. Never delays. */
static const struct throttle_rule known = { "known", INT32_MAX, 0, 0 };

#define RULE_COUNT (sizeof rules / sizeof rules[0])

static void pair_text(const struct attempt *a, char *ret, size_t size)
{
	snprintf(ret, size, "%s\n%s", a->login, a->address ? a->address : "");
}

/* What rule i counts; false where it does not apply. */
static bool subject(const struct attempt *a, size_t i, bool is_known, char *ret, size_t size)
{
	if (i == 0)
		pair_text(a, ret, size);
	else
		snprintf(ret, size, "%s", i == 1 ? a->login : a->address ? a->address : "");
	return i == 0 || (a->address && !(i == 1 && is_known));
}

int attempt_begin(struct store *s, const struct attempt *a, struct err *err)
{
	struct identity_state *st = identity_state(s);
	int64_t now, wait = 0, one;
	char text[512];
	bool is_known;
	size_t i;

	if (!st)
		return err_nomem(err);
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	pair_text(a, text, sizeof text);
	is_known = throttle_knows(&st->throttle, &known, text);
	for (i = 0; i < RULE_COUNT; i++) {
		one = subject(a, i, is_known, text, sizeof text)
			      ? throttle_wait(&st->throttle, &rules[i], text, now)
			      : 0;
		wait = one > wait ? one : wait;
	}
	for (i = 0; i < RULE_COUNT && wait == 0; i++)
		if (subject(a, i, is_known, text, sizeof text))
			throttle_enter(&st->throttle, &rules[i], text, now);
	pthread_mutex_unlock(&st->lock);
	if (wait == 0)
		return 0;
	return err_set(err, ERR_BUSY,
		       "続けて間違えたため、しばらく受け付けません。あと%lld秒待ってから"
		       "もう一度お試しください。",
		       (long long)((wait + SECOND_US - 1) / SECOND_US));
}

void attempt_right(struct store *s, const struct attempt *a)
{
	struct identity_state *st = identity_state(s);
	char text[512];
	int64_t now;
	size_t i;

	if (!st)
		return;
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	for (i = 0; i < RULE_COUNT; i++)
		if (subject(a, i, false, text, sizeof text))
			throttle_clear(&st->throttle, &rules[i], text);
	pair_text(a, text, sizeof text);
	throttle_enter(&st->throttle, &known, text, now);
	pthread_mutex_unlock(&st->lock);
}
