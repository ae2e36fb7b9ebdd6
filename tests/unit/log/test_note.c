/* Signed notes and checkpoints: our own, those of others, and malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "log/checkpoint.h"
#include "log/note.h"
#include "memlog.h"

#define OTHERS_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define DASH "\xe2\x80\x94 "

static void key_of(const char *name, uint8_t seed, struct note_key *ret)
{
	uint8_t bytes[32] = { seed };

	assert_int_equal(note_key_from_seed(name, bytes, ret, NULL), 0);
}

static void note__signs_and_opens(void **state)
{
	static const char text[] = "一行目\n\n三行目\n";
	struct note_key keys[2];
	struct note note;
	struct buf b;

	(void)state;
	key_of("a.example.jp", 1, &keys[0]);
	key_of("b.example.jp", 2, &keys[1]);
	buf_init(&b, 0);
	assert_int_equal(note_sign(text, strlen(text), keys, 2, &b, NULL), 0);
	assert_int_equal(note_open(b.data, b.len, keys, 2, &note, NULL), 0);
	assert_int_equal(note.text_len, strlen(text));
	assert_memory_equal(note.text, text, note.text_len);
	assert_int_equal(note.signed_count, 2);
	/* Knowing only one of the two is enough, and tells which. */
	assert_int_equal(note_open(b.data, b.len, &keys[1], 1, &note, NULL), 0);
	assert_int_equal(note.signed_count, 1);
	assert_int_equal(note.signed_by[0], 0);
	buf_release(&b);
}

static void note__any_changed_byte_is_refused(void **state)
{
	static const char text[] = "log.example.jp\n12\nabc\n";
	struct note_key key;
	struct note note;
	struct buf b;
	size_t i;

	(void)state;
	key_of("log.example.jp", 1, &key);
	buf_init(&b, 0);
	assert_int_equal(note_sign(text, strlen(text), &key, 1, &b, NULL), 0);
	for (i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		assert_int_equal(note_open(b.data, b.len, &key, 1, &note, NULL), ERR_INVALID);
		b.data[i] ^= 1;
		assert_int_equal(note_open(b.data, i, &key, 1, &note, NULL), ERR_INVALID);
	}
	assert_int_equal(note_open(b.data, b.len, &key, 1, &note, NULL), 0);
	buf_release(&b);
}

static void note__malformed_ones_are_refused(void **state)
{
#define SIG "AAAAAAAAAAA="
	static const char *const bad[] = {
		"",
		"\n",
		"text\n",
		"text\n\n",
		"text\n\n" DASH "name " SIG,
		"text\n" DASH "name " SIG "\n",
		"text\n\n- name " SIG "\n",
		"text\n\n\xe2\x80\x94name " SIG "\n",
		"text\n\n" DASH "name\n",
		"text\n\n" DASH " " SIG "\n",
		"text\n\n" DASH "na me " SIG "\n",
		"text\n\n" DASH "na+me " SIG "\n",
		"text\n\n" DASH "na\xe3\x80\x80me " SIG "\n",
		"text\n\n" DASH "na\xc2\xa0me " SIG "\n",
		"text\n\n" DASH "name AAAAAA==\n",
		"text\n\n" DASH "name AAAAAAAAAAA\n",
		"text\n\n" DASH "name AAAAAAAAAAB=\n",
		"text\n\n" DASH "name " SIG " \n",
		"text\n\n" DASH "name " SIG "\nmore\n",
		"text\r\n\n" DASH "name " SIG "\n",
		"te\txt\n\n" DASH "name " SIG "\n",
		"te\xffxt\n\n" DASH "name " SIG "\n",
	};
	struct note note;
	struct err err;
	struct buf many;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (note_peek(bad[i], strlen(bad[i]), &note, &err) != ERR_INVALID || !err.text[0])
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(note_peek("a\n\n" DASH "name " SIG "\n", 25, &note, NULL), 0);
	assert_int_equal(note_peek("a\0\n\n" DASH "name " SIG "\n", 26, &note, NULL), ERR_INVALID);
	buf_init(&many, 0);
	buf_puts(&many, "text\n\n");
	for (i = 0; i < NOTE_LINES_MAX; i++)
		buf_puts(&many, DASH "name " SIG "\n");
	assert_int_equal(note_peek(many.data, many.len, &note, NULL), 0);
	buf_puts(&many, DASH "name " SIG "\n");
	assert_int_equal(note_peek(many.data, many.len, &note, NULL), ERR_INVALID);
	buf_release(&many);
}

