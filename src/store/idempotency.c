/*
 * Keys of accepted writes: a second one with the same key gets the first one's
 * receipt. No leaf commits to these rows, so each carries a keyed checksum, and
 * meta holds a keyed count.
 */
#include <stdio.h>
#include <string.h>

#include "store/core.h"

#define COUNT_NAME "idempotency"

static void put64(uint8_t *at, int64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
}

void key_mac(const struct vault *v, int64_t n, const char *key, int64_t seq, int64_t at,
	     uint8_t ret[HASH_SIZE])
{
	uint8_t fixed[24];
	struct hash_part parts[2] = { { fixed, sizeof fixed }, { key, strlen(key) } };

	put64(fixed, n);
	put64(fixed + 8, seq);
	put64(fixed + 16, at);
	vault_mac(v, "idempotency", parts, 2, ret);
}

void key_count_text(const struct vault *v, int64_t n, char ret[100])
{
	uint8_t fixed[8], mac[HASH_SIZE];
	struct hash_part part = { fixed, sizeof fixed };
	int used = snprintf(ret, 100, "%lld ", (long long)n);

	put64(fixed, n);
	vault_mac(v, "idempotency count", &part, 1, mac);
	hex_encode(mac, sizeof mac, ret + used);
}

int key_find(struct tx *tx, const char *key, struct receipt *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	uint8_t expected[HASH_SIZE];
	const void *mac;
	size_t len;
	int rc = stmt_begin(tx->c, STMT_KEY_GET, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, key);
	rc = stmt_step(st, err);
	if (rc <= 0)
		return rc;
	ret->seq = col_int(st, 1);
	ret->at_us = col_int(st, 2);
	ret->repeated = true;
	mac = col_blob(st, 3, &len);
	key_mac(&tx->store->vault, col_int(st, 0), key, ret->seq, ret->at_us, expected);
	if (len != HASH_SIZE || !bytes_equal(mac, expected, HASH_SIZE))
		return err_set(err, ERR_CORRUPT,
			       "二重登録を防ぐための記録が書き換えられています。登録を止めました。"
			       "改ざん検査（daicho verify）をしてください");
	return 1;
}

int key_add(struct tx *tx, const char *key, const struct receipt *receipt, struct err *err)
{
	int64_t n = tx->store->commit.key_count + 1;
	uint8_t mac[HASH_SIZE];
	struct stmt *st;
	int rc = stmt_begin(tx->c, STMT_KEY_ADD, &st, err);

	if (rc < 0)
		return rc;
	key_mac(&tx->store->vault, n, key, receipt->seq, receipt->at_us, mac);
	stmt_int(st, 1, n);
	stmt_text(st, 2, key);
	stmt_int(st, 3, receipt->seq);
	stmt_int(st, 4, receipt->at_us);
	stmt_blob(st, 5, mac, sizeof mac);
	rc = stmt_run(st, err);
	if (rc == 0)
		tx->store->commit.key_count = n;
	return rc;
}

int key_seal_count(struct tx *tx, struct err *err)
{
	char text[100];

	key_count_text(&tx->store->vault, tx->store->commit.key_count, text);
	return meta_set(tx->c, COUNT_NAME, text, err);
}
