#include "anchor/stamp_check.h"

#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "base/hash.h"

static void request_free(TS_REQ **r)
{
	TS_REQ_free(*r);
}

static void reply_free(TS_RESP **r)
{
	TS_RESP_free(*r);
}

static void context_free(TS_VERIFY_CTX **c)
{
	TS_VERIFY_CTX_free(*c);
}

/* --- asking ------------------------------------------------------------------------- */

static int imprint_set(TS_REQ *req, const uint8_t hash[HASH_SIZE])
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t copy[HASH_SIZE];
	int good;

	memcpy(copy, hash, sizeof copy);
	good = imprint && algorithm &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
	       TS_MSG_IMPRINT_set_msg(imprint, copy, sizeof copy) &&
	       TS_REQ_set_msg_imprint(req, imprint);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return good;
}

static int nonce_set(TS_REQ *req, uint64_t nonce)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	int good = n && ASN1_INTEGER_set_uint64(n, nonce) && TS_REQ_set_nonce(req, n);

	ASN1_INTEGER_free(n);
	return good;
}

int stamp_request(const void *note, size_t len, uint64_t *ret_nonce, struct buf *ret,
		  struct err *err)
{
	CLEANUP(request_free) TS_REQ *req = TS_REQ_new();
	uint8_t hash[HASH_SIZE], *der = NULL;
	int n;

	hash_bytes(note, len, hash);
	random_bytes(ret_nonce, sizeof *ret_nonce);
	*ret_nonce = *ret_nonce >> 1 | 1; /* positive, and never the 0 that means none */
	if (!req || !TS_REQ_set_version(req, 1) || !imprint_set(req, hash) ||
	    !nonce_set(req, *ret_nonce) || !TS_REQ_set_cert_req(req, 1))
		return err_nomem(err);
	n = i2d_TS_REQ(req, &der);
	if (n > 0)
		buf_add(ret, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 && !buf_failed(ret) ? 0 : err_nomem(err);
}

/* --- checking ------------------------------------------------------------------------- */

static int refuse(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID,
		       "時刻認証局の返事が正しくありません（%s）。"
		       "時刻認証局のURLと認証局の証明書のファイルを確かめてください",
		       what);
}

static int64_t asn1_us(const ASN1_TIME *t)
{
	struct tm tm;

	return t && ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) * 1000000 : 0;
}

/* A certificate names its subject in one of several alphabets, and whoever made it chose the
 * bytes: what is shown is UTF-8 that fits on one line. */
static void name_keep(const ASN1_STRING *name, char *ret, size_t size)
{
	unsigned char *text = NULL;
	int len = name ? ASN1_STRING_to_UTF8(&text, name) : -1;
	const char *p = (const char *)text, *end = p + (len > 0 ? len : 0);
	size_t used = 0;

	if (len > 0 && !utf8_valid(p, (size_t)len, NULL))
		end = p;
	while (p < end) {
		uint32_t c;
		size_t n = utf8_decode(p, &c);

		if (used + n >= size)
			break;
		memcpy(ret + used, p, n);
		if (c < 0x20 || c == 0x7f)
			ret[used] = '?';
		used += n;
		p += n;
	}
	OPENSSL_free(text);
	(void)snprintf(ret + used, size - used, "%s", used ? "" : "名前の読めない署名者");
}

static void who_read(const X509 *cert, char *ret, size_t size)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	name_keep(at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), ret,
		  size);
}

/* Who signed, until when that certificate holds, and the time stated. */
static int info_read(TS_RESP *resp, struct stamp_info *ret, struct err *err)
{
	TS_TST_INFO *info = TS_RESP_get_tst_info(resp);
	PKCS7 *token = TS_RESP_get_token(resp);
	STACK_OF(X509) * signers;

	if (!info || !token)
		return refuse(err, "時刻の印が入っていません");
	ret->at_us = asn1_us(TS_TST_INFO_get_time(info));
	signers = PKCS7_get0_signers(token, NULL, 0);
	if (signers && sk_X509_num(signers) == 1) {
		X509 *cert = sk_X509_value(signers, 0);

		ret->ends_us = asn1_us(X509_get0_notAfter(cert));
		who_read(cert, ret->who, sizeof ret->who);
	}
	sk_X509_free(signers);
	return ret->at_us > 0 && ret->ends_us > 0 ? 0 : refuse(err, "時刻か署名者が読めません");
}