/* A stranger's signature is ignored, whatever it is; a known one must be right. */
static void note__unknown_and_false_signatures(void **state)
{
	struct note_key ours, same_name, other;
	struct note note;
	struct buf b, forged;

	(void)state;
	key_of("log.example.jp", 1, &ours);
	key_of("log.example.jp", 2, &same_name);
	key_of("else.example.jp", 1, &other);
	buf_init(&b, 0);
	assert_int_equal(note_sign("t\n", 2, &same_name, 1, &b, NULL), 0);
	assert_int_equal(note_open(b.data, b.len, &ours, 1, &note, NULL), ERR_INVALID);
	assert_int_equal(note_open(b.data, b.len, &other, 1, &note, NULL), ERR_INVALID);
	assert_int_equal(note_open(b.data, b.len, NULL, 0, &note, NULL), ERR_INVALID);
	/* Our name and id over a signature that is not ours: the whole note falls. */
	same_name.id = ours.id;
	buf_clear(&b);
	assert_int_equal(note_sign("t\n", 2, &ours, 1, &b, NULL), 0);
	buf_init(&forged, 0);
	assert_int_equal(note_sign("t\n", 2, &same_name, 1, &forged, NULL), 0);
	buf_puts(&b, strstr(forged.data, DASH));
	assert_int_equal(note_open(b.data, b.len, &ours, 1, &note, NULL), ERR_INVALID);
	buf_release(&forged);
	buf_release(&b);
}

static void key__texts_round_trip_and_bad_ones_are_refused(void **state)
{
	char vkey[NOTE_VKEY_SIZE], skey[NOTE_SKEY_SIZE];
	struct note_key key, back;
	struct err err;
	size_t i;

	(void)state;
	assert_int_equal(note_key_new("見本.example.jp/log", &key, NULL), 0);
	note_vkey_write(&key, vkey);
	note_skey_write(&key, skey);
	assert_int_equal(note_vkey_read(vkey, &back, NULL), 0);
	assert_true(note_key_same(&key, &back));
	assert_int_equal(back.id, key.id);
	assert_int_equal(note_skey_read(skey, &back, NULL), 0);
	assert_memory_equal(&back, &key, sizeof key);
	for (i = 0; i < strlen(vkey); i++) {
		vkey[i] ^= 1;
		assert_int_equal(note_vkey_read(vkey, &back, &err), ERR_INVALID);
		vkey[i] ^= 1;
	}
	for (i = 0; i < strlen(skey); i++) {
		skey[i] ^= 1;
		assert_int_equal(note_skey_read(skey, &back, NULL), ERR_CORRUPT);
		skey[i] ^= 1;
	}
	/* The error must not show the secret. */
	skey[20] ^= 1;
	assert_int_equal(note_skey_read(skey, &back, &err), ERR_CORRUPT);
	assert_null(strstr(err.text, skey + 40));
	assert_int_equal(note_vkey_read("", &back, NULL), ERR_INVALID);
	assert_int_equal(note_vkey_read("a+b", &back, NULL), ERR_INVALID);
	assert_int_equal(note_key_new("a b", &key, NULL), ERR_INVALID);
	assert_int_equal(note_key_new("a+b", &key, NULL), ERR_INVALID);
	assert_int_equal(note_key_new("", &key, NULL), ERR_INVALID);
}

