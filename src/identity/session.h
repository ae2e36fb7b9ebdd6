/* Rows of the session table; inside identity only. */
#ifndef DAICHO_IDENTITY_SESSION_H
#define DAICHO_IDENTITY_SESSION_H

#include "identity/account.h"
#include "identity/sessions.h"
#include "identity/state.h"

struct session_row {
	char account[ID_SIZE], boot[BOOT_ID_SIZE];
	uint8_t csrf[HASH_SIZE];
	int64_t created, seen, reauth, started;
	int64_t locked; /* monotonic time of the lock, 0: not locked */
	bool pending;
	char terminal[TERMINAL_SIZE], address[64], agent[128], factors[48], cert[HASH_HEX_SIZE];
	enum act_mark mark;
};

void session_hash(const char *token, uint8_t ret[HASH_SIZE]);
/* ERR_DENIED with the one text for a session that is not (or no longer) there. */
int session_none(struct err *err);

/* Whether a session made in this run of the machine is within its limits (5 minutes
 * while the second factor is missing). */
bool session_alive(const struct session_row *row, const struct session_limits *limits,
		   const char *boot, int64_t now_us);
/* Whether it is locked: by hand, or because nobody used it. */
bool session_is_locked(const struct session_row *row, const struct session_limits *limits,
		       int64_t now_us);
/* The limits of one session: an emergency account's ends by the policy for those. */
void session_row_limits(struct store *s, const struct session_row *row, struct session_limits *ret);
int session_row_load(struct conn *c, const uint8_t hash[HASH_SIZE], struct session_row *ret,
		     struct err *err);
/* Account and row of a live session, locked or not, without refreshing it. */
int session_load(struct store *s, const char *token, struct arena *arena, struct session *ret,
		 struct session_row *ret_row, struct err *err);
/* Sets what the policy still wants of this person (must_enrol). */
int session_wants(struct store *s, struct session *session, struct err *err);
/* Gives s->account's session a new token and CSRF secret. */
void session_fill(struct session *s, int64_t now_us, bool pending);
/* Does session_fill and stores the session.
 * Inside store_write, as are the three below. */
int session_start(struct tx *tx, const struct identity_state *st, int64_t now_us, bool pending,
		  struct session *s, struct err *err);
int session_delete(struct tx *tx, const uint8_t hash[HASH_SIZE], struct err *err);
/* Deletes sessions past every limit. */
int sessions_prune(struct tx *tx, const struct identity_state *st, int64_t now_us, struct err *err);
/* Remembers that the password was checked just now. */
int session_mark_reauth(struct store *s, const uint8_t hash[HASH_SIZE], int64_t now_us,
			struct err *err);

#endif
