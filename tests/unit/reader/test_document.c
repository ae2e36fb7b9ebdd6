/* JSON and YAML from outside, through the child. */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "reader/document.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, DOCUMENT_ARENA);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct node *read_ok(const char *text, enum document_format format)
{
	struct node *n = NULL;
	struct err err = { 0 };

	if (document_read(text, strlen(text), format, &arena, &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

static void refused(const char *text, size_t len, enum document_format format, int code,
		    const char *says)
{
	struct node *n = NULL;
	struct err err = { 0 };
	int r = document_read(text, len, format, &arena, &n, &err);

	if (r != code || !strstr(err.text, says))
		fail_msg("expected %d '%s', got %d '%s'", code, says, r, err.text);
	assert_null(n);
}

static void document__yaml_gives_a_tree_with_places(void **state)
{
	struct node *n = read_ok("\xEF\xBB\xBF名称: 台帳\nlist:\n  - a\n  - \"1\"\nnone:\nnil: ~\n",
				 DOCUMENT_YAML);

	(void)state;
	assert_string_equal(node_get_text(n, "名称"), "台帳");
	assert_int_equal(node_get_list(n, "list")->count, 2);
	assert_int_equal(node_get_list(n, "list")->item[1]->line, 4);
	assert_int_equal(node_get_list(n, "list")->item[1]->column, 5);
	assert_false(node_get_list(n, "list")->item[1]->plain);
	assert_string_equal(node_get_text(n, "none"), "");
	assert_string_equal(node_get_text(n, "nil"), "");
	assert_null(node_get(n, "absent"));
}

static void document__json_gives_the_same_tree(void **state)
{
	struct node *n = read_ok("{\"a\": [1, 2.5, true, null, \"x\\ny\", {\"b\": {}}], \"c\": []}",
				 DOCUMENT_JSON);
	const struct node *a = node_get_list(n, "a");

	(void)state;
	assert_int_equal(a->count, 6);
	assert_string_equal(a->item[0]->text, "1");
	assert_string_equal(a->item[1]->text, "2.5");
	assert_true(node_true(a->item[2]));
	assert_string_equal(node_text(a->item[3]), "");
	assert_string_equal(a->item[4]->text, "x\ny");
	assert_int_equal(node_get_map(a->item[5], "b")->count, 0);
	assert_int_equal(node_get_list(n, "c")->count, 0);
}

static void document__aliases_are_followed(void **state)
{
	struct node *n = read_ok("a: &x {k: v}\nb: *x\nc: [*x, &y 1, *y]\n", DOCUMENT_YAML);

	(void)state;
	assert_string_equal(node_get_text(node_get(n, "b"), "k"), "v");
	assert_string_equal(node_text(node_get(n, "c")->item[2]), "1");
}

/* Each level repeats the one before ten times: a billion nodes from a few lines. */
static void document__aliases_cannot_multiply_without_end(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_puts(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&b, "%s*a%d", k ? "," : "", i - 1);
		buf_puts(&b, "]\n");
	}
	refused(b.data, b.len, DOCUMENT_YAML, ERR_LIMIT, "多すぎます");
	buf_release(&b);
}

static void document__faults_name_their_place(void **state)
{
	static const struct {
		const char *text;
		enum document_format format;
		int code;
		const char *says;
	} cases[] = {
		{ "{\"a\": 1,\n \"b\" 2}", DOCUMENT_JSON, ERR_INVALID, "2行目" },
		{ "{\"a\": 1, \"a\": 2}", DOCUMENT_JSON, ERR_INVALID, "同じ名前" },
		{ "{\"a\": \"\\u0000\"}", DOCUMENT_JSON, ERR_INVALID, "JSONとして" },
		{ "a: 1\nb: [1, 2\nc: 3\n", DOCUMENT_YAML, ERR_INVALID, "3行目" },
		{ "a: 1\na: 2\n", DOCUMENT_YAML, ERR_INVALID, "2行目・1列目" },
		{ "a: !!python/object:os.system x\n", DOCUMENT_YAML, ERR_INVALID, "型の指定" },
		{ "a: 1\n---\nb: 2\n", DOCUMENT_YAML, ERR_INVALID, "2行目" },
		{ "a: *nowhere\n", DOCUMENT_YAML, ERR_INVALID, "1行目・4列目" },
		{ "a: &x [*x]\n", DOCUMENT_YAML, ERR_INVALID, "1行目・8列目" },
		{ "a: \"\\0\"\n", DOCUMENT_YAML, ERR_INVALID, "NUL" },
		{ "? [a]\n: b\n", DOCUMENT_YAML, ERR_INVALID, "YAMLとして" },
		{ "# 何もない\n", DOCUMENT_YAML, ERR_INVALID, "空です" },
		{ "", DOCUMENT_JSON, ERR_INVALID, "空です" },
		{ "a: \xE3\x81\n", DOCUMENT_YAML, ERR_INVALID, "UTF-8として" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refused(cases[i].text, strlen(cases[i].text), cases[i].format, cases[i].code,
			cases[i].says);
}

static void document__depth_is_limited(void **state)
{
	char deep[5000];

	(void)state;
	memset(deep, '[', sizeof deep);
	refused(deep, 2000, DOCUMENT_YAML, ERR_LIMIT, "入れ子");
	refused(deep, 5000, DOCUMENT_JSON, ERR_LIMIT, "入れ子");
	memset(deep + 100, ']', 100);
	refused(deep, 200, DOCUMENT_JSON, ERR_LIMIT, "入れ子");
}

static void document__large_files_pass_and_larger_ones_do_not(void **state)
{
	char *bytes = malloc(DOCUMENT_BYTES_MAX + 2);
	struct node *n = NULL;
	struct err err = { 0 };
	struct buf b;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ' ', DOCUMENT_BYTES_MAX + 1);
	refused(bytes, DOCUMENT_BYTES_MAX + 1, DOCUMENT_JSON, ERR_LIMIT, "大きすぎます");
	memset(bytes, 'x', (2 << 20) + 2);
	bytes[0] = bytes[(2 << 20) + 1] = '"';
	refused(bytes, (2 << 20) + 2, DOCUMENT_JSON, ERR_LIMIT, "大きすぎます");
	free(bytes);
	buf_init(&b, 0);
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "- {id: %d, text: 文}\n", i);
	assert_int_equal(document_read(b.data, b.len, DOCUMENT_YAML, &arena, &n, &err), 0);
	assert_int_equal(n->count, 50000);
	assert_string_equal(node_get_text(n->item[49999], "id"), "49999");
	buf_release(&b);
}

int main(int argc, char **argv)
{
	int child = reader_child_main(argc, argv);
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(document__yaml_gives_a_tree_with_places),
		T(document__json_gives_the_same_tree),
		T(document__aliases_are_followed),
		T(document__aliases_cannot_multiply_without_end),
		T(document__faults_name_their_place),
		T(document__depth_is_limited),
		T(document__large_files_pass_and_larger_ones_do_not),
	};

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
