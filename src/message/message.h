/*
 * Audit messages of other systems: bytes in, one shape out.
 *
 * Whoever sends is not believed: every message is parsed in a child process that can neither
 * open a file nor a connection (base/sandbox.h), and everything the child says
 * is checked again. Unknown fields are kept in `detail`, never dropped. A message that cannot
 * be read is a result too, with the reason: the caller keeps its bytes.
 * Formats: reference DICOM PS3.15 A.5, RFC 3881, RFC 5424, RFC 3164, FHIR R4 AuditEvent.
 */
#ifndef DAICHO_MESSAGE_MESSAGE_H
#define DAICHO_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define MESSAGE_BYTES_MAX ((size_t)1 << 20) /* of one syslog message */
/* Of one input (a Bundle, a piece of a file); less than evidence takes in one call. */
#define MESSAGE_INPUT_MAX ((size_t)6 << 20)
#define MESSAGE_BATCH_MAX 1024	/* inputs in one call */
#define MESSAGE_EACH_MAX 16384	/* messages of one input; the rest comes back unparsed */
#define MESSAGE_TEXT_MAX 255	/* bytes of user, patient, terminal ... */
#define MESSAGE_PATIENTS_MAX 64 /* further patients of one message */
#define MESSAGE_DETAIL_MAX ((size_t)2 << 20) /* bytes of detail */

/* What was done. The names stand in the open leaf: never renamed, only added to. */
enum message_action {
	MESSAGE_OTHER,
	MESSAGE_VIEW,
	MESSAGE_CREATE,
	MESSAGE_CHANGE,
	MESSAGE_DELETE,
	MESSAGE_PRINT,
	MESSAGE_EXPORT,
	MESSAGE_IMPORT,
	MESSAGE_SEARCH,
	MESSAGE_SIGNIN,
	MESSAGE_SIGNOUT,
	MESSAGE_REFUSED,
	MESSAGE_EMERGENCY,
	MESSAGE_MAINTENANCE,
	MESSAGE_START,
	MESSAGE_STOP,
	MESSAGE_SETTING, /* rights, accounts, configuration, clock */
	MESSAGE_ALERT,
	MESSAGE_UNPARSED, /* kept as it came: see fault */
	MESSAGE_ACTIONS
};

enum message_outcome { MESSAGE_UNKNOWN, MESSAGE_OK, MESSAGE_DENIED, MESSAGE_FAILED };

/* How the bytes are to be read. */
enum message_format {
	MESSAGE_AUTO,	 /* a syslog message; what is in it is recognised */
	MESSAGE_ATNA,	 /* AuditMessage XML without a syslog header */
	MESSAGE_FHIR,	 /* AuditEvent or Bundle, JSON */
	MESSAGE_WINDOWS, /* <Event> or <Events> XML as exported by wevtutil or the viewer */
	MESSAGE_LINUX,	 /* one line of auth.log or of `journalctl -o short-iso` */
	MESSAGE_JOURNAL, /* one line of `journalctl -o json` */
	MESSAGE_JSON,	 /* one JSON object, as the caller's map says (fields come back flat) */
	MESSAGE_FORMATS
};

/* Words of the leaf: "view", "signin" ... ; "ok", "refused", "failed", "". */
const char *message_action_name(enum message_action a);
const char *message_outcome_name(enum message_outcome o);
int message_action_parse(const char *name); /* enum message_action, or -1 */
/* How people call it: 閲覧, ログイン ... */
const char *message_action_label(enum message_action a);

struct message_input {
	enum message_format format;
	const void *bytes;
	size_t len;
};

/* One event. Strings are UTF-8, at most MESSAGE_TEXT_MAX bytes, "" where unknown, never NULL;
 * they live in the arena of the call. */
struct message {
	size_t input;	 /* index of the input it is of; one input may hold several */
	/* Its bytes within the input, and what stands between it and the one before it: those of
	 * all messages of an input, in order, are the whole input. */
	size_t from, to;
	int64_t at_us;	 /* time at the source, UTC, 1970 to 2999; 0: none, or not readable */
	bool no_zone;	 /* that time came without a zone: read as Japan's */
	int64_t counter; /* the source's own number (RFC 5424 meta sequenceId, EventRecordID); -1 */
	enum message_action action;
	enum message_outcome outcome;
	const char *host, *app, *source_id;  /* syslog host and app name; AuditSourceID */
	const char *user, *user_name, *role; /* who asked for it (UserIsRequestor) */
	const char *terminal;		     /* address or name of where that person sat */
	/* Identifiers as sent, without the domain of "123^^^&1.2.3&ISO" or "Patient/". */
	const char *patient, *patient_name;
	/* Further patients of the same message (a search's result, a merge): each was touched. */
	const char *const *more_patients;
	size_t more_count;
	const char *object, *object_kind; /* what was touched beside the patient */
	const char *session;
	/* Canonical JSON of everything the message said, known and unknown, with
	 * "format"; for MESSAGE_UNPARSED {"fault":"reason in Japanese", ...}. */
	const char *detail;
	size_t detail_len;
	const char *fault; /* MESSAGE_UNPARSED: reason in Japanese; else "" */
};

/* One named value of a flat message. */
struct message_field {
	const char *name, *value;
};

/* The named values that stand flat in detail ("fields": JSON and journal objects, the data of
 * a Windows event), in the order received; nested names are joined by dots ("a.b", "a.0").
 * They live in the arena. *ret_count 0 where there are none. ERR_NOMEM, ERR_CORRUPT. */
int message_fields(const struct message *m, struct arena *arena, struct message_field **ret,
		   size_t *ret_count, struct err *err);

/* Fills *ret from a row of the viewer's CSV export: columns found by their English or Japanese
 * names ("EventID", "イベント ID", "日付と時刻", "アカウント名" ...), values out of the text of
 * the event where no column holds them. Needs no child: nothing is decoded. Strings live in the
 * arena. ERR_INVALID when no column names the event's number; ERR_NOMEM. */
int message_windows_row(const struct message_field *columns, size_t count, struct arena *arena,
			struct message *ret, struct err *err);

/* How many of the first `want` bytes of a file can be given as one input, so that no record
 * (line, object, event) is cut: 0 when not even one ends there. `len` bytes are at hand. */
size_t message_cut(enum message_format format, const void *bytes, size_t len, size_t want);

/* A child that parses, started at need and started anew when it dies. */
struct parser;

/* Every program that calls this must begin main() with message_child_main(). ERR_IO. */
int parser_new(struct parser **ret, struct err *err);
void parser_free(struct parser *p);

/* Parses `count` inputs, in order. *ret (in the arena) holds the messages in the order of
 * the inputs; every input has at least one. An input on which the child dies or exceeds its
 * limits comes back as MESSAGE_UNPARSED; the others are not lost. ERR_LIMIT above the limits
 * stated, ERR_IO when no child can be run. One call at a time for one parser. */
int parser_run(struct parser *p, const struct message_input *in, size_t count, struct arena *arena,
	       struct message **ret, size_t *ret_count, struct err *err);

/* -1 when this process is no such child, else its exit status (leave by _exit at once). */
int message_child_main(int argc, char **argv);

#endif
