#include "identity/webauthn_read.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"

#define CLIENT_DATA_MAX 2048
#define DATA_MAX 2048
#define SIGNATURE_MAX 1024
#define FLAG_USER_PRESENT 0x01

static int refused(struct err *err, const char *why)
{
	return err_set(err, ERR_DENIED,
		       "セキュリティキーを確かめられませんでした（%s）。もう一度お試しください。",
		       why);
}

int base64url_read(const char *text, uint8_t *ret, size_t size)
{
	size_t len = 0;

	if (!text || sodium_base642bin(ret, size, text, strlen(text), NULL, &len, NULL,
				       sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return -1;
	return (int)len;
}

static int base64url_write(const uint8_t *bytes, size_t len, char *ret, size_t size)
{
	if (sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING) > size)
		return -1;
	sodium_bin2base64(ret, size, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return 0;
}

/* WebAuthn 7.1 (7-10), 7.2 (11-14): what the browser says it was asked. */
static int check_client(const struct webauthn_site *site, const char *type, const char *challenge,
			const char *client_data, uint8_t ret_hash[HASH_SIZE], struct err *err)
{
	uint8_t bytes[CLIENT_DATA_MAX];
	int len = base64url_read(client_data, bytes, sizeof bytes);
	json_t *o = NULL;
	const char *why = NULL;

	if (len < 0 || json_read((const char *)bytes, (size_t)len, &o, NULL) < 0)
		return refused(err, "応答が読み取れません");
	if (strcmp(json_str(o, "type", ""), type) != 0)
		why = "応答の種類が違います";
	else if (strcmp(json_str(o, "challenge", ""), challenge) != 0)
		why = "期限が切れたか、別の画面の応答です";
	else if (strcmp(json_str(o, "origin", ""), site->origin) != 0 ||
		 json_is_true(json_object_get(o, "crossOrigin")))
		why = "別のサイトへの応答です";
	json_decref(o);
	if (why)
		return refused(err, why);
	hash_bytes(bytes, (size_t)len, ret_hash);
	return 0;
}

/* The head of authenticator data: hash of the host, flags, counter. */
static int check_data(const struct webauthn_site *site, const uint8_t *data, int len,
		      struct err *err)
{
	uint8_t host[HASH_SIZE];

	if (len < HASH_SIZE + 5)
		return refused(err, "応答が短すぎます");
	hash_bytes(site->host, strlen(site->host), host);
	if (memcmp(data, host, HASH_SIZE) != 0)
		return refused(err, "別のサイトの鍵です");
	if (!(data[HASH_SIZE] & FLAG_USER_PRESENT))
		return refused(err, "鍵に触れていません");
	return 0;
}

/* Fills *ret from a credential of algorithm `alg`; false if it is of another. */
static bool read_credential(int alg, const uint8_t *data, size_t len, struct authenticator *ret)
{
	fido_cred_t *cred = fido_cred_new();
	bool done = false;

	if (cred && fido_cred_set_type(cred, alg) == FIDO_OK &&
	    fido_cred_set_authdata_raw(cred, data, len) == FIDO_OK && fido_cred_id_len(cred) > 0)
		done = base64url_write(fido_cred_id_ptr(cred), fido_cred_id_len(cred), ret->id,
				       sizeof ret->id) == 0 &&
		       base64url_write(fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred),
				       ret->key, sizeof ret->key) == 0;
	fido_cred_free(&cred);
	ret->alg = alg;
	return done;
}

int webauthn_read_made(const struct webauthn_site *site, const char *challenge,
		       const struct webauthn_answer *answer, struct authenticator *ret,
		       struct err *err)
{
	static const int algorithms[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };
	uint8_t data[DATA_MAX], hash[HASH_SIZE];
	int len = base64url_read(answer->data, data, sizeof data);
	int r = check_client(site, "webauthn.create", challenge, answer->client_data, hash, err);
	size_t i;

	memset(ret, 0, sizeof *ret);
	if (r >= 0)
		r = check_data(site, data, len, err);
	if (r < 0)
		return r;
	ret->kind = AUTHENTICATOR_KEY;
	for (i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		if (read_credential(algorithms[i], data, (size_t)len, ret))
			return 0;
	return refused(err, "対応していない種類の鍵です");
}

/* fido_assert_verify with a public key of any of the three kinds. */
static int verify_with(const fido_assert_t *a, const struct authenticator *key)
{
	uint8_t raw[sizeof key->key];
	int len = base64url_read(key->key, raw, sizeof raw);
	es256_pk_t *es = es256_pk_new();
	eddsa_pk_t *ed = eddsa_pk_new();
	rs256_pk_t *rs = rs256_pk_new();
	int r = FIDO_ERR_INVALID_ARGUMENT;

	if (len < 0 || !es || !ed || !rs)
		len = -1;
	else if (key->alg == COSE_ES256 && es256_pk_from_ptr(es, raw, (size_t)len) == FIDO_OK)
		r = fido_assert_verify(a, 0, COSE_ES256, es);
	else if (key->alg == COSE_EDDSA && eddsa_pk_from_ptr(ed, raw, (size_t)len) == FIDO_OK)
		r = fido_assert_verify(a, 0, COSE_EDDSA, ed);
	else if (key->alg == COSE_RS256 && rs256_pk_from_ptr(rs, raw, (size_t)len) == FIDO_OK)
		r = fido_assert_verify(a, 0, COSE_RS256, rs);
	es256_pk_free(&es);
	eddsa_pk_free(&ed);
	rs256_pk_free(&rs);
	return r;
}

int webauthn_verify(const struct webauthn_site *site, const char *challenge,
		    const struct webauthn_answer *answer, const struct authenticator *key,
		    uint32_t *ret_counter, struct err *err)
{
	uint8_t data[DATA_MAX], sig[SIGNATURE_MAX], hash[HASH_SIZE];
	int len = base64url_read(answer->data, data, sizeof data);
	int sig_len = base64url_read(answer->signature, sig, sizeof sig);
	int r = check_client(site, "webauthn.get", challenge, answer->client_data, hash, err);
	fido_assert_t *a;
	bool good;

	if (r >= 0)
		r = check_data(site, data, len, err);
	if (r < 0)
		return r;
	if (sig_len <= 0)
		return refused(err, "署名が読み取れません");
	a = fido_assert_new();
	good = a && fido_assert_set_count(a, 1) == FIDO_OK &&
	       fido_assert_set_rp(a, site->host) == FIDO_OK &&
	       fido_assert_set_clientdata_hash(a, hash, sizeof hash) == FIDO_OK &&
	       fido_assert_set_authdata_raw(a, 0, data, (size_t)len) == FIDO_OK &&
	       fido_assert_set_up(a, FIDO_OPT_TRUE) == FIDO_OK &&
	       fido_assert_set_sig(a, 0, sig, (size_t)sig_len) == FIDO_OK &&
	       verify_with(a, key) == FIDO_OK;
	if (good)
		*ret_counter = fido_assert_sigcount(a, 0);
	fido_assert_free(&a);
	return good ? 0 : refused(err, "署名が合いません");
}
