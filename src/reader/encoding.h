/*
 * The bytes of a CSV file as UTF-8: which encoding it is, and the text in
 * pieces that never cut a character. Strict: the first byte that the encoding
 * does not know ends the text, nothing is replaced.
 */
#ifndef DAICHO_READER_ENCODING_H
#define DAICHO_READER_ENCODING_H

#include "base/buf.h"
#include "reader/fault.h"
#include "reader/sheet.h"

struct encoding_stream {
	const char *data; /* the whole file; belongs to the caller */
	size_t len, at;
	enum sheet_encoding encoding;
	struct buf piece;
	bool bad; /* data[at] is the first byte that cannot be read */
};

/* Starts after the byte order mark, if there is one of that encoding (which
 * must not be AUTO). Release with encoding_release. */
void encoding_start(struct encoding_stream *s, enum sheet_encoding encoding, const char *data,
		    size_t len);
void encoding_release(struct encoding_stream *s);
/* The next piece: 1 with *ret and *ret_len (valid until the next call), 0 at the
 * end, or negative with `bad` set (a piece before it may have ended there), or
 * with `bad` unset when memory ran out. */
int encoding_next(struct encoding_stream *s, const char **ret, size_t *ret_len);

/* Finds the encoding of a CSV file: byte order mark, UTF-16 beyond doubt, strict
 * UTF-8, strict CP932. When it is none of them: FAULT_ENCODING_UNKNOWN without a
 * row, with the encoding that came furthest in *ret and the offset of its bad
 * byte in f->a. FAULT_ENCODING_FOREIGN for what looks like EUC-JP or JIS. */
int encoding_detect(const char *data, size_t len, enum sheet_encoding *ret, struct fault *f);

#endif
