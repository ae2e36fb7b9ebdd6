/*
 * What parent and child say to each other over their socket, in the machine's byte order.
 * Request: wire_request and the bytes. Answer, one for each request in its order: wire_answer
 * and `len` bytes of messages: wire_head, the texts each followed by NUL, further patients
 * likewise, the detail followed by NUL. The parent believes none of it.
 */
#ifndef DAICHO_MESSAGE_WIRE_H
#define DAICHO_MESSAGE_WIRE_H

#include "message/shape.h"

struct wire_request {
	uint32_t format, flush; /* flush: answer at once */
	uint64_t len;
	int64_t now_us;
};

struct wire_answer {
	uint32_t magic, count;
	uint64_t len;
};

#define WIRE_MAGIC 0x64616963U
#define WIRE_ANSWER_MAX ((size_t)96 << 20)

struct wire_head {
	int64_t at_us, counter;
	uint64_t from, to, fault_at;
	uint32_t detail_len;
	uint16_t text_len[TEXTS];
	uint8_t action, outcome, no_zone, fault, more, zero[3];
};

void wire_write(const struct shape *s, const char *detail, size_t detail_len, struct buf *out);

/* Reads `count` messages of an input of `input_len` bytes out of `len` bytes, which must outlive
 * them. Together they get every byte of the input, in order and once: what stands between two goes
 * to the later one. False if anything is out of range, too long, not UTF-8, not canonical or left
 * over, or if they overlap. */
bool wire_read(const char *bytes, size_t len, size_t count, size_t input, size_t input_len,
	       struct arena *a, struct message *ret);

/* Fills *ret as the message of an input that cannot be read. False when memory ran out. */
bool wire_fault(struct message *ret, enum message_fault fault, size_t at, struct arena *a);

/* True for bytes that canon_write would have written: an object, at most 64 deep. */
bool wire_canonical(const char *bytes, size_t len);

#endif
