/*
 * How each way of anchoring is doing: anchors/state/channels.json. No fact and no proof: it may be
 * lost, then everything is due at once.
 */
#ifndef DAICHO_ANCHOR_STATE_H
#define DAICHO_ANCHOR_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum channel {
#define CHANNEL(id, name, label, seconds, does, mend) CHANNEL_##id,
#include "anchor/channels.def"
#undef CHANNEL
	CHANNEL_MAX
};

struct channel_row {
	const char *name, *label;
	int64_t seconds;
	const char *does, *mend; /* complete sentences for people */
};
const struct channel_row *channel_row(enum channel c);
/* The channel of that name, or -1. */
int channel_parse(const char *name);

struct channel_state {
	int64_t ok_us, ok_size;	 /* last success and the leaves it covered; 0: never */
	int64_t fail_us;	 /* last failure after that; 0: none */
	int64_t next_us;	 /* when it is due */
	int64_t fails;		 /* in a row */
	int64_t ends_us;	 /* stamp: end of the certificate of the newest token; 0: unknown */
	bool alarm;		 /* somebody outside saw another history; until the next success */
	char who[256]; /* who answered */
	char text[sizeof((struct err *)0)->text]; /* what failed, or what was found */
};

#define CHANNEL_LATE_US (INT64_C(3600) * 1000000)

/* True for one that should have begun an hour ago: whoever sees to it waits for something that
 * never answers, or is not there. */
bool channel_stalled(const struct channel_state *s, int64_t now_us);
/* How it is doing, in words. `configured`: whether anybody decided where it goes. */
const char *channel_word(const struct channel_state *s, bool configured, int64_t now_us);

struct anchor_state {
	struct channel_state channel[CHANNEL_MAX];
};

/* Reads it; a missing or broken file gives an empty state. `data` is the data folder. */
void anchor_state_read(const char *data, struct anchor_state *ret);
int anchor_state_write(const char *data, const struct anchor_state *s, struct err *err);

#endif
