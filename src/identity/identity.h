/*
 * Accounts, credentials and sessions. One person, one account.
 *
 * Accounts are facts of kind "account": a "personal" part (login, name, role,
 * profession, site, disabled) and a sealed "secret" part (password hash, TOTP
 * secret). The table `account` is their projection. Sessions are not facts;
 * they live in a table that may be lost.
 */
#ifndef DAICHO_IDENTITY_IDENTITY_H
#define DAICHO_IDENTITY_IDENTITY_H

#include "base/arena.h"
#include "define/define.h"
#include "store/store.h"

/* One person, one account of kind PERSON. EMERGENCY accounts are sealed (disabled)
 * until opened; MACHINE accounts never sign in on a page. A LINK account stands for whoever
 * holds the address of one page (link.h): it never signs in and is in no list of people. */
enum account_kind {
	ACCOUNT_PERSON,
	ACCOUNT_EMERGENCY,
	ACCOUNT_MACHINE,
	ACCOUNT_LINK,
	ACCOUNT_KIND_MAX
};
const char *account_kind_name(enum account_kind k);  /* "person" ... */
const char *account_kind_label(enum account_kind k); /* 個人 非常時用 機器連携用 リンク用 */
int account_kind_parse(const char *name);	     /* or -1 */

struct account {
	char id[ID_SIZE];
	const char *login, *name, *profession, *site; /* profession: as in the staff ledger */
	const char *kana; /* reading of the name; a password must not hold it */
	const char *department;
	const char *vendor; /* entry of the vendors ledger, for role vendor; "" otherwise */
	const char *staff;  /* entry of the staff ledger, "" when not linked */
	const char *valid_from, *valid_until; /* YYYY-MM-DD of Japan, inclusive; "" is open */
	enum account_kind kind;
	enum role role;
	int64_t rev;
	bool disabled, must_change, has_totp, has_password;
	int keys, certs, recovery; /* security keys, client certificates, recovery codes left */
};
/* True if the account may be used on this day ("YYYY-MM-DD" in Japan). */
bool account_usable(const struct account *a, const char *today);
/* True if something beside the password can be asked for. */
bool account_has_factor(const struct account *a);

/* Under which special right somebody acts; goes into every access event. */
enum act_mark { ACT_NORMAL, ACT_BYPASS, ACT_EMERGENCY, ACT_TOKEN, ACT_MARK_MAX };
const char *act_mark_name(enum act_mark m); /* "" bypass emergency token */
int act_mark_parse(const char *name);	    /* or -1 */

/* Who acts: handed to everything that writes or shows. */
struct actor {
	char account[ID_SIZE]; /* "system" for the program itself */
	const char *name;
	enum role role;
	const char *profession, *site, *department, *vendor; /* NULL is "" */
	const char *opened; /* inspector: "ledger NAME" and "round ID" lines opened to them */
	const char *round;  /* of a link: the only round it reaches; NULL for everybody else */
	enum act_mark mark;
};
/* The program itself (imports of the sample, migrations). */
extern const struct actor actor_system;

/* What a caller of the command line or an administrator wants an account to be.
 * NULL members stay as they are (for a new account: empty). */
struct account_change {
	const char *login, *name, *profession, *site, *department, *vendor, *staff, *kana;
	const char *valid_from, *valid_until;
	int kind;	      /* enum account_kind of a new account; 0 is a person */
	int role;	      /* enum role, or -1 to keep */
	int disabled;	      /* 0, 1, or -1 to keep */
	const char *password; /* plain; checked against the rules, hashed with Argon2id */
	int must_change;      /* 0, 1, or -1 to keep */
	const char *totp;     /* base32 secret; "" removes it */
	bool drop_factors;    /* takes every second factor and recovery code away */
};

/* Makes or changes an account. `login` names it; `create` demands that it is
 * new. Disabling ends its sessions in the same transaction. */
int account_put(struct store *s, const struct actor *by, bool create, const char *login,
		const struct account_change *c, struct account *ret, struct arena *arena,
		struct err *err);
/* As account_put with a random first password, which the caller shows once: it has to be
 * changed at the first sign-in, within some days. ret_password holds 32 bytes; wipe it. */
int account_put_first(struct store *s, const struct actor *by, bool create, const char *login,
		      struct account_change *c, char ret_password[32], struct account *ret,
		      struct arena *arena, struct err *err);
int account_by_login(struct conn *c, const char *login, struct arena *arena, struct account *ret,
		     struct err *err);
int account_by_id(struct conn *c, const char *id, struct arena *arena, struct account *ret,
		  struct err *err);
