/* Files that attack, and a child that was taken over. */
#include "gather.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sandbox.h"

#define TYPES                                        \
	{                                            \
		"[Content_Types].xml", "<Types/>", 0 \
	}
#define RELS                                                                               \
	{                                                                                  \
		"_rels/.rels",                                                             \
			"<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" " \
			"Target=\"xl/workbook.xml\"/></Relationships>",                    \
			0                                                                  \
	}
#define BOOK                                                              \
	{                                                                 \
		"xl/workbook.xml",                                        \
			"<workbook><sheets><sheet name=\"a\" r:id=\"s\" " \
			"xmlns:r=\"v\"/></sheets></workbook>",            \
			0                                                 \
	}
#define BOOK_RELS                                                                     \
	{                                                                             \
		"xl/_rels/workbook.xml.rels",                                         \
			"<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" " \
			"Target=\"s.xml\"/></Relationships>",                         \
			0                                                             \
	}

/* Reads fd, which must be refused quickly with `code` and a text that says `says`. */
static void refused(int fd, int code, const char *says)
{
	int64_t since = clock_mono_us();
	struct gathered g = gather_fd(fd, NULL);

	if (!strstr(g.err.text, says))
		fail_msg("expected '%s' in '%s'", says, g.err.text);
	assert_int_equal(g.code, code);
	assert_false(g.ended);
	assert_true(clock_mono_us() - since < 2000000);
	gather_release(&g);
}

static void hostile__doctype_and_entities_are_refused(void **state)
{
	static const char *const sheets[] = {
		"<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>",
		"<?xml version=\"1.0\"?><!DOCTYPE x SYSTEM \"http://192.0.2.1/x.dtd\"><worksheet/>",
		"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><w>&a;</w>",
		"<!DOCTYPE x [<!ENTITY % a SYSTEM \"http://192.0.2.1/\"> %a;]><worksheet/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
		const struct gather_part parts[] = {
			TYPES, RELS, BOOK, BOOK_RELS, { "xl/s.xml", sheets[i], 0 }
		};

		refused(gather_zip(parts, 5), ERR_INVALID, "DOCTYPE");
	}
}

static void hostile__undeclared_entities_and_other_encodings_are_refused(void **state)
{
	const struct gather_part entity[] = {
		TYPES, RELS, BOOK, BOOK_RELS, { "xl/s.xml", "<worksheet>&xxe;</worksheet>", 0 }
	};
	const struct gather_part wide[] = {
		TYPES,
		RELS,
		BOOK,
		BOOK_RELS,
		{ "xl/s.xml", "\xFF\xFE<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0x\0>\0<\0a\0/\0>\0", 34 }
	};

	(void)state;
	refused(gather_zip(entity, 5), ERR_INVALID, "壊れています");
	refused(gather_zip(wide, 5), ERR_INVALID, "壊れています");
}

static void hostile__bomb_is_refused_by_ratio_and_size(void **state)
{
	size_t len = (size_t)40 << 20;
	char *zeros = calloc(1, len);
	struct gather_part parts[8] = { TYPES, RELS };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	struct sheet_options small = { .limits = { .unpacked_bytes = 64 } };
	struct gathered g;

	(void)state;
	assert_non_null(zeros);
	memset(zeros, ' ', len);
	parts[2] = (struct gather_part){ "xl/worksheets/sheet1.xml", zeros, len };
	refused(gather_zip(parts, 3), ERR_LIMIT, "圧縮の割合が異常に高い（100倍を超える）");
	free(zeros);
	/* Parts that pack badly may still be too much together. */
	for (size_t i = 2; i < 8; i++)
		parts[i] = (struct gather_part){ names[i - 2], "0123456789abcdef", 16 };
	g = gather_fd(gather_zip(parts, 8), &small);
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "展開すると大きくなりすぎる"));
	gather_release(&g);
}

static void put16(char *p, unsigned v)
{
	p[0] = (char)v;
	p[1] = (char)(v >> 8);
}

