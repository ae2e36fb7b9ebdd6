/* LDIF as directories write it, read in the sandboxed child. */
#include "gather.h"

#include <unistd.h>

static void ldif__becomes_a_table(void **state)
{
	struct gathered g = gather_text("# extended LDIF\nversion: 1\n\n"
					"dn: CN=\xE4\xBD\x90\xE8\x97\xA4,OU=3F,DC=example\n"
					"cn: \xE4\xBD\x90\xE8\x97\xA4\nmail: a@example.jp\n\n"
					"dn: CN=b\nmail: b@example.jp\nsn: x\n");

	(void)state;
	assert_string_equal(g.err.text, "");
	assert_int_equal(g.meta.format, SHEET_LDIF);
	assert_string_equal(g.rows.data,
			    "1:dn|cn|mail|sn\n2:CN=佐藤,OU=3F,DC=example|佐藤|a@example.jp\n"
			    "3:CN=b||b@example.jp|x\n");
	assert_int_equal(g.totals.rows, 2);
	gather_release(&g);
}

static void ldif__folded_lines_and_base64_are_put_together(void **state)
{
	struct gathered g = gather_text("dn: CN=a\\, b,DC=exam\n ple,DC=jp\r\n"
					"displayName:: 5L2Q6Jek\n IOe+juWSsg==\r\n"
					"# a comment\n  that goes on\r\nsn: end\r\n");

	(void)state;
	assert_string_equal(g.err.text, "");
	assert_string_equal(g.rows.data, "1:dn|displayName|sn\n"
					 "2:CN=a\\, b,DC=example,DC=jp|佐藤 美咲|end\n");
	gather_release(&g);
}

static void ldif__several_values_share_a_cell(void **state)
{
	struct gathered g = gather_text("dn: CN=a\nmemberOf: CN=x\nMEMBEROF: CN=y\n"
					"memberOf;range=2-3: CN=z\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:dn|memberOf\n2:CN=a|CN=x\nCN=y\nCN=z\n");
	gather_release(&g);
}

static void ldif__bytes_that_are_no_text_are_left_empty(void **state)
{
	struct gathered g = gather_text("dn: CN=a\nobjectGUID:: AP8B\nsn: s\nmember: CN=b\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:dn|objectGUID|sn|member\n2:CN=a||s\n");
	gather_release(&g);
}

static void ldif__the_end_of_ldapsearch_is_no_record(void **state)
{
	struct gathered g = gather_text("dn: CN=a\nsn: s\n\nref: ldap://b/\n\n"
					"search: 2\nresult: 0 Success\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:dn|sn\n2:CN=a|s\n");
	gather_release(&g);
}

static void ldif__utf16_of_windows_is_read(void **state)
{
	const char *text = "dn: CN=a\r\nsn: s\r\n";
	struct gathered g;
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_add(&b, "\xFF\xFE", 2);
	for (; *text; text++)
		buf_add(&b, (const char[]){ *text, '\0' }, 2);
	g = gather_bytes(b.data, b.len, NULL);
	assert_string_equal(g.rows.data, "1:dn|sn\n2:CN=a|s\n");
	gather_release(&g);
	buf_release(&b);
}

static void refused(const char *text, int line, const char *words)
{
	struct gathered g = gather_text(text);

	assert_int_equal(g.code, ERR_INVALID);
	assert_int_equal(g.err.line, line);
	assert_non_null(strstr(g.err.text, words));
	assert_false(g.ended);
	gather_release(&g);
}

static void ldif__changes_urls_and_broken_lines_are_refused_with_their_line(void **state)
{
	(void)state;
	refused("dn: CN=a\nchangetype: delete\n", 2, "変更の指示");
	refused("dn: CN=a\ncontrol: 1.2.3\nchangetype: add\n", 2, "変更の指示");
	refused("dn: CN=a\njpegPhoto:< file:///etc/passwd\n", 2, "別の場所");
	refused("dn: CN=a\nsn: s\n\ncn: no dn\n", 4, "LDIFの形");
	refused("dn: CN=a\nno colon\n", 2, "LDIFの形");
	refused("dn: CN=a\nsn:: ???\n", 2, "壊れています");
	refused("version: 1\n", 0, "表がありません");
}

static void ldif__bytes_of_no_encoding_are_refused(void **state)
{
	static const char bytes[] = "dn: CN=a\nsn: \0\xFF\n";
	struct gathered g = gather_bytes(bytes, sizeof bytes - 1, NULL);

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_non_null(strstr(g.err.text, "文字コード"));
	gather_release(&g);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ldif__becomes_a_table),
		cmocka_unit_test(ldif__folded_lines_and_base64_are_put_together),
		cmocka_unit_test(ldif__several_values_share_a_cell),
		cmocka_unit_test(ldif__bytes_that_are_no_text_are_left_empty),
		cmocka_unit_test(ldif__the_end_of_ldapsearch_is_no_record),
		cmocka_unit_test(ldif__utf16_of_windows_is_read),
		cmocka_unit_test(ldif__bytes_of_no_encoding_are_refused),
		cmocka_unit_test(ldif__changes_urls_and_broken_lines_are_refused_with_their_line),
	};
	int child = reader_child_main(argc, argv);

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
