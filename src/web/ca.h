/*
 * A private certificate authority in a folder of its own, which may lie on a stick: its
 * key, its certificate, what it issued and what it took back.
 *
 *	ca.pem, ca-key.pem (0600)   the authority itself (ECDSA P-256, ten years)
 *	issued.json                 every certificate it issued
 *	crl.pem                     what it revoked, signed by it
 */
#ifndef DAICHO_WEB_CA_H
#define DAICHO_WEB_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define CA_YEARS 10
#define CA_LEAF_DAYS 397  /* of a certificate and of a revocation list */
#define CA_SERIAL_SIZE 33 /* 32 hex digits */

enum ca_kind { CA_SERVER, CA_PERSON, CA_MACHINE, CA_KIND_MAX };
const char *ca_kind_name(enum ca_kind k);  /* server person machine */
const char *ca_kind_label(enum ca_kind k); /* サーバー 個人 機器連携 */
int ca_kind_parse(const char *name);	   /* or -1 */

/* Why a certificate is taken back (RFC 5280, 5.3.1). */
struct ca_reason {
	const char *name; /* "keyCompromise" */
	int code;
	const char *label; /* 紛失・盗難・漏えい */
};
/* All reasons; NULL name ends the list. */
extern const struct ca_reason ca_reasons[];

struct ca_entry {
	char serial[CA_SERIAL_SIZE];
	enum ca_kind kind;
	const char *name, *hosts; /* hosts: of a server, separated by blanks; else "" */
	int64_t made_us, until_us, revoked_us; /* UTC; revoked 0: not */
	const char *reason;		       /* a ca_reason's name, "" */
};

struct ca; /* an opened authority */

/* Makes a new authority in `folder` (made if absent). ERR_CONFLICT if there is one. */
int ca_create(const char *folder, const char *org, struct err *err);
/* Opens it with its key. ERR_NOT_FOUND if the folder holds none. */
int ca_open(const char *folder, struct ca **ret, struct err *err);
void ca_free(struct ca *ca); /* NULL-safe */
/* Path of a file of it ("ca.pem"); ret holds size bytes. */
int ca_path(const char *folder, const char *file, char *ret, size_t size, struct err *err);

/* What to issue. */
struct ca_order {
	enum ca_kind kind;
	const char *name;	  /* common name: a login, a system, the first host */
	const char *const *hosts; /* of a server */
	size_t host_count;
	const char *csr; /* PEM file of a request, whose key is used; NULL: a new key */
};
/* What came out, as files: a server gets `cert` and `key` (PEM, 0600); a person or machine
 * `p12` with a passphrase, or `cert` alone where the order brought a request. */
struct ca_out {
	const char *cert, *key, *p12; /* paths, NULL where not wanted */
	char passphrase[40];	      /* of the p12; shown once, wipe it */
	char serial[CA_SERIAL_SIZE];
	char fingerprint[96]; /* "AB:CD:..." */
};
/* ERR_CONFLICT: a certificate of another kind has that name and is in force. */
int ca_issue(struct ca *ca, const struct ca_order *order, struct ca_out *out, struct err *err);

/* Takes a certificate back and signs a new list. ERR_NOT_FOUND, ERR_CONFLICT (already). */
int ca_revoke(struct ca *ca, const char *serial, const char *reason, struct err *err);
/* Signs the list anew, good for another CA_LEAF_DAYS. */
int ca_sign_list(struct ca *ca, struct err *err);
/* Puts the list into the file of lists a server reads, in place of an earlier one of this
 * authority; those of others stay. */
int ca_publish_list(const struct ca *ca, const char *to, struct err *err);
/* All it issued, oldest first; lives as long as the authority is open. */
const struct ca_entry *ca_entries(const struct ca *ca, size_t *ret_count);

#endif
