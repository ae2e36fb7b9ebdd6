/*
 * What a vendor sends in for a round. While it is being written the answers stand as typed in
 * one entry of the system ledger `round_replies`; sending it in writes them as answers of the
 * round, all in one durable write. Through a page (invite.h) once: then it can only be read.
 * Somebody with an account may mend and send again.
 */
#ifndef DAICHO_VENDOR_REPLY_H
#define DAICHO_VENDOR_REPLY_H

#include "vendor/asked.h"

#define REPLY_FILES_MAX 10
#define REPLY_FILE_BYTES (INT64_C(10) * 1024 * 1024)
/* Of all that one reply has ever had attached: whoever holds a link cannot fill the disk. */
#define REPLY_TOTAL_BYTES (10 * REPLY_FILE_BYTES)
#define REPLY_TEXT_MAX 4000 /* characters of one typed text */

enum reply_through { REPLY_LINK, REPLY_ACCOUNT, REPLY_SHEET, REPLY_THROUGH_MAX };
const char *reply_through_name(enum reply_through t);  /* link account sheet */
const char *reply_through_label(enum reply_through t); /* 回答ページ ログイン Excelの表 */

struct reply {
	char id[ID_SIZE]; /* "" when there is none yet */
	int64_t rev, seq, at_us;
	enum reply_through through;
	const char *round, *name, *post, *remarks;
	const char *files;   /* hashes, one per line */
	const char *body;    /* what is being written, as stored */
	const char *account; /* whose act the newest revision was */
	bool sent;
	const char *sent_on;
	int64_t answers; /* written by it */
};

struct reply_view {
	struct asked asked;
	struct typed_answer *typed; /* one per asked line: being written, else as it stands */
	struct reply reply;
	size_t answered; /* lines with an answer */
	bool locked;	 /* sent in through a page: to read only */
};

/* What `who` has written or sent in for this round in this way. Errors as asked_read. */
int reply_read(struct ledgers *l, struct conn *c, const struct actor *who, const char *round,
	       enum reply_through through, struct arena *arena, struct reply_view *ret,
	       struct err *err);
/* All of a round, newest first, without what is being written. */
int reply_list(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
	       struct reply **ret, size_t *ret_count, struct err *err);

struct reply_edit {
	const char *round;
	enum reply_through through;
	int64_t base_rev;		   /* 0 when there is none yet */
	const char *name, *post, *remarks; /* as typed; NULL: as they stand */
	const char *files;		   /* hashes, one per line; NULL: as they stand */
	const size_t *line;		   /* indexes of asked lines */
	const struct typed_answer *typed;  /* one per index */
	size_t count;
	const char *key;
};
/* Keeps what is being written. Nothing is checked but lengths: half an answer may stand there
 * until the next day. ERR_CONFLICT when it has been sent in, or somebody else has written. */
int reply_save(struct ledgers *l, const struct actor *who, const struct reply_edit *edit,
	       struct receipt *ret, struct faults *faults, struct err *err);

/* Whether files of `more` bytes may be attached beside all that any revision of this reply names,
 * what was taken away again included: 0, or ERR_LIMIT. To be asked before they are stored. */
int reply_files_fit(struct ledgers *l, struct conn *c, const struct reply *reply, int64_t more,
		    struct err *err);

/* What is wrong with one line of a reply. */
struct reply_fault {
	size_t line; /* index of the asked line */
	struct err err;
};
struct reply_check {
	struct reply_fault *item;
	size_t count;
	size_t missing; /* lines without an answer */
	bool nameless;	/* who answers is not named */
};
/* What stands in the way of sending it in. `view` is of the snapshot `c`. */
int reply_check(struct ledgers *l, struct conn *c, const struct actor *who,
		const struct reply_view *view, struct arena *arena, struct reply_check *ret,
		struct err *err);
/* Sends it in. ERR_INVALID if reply_check finds anything; lines without an answer are let be
 * if `partial`. ERR_CONFLICT if base_rev is not the newest. The same key again gives the
 * first receipt. */
int reply_send(struct ledgers *l, const struct actor *who, const char *round,
	       enum reply_through through, int64_t base_rev, bool partial, const char *key,
	       struct receipt *ret, struct err *err);

/* "例田 亮（保守部 課長）". NULL when memory runs out. */
const char *reply_person(const char *name, const char *post, struct arena *arena);

#endif
