/* Making the schema, and bringing an older database to this version. */
#ifndef DAICHO_STORE_MIGRATE_H
#define DAICHO_STORE_MIGRATE_H

#include "store/conn.h"

#define SCHEMA_VERSION 2
#define SCHEMA_APPLICATION 0x64616963 /* "daic" */

struct migration {
	int version; /* the version it leads to */
	const char *sql;
};

/* Makes every table of the newest version in an empty database. */
int schema_create(struct conn *c, struct err *err);
/* ERR_CORRUPT for a file that is no daicho database, ERR_INVALID for a newer
 * version than `newest`; otherwise its version in *ret. */
int schema_check(struct conn *c, int newest, int *ret, struct err *err);
/* Runs the rows above the database's version, one transaction per version, each
 * after a synced copy to <folder>/backup-before-v<N>.db. */
int schema_migrate(struct conn *c, const char *folder, const struct migration *list, size_t count,
		   int newest, struct err *err);
/* The rows of schema.def. */
const struct migration *schema_migrations(size_t *ret_count);
/* 1 if schema.def makes a table or index of this name. */
bool schema_makes(const char *type, const char *name);

#endif
