/* What an authenticator signs, made here by hand, and every way to bend it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "identity/challenge.h"
#include "identity/webauthn_read.h"

#define CHALLENGE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HOST "daicho.example"
#define ORIGIN "https://daicho.example:8443"

static const struct webauthn_site site = { HOST, ORIGIN };

struct token {
	EVP_PKEY *key;
	uint8_t data[256];
	size_t len;
	char client[512], data_text[512], signature[512];
	struct webauthn_answer answer;
};

static void encode(const void *bytes, size_t len, char *ret, size_t size)
{
	sodium_bin2base64(ret, size, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void client_data(struct token *t, const char *type, const char *challenge,
			const char *origin)
{
	char json[300];

	snprintf(json, sizeof json,
		 "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}",
		 type, challenge, origin);
	encode(json, strlen(json), t->client, sizeof t->client);
	t->answer.client_data = t->client;
}

static void put(struct token *t, const void *bytes, size_t len)
{
	memcpy(t->data + t->len, bytes, len);
	t->len += len;
}

static void head(struct token *t, const char *host, uint8_t flags, uint32_t counter)
{
	uint8_t hash[HASH_SIZE],
		rest[5] = { flags, (uint8_t)(counter >> 24), (uint8_t)(counter >> 16),
			    (uint8_t)(counter >> 8), (uint8_t)counter };

	t->len = 0;
	hash_bytes(host, strlen(host), hash);
	put(t, hash, sizeof hash);
	put(t, rest, sizeof rest);
}

static void finish(struct token *t)
{
	encode(t->data, t->len, t->data_text, sizeof t->data_text);
	t->answer.data = t->data_text;
}

/* An enrolment: head, model number, id, public key as COSE. */
static void make(struct token *t, const char *host, uint8_t flags)
{
	static const uint8_t id[] = { 0, 4, 'i', 'd', '0', '1' },
			     cose[] = { 0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32 },
			     y_head[] = { 0x22, 0x58, 32 };
	uint8_t model[16] = { 0 }, point[65];
	size_t n = 0;

	t->key = EVP_EC_gen("P-256");
	assert_non_null(t->key);
	EVP_PKEY_get_octet_string_param(t->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n);
	assert_int_equal(n, 65);
	head(t, host, flags, 0);
	put(t, model, sizeof model);
	put(t, id, sizeof id);
	put(t, cose, sizeof cose);
	put(t, point + 1, 32);
	put(t, y_head, sizeof y_head);
	put(t, point + 33, 32);
	finish(t);
	client_data(t, "webauthn.create", CHALLENGE, ORIGIN);
}

/* An answer to a challenge, signed over data and the hash of the client's part. */
static void show(struct token *t, const char *host, uint8_t flags, uint32_t counter)
{
	uint8_t client[512], signature[256], hash[HASH_SIZE];
	size_t len = sizeof signature;
	int client_len;
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	head(t, host, flags, counter);
	finish(t);
	client_len = base64url_read(t->client, client, sizeof client);
	hash_bytes(client, (size_t)client_len, hash);
	assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, t->key), 1);
	EVP_DigestSignUpdate(c, t->data, t->len);
	EVP_DigestSignUpdate(c, hash, sizeof hash);
	assert_int_equal(EVP_DigestSignFinal(c, signature, &len), 1);
	EVP_MD_CTX_free(c);
	encode(signature, len, t->signature, sizeof t->signature);
	t->answer.signature = t->signature;
}

static void webauthn__takes_what_the_key_of_this_site_signed(void **state)
{
	struct token t = { .len = 0 };
	struct authenticator a;
	uint32_t counter = 0;
	struct err err;

	(void)state;
	make(&t, HOST, 0x41);
	assert_int_equal(webauthn_read_made(&site, CHALLENGE, &t.answer, &a, &err), 0);
	assert_string_equal(a.id, "aWQwMQ");
	client_data(&t, "webauthn.get", CHALLENGE, ORIGIN);
	show(&t, HOST, 0x01, 7);
	assert_int_equal(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err), 0);
	assert_int_equal(counter, 7);
	EVP_PKEY_free(t.key);
}