static void checkpoint__signs_and_opens(void **state)
{
	struct note_key key;
	struct checkpoint c;
	uint8_t root[HASH_SIZE];
	struct buf b;
	size_t by = 9;

	(void)state;
	key_of("log.example.jp", 1, &key);
	hash_bytes("x", 1, root);
	buf_init(&b, 0);
	assert_int_equal(checkpoint_sign("log.example.jp", 42, root, &key, &b, NULL), 0);
	/* SHA-256("x") in base64 stands in the third line. */
	assert_ptr_equal(strstr(b.data, "log.example.jp\n42\n"
					"LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=\n\n"),
			 b.data);
	assert_int_equal(checkpoint_open(b.data, b.len, &key, 1, &c, &by, NULL), 0);
	assert_string_equal(c.origin, "log.example.jp");
	assert_int_equal(c.size, 42);
	assert_memory_equal(c.root, root, HASH_SIZE);
	assert_int_equal(by, 0);
	buf_release(&b);
}

static void checkpoint__malformed_ones_are_refused(void **state)
{
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	static const char *const bad[] = {
		"",
		"log\n",
		"log\n1\n",
		"log\n1\n" ROOT,
		"\n1\n" ROOT "\n",
		"log\n01\n" ROOT "\n",
		"log\n-1\n" ROOT "\n",
		"log\n+1\n" ROOT "\n",
		"log\n1 \n" ROOT "\n",
		"log\n\n" ROOT "\n",
		"log\n9223372036854775808\n" ROOT "\n",
		"log\n99999999999999999999\n" ROOT "\n",
		"log\n1\n" ROOT "A\n",
		"log\n1\n\n",
		"log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
		"log\n1\n" ROOT "\n\n",
		"log\n1\n" ROOT "\next\n\n",
		"log\n1\n" ROOT "\next",
	};
	static const char odd[] = "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF\x89=\n";
	struct checkpoint c;
	size_t i;

	(void)state;
	/* Found by fuzzing: a byte outside ASCII that the decoder took for a letter. */
	assert_int_equal(checkpoint_read(odd, sizeof odd - 1, &c, NULL), ERR_INVALID);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (checkpoint_read(bad[i], strlen(bad[i]), &c, NULL) != ERR_INVALID)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(checkpoint_read("log\n0\n" ROOT "\n", 51, &c, NULL), 0);
	assert_int_equal(checkpoint_read("log\n1\n" ROOT "\next\n", 55, &c, NULL), 0);
	assert_int_equal(checkpoint_read("log\n9223372036854775807\n" ROOT "\n", 69, &c, NULL), 0);
	assert_true(c.size == (uint64_t)INT64_MAX);
}

/* A checkpoint made by another implementation. */
static void checkpoint__of_others_opens(void **state)
{
	char path[4096];
	struct note_key key;
	struct checkpoint c;
	struct buf b;
	size_t i;

	(void)state;
	if (!shared_path("vectors/tlog-tiles/checkpoint", path, sizeof path))
		skip();
	buf_init(&b, 0);
	assert_int_equal(file_read(path, NOTE_MAX, &b, NULL), 0);
	assert_int_equal(note_vkey_read(OTHERS_KEY, &key, NULL), 0);
	assert_int_equal(checkpoint_open(b.data, b.len, &key, 1, &c, NULL, NULL), 0);
	assert_string_equal(c.origin, "example.com/log/testdata");
	assert_int_equal(c.size, 15);
	for (i = 0; i < b.len; i++) {
		b.data[i] ^= 2;
		assert_int_not_equal(checkpoint_open(b.data, b.len, &key, 1, &c, NULL, NULL), 0);
		b.data[i] ^= 2;
	}
	buf_release(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(note__signs_and_opens),
		cmocka_unit_test(note__any_changed_byte_is_refused),
		cmocka_unit_test(note__malformed_ones_are_refused),
		cmocka_unit_test(note__unknown_and_false_signatures),
		cmocka_unit_test(key__texts_round_trip_and_bad_ones_are_refused),
		cmocka_unit_test(checkpoint__signs_and_opens),
		cmocka_unit_test(checkpoint__malformed_ones_are_refused),
		cmocka_unit_test(checkpoint__of_others_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
