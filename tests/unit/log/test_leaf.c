/* Leaves: one spelling only; commitments; the handover of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/canon.h"
#include "log/commit.h"
#include "log/leaf.h"
#include "memlog.h"

#define HEX0 "0000000000000000000000000000000000000000000000000000000000000000"
#define HEXA "abababababababababababababababababababababababababababababababab"

static const struct leaf full = {
	.kind = "revision",
	.ledger = "devices",
	.entry = "e1",
	.op = "confirm",
	.actor = "u\"1\\",
	.behalf = "院長\n\x01\x1f",
	.rev = 3,
	.at_us = 1795000000000001,
	.part_count = 2,
	.part = { { .class = "personal" }, { .class = "internal" } },
};

static void leaf__is_written_in_its_one_form(void **state)
{
	static const char expected[] =
		"{\"actor\":\"u\\\"1\\\\\",\"at\":1795000000000001,"
		"\"behalf\":\"院長\\n\\u0001\\u001f\",\"entry\":\"e1\",\"kind\":\"revision\","
		"\"ledger\":\"devices\",\"op\":\"confirm\",\"parts\":{\"internal\":\"" HEX0
		"\",\"personal\":\"" HEX0 "\"},\"rev\":3,\"v\":1}";
	struct buf b, again;
	json_t *json;

	(void)state;
	buf_init(&b, 0);
	buf_init(&again, 0);
	buf_puts(&b, "kept");
	assert_int_equal(leaf_write(&full, &b, NULL), 0);
	assert_memory_equal(b.data, "kept", 4);
	assert_string_equal(b.data + 4, expected);
	/* The general writer of canonical JSON agrees. */
	assert_int_equal(json_read(b.data + 4, b.len - 4, &json, NULL), 0);
	assert_int_equal(canon_write(json, &again, NULL), 0);
	assert_string_equal(again.data, expected);
	json_decref(json);
	buf_release(&b);
	buf_release(&again);
}

static void leaf__reads_back_what_was_written(void **state)
{
	struct arena a;
	struct leaf back;
	struct buf b, again;

	(void)state;
	arena_init(&a, 0);
	buf_init(&b, 0);
	buf_init(&again, 0);
	assert_int_equal(leaf_write(&full, &b, NULL), 0);
	assert_int_equal(leaf_read(b.data, b.len, &a, &back, NULL), 0);
	assert_string_equal(back.actor, full.actor);
	assert_string_equal(back.behalf, full.behalf);
	assert_string_equal(back.kind, full.kind);
	assert_null(back.key);
	assert_int_equal(back.rev, 3);
	assert_int_equal(back.at_us, full.at_us);
	assert_int_equal(back.part_count, 2);
	assert_string_equal(back.part[0].class, "internal");
	assert_int_equal(leaf_write(&back, &again, NULL), 0);
	assert_string_equal(again.data, b.data);
	buf_release(&b);
	buf_release(&again);
	arena_release(&a);
}

/* Whatever one byte becomes: it is refused, or it is another leaf in its own
 * one form. No two spellings of one leaf pass. */
static void leaf__no_second_spelling(void **state)
{
	struct arena a;
	struct leaf back;
	struct buf b, again;
	size_t i;
	int byte;

	(void)state;
	arena_init(&a, 0);
	buf_init(&b, 0);
	buf_init(&again, 0);
	assert_int_equal(leaf_write(&full, &b, NULL), 0);
	for (i = 0; i < b.len; i++) {
		char kept = b.data[i];

		assert_int_equal(leaf_read(b.data, i, &a, &back, NULL), ERR_INVALID);
		for (byte = 0; byte < 256; byte++) {
			b.data[i] = (char)byte;
			arena_release(&a);
			if (leaf_read(b.data, b.len, &a, &back, NULL) != 0)
				continue;
			buf_clear(&again);
			assert_int_equal(leaf_write(&back, &again, NULL), 0);
			assert_string_equal(again.data, b.data);
		}
		b.data[i] = kept;
	}
	buf_release(&b);
	buf_release(&again);
	arena_release(&a);
}

