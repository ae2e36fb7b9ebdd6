#include "web/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Keys are looked up in sets of this many neighbours, so that one lookup costs
 * the same however many keys there are. */
#define WAYS 8

struct bucket {
	uint8_t key[16]; /* of the hash */
	bool used;
	int64_t full_us; /* when the bucket will be full again */
};

struct limit {
	pthread_mutex_t lock;
	int64_t refill_us, burst;
	uint8_t salt[HASH_SIZE]; /* makes the sets unpredictable */
	size_t sets;
	struct bucket *buckets; /* sets * WAYS */
};

struct limit *limit_new(unsigned burst, int64_t refill_us, size_t keys)
{
	struct limit *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->burst = burst ? burst : 1;
	l->refill_us = refill_us > 0 ? refill_us : 1;
	l->sets = (keys < 16 ? 16 : keys) / WAYS;
	l->buckets = calloc(l->sets * WAYS, sizeof *l->buckets);
	if (!l->buckets || pthread_mutex_init(&l->lock, NULL)) {
		free(l->buckets);
		free(l);
		return NULL;
	}
	random_bytes(l->salt, sizeof l->salt);
	return l;
}

void limit_free(struct limit *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l->buckets);
	free(l);
}

/* The bucket of the key: its own, else the one of its set that is nearest to
 * full and so loses least, emptied. */
static struct bucket *find(struct limit *l, const char *key)
{
	uint8_t digest[HASH_SIZE];
	struct bucket *set, *victim;
	uint64_t index;
	size_t i;

	hash_hmac(l->salt, key, strlen(key), digest);
	memcpy(&index, digest + 16, sizeof index);
	set = &l->buckets[(index % l->sets) * WAYS];
	victim = set;
	for (i = 0; i < WAYS; i++) {
		if (set[i].used && !memcmp(set[i].key, digest, sizeof set[i].key))
			return &set[i];
		if (victim->used && (!set[i].used || set[i].full_us < victim->full_us))
			victim = &set[i];
	}
	memcpy(victim->key, digest, sizeof victim->key);
	victim->used = true;
	victim->full_us = INT64_MIN;
	return victim;
}

bool limit_take(struct limit *l, const char *key, int64_t now_us, long *ret_wait_s)
{
	struct bucket *b;
	int64_t full, over;
	bool ok;

	pthread_mutex_lock(&l->lock);
	b = find(l, key);
	/* Each try moves the time of being full one refill ahead; it may lie at
	 * most `burst` refills in the future. */
	full = (b->full_us > now_us ? b->full_us : now_us) + l->refill_us;
	over = full - now_us - l->burst * l->refill_us;
	ok = over <= 0;
	if (ok)
		b->full_us = full;
	pthread_mutex_unlock(&l->lock);
	if (!ok && ret_wait_s)
		*ret_wait_s = (long)((over + 999999) / 1000000);
	return ok;
}

void limit_reset(struct limit *l, const char *key)
{
	pthread_mutex_lock(&l->lock);
	find(l, key)->used = false;
	pthread_mutex_unlock(&l->lock);
}