static void webauthn__refuses_other_sites_challenges_and_untouched_keys(void **state)
{
	struct token t = { .len = 0 };
	struct authenticator a, other;
	struct token t2 = { .len = 0 };
	uint32_t counter;
	struct err err;

	(void)state;
#define DENIED(call) assert_int_equal(call, ERR_DENIED)
	make(&t, HOST, 0x41);
	assert_int_equal(webauthn_read_made(&site, CHALLENGE, &t.answer, &a, &err), 0);
	client_data(&t, "webauthn.create", "B" CHALLENGE, ORIGIN);
	DENIED(webauthn_read_made(&site, CHALLENGE, &t.answer, &other, &err));
	client_data(&t, "webauthn.create", CHALLENGE, "https://daicho.example.evil.example");
	DENIED(webauthn_read_made(&site, CHALLENGE, &t.answer, &other, &err));
	client_data(&t, "webauthn.get", CHALLENGE, "https://evil.example");
	show(&t, HOST, 0x01, 1);
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	client_data(&t, "webauthn.create", CHALLENGE, ORIGIN);
	show(&t, HOST, 0x01, 1);
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	client_data(&t, "webauthn.get", CHALLENGE, ORIGIN);
	show(&t, "evil.example", 0x01, 1);
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	show(&t, HOST, 0x00, 1);
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	/* Another key's signature is not this key's. */
	make(&t2, HOST, 0x41);
	client_data(&t2, "webauthn.get", CHALLENGE, ORIGIN);
	show(&t2, HOST, 0x01, 1);
	DENIED(webauthn_verify(&site, CHALLENGE, &t2.answer, &a, &counter, &err));
	EVP_PKEY_free(t.key);
	EVP_PKEY_free(t2.key);
}

static void webauthn__every_changed_byte_is_refused(void **state)
{
	struct token t = { .len = 0 };
	struct authenticator a;
	uint8_t bent[512];
	char text[700];
	uint32_t counter;
	struct err err;
	int len, i;

	(void)state;
	make(&t, HOST, 0x41);
	assert_int_equal(webauthn_read_made(&site, CHALLENGE, &t.answer, &a, &err), 0);
	client_data(&t, "webauthn.get", CHALLENGE, ORIGIN);
	show(&t, HOST, 0x01, 3);
	len = base64url_read(t.data_text, bent, sizeof bent);
	for (i = 0; i < len; i++) {
		bent[i] ^= 0x10;
		encode(bent, (size_t)len, text, sizeof text);
		t.answer.data = text;
		DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
		bent[i] ^= 0x10;
	}
	t.answer.data = t.data_text;
	t.answer.signature = "";
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	t.answer.client_data = "not base64 at all!";
	DENIED(webauthn_verify(&site, CHALLENGE, &t.answer, &a, &counter, &err));
	EVP_PKEY_free(t.key);
}

static void webauthn__truncated_enrolments_are_refused(void **state)
{
	struct token t = { .len = 0 };
	struct authenticator a;
	char text[512];
	struct err err;
	size_t n;

	(void)state;
	make(&t, HOST, 0x41);
	t.answer.data = text;
	for (n = 0; n < t.len; n++) {
		encode(t.data, n, text, sizeof text);
		DENIED(webauthn_read_made(&site, CHALLENGE, &t.answer, &a, &err));
	}
	EVP_PKEY_free(t.key);
}

static void webauthn__addresses_are_no_names(void **state)
{
	(void)state;
	assert_true(webauthn_possible("localhost"));
	assert_true(webauthn_possible("daicho.hospital.example"));
	assert_false(webauthn_possible("192.0.2.1"));
	assert_false(webauthn_possible("[::1]"));
}

static void challenge__counts_once_and_for_five_minutes(void **state)
{
	static struct challenge list[CHALLENGES];
	uint8_t one[HASH_SIZE] = { 1 }, two[HASH_SIZE] = { 2 }, given[CHALLENGE_BYTES],
		taken[CHALLENGE_BYTES], other[CHALLENGE_BYTES];
	size_t i;

	(void)state;
	challenge_put(list, one, 100, given);
	challenge_put(list, two, 100, other);
	assert_memory_not_equal(given, other, sizeof given);
	assert_true(challenge_take(list, one, 200, taken));
	assert_memory_equal(given, taken, sizeof given);
	assert_false(challenge_take(list, one, 200, taken));
	assert_false(challenge_take(list, two, 100 + INT64_C(300) * 1000000, taken));
	/* A flood takes places, but never grows. */
	for (i = 0; i < 1000; i++) {
		one[1] = (uint8_t)i;
		one[2] = (uint8_t)(i >> 8);
		challenge_put(list, one, 1000 + (int64_t)i, given);
	}
	assert_true(challenge_take(list, one, 3000, taken));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(webauthn__takes_what_the_key_of_this_site_signed),
		cmocka_unit_test(webauthn__refuses_other_sites_challenges_and_untouched_keys),
		cmocka_unit_test(webauthn__every_changed_byte_is_refused),
		cmocka_unit_test(webauthn__truncated_enrolments_are_refused),
		cmocka_unit_test(webauthn__addresses_are_no_names),
		cmocka_unit_test(challenge__counts_once_and_for_five_minutes),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
