#include "reader/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "reader/answer.h"
#include "reader/frame.h"
#include "reader/process.h"

enum stage { WANT_META, WANT_HEADER, WANT_ROWS, WANT_NOTHING };

/* What the child has said so far, and the callbacks it goes to. */
struct intake {
	const struct sheet_sink *sink;
	struct sheet_limits limits;
	enum stage stage;
	struct sheet_meta meta;
	struct sheet_cell *cells;
	struct arena arena;
	struct buf in;
	uint64_t total;
	uint32_t last_row, junk, rows;
	struct err *err;
};

const char *sheet_encoding_name(enum sheet_encoding encoding)
{
	switch (encoding) {
	case SHEET_ENCODING_UTF8: return "UTF-8";
	case SHEET_ENCODING_UTF8_BOM: return "UTF-8（BOM付き）";
	case SHEET_ENCODING_CP932: return "CP932（Windowsの日本語）";
	case SHEET_ENCODING_UTF16LE: return "UTF-16LE";
	case SHEET_ENCODING_UTF16BE: return "UTF-16BE";
	case SHEET_ENCODING_AUTO:
	case SHEET_ENCODING_MAX: break;
	}
	return "";
}

static int take_meta(struct intake *in, const char *body, size_t len)
{
	if (in->stage != WANT_META ||
	    !frame_read_meta(body, len, &in->limits, &in->arena, &in->meta))
		return answer_not_believed(in->err);
	in->stage = WANT_HEADER;
	return in->sink->on_meta(in->sink->arg, &in->meta, in->err);
}

static int take_row(struct intake *in, const char *body, size_t len, bool junk)
{
	struct sheet_row row;
	bool fits;

	if (!frame_read_row(body, len, &in->limits, in->cells, &row) || row.number <= in->last_row)
		return answer_not_believed(in->err);
	in->last_row = row.number;
	if (junk) {
		fits = in->stage == WANT_HEADER && !row.header &&
		       row.number < in->meta.header_row && ++in->junk <= LIMIT_JUNK;
	} else if (row.header) {
		fits = in->stage == WANT_HEADER && row.number == in->meta.header_row &&
		       row.count == in->meta.columns;
		in->stage = WANT_ROWS;
	} else {
		fits = in->stage == WANT_ROWS && row.count > 0;
		in->rows++;
	}
	if (!fits)
		return answer_not_believed(in->err);
	if (!junk)
		return in->sink->on_row(in->sink->arg, &row, in->err);
	return in->sink->on_junk ? in->sink->on_junk(in->sink->arg, &row, in->err) : 0;
}

static int take_end(struct intake *in, const char *body, size_t len)
{
	struct sheet_totals totals;

	if (in->stage != WANT_ROWS || !frame_read_end(body, len, &totals) ||
	    totals.rows != in->rows)
		return answer_not_believed(in->err);
	in->stage = WANT_NOTHING;
	return in->sink->on_end ? in->sink->on_end(in->sink->arg, &totals, in->err) : 0;
}

static int take_fault(struct intake *in, const char *body, size_t len)
{
	struct fault f;

	if (in->stage == WANT_NOTHING || !frame_read_fault(body, len, &f))
		return answer_not_believed(in->err);
	return fault_err(&f, in->err);
}

static int take_frame(struct intake *in, enum frame_kind kind, const char *body, size_t len)
{
	switch (kind) {
	case FRAME_META: return take_meta(in, body, len);
	case FRAME_JUNK: return take_row(in, body, len, true);
	case FRAME_ROW: return take_row(in, body, len, false);
	case FRAME_END: return take_end(in, body, len);
	case FRAME_FAULT: return take_fault(in, body, len);
	case FRAME_TREE:
	case FRAME_BYTES:
	case FRAME_MAX_KIND: break;
	}
	return answer_not_believed(in->err);
}

