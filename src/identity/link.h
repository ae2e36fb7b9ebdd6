/*
 * Links: the address of one page on which somebody without an account answers one round. The
 * secret in it is a key of kind TOKEN_LINK (224 random bits, only a keyed hash is stored) of
 * an account of kind LINK, made for this one link: so everything done with it is a fact of
 * that account. It ends with its last day, or at once when it is revoked.
 *
 * Guessed, ended, revoked and other kinds of keys are refused alike: same text, same work.
 * Guideline 6.0 control 13, 14 (access of those outside), management 7.
 */
#ifndef DAICHO_IDENTITY_LINK_H
#define DAICHO_IDENTITY_LINK_H

#include "identity/token.h"

#define LINK_TEXT_SIZE TOKEN_TEXT_SIZE
#define LINK_DAYS_MAX 180 /* longest life */
#define LINK_HASH_SIZE 33
/* The event of a use begins with it. */
#define LINK_OPENED "事業者への回答ページが開かれました"

/* Whom a link is for. */
struct link_wish {
	const char *name;   /* of the account: what the log calls whoever used it */
	const char *vendor; /* entry of the vendors ledger */
	const char *until;  /* last day, YYYY-MM-DD */
};

/* ERR_INVALID, field "until", unless it is a day from today to LINK_DAYS_MAX ahead. */
int link_until_check(const char *until, struct err *err);
/* Makes the account. Needs PERM_ROUND_LINK. Without link_put it opens nothing. */
int link_account(struct store *s, const struct actor *by, const struct link_wish *wish,
		 struct arena *arena, struct account *ret, struct err *err);
/* A new secret for an address, and what is stored of it. Show it once, then wipe it. */
void link_new(struct store *s, char ret_text[LINK_TEXT_SIZE], char ret_hash[LINK_HASH_SIZE]);
/* Stores it: from now on it opens `round` until the end of `until`. Inside store_write. */
int link_put(struct tx *tx, const struct actor *by, const char *account, const char *round,
	     const char *until, const char *hash, struct err *err);
/* Stops the account, and with it the link. Needs PERM_ROUND_LINK. */
int link_end(struct store *s, const struct actor *by, const char *account, struct arena *arena,
	     struct err *err);

struct link_use {
	struct token token;
	struct account account;
	const char *round; /* the one it opens */
};
/* Whose link this is. ERR_NOT_FOUND in one text for every reason; ERR_BUSY for an address
 * that tries many wrong ones, or a link used far faster than people can. Notes the use, at
 * most once a minute. */
int link_find(struct store *s, const char *text, const char *address, struct arena *arena,
	      struct link_use *ret, struct err *err);

/* What may be done with an account of this kind by account_put. `now`: NULL for a new one. */
int link_put_check(const struct actor *by, const struct account *now,
		   const struct account_change *c, struct err *err);

#endif
