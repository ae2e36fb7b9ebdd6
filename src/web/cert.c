#include "web/cert.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"

static void key_free(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static void x509_free(X509 **p)
{
	X509_free(*p);
}

static void bio_free(BIO **p)
{
	BIO_free(*p);
}

static int failed(struct err *err)
{
	return err_set(err, ERR_IO,
		       "証明書を作れませんでした。サーバー名に使えない文字がないか確かめて、"
		       "もう一度行ってください");
}

static bool is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool host_plain(const char *host)
{
	size_t len = strlen(host);

	return len && len < 254 &&
	       host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789-_.:")] == '\0' &&
	       (is_address(host) || !strchr(host, ':'));
}

static bool add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool add_names(X509 *x, const char *const *hosts, size_t count)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	buf_puts(&b, "DNS:localhost,IP:127.0.0.1,IP:::1");
	for (i = 0; i < count; i++) {
		/* An address may come as in a URL, "[::1]". */
		bool bracket = hosts[i][0] == '[';
		char host[256];

		snprintf(host, sizeof host, "%s", hosts[i] + bracket);
		if (bracket)
			host[strcspn(host, "]")] = '\0';
		if (!host_plain(host))
			return false;
		if (strcmp(host, "localhost") != 0 && strcmp(host, "127.0.0.1") != 0 &&
		    strcmp(host, "::1") != 0)
			buf_printf(&b, ",%s:%s", is_address(host) ? "IP" : "DNS", host);
	}
	return !buf_failed(&b) && add_extension(x, NID_subject_alt_name, b.data);
}

static bool set_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool ok;

	random_bytes(bytes, sizeof bytes);
	bytes[0] &= 0x7F;
	bytes[0] |= 0x40; /* positive and always 16 bytes */
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

static bool fill(X509 *x, EVP_PKEY *key, const char *const *hosts, size_t count)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
	       X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
	       X509_gmtime_adj(X509_getm_notAfter(x), (long)CERT_DAYS * 86400 - 3600) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
					  (const unsigned char *)"daicho", -1, -1, 0) &&
	       X509_set_issuer_name(x, name) && X509_set_pubkey(x, key) &&
	       add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x, NID_ext_key_usage, "serverAuth") && add_names(x, hosts, count) &&
	       X509_sign(x, key, EVP_sha256()) > 0;
}

/* Writes what is in the memory BIO to a file. */
static int save(BIO *bio, const char *path, mode_t mode, struct err *err)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	int r = len > 0 ? file_write(path, data, (size_t)len, mode, err) : failed(err);

	if (len > 0)
		bytes_wipe(data, (size_t)len);
	return r;
}

int web_cert_make(const char *cert_path, const char *key_path, const char *const *hosts,
		  size_t host_count, struct err *err)
{
	CLEANUP(key_free) EVP_PKEY *key = EVP_EC_gen("P-256");
	CLEANUP(x509_free) X509 *x = X509_new();
	CLEANUP(bio_free) BIO *key_pem = BIO_new(BIO_s_mem());
	CLEANUP(bio_free) BIO *cert_pem = BIO_new(BIO_s_mem());
	int r;

	if (!key || !x || !key_pem || !cert_pem || !fill(x, key, hosts, host_count) ||
	    !PEM_write_bio_PKCS8PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_bio_X509(cert_pem, x))
		return failed(err);
	r = save(key_pem, key_path, 0600, err);
	return r < 0 ? r : save(cert_pem, cert_path, 0644, err);
}

int web_cert_fingerprint(const char *cert_path, char ret[96], struct err *err)
{
	CLEANUP(buf_release) struct buf pem;
	CLEANUP(bio_free) BIO *bio = NULL;
	CLEANUP(x509_free) X509 *x = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0, i;
	int r;

	buf_init(&pem, 0);
	r = file_read(cert_path, (size_t)256 * 1024, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.len ? pem.data : "", (int)pem.len);
	x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (!x || !X509_digest(x, EVP_sha256(), digest, &len) || len != 32)
		return err_set(err, ERR_INVALID,
			       "証明書 %s を読めません。PEM形式の証明書を置き直してください",
			       cert_path);
	for (i = 0; i < len; i++)
		snprintf(ret + (size_t)i * 3, 4, i + 1 < len ? "%02X:" : "%02X", digest[i]);
	return 0;
}
