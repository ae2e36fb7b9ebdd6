/* Connections that failed: each kind of one address is told at once, then once a minute with how
 * often it happened meanwhile, so that nobody fills the trail by knocking. */
#include <string.h>

#include "base/clock.h"
#include "trail/listen_core.h"

#define MINUTE_US 60000000

static void offer(struct listener *l, const struct listen_peer *peer, const char *reason,
		  int64_t times)
{
	struct listen_item item = { .bytes = "",
				    .at_us = clock_now_us(),
				    .fault = reason,
				    .times = times,
				    .number = listen_number(l) };

	listen_offer(l, peer, &item, 1);
}

static bool is_same(const struct listen_fault *f, const struct listen_peer *peer,
		    const char *reason)
{
	return f->since_us && f->peer.way == peer->way &&
	       strcmp(f->peer.address, peer->address) == 0 && strcmp(f->reason, reason) == 0;
}

/* Under lock. The place of this fault, a free one, or the one that all share who find none. */
static struct listen_fault *place_of(struct listener *l, const struct listen_peer *peer,
				     const char *reason)
{
	struct listen_fault *free_one = NULL;
	size_t i;

	for (i = 1; i < LISTEN_FAULTS_MAX; i++) {
		if (is_same(&l->fault[i], peer, reason))
			return &l->fault[i];
		if (!free_one && !l->fault[i].since_us)
			free_one = &l->fault[i];
	}
	return free_one ? free_one : &l->fault[0];
}

void listen_fault(struct listener *l, const struct listen_peer *peer, const char *reason)
{
	struct listen_fault *f;
	bool first;

	pthread_mutex_lock(&l->lock);
	f = place_of(l, peer, reason);
	first = !f->since_us && f != l->fault;
	f->again += !first;
	if (!f->since_us) {
		f->since_us = clock_mono_us();
		f->peer = (struct listen_peer){ .way = peer->way };
		if (first)
			f->peer = *peer;
		strncpy(f->reason, first ? reason : "多くのアドレスからの接続が失敗しました",
			sizeof f->reason - 1);
	}
	pthread_mutex_unlock(&l->lock);
	if (first)
		offer(l, peer, reason, 1);
}

void listen_faults_tell(struct listener *l, bool all)
{
	int64_t now = clock_mono_us();
	size_t i;

	for (i = 0; i < LISTEN_FAULTS_MAX; i++) {
		struct listen_fault told;

		pthread_mutex_lock(&l->lock);
		told = l->fault[i];
		if (told.since_us && (all || now - told.since_us >= MINUTE_US))
			memset(&l->fault[i], 0, sizeof l->fault[i]);
		else
			told.again = 0;
		pthread_mutex_unlock(&l->lock);
		if (told.again)
			offer(l, &told.peer, told.reason, told.again);
	}
}