/* All accounts by login; not those of links, which are nobody's. */
int account_list(struct conn *c, struct arena *arena, struct account **ret, size_t *ret_count,
		 struct err *err);
/* The display name of an account id ("システム" for "system", the id itself if
 * unknown). Never NULL. */
const char *account_name(struct conn *c, const char *id, struct arena *arena);

/* A random first password that people can read aloud; ret holds 32 bytes. */
void password_new(char ret[32]);

/* --- signing in ------------------------------------------------------------ */

enum login_result { LOGIN_DONE, LOGIN_NEEDS_TOTP, LOGIN_NEEDS_CHANGE, LOGIN_NEEDS_FACTOR };

#define TERMINAL_SIZE 96

/* From where somebody signs in. NULL members are empty. */
struct session_origin {
	const char *address;  /* IP address */
	const char *agent;    /* what the browser calls itself */
	const char *terminal; /* its class, and its name (terminal.h): decides how soon it locks */
	const char *device;   /* what the browser kept of earlier sign-ins (device.h) */
	const char *cert;     /* verified client certificate of the connection (client_cert.h) */
};

struct session {
	char token[44]; /* base64url of 32 random bytes; the cookie. Only its hash is stored */
	struct account account;
	uint8_t csrf_secret[HASH_SIZE];
	bool totp_pending; /* password given, second factor still to come */
	bool must_enrol;   /* the policy wants a second factor that is not there yet */
	bool locked;	   /* left idle: the screen stays clear until the password is given */
	int64_t reauth_us; /* monotonic time of the last proof by all factors */
	enum act_mark mark;
	char factors[48]; /* what was proved: "password totp" */
	char terminal[TERMINAL_SIZE], address[64], agent[128];
	char cert[HASH_HEX_SIZE]; /* of the certificate it is bound to, "": none */
};

/* Checks login and password in a time that does not tell whether the login
 * exists; throttled per account and address without ever locking out for good.
 * On success makes a session. ERR_DENIED with one text for every failure,
 * ERR_BUSY with the seconds to wait. */
int session_login(struct store *s, const char *login, const char *password,
		  const struct session_origin *from, struct arena *arena, struct session *ret,
		  enum login_result *ret_result, struct err *err);
/* Second factor: RFC 6238, 30 s, each code once, one step of clock drift. The
 * token changes (ret holds the new one). */
int session_totp(struct store *s, const char *token, const char *code, struct arena *arena,
		 struct session *ret, struct err *err);
/* What has to come before the session may do anything: the second factor, a new
 * password, enrolling a second factor, or nothing. */
enum login_result session_next(const struct session *s);
/* A recovery code or a bypass code in place of the second factor; each opens one
 * session. Like session_totp. */
int session_spare_code(struct store *s, const char *token, const char *code, struct arena *arena,
		       struct session *ret, struct err *err);
/* Finds a live session (idle and absolute limits on the monotonic clock) and
 * refreshes it. ERR_DENIED if there is none. */
int session_find(struct store *s, const char *token, struct arena *arena, struct session *ret,
		 struct err *err);
/* What session_prove asks for beside the password: nothing while the last full proof is
 * less than ten minutes old, or the session was opened by a code that stands in for a lost
 * second factor; else what this session was opened with, or what the person has. */
enum proof_kind { PROOF_NONE, PROOF_CODE, PROOF_KEY, PROOF_CERT };
enum proof_kind session_wants_proof(struct store *s, const struct session *session);

struct webauthn_site;
struct webauthn_answer;
/* What was shown in answer; only what is asked for is looked at. */
struct proof_shown {
	const char *password, *code; /* never NULL */
	const struct webauthn_site *site;
	const struct webauthn_answer *answer; /* of the key to webauthn_challenge */
	const char *cert; /* verified client certificate of the connection, NULL: none */
};
/* Proves again, for a sensitive act, who is at the screen. A code or an answer is used up.
 * ERR_DENIED, ERR_BUSY. */
int session_prove(struct store *s, const struct session *session, const struct proof_shown *shown,
		  struct err *err);
/* Checks the password alone again (approval). */
int session_reauth(struct store *s, const struct session *session, const char *password,
		   struct err *err);
int session_change_password(struct store *s, const struct session *session,
			    const char *old_password, const char *new_password, struct arena *arena,
			    struct session *ret, struct err *err);
int session_end(struct store *s, const char *token, struct err *err);

/* TOTP enrolment: a new secret and its otpauth:// URI (RFC 6238; for the QR). */
int totp_new(const char *login, const char *org, struct arena *arena, const char **ret_secret,
	     const char **ret_uri, struct err *err);
