/*
 * Where one syslog message ends in a stream of bytes.
 *
 * A sender either counts (RFC 5425, RFC 6587 3.4.1: "123 <85>1 ...") or does not (RFC 6587
 * 3.4.2: a line feed ends a message, or the connection does). Which of the two is seen from
 * the first byte and holds for the connection. Senders that do not count may send XML of many
 * lines behind their first line (OpenEMR): a line feed ends a message only where no such
 * document goes on.
 *
 * What does not fit is given out as a fault, with its bytes: nothing read is dropped unseen.
 */
#ifndef DAICHO_TRAIL_FRAME_H
#define DAICHO_TRAIL_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum frame_kind { FRAME_NONE, FRAME_MESSAGE, FRAME_FAULT };

enum frame_fault {
	FRAME_GOOD,
	FRAME_LENGTH, /* no length stands where one must: the connection cannot be read on */
	FRAME_TOO_LONG,
	FRAME_CUT, /* the connection ended within a message */
	FRAME_FAULTS
};
/* The reason in Japanese, for people. */
const char *frame_fault_text(enum frame_fault f);

struct frame {
	const char *bytes; /* good until more is fed */
	size_t len;	   /* of a message that is too long: as much as may be kept */
	enum frame_fault fault;
};

/* What is known of what comes next. */
enum frame_more {
	FRAME_MORE, /* nothing */
	FRAME_IDLE, /* the sender has been silent for a while: a whole line may be one */
	FRAME_END   /* nothing comes any more */
};

struct framer {
	struct buf buf;
	size_t max;		    /* bytes of one message */
	size_t at;		    /* bytes of buf given out */
	size_t scan, line;	    /* looked at up to here; where that line begins */
	size_t skip;		    /* bytes of a too long message still to come */
	bool counted, lines;	    /* how the sender does it; neither: not known yet */
	bool document, skip_line;
	bool broken; /* read no further: the rest has no meaning */
};

void framer_init(struct framer *f, size_t max);
void framer_release(struct framer *f);
/* Adds bytes received. Drain with framer_next each time, so that memory stays bounded.
 * ERR_NOMEM. */
int framer_feed(struct framer *f, const char *bytes, size_t len, struct err *err);
/* The next message or fault; FRAME_NONE when more bytes are needed. What comes out does not
 * depend on how the bytes were cut when they were fed. */
enum frame_kind framer_next(struct framer *f, enum frame_more more, struct frame *ret);
/* True while bytes wait that are no whole message yet. */
bool framer_waits(const struct framer *f);

#endif
