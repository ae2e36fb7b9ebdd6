/* What an authority took back: the list it signs, and where the server reads it. */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "web/ca_inside.h"

#define LIST_MAX ((size_t)16 * 1024 * 1024)

const struct ca_reason ca_reasons[] = {
	{ "keyCompromise", CRL_REASON_KEY_COMPROMISE, "紛失・盗難・漏えい" },
	{ "affiliationChanged", CRL_REASON_AFFILIATION_CHANGED, "退職・異動" },
	{ "superseded", CRL_REASON_SUPERSEDED, "新しいものに替えた" },
	{ "cessationOfOperation", CRL_REASON_CESSATION_OF_OPERATION, "使わなくなった" },
	{ "unspecified", CRL_REASON_UNSPECIFIED, "その他" },
	{ NULL, 0, NULL },
};

static const struct ca_reason *find_reason(const char *name)
{
	const struct ca_reason *r;

	for (r = ca_reasons; r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

static bool set_reason(X509_REVOKED *row, int code)
{
	ASN1_ENUMERATED *e;
	bool ok;

	/* RFC 5280: "unspecified" is said by leaving it out. */
	if (code == CRL_REASON_UNSPECIFIED)
		return true;
	e = ASN1_ENUMERATED_new();
	ok = e && ASN1_ENUMERATED_set(e, code) &&
	     X509_REVOKED_add1_ext_i2d(row, NID_crl_reason, e, 0, 0) == 1;
	ASN1_ENUMERATED_free(e);
	return ok;
}

static bool list_one(X509_CRL *crl, const struct ca_entry *e)
{
	const struct ca_reason *reason = find_reason(e->reason);
	X509_REVOKED *row = X509_REVOKED_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)(e->revoked_us / 1000000));
	ASN1_INTEGER *serial = NULL;
	BIGNUM *n = NULL;
	bool ok = row && when && BN_hex2bn(&n, e->serial);

	serial = ok ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	ok = ok && serial && X509_REVOKED_set_serialNumber(row, serial) &&
	     X509_REVOKED_set_revocationDate(row, when) &&
	     set_reason(row, reason ? reason->code : CRL_REASON_UNSPECIFIED) &&
	     X509_CRL_add0_revoked(crl, row);
	if (!ok)
		X509_REVOKED_free(row);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(when);
	BN_free(n);
	return ok;
}

static bool add_list_extensions(X509_CRL *crl, X509 *issuer)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	/* Rises with time, as the number of a list has to. */
	ok = number && ext && ASN1_INTEGER_set_int64(number, clock_now_us()) &&
	     X509_CRL_add_ext(crl, ext, -1) &&
	     X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
	X509_EXTENSION_free(ext);
	ASN1_INTEGER_free(number);
	return ok;
}

static bool fill_list(X509_CRL *crl, const struct ca *ca)
{
	ASN1_TIME *now = X509_gmtime_adj(NULL, -3600);
	ASN1_TIME *next = X509_gmtime_adj(NULL, (long)CA_LEAF_DAYS * 86400);
	bool ok = now && next && X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
		  X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->cert)) &&
		  X509_CRL_set1_lastUpdate(crl, now) && X509_CRL_set1_nextUpdate(crl, next);
	size_t i;

	for (i = 0; i < ca->count && ok; i++)
		if (ca->entries[i].revoked_us)
			ok = list_one(crl, &ca->entries[i]);
	ok = ok && add_list_extensions(crl, ca->cert) && X509_CRL_sort(crl) &&
	     X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0;
	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	return ok;
}

int ca_sign_list(struct ca *ca, struct err *err)
{
	CLEANUP(x509_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	X509_CRL *crl = X509_CRL_new();
	char path[PATH_MAX];
	int r = ca_path(ca->folder, "crl.pem", path, sizeof path, err);

	if (r >= 0 && (!bio || !crl || !fill_list(crl, ca) || !PEM_write_bio_X509_CRL(bio, crl)))
		r = x509_failed(err);
	X509_CRL_free(crl);
	return r < 0 ? r : x509_save_bio(path, bio, 0644, err);
}

int ca_revoke(struct ca *ca, const char *serial, const char *reason, struct err *err)
{
	const struct ca_reason *why = find_reason(reason);
	struct ca_entry *e = NULL;
	size_t i;
	int r;

	if (!why)
		return err_set(err, ERR_USAGE,
			       "失効の理由は keyCompromise affiliationChanged superseded "
			       "cessationOfOperation unspecified のどれかです: %s",
			       reason);
	for (i = 0; i < ca->count; i++)
		if (strcasecmp(ca->entries[i].serial, serial) == 0)
			e = &ca->entries[i];
	if (!e)
		return err_set(err, ERR_NOT_FOUND,
			       "番号 %s の証明書は発行していません。daicho tls list で"
			       "番号を確かめてください",
			       serial);
	if (e->revoked_us)
		return err_set(err, ERR_CONFLICT, "番号 %s の証明書は既に失効しています", serial);
	e->revoked_us = clock_now_us();
	e->reason = why->name;
	r = ca_save_entries(ca, err);
	return r < 0 ? r : ca_sign_list(ca, err);
}

/* --- lists that hold those of several authorities ---------------------------------- */

/* The next PEM block of `text`, or NULL. */
static const char *next_block(const char *text, const char **ret_end)
{
	const char *begin = strstr(text, "-----BEGIN "), *end;

	if (!begin)
		return NULL;
	end = strstr(begin, "-----END ");
	end = end ? strchr(end, '\n') : NULL;
	*ret_end = end ? end + 1 : begin + strlen(begin);
	return begin;
}

static bool same_issuer(const char *block, size_t len, X509_NAME *name)
{
	BIO *bio = BIO_new_mem_buf(block, (int)len);
	X509_CRL *crl = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
	bool same = crl && X509_NAME_cmp(X509_CRL_get_issuer(crl), name) == 0;

	X509_CRL_free(crl);
	BIO_free(bio);
	return same;
}

int ca_publish_list(const struct ca *ca, const char *to, struct err *err)
{
	CLEANUP(buf_release) struct buf old;
	CLEANUP(buf_release) struct buf all;
	char own[PATH_MAX];
	const char *p, *end;
	int r = ca_path(ca->folder, "crl.pem", own, sizeof own, err);

	buf_init(&old, 0);
	buf_init(&all, 0);
	if (r >= 0)
		r = file_read(own, LIST_MAX, &all, err);
	if (r >= 0 && file_exists(to))
		r = file_read(to, LIST_MAX, &old, err);
	if (r < 0)
		return r;
	for (p = old.len ? old.data : ""; (p = next_block(p, &end)) != NULL; p = end)
		if (!same_issuer(p, (size_t)(end - p), X509_get_subject_name(ca->cert)))
			buf_add(&all, p, (size_t)(end - p));
	if (buf_failed(&all))
		return err_nomem(err);
	return file_write(to, all.data, all.len, 0644, err);
}