static void leaf__other_forms_are_refused(void **state)
{
#define END ",\"kind\":\"a\",\"v\":1}"
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"at\":1,\"kind\":\"a\"}",
		"{\"kind\":\"a\",\"v\":1}",
		"{\"at\":1,\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"v\":2}",
		"{\"at\":1" END "\n",
		" {\"at\":1" END,
		"{ \"at\":1" END,
		"{\"at\": 1" END,
		"{\"at\":1,\"at\":1" END,
		"{\"kind\":\"a\",\"at\":1,\"v\":1}",
		"{\"at\":1,\"note\":\"x\"" END,
		"{\"at\":1,\"entry\":\"\"" END,
		"{\"at\":1,\"entry\":null" END,
		"{\"at\":1,\"entry\":7" END,
		"{\"at\":01" END,
		"{\"at\":-1" END,
		"{\"at\":-0" END,
		"{\"at\":1.0" END,
		"{\"at\":1e3" END,
		"{\"at\":\"1\"" END,
		"{\"at\":9223372036854775808" END,
		"{\"at\":1,\"kind\":\"a\",\"rev\":0,\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"rev\":-1,\"v\":1}",
		"{\"at\":1,\"kind\":\"\\u0041\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\\/\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\\u000a\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\\u001F\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\\u0000\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\\ud83d\\ude00\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\t\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\xff\",\"v\":1}",
		"{\"at\":1,\"kind\":\"\xed\xa0\x80\",\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"parts\":{},\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"parts\":{\"b\":\"" HEXA "\",\"a\":\"" HEXA
		"\"},\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"parts\":{\"a\":\"" HEXA "\",\"a\":\"" HEXA
		"\"},\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"parts\":{\"A\":\"" HEXA "\"},\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"parts\":{\"a\":\"AB" HEXA "\"},\"v\":1}",
		/* members of the log's own kinds on others, and missing on them */
		"{\"at\":1,\"key\":\"k\",\"kind\":\"a\",\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"origin\":\"o\",\"v\":1}",
		"{\"at\":1,\"kind\":\"a\",\"sig\":\"s\",\"v\":1}",
		"{\"at\":1,\"kind\":\"open\",\"origin\":\"o\",\"v\":1}",
		"{\"at\":1,\"key\":\"k\",\"kind\":\"open\",\"v\":1}",
		"{\"at\":1,\"key\":\"k\",\"kind\":\"key\",\"v\":1}",
	};
	struct leaf_view view;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (leaf_scan(bad[i], strlen(bad[i]), &view, &err) != ERR_INVALID || !err.text[0])
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(leaf_scan("{\"at\":0,\"kind\":\"a\",\"v\":1}", 25, &view, NULL), 0);
}

static void leaf__limits(void **state)
{
	struct leaf leaf = { .kind = "a" };
	struct leaf_view view;
	struct buf b;
	char *text = malloc(LEAF_SIZE_MAX + 2);
	size_t room = LEAF_SIZE_MAX - strlen("{\"at\":0,\"entry\":\"\",\"kind\":\"a\",\"v\":1}");
	size_t i;

	(void)state;
	memset(text, 'x', LEAF_SIZE_MAX + 1);
	text[room] = '\0';
	leaf.entry = text;
	buf_init(&b, 0);
	assert_int_equal(leaf_write(&leaf, &b, NULL), 0);
	assert_int_equal(b.len, LEAF_SIZE_MAX);
	buf_clear(&b);
	text[room] = 'x';
	text[room + 1] = '\0';
	buf_puts(&b, "kept");
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_LIMIT);
	assert_string_equal(b.data, "kept");
	leaf.entry = "\xff";
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_INVALID);
	leaf.entry = NULL;
	leaf.at_us = -1;
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_INVALID);
	leaf.at_us = 1;
	leaf.part_count = LEAF_PART_MAX + 1;
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_LIMIT);
	leaf.part_count = 2;
	leaf.part[0].class = leaf.part[1].class = "internal";
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_INVALID);
	leaf.part[0].class = "class name";
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_INVALID);
	leaf.kind = NULL;
	leaf.part_count = 0;
	assert_int_equal(leaf_write(&leaf, &b, NULL), ERR_INVALID);
	buf_clear(&b);
	buf_puts(&b, "{\"at\":1,\"kind\":\"a\",\"parts\":{");
	for (i = 0; i <= LEAF_PART_MAX; i++)
		buf_printf(&b, "%s\"c%zu\":\"" HEXA "\"", i ? "," : "", i);
	buf_puts(&b, "},\"v\":1}");
	assert_int_equal(leaf_scan(b.data, b.len, &view, NULL), ERR_INVALID);
	buf_release(&b);
	free(text);
}

