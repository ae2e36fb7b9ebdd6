/*
 * Payloads of many events of one retention class as one block: packed, compressed,
 * sealed. Plain bytes of a block, for each event in order of leaf number:
 *
 *   leaf number less that of the event before (of the first: 0), length of who, of
 *   detail, of raw, each 7 bits a byte, low ones first; then the three
 */
#ifndef DAICHO_STORE_EVIDENCE_PACK_H
#define DAICHO_STORE_EVIDENCE_PACK_H

#include "log/event.h"
#include "store/conn.h"
#include "store/evidence_month.h"

#define PACK_MAX 64	       /* retention classes of one month */
#define PACK_PLAIN (48 * 1024) /* a block is full at this many bytes */
#define PACK_PLAIN_MAX (16 * 1024 * 1024)

struct pack {
	char keep[EVENT_NAME_MAX + 1]; /* "": not in use */
	struct month_key key;
	int64_t first, last, count;
	struct buf plain;
	struct z_stream_s *z; /* the compressor, once there is one */
};

/* Ready for a class; ends what it held. */
void pack_begin(struct pack *p, const char *keep, const struct month_key *key);
void pack_release(struct pack *p);
/* Adds the payload of leaf `seq` and gives its commitment. */
int pack_add(struct pack *p, int64_t seq, const struct hash_part part[EVENT_PARTS],
	     uint8_t ret_commit[HASH_SIZE], struct err *err);
/* Writes what is held as a block and empties the pack. `fast`: compress less. */
int pack_write(struct pack *p, struct conn *c, int month, bool fast, struct err *err);

/* A block as stored. */
struct block_row {
	int64_t first, last, count, plain;
	const char *keep;
	const void *body;
	size_t len;
};

/* Columns in the order of BLOCK_OF. */
void block_row_read(struct stmt *st, struct block_row *ret);
/* Appends the plain bytes. ERR_CORRUPT. */
int block_open(const struct block_row *row, int month, const struct month_key *key, struct buf *ret,
	       struct err *err);

/* Events of an opened block, one after the other. */
struct block_walk {
	const uint8_t *p, *end;
	int64_t seq; /* of the event at hand */
	bool begun;
	struct hash_part part[EVENT_PARTS];
};

void block_walk_init(struct block_walk *w, const struct block_row *row, const struct buf *plain);
/* 1 on an event, 0 at the end, ERR_CORRUPT. */
int block_walk_next(struct block_walk *w, struct err *err);

#endif
