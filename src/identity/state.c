#include "identity/state.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Names this run of the machine; the monotonic clock starts anew at each. */
static void boot_id(char ret[BOOT_ID_SIZE])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	uint8_t random[16];

	if (f && fgets(ret, BOOT_ID_SIZE, f)) {
		ret[strcspn(ret, "\n")] = '\0';
	} else {
		/* Without it sessions end when the program does. */
		random_bytes(random, sizeof random);
		hex_encode(random, sizeof random, ret);
	}
	if (f)
		fclose(f);
}

static void *state_new(void)
{
	struct identity_state *st = calloc(1, sizeof *st);

	if (!st || sodium_init() < 0) {
		free(st);
		return NULL;
	}
	pthread_mutex_init(&st->lock, NULL);
	pthread_cond_init(&st->freed, NULL);
	throttle_init(&st->throttle);
	event_queue_init(&st->events);
	st->mono = clock_mono_us;
	boot_id(st->boot);
	return st;
}

static void state_free(void *made)
{
	struct identity_state *st = made;

	event_queue_release(&st->events);
	pthread_cond_destroy(&st->freed);
	pthread_mutex_destroy(&st->lock);
	free(st);
}

struct identity_state *identity_state(struct store *s)
{
	return store_companion(s, state_new, state_free);
}

int64_t identity_mono(struct identity_state *st)
{
	int64_t (*mono)(void);

	pthread_mutex_lock(&st->lock);
	mono = st->mono;
	pthread_mutex_unlock(&st->lock);
	return mono();
}

void identity_set_clock(struct store *s, int64_t (*mono)(void))
{
	struct identity_state *st = identity_state(s);

	if (!st)
		return;
	pthread_mutex_lock(&st->lock);
	st->mono = mono ? mono : clock_mono_us;
	pthread_mutex_unlock(&st->lock);
}
