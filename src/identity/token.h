/*
 * Keys with which machines come in, and the addresses of calendar feeds. "dcho_" and 43
 * characters (224 random bits and a checksum), shown once; only a keyed hash is stored.
 * A key may do what the role of its account may AND what its scope names, never more. It
 * ends by itself, and in the same transaction in which its account loses or changes its
 * rights. Making, first use, revoking and refused uses are access events.
 * Guideline 6.0 control 14 (access control between systems), 13.
 */
#ifndef DAICHO_IDENTITY_TOKEN_H
#define DAICHO_IDENTITY_TOKEN_H

#include "identity/identity.h"

#define TOKEN_TEXT_SIZE 49   /* with NUL */
#define TOKEN_DAYS_MAX 400   /* longest life */
#define TOKEN_OVERLAP_MAX 30 /* days for which the old one may live on beside its successor */
#define TOKEN_PER_ACCOUNT 20

enum token_kind { TOKEN_MACHINE, TOKEN_FEED, TOKEN_LINK, TOKEN_KIND_MAX };
const char *token_kind_name(enum token_kind k); /* machine feed link (link.h) */

struct token {
	char id[ID_SIZE]; /* names it on pages; opens nothing */
	enum token_kind kind;
	char account[ID_SIZE];
	const char *label;   /* what it is for */
	const char *scope;   /* "read:devices write:devices export:devices checkpoint verify" */
	const char *address; /* "192.0.2.0/24": accepted from there only; "" from anywhere */
	const char *cert;    /* SHA-256 of the client certificate wanted beside it, hex; "" none */
	int64_t made_us, expires_us, used_us; /* UTC; used 0: never */
};

/* What a new one shall be. */
struct token_wish {
	const char *account; /* id */
	const char *label;
	const char *scope, *address, *cert; /* as in struct token; NULL is "" */
	const char *until;		    /* last day, YYYY-MM-DD, at most TOKEN_DAYS_MAX ahead */
};

/* Makes a key for an account of kind MACHINE. `by` needs PERM_ACCOUNTS. ret_text is what
 * the machine sends: show it once, then wipe it. Texts of *ret live in `arena`. `defs`
 * (may be NULL: not compared) knows the ledgers that a scope may name. */
int token_make(struct store *s, const struct definitions *defs, const struct actor *by,
	       const struct token_wish *wish, char ret_text[TOKEN_TEXT_SIZE], struct token *ret,
	       struct arena *arena, struct err *err);
/* A successor with the same account, label and scope, to live until `until`; the old one
 * ends after `overlap` days (0: at once). */
int token_rotate(struct store *s, const struct actor *by, const char *id, const char *until,
		 int overlap, char ret_text[TOKEN_TEXT_SIZE], struct token *ret,
		 struct arena *arena, struct err *err);
/* Ends it at once. `by` is its owner (a feed) or has PERM_ACCOUNTS. ERR_NOT_FOUND. */
int token_revoke(struct store *s, const struct actor *by, const char *id, struct err *err);
/* The address of one's own calendar feed; an older one ends with it. */
int token_make_feed(struct store *s, const struct actor *by, char ret_text[TOKEN_TEXT_SIZE],
		    struct err *err);

/* Where a request came from. NULL is "". */
struct token_origin {
	const char *address; /* IP address */
	const char *cert;    /* SHA-256 of a client certificate that was verified, hex */
};
/* Whose key this is. ERR_DENIED in one text for every reason (unknown, ended, account
 * stopped, wrong place); ERR_BUSY for an address that tries many wrong ones. Notes the
 * use, at most once a minute. */
int token_find(struct store *s, enum token_kind kind, const char *text,
	       const struct token_origin *from, struct arena *arena, struct token *ret,
	       struct account *ret_account, struct err *err);
/* ERR_BUSY for a feed that is asked for far more often than any calendar does. */
int token_feed_pace(struct store *s, const struct token *t, struct err *err);
/* True if the scope names the act (read write export) on this ledger, or, with ledger
 * NULL, the word itself (checkpoint verify). */
bool token_covers(const struct token *t, const char *act, const char *ledger);
/* permit() for the holder of a key: what its scope covers of what a route asks for.
 * ERR_DENIED. The role is asked too: both must agree. */
int token_permit(const struct token *t, enum permission p, const struct ledger_def *ledger,
		 struct err *err);

/* All keys of one kind (`account` NULL: of everybody), those that end first first. */
int token_list(struct conn *c, enum token_kind kind, const char *account, struct arena *arena,
	       struct token **ret, size_t *ret_count, struct err *err);
int token_get(struct conn *c, const char *id, struct arena *arena, struct token *ret,
	      struct err *err);
/* Ends every key and feed of an account, with an event when there was one. Inside
 * store_write. */
int tokens_end_all(struct tx *tx, const struct actor *by, const char *account, struct err *err);
/* Ends the calendar feed of an account because of `why` ("パスワードの変更"), with an event
 * when there was one. Inside store_write. */
int token_end_feeds(struct tx *tx, const struct actor *by, const char *account, const char *why,
		    struct err *err);
/* 1 if somebody has a calendar feed, 0 if not. */
int token_has_feed(struct conn *c, const char *account, struct err *err);

/* --- parts, pure, for tests ------------------------------------------------------- */

/* A new key. */
void token_new(char ret[TOKEN_TEXT_SIZE]);
/* True if it has the form and the checksum of one: not yet that it exists. */
bool token_valid(const char *text);
/* Checks the words of a scope and gives them back with one space between, each once. */
int token_scope_check(const struct definitions *defs, const char *scope, struct arena *arena,
		      const char **ret, struct err *err);
/* True if `address` lies in `range`, "192.0.2.7", "192.0.2.0/24" or "2001:db8::/32". */
bool address_in_range(const char *address, const char *range);
bool address_range_valid(const char *range);

#endif
