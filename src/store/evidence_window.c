#include "store/evidence_window.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024

static void content_digest(const uint8_t key[32], bool bare,
			   const struct hash_part parts[EVENT_PARTS], struct window_key *ret)
{
	enum event_part part = parts[EVENT_RAW].len    ? EVENT_RAW
			       : parts[EVENT_DETAIL].len ? EVENT_DETAIL
							 : EVENT_WHO;
	crypto_generichash_state h;

	crypto_generichash_init(&h, key, 32, sizeof ret->digest);
	crypto_generichash_update(&h, parts[part].data, parts[part].len);
	if (bare && part == EVENT_RAW && parts[EVENT_DETAIL].len)
		crypto_generichash_update(&h, parts[EVENT_DETAIL].data, parts[EVENT_DETAIL].len);
	crypto_generichash_final(&h, (uint8_t *)ret->digest, sizeof ret->digest);
}

void window_key_make(const uint8_t key[32], const char *source, size_t source_len, int64_t counter,
		     bool no_time, const struct hash_part parts[EVENT_PARTS],
		     struct window_key *ret)
{
	crypto_generichash_state h;
	uint8_t mark = counter >= 0;

	content_digest(key, no_time && counter < 0, parts, ret);
	crypto_generichash_init(&h, key, 32, sizeof ret->name);
	crypto_generichash_update(&h, &mark, 1);
	if (counter >= 0)
		crypto_generichash_update(&h, (const uint8_t *)&counter, sizeof counter);
	else
		crypto_generichash_update(&h, (const uint8_t *)ret->digest, sizeof ret->digest);
	crypto_generichash_update(&h, (const uint8_t *)source, source_len);
	crypto_generichash_final(&h, (uint8_t *)ret->name, sizeof ret->name);
}

void window_release(struct window *w)
{
	free(w->young.slot);
	free(w->old.slot);
	memset(w, 0, sizeof *w);
}

/* The first slot of this name at or after `at`, or a free one. */
static size_t slot_of(const struct window_table *t, const struct window_key *key, size_t at)
{
	for (;; at++) {
		const struct window_slot *s = &t->slot[at & (t->alloc - 1)];

		if (!s->month || memcmp(s->key.name, key->name, sizeof key->name) == 0)
			return at & (t->alloc - 1);
	}
}

static const struct window_slot *table_find(const struct window_table *t,
					    const struct window_key *key, bool *ret_named)
{
	size_t at;

	if (!t->alloc)
		return NULL;
	for (at = slot_of(t, key, key->name[0]); t->slot[at].month; at = slot_of(t, key, at + 1)) {
		if (memcmp(t->slot[at].key.digest, key->digest, sizeof key->digest) == 0)
			return &t->slot[at];
		*ret_named = true;
	}
	return NULL;
}

const struct window_slot *window_find(const struct window *w, const struct window_key *key,
				      bool *ret_clash)
{
	const struct window_slot *found;

	*ret_clash = false;
	found = table_find(&w->young, key, ret_clash);
	return found ? found : table_find(&w->old, key, ret_clash);
}

static void table_put(struct window_table *t, const struct window_slot *slot)
{
	size_t at = slot->key.name[0] & (t->alloc - 1);

	while (t->slot[at].month)
		at = (at + 1) & (t->alloc - 1);
	t->slot[at] = *slot;
	t->count++;
}

static int table_grow(struct window_table *t, struct err *err)
{
	struct window_table grown = { .alloc = t->alloc ? 2 * t->alloc : SLOTS_FIRST };
	size_t i;

	grown.slot = calloc(grown.alloc, sizeof *grown.slot);
	if (!grown.slot)
		return err_nomem(err);
	for (i = 0; i < t->alloc; i++)
		if (t->slot[i].month)
			table_put(&grown, &t->slot[i]);
	free(t->slot);
	*t = grown;
	return 0;
}

int window_add(struct window *w, const struct window_slot *slot, struct err *err)
{
	if (w->young.count >= WINDOW_EVENTS) {
		struct window_table spare = w->old;

		w->old = w->young;
		w->young = spare;
		if (spare.slot)
			memset(spare.slot, 0, spare.alloc * sizeof *spare.slot);
		w->young.count = 0;
	}
	if (2 * w->young.count >= w->young.alloc && table_grow(&w->young, err) < 0)
		return ERR_NOMEM;
	table_put(&w->young, slot);
	return 0;
}
