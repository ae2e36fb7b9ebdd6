/* A message while the child makes it, and the answer it is written to. */
#ifndef DAICHO_MESSAGE_SHAPE_H
#define DAICHO_MESSAGE_SHAPE_H

#include "base/buf.h"
#include "message/message.h"
#include "message/part.h"

enum message_fault {
	MESSAGE_FAULT_NONE,
#define FAULT(name, text) MESSAGE_FAULT_##name,
#include "message/faults.def"
#undef FAULT
	MESSAGE_FAULTS
};

enum shape_text {
#define TEXT(constant, member) TEXT_##constant,
#include "message/texts.def"
#undef TEXT
	TEXTS
};

struct shape {
	size_t from, to;
	int64_t at_us, counter;
	bool no_zone;
	enum message_action action;
	enum message_outcome outcome;
	enum message_fault fault;
	size_t fault_at;
	char text[TEXTS][MESSAGE_TEXT_MAX + 1]; /* cleaned by shape_set */
	char more[MESSAGE_PATIENTS_MAX][MESSAGE_TEXT_MAX + 1];
	size_t more_count;
	struct part *detail; /* an object; made by shape_begin */
};

/* One input being read: everything of it lives in the arena, what is found goes to `out`. */
struct reading {
	struct arena arena;
	int64_t now_us;	   /* years that dates leave out are those before it */
	struct buf detail; /* of the message being written */
	struct buf *out;   /* messages as wire.h says */
	size_t count;
	void *xml; /* the parser kept for the next input, see markup.h */
};

/* Empties *s for the bytes from..to, with a detail that tells the format. */
void shape_begin(struct shape *s, struct reading *r, const char *format, size_t from, size_t to);
/* Sets a text: trimmed, cut at a character, control characters and marks of direction as U+FFFD.
 * `text` is UTF-8. */
void shape_set(struct shape *s, enum shape_text which, const char *text, size_t len);
void shape_put(struct shape *s, enum shape_text which, const char *text);
/* Adds a patient: the first is `patient`, others are further ones; each once. False if it was
 * there already, or "". */
bool shape_patient(struct shape *s, const char *id, size_t len);
/* The number from zero that the text begins with; -1 if there is none or it is too large. */
int64_t shape_number(const char *text, int radix);
/* The message is done: writes it. After a fault only its place and reason are kept. */
void shape_emit(struct shape *s, struct reading *r);
/* Says that from..to cannot be read; `at` is the place of a bad byte in the input. */
void shape_fault(struct shape *s, struct reading *r, enum message_fault fault, size_t at);

#endif
