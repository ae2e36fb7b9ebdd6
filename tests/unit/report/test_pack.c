/* The mock inspection pack as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mock_pack.h"
#include "outside.h"

#include "base/clock.h"

static void pack__carries_everything(void **state)
{
	static const char *const words[] = {
		"サイバーセキュリティ対策",
		"目次",
		"項番",
		"2-6",
		"未確認",
		"2027-01-31",
		"髙橋 﨑子",
		"𠮷田 太郎",
		"検査官に示すもの",
		"PC-00200",
		"192.0.2.200",
		"連絡体制図",
		"見本システム株式会",
		"03-0000-0202",
		"病院長",
		"未決裁",
		"4d967a30 111bf29f",
		"立ち会った人",
	};
	int64_t start = clock_mono_us();
	struct buf out;
	int pages;
	char *text;
	size_t i;

	(void)state;
	buf_init(&out, 0);
	mock_pack(200, &out, &pages);
	print_message("200 devices: %d pages, %zu kB, %ld ms\n", pages, out.len / 1024,
		      (long)(clock_mono_us() - start) / 1000);
	assert_in_range(pages, 25, 45);
	text = outside_read("pdftotext -layout %s -", &out);
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strstr(text, words[i]))
			fail_msg("missing: %s", words[i]);
	assert_int_equal(outside_count(text, mock_checkpoint_line), pages);
	free(text);
	text = outside_read("pdftohtml -xml -i -stdout %s", &out);
	assert_non_null(strstr(text, "\">2-3 事業者から"));
	assert_non_null(strstr(text, "\">5 承認</item>"));
	free(text);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pack__carries_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
