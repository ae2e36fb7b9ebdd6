/* Cosignatures and what a witness decides; keys and times of other programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "log/cosign.h"
#include "log/witness.h"

/* Verifier keys as another implementation prints them: an ordinary key and a cosigner's. */
#define PLAIN "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
#define COSIGNER "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
#define TEXT "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void keys_of_others_are_read(void **state)
{
	struct note_key key;
	char text[NOTE_VKEY_SIZE];

	(void)state;
	assert_int_equal(cosign_vkey_read(COSIGNER, &key, NULL), 0);
	assert_string_equal(key.name, "remora.n621.de");
	assert_int_equal(key.id, 0xda77ade7);
	cosign_vkey_write(&key, text);
	assert_string_equal(text, COSIGNER);
	/* The same key under type 01 has another id as a cosigner. */
	assert_int_equal(cosign_vkey_read(PLAIN, &key, NULL), 0);
	assert_int_not_equal(key.id, 0x7997405c);
	assert_int_equal(cosign_vkey_read("remora.n621.de+da77ade8+BOvN63jn/"
					  "bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
					  &key, NULL),
			 ERR_INVALID);
	assert_int_equal(cosign_vkey_read("remora.n621.de", &key, NULL), ERR_INVALID);
}

static void a_cosignature_covers_text_and_time(void **state)
{
	uint8_t seed[32] = { 7 };
	struct note_key key, log;
	struct buf b;
	uint64_t seconds = 0;
	char *at;

	(void)state;
	buf_init(&b, 0);
	assert_int_equal(cosign_key_from_seed("w1.example", seed, &key, NULL), 0);
	assert_int_equal(note_key_from_seed("log.example", seed, &log, NULL), 0);
	assert_int_equal(note_sign(TEXT, strlen(TEXT), &log, 1, &b, NULL), 0);
	assert_int_equal(cosign_find(&key, b.data, b.len, &seconds, NULL), 0);
	assert_int_equal(cosign_write(&key, TEXT, strlen(TEXT), 1679315147, &b, NULL), 0);
	assert_int_equal(cosign_find(&key, b.data, b.len, &seconds, NULL), 1);
	assert_int_equal(seconds, 1679315147);
	/* The log's own signature is read beside it. */
	assert_int_equal(note_open(b.data, b.len, &log, 1, &(struct note){ 0 }, NULL), 0);
	at = strstr(b.data, "20852163");
	*at = '3';
	assert_int_equal(cosign_find(&key, b.data, b.len, &seconds, NULL), ERR_INVALID);
	buf_release(&b);
}

/* The first request of another witness's own test: a log of one leaf. */
#define SIGSUM_ORIGIN "sigsum.org/v1/tree/985ea163f5af026723561354f51f2ebcdcf2af809ce254ccfb64aa9aadd80f90"
#define SIGSUM_BODY                                                                                 \
	"old 0\n\n" SIGSUM_ORIGIN "\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"             \
	"\xe2\x80\x94 " SIGSUM_ORIGIN                                                               \
	" 7BKT0gOfNZ1J0So9unY3BZtm2YkPIoNYM/dce0Z2avJDs8dxN6ts9bOSwwrVrbjm6P9K3ZxpK6jJngOG6YvGGzV"  \
	"/lwo=\n"

static void a_request_of_others_is_judged_as_they_do(void **state)
{
	struct witness_log log = { .origin = SIGSUM_ORIGIN };
	struct witness_request q;
	struct checkpoint c;
	uint8_t public[32];

	(void)state;
	assert_true(hex_decode("52c05edad1bf5feffa81354faae59a655d9a9a1a793ed2f62c39c26c0be2aecd",
			       public, 32));
	memcpy(log.key.name, SIGSUM_ORIGIN, strlen(SIGSUM_ORIGIN) + 1);
	memcpy(log.key.public, public, 32);
	log.key.id = 0xec1293d2;
	assert_int_equal(witness_request_read(SIGSUM_BODY, strlen(SIGSUM_BODY), &q, NULL), 0);
	assert_int_equal(q.old_size, 0);
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 200);
	assert_int_equal(c.size, 1);
	/* Seen already: from 0 it is a conflict, from 1 it is the same again. */
	log.size = 1;
	memcpy(log.root, c.root, HASH_SIZE);
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 409);
	q.old_size = 1;
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 200);
	log.root[5] ^= 1;
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 409);
	q.old_size = 2;
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 400);
	log.key.public[0] ^= 1;
	assert_int_equal(witness_judge(&log, &q, &c, NULL), 403);
}

static void a_request_is_read_back_as_written(void **state)
{
	struct witness_request q = { .old_size = 20852014, .note = "x\n", .note_len = 2 }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	q.proof.count = 63;
	memset(q.proof.hash, 0x5a, sizeof q.proof.hash);
	assert_int_equal(witness_request_write(&q, &b, NULL), 0);
	assert_int_equal(witness_request_read(b.data, b.len, &back, NULL), 0);
	assert_int_equal(back.old_size, q.old_size);
	assert_int_equal(back.proof.count, 63);
	assert_memory_equal(back.proof.hash, q.proof.hash, 63 * HASH_SIZE);
	assert_int_equal(back.note_len, 2);
	q.proof.count = 64;
	buf_clear(&b);
	assert_int_equal(witness_request_write(&q, &b, NULL), 0);
	assert_int_equal(witness_request_read(b.data, b.len, &back, NULL), ERR_INVALID);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_others_are_read),
		cmocka_unit_test(a_cosignature_covers_text_and_time),
		cmocka_unit_test(a_request_of_others_is_judged_as_they_do),
		cmocka_unit_test(a_request_is_read_back_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
