#include "reader/answer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

int answer_not_believed(struct err *err)
{
	return err_set(
		err, ERR_IO,
		"ファイルの読み取りを中止しました: 読み取り用プログラムの返答が正しくありません。"
		"危険なファイルかもしれません。開かずに、システム管理者に知らせてください");
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The parts as a file that exists only in memory. */
static int make_file(const struct hash_part *parts, size_t count, struct err *err)
{
	int fd = memfd_create("daicho-read", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, errno, "ファイルの読み取りを準備できません");
	for (size_t i = 0; i < count; i++)
		if (write_all(fd, parts[i].data, parts[i].len) < 0) {
			int errnum = errno;

			close(fd);
			return err_errno(err, errnum, "ファイルの読み取りを準備できません");
		}
	return fd;
}

static int take_frame(const struct answer_sink *sink, enum frame_kind kind, const char *body,
		      size_t len, struct err *err)
{
	struct fault f;

	if (kind == FRAME_FAULT && frame_read_fault(body, len, &f))
		return fault_err(&f, err);
	if (kind == sink->kind && sink->take(sink->arg, body, len))
		return 0;
	return answer_not_believed(err);
}

static int take_frames(struct buf *in, const struct answer_sink *sink, struct err *err)
{
	size_t at = 0;

	while (in->len - at >= FRAME_HEAD) {
		enum frame_kind kind;
		size_t len;
		int rc;

		if (!frame_read_head(in->data + at, &kind, &len))
			return answer_not_believed(err);
		if (in->len - at - FRAME_HEAD < len)
			break;
		rc = take_frame(sink, kind, in->data + at + FRAME_HEAD, len, err);
		if (rc < 0)
			return rc;
		at += FRAME_HEAD + len;
	}
	if (at) {
		memmove(in->data, in->data + at, in->len - at + 1);
		in->len -= at;
	}
	return 0;
}

static int take_all(struct process *p, struct buf *in, const struct answer_sink *sink,
		    struct err *err)
{
	char bytes[65536];
	uint64_t total = 0;
	ssize_t n;
	int rc;

	while ((n = process_read(p, bytes, sizeof bytes, err)) > 0) {
		total += (uint64_t)n;
		if (total > LIMIT_TOTAL)
			return answer_not_believed(err);
		buf_add(in, bytes, (size_t)n);
		if (buf_failed(in))
			return err_nomem(err);
		rc = take_frames(in, sink, err);
		if (rc < 0)
			return rc;
	}
	if (n < 0)
		return (int)n;
	rc = process_finish(p, err);
	if (rc < 0)
		return rc;
	return in->len == 0 ? 0 : answer_not_believed(err);
}

int answer_read(const struct hash_part *parts, size_t count, const struct reader_request *request,
		const struct answer_sink *sink, struct err *err)
{
	CLEANUP(close_fd) int fd = make_file(parts, count, err);
	CLEANUP(buf_release) struct buf in;
	struct reader_request r = *request;
	struct process p = { .pipe = -1 };
	int rc;

	buf_init(&in, FRAME_MAX * 2);
	if (fd < 0)
		return fd;
	limits_fill(&r.options.limits);
	rc = process_start(&p, fd, &r, err);
	if (rc >= 0)
		rc = take_all(&p, &in, sink, err);
	process_end(&p);
	return rc;
}
