/*
 * What is wrong with a file, as numbers: the parsers in the child name the
 * fault, the parent makes the sentence from its own table (faults.def), so a
 * child taken over by a hostile file cannot put words on the user's screen.
 */
#ifndef DAICHO_READER_FAULT_H
#define DAICHO_READER_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
	FAULT_NONE,
#define FAULT(name, code, ...) FAULT_##name,
#include "reader/faults.def"
#undef FAULT
	FAULT_MAX
};

struct fault {
	enum fault_kind kind;
	uint32_t row, column;	 /* 1-based, 0 when there is none */
	unsigned long long a, b; /* a limit, a count, a byte position: see faults.def */
	char text[96];		 /* name of a part or an encoding, "" when there is none */
};

/* Fills *f and returns ERR_INVALID, whatever the kind: inside the child only
 * the sign counts. */
int fault_set(struct fault *f, enum fault_kind kind, uint32_t row, uint32_t column);
/* As fault_set, with the numbers of faults.def. */
int fault_number(struct fault *f, enum fault_kind kind, uint32_t row, uint32_t column,
		 unsigned long long a, unsigned long long b);
/* As fault_set, with a name. Too long ones are cut at a character. */
int fault_text(struct fault *f, enum fault_kind kind, const char *text);

/* Fills *err with the sentence and the position; returns the code of the kind. */
int fault_err(const struct fault *f, struct err *err);

#endif
