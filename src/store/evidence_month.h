/* The file of one month: its name, making and opening it, its keys. */
#ifndef DAICHO_STORE_EVIDENCE_MONTH_H
#define DAICHO_STORE_EVIDENCE_MONTH_H

#include "log/event.h"
#include "store/core.h"

#define EVIDENCE_FOLDER "trail"
#define EVIDENCE_KEYS "keys/trail"
#define MONTH_VERSION 1
#define MONTH_APPLICATION 0x64616974 /* "dait" */
#define MONTHS_MAX 2400

/* The month in Japan of a UTC time, as 202611. */
int month_of_us(int64_t us);
/* "2026-11" */
void month_text(int month, char ret[8]);
/* Path of a month's file. */
int month_path(const struct store *s, int month, char ret[PATH_MAX], struct err *err);
/* Origin of the month's log: that of the main log and "/trail/2026-11". */
void month_origin(const struct store *s, int month, char ret[CHECKPOINT_ORIGIN_SIZE]);

/* Months for which there is a file, oldest first. Returns their number. */
int month_list(const struct store *s, int ret[MONTHS_MAX], struct err *err);
/* Makes trail/ and the file with its first leaf; whole or not at all. Leftovers of a
 * making that was cut short are replaced. */
int month_create(struct store *s, const struct event_first *first, struct err *err);
/* Opens a month; refuses files of a newer version, of another month or log. */
int month_open(struct store *s, int month, enum conn_role role, struct conn **ret, struct err *err);
/* Edge of the tree from the rows, and the receipt time of the last leaf. */
int month_load(struct conn *c, struct tree_edge *ret, int64_t *ret_last_at, struct err *err);

/* What is derived from the one key of a month and retention class. */
struct month_key {
	uint8_t seal[32]; /* of payloads */
	uint8_t salt[32]; /* of commitments */
	uint8_t tag[32];  /* of the completeness tree */
};

/* Reads the key, or with `make` makes it, on disk before it is used.
 * ERR_NOT_FOUND if there is none. */
int month_key_get(struct store *s, int month, const char *keep, bool make, struct month_key *ret,
		  struct err *err);
/* Overwrites and removes it; nothing to do if it is gone. */
int month_key_destroy(struct store *s, int month, const char *keep, struct err *err);

#endif
