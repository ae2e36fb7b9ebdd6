/* What most commands need: the opened data folder with its definitions. */
#ifndef DAICHO_CLI_DATA_H
#define DAICHO_CLI_DATA_H

#include "base/arena.h"
#include "define/define.h"
#include "identity/identity.h"
#include "ledger/entry.h"
#include "store/store.h"

struct data {
	struct store *store;
	struct definitions *defs;
	struct ledgers *ledgers;
	struct conn *conn; /* of data_begin */
	struct arena arena;
};

/* Loads content/; prints every complaint on standard error. */
int data_definitions(struct definitions **ret, struct err *err);
/* Only these catalogues and the crosswalks between them; see define_load_some. */
int data_catalogues(const char *const *ids, size_t id_count, struct definitions **ret,
		    struct err *err);
/* Opens folder and definitions. On failure *d is empty and safe to close. */
int data_open(struct data *d, const char *folder, unsigned store_flags, struct err *err);
void data_close(struct data *d);
/* One reading snapshot in d->conn until data_end. */
int data_begin(struct data *d, struct err *err);
void data_end(struct data *d);
/* Who acts: the account of --as LOGIN, or the program itself when NULL. */
int data_actor(struct data *d, const char *login, struct actor *ret, struct err *err);

#endif
