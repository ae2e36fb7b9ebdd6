/*
 * Whose message it is: the sources of the ledger `log_sources`, as one snapshot.
 *
 * A source is recognised by what its entry says: name of the client certificate, AuditSourceID,
 * host name in the message, address. Everything the entry names must hold. Host name and
 * AuditSourceID are the sender's own words: where it matters who sends, the entry names a
 * certificate too, and then nobody without it is taken for the source. Whoever shows a
 * certificate that an entry names is only ever one of the entries that name it.
 */
#ifndef DAICHO_TRAIL_SOURCE_H
#define DAICHO_TRAIL_SOURCE_H

#include "ledger/entry.h"

#define SOURCE_UNKNOWN "unknown" /* the word for events that no entry recognises */
#define SOURCE_PATIENT_SIZE 256

struct source {
	const char *id, *name;			       /* entry; what people call it */
	const char *format, *map, *keep;	       /* values of the ledger; keep never "" */
	const char *certificate, *address, *host, *code; /* how it is recognised; "" not so */
	int silence_minutes;			       /* 0: silence is not reported */
	int clock_seconds;
	int patient_digits; /* 0: zeros in front do not count */
	bool maintenance;
};

struct source_list; /* one snapshot; read by many threads */

/* What is known of a message. NULL counts as "". */
struct source_signs {
	const char *certificate; /* CN of the verified certificate */
	const char *address;	 /* "192.0.2.1", "2001:db8::1" */
	const char *host;	 /* of the syslog header, or the computer of a Windows event */
	const char *code;	 /* AuditSourceID */
};

/* Reads what stands confirmed and is not ended. The list is freed by source_list_free
 * (NULL-safe) and needs neither `l` nor `c` any more. */
int source_list_read(struct ledgers *l, struct conn *c, struct source_list **ret, struct err *err);
void source_list_free(struct source_list *list);

/* The source that fits best: a certificate weighs more than an AuditSourceID, that more than a
 * host name, that more than an address. NULL when none fits or two fit equally well. */
const struct source *source_recognise(const struct source_list *list,
				      const struct source_signs *signs);
/* By entry id or by name; NULL: there is none. */
const struct source *source_find(const struct source_list *list, const char *id_or_name);
/* All of them, in the order of their names. */
const struct source *source_all(const struct source_list *list, size_t *ret_count);

/* A patient number as it is stored and found: folded, and of numbers the zeros in front made as
 * the source's rule says (NULL: taken away), and cut where it is too long. "" when it is no text. */
void source_patient(const struct source *s, const char *given, char ret[SOURCE_PATIENT_SIZE]);

#endif
