#include "ledger/receipt.h"

#include "ledger/read.h"

/* Runs only if the key is new, and then nothing is to be written. */
static int refuse(struct tx *tx, void *arg, struct err *err)
{
	(void)tx;
	(void)arg;
	return err_set(err, ERR_NOT_FOUND, "まだ受け付けていません");
}

int receipt_known(struct ledgers *l, const char *key, struct receipt *ret, char *ret_entry,
		  struct err *err)
{
	int r = key ? store_write(ledgers_store(l), key, refuse, NULL, ret, err) : ERR_NOT_FOUND;

	if (r == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	if (r >= 0 && ret_entry)
		r = receipt_entry(l, ret, ret_entry, err);
	return r < 0 ? r : 1;
}
