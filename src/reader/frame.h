/*
 * What the reader child writes to its pipe: frames of a kind, a length and a
 * body in the machine's byte order. The reading side trusts nothing in them.
 */
#ifndef DAICHO_READER_FRAME_H
#define DAICHO_READER_FRAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/node.h"
#include "reader/fault.h"
#include "reader/limits.h"

enum frame_kind {
	FRAME_META = 1,
	FRAME_JUNK,
	FRAME_ROW,
	FRAME_END,
	FRAME_FAULT,
	FRAME_TREE,  /* a piece of a tree, in the order of reading */
	FRAME_BYTES, /* a piece of a file that was made */
	FRAME_MAX_KIND
};

#define FRAME_HEAD 8
#define FRAME_MAX (LIMIT_ROW_BYTES + ((size_t)1 << 20))

/* Child's side: frames are gathered and written in large pieces. */
struct frame_writer {
	int fd;
	struct buf out;
};

void frame_writer_init(struct frame_writer *w, int fd);
void frame_writer_release(struct frame_writer *w);
/* All return 0, or negative when the pipe is gone or memory ran out. */
int frame_write_meta(struct frame_writer *w, const struct sheet_meta *meta);
int frame_write_row(struct frame_writer *w, const struct sheet_row *row, bool junk);
int frame_write_end(struct frame_writer *w, const struct sheet_totals *totals);
int frame_write_fault(struct frame_writer *w, const struct fault *f);
/* A whole tree, in as many frames as it takes. Sets the fault when it is too large. */
int frame_write_tree(struct frame_writer *w, const struct node *root, struct fault *f);
/* Bytes, in as many frames as it takes. */
int frame_write_bytes(struct frame_writer *w, const char *bytes, size_t len);
int frame_flush(struct frame_writer *w);

/* Parent's side: each checks one body completely and returns false if anything in
 * it is out of range, too long, not UTF-8 or left over. What they hand out points
 * into the body or the arena. */
bool frame_read_head(const char *bytes, enum frame_kind *ret_kind, size_t *ret_len);
bool frame_read_meta(const char *body, size_t len, const struct sheet_limits *limits,
		     struct arena *arena, struct sheet_meta *ret);
/* `cells` has room for limits->columns cells. */
bool frame_read_row(const char *body, size_t len, const struct sheet_limits *limits,
		    struct sheet_cell *cells, struct sheet_row *ret);
bool frame_read_end(const char *body, size_t len, struct sheet_totals *ret);
bool frame_read_fault(const char *body, size_t len, struct fault *ret);

/* A tree as it is built from frames. */
struct frame_tree {
	struct arena *arena;
	struct node *root;
	struct node *open[64 + 2]; /* lists and maps not yet ended, outermost first */
	struct node *key;	   /* of the map that is open, waiting for its value */
	size_t depth;
	uint32_t count;
	uint64_t text_bytes;
};

/* Adds one frame's piece. */
bool frame_read_tree(const char *body, size_t len, struct frame_tree *t);
/* True once there is one whole tree. */
bool frame_tree_whole(const struct frame_tree *t);

#endif
