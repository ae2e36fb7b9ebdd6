/* The directory that is asked for people: where it is and how its attributes are called. */
#ifndef DAICHO_PEOPLE_DIRECTORY_H
#define DAICHO_PEOPLE_DIRECTORY_H

#include "ledger/only.h"

enum directory_attr {
	DIRECTORY_LOGIN,
	DIRECTORY_NAME,
	DIRECTORY_NUMBER,
	DIRECTORY_DEPARTMENT,
	DIRECTORY_TITLE,
	DIRECTORY_MAIL,
	DIRECTORY_STATE,
	DIRECTORY_EXPIRES,
	DIRECTORY_ATTR_MAX
};

struct directory {
	char id[ID_SIZE]; /* "" for one not stored */
	int64_t rev;
	const char *url, *ca_file, *bind_dn, *base, *filter;
	char *secret;			      /* to be wiped with directory_wipe after use */
	bool ad;			      /* Active Directory, else OpenLDAP and the like */
	const char *attr[DIRECTORY_ATTR_MAX]; /* "": as usual for this kind */
};

/* Reads the one directory. 1, or 0 if none is stored. */
int directory_read(struct ledgers *l, struct conn *c, struct arena *arena, struct directory *ret,
		   struct err *err);
/* Overwrites the secret in memory. */
void directory_wipe(struct directory *d);

/* Stores the one directory, as only_save does. */
int directory_save(struct ledgers *l, const struct actor *who, const struct only_input *input,
		   int64_t base, struct receipt *ret, struct faults *faults, struct err *err);
/* The attribute asked for first and, if it is empty, then; second may be NULL. */
void directory_attributes(const struct directory *d, enum directory_attr a, const char **ret_first,
			  const char **ret_second);

#endif
