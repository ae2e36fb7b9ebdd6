#include "identity/attempt.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "identity/state.h"

#define SECOND_US INT64_C(1000000)

#define HOUR_US (3600 * SECOND_US)

enum { BY_PAIR, BY_LOGIN, BY_ADDRESS, BY_DEVICE, RULE_COUNT };

/* Ten tries in fifteen minutes for one login from one address, and for one login from all
 * addresses and browsers it never signed in from together; a milder limit on many logins
 * from one address, which must not keep a whole ward out. A browser the person has used
 * before is counted for itself and nothing else delays it. */
static const struct throttle_rule rules[RULE_COUNT] = {
	[BY_PAIR] = { "pair", 3, 10 * SECOND_US, 300 * SECOND_US, 0 },
	[BY_LOGIN] = { "login", 5, 30 * SECOND_US, 240 * SECOND_US, HOUR_US },
	[BY_ADDRESS] = { "address", 40, 5 * SECOND_US, 60 * SECOND_US, HOUR_US },
	[BY_DEVICE] = { "device", 5, 10 * SECOND_US, 300 * SECOND_US, 0 },
};

/* Remembers from where somebody has signed in: tries from elsewhere must not keep
 * that person out. Never delays. */
static const struct throttle_rule known = { "known", INT32_MAX, 0, 0, 0 };

void attempt_place(const char *address, char ret[PLACE_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	snprintf(ret, PLACE_SIZE, "%s", address ? address : "");
	if (!address || inet_pton(AF_INET6, address, &a) != 1 || IN6_IS_ADDR_LINKLOCAL(&a) ||
	    IN6_IS_ADDR_LOOPBACK(&a))
		return;
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		if (inet_ntop(AF_INET, a.s6_addr + 12, text, sizeof text))
			snprintf(ret, PLACE_SIZE, "%s", text);
		return;
	}
	memset(a.s6_addr + 8, 0, 8);
	if (inet_ntop(AF_INET6, &a, text, sizeof text))
		snprintf(ret, PLACE_SIZE, "%s/64", text);
}

static void pair_text(const struct attempt *a, char *ret, size_t size)
{
	snprintf(ret, size, "%s\n%s", a->login, a->address ? a->address : "");
}

/* What rule i counts; false where it does not apply. */
static bool subject(const struct attempt *a, int i, bool is_known, char *ret, size_t size)
{
	switch (i) {
	case BY_PAIR: pair_text(a, ret, size); return !a->device;
	case BY_LOGIN:
		snprintf(ret, size, "%s", a->login);
		return a->address && !is_known && !a->device;
	case BY_ADDRESS:
		snprintf(ret, size, "%s", a->address ? a->address : "");
		return a->address && !a->device;
	default:
		snprintf(ret, size, "%s\n%s", a->login, a->device ? a->device : "");
		return a->device != NULL;
	}
}

/* The attempt with its place instead of its address. */
static struct attempt at_place(const struct attempt *a, char place[PLACE_SIZE])
{
	struct attempt placed = *a;

	attempt_place(a->address, place);
	placed.address = a->address ? place : NULL;
	return placed;
}

int attempt_begin(struct store *s, const struct attempt *try, struct err *err)
{
	struct identity_state *st = identity_state(s);
	char text[512], place[PLACE_SIZE];
	const struct attempt placed = at_place(try, place), *a = &placed;
	int64_t now, wait = 0, one;
	bool is_known;
	int i;

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

void attempt_right(struct store *s, const struct attempt *try)
{
	struct identity_state *st = identity_state(s);
	char text[512], place[PLACE_SIZE];
	const struct attempt placed = at_place(try, place), *a = &placed;
	bool is_known;
	int64_t now;
	int i;

	if (!st)
		return;
	now = identity_mono(st);
	pthread_mutex_lock(&st->lock);
	pair_text(a, text, sizeof text);
	is_known = throttle_knows(&st->throttle, &known, text);
	for (i = 0; i < RULE_COUNT; i++) {
		if (!subject(a, i, is_known, text, sizeof text))
			continue;
		/* Being right once says nothing about the other tries at this login or from
		 * this address: only the own one is taken back. */
		if (i == BY_LOGIN || i == BY_ADDRESS)
			throttle_undo(&st->throttle, &rules[i], text);
		else
			throttle_clear(&st->throttle, &rules[i], text);
	}
	pair_text(a, text, sizeof text);
	throttle_enter(&st->throttle, &known, text, now);
	pthread_mutex_unlock(&st->lock);
}
