/* Writing an entry about an emergency account together with the account; inside
 * src/people only. */
#ifndef DAICHO_PEOPLE_EMERGENCY_WRITE_H
#define DAICHO_PEOPLE_EMERGENCY_WRITE_H

#include "people/emergency.h"

struct emergency_job {
	struct ledgers *l;
	const struct actor *who;
	struct arena arena;
	const struct ledger_def *def;
	const char **value; /* of the entry to write */
	const char *entry;  /* NULL: a new one */
	int64_t base_rev;
	const char *reason;
	struct emergency_act act; /* for what goes with it */
	bool alarm;		  /* no emergency is declared */
	struct emergency_code code;
	struct faults faults;
	char id[ID_SIZE];
};

/* 0 unless `who` acts under a special right, or lacks the permission. */
int emergency_permit(const struct actor *who, enum permission p, struct err *err);
/* A job over a new entry of this ledger. Release with emergency_job_end, in any case. */
int emergency_job_begin(struct emergency_job *j, struct ledgers *l, const struct actor *who,
			const char *ledger, struct err *err);
void emergency_job_end(struct emergency_job *j);
/* Makes it one over an entry as it stands. */
int emergency_job_load(struct emergency_job *j, const char *id, struct err *err);
int emergency_set(struct emergency_job *j, const char *field, const char *stored, struct err *err);
/* As emergency_set for what somebody typed; faults go to j->faults, the first to *err. */
int emergency_typed(struct emergency_job *j, const char *field, const char *typed, struct err *err);
/* Sets a field to the time of day, as people read it. */
int emergency_set_now(struct emergency_job *j, const char *field, struct err *err);
/* Which declaration holds: into the entry, and into j->alarm. */
int emergency_set_declaration(struct emergency_job *j, struct conn *c, struct err *err);
/* Writes the entry and, in the same transaction, what `also` does with j. */
int emergency_job_write(struct emergency_job *j,
			int (*also)(struct tx *tx, const struct entry *e, void *job,
				    struct err *err),
			struct receipt *ret, struct err *err);

#endif
