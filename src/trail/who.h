/*
 * Who is who: the person of the staff ledger behind a login of some system.
 *
 * From the ledger `system_accounts` (system, login, person), the accounts of daicho itself for
 * the source "daicho", and `log_sources`, which says of which system a source is. Only personal
 * accounts and administrators' own ones lead to a person: a shared, maintenance or emergency
 * account stays itself, whoever answers for it. A login that is listed for two people is nobody's.
 *
 * All of it is one snapshot that is read without a lock; it is exchanged as a whole when one of
 * the ledgers has changed.
 */
#ifndef DAICHO_TRAIL_WHO_H
#define DAICHO_TRAIL_WHO_H

#include "ledger/entry.h"

#define WHO_LOGIN_SIZE 256 /* a folded login and NUL */
#define WHO_OWN "daicho"   /* the source that is this program */

enum who_kind {
	WHO_UNKNOWN, /* not listed */
	WHO_PERSONAL,
	WHO_ADMIN,
	WHO_SHARED,
	WHO_SERVICE,
	WHO_MAINTENANCE,
	WHO_EMERGENCY,
	WHO_MACHINE,
	WHO_KINDS
};
const char *who_kind_label(enum who_kind k); /* 個人 共用 保守用 ... */

struct who;	 /* keeps the snapshot */
struct who_list; /* one snapshot */

struct who_person {
	const char *id; /* entry of the staff ledger */
	const char *name, *number, *department, *profession; /* profession: label */
};

struct who_login {
	const char *system; /* as in the ledger */
	const char *login;  /* as in the ledger; folded: who_fold */
	const char *name;   /* display name, "" unknown */
	const char *staff;  /* staff entry, "" nobody */
	enum who_kind kind;
};

/* `l` must outlive it. who_free is NULL-safe. ERR_IO, ERR_NOMEM. */
int who_open(struct ledgers *l, struct who **ret, struct err *err);
void who_free(struct who *w);
/* The snapshot of now (a change is seen within a second), to be given back with who_drop. Take
 * one for a batch or a request. When the ledgers cannot be read the one before is given. */
int who_take(struct who *w, struct who_list **ret, struct err *err);
void who_drop(struct who_list *list); /* NULL-safe */

/* How a login is compared and stored in an event: folded (base/fold.h), and cut where it
 * is too long. "" when it is no text. */
void who_fold(const char *login, char ret[WHO_LOGIN_SIZE]);
/* The staff entry behind a login as a source gives it (also DOMAIN\login, login@domain), or
 * NULL. `source`: entry of log_sources, or "daicho", whose logins may be account ids too. Lives
 * as long as the snapshot. */
const char *who_of(const struct who_list *list, const char *source, const char *login);
/* The account itself, or NULL when it is not listed. */
const struct who_login *who_account(const struct who_list *list, const char *source,
				    const char *login);
/* A person by staff entry, or NULL. */
const struct who_person *who_person(const struct who_list *list, const char *staff);
/* 氏名, or NULL. */
const char *who_name(const struct who_list *list, const char *staff);
/* All logins, of every system; `staff` NULL: of everybody. In the order of the ledger.
 * `each` returning nonzero ends it and is returned. */
int who_logins(const struct who_list *list, const char *staff,
	       int (*each)(void *arg, const struct who_login *login, struct err *err), void *arg,
	       struct err *err);
/* People that a typed text means: name, staff number, staff entry or a login of any system.
 * Returns how many there are; the first `max` are in ret. */
size_t who_search(const struct who_list *list, const char *typed, const struct who_person **ret,
		  size_t max);
/* What people call a source: its name in log_sources; the word itself if it is not there. */
const char *who_source(const struct who_list *list, const char *source);
/* The entry of log_sources that has this name; what was typed, if none or several have it. */
const char *who_source_id(const struct who_list *list, const char *typed);
/* The entries of log_sources, ended ones too; i is below the count. Both texts live as long as the
 * snapshot. */
size_t who_source_count(const struct who_list *list);
void who_source_at(const struct who_list *list, size_t i, const char **ret_id,
		   const char **ret_name);

#endif