/* Authorities that are believed, at the time the token states: a token stays good after
 * the end of its certificate, as long as a newer one covers it. */
static X509_STORE *authorities(const char *ca_file, int64_t at_us)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param;

	if (store && X509_STORE_load_file(store, ca_file) != 1) {
		X509_STORE_free(store);
		return NULL;
	}
	param = store ? X509_STORE_get0_param(store) : NULL;
	if (param)
		X509_VERIFY_PARAM_set_time(param, (time_t)(at_us / 1000000));
	return store;
}

static int unreadable(const char *ca_file, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "認証局の証明書のファイル %.300s が読めません。"
		       "場所と中身（PEM）を確かめてください",
		       ca_file);
}

int stamp_authorities_check(const char *ca_file, struct err *err)
{
	X509_STORE *store = authorities(ca_file, 0);

	X509_STORE_free(store);
	return store ? 0 : unreadable(ca_file, err);
}

static TS_VERIFY_CTX *context(const uint8_t hash[HASH_SIZE], uint64_t nonce)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	TS_REQ *req = TS_REQ_new();

	/* The context is filled from a request like the one that was sent. */
	if (!ctx || !req || !TS_REQ_set_version(req, 1) || !imprint_set(req, hash) ||
	    (nonce && !nonce_set(req, nonce)) || !TS_REQ_to_TS_VERIFY_CTX(req, ctx)) {
		TS_VERIFY_CTX_free(ctx);
		ctx = NULL;
	}
	TS_REQ_free(req);
	return ctx;
}

/* The signature of the token by the certificate it carries, whoever that is. */
static int signature_alone(TS_RESP *resp)
{
	return PKCS7_verify(TS_RESP_get_token(resp), NULL, NULL, NULL, NULL,
			    PKCS7_NOVERIFY) == 1;
}

int stamp_check(const void *note, size_t len, const void *reply, size_t reply_len, uint64_t nonce,
		const char *ca_file, struct stamp_info *ret, struct err *err)
{
	const unsigned char *p = reply;
	CLEANUP(reply_free) TS_RESP *resp = NULL;
	CLEANUP(context_free) TS_VERIFY_CTX *ctx = NULL;
	uint8_t hash[HASH_SIZE];
	X509_STORE *store;
	unsigned flags;
	int r;

	memset(ret, 0, sizeof *ret);
	if (reply_len > STAMP_BYTES_MAX)
		return refuse(err, "大きすぎます");
	resp = d2i_TS_RESP(NULL, &p, (long)reply_len);
	if (!resp || p != (const unsigned char *)reply + reply_len)
		return refuse(err, "形が違います");
	if (TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp)) == NULL ||
	    ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp))) > 1)
		return refuse(err, "時刻認証局が断りました");
	r = info_read(resp, ret, err);
	if (r < 0)
		return r;
	hash_bytes(note, len, hash);
	ctx = context(hash, nonce);
	if (!ctx)
		return err_nomem(err);
	flags = TS_VFY_VERSION | TS_VFY_IMPRINT | (nonce ? TS_VFY_NONCE : 0U);
	ret->trusted = ca_file && *ca_file;
	if (ret->trusted) {
		store = authorities(ca_file, ret->at_us);
		if (!store)
			return unreadable(ca_file, err);
		TS_VERIFY_CTX_set_store(ctx, store); /* takes it over */
		flags |= TS_VFY_SIGNATURE;
	} else if (!signature_alone(resp)) {
		return refuse(err, "署名が合いません");
	}
	TS_VERIFY_CTX_set_flags(ctx, (int)flags);
	if (TS_RESP_verify_response(ctx, resp) != 1)
		return refuse(err, "この証明に対する、信じている認証局の署名ではありません");
	return 0;
}
