/* Making certificates with libcrypto; for the files of src/web that issue some. */
#ifndef DAICHO_WEB_X509_H
#define DAICHO_WEB_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

enum x509_use { X509_FOR_AUTHORITY, X509_FOR_SERVER, X509_FOR_CLIENT };

struct x509_plan {
	enum x509_use use;
	const char *name, *org; /* CN and O of the subject; org may be NULL */
	long days;
	const char *const *hosts; /* of a server: names and addresses beside localhost */
	size_t host_count;
};

/* True for a host name or address that may stand in a certificate; "[::1]" counts. */
bool x509_host_valid(const char *host);
/* A certificate for `key`, valid from an hour ago, signed by `issuer` (NULL: by itself).
 * NULL if a name cannot stand in it or libcrypto fails. */
X509 *x509_make(const struct x509_plan *plan, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key);
/* SHA-256 as "AB:CD:..."; ret holds 96 bytes. */
bool x509_fingerprint(const X509 *x, char ret[96]);

/* PEM files. The key is wiped from memory on the way. */
int x509_save(const char *path, const X509 *x, struct err *err);
int x509_save_key(const char *path, const EVP_PKEY *key, struct err *err);
int x509_load(const char *path, X509 **ret, struct err *err);
/* Writes what is in a memory BIO. */
int x509_save_bio(const char *path, BIO *bio, mode_t mode, struct err *err);
int x509_failed(struct err *err);

static inline void x509_key_free(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void x509_free(X509 **p)
{
	X509_free(*p);
}

static inline void x509_bio_free(BIO **p)
{
	BIO_free(*p);
}

#endif