static void put32(char *p, size_t v)
{
	put16(p, (unsigned)(v & 0xFFFF));
	put16(p + 2, (unsigned)(v >> 16));
}

/* A directory of `count` entries that all point at the first part. */
static int overlapping(unsigned count)
{
	const struct gather_part one[] = { TYPES };
	struct buf zip = gather_slurp(gather_zip(one, 1)), out;
	char *end = zip.data + zip.len - 22;
	size_t from = (unsigned char)end[16] | (size_t)(unsigned char)end[17] << 8;
	size_t entry = (size_t)(end - zip.data) - from;
	char tail[22];
	int fd;

	memcpy(tail, end, sizeof tail);
	buf_init(&out, 0);
	buf_add(&out, zip.data, from);
	for (unsigned i = 0; i < count; i++)
		buf_add(&out, zip.data + from, entry);
	put16(tail + 8, count);
	put16(tail + 10, count);
	put32(tail + 12, entry * count);
	buf_add(&out, tail, sizeof tail);
	fd = gather_file(out.data, out.len);
	buf_release(&zip);
	buf_release(&out);
	return fd;
}

static void hostile__overlapping_parts_are_refused(void **state)
{
	(void)state;
	refused(overlapping(2), ERR_INVALID, "重なり合って");
}

static void hostile__too_many_parts_are_refused(void **state)
{
	(void)state;
	refused(overlapping(2001), ERR_LIMIT, "2001個、上限は2000個");
	/* 100,000 do not fit the old record, whose count then wraps. */
	refused(overlapping(100000 & 0xFFFF), ERR_LIMIT, "上限は2000個");
}

/* A book full of pictures. */
static void hostile__many_parts_are_no_attack(void **state)
{
	static char names[100][32];
	struct gather_part parts[105] = {
		TYPES,
		RELS,
		BOOK,
		BOOK_RELS,
		{ "xl/s.xml",
		  "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", 0 }
	};
	struct gathered g;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(names[i], sizeof names[i], "xl/media/image%u.png", i);
		parts[5 + i] = (struct gather_part){ names[i], "no picture", 0 };
	}
	g = gather_fd(gather_zip(parts, 105), NULL);
	assert_string_equal(g.err.text, "");
	assert_true(g.ended);
	assert_string_equal(g.rows.data, "1:1\n");
	gather_release(&g);
}

static void hostile__truncated_anywhere_is_refused(void **state)
{
	struct buf zip = gather_slurp(gather_xlsx("<row><c><v>1</v></c></row>", NULL, NULL, NULL));

	(void)state;
	for (size_t n = 4; n < zip.len; n += zip.len / 23)
		refused(gather_file(zip.data, n), ERR_INVALID, "壊れているか、途中で切れて");
	buf_release(&zip);
}

static void hostile__flipped_bytes_never_crash(void **state)
{
	struct buf zip = gather_slurp(gather_xlsx("<row><c><v>1</v></c></row>", NULL, NULL, NULL));

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		struct gathered g;
		size_t at = 4 + i * (zip.len - 4) / 60;

		zip.data[at] = (char)(zip.data[at] ^ 0x41);
		g = gather_bytes(zip.data, zip.len, NULL);
		zip.data[at] = (char)(zip.data[at] ^ 0x41);
		if (g.code != 0 && strstr(g.err.text, "異常終了"))
			fail_msg("byte %zu: %s", at, g.err.text);
		gather_release(&g);
	}
	buf_release(&zip);
}

static void hostile__names_that_climb_out_are_ignored(void **state)
{
	const struct gather_part parts[] = {
		TYPES,
		RELS,
		BOOK,
		{ "xl/_rels/workbook.xml.rels",
		  "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" "
		  "Target=\"../../../../etc/passwd\"/></Relationships>",
		  0 },
		{ "../../tmp/evil", "x", 0 }
	};

	(void)state;
	refused(gather_zip(parts, 5), ERR_INVALID, "がありません");
	assert_int_equal(access("/tmp/evil", F_OK), -1);
}

