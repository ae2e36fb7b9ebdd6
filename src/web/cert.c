#include "web/cert.h"

#include <openssl/bio.h>
#include <openssl/ec.h>

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "web/request.h"
#include "web/x509.h"

int web_cert_make(const char *cert_path, const char *key_path, const char *const *hosts,
		  size_t host_count, struct err *err)
{
	const struct x509_plan plan = { .use = X509_FOR_SERVER,
					.name = "daicho",
					.days = CERT_DAYS,
					.hosts = hosts,
					.host_count = host_count };
	CLEANUP(x509_key_free) EVP_PKEY *key = EVP_EC_gen("P-256");
	CLEANUP(x509_free) X509 *x = key ? x509_make(&plan, key, NULL, NULL) : NULL;
	int r;

	if (!x)
		return x509_failed(err);
	r = x509_save_key(key_path, key, err);
	return r < 0 ? r : x509_save(cert_path, x, err);
}

int web_cert_fingerprint(const char *cert_path, char ret[96], struct err *err)
{
	CLEANUP(x509_free) X509 *x = NULL;
	int r = x509_load(cert_path, &x, err);

	return r < 0 ? r : x509_fingerprint(x, ret) ? 0 : x509_failed(err);
}

/* A distinguished name as RFC 4514 writes it, in UTF-8; "" if it is too long. */
static void name_text(const X509_NAME *name, char *ret, size_t size)
{
	CLEANUP(x509_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	ret[0] = '\0';
	if (!bio || X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
		return;
	len = BIO_get_mem_data(bio, &text);
	if (len > 0 && (size_t)len < size) {
		memcpy(ret, text, (size_t)len);
		ret[len] = '\0';
	}
}

int web_cert_read(const char *path, struct client_cert *ret, struct err *err)
{
	CLEANUP(x509_free) X509 *x = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct tm until = { 0 };
	unsigned len = 0;
	int r = x509_load(path, &x, err);

	if (r < 0)
		return err_set(err, ERR_INVALID,
			       "証明書を読めません。PEM形式の証明書のファイルを選んでください。");
	if (!X509_digest(x, EVP_sha256(), digest, &len) || len != HASH_SIZE ||
	    !ASN1_TIME_to_tm(X509_get0_notAfter(x), &until))
		return x509_failed(err);
	hex_encode(digest, HASH_SIZE, ret->fingerprint);
	name_text(X509_get_subject_name(x), ret->subject, sizeof ret->subject);
	name_text(X509_get_issuer_name(x), ret->issuer, sizeof ret->issuer);
	ret->until_us = (int64_t)timegm(&until) * 1000000;
	return 0;
}
