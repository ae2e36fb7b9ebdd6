/* The contact tree, drawn and as SVG. */
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

#include "report/tree.h"

static void add(struct tree *t, const char *id, const char *name)
{
	struct err err = { 0 };

	if (tree_add(t,
		     &(struct tree_node){ id, { "役割", name, "03-0000-0000" }, TREE_INTERNAL, 1 },
		     &err) < 0)
		fail_msg("%s", err.text);
}

static void join(struct tree *t, const char *from, const char *to)
{
	struct err err = { 0 };

	if (tree_join(t, from, to, &err) < 0)
		fail_msg("%s", err.text);
}

/* The text of a document with only this tree; frees the tree. */
static char *drawn(struct tree *t, enum pdf_orientation orientation, int *ret_pages)
{
	struct pdf_info info = mock_info();
	struct pdf *p = NULL;
	struct err err = { 0 };
	struct buf out;
	char *text;

	assert_int_equal(pdf_new(&info, &p, &err), 0);
	pdf_section(p, orientation);
	pdf_heading(p, 1, NULL, "連絡体制図", NULL);
	tree_draw(t, p);
	tree_free(t);
	buf_init(&out, 0);
	if (pdf_finish(p, &out, &err) < 0)
		fail_msg("%s", err.text);
	*ret_pages = pdf_pages(p);
	pdf_free(p);
	text = outside_read("pdftotext -layout %s -", &out);
	buf_release(&out);
	return text;
}

static void tree__fits_a_page_when_it_can(void **state)
{
	char *text, phone[16];
	int pages, i;

	(void)state;
	text = drawn(mock_tree(3, 3), PDF_PORTRAIT, &pages);
	assert_int_equal(pages, 1);
	assert_null(strstr(text, "続きは別の図"));
	for (i = 0; i < 9; i++) {
		snprintf(phone, sizeof phone, "03-0000-%02d%02d", i / 3, i % 3);
		assert_int_equal(outside_count(text, phone), 1);
	}
	assert_int_equal(outside_count(text, "院外"), 9);
	assert_int_equal(outside_count(text, "院内"), 5);
	free(text);
}

static void tree__too_large_is_continued(void **state)
{
	char *text, phone[16];
	int pages, i;

	(void)state;
	text = drawn(mock_tree(12, 30), PDF_LANDSCAPE, &pages);
	assert_true(pages > 3);
	for (i = 0; i < 360; i++) {
		snprintf(phone, sizeof phone, "03-0000-%02d%02d", i / 30, i % 30);
		if (!strstr(text, phone))
			fail_msg("missing: %s", phone);
	}
	assert_non_null(strstr(text, "から先"));
	free(text);
}

static void tree__draws_rings_loops_and_shared_nodes(void **state)
{
	struct tree *t = NULL;
	struct err err = { 0 };
	struct buf svg;
	char *text;
	int pages;

	(void)state;
	assert_int_equal(tree_new("輪", &t, &err), 0);
	add(t, "a", "甲さん");
	add(t, "b", "乙さん");
	add(t, "c", "丙さん");
	add(t, "d", "丁さん");
	join(t, "a", "b");
	join(t, "b", "c");
	join(t, "c", "a"); /* a ring */
	join(t, "a", "a"); /* to oneself: not drawn */
	join(t, "a", "d");
	join(t, "b", "d"); /* two callers */
	join(t, "b", "d"); /* twice the same: one arrow */
	buf_init(&svg, 0);
	assert_int_equal(tree_svg(t, &svg, &err), 0);
	assert_int_equal(outside_count(svg.data, "<path fill=\"none\""), 5);
	buf_release(&svg);
	text = drawn(t, PDF_PORTRAIT, &pages);
	assert_int_equal(pages, 1);
	assert_non_null(strstr(text, "甲さん"));
	assert_non_null(strstr(text, "丁さん"));
	free(text);
}

