/*
 * A child that is given some bytes and answers with frames of one kind; for documents and
 * filled forms. Sheets have their own (sheet.c), since they are read from a file as it lies.
 */
#ifndef DAICHO_READER_ANSWER_H
#define DAICHO_READER_ANSWER_H

#include "base/hash.h"
#include "reader/frame.h"
#include "reader/process.h"

struct answer_sink {
	enum frame_kind kind;
	/* One frame's body; false if it is not to be believed. */
	bool (*take)(void *arg, const char *body, size_t len);
	void *arg;
};

/* Gives the parts, one behind the other, to a child. ERR_INVALID or ERR_LIMIT with what it
 * found wrong; ERR_IO when it could not be run, died or is not believed. */
int answer_read(const struct hash_part *parts, size_t count, const struct reader_request *request,
		const struct answer_sink *sink, struct err *err);
/* The message for a child whose answer is wrong; ERR_IO. */
int answer_not_believed(struct err *err);

#endif
