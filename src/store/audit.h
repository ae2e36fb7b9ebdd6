/*
 * Examination of a data folder: is every row what the signed log says?
 *
 * Re-reads all leaves and recomputes the tree (log/verify.h); compares stored
 * hashes, every part with its commitment, every row of the core tables with the
 * leaf it comes from and the other way round, published checkpoints and anchors,
 * and the names of tables. Projections of ledgers are compared by src/ledger,
 * with table_query, table_list and table_check_search.
 */
#ifndef DAICHO_STORE_AUDIT_H
#define DAICHO_STORE_AUDIT_H

#include "log/verify.h"
#include "store/store.h"

struct audit_finding {
	const char *kind;    /* "root", "part", "revision" ... for JSON */
	int64_t seq;	     /* 受付番号, -1 where there is none */
	char entry[ID_SIZE]; /* entry of that leaf, "" where there is none */
	char text[640];	     /* complete Japanese message */
};

struct audit_input {
	/* Checkpoints held outside this folder (paper, mail, another machine). */
	const struct verify_checkpoint *held;
	size_t held_count;
	const char *vkey; /* a key known from outside, or NULL */
	bool attachments; /* decrypt and hash every attachment as well */
	/* Called for each finding, in order; may be NULL. */
	void (*found)(void *arg, const struct audit_finding *f);
	void *arg;
};

struct audit_result {
	struct verify_result log;
	int64_t leaves, parts, revisions, checkpoints, attachments; /* examined */
	int64_t findings;					    /* 0: nothing wrong */
};

/* Examines the snapshot of c, of a store opened in any way. Returns 0 when the
 * examination went through, whatever it found, or a negative code when it could
 * not be made. */
int store_audit(struct conn *c, const struct audit_input *in, struct audit_result *ret,
		struct err *err);

#endif
