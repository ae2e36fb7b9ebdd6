/* The keys of months, remembered: to read one costs a file. */
#include <string.h>

#include "store/evidence_core.h"

static struct key_slot *slot_find(struct evidence *ev, int month, const char *keep)
{
	size_t i;

	for (i = 0; i < EVIDENCE_KEYS_MAX; i++)
		if (ev->key[i].month == month && strcmp(ev->key[i].keep, keep) == 0)
			return &ev->key[i];
	return NULL;
}

static struct key_slot *slot_oldest(struct evidence *ev)
{
	struct key_slot *oldest = &ev->key[0];
	size_t i;

	for (i = 1; i < EVIDENCE_KEYS_MAX; i++)
		if (ev->key[i].used < oldest->used)
			oldest = &ev->key[i];
	return oldest;
}

int evidence_key(struct evidence *ev, int month, const char *keep, bool make, struct month_key *ret,
		 struct err *err)
{
	struct key_slot *slot;
	int rc = 0;

	pthread_mutex_lock(&ev->keys_lock);
	slot = slot_find(ev, month, keep);
	if (!slot) {
		rc = month_key_get(ev->s, month, keep, make, ret, err);
		slot = slot_oldest(ev);
		if (rc == 0) {
			slot->month = month;
			memccpy(slot->keep, keep, '\0', sizeof slot->keep);
			slot->key = *ret;
		}
	}
	if (rc == 0) {
		slot->used = ++ev->key_clock;
		*ret = slot->key;
	}
	pthread_mutex_unlock(&ev->keys_lock);
	return rc;
}

void evidence_key_forget(struct evidence *ev, int month, const char *keep)
{
	struct key_slot *slot;

	pthread_mutex_lock(&ev->keys_lock);
	slot = slot_find(ev, month, keep);
	if (slot)
		bytes_wipe(slot, sizeof *slot);
	pthread_mutex_unlock(&ev->keys_lock);
}
