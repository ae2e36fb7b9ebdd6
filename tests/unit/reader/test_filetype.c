/* What attachments are, whatever they are called. */
#include "gather.h"

#include "reader/filetype.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

struct sample {
	const char *bytes;
	size_t len; /* 0: strlen */
	const char *name, *mime;
	bool lies, active;
};

static const struct sample samples[] = {
	{ "%PDF-1.7\n", 0, "契約書.pdf", "application/pdf", false, false },
	{ "%PDF-1.7\n", 0, "契約書.PNG", "application/pdf", true, false },
	{ "\x89PNG\r\n\x1A\n", 0, "a.png", "image/png", false, false },
	{ "\xFF\xD8\xFF\xE0", 0, "a.JPG", "image/jpeg", false, false },
	{ "GIF89a", 0, "a.gif", "image/gif", false, false },
	{ "RIFF\1\1\1\1WEBPVP8 ", 0, "a.webp", "image/webp", false, false },
	{ "\0\0\0\x18"
	  "ftypheic\0\0\0\0",
	  16, "a.heic", "image/heic", false, false },
	{ "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 0, "台帳.xls", "application/vnd.ms-excel", false,
	  true },
	{ "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 0, "台帳.xlsx", "application/x-ole-storage", true,
	  true },
	{ "名称,台数\n端末,3\n", 0, "台帳.csv", "text/csv", false, false },
	{ "\x96\xBC\x8F\xCC,\x91\xE4\x90\x94\r\n", 0, "台帳.csv", "text/csv", false, false },
	{ "\x96\xBC\x8F\xCC,\x91\xE4\x90\x94\r\n", 0, "メモ", "text/plain", false, false },
	{ "名称,台数\n", 0, "台帳.xlsx", "text/plain", true, false },
	{ "<!DOCTYPE html><script>", 0, "図.png", "text/html", true, true },
	{ " \n<html>", 0, "a.html", "text/html", false, true },
	{ "<svg xmlns=\"x\" onload=\"y\">", 0, "図.svg", "image/svg+xml", false, true },
	{ "<?xml version=\"1.0\"?>\n<svg/>", 0, "図.jpg", "image/svg+xml", true, true },
	{ "<?xml version=\"1.0\"?><a/>", 0, "a.xml", "application/xml", false, true },
	{ "メモ <script>x</script>", 0, "a.txt", "text/plain", false, true },
	{ "alert(1)", 0, "a.js", "text/x-script", false, true },
	{ "#!/bin/sh\n", 0, "a.txt", "text/x-script", true, true },
	{ "MZ\x90\0\3", 5, "a.pdf", "application/x-executable", true, true },
	{ "\x7F"
	  "ELF\2\1",
	  0, "a", "application/x-executable", false, true },
	{ "\1\2\3\4", 0, "a.bin", "application/octet-stream", false, false },
	{ "", 0, "a.txt", "application/octet-stream", true, false },
	{ "x", 0, NULL, "text/plain", false, false },
};

static void filetype__content_decides_and_lies_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		struct filetype t =
			filetype_detect(s->bytes, s->len ? s->len : strlen(s->bytes), s->name);

		if (strcmp(t.mime, s->mime) != 0 || t.lies != s->lies || t.active != s->active)
			fail_msg("%s (%zu): %s lies=%d active=%d", s->name ? s->name : "-", i,
				 t.mime, t.lies, t.active);
		assert_true(strlen(t.label) > 0);
	}
}

static struct filetype of_zip(const char *part, const char *name)
{
	const struct gather_part parts[] = { { "[Content_Types].xml", "<Types/>", 0 },
					     { part, "x", 0 } };
	struct buf b = gather_slurp(gather_zip(parts, 2));
	struct filetype t = filetype_detect(b.data, b.len, name);

	buf_release(&b);
	return t;
}

static void filetype__office_files_by_their_parts(void **state)
{
	(void)state;
	assert_string_equal(of_zip("xl/workbook.xml", "a.xlsx").mime, XLSX);
	assert_string_equal(of_zip("word/document.xml", "a.docx").mime, DOCX);
	assert_true(of_zip("word/document.xml", "a.xlsx").lies);
	assert_false(of_zip("xl/workbook.xml", "a.xlsx").lies);
	assert_string_equal(of_zip("readme.txt", "a.zip").mime, "application/zip");
	assert_true(of_zip("xl/vbaProject.bin", "a.xlsx").active);
	assert_true(of_zip("xl/vbaProject.bin", "a.xlsx").lies);
	assert_true(of_zip("xl/workbook.xml", "a.xlsm").active);
	assert_true(of_zip("META-INF/MANIFEST.MF", "a.zip").active);
	/* Parts beyond the head: the name may complete what the head begins. */
	assert_string_equal(of_zip("customXml/item1.xml", "a.docx").mime, DOCX);
	assert_string_equal(of_zip("customXml/item1.xml", "a.zip").mime, "application/zip");
}

static void filetype__a_character_cut_by_the_end_of_the_head_is_forgiven(void **state)
{
	char head[FILETYPE_HEAD + 8];

	(void)state;
	memset(head, 'a', sizeof head);
	memcpy(head + FILETYPE_HEAD - 1, "\xE8\xA1\xA8", 3);
	assert_string_equal(filetype_detect(head, sizeof head, "a.txt").mime, "text/plain");
	memcpy(head + FILETYPE_HEAD - 1, "\x95\x5C", 2);
	head[0] = (char)0x95;
	head[1] = 0x5C;
	assert_string_equal(filetype_detect(head, sizeof head, "a.txt").mime, "text/plain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filetype__content_decides_and_lies_are_told),
		cmocka_unit_test(filetype__office_files_by_their_parts),
		cmocka_unit_test(filetype__a_character_cut_by_the_end_of_the_head_is_forgiven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
