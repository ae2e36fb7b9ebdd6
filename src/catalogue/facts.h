/*
 * The answers to the plain questions of content/scope.yaml: the one entry of the system
 * ledger `scope`. They decide which items apply (scope.h) and nothing else: whatever was
 * answered in a round stays when they change.
 */
#ifndef DAICHO_CATALOGUE_FACTS_H
#define DAICHO_CATALOGUE_FACTS_H

#include "base/arena.h"
#include "define/define.h"
#include "ledger/entry.h"

enum fact_answer { FACT_OPEN, FACT_YES, FACT_NO, FACT_UNKNOWN, FACT_ANSWER_MAX };
const char *fact_answer_name(enum fact_answer a);  /* "" yes no unknown, as stored */
const char *fact_answer_label(enum fact_answer a); /* 未回答 はい いいえ 分からない */
int fact_answer_parse(const char *name);	   /* or -1 */

/* By index of the fact in define_facts. */
struct facts {
	enum fact_answer answer[FACTS_MAX];
	char entry[ID_SIZE]; /* "" while nothing is answered */
	int64_t rev;
};

/* What is answered in this snapshot; all open when there is no entry. */
int facts_read(struct ledgers *l, struct conn *c, struct facts *ret, struct err *err);
/* Writes all answers as one confirmed revision of the entry ret->entry names, or as the first
 * one. `key`: idempotency key or NULL. ERR_CONFLICT if the entry has changed since it was
 * read. ERR_DENIED as for every entry of the ledger. */
int facts_save(struct ledgers *l, const struct actor *who, const struct facts *f, const char *key,
	       struct receipt *ret, struct err *err);

#endif
