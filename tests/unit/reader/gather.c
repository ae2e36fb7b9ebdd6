#include "gather.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

int gather_file(const void *bytes, size_t len)
{
	int fd = memfd_create("sheet", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	return fd;
}

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	struct gathered *g = arg;

	(void)err;
	g->meta = *meta;
	snprintf(g->encoding, sizeof g->encoding, "%s", meta->encoding_name);
	for (size_t i = 0; i < meta->sheet_count; i++) {
		size_t n = strlen(g->sheets);

		snprintf(g->sheets + n, sizeof g->sheets - n, "%s%s", n ? "|" : "",
			 meta->sheets[i]);
	}
	g->meta.sheets = NULL;
	g->meta.encoding_name = NULL;
	return 0;
}

static void add_row(struct buf *b, const struct sheet_row *row, bool raw)
{
	buf_printf(b, "%u:", row->number);
	for (size_t i = 0; i < row->count; i++) {
		const struct sheet_cell *c = &row->cells[i];

		buf_printf(b, "%s%s", i ? "|" : "", raw ? c->raw : c->text);
		assert_int_equal(strlen(c->text), c->text_len);
		assert_int_equal(strlen(c->raw), c->raw_len);
	}
	buf_putc(b, '\n');
}

static int on_junk(void *arg, const struct sheet_row *row, struct err *err)
{
	struct gathered *g = arg;

	(void)err;
	add_row(&g->junk, row, false);
	return 0;
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct gathered *g = arg;

	assert_int_equal(row->header, g->seen == 0);
	g->seen++;
	(void)err;
	g->last_line = row->line;
	if (g->seen > 2000)
		return 0;
	add_row(&g->rows, row, false);
	add_row(&g->raws, row, true);
	for (size_t i = 0; i < row->count; i++)
		buf_putc(&g->kinds, (char)('0' + (int)row->cells[i].kind));
	buf_putc(&g->kinds, '\n');
	return 0;
}

static int on_end(void *arg, const struct sheet_totals *totals, struct err *err)
{
	struct gathered *g = arg;

	(void)err;
	g->totals = *totals;
	g->ended = true;
	return 0;
}

struct gathered gather_probe(int fd, enum reader_probe probe, const struct sheet_options *options)
{
	struct gathered g = { 0 };
	struct sheet_sink sink = { on_meta, on_junk, on_row, on_end, &g };
	struct reader_request request = { .probe = probe };

	if (options)
		request.options = *options;
	/* Each starts as "", so that an assertion never meets NULL. */
	for (size_t i = 0; i < 4; i++) {
		struct buf *b = (struct buf *[]){ &g.rows, &g.junk, &g.raws, &g.kinds }[i];

		buf_init(b, 0);
		buf_puts(b, "");
	}
	g.code = sheet_read_request(fd, &request, &sink, &g.err);
	close(fd);
	return g;
}

struct gathered gather_fd(int fd, const struct sheet_options *options)
{
	return gather_probe(fd, READER_PROBE_NONE, options);
}

struct gathered gather_bytes(const void *bytes, size_t len, const struct sheet_options *options)
{
	return gather_fd(gather_file(bytes, len), options);
}

struct gathered gather_text(const char *text)
{
	return gather_bytes(text, strlen(text), NULL);
}

void gather_release(struct gathered *g)
{
	buf_release(&g->rows);
	buf_release(&g->junk);
	buf_release(&g->raws);
	buf_release(&g->kinds);
}

int gather_zip(const struct gather_part *parts, size_t count)
{
	char path[] = "/tmp/daicho-reader-XXXXXX";
	int fd = mkstemp(path);
	zip_t *zip;

	assert_true(fd >= 0);
	close(fd);
	zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	assert_non_null(zip);
	for (size_t i = 0; i < count; i++) {
		size_t len = parts[i].len ? parts[i].len : strlen(parts[i].text);
		zip_source_t *source = zip_source_buffer(zip, parts[i].text, len, 0);

		assert_non_null(source);
		assert_true(zip_file_add(zip, parts[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
	}
	assert_int_equal(zip_close(zip), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

int gather_xlsx(const char *sheet_data, const char *strings, const char *styles, const char *extra)
{
	struct buf sheet, sst, style;
	int fd;

	buf_init(&sheet, 0);
	buf_init(&sst, 0);
	buf_init(&style, 0);
	buf_printf(&sheet,
		   HEAD "<worksheet xmlns=\"" MAIN "\"><sheetData>%s</sheetData>%s</worksheet>",
		   sheet_data, extra ? extra : "");
	buf_printf(&sst, HEAD "<sst xmlns=\"" MAIN "\">%s</sst>", strings ? strings : "");
	buf_printf(&style, HEAD "<styleSheet xmlns=\"" MAIN "\">%s</styleSheet>",
		   styles ? styles : "");
	const struct gather_part parts[] = {
		{ "[Content_Types].xml", HEAD
		  "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
		  "<Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>" },
		{ "_rels/.rels",
		  HEAD "<Relationships><Relationship Id=\"rId1\" Type=\"" REL
		       "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>" },
		{ "xl/workbook.xml", HEAD
		  "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\"><sheets>"
		  "<sheet name=\"端末一覧\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>" },
		{ "xl/_rels/workbook.xml.rels",
		  HEAD "<Relationships><Relationship Id=\"rId1\" Type=\"" REL
		       "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" "
		       "Type=\"" REL
		       "/styles\" Target=\"styles.xml\"/><Relationship Id=\"rId3\" Type=\"" REL
		       "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>" },
		{ "xl/worksheets/sheet1.xml", sheet.data, sheet.len },
		{ "xl/styles.xml", style.data, style.len },
		{ "xl/sharedStrings.xml", sst.data, sst.len },
	};
	fd = gather_zip(parts, sizeof parts / sizeof *parts);
	buf_release(&sheet);
	buf_release(&sst);
	buf_release(&style);
	return fd;
}

struct buf gather_slurp(int fd)
{
	struct buf b;
	char bytes[4096];
	ssize_t n;

	buf_init(&b, 0);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		buf_add(&b, bytes, (size_t)n);
	close(fd);
	return b;
}
