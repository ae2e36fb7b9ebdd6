/* Reading one input: called in the child, and by tests and fuzzers without one. */
#ifndef DAICHO_MESSAGE_READ_H
#define DAICHO_MESSAGE_READ_H

#include "message/shape.h"

/* Prepares for inputs, once. */
void reading_init(struct reading *r, int64_t now_us);
void reading_release(struct reading *r);

/* Appends at least one message to *out (wire.h), and gives their number. */
size_t reading_run(struct reading *r, enum message_format format, const char *bytes, size_t len,
		   struct buf *out);

/* The formats. `s` is begun with what the caller knows (a syslog header); places count from
 * `base` in the input. Each emits at least one message. */
void read_xml(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base);
void read_fhir(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base);
void read_json(struct reading *r, struct shape *s, const char *bytes, size_t len, size_t base);
void read_journal(struct reading *r, struct shape *s, const char *bytes, size_t len);
void read_syslog(struct reading *r, struct shape *s, const char *bytes, size_t len);
void read_linux(struct reading *r, struct shape *s, const char *bytes, size_t len);
void read_windows(struct reading *r, struct shape *s, const char *bytes, size_t len);

/* Fill a shape from a tree of theirs; the tree goes into detail. */
void atna_fill(struct reading *r, struct shape *s, struct part *root);
void windows_fill(struct reading *r, struct shape *s, struct part *root);
/* What the text of a Linux program says; app, host and time are set already. */
void linux_fill(struct reading *r, struct shape *s, const char *text, size_t len);
/* Puts '?' in place of every byte that makes `text` no UTF-8. */
void read_mark(char *text, size_t len);
/* Puts a tree under a name into detail. */
void read_keep(struct shape *s, const char *key, struct part *p);

#endif
