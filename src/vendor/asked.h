/*
 * What a vendor is asked in a round, and an answer as it is typed, by form or sheet: the same
 * fields, read in one place.
 */
#ifndef DAICHO_VENDOR_ASKED_H
#define DAICHO_VENDOR_ASKED_H

#include "round/round.h"

enum asked_field {
	ASKED_DOER,  /* 行う者 */
	ASKED_VALUE, /* はい いいえ 対象外 */
	ASKED_GIVEN, /* a sheet's own answer */
	ASKED_STATEMENTS,
	ASKED_CONFIRMED,
	ASKED_TARGET,
	ASKED_COMPLETED,
	ASKED_RESPONSIBLE,
	ASKED_NOTE,
	ASKED_POINTS,
	ASKED_MAX
};
const char *asked_field_name(enum asked_field f); /* as in struct answer_change */

/* An answer as typed; never NULL. Nothing in `value` and `given`: not answered. */
struct typed_answer {
	const char *text[ASKED_MAX];
};

struct asked {
	struct round_view view;
	bool shares;			/* a sheet of a contract */
	const struct round_line **line; /* those the vendor is asked, in printed order */
	size_t count;
};

/* Reads a round for somebody who may see it. ERR_NOT_FOUND for one out of sight, ERR_INVALID
 * when it asks no vendor anything. */
int asked_read(struct ledgers *l, struct conn *c, const struct actor *who, const char *round,
	       struct arena *arena, struct asked *ret, struct err *err);
/* The index of a line, or -1. */
int asked_find(const struct asked *a, const char *item, const char *column);
/* What a line is called: 1-A-1, or 2-(1) サーバ. Lives in the arena. */
const char *asked_name(const struct round_line *line, struct arena *arena);

/* What this field is called here (初回確認, 回答 ...). */
const char *asked_label(const struct asked *a, enum asked_field f);
/* True if the field is asked for in this line. */
bool asked_has(const struct asked *a, const struct round_line *line, enum asked_field f);
/* True if some line has it. */
bool asked_any(const struct asked *a, enum asked_field f);

void typed_clear(struct typed_answer *t);
bool typed_answered(const struct typed_answer *t);
/* Nothing at all was typed. */
bool typed_empty(const struct typed_answer *t);
/* The stored answer as somebody would have typed it. Lives as long as the view. */
void typed_stored(const struct round_line *line, struct typed_answer *ret);
/* The change it means. Words are understood as labels, names or their aliases; what is not
 * becomes a fault (field: asked_field_name). Lives in the arena. */
int typed_change(struct ledgers *l, const struct asked *a, const struct round_line *line,
		 const struct typed_answer *t, const char *answered_by, struct arena *arena,
		 struct answer_change *ret, struct faults *faults, struct err *err);

#endif
