/* The lines of the settings that say which witnesses are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "anchor/witness_client.h"

static void key_line(const char *url, char *ret, size_t size)
{
	static const uint8_t seed[32] = { 7 };
	struct note_key key;
	char vkey[NOTE_VKEY_SIZE];

	assert_int_equal(cosign_key_from_seed("w.example.jp", seed, &key, NULL), 0);
	cosign_vkey_write(&key, vkey);
	(void)snprintf(ret, size, "%s %s\n", url, vkey);
}

static void only_an_encrypted_line_is_asked(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} cases[] = { { "https://w.example.jp", true },
		      { "http://w.example.jp", false },
		      { "http://localhost:8444", false },
		      { "HTTP://w.example.jp", false },
		      { "httpsx://w.example.jp", false },
		      { "w.example.jp", false } };
	char line[700], both[1500];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct witness_address a;
		struct err err = { 0 };
		const char *p = line;

		/* What was stored before this was checked is not asked either. */
		key_line(cases[i].url, line, sizeof line);
		assert_int_equal(witness_address_next(&p, &a, &err), 1);
		assert_int_equal(witness_address_check(&a, &err) == 0, cases[i].good);
		key_line("https://first.example.jp", both, sizeof both);
		(void)strcat(both, line);
		err_clear(&err);
		assert_int_equal(witness_lines_check(both, &err) == 0, cases[i].good);
		assert_string_equal(err.field, cases[i].good ? "" : "witnesses");
	}
	assert_int_equal(witness_lines_check("", NULL), 0);
	assert_int_equal(witness_lines_check("https://w.example.jp", NULL), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_an_encrypted_line_is_asked) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
