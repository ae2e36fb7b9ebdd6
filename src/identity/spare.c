#include "identity/spare.h"

#include <string.h>

/* The place of this token, or NULL. The lock is held. */
static struct spare_session *find(struct identity_state *st, const uint8_t hash[HASH_SIZE])
{
	size_t i;

	for (i = 0; i < SPARE_SESSIONS; i++)
		if (st->spare[i].used && memcmp(st->spare[i].hash, hash, HASH_SIZE) == 0)
			return &st->spare[i];
	return NULL;
}

static struct spare_session *least_used(struct identity_state *st)
{
	struct spare_session *least = &st->spare[0];
	size_t i;

	for (i = 0; i < SPARE_SESSIONS; i++) {
		if (!st->spare[i].used)
			return &st->spare[i];
		if (st->spare[i].seen < least->seen)
			least = &st->spare[i];
	}
	return least;
}

void spare_keep(struct identity_state *st, const struct session *s, int64_t now_us)
{
	struct spare_session *p;

	pthread_mutex_lock(&st->lock);
	p = least_used(st);
	session_hash(s->token, p->hash);
	memcpy(p->csrf, s->csrf_secret, HASH_SIZE);
	memcpy(p->account, s->account.id, sizeof p->account);
	p->account_rev = s->account.rev;
	p->created = p->seen = now_us;
	p->used = true;
	pthread_mutex_unlock(&st->lock);
}

bool spare_find(struct identity_state *st, const uint8_t hash[HASH_SIZE], int64_t now_us,
		struct session_row *ret, int64_t *ret_account_rev)
{
	struct spare_session *p;

	pthread_mutex_lock(&st->lock);
	p = find(st, hash);
	if (p) {
		memset(ret, 0, sizeof *ret);
		memcpy(ret->account, p->account, sizeof ret->account);
		memcpy(ret->boot, st->boot, sizeof ret->boot);
		memcpy(ret->csrf, p->csrf, HASH_SIZE);
		ret->created = ret->reauth = p->created;
		ret->seen = p->seen;
		*ret_account_rev = p->account_rev;
		/* Left alone for longer it stays as it is: the caller finds it idle. */
		if (now_us - p->seen < SPARE_IDLE_US)
			p->seen = now_us;
	}
	pthread_mutex_unlock(&st->lock);
	return p != NULL;
}

bool spare_drop(struct identity_state *st, const uint8_t hash[HASH_SIZE])
{
	struct spare_session *p;

	pthread_mutex_lock(&st->lock);
	p = find(st, hash);
	if (p)
		bytes_wipe(p, sizeof *p);
	pthread_mutex_unlock(&st->lock);
	return p != NULL;
}
