/* The agreement on who does what in a contract; private to pack. */
#ifndef DAICHO_PACK_AGREEMENT_H
#define DAICHO_PACK_AGREEMENT_H

#include "pack/gather.h"
#include "vendor/contracts.h"
#include "vendor/reply.h"

struct agreement {
	struct gather g;
	struct round_view view;
	struct sharing sharing;
	struct parties parties;
	struct reply *reply; /* what the vendor has sent in, newest first */
	size_t reply_count;
	const char *title; /* with （案） while something is not agreed */
	const char *state; /* 38項目のうち30項目が合意 ... */
	bool whole;	   /* everything is agreed */
};

/* What a party answered first: "はい 2026-06-01", "いいえ 2026-06-01（完了 2026-07-01）". */
const char *agreement_check(const struct agreement *a, const struct answer *answer);
/* Who does it, as agreed; "" while it is not. */
const char *agreement_doer(const struct sharing_item *i);
/* What both say while nothing is agreed: "医療機関: 共同 / 事業者: 未回答". */
const char *agreement_standing(const struct agreement *a, const struct sharing_item *i);
/* What is left to do for an item: points, or that it is not settled or agreed. "" when nothing. */
const char *agreement_left(const struct agreement *a, const struct sharing_item *i);
/* Who answers for it, as agreed. */
const char *agreement_responsible(const struct sharing_item *i);
const char *agreement_section(const struct agreement *a, const struct sharing_item *i);

int agreement_write_xlsx(struct agreement *a, const char *path, struct err *err);

#endif