static void hostile__other_kinds_of_file_are_named(void **state)
{
	static const char ole[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 W\0o\0r\0k\0b\0o\0o\0k\0";
	static const char locked[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 E\0n\0c\0r\0y\0p\0t\0e\0d\0"
				     "P\0a\0c\0k\0a\0g\0e\0";
	const struct gather_part word[] = { TYPES, { "word/document.xml", "<a/>", 0 } };
	const struct gather_part macro[] = {
		{ "[Content_Types].xml",
		  "<Types><Override "
		  "ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/></Types>",
		  0 },
		RELS,
		BOOK,
		BOOK_RELS
	};
	const struct gather_part vba[] = {
		TYPES, RELS, BOOK, BOOK_RELS, { "xl/vbaProject.bin", "x", 0 }
	};
	const struct gather_part plain[] = { { "a.txt", "x", 0 } };

	(void)state;
	refused(gather_file(ole, sizeof ole - 1), ERR_INVALID, "xlsx形式で保存し直してください");
	refused(gather_file(locked, sizeof locked - 1), ERR_INVALID, "パスワードで保護");
	refused(gather_zip(word, 2), ERR_INVALID, "Word文書（docx）");
	refused(gather_zip(macro, 4), ERR_INVALID, "マクロを含む");
	refused(gather_zip(vba, 5), ERR_INVALID, "マクロを含む");
	refused(gather_zip(plain, 1), ERR_INVALID, "ZIP圧縮ファイル");
	refused(gather_file("%PDF-1.7\n", 9), ERR_INVALID, "中身は「PDF」");
	refused(gather_file("<html><table><tr><td>1", 22), ERR_INVALID, "Webページ（HTML）");
}

static void hostile__a_giant_tag_costs_no_time(void **state)
{
	size_t len = (size_t)6 << 20;
	char *tag = malloc(len);
	const struct gather_part parts[] = {
		TYPES, RELS, BOOK, BOOK_RELS, { "xl/s.xml", tag, len }
	};

	(void)state;
	assert_non_null(tag);
	for (size_t i = 0; i < len; i++)
		tag[i] = (char)('a' + rand() % 26); /* packs badly, and must */
	memcpy(tag, "<a b=\"", 6);
	refused(gather_zip(parts, 5), ERR_INVALID, "壊れています");
	free(tag);
}

static void hostile__not_a_file_is_refused(void **state)
{
	struct sheet_sink none = { 0 };
	struct err err;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(sheet_read(fds[0], NULL, &none, &err), ERR_INVALID);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(sheet_read_path("/nonexistent/表.csv", NULL, &none, &err), ERR_IO);
	assert_non_null(strstr(err.text, "見つかりません"));
	assert_int_equal(sheet_read_path("/tmp", NULL, &none, &err), ERR_INVALID);
}

static void hostile__a_child_that_breaks_out_is_killed(void **state)
{
	static const enum reader_probe probes[] = { READER_PROBE_OPEN, READER_PROBE_SOCKET,
						    READER_PROBE_EXEC, READER_PROBE_STDIN };

	(void)state;
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
		struct gathered g = gather_probe(gather_file("a,b\n", 4), probes[i], NULL);

		assert_int_equal(g.code, ERR_IO);
		assert_non_null(strstr(g.err.text, "許していない操作"));
		gather_release(&g);
	}
}

static void hostile__a_child_that_lies_or_dies_is_not_believed(void **state)
{
	static const struct {
		enum reader_probe probe;
		const char *says;
	} cases[] = { { READER_PROBE_CRASH, "異常終了" },
		      { READER_PROBE_GARBAGE, "返答が正しくありません" },
		      { READER_PROBE_SILENT, "返答が正しくありません" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gathered g = gather_probe(gather_file("a,b\n", 4), cases[i].probe, NULL);

		assert_int_equal(g.code, ERR_IO);
		if (!strstr(g.err.text, cases[i].says))
			fail_msg("%s", g.err.text);
		gather_release(&g);
	}
}

static void hostile__a_greedy_child_gets_no_memory(void **state)
{
	struct gathered g;

	(void)state;
	if (SANDBOX_ASAN) {
		print_message("SKIP: no memory limit under AddressSanitizer\n");
		skip();
	}
	g = gather_probe(gather_file("a,b\n", 4), READER_PROBE_MEMORY, NULL);
	assert_int_equal(g.code, ERR_IO);
	assert_non_null(strstr(g.err.text, "異常終了"));
	gather_release(&g);
}

static void hostile__a_slow_child_is_ended(void **state)
{
	struct sheet_options o = { .limits = { .seconds = 1 } };
	int64_t since = clock_mono_us();
	struct gathered g = gather_probe(gather_file("a,b\n", 4), READER_PROBE_SPIN, &o);

	(void)state;
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "時間がかかりすぎました"));
	assert_true(clock_mono_us() - since < 3000000);
	gather_release(&g);
}

