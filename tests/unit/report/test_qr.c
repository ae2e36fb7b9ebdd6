/* QR codes against the library's own matrix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <qrencode.h>

#include "mock_pack.h"
#include "outside.h"

#include "report/qr.h"
#include "report/svg.h"

static void qr__is_the_matrix_with_a_quiet_zone(void **state)
{
	QRcode *want = QRcode_encodeData((int)strlen(mock_checkpoint),
					 (const unsigned char *)mock_checkpoint, 0, QR_ECLEVEL_M);
	struct err err = { 0 };
	struct qr q;
	int row, column;

	(void)state;
	assert_non_null(want);
	assert_int_equal(qr_init(&q, mock_checkpoint, &err), 0);
	assert_int_equal(q.size, want->width);
	for (row = 0; row < q.size; row++)
		for (column = 0; column < q.size; column++)
			assert_int_equal(qr_dark(&q, row, column),
					 want->data[row * want->width + column] & 1);
	for (row = -QR_QUIET; row < q.size + QR_QUIET; row++)
		assert_false(qr_dark(&q, row, -1) || qr_dark(&q, row, q.size) ||
			     qr_dark(&q, -1, row) || qr_dark(&q, q.size, row));
	qr_release(&q);
	QRcode_free(want);
}

/* Draws the path again, module by module, and compares. */
static void qr__svg_shows_the_same_modules(void **state)
{
	static unsigned char seen[200][200];
	struct err err = { 0 };
	const char *at;
	struct buf svg;
	struct qr q;
	int row, column, run, length;

	(void)state;
	assert_int_equal(qr_init(&q, mock_checkpoint, &err), 0);
	buf_init(&svg, 0);
	assert_int_equal(qr_svg(mock_checkpoint, "署名 <&\"", &svg, &err), 0);
	assert_non_null(strstr(svg.data, "aria-label=\"署名 &lt;&amp;&quot;\""));
	at = strstr(svg.data, "<path d=\"");
	assert_non_null(at);
	for (at += 9; sscanf(at, "M%d %dh%dv1h-%*dz%n", &column, &row, &run, &length) == 3;
	     at += length)
		while (run-- > 0)
			seen[row][column + run] = 1;
	for (row = 0; row < q.size + 2 * QR_QUIET; row++)
		for (column = 0; column < q.size + 2 * QR_QUIET; column++)
			assert_int_equal(seen[row][column],
					 qr_dark(&q, row - QR_QUIET, column - QR_QUIET));
	qr_release(&q);
	buf_release(&svg);
}

static void qr__refuses_what_does_not_fit(void **state)
{
	char text[2400];
	struct err err = { 0 };
	struct qr q;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(qr_init(&q, text, &err), ERR_LIMIT);
	qr_release(&q);
	assert_int_equal(qr_init(&q, "", &err), ERR_LIMIT);
	text[2331] = '\0';
	assert_int_equal(qr_init(&q, text, &err), 0);
	qr_release(&q);
}

static void svg__numbers_ignore_the_locale(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 0, "0" },     { 1.5, "1.5" },  { -0.25, "-0.25" }, { 12.006, "12.01" },
		      { 3.999, "4" }, { -0.004, "0" }, { 100.1, "100.1" } };
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 0);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_clear(&b);
		svg_number(&b, cases[i].value);
		if (strcmp(b.data, cases[i].text) != 0)
			fail_msg("%s, not %s", b.data, cases[i].text);
	}
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qr__is_the_matrix_with_a_quiet_zone),
		cmocka_unit_test(qr__svg_shows_the_same_modules),
		cmocka_unit_test(qr__refuses_what_does_not_fit),
		cmocka_unit_test(svg__numbers_ignore_the_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
