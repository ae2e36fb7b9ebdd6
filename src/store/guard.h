/* The authorizer: what a connection may never do, whoever writes the SQL. */
#ifndef DAICHO_STORE_GUARD_H
#define DAICHO_STORE_GUARD_H

#include "store/conn.h"

/* Puts the guard of c->role in place. */
void guard_set(struct conn *c);

#endif
