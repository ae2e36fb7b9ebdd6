/* What the HTML writer lets out, for each place text can stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "web/html.h"

static int ready(void **state)
{
	static struct html h;

	html_init(&h, 0);
	*state = &h;
	return 0;
}

static int done(void **state)
{
	html_release(*state);
	return 0;
}

static void writes(struct html *h, const char *want)
{
	struct err err = { 0 };

	assert_int_equal(html_end(h, &err), 0);
	assert_string_equal(h->out.data, want);
}

static void html__writes_elements_attributes_and_text(void **state)
{
	struct html *h = *state;

	html_open(h, EL_P);
	html_attr(h, "class", "a");
	html_flag(h, "hidden", true);
	html_flag(h, "inert", false);
	html_text(h, "1 < 2");
	html_open(h, EL_BR);
	html_textf(h, "%d&", 3);
	html_close(h, EL_P);
	html_open(h, EL_INPUT);
	html_attrf(h, "value", "%s\"", "'");
	writes(h, "<p class=\"a\" hidden>1 &lt; 2<br>3&amp;</p><input value=\"&#39;&quot;\">");
}

static void html__escapes_in_text_and_attributes(void **state)
{
	static const char hostile[] = "</p><script>\"'&\x01\x1B";
	struct html *h = *state;

	html_open(h, EL_P);
	html_attr(h, "title", hostile);
	html_text(h, hostile);
	html_close(h, EL_P);
	writes(h, "<p title=\"&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;\">"
		  "&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;</p>");
}

static void html__keeps_lines(void **state)
{
	struct html *h = *state;

	html_lines(h, "a\n<b>\nc");
	html_open(h, EL_TEXTAREA);
	html_text(h, "\nfirst line empty");
	html_close(h, EL_TEXTAREA);
	writes(h, "a<br>&lt;b&gt;<br>c<textarea>\n\nfirst line empty</textarea>");
}

static void html__links_stay_inside_or_are_plain_text(void **state)
{
	struct html *h = *state;

	html_link(h, "/a?b=1&c=2", "in");
	html_link_out(h, "https://example.jp/\"x", "out");
	html_link_out(h, "javascript:alert(1)", "<js>");
	html_link_out(h, NULL, "none");
	writes(h, "<a href=\"/a?b=1&amp;c=2\">in</a><a href=\"https://example.jp/&quot;x\" "
		  "rel=\"noopener noreferrer\">out</a>&lt;js&gt;none");
}

static void fails(struct html *h, const char *what)
{
	struct err err = { 0 };

	if (html_end(h, &err) != ERR_BUG || !*err.text)
		fail_msg("%s was written: %s", what, h->out.len ? h->out.data : "");
	html_release(h);
	html_init(h, 0);
}

static void html__refuses_dangerous_attributes(void **state)
{
	static const char *const names[] = { "onclick", "onmouseover", "style",	  "href", "src",
					     "action",	"srcdoc",      "OnClick", "a b",  "",
					     "a=b",	"http-equiv" };
	static const char *const urls[] = { "javascript:alert(1)",
					    "//evil",
					    "/\\evil",
					    "http://x",
					    "/a b",
					    "",
					    "data:x",
					    "/a\nb",
					    "x",
					    " /a" };
	struct html *h = *state;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		html_open(h, EL_BR);
		html_attr(h, names[i], "x");
		fails(h, names[i]);
	}
	for (i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		html_link(h, urls[i], "x");
		fails(h, urls[i]);
	}
	html_link(h, NULL, "x");
	fails(h, "NULL");
	html_open(h, EL_BR);
	html_url(h, "title", "/a");
	fails(h, "url in title");
	html_open(h, EL_SCRIPT);
	html_text(h, "alert(1)");
	html_close(h, EL_SCRIPT);
	fails(h, "inline script");
}

static void html__notices_wrong_nesting(void **state)
{
	struct html *h = *state;
	int i;

	html_open(h, EL_P);
	fails(h, "unclosed");
	html_open(h, EL_P);
	html_open(h, EL_B);
	html_close(h, EL_P);
	fails(h, "crossed");
	html_close(h, EL_P);
	fails(h, "closed only");
	html_text(h, "x");
	html_attr(h, "class", "x");
	fails(h, "attribute in text");
	html_el(h, EL_P, "x");
	html_doctype(h);
	fails(h, "late doctype");
	for (i = 0; i < 100; i++)
		html_open(h, EL_DIV);
	fails(h, "too deep");
}

static void html_path__encodes_components(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(
		html_path(&a, "/l/%s/e?q=%s&p=%d&n=%zu&%%", "a/b?&#", "あ ", -2, (size_t)7),
		"/l/a%2Fb%3F%26%23/e?q=%E3%81%82%20&p=-2&n=7&%");
	assert_string_equal(html_path_add(&a, "/a", "x", "1 2"), "/a?x=1%202");
	assert_string_equal(html_path_add(&a, "/a?b=c", "x", "&"), "/a?b=c&x=%26");
	assert_string_equal(html_path_add(&a, "/a", "x", NULL), "/a");
	assert_true(html_path_local("/a?b#c"));
	assert_false(html_path_local("//a"));
	assert_false(html_path_local("/\\a"));
	assert_false(html_path_local("/a\\b"));
	assert_false(html_path_local("https://a"));
	assert_false(html_path_local("/\t/a"));
	assert_false(html_path_local(""));
	assert_false(html_path_local(NULL));
	arena_release(&a);
}

static void trusted_svg__takes_drawings_only(void **state)
{
	static const char *const good[] = {
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 "
		"0h1\"/></svg>\n",
		"<svg><g transform=\"translate(1,2)\"><text x=\"1\">a &lt; b</text></g></svg>",
		"<svg role=\"img\" aria-label=\"A &amp; B\"><defs><clipPath id=\"c\"/></defs>"
		"<use href=\"#c\"/><rect clip-path=\"url(#c)\"/></svg>",
	};
	static const char *const bad[] = {
		"<svg><script>x</script></svg>",
		"<svg onload=\"x\"></svg>",
		"<svg><a href=\"/x\">x</a></svg>",
		"<svg><use href=\"/x#y\"/></svg>",
		"<svg><rect fill=\"url(http://x)\"/></svg>",
		"<svg><rect fill=\"&#117;rl(http://x)\"/></svg>",
		"<svg><style>x</style></svg>",
		"<svg><rect style=\"x\"/></svg>",
		"<svg><foreignObject/></svg>",
		"<svg></svg><p>",
		"<svg></svg>text",
		"<svg></g></svg>",
		"<svg>",
		"<svg><!-- x --></svg>",
		"<?xml?><svg></svg>",
		"<p></p>",
		"",
	};
	struct html_trusted t;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		if (html_trusted_svg(good[i], strlen(good[i]), &t, &err) < 0)
			fail_msg("%s: %s", good[i], err.text);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (html_trusted_svg(bad[i], strlen(bad[i]), &t, &err) != ERR_BUG)
			fail_msg("%s was taken", bad[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, ready, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(html__writes_elements_attributes_and_text),
		TEST(html__escapes_in_text_and_attributes),
		TEST(html__keeps_lines),
		TEST(html__links_stay_inside_or_are_plain_text),
		TEST(html__refuses_dangerous_attributes),
		TEST(html__notices_wrong_nesting),
		TEST(html_path__encodes_components),
		TEST(trusted_svg__takes_drawings_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