/* The URI alone, for a secret that exists. */
int totp_uri(const char *login, const char *org, const char *secret, struct arena *arena,
	     const char **ret, struct err *err);
/* True if `code` is right for the base32 secret at this time (enrolment check). */
bool totp_check(const char *secret_base32, const char *code, int64_t now_us);

/* --- authorisation ---------------------------------------------------------- */

/* What a route or command asks for. Default deny: 0 is never allowed. */
enum permission {
	PERM_NONE, /* refused always; a route row without permission */
	PERM_PUBLIC,
	PERM_LINK, /* whoever holds the address of the page, which is looked at before this */
	PERM_SESSION,	  /* anybody with a session, inspectors too: signing out, own start page */
	PERM_SIGNED_IN,	  /* anybody who works with daicho */
	PERM_SETUP,	  /* first run: only while no facility is recorded, or planner */
	PERM_LEDGER_READ, /* per ledger definition */
	PERM_LEDGER_CREATE,
	PERM_LEDGER_EDIT,
	PERM_LEDGER_EXPORT,
	PERM_LEDGER_IMPORT,
	PERM_CATALOGUE,	 /* reading guidelines, crosswalks and words */
	PERM_SCOPE_READ, /* what the facility is like */
	PERM_SCOPE,
	PERM_ROUND_READ,
	PERM_ROUND_ANSWER,
	PERM_ROUND_OPEN,
	PERM_ROUND_APPROVE,
	PERM_ROUND_REPLY, /* a vendor's own answers to a round about it */
	PERM_ROUND_LINK,  /* giving a vendor the address of a page to answer on, and ending it */
	PERM_CONTRACTS,	  /* where the sharing of roles stands, contract by contract */
	PERM_XRAY,	  /* what the measures find in the ledgers */
	PERM_FORMS,
	PERM_REPORT,
	PERM_VERIFY,
	PERM_ACCOUNTS,
	PERM_RESCUE,	    /* help somebody whose password or second factor fails */
	PERM_EVENTS_REVIEW, /* writing the review of a month of access events */
	PERM_INSPECTIONS,   /* opening and ending what an inspector sees */
	PERM_INSPECT,	    /* the start page of an inspector */
	PERM_IDS,	    /* the menu of all that is about accounts */
	PERM_PEOPLE,	    /* comparing lists of staff */
	PERM_REQUEST,	    /* asking for accounts and confirming what was granted */
	PERM_STOCKTAKE,	    /* open, assign, close a stock-take of accounts */
	PERM_STOCKTAKE_SEE, /* staff: only what they decide themselves */
	PERM_EVENTS,	    /* the records of use of everybody */
	PERM_API,	    /* machines, within what their key covers */
	PERM_FEED,	    /* the address of one's own calendar */
	PERM_PROXY,	    /* asking for proxies, confirming what was typed for oneself */
	PERM_EMERGENCY,	    /* opening and closing emergency accounts, each by two people */
	PERM_EMERGENCY_SEE,
	PERM_DECLARE, /* declaring an emergency */
	PERM_TRAIL_SEE,	    /* access logs of all systems, without who the patients are */
	PERM_TRAIL_PATIENT, /* patients of access events */
	PERM_TRAIL_MANAGE,  /* sources of access events, quarantine, disposal */
	PERM_GAP,	      /* what is missing, from all answers of the organisation */
	PERM_ANCHORS, /* where proofs of the log go, and sending them now */
	PERM_ANCHORS_SEE,
	PERM_CATALOGUE_UPDATE, /* installing catalogues, taking them back, confirming them */
	PERM_MAX
};

/* The one authorisation function. `ledger` for the PERM_LEDGER_* ones, else
 * NULL. 0, or ERR_DENIED with a message that names who may. */
int permit(const struct actor *who, enum permission p, const struct ledger_def *ledger,
	   struct err *err);
/* The row of a permission, for `daicho audit access`; NULL when there is none. */
struct permission_row {
	enum permission permission;
	const char *name; /* "LEDGER_READ" */
	role_set roles;
	int kind; /* enum permission_kind for acts on a ledger, else -1 */
	const char *what, *file;
	int line;
};
const struct permission_row *permission_row(enum permission p);
/* The Japanese names of a set of roles, for messages; returns ret. */
const char *roles_text(role_set roles, char *ret, size_t size);

/* Rebuilds the account and access tables from the facts and compares; calls `found` with a
 * message for each difference. For verify. */
int identity_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		   struct err *err);

#endif