/* Handles all whole frames in the buffer and keeps the rest. */
static int take_frames(struct intake *in)
{
	size_t at = 0;

	while (in->in.len - at >= FRAME_HEAD) {
		enum frame_kind kind;
		size_t len;
		int rc;

		if (!frame_read_head(in->in.data + at, &kind, &len))
			return answer_not_believed(in->err);
		if (in->in.len - at - FRAME_HEAD < len)
			break;
		rc = take_frame(in, kind, in->in.data + at + FRAME_HEAD, len);
		if (rc < 0)
			return rc;
		at += FRAME_HEAD + len;
	}
	if (at) {
		memmove(in->in.data, in->in.data + at, in->in.len - at + 1);
		in->in.len -= at;
	}
	return 0;
}

static int take_all(struct intake *in, struct process *p)
{
	char bytes[65536];
	ssize_t n;
	int rc;

	while ((n = process_read(p, bytes, sizeof bytes, in->err)) > 0) {
		in->total += (uint64_t)n;
		if (in->total > LIMIT_TOTAL)
			return err_set(in->err, ERR_LIMIT,
				       "ファイルの読み取りを中止しました: 表が大きすぎます。"
				       "行や列の少ないファイルに分けてください");
		buf_add(&in->in, bytes, (size_t)n);
		if (buf_failed(&in->in))
			return err_nomem(in->err);
		rc = take_frames(in);
		if (rc < 0)
			return rc;
	}
	if (n < 0)
		return (int)n;
	rc = process_finish(p, in->err);
	if (rc < 0)
		return rc;
	return in->stage == WANT_NOTHING && in->in.len == 0 ? 0 : answer_not_believed(in->err);
}

static int check_file(int fd, const struct sheet_limits *limits, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "ファイルを読み取れません");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID,
			       "普通のファイルではないため読み取れません。CSVまたはExcel（xlsx）の"
			       "ファイルを選んでください");
	if ((uint64_t)st.st_size > limits->file_bytes)
		return err_set(err, ERR_LIMIT,
			       "ファイルが大きすぎます（%llu MB、上限は%llu "
			       "MB）。分けて取り込んでください",
			       (unsigned long long)st.st_size >> 20,
			       (unsigned long long)limits->file_bytes >> 20);
	return 0;
}

static int check_options(const struct sheet_options *o, struct err *err)
{
	bool known = o->forced >= SHEET_ENCODING_AUTO && o->forced < SHEET_ENCODING_MAX;

	if (!known || (o->delimiter && !strchr(",\t;", o->delimiter)))
		return err_set(err, ERR_USAGE,
			       "文字コードか区切り文字の指定が正しくありません。"
			       "区切り文字はカンマ、タブ、セミコロンから選んでください");
	return 0;
}

int sheet_read_request(int fd, const struct reader_request *request, const struct sheet_sink *sink,
		       struct err *err)
{
	struct reader_request r = *request;
	struct intake in = { .sink = sink, .err = err };
	struct process p = { .pipe = -1 };
	int rc;

	limits_fill(&r.options.limits);
	in.limits = r.options.limits;
	if (check_options(&r.options, err) < 0)
		return ERR_USAGE;
	rc = check_file(fd, &in.limits, err);
	if (rc < 0)
		return rc;
	arena_init(&in.arena, 0);
	buf_init(&in.in, FRAME_MAX * 2);
	in.cells = calloc(in.limits.columns, sizeof *in.cells);
	rc = in.cells ? process_start(&p, fd, &r, err) : err_nomem(err);
	if (rc >= 0)
		rc = take_all(&in, &p);
	process_end(&p);
	free(in.cells);
	buf_release(&in.in);
	arena_release(&in.arena);
	return rc;
}

int sheet_read(int fd, const struct sheet_options *options, const struct sheet_sink *sink,
	       struct err *err)
{
	struct reader_request request = { .probe = READER_PROBE_NONE };

	if (options)
		request.options = *options;
	return sheet_read_request(fd, &request, sink, err);
}

int sheet_read_path(const char *path, const struct sheet_options *options,
		    const struct sheet_sink *sink, struct err *err)
{
	/* Not blocking, so that a named pipe cannot hold us up before it is refused. */
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_errno(err, errno, "ファイル「%s」を開けません", path);
	return sheet_read(fd, options, sink, err);
}