static void rotation__is_bound_to_key_name_and_time(void **state)
{
	struct note_key old, next, other;
	struct arena a;
	struct leaf leaf;

	(void)state;
	arena_init(&a, 0);
	memlog_key(1, &old);
	memlog_key(2, &next);
	assert_int_equal(leaf_rotate(&old, &next, 5, &a, &leaf, NULL), 0);
	assert_string_equal(leaf.kind, "key");
	assert_true(leaf_rotation_valid(&old, leaf.key, 5, leaf.sig, strlen(leaf.sig)));
	assert_false(leaf_rotation_valid(&old, leaf.key, 6, leaf.sig, strlen(leaf.sig)));
	assert_false(leaf_rotation_valid(&next, leaf.key, 5, leaf.sig, strlen(leaf.sig)));
	assert_false(leaf_rotation_valid(&old, MEMLOG_ORIGIN, 5, leaf.sig, strlen(leaf.sig)));
	assert_false(leaf_rotation_valid(&old, leaf.key, 5, leaf.sig, strlen(leaf.sig) - 1));
	assert_int_equal(leaf_rotate(&old, &old, 5, &a, &leaf, NULL), ERR_INVALID);
	assert_int_equal(note_key_new("other.example.jp", &other, NULL), 0);
	assert_int_equal(leaf_rotate(&old, &other, 5, &a, &leaf, NULL), ERR_INVALID);
	arena_release(&a);
}

/* sha256sum over 02, salt, tag, 00, value gives the same, by hand. */
static void commit__is_the_documented_hash(void **state)
{
	uint8_t salt[32], own[HASH_SIZE], by_hand[HASH_SIZE], other[HASH_SIZE];
	char bytes[128] = "\x02";

	(void)state;
	memset(salt, 's', sizeof salt);
	memcpy(bytes + 1, salt, 32);
	memcpy(bytes + 33, "internal\0{\"f\":1}", 16);
	hash_bytes(bytes, 49, by_hand);
	commit_make(salt, "internal", "{\"f\":1}", 7, own);
	assert_memory_equal(own, by_hand, HASH_SIZE);
	assert_true(commit_check(salt, "internal", "{\"f\":1}", 7, own));
	assert_false(commit_check(salt, "internal", "{\"f\":2}", 7, own));
	assert_false(commit_check(salt, "personal", "{\"f\":1}", 7, own));
	salt[0] ^= 1;
	assert_false(commit_check(salt, "internal", "{\"f\":1}", 7, own));
	commit_part_salt(salt, "internal", own);
	commit_part_salt(salt, "personal", other);
	assert_memory_not_equal(own, other, HASH_SIZE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf__is_written_in_its_one_form),
		cmocka_unit_test(leaf__reads_back_what_was_written),
		cmocka_unit_test(leaf__no_second_spelling),
		cmocka_unit_test(leaf__other_forms_are_refused),
		cmocka_unit_test(leaf__limits),
		cmocka_unit_test(rotation__is_bound_to_key_name_and_time),
		cmocka_unit_test(commit__is_the_documented_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
