/* What the parts of an examination share. */
#ifndef DAICHO_STORE_AUDIT_RUN_H
#define DAICHO_STORE_AUDIT_RUN_H

#include "store/audit.h"
#include "store/core.h"

/* A table read in step with the leaves. */
struct cursor {
	struct stmt *st;
	bool has; /* on a row */
};

struct audit {
	struct conn *c;
	const struct audit_input *in;
	struct audit_result *ret;
	struct stmt *leaves;
	struct cursor part, signer;
	int64_t files;	/* facts of kind "file" */
	int64_t trails; /* facts of kind "trail" */
	int failed;	/* the examination itself broke off */
	struct err why;
	struct buf body; /* content of the part at hand */
};

void audit_found(struct audit *a, const char *kind, int64_t seq, const char *entry, const char *fmt,
		 ...) __attribute__((format(printf, 5, 6)));
int cursor_begin(struct cursor *cur, struct conn *c, enum stmt_id id, struct err *err);
int cursor_next(struct cursor *cur, struct err *err);
void cursor_end(struct cursor *cur);

/* Everything that hangs on one leaf; called in order. */
int audit_leaf(struct audit *a, int64_t seq, const struct leaf_view *leaf, struct err *err);
/* Rows left over once all leaves have passed. */
int audit_leaf_rest(struct audit *a, struct err *err);

#endif