static void tree__large_ring_still_names_everybody(void **state)
{
	struct tree *t = NULL;
	struct err err = { 0 };
	char id[16], last[16] = "n0", *text;
	int pages, i;

	(void)state;
	assert_int_equal(tree_new("大きな輪", &t, &err), 0);
	add(t, "n0", "名前0番");
	for (i = 1; i < 150; i++) {
		char name[32];

		snprintf(id, sizeof id, "n%d", i);
		snprintf(name, sizeof name, "名前%d番", i);
		add(t, id, name);
		join(t, last, id);
		memcpy(last, id, sizeof last);
	}
	join(t, last, "n0");
	text = drawn(t, PDF_PORTRAIT, &pages);
	for (i = 0; i < 150; i++) {
		snprintf(id, sizeof id, "名前%d番", i);
		if (!strstr(text, id))
			fail_msg("missing: %s", id);
	}
	free(text);
}

static const char wellformed[] =
	"python3 -c 'import sys,xml.etree.ElementTree as E\n"
	"r=E.parse(sys.argv[1]).getroot()\n"
	"print(r.get(\"aria-label\"))\n"
	"for e in r.iter():\n"
	"  bad=[a for a in e.attrib if a in (\"style\",\"href\") or a.startswith(\"on\")]\n"
	"  assert not bad and not e.tag.endswith((\"script\",\"}a\",\"style\")), (e.tag, bad)\n"
	"  if e.tag.endswith(\"text\"): print(e.text)\n' %s";

static void tree__svg_is_wellformed_and_inert(void **state)
{
	struct tree *t = NULL;
	struct err err = { 0 };
	struct buf svg, again;
	char *text;

	(void)state;
	assert_int_equal(tree_new("図 \"<&'", &t, &err), 0);
	add(t, "\" onclick=\"alert(1)", "<script>alert(1)</script>");
	add(t, "]]>", "\" onload=\"x & y\x01");
	join(t, "\" onclick=\"alert(1)", "]]>");
	buf_init(&svg, 0);
	buf_init(&again, 0);
	assert_int_equal(tree_svg(t, &svg, &err), 0);
	assert_int_equal(tree_svg(t, &again, &err), 0);
	assert_string_equal(svg.data, again.data);
	text = outside_read(wellformed, &svg);
	assert_non_null(strstr(text, "図 \"<&'"));
	assert_non_null(strstr(text, "<script>"));
	assert_non_null(strstr(text, "x & y\xEF\xBF\xBD"));
	free(text);
	buf_release(&svg);
	buf_release(&again);
	tree_free(t);
}

static void tree__refuses_what_it_cannot_draw(void **state)
{
	struct tree *t = NULL;
	struct err err = { 0 };
	struct buf svg;
	char id[16];
	int i;

	(void)state;
	assert_int_equal(tree_new("", &t, &err), 0);
	buf_init(&svg, 0);
	assert_int_equal(tree_svg(t, &svg, &err), 0);
	assert_int_equal(svg.len, 0);
	add(t, "a", "甲");
	assert_int_equal(tree_add(t, &(struct tree_node){ .id = "a" }, &err), ERR_CONFLICT);
	assert_int_equal(tree_join(t, "a", "x", &err), ERR_NOT_FOUND);
	for (i = 1; i < TREE_NODE_MAX; i++) {
		snprintf(id, sizeof id, "%d", i);
		add(t, id, "乙");
	}
	assert_int_equal(tree_add(t, &(struct tree_node){ .id = "more" }, &err), ERR_LIMIT);
	tree_free(t);
	buf_release(&svg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree__fits_a_page_when_it_can),
		cmocka_unit_test(tree__too_large_is_continued),
		cmocka_unit_test(tree__draws_rings_loops_and_shared_nodes),
		cmocka_unit_test(tree__large_ring_still_names_everybody),
		cmocka_unit_test(tree__svg_is_wellformed_and_inert),
		cmocka_unit_test(tree__refuses_what_it_cannot_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
