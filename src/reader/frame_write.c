#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "reader/frame.h"

#define FLUSH_AT ((size_t)64 * 1024)

void frame_writer_init(struct frame_writer *w, int fd)
{
	*w = (struct frame_writer){ .fd = fd };
	buf_init(&w->out, FRAME_MAX * 2);
}

void frame_writer_release(struct frame_writer *w)
{
	buf_release(&w->out);
}

int frame_flush(struct frame_writer *w)
{
	size_t done = 0;

	if (buf_failed(&w->out))
		return ERR_NOMEM;
	while (done < w->out.len) {
		ssize_t n = write(w->fd, w->out.data + done, w->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		done += (size_t)n;
	}
	buf_clear(&w->out);
	return 0;
}

static void put32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof v);
}

static void put64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof v);
}

static void put_text(struct buf *b, const char *s, size_t len)
{
	put32(b, (uint32_t)len);
	buf_add(b, s, len);
	buf_putc(b, '\0');
}

/* Begins a frame; end() fills in its length. */
static size_t begin(struct frame_writer *w, enum frame_kind kind)
{
	put32(&w->out, (uint32_t)kind);
	put32(&w->out, 0);
	return w->out.len;
}

static int end(struct frame_writer *w, size_t from)
{
	uint32_t len;

	if (buf_failed(&w->out))
		return ERR_NOMEM;
	len = (uint32_t)(w->out.len - from);
	memcpy(w->out.data + from - sizeof len, &len, sizeof len);
	return w->out.len >= FLUSH_AT ? frame_flush(w) : 0;
}

int frame_write_meta(struct frame_writer *w, const struct sheet_meta *meta)
{
	size_t from = begin(w, FRAME_META);

	put32(&w->out, (uint32_t)meta->format);
	put32(&w->out, (uint32_t)meta->encoding);
	put32(&w->out, (uint32_t)(unsigned char)meta->delimiter);
	put32(&w->out, meta->sheet);
	put32(&w->out, meta->hidden_count);
	put32(&w->out, meta->header_row);
	put32(&w->out, meta->junk_rows);
	put32(&w->out, meta->columns);
	put32(&w->out, (uint32_t)meta->sheet_count);
	for (size_t i = 0; i < meta->sheet_count; i++)
		put_text(&w->out, meta->sheets[i], strlen(meta->sheets[i]));
	return end(w, from);
}

int frame_write_row(struct frame_writer *w, const struct sheet_row *row, bool junk)
{
	size_t from = begin(w, junk ? FRAME_JUNK : FRAME_ROW);

	put32(&w->out, row->number);
	put32(&w->out, row->line);
	put32(&w->out, row->header);
	put32(&w->out, (uint32_t)row->count);
	for (size_t i = 0; i < row->count; i++) {
		const struct sheet_cell *c = &row->cells[i];
		bool differs = c->raw != c->text;

		buf_putc(&w->out, (char)c->kind);
		buf_putc(&w->out, differs);
		put_text(&w->out, c->text, c->text_len);
		if (differs)
			put_text(&w->out, c->raw, c->raw_len);
	}
	return end(w, from);
}

int frame_write_end(struct frame_writer *w, const struct sheet_totals *totals)
{
	size_t from = begin(w, FRAME_END);

	put32(&w->out, totals->rows);
	put32(&w->out, totals->blank_rows);
	put32(&w->out, totals->columns);
	put32(&w->out, totals->error_cells);
	return end(w, from);
}

int frame_write_fault(struct frame_writer *w, const struct fault *f)
{
	size_t from = begin(w, FRAME_FAULT);

	put32(&w->out, (uint32_t)f->kind);
	put32(&w->out, f->row);
	put32(&w->out, f->column);
	put64(&w->out, f->a);
	put64(&w->out, f->b);
	put_text(&w->out, f->text, strlen(f->text));
	return end(w, from);
}

int frame_write_bytes(struct frame_writer *w, const char *bytes, size_t len)
{
	while (len) {
		size_t n = len < FLUSH_AT ? len : FLUSH_AT, from = begin(w, FRAME_BYTES);

		buf_add(&w->out, bytes, n);
		if (end(w, from) < 0)
			return ERR_IO;
		bytes += n;
		len -= n;
	}
	return 0;
}
