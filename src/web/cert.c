#include "web/cert.h"

#include <openssl/ec.h>

#include "base/cleanup.h"
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