static void *read_often(void *arg)
{
	int *good = arg;

	for (int i = 0; i < 8; i++) {
		struct gathered g = gather_text("名称,台数\n端末,3\n");

		*good += g.code == 0 && strcmp(g.rows.data, "1:名称|台数\n2:端末|3\n") == 0;
		gather_release(&g);
	}
	return NULL;
}

static void hostile__threads_read_at_the_same_time(void **state)
{
	pthread_t threads[4];
	int good[4] = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_often, &good[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(good[i], 8);
	}
}

static size_t open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void hostile__no_descriptor_is_left_open(void **state)
{
	size_t before = open_files();
	struct gathered g = gather_text("a,b\n1,2\n");

	(void)state;
	gather_release(&g);
	g = gather_probe(gather_file("a,b\n", 4), READER_PROBE_CRASH, NULL);
	gather_release(&g);
	assert_int_equal(open_files(), before);
}

static int refuse_row(void *arg, const struct sheet_row *row, struct err *err)
{
	int *seen = arg;

	++*seen;
	return row->header ? 0 : err_set(err, ERR_CONFLICT, "ここで止める");
}

static int accept_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	(void)arg, (void)meta, (void)err;
	return 0;
}

static void hostile__the_sink_can_stop_the_reading(void **state)
{
	int seen = 0, fd = gather_file("a,b\n1,2\n3,4\n", 12);
	struct sheet_sink sink = { .on_meta = accept_meta, .on_row = refuse_row, .arg = &seen };
	struct err err;

	(void)state;
	assert_int_equal(sheet_read(fd, NULL, &sink, &err), ERR_CONFLICT);
	assert_string_equal(err.text, "ここで止める");
	assert_int_equal(seen, 2);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile__doctype_and_entities_are_refused),
		cmocka_unit_test(hostile__undeclared_entities_and_other_encodings_are_refused),
		cmocka_unit_test(hostile__bomb_is_refused_by_ratio_and_size),
		cmocka_unit_test(hostile__overlapping_parts_are_refused),
		cmocka_unit_test(hostile__too_many_parts_are_refused),
		cmocka_unit_test(hostile__many_parts_are_no_attack),
		cmocka_unit_test(hostile__truncated_anywhere_is_refused),
		cmocka_unit_test(hostile__flipped_bytes_never_crash),
		cmocka_unit_test(hostile__names_that_climb_out_are_ignored),
		cmocka_unit_test(hostile__other_kinds_of_file_are_named),
		cmocka_unit_test(hostile__a_giant_tag_costs_no_time),
		cmocka_unit_test(hostile__not_a_file_is_refused),
		cmocka_unit_test(hostile__a_child_that_breaks_out_is_killed),
		cmocka_unit_test(hostile__a_child_that_lies_or_dies_is_not_believed),
		cmocka_unit_test(hostile__a_greedy_child_gets_no_memory),
		cmocka_unit_test(hostile__a_slow_child_is_ended),
		cmocka_unit_test(hostile__threads_read_at_the_same_time),
		cmocka_unit_test(hostile__no_descriptor_is_left_open),
		cmocka_unit_test(hostile__the_sink_can_stop_the_reading),
	};
	int child = reader_child_main(argc, argv);

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
