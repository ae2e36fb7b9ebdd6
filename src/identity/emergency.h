/*
 * Emergency accounts (非常時アカウント): sealed, which is disabled without any way in, until
 * somebody opens them with the code in the envelope, or two people do. While one is open
 * everybody is told; everything done in it carries a mark; closing it throws all its
 * credentials away, so that a new envelope has to be made. Who opened what and why is an
 * entry of the ledger emergency_uses (people/emergency.h), written in the same transaction.
 * Guideline 6.0 and 7.0 control 11 (1).
 *
 * States follow from the account alone: enabled is OPEN; disabled with a sealed code is
 * SEALED; disabled without one is UNSEALED, to be sealed anew before it counts as ready.
 */
#ifndef DAICHO_IDENTITY_EMERGENCY_H
#define DAICHO_IDENTITY_EMERGENCY_H

#include "identity/identity.h"
#include "identity/password.h"
#include "identity/recovery.h"

#define EMERGENCIES_SHOWN 4
#define EMERGENCY_GIVEN_MINUTES 60 /* how long a code given by two people opens a session */

enum emergency_state { EMERGENCY_SEALED, EMERGENCY_OPENED, EMERGENCY_UNSEALED };
const char *emergency_state_label(enum emergency_state s); /* 封印中 開封中 再封印が必要 */

struct emergency_account {
	struct account account;
	enum emergency_state state;
	int64_t opened_us;     /* when it was last opened, UTC; 0: never */
	const char *opened_by; /* in words, "" when never */
};
/* All of them by login; the list lives in the arena. */
int emergency_list(struct conn *c, struct arena *arena, struct emergency_account **ret,
		   size_t *ret_count, struct err *err);
int emergency_get(struct conn *c, const char *login, struct arena *arena,
		  struct emergency_account *ret, struct err *err);

/* One that is open now, for the banner of every page. */
struct emergency_open {
	char name[128], by[256];
	int64_t since_us;
};
/* Those open now, at most EMERGENCIES_SHOWN; the number of all. Kept in memory and read
 * anew from the accounts after each opening and closing, and after a start. */
size_t emergency_now(struct store *s, struct emergency_open ret[EMERGENCIES_SHOWN]);
/* What is kept in memory is no longer right. After the write of an opening or closing. */
void emergency_changed(struct store *s);

/* ERR_INVALID if an ordinary change of an account would get round the seal. `kind`: of the
 * account as it is or is to be. */
int emergency_put_check(enum account_kind kind, const struct account_change *c, struct err *err);

/* --- steps; each of them writes inside store_write what belongs to the account -------- */

/* A fresh code with its hash; wipe both. */
struct emergency_code {
	char code[SPARE_CODE_SIZE];
	char hash[PASSWORD_HASH_SIZE];
};
int emergency_code_new(struct store *s, struct emergency_code *ret, struct err *err);

/* Who does it, to which account, noted in which entry of emergency_uses (or, for sealing,
 * emergency_accounts). */
struct emergency_act {
	const struct actor *who;
	const char *account; /* id */
	const char *ledger, *entry;
	const char *said; /* who opened it, in words; for an opening */
};
/* Puts a code into the envelope. ERR_CONFLICT while the account is open. */
int emergency_seal(struct tx *tx, const struct emergency_act *a, const char *hash, struct err *err);
/* Opens by two people: `hash` is of the code given to whoever uses it. Also for an account
 * that is open already: a further code. The code in the envelope is worth nothing any more. */
int emergency_open_given(struct tx *tx, const struct emergency_act *a, const char *hash,
			 struct err *err);
/* Ends all sessions, tokens and credentials and disables the account. ERR_CONFLICT if it is
 * not open. */
int emergency_close(struct tx *tx, const struct emergency_act *a, struct err *err);

/* --- coming in with a code ------------------------------------------------------------- */

/* A try that was right, on its way into a session. Wipe it. */
struct emergency_entry {
	struct account account;
	bool opens;			 /* by the sealed code: the account was sealed until now */
	char proved[PASSWORD_HASH_SIZE]; /* the hash the code was right for */
	char unlock[PASSWORD_HASH_SIZE]; /* the code as printed, for unlocking the screen */
};
/* Checks login and code, throttled like signing in but counted apart. One text and one time
 * for everything that is wrong: ERR_DENIED; ERR_BUSY. */
int emergency_prove(struct store *s, const char *login, const char *code,
		    const struct session_origin *from, struct arena *arena,
		    struct emergency_entry *ret, struct err *err);
/* Uses the code up and starts the session. Inside store_write; may run more than once. */
int emergency_enter(struct tx *tx, struct store *s, const struct emergency_entry *in,
		    const struct emergency_act *a, const struct session_origin *from,
		    struct session *ret, struct err *err);
/* The account as one who acts in its session. */
void emergency_actor(const struct account *a, struct actor *ret);

/* Appends the alarm that one is used although no emergency has been declared. */
int emergency_alarm(struct tx *tx, const struct emergency_act *a, struct err *err);

#endif
