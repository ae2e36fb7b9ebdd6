#include "trail/intake_gate.h"

#include <string.h>

#include "base/clock.h"

/* On the stack of its thread. */
struct gate_waiter {
	struct gate_waiter *next;
	const char *address;
};

void gate_init(struct gate *g)
{
	memset(g, 0, sizeof *g);
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->moved, NULL);
}

void gate_destroy(struct gate *g)
{
	pthread_cond_destroy(&g->moved);
	pthread_mutex_destroy(&g->lock);
}

/* Under lock. */
static bool is_slow(const struct gate *g, const char *address, int64_t now)
{
	size_t i;

	for (i = 0; i < GATE_SLOW_MAX; i++)
		if (g->slow[i].until_us > now && strcmp(g->slow[i].address, address) == 0)
			return true;
	return false;
}

/* Under lock. Whose turn is next: the first who is not slow, else the first. */
static const struct gate_waiter *next_of(const struct gate *g)
{
	int64_t now = clock_mono_us();
	const struct gate_waiter *w;

	for (w = g->first; w; w = w->next)
		if (!is_slow(g, w->address, now))
			return w;
	return g->first;
}

void gate_enter(struct gate *g, const char *address)
{
	struct gate_waiter me = { NULL, address }, **p;

	pthread_mutex_lock(&g->lock);
	for (p = &g->first; *p; p = &(*p)->next)
		;
	*p = &me;
	while (g->taken || next_of(g) != &me)
		pthread_cond_wait(&g->moved, &g->lock);
	for (p = &g->first; *p != &me; p = &(*p)->next)
		;
	*p = me.next;
	g->taken = true;
	pthread_mutex_unlock(&g->lock);
}

/* Under lock. In the place it has, or that of who is remembered the shortest. */
static void remember(struct gate *g, const char *address)
{
	struct gate_slow *at = &g->slow[0];
	size_t i;

	for (i = 0; i < GATE_SLOW_MAX; i++) {
		if (strcmp(g->slow[i].address, address) == 0) {
			at = &g->slow[i];
			break;
		}
		if (g->slow[i].until_us < at->until_us)
			at = &g->slow[i];
	}
	at->until_us = clock_mono_us() + GATE_LAST_US;
	memccpy(at->address, address, '\0', sizeof at->address);
}

void gate_leave(struct gate *g, const char *address, int64_t took_us)
{
	pthread_mutex_lock(&g->lock);
	if (took_us > GATE_SLOW_US)
		remember(g, address);
	g->taken = false;
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
}

size_t gate_waiting(struct gate *g)
{
	const struct gate_waiter *w;
	size_t n = 0;

	pthread_mutex_lock(&g->lock);
	for (w = g->first; w; w = w->next)
		n++;
	pthread_mutex_unlock(&g->lock);
	return n;
}

size_t gate_most(struct gate *g, const char *address, size_t last)
{
	size_t most = last ? last * 2 : 1;
	bool slow;

	pthread_mutex_lock(&g->lock);
	slow = is_slow(g, address, clock_mono_us());
	pthread_mutex_unlock(&g->lock);
	return slow ? 1 : most < GATE_MOST ? most : GATE_MOST;
}
