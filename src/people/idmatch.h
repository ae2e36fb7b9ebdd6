/* Whose account is it: by staff number, e-mail, login, name. Inside src/people only. */
#ifndef DAICHO_PEOPLE_IDMATCH_H
#define DAICHO_PEOPLE_IDMATCH_H

#include <jansson.h>

#include "people/person.h"

enum idmatch_by {
	IDMATCH_NONE,
	IDMATCH_STAFF_NO,
	IDMATCH_EMAIL,
	IDMATCH_LOGIN,
	IDMATCH_NAME,
	IDMATCH_AMBIGUOUS, /* several people have that name: nobody is guessed */
	IDMATCH_DECIDED	   /* a person said so */
};
const char *idmatch_name(enum idmatch_by by); /* as stored in person_by */

/* Everybody of the staff ledger, by what lists of accounts may hold. */
struct idmatch {
	struct persons persons;
	json_t *key[IDMATCH_AMBIGUOUS]; /* per way: folded text -> index, -1 for several */
};

int idmatch_init(struct idmatch *m, struct ledgers *l, struct conn *c, struct arena *arena,
		 struct err *err);
void idmatch_release(struct idmatch *m);

/* What a list says about the owner of an account; "" where it says nothing. */
struct idclaim {
	const char *staff_no, *email, *login, *name;
};
/* The person, or NULL; *ret_by says how, or why not. */
const struct person *idmatch_find(const struct idmatch *m, const struct idclaim *claim,
				  enum idmatch_by *ret_by);

#endif
