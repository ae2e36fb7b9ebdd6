#include "web/x509.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"

#define NAME_MAX_CHARS 64 /* of CN and O, RFC 5280 */

int x509_failed(struct err *err)
{
	return err_set(err, ERR_IO,
		       "証明書を作れませんでした。名前に使えない文字がないか確かめて、"
		       "もう一度行ってください");
}

static bool is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* An address may come as in a URL, "[::1]". */
static void without_brackets(const char *host, char *ret, size_t size)
{
	bool bracket = host[0] == '[';

	snprintf(ret, size, "%s", host + bracket);
	if (bracket)
		ret[strcspn(ret, "]")] = '\0';
}

bool x509_host_valid(const char *host)
{
	char plain[256];
	size_t len = strlen(host);

	if (!len || len >= 254)
		return false;
	without_brackets(host, plain, sizeof plain);
	return plain[strspn(plain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_.:")] == '\0' &&
	       *plain && (is_address(plain) || !strchr(plain, ':'));
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool add_hosts(X509 *x, const struct x509_plan *p)
{
	CLEANUP(buf_release) struct buf b;
	char host[256];
	size_t i;

	buf_init(&b, 0);
	buf_puts(&b, "DNS:localhost,IP:127.0.0.1,IP:::1");
	for (i = 0; i < p->host_count; i++) {
		if (!x509_host_valid(p->hosts[i]))
			return false;
		without_brackets(p->hosts[i], host, sizeof host);
		if (strcmp(host, "localhost") != 0 && strcmp(host, "127.0.0.1") != 0 &&
		    strcmp(host, "::1") != 0)
			buf_printf(&b, ",%s:%s", is_address(host) ? "IP" : "DNS", host);
	}
	return !buf_failed(&b) && add_extension(x, NULL, NID_subject_alt_name, b.data);
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

/* The first characters of a UTF-8 text that fit, as a part of the subject. */
static bool add_name(X509_NAME *name, const char *type, const char *text)
{
	size_t len = 0, chars = 0;

	for (; text[len]; len++)
		if (((unsigned char)text[len] & 0xC0) != 0x80 && ++chars > NAME_MAX_CHARS)
			break;
	return len && X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
						 (const unsigned char *)text, (int)len, -1, 0);
}

static bool add_uses(X509 *x, X509 *issuer, const struct x509_plan *p)
{
	static const struct {
		const char *basic, *usage, *extended;
	} uses[] = {
		{ "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign", NULL },
		{ "critical,CA:FALSE", "critical,digitalSignature", "serverAuth" },
		{ "critical,CA:FALSE", "critical,digitalSignature", "clientAuth" },
	};

	return add_extension(x, issuer, NID_basic_constraints, uses[p->use].basic) &&
	       add_extension(x, issuer, NID_key_usage, uses[p->use].usage) &&
	       (!uses[p->use].extended ||
		add_extension(x, issuer, NID_ext_key_usage, uses[p->use].extended)) &&
	       add_extension(x, issuer, NID_subject_key_identifier, "hash") &&
	       (!issuer ||
		add_extension(x, issuer, NID_authority_key_identifier, "keyid:always")) &&
	       (p->use != X509_FOR_SERVER || add_hosts(x, p));
}

static bool fill(X509 *x, const struct x509_plan *p, EVP_PKEY *key, X509 *issuer, EVP_PKEY *by)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
	       X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
	       X509_gmtime_adj(X509_getm_notAfter(x), p->days * 86400 - 3600) &&
	       (!p->org || !*p->org || add_name(name, "O", p->org)) &&
	       add_name(name, "CN", p->name) &&
	       X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : name) &&
	       X509_set_pubkey(x, key) && add_uses(x, issuer, p) &&
	       X509_sign(x, by, EVP_sha256()) > 0;
}

X509 *x509_make(const struct x509_plan *plan, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();

	if (x && fill(x, plan, key, issuer, issuer ? issuer_key : key))
		return x;
	X509_free(x);
	return NULL;
}

bool x509_fingerprint(const X509 *x, char ret[96])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0, i;

	if (!X509_digest(x, EVP_sha256(), digest, &len) || len != 32)
		return false;
	for (i = 0; i < len; i++)
		snprintf(ret + (size_t)i * 3, 4, i + 1 < len ? "%02X:" : "%02X", digest[i]);
	return true;
}

int x509_save_bio(const char *path, BIO *bio, mode_t mode, struct err *err)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	int r = len > 0 ? file_write(path, data, (size_t)len, mode, err) : x509_failed(err);

	if (len > 0)
		bytes_wipe(data, (size_t)len);
	return r;
}

int x509_save(const char *path, const X509 *x, struct err *err)
{
	CLEANUP(x509_bio_free) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || !PEM_write_bio_X509(bio, x))
		return x509_failed(err);
	return x509_save_bio(path, bio, 0644, err);
}

int x509_save_key(const char *path, const EVP_PKEY *key, struct err *err)
{
	CLEANUP(x509_bio_free) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		return x509_failed(err);
	return x509_save_bio(path, bio, 0600, err);
}

int x509_load(const char *path, X509 **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf pem;
	CLEANUP(x509_bio_free) BIO *bio = NULL;
	int r;

	buf_init(&pem, 0);
	r = file_read(path, (size_t)256 * 1024, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.len ? pem.data : "", (int)pem.len);
	*ret = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (!*ret)
		return err_set(err, ERR_INVALID,
			       "証明書 %s を読めません。PEM形式の証明書を置き直してください", path);
	return 0;
}
