#include "trail/frame.h"

#include <string.h>

#define DIGITS_MAX 9 /* of a length */

const char *frame_fault_text(enum frame_fault f)
{
	static const char *const text[FRAME_FAULTS] = {
		[FRAME_GOOD] = "",
		[FRAME_LENGTH] = "電文の長さが書かれているはずの場所に、長さがありません",
		[FRAME_TOO_LONG] = "電文が長すぎます。先頭だけを残しました",
		[FRAME_CUT] = "電文の途中で通信が切れました",
	};

	return text[f];
}

void framer_init(struct framer *f, size_t max)
{
	memset(f, 0, sizeof *f);
	buf_init(&f->buf, 0);
	f->max = max;
}

void framer_release(struct framer *f)
{
	buf_release(&f->buf);
}

int framer_feed(struct framer *f, const char *bytes, size_t len, struct err *err)
{
	if (f->at > 0) {
		size_t left = f->buf.len - f->at;

		memmove(f->buf.data, f->buf.data + f->at, left);
		buf_cut(&f->buf, left);
		f->scan -= f->at;
		f->line -= f->at;
		f->at = 0;
	}
	buf_add(&f->buf, bytes, len);
	return buf_failed(&f->buf) ? err_nomem(err) : 0;
}

bool framer_waits(const struct framer *f)
{
	return f->buf.len > f->at;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Gives out `len` bytes from behind `head` more, and goes on behind `tail` more. */
static enum frame_kind give(struct framer *f, size_t head, size_t len, size_t tail,
			    enum frame_fault fault, struct frame *ret)
{
	*ret = (struct frame){ f->buf.data + f->at + head, len, fault };
	f->at += head + len + tail;
	f->scan = f->line = f->at;
	f->document = false;
	return fault ? FRAME_FAULT : FRAME_MESSAGE;
}

/* --- senders that count ------------------------------------------------------------- */

static void skip_between(struct framer *f)
{
	while (f->at < f->buf.len && strchr("\r\n", f->buf.data[f->at]))
		f->at++;
	f->scan = f->line = f->at;
}

/* What follows cannot be told apart: it is kept as one fault, as much as may be. */
static enum frame_kind give_up(struct framer *f, struct frame *ret)
{
	size_t left = f->buf.len - f->at, len = left < f->max ? left : f->max;

	f->broken = true;
	return give(f, 0, len, left - len, FRAME_LENGTH, ret);
}

/* Length of the header with its blank; 0: not whole yet; -1: there is none. */
static int header_read(const struct framer *f, size_t *ret_len)
{
	const char *p = f->buf.data + f->at;
	size_t left = f->buf.len - f->at, i;

	*ret_len = 0;
	for (i = 0; i < left && is_digit(p[i]) && i < DIGITS_MAX; i++)
		*ret_len = *ret_len * 10 + (size_t)(p[i] - '0');
	if (i == left)
		return 0;
	return p[i] == ' ' && *ret_len > 0 ? (int)i + 1 : -1;
}

static enum frame_kind next_counted(struct framer *f, enum frame_more more, struct frame *ret)
{
	size_t len, left;
	int head;

	if (f->skip > 0) {
		left = f->buf.len - f->at;
		left = left < f->skip ? left : f->skip;
		f->at += left;
		f->skip -= left;
		f->scan = f->line = f->at;
	}
	if (f->skip > 0)
		return FRAME_NONE;
	skip_between(f);
	left = f->buf.len - f->at;
	if (left == 0)
		return FRAME_NONE;
	head = header_read(f, &len);
	/* The rest of what has no length is kept whole, however it came. */
	if (head < 0)
		return more != FRAME_MORE || left >= f->max ? give_up(f, ret) : FRAME_NONE;
	if (head > 0 && len > f->max && left - (size_t)head >= f->max) {
		f->skip = len - f->max;
		return give(f, (size_t)head, f->max, 0, FRAME_TOO_LONG, ret);
	}
	if (head > 0 && len <= f->max && left - (size_t)head >= len)
		return give(f, (size_t)head, len, 0, FRAME_GOOD, ret);
	return more == FRAME_END ? give(f, 0, left, 0, FRAME_CUT, ret) : FRAME_NONE;
}

/* --- senders that do not --------------------------------------------------------------- */

static bool has(const char *p, size_t len, const char *word)
{
	return memmem(p, len, word, strlen(word)) != NULL;
}

/* True if the document that ends before `end` is whole. */
static bool document_whole(const struct framer *f, size_t end)
{
	static const char last[] = "</AuditMessage>";
	const size_t n = sizeof last - 1;

	while (end > f->at && strchr(" \t\r\n", f->buf.data[end - 1]))
		end--;
	return end - f->at >= n && memcmp(f->buf.data + end - n, last, n) == 0;
}

enum verdict { ENDS, GOES_ON, UNSURE };

/* Does the line feed at `i` end the message? */
static enum verdict feed_ends(const struct framer *f, size_t i, enum frame_more more)
{
	const char *p = f->buf.data;
	size_t left = f->buf.len - i - 1;

	if (left >= 2 && p[i + 1] == '<')
		return is_digit(p[i + 2]) ? ENDS : GOES_ON;
	if (left >= 1 && p[i + 1] != '<')
		return f->document ? GOES_ON : ENDS;
	if (more == FRAME_END)
		return ENDS;
	if (more == FRAME_IDLE && left == 0 && (!f->document || document_whole(f, i)))
		return ENDS;
	return UNSURE;
}

static enum frame_kind line_given(struct framer *f, size_t end, size_t tail, struct frame *ret)
{
	size_t len = end - f->at;

	if (len > 0 && tail > 0 && f->buf.data[end - 1] == '\r')
		return give(f, 0, len - 1, tail + 1, FRAME_GOOD, ret);
	return give(f, 0, len, tail, FRAME_GOOD, ret);
}

static bool line_skipped(struct framer *f)
{
	const char *p = memchr(f->buf.data + f->at, '\n', f->buf.len - f->at);

	f->at = p ? (size_t)(p - f->buf.data) + 1 : f->buf.len;
	f->scan = f->line = f->at;
	f->skip_line = !p;
	return p != NULL;
}

static enum frame_kind too_long(struct framer *f, struct frame *ret)
{
	f->skip_line = true;
	return give(f, 0, f->max, 0, FRAME_TOO_LONG, ret);
}

static enum frame_kind next_line(struct framer *f, enum frame_more more, struct frame *ret)
{
	const char *p = f->buf.data;
	size_t i;

	for (i = f->scan; i < f->buf.len && i - f->at <= f->max; i++) {
		enum verdict v;

		if (p[i] != '\n')
			continue;
		f->document = f->document || has(p + f->line, i - f->line, "<?xml") ||
			      has(p + f->line, i - f->line, "<AuditMessage");
		v = feed_ends(f, i, more);
		if (v == ENDS)
			return line_given(f, i, 1, ret);
		if (v == UNSURE)
			break;
		f->line = i + 1;
	}
	f->scan = i;
	if (i - f->at > f->max)
		return too_long(f, ret);
	if (more == FRAME_END && f->buf.len > f->at)
		return line_given(f, f->buf.len, 0, ret);
	return FRAME_NONE;
}

/* --- either -------------------------------------------------------------------------------- */

/* False while too little is there to tell. */
static bool mode_known(struct framer *f, enum frame_more more)
{
	size_t len;
	int head;

	if (f->counted || f->lines)
		return true;
	if (f->buf.len == f->at)
		return false;
	head = is_digit(f->buf.data[f->at]) ? header_read(f, &len) : -1;
	f->counted = head > 0 || (head == 0 && more == FRAME_END);
	f->lines = head < 0;
	return f->counted || f->lines;
}

enum frame_kind framer_next(struct framer *f, enum frame_more more, struct frame *ret)
{
	enum frame_kind kind;

	if (f->broken || !mode_known(f, more))
		return FRAME_NONE;
	if (f->counted)
		return next_counted(f, more, ret);
	if (f->skip_line && !line_skipped(f))
		return FRAME_NONE;
	/* An empty line is no message. */
	do
		kind = next_line(f, more, ret);
	while (kind == FRAME_MESSAGE && ret->len == 0);
	return kind;
}
