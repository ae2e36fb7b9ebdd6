#include "reader/fill.h"

#include <string.h>

#include "reader/answer.h"
#include "reader/fill_job.h"
#include "reader/worksheet.h"

#define RESULT_MAX ((size_t)128 << 20)

static bool on_bytes(void *arg, const char *body, size_t len)
{
	struct buf *b = arg;

	buf_add(b, body, len);
	return !buf_failed(b);
}

bool fill_cell_parse(const char *text, uint32_t *ret_row, uint32_t *ret_column)
{
	return worksheet_cell_ref(text, ret_column, ret_row);
}

int fill_form(const void *bytes, size_t len, const struct fill_edit *edits, size_t count,
	      struct buf *ret, struct err *err)
{
	const struct reader_request request = {
		.task = READER_TASK_FILL,
		.options.limits = { .unpacked_bytes = (uint64_t)150 << 20, .seconds = 30 },
	};
	struct answer_sink sink = { .kind = FRAME_BYTES, .take = on_bytes };
	struct buf job, out;
	int rc;

	if (len > FILL_BYTES_MAX)
		return err_set(err, ERR_LIMIT,
			       "様式のファイルが大きすぎます（%zuMB、上限は%zuMB）。"
			       "使わない画像などを除いて保存し直してください",
			       len >> 20, FILL_BYTES_MAX >> 20);
	if (count > FILL_EDITS_MAX)
		return err_set(err, ERR_LIMIT, "書き込むセルが多すぎます（%zu個、上限は%d個）",
			       count, FILL_EDITS_MAX);
	buf_init(&job, 0);
	buf_init(&out, RESULT_MAX);
	sink.arg = &out;
	fill_job_write(edits, count, &job);
	if (buf_failed(&job)) {
		rc = err_nomem(err);
	} else {
		const struct hash_part parts[] = { { job.data, job.len }, { bytes, len } };

		rc = answer_read(parts, 2, &request, &sink, err);
	}
	/* The child says how the file is wrong by its rows, which mean nothing to the caller. */
	if (rc < 0 && err)
		err->line = err->column = 0;
	if (rc >= 0 && (out.len < 4 || memcmp(out.data, "PK\3\4", 4) != 0))
		rc = answer_not_believed(err);
	if (rc >= 0)
		buf_add(ret, out.data, out.len);
	if (rc >= 0 && buf_failed(ret))
		rc = err_nomem(err);
	buf_release(&job);
	buf_release(&out);
	return rc;
}
